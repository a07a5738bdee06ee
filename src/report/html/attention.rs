//! What needs somebody: the undecided first, then what stopped the run, then who was refused and what to do.

use super::parts::{badge, prose, said, time};
use crate::report::phrase::{self, FAMILIES, capital};
use crate::report::story::{Person, Stopped, Story};
use crate::words::Family;
use maud::{Markup, PreEscaped, html};

/// People who need somebody, the undecided first.
pub(super) fn of(story: &Story) -> Vec<&Person> {
    let mut people: Vec<&Person> = story.people.iter().filter(|person| person.needs_attention()).collect();
    people.sort_by_key(|person| FAMILIES.iter().position(|family| *family == person.family()));
    people
}

/// Whether there is anything to say here.
pub(super) fn is_needed(story: &Story) -> bool {
    story.people.iter().any(|person| person.needs_attention() || is_left(person)) || stop(story).is_some()
}

/// Whether the run can still come to a person; whom somebody has decided, it passes over.
fn is_left(person: &Person) -> bool {
    person.family() == Family::NotReached && person.revisions.last().is_none_or(|last| last.by.is_none())
}

/// The stop that still stands, when it has something to say of its own: what stopped at a person is told there.
fn stop(story: &Story) -> Option<&Stopped> {
    let stop = story.run.stops.last().filter(|_| story.run.is_stopped)?;
    let is_settled = stop.outcome.is_some_and(|outcome| outcome.family() == Family::Undecided)
        && story.count(Family::Undecided) == 0;
    let at_a_person = story.people.iter().any(|person| Some(person.outcome()) == stop.outcome);
    (!at_a_person && !is_settled && (stop.outcome.is_some() || stop.refusal.is_some())).then_some(stop)
}

fn stopped(story: &Story, stop: &Stopped) -> Markup {
    let hint = stop.refusal.as_ref().and_then(|refusal| refusal.hint.clone());
    let hint = hint.or_else(|| stop.outcome.and_then(phrase::advice).map(str::to_owned));
    html! {
        div.stop {
            p { b { "The run stopped. " } (prose(&stop.why)) " " @if let Some(outcome) = stop.outcome { (badge(outcome)) } }
            p.quiet { (time(&stop.at)) }
            @if let Some(hint) = hint { p.hint { (prose(&capital(&hint))) } }
            @if let Some(refusal) = &stop.refusal { (super::person::refused(story, refusal)) }
        }
    }
}

/// The section, with a place in it for the cards of those people.
pub(super) fn section(story: &Story) -> Markup {
    if !is_needed(story) {
        return html! {};
    }
    let undecided = story.count(Family::Undecided);
    let unreached = story.people.iter().filter(|person| is_left(person)).count();
    let body = html! {
        @if undecided > 0 {
            div.call.undecided {
                p {
                    b { (phrase::people(undecided)) " undecided. " }
                    "Something was asked of the app once, and nothing proves what became of it. usher does not try again: look in the app, then record what you found."
                }
                p { code { "usher unresolved" } }
            }
        }
        @if let Some(stop) = stop(story) { (stopped(story, stop)) }
        @if unreached > 0 {
            div.call.not-reached {
                p { b { (phrase::people(unreached)) " not reached. " } "Nothing was done for them. The run can go on where it ended:" }
                p { code { "usher resume " (said(story.run_id())) } }
            }
        }
        (PreEscaped(super::PLACE))
    };
    super::section("attention", "Needs your attention", "", &body)
}
