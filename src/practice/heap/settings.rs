//! The settings pages beside the one that matters, and the page for an address without one.
use super::super::knobs::{Knobs, Switch};
use super::super::visitor::Visitor;
use super::frame::{self, Page};
use super::lead;
use maud::{Markup, html};

/// Settings > General
pub(super) fn general(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let facts = [
        ("Account name", visitor.tenant.as_str()),
        ("Plan", "Pro"),
        ("Time zone", "(UTC) Coordinated Universal Time"),
    ];
    let body =
        html! { (lead("General", "What this account is called and where it is at home.")) (table(&facts)) };
    frame::full(&Page { title: "General", path: "/app/manage/account", visitor, knobs }, &body)
}

/// Settings > Security
pub(super) fn security(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let scim = if knobs.scim == Switch::On { "On" } else { "Off" };
    let facts = [("Single sign-on", "Off"), ("SCIM provisioning", scim), ("Session length", "12 hours")];
    let body = html! { (lead("Security", "How people sign in to this account.")) (table(&facts)) };
    frame::full(&Page { title: "Security", path: "/app/manage/security", visitor, knobs }, &body)
}

/// Settings > Billing; for the owner only.
pub(super) fn billing(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let seats = knobs.seat_cap.map_or_else(|| "Unlimited".to_owned(), |seats| seats.to_string());
    let facts = [("Plan", "Pro, billed yearly"), ("Seats", seats.as_str()), ("Next invoice", "1 January")];
    let body = html! { (lead("Billing", "Plan, seats and invoices.")) (table(&facts)) };
    frame::full(&Page { title: "Billing", path: "/app/manage/billing", visitor, knobs }, &body)
}

/// No such page.
pub(super) fn missing(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let body = lead("Page not found", "There is nothing at this address.");
    frame::full(&Page { title: "Page not found", path: "", visitor, knobs }, &body)
}

fn table(facts: &[(&str, &str)]) -> Markup {
    html! { section.card { dl.facts { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } } } }
}
