//! What every page of the console has round it: the top bar, the settings navigation, the person's menu.
use super::super::knobs::{Knobs, Toast};
use super::super::visitor::{Storage, Visitor};
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
        div id="app" hidden[visitor.storage == Storage::Asked] {
            a.skip href="#main" { "Skip to content" }
            header.top {
                a.brand href="/app/dashboard" { (icon::brand()) span { "Heap" } span.tag { "practice" } }
                span.divider aria-hidden="true" {}
                span.tenant data-testid="tenant-name" { (visitor.tenant) }
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
    document(title, &inside(visitor, knobs), &content)
}

/// What the script of a page for somebody who is signed in is told.
fn inside(visitor: &Visitor, knobs: &Knobs) -> Markup {
    html! {
        meta name="csrf-token" content=(visitor.csrf);
        meta name="ready-after" content=(knobs.slow_ready_ms);
        meta name="faults" content=(told(knobs));
        @if let Storage::Given { token, tab } = &visitor.storage {
            meta name="storage-token" content=(token);
            meta name="storage-tab" content=(tab);
        }
        script src="/assets/console.js" defer {}
    }
}

/// Which faults the page has.
fn told(knobs: &Knobs) -> String {
    let silent = if knobs.toast == Toast::Missing { "toast=none " } else { "" };
    format!("{silent}{}", knobs.faults.told())
}

/// A page for anybody.
pub(super) fn bare(title: &str, body: &Markup) -> Markup {
    document(title, &html! {}, &sheet("Heap", body))
}

/// A page that goes on by itself as soon as the sign-in is not at `step` any more.
pub(super) fn waiting(title: &str, step: &str, body: &Markup) -> Markup {
    let script = html! { script src="/assets/waiting.js" data-step=(step) defer {} };
    document(title, &script, &sheet("Heap", body))
}

/// A page of the identity provider.
pub(super) fn provider(title: &str, body: &Markup) -> Markup {
    document(title, &html! {}, &sheet("Passport", body))
}

fn sheet(brand: &str, body: &Markup) -> Markup {
    html! {
        main.bare id="main" {
            div.brand { (icon::brand()) span { (brand) } span.tag { "practice" } }
            div.card.sheet { (body) }
            p.quiet { "A rehearsal stage. Nothing here reaches a real account." }
        }
    }
}

fn document(title: &str, head: &Markup, content: &Markup) -> Markup {
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
                (head)
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
