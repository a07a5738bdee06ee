//! What every page of the console has round it: the top bar, the settings navigation, the person's menu.
use super::super::knobs::Knobs;
use super::super::live::Visitor;
use super::icon;
use maud::{DOCTYPE, Markup, html};

/// Which page this is, and what goes into its frame.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// Its path, which marks its place in the navigation.
    pub(super) path: &'a str,
    pub(super) visitor: &'a Visitor,
    pub(super) knobs: &'a Knobs,
}

/// A page for somebody who is signed in.
pub(super) fn full(page: &Page<'_>, body: &Markup) -> Markup {
    let Page { title, path, visitor, knobs } = page;
    let settings = path.starts_with("/app/manage/");
    let content = html! {
        div id="app" {
            a.skip href="#main" { "Skip to content" }
            header.top {
                a.brand href="/app/dashboard" { (icon::brand()) span { "Heap" } span.tag { "practice" } }
                span.divider aria-hidden="true" {}
                span.tenant data-testid="tenant-name" { (knobs.tenant) }
                nav.areas aria-label="Main" {
                    (link("/app/dashboard", "Dashboard", *path == "/app/dashboard"))
                    (link("/app/manage/users", "Account", settings))
                }
                div.person {
                    span.email data-testid="account-email" { (visitor.email) }
                    button.avatar.hue-2 id="account-menu" type="button" aria-label="Account menu" aria-haspopup="menu"
                        aria-expanded="false" data-initials=(initials(&visitor.name)) {}
                }
            }
            @if settings {
                div.columns {
                    nav.side aria-label="Settings" {
                        p { "Settings" }
                        (entry(&icon::building(), "/app/manage/account", "General", path))
                        (entry(&icon::people(), "/app/manage/users", "Users & Permissions", path))
                        (entry(&icon::shield(), "/app/manage/security", "Security", path))
                        @if visitor.owner { (entry(&icon::card(), "/app/manage/billing", "Billing", path)) }
                    }
                    main id="main" { (body) }
                }
            } @else {
                main.wide id="main" { (body) }
            }
        }
        div.toasts id="toasts" {}
    };
    document(title, Some((&visitor.csrf, knobs.slow_ready_ms)), &content)
}

/// A page for anybody.
pub(super) fn bare(title: &str, body: &Markup) -> Markup {
    let content = html! {
        main.bare id="main" {
            div.brand { (icon::brand()) span { "Heap" } span.tag { "practice" } }
            div.card.sheet { (body) }
            p.quiet { "A rehearsal stage. Nothing here reaches a real account." }
        }
    };
    document(title, None, &content)
}

fn document(title: &str, signed_in: Option<(&str, u64)>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Heap (practice)" }
                link rel="icon" type="image/svg+xml" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/console.css";
                @if let Some((csrf, ready)) = signed_in {
                    meta name="csrf-token" content=(csrf);
                    meta name="ready-after" content=(ready);
                    script src="/assets/console.js" defer {}
                }
            }
            body { (content) }
        }
    }
}

fn link(to: &str, text: &str, here: bool) -> Markup {
    html! { a href=(to) aria-current=[here.then_some("page")] { (text) } }
}

fn entry(icon: &Markup, to: &str, text: &str, path: &str) -> Markup {
    html! { a href=(to) aria-current=[(to == path).then_some("page")] { (icon) span { (text) } } }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    words.next().into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}
