//! Who the app showed before the run and after it, how it is known that the lists were whole, and what differs.

use super::parts::{fact, said, time, whole};
use crate::digest::Digest;
use crate::report::phrase::number;
use crate::report::rosters::{Row, difference, people, told};
use crate::report::story::{RosterKept, Story};
use maud::{Markup, html};
use std::collections::BTreeMap;

pub(super) fn section(story: &Story, bytes: &dyn Fn(&str) -> Option<Vec<u8>>) -> Markup {
    let rosters = &story.run.rosters;
    let before = rosters.iter().find(|roster| roster.when == "before");
    let after = rosters.iter().rfind(|roster| roster.when == "after");
    let read = |roster: Option<&RosterKept>| {
        let exhibit = &roster?.exhibit;
        let bytes = bytes(&exhibit.file).filter(|bytes| Digest::of(bytes) == exhibit.sha256)?;
        people(&bytes, story.plan.identity)
    };
    let body = html! {
        div.pair {
            (tile("Before", before))
            @for roster in rosters.iter().filter(|roster| roster.when == "resumed") { (tile("On resuming", Some(roster))) }
            (tile("After", after))
        }
        @match (read(before), read(after)) {
            (Some(earlier), Some(later)) => { (differences(story, &earlier, &later)) }
            _ => { p.quiet { "Who came and who went is not shown: both rosters would be needed, with the bytes that were sealed." } }
        }
    };
    super::section(
        "rosters",
        "Rosters",
        "The whole population as the app showed it, read from its own list.",
        &body,
    )
}

fn tile(title: &str, roster: Option<&RosterKept>) -> Markup {
    html! {
        div.roster {
            h3 { (title) }
            @if let Some(roster) = roster {
                p.count { b { (number(roster.people as usize)) } " people" }
                dl.facts.small {
                    (fact("Known to be whole", &html! {
                        @if roster.whole { "yes: " } @else { "no: " }
                        (said(&roster.completeness))
                    }))
                    (fact("Read", &time(&roster.at)))
                    (fact("File", &html! { code { (said(&roster.exhibit.file)) } }))
                    (fact("SHA-256", &whole(&roster.exhibit.sha256)))
                }
            } @else { p.quiet { "It was not read." } }
        }
    }
}

/// What differs, and whether this run did it.
fn differences(story: &Story, before: &BTreeMap<String, Row>, after: &BTreeMap<String, Row>) -> Markup {
    let found = difference(before, after);
    if found.is_empty() {
        return html! { p.quiet { "Both rosters show the same people in the same roles." } };
    }
    // The job that asked for a change of a person, if it committed anything; what no job did was done by somebody else
    // meanwhile.
    let mut ours = BTreeMap::new();
    for person in &story.people {
        ours.entry(person.key.to_lowercase())
            .or_insert_with(|| (!person.intents.is_empty()).then_some(person.job));
    }
    let changed = found.changed.iter().map(|(key, cells)| {
        let words = html! { @for (place, (column, from, to)) in cells.iter().enumerate() {
            @if place > 0 { ", " } (said(column)) ": " (said(blank(from))) " → " (said(blank(to)))
        } };
        ("changed", "~", key, words)
    });
    let came = found.came.iter().map(|(key, row)| ("came", "+", key, of_row(row)));
    let went = found.went.iter().map(|(key, row)| ("went", "−", key, of_row(row)));
    html! {
        div.scroll {
            table.differences {
                thead { tr { th { "" } th { "Person" } th { "What the app shows" } th { "By" } } }
                tbody {
                    @for (class, sign, key, words) in came.chain(went).chain(changed) {
                        tr class=(class) {
                            td.sign { span { (sign) } " " (class) }
                            td { b { (said(key)) } }
                            td { (words) }
                            td { @match ours.get(key).copied().flatten() {
                                Some(job) => { a href={ "#person-" (job) } { "this run" } }
                                None => { em { "not this run" } }
                            } }
                        }
                    }
                }
            }
        }
    }
}

fn blank(cell: &str) -> &str {
    if cell.is_empty() { "(nothing)" } else { cell }
}

fn of_row(row: &Row) -> Markup {
    let cells = told(row).map(|(_, cell)| cell).filter(|cell| !cell.is_empty());
    html! { @for (place, cell) in cells.enumerate() { @if place > 0 { ", " } (said(cell)) } }
}
