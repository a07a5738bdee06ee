//! A person's card: what was wanted, what became of it and why, the commit, the read-back, and the pictures.

use super::album::Album;
use super::parts::{badge, cells, code, fact, prose, said, time};
use crate::journal::Refusal;
use crate::report::excerpt::excerpt;
use crate::report::phrase::{self, capital, class, duration, hint};
use crate::report::story::{Intent, Looked, Person, Story};
use crate::safe::visible;
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeMap;

/// The section of people who need nobody, with a place in it for their cards.
pub(super) fn cards(people: &[&Person]) -> Markup {
    if people.is_empty() {
        return html! { div id="people" {} };
    }
    super::section("people", "People", "", &PreEscaped(super::PLACE.to_owned()))
}

/// One card.
pub(super) fn card(story: &Story, album: &Album<'_>, person: &Person, open: bool) -> Markup {
    html! {
        details class={ "card " (class(person.family())) } id={ "person-" (person.job) } open[open] {
            summary {
                (badge(person.outcome()))
                span.who {
                    b { (said(&person.key)) }
                    @if let Some(name) = person.name() { " " span { (said(name)) } }
                }
                @if let Some(took) = person.took() { span.took { (duration(took)) } }
            }
            div.inside {
                p.why { (prose(&capital(person.why()))) }
                (request(story, person))
                (revisions(person))
                @if person.needs_attention() && let Some(hint) = hint(person) { p.hint { (prose(&capital(&hint))) } }
                @if let Some(refusal) = person.refusal() { (refused(story, refusal)) }
                (ledger(person))
                (super::film::strip(album, person))
            }
        }
    }
}

/// What was said first, when a later word counts.
fn revisions(person: &Person) -> Markup {
    html! {
        @for revision in &person.revisions {
            p.revised {
                "First told as " (badge(revision.from)) " and "
                @match &revision.by {
                    Some(by) => { "decided by " (said(by)) }
                    None => { "revised" }
                }
                " on " (time(&revision.at)) "."
            }
        }
    }
}

/// What the page would not do, with both lines.
pub(super) fn refused(story: &Story, refusal: &Refusal) -> Markup {
    let places = [("script", &refusal.script), ("book", &refusal.book)];
    html! {
        div.refusal {
            @for (label, place) in places {
                @if let Some(place) = place {
                    @match excerpt(&story.plan, place) {
                        Some(found) => { (code(&found, label)) }
                        None => { p.place { (label) " " code { (said(&place.file)) ":" (place.line) ":" (place.column) } } }
                    }
                }
            }
            dl.aside {
                @if let Some(words) = &refusal.said { (fact("The page said", &html! { q { (said(words)) } })) }
                @if !refusal.tried.is_empty() { (fact("Tried", &list(&refusal.tried))) }
                @if !refusal.near.is_empty() { (fact("Near", &list(&refusal.near))) }
            }
        }
    }
}

fn list(items: &[String]) -> Markup {
    html! { ul { @for item in items { li { (prose(item)) } } } }
}

/// What the request says of them, in one line.
fn request(story: &Story, person: &Person) -> Markup {
    let columns = person.wanted().chain(person.record());
    html! {
        ul.request {
            @for (column, value) in columns { li { (said(column)) " " b { (said(value)) } } }
            @if person.line > 0 { li { "line " (person.line) " of " (said(&story.plan.request.name)) } }
            @if let Some(script) = &person.script { li { (said(script)) } }
        }
    }
}

/// What happened, line by line, as on a statement: when, what, and how it stands.
fn ledger(person: &Person) -> Markup {
    let begun = person.begun.as_deref();
    let mut lines: Vec<(&str, Markup)> = Vec::new();
    for at in &person.resumed {
        lines.push((at, line(Some(at), "Taken up again", &html! { "the run was resumed" })));
    }
    for intent in &person.intents {
        lines.push((&intent.at, commit(intent)));
    }
    for read in &person.read_backs {
        lines.push((&read.at, line(Some(&read.at), "Read back", &looked(read))));
    }
    if let Some(ended) = person.ended.as_ref().filter(|_| begun.is_some()) {
        lines
            .push((&ended.at, line(Some(&ended.at), "Outcome", &html! { (phrase::outcome(ended.outcome)) })));
    }
    // All times are written alike, so that they sort as text.
    lines.sort_by_key(|(at, _)| *at);
    html! {
        ol.ledger {
            (line(person.read.as_ref().map(|read| read.at.as_str()).or(begun), "Found before", &found(person)))
            @for (_, line) in &lines { (line) }
        }
    }
}

fn line(at: Option<&str>, name: &str, words: &Markup) -> Markup {
    html! {
        li {
            @match at {
                Some(at) => { time datetime=(visible(at)) title=(phrase::time(at)) { (phrase::clock(at)) } }
                None => { span {} }
            }
            b { (name) }
            div { (words) }
        }
    }
}

fn found(person: &Person) -> Markup {
    let row = person.before();
    let state = person.read.as_ref().map_or(person.found.state, |read| read.state);
    html! { (state.as_str()) @if is_told(row) { ", " (cells(row)) } }
}

/// The commit: what bound it to the person, when it was sealed, what answered.
/// Whether a row says anything.
fn is_told(row: &BTreeMap<String, String>) -> bool {
    row.values().any(|value| !value.is_empty())
}

fn commit(intent: &Intent) -> Markup {
    let sealed = html! {
        "sealed before it was done: " code { (said(&intent.on)) } ", line " (intent.line)
        small { "found by " (said(&intent.by.join(" and "))) "; bound to the person: " (said(&intent.bound)) }
    };
    let unclear = intent.unclear.as_ref();
    let answered = intent
        .returned
        .as_ref()
        .map(|back| &back.at)
        .or(unclear.map(|unclear| &unclear.at))
        .map(String::as_str);
    let answer = html! {
        @if let Some(back) = &intent.returned {
            (said(&back.answer))
            @for words in &back.said { " " q { (said(words)) } }
            small { (back.passed) (if back.passed == 1 { " trusted click" } else { " trusted clicks" }) " let through, " (back.blocked) " held back" }
            @if back.sent_again > 0 { p.why { (phrase::SENT_AGAIN) } }
        }
        @if let Some(unclear) = unclear { "unclear: " (said(&unclear.why)) }
        @if answered.is_none() { "none: usher was cut off here" }
    };
    html! { (line(Some(&intent.at), "Commit", &sealed)) (line(answered, "Answer", &answer)) }
}

fn looked(read: &Looked) -> Markup {
    let list = if read.whole { "whole list read" } else { "the list was not read whole" };
    let looks = if read.tries == 1 { "1 look".to_owned() } else { format!("{} looks", read.tries) };
    html! {
        (read.state.as_str()) @if is_told(&read.row) { ", " (cells(&read.row)) }
        small { "on a fresh load, " (list) ", " (looks) }
    }
}

/// People with nothing to show beyond a line.
pub(super) fn table(story: &Story, people: &[&Person]) -> Markup {
    if people.is_empty() {
        return html! {};
    }
    let body = html! {
        div.scroll {
            table {
                thead { tr { th { "Person" } th { "Outcome" } th { "Why" } th { "Found before" } } }
                tbody {
                    @for person in people {
                        tr id={ "person-" (person.job) } {
                            td { b { (said(&person.key)) } @if let Some(name) = person.name() { small { (said(name)) } } }
                            td { (badge(person.outcome())) }
                            td { (prose(person.why())) }
                            td { (found(person)) }
                        }
                    }
                }
            }
        }
    };
    let note = "Nothing was done for these people, so there is no picture of them beyond the roster.";
    super::section(
        "plain",
        if story.people.len() == people.len() { "Everybody" } else { "Everybody else" },
        note,
        &body,
    )
}
