//! The top of the report: what it is about, the verdict, the numbers, and who, when and where.

use super::parts::{digest, fact, icon, said, time, url, whole};
use crate::report::phrase::{self, COUNTED, FAMILIES};
use crate::report::story::{Run, Session, Stopped, Story};
use crate::words::{Action, Family};
use maud::{Markup, html};

/// Whose paper this is.
pub(super) fn masthead(story: &Story) -> Markup {
    html! {
        header.masthead {
            p.mark { b { "usher" } span { "run report" } }
            nav aria-label="Sections" {
                @if super::attention::is_needed(story) { a href="#attention" { "Attention" } }
                a href="#people" { "People" }
                a href="#rosters" { "Rosters" }
                a href="#inputs" { "Inputs" }
                a href="#verify" { "Verify" }
            }
        }
    }
}

/// The heading, the verdict and the numbers.
pub(super) fn opening(story: &Story) -> Markup {
    let counts = story.by_family();
    let worst = FAMILIES.into_iter().find(|family| counts.contains_key(family)).unwrap_or(Family::NotReached);
    html! {
        div.opening {
            p.over {
                (said(story.tenant()))
                @if story.plan.practice { span.practice { "practice console" } }
            }
            h1 { (said(&phrase::heading(story))) }
            div class={ "verdict " (phrase::class(worst)) } {
                (icon(worst))
                div {
                    p { (phrase::capital(&super::super::verdict(story))) "." }
                    @if let Some(ending) = phrase::ending(story) { p.ending { (said(&ending)) } }
                }
            }
            (tiles(story))
        }
    }
}

/// One number for each family; that nobody is undecided is worth a tile of its own.
fn tiles(story: &Story) -> Markup {
    html! {
        ul.tiles {
            @for family in COUNTED {
                @let count = story.count(family);
                @if count > 0 || matches!(family, Family::Done | Family::Undecided) {
                    li class={ (phrase::class(family)) @if count == 0 { " none" } } {
                        b { (phrase::number(count)) }
                        span { (icon(family)) (phrase::counted(family, story.plan.action)) }
                    }
                }
            }
            li.total { b { (phrase::number(story.people.len())) } span { "in the request" } }
        }
    }
}

/// How usher came in, each way once.
fn ways_in(run: &Run) -> Vec<&str> {
    let mut ways = Vec::new();
    for shown in run.signed_in.iter().filter(|shown| !shown.how.is_empty()) {
        if !ways.contains(&shown.how.as_str()) {
            ways.push(shown.how.as_str());
        }
    }
    ways
}

/// Who did this, when, where and with what.
pub(super) fn facts(story: &Story) -> Markup {
    let (plan, run) = (&story.plan, &story.run);
    let body = html! {
        dl.facts {
            @if let Some(begun) = &run.begun {
                (fact("Run", &html! { code { (said(&begun.run)) } }))
                (fact("Started by", &said(&begun.operator)))
                (fact("Begun", &time(&begun.at)))
            }
            @for stop in earlier_stops(story) {
                (fact("Stopped", &html! { (time(&stop.at)) small { (said(&stop.why)) } }))
            }
            @for again in &run.resumed {
                (fact("Resumed", &html! {
                    (time(&again.at)) " by " (said(&again.operator))
                    @if again.in_doubt > 0 { small { (phrase::people(again.in_doubt as usize)) " in doubt at that time" } }
                    @if let Some(heeded) = phrase::heeded(&again.protected, again.cap) { small { (said(&heeded)) } }
                    @if again.mended > 0 { small { "a torn last line of " (again.mended) " bytes was cut away; nobody had seen it" } }
                }))
            }
            (fact("Ended", &html! {
                @if let Some(at) = &run.ended { (time(at)) }
                @else if let Some(stop) = run.stops.last().filter(|_| run.is_stopped) { "stopped " (time(&stop.at)) }
                @else { "not ended" }
                @if let Some(worked) = story.worked() { small { (phrase::duration(worked)) " of work" } }
            }))
            (fact("App", &html! { (said(&plan.title)) small { (url(&plan.url)) } }))
            (fact("Tenant", &html! {
                (said(story.tenant()))
                @if !run.signed_in.is_empty() { small { "as the page showed it" } }
            }))
            (fact("Signed in as", &html! {
                (said(story.account()))
                @if !run.signed_in.is_empty() { small { "as the page showed it" } }
                @for how in ways_in(run) { small { (said(how)) } }
            }))
            @for held in run.held_up.iter().take(HELD_UP) {
                (fact("Held up", &html! {
                    (time(&held.at)) small { (said(&held.why)) " (" (held.outcome.as_str()) ")" }
                    small {
                        @match &held.through {
                            Some((how, waited)) => { (said(how)) ", after " (phrase::duration(*waited)) }
                            None => { "nothing came of it" }
                        }
                    }
                }))
            }
            @if run.held_up.len() > HELD_UP { (fact("Held up", &html! { (run.held_up.len() - HELD_UP) " more times" small { "each is in the journal" } })) }
            @for (session, times) in browsers(story) {
                (fact("Browser", &html! {
                    (said(&session.browser))
                    small { (said(&session.driver)) ", " (said(&session.platform)) }
                    small { (session.viewport.0) " × " (session.viewport.1) ", sandbox " (if session.sandbox { "on" } else { "off" }) ", " (said(&session.input)) ", " (said(&session.pictures)) }
                    @if times > 1 { small { "started " (times) " times" } }
                }))
            }
            (fact("Pages of the app", &html! {
                (said(&plan.generation))
                @if let Some(shown) = run.signed_in.last() { small { "book " (said(&shown.book)) } }
            }))
            (fact("Request", &html! { (said(&plan.request.name)) small { (phrase::people(plan.request.people as usize)) ", " (digest(&plan.request.sha256)) } }))
            @if let Some(begun) = &run.begun { (fact("Plan", &html! { (digest(&begun.plan)) small { "made " (time(&plan.created)) } })) }
            @if plan.action != Action::Invite { (fact("Guards", &html! { "at most " (plan.cap) " removals" small { (phrase::people(plan.admins as usize)) " could manage people when it was planned" } })) }
            (fact("Previous run here", &html! {
                @match run.begun.as_ref().and_then(|begun| begun.previous.as_ref()) {
                    Some(seal) => { "seal " (digest(seal)) }
                    None => { "none" }
                }
            }))
            (fact("Signature", &html! {
                @match &run.signer {
                    Some(signer) => { (said(&signer.key)) small { (said(&signer.comment)) } small { code { "usher verify" } " checks it" } }
                    None => { "none" small { (phrase::signer(story)) } }
                }
            }))
            (fact("usher", &html! { (said(&plan.usher)) }))
        }
        @if !plan.notes.is_empty() {
            ul.notes { @for note in &plan.notes { li { (said(note)) } } }
        }
        @if let Some(head) = &run.head {
            p.head { span { "Head seal of the journal" } (whole(head)) small { (phrase::number(usize::try_from(run.entries).unwrap_or(usize::MAX))) " entries" } }
        }
    };
    super::section("facts", "Who, when and where", "", &body)
}

/// More of them say no more: an app may end its sessions every few pages.
const HELD_UP: usize = 4;

/// The browsers that were used, alike ones counted.
fn browsers(story: &Story) -> Vec<(&Session, u32)> {
    let mut all: Vec<(&Session, u32)> = Vec::new();
    for session in &story.run.sessions {
        let alike = |known: &&mut (&Session, u32)| {
            let other = known.0;
            (&other.browser, &other.driver, other.viewport)
                == (&session.browser, &session.driver, session.viewport)
        };
        match all.iter_mut().find(alike) {
            Some((_, times)) => *times += 1,
            None => all.push((session, 1)),
        }
    }
    all
}

/// Stops that were overcome: the last one is told as the run's end, unless somebody took it up again.
fn earlier_stops(story: &Story) -> &[Stopped] {
    let stops = &story.run.stops;
    let overcome = stops.len() - usize::from(story.run.is_stopped && !stops.is_empty());
    &stops[..overcome]
}
