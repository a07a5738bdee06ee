//! Account > Settings > Users & Permissions: the page that people are managed on. Its rows come from `/api/users`.
use super::super::knobs::{Knobs, Labels, StepUp, Switch};
use super::super::refusal::Refusal;
use super::super::visitor::Visitor;
use super::frame::{self, Page};
use super::icon;
use maud::{Markup, html};

const TITLE: &str = "Users & Permissions";

/// The page, or what somebody without the right sees of it.
pub(super) fn page(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let page = Page { title: TITLE, path: "/app/manage/users", visitor, knobs };
    frame::full(&page, &if visitor.manages { managed(visitor, knobs) } else { refused() })
}

fn managed(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let scim = knobs.scim == Switch::On;
    let roles: Vec<_> = knobs.offered_roles().map(super::super::role::Role::name).collect();
    let open = if knobs.labels == Labels::A { "Invite Users" } else { "Add User" };
    html! {
        nav.crumbs aria-label="Breadcrumb" { span { "Account" } span { "Settings" } span aria-current="page" { (TITLE) } }
        div.head {
            div {
                h1 { (TITLE) }
                p.quiet { "Manage who can sign in to this account and what they can do." }
            }
            button.button.primary id="invite" type="button" disabled[scim] { (icon::plus()) span { (open) } }
        }
        @if scim { div.notice role="note" { (icon::info()) span { (Refusal::ManagedByScim.to_string()) } } }
        section.card id="users" aria-label="Users" aria-busy="true" data-tenant=(visitor.tenant) data-roles=(roles.join(","))
            data-step-up=[(visitor.step_up == StepUp::Menu).then_some("menu")] data-managed=[scim.then_some("scim")] data-send=(knobs.button_label) {
            div.bar { p.count id="count" { "Loading…" } }
            div.skeleton id="skeleton" aria-hidden="true" { @for _ in 0..6 { div { i {} b {} u {} } } }
            div.scroll {
                table id="people" hidden {
                    thead {
                        tr {
                            th scope="col" { "Name" }
                            th scope="col" { "Email" }
                            th scope="col" { "Role" }
                            th scope="col" { "Status" }
                            th scope="col" { span.unseen { "Actions" } }
                        }
                    }
                    tbody {}
                }
            }
            nav.pager id="pager" aria-label="Pages" hidden {
                button.button type="button" id="previous" { "Previous" }
                span id="place" {}
                button.button type="button" id="next" { "Next" }
            }
        }
    }
}

fn refused() -> Markup {
    html! {
        div.head { div { h1 { (TITLE) } } }
        section.card.empty { (icon::shield()) p { (Refusal::NoPermission.to_string()) } }
    }
}
