//! Who the app showed before the run and after it, how it is known that the lists were whole, and what differs.

use super::parts::{fact, said, time, whole};
use super::{PLACE, Put, around};
use crate::digest::Digest;
use crate::report::phrase::number;
use crate::report::rosters::{Difference, Row, difference, people, told};
use crate::report::story::{RosterKept, Story};
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeMap;
use std::io;

/// Draws the section, one line after the other of what differs.
pub(super) fn draw(
    story: &Story,
    bytes: &dyn Fn(&str) -> Option<Vec<u8>>,
    put: &mut Put<'_>,
) -> io::Result<()> {
    let rosters = &story.run.rosters;
    let before = rosters.iter().find(|roster| roster.when == "before");
    let after = rosters.iter().rfind(|roster| roster.when == "after");
    let read = |roster: Option<&RosterKept>| {
        let exhibit = &roster?.exhibit;
        let bytes = bytes(&exhibit.file).filter(|bytes| Digest::of(bytes) == exhibit.sha256)?;
        people(&bytes, story.plan.identity)
    };
    let (earlier, later) = (read(before), read(after));
    let found = earlier.as_ref().zip(later.as_ref()).map(|(earlier, later)| difference(earlier, later));
    let body = html! {
        div.pair {
            (tile("Before", before))
            @for roster in rosters.iter().filter(|roster| roster.when == "resumed") { (tile("On resuming", Some(roster))) }
            (tile("After", after))
        }
        @match &found {
            Some(found) if found.is_empty() => { p.quiet { "Both rosters show the same people in the same roles." } }
            Some(_) => {
                div.scroll {
                    table.differences {
                        thead { tr { th { "" } th { "Person" } th { "What the app shows" } th { "By" } } }
                        tbody { (PreEscaped(PLACE)) }
                    }
                }
            }
            None => { p.quiet { "Who came and who went is not shown: both rosters would be needed, with the bytes that were sealed." } }
        }
    };
    let section = super::section(
        "rosters",
        "Rosters",
        "The whole population as the app showed it, read from its own list.",
        &body,
    );
    around(&section, put, |put| differences(story, &found.unwrap_or_default(), put))
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
fn differences(story: &Story, found: &Difference<'_>, put: &mut Put<'_>) -> io::Result<()> {
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
        ("changed", "~", *key, words)
    });
    let came = found.came.iter().map(|(key, row)| ("came", "+", *key, of_row(row)));
    let went = found.went.iter().map(|(key, row)| ("went", "−", *key, of_row(row)));
    for (class, sign, key, words) in came.chain(went).chain(changed) {
        put(&html! {
            tr class=(class) {
                td.sign { span { (sign) } " " (class) }
                td { b { (said(key)) } }
                td { (words) }
                td { @match ours.get(key).copied().flatten() {
                    Some(job) => { a href={ "#person-" (job) } { "this run" } }
                    None => { em { "not this run" } }
                } }
            }
        })?;
    }
    Ok(())
}

fn blank(cell: &str) -> &str {
    if cell.is_empty() { "(nothing)" } else { cell }
}

fn of_row(row: &Row) -> Markup {
    let cells = told(row).map(|(_, cell)| cell).filter(|cell| !cell.is_empty());
    html! { @for (place, cell) in cells.enumerate() { @if place > 0 { ", " } (said(cell)) } }
}
