//! The filmstrip: a person's pictures in order, with the facts an auditor asks for beside each.

use super::album::{Album, Shown};
use super::parts::{digest, fact, said, time, url, whole};
use crate::evidence::{ExhibitKind, Masked};
use crate::journal::PlaceRef;
use crate::plan::{Input, InputKind};
use crate::report::phrase::{capital, clock};
use crate::report::story::{Frame, Person, Story};
use crate::safe::visible;
use maud::{Markup, html};

/// A person's pictures.
pub(super) fn strip(album: &Album<'_>, person: &Person) -> Markup {
    draw(album, &person.film, Some(person), &format!("person-{}", person.job))
}

/// Pictures one after another; `home` is where closing a large one leads back to.
pub(super) fn draw(album: &Album<'_>, film: &[Frame], person: Option<&Person>, home: &str) -> Markup {
    html! {
        @if !film.is_empty() {
            div.film {
                @for (place, frame) in film.iter().enumerate() {
                    @let previous = place.checked_sub(1).and_then(|before| film.get(before));
                    (shot(album, frame, person, [previous, film.get(place + 1)], home))
                }
            }
        }
    }
}

/// One picture. It is the target of its own link: the style sheet shows a target large, with all its facts.
fn shot(
    album: &Album<'_>,
    frame: &Frame,
    person: Option<&Person>,
    beside: [Option<&Frame>; 2],
    home: &str,
) -> Markup {
    let exhibit = &frame.exhibit;
    let step = person.and_then(|person| person.step_words(frame.step));
    let label = capital(&exhibit.label);
    let who = person.map_or("", |person| person.key.as_str());
    html! {
        figure.frame id={ "proof-" (frame.seq) } {
            div.shot {
                @if exhibit.kind == ExhibitKind::Picture {
                    @match album.show(exhibit) {
                        Shown::Source(source) => {
                            a.open href={ "#proof-" (frame.seq) } title="Show it large" {
                                img src=(source) alt={ (visible(&label)) ": " (visible(who)) ", " (visible(&exhibit.title)) };
                            }
                        }
                        Shown::Nothing(why) => { p.lost { (why) } }
                    }
                } @else {
                    p.lost { "An outline of the page, roles and names without values, lies beside this report: " (said(&exhibit.file)) }
                }
            }
            figcaption {
                p.label { b { (said(&label)) } span { (clock(&frame.at)) " UTC" } }
                @if let Some((line, words)) = &step { p.step { code { (said(words)) } @if *line > 0 { " line " (line) } } }
                @if let Some(by) = &frame.by {
                    p.step { "handed in by " (said(by)) " · " (digest(&exhibit.sha256)) }
                    (handed_in(album.story, frame, person, by))
                } @else {
                    p.step { (url(&exhibit.url)) }
                    p.step { (masked(exhibit.masked)) " · " (digest(&exhibit.sha256)) }
                    (facts(album.story, frame, person, step.as_ref()))
                }
                nav {
                    @if let Some(frame) = beside[0] { a.previous href={ "#proof-" (frame.seq) } { "← Previous" } }
                    @if let Some(frame) = beside[1] { a.next href={ "#proof-" (frame.seq) } { "Next →" } }
                    a.close href={ "#" (home) } { "Close" }
                }
            }
        }
    }
}

/// What is known of a picture that a person handed in: nothing that usher has seen.
fn handed_in(story: &Story, frame: &Frame, person: Option<&Person>, by: &str) -> Markup {
    let exhibit = &frame.exhibit;
    html! {
        dl.proof {
            (fact("Handed in", &html! { "by " (said(by)) "; usher did not take it and covered nothing" }))
            (fact("UTC", &time(&frame.at)))
            (fact("Local time", &said(&exhibit.local_time)))
            (fact("App, tenant", &html! { (said(&story.plan.title)) ", " (said(story.tenant())) }))
            @if let Some(person) = person { (fact("Person", &said(&person.key))) }
            (fact("File", &html! { (said(&exhibit.file)) ", " (exhibit.bytes) " bytes, entry " (frame.seq) }))
            (fact("SHA-256", &whole(&exhibit.sha256)))
        }
    }
}

/// Everything an auditor asks for beside a picture.
fn facts(story: &Story, frame: &Frame, person: Option<&Person>, step: Option<&(u32, String)>) -> Markup {
    let exhibit = &frame.exhibit;
    let session = frame.session.and_then(|place| story.run.sessions.get(place));
    let script = person.and_then(|person| person.script.as_deref());
    // With a practice overlay several books make one.
    let books: Vec<&Input> = story.plan.inputs.iter().filter(|input| input.kind == InputKind::Book).collect();
    let sum =
        |name: &str| story.plan.inputs.iter().find(|input| input.name == name).map(|input| &input.sha256);
    html! {
        dl.proof {
            (fact("Page", &url(&exhibit.url)))
            (fact("Title", &said(&exhibit.title)))
            (fact("UTC", &time(&frame.at)))
            (fact("Local time", &said(&exhibit.local_time)))
            (fact("App, tenant", &html! { (said(&story.plan.title)) ", " (said(story.tenant())) }))
            (fact("Signed in as", &said(story.account())))
            @if let Some(person) = person { (fact("Person", &said(&person.key))) }
            @if let Some((line, words)) = step {
                (fact("Step", &html! { (frame.step) ", " code { (said(words)) } @if *line > 0 { " at line " (line) } }))
            }
            @if let Some(place) = refused_at(person, frame) { (fact("Refused at", &html! { (said(&place.file)) ", line " (place.line) })) }
            @if let Some(file) = script { (fact("Script", &html! { (said(file)) @if let Some(sum) = sum(file) { " " (digest(sum)) } })) }
            @if !books.is_empty() {
                (fact("Book", &html! { @for (place, book) in books.iter().enumerate() {
                    @if place > 0 { ", " } (said(&book.name)) " " (digest(&book.sha256))
                } }))
            }
            @if let Some(session) = session {
                (fact("Browser", &html! { (said(&session.browser)) ", " (said(&session.driver)) }))
            }
            (fact("Covered", &masked(exhibit.masked)))
            (fact("File", &html! { (said(&exhibit.file)) ", " (exhibit.bytes) " bytes, entry " (frame.seq) }))
            (fact("SHA-256", &whole(&exhibit.sha256)))
        }
    }
}

/// The script's line that a picture shows the refusal of.
fn refused_at<'a>(person: Option<&'a Person>, frame: &Frame) -> Option<&'a PlaceRef> {
    let refusal = person?.refusal()?;
    refusal.script.as_ref().filter(|_| refusal.picture.as_deref() == Some(&frame.exhibit.file))
}

/// What was covered before the picture was written.
fn masked(masked: Masked) -> Markup {
    let parts = [
        (masked.people, "row of others", "rows of others"),
        (masked.secret, "secret", "secrets"),
        (masked.unknown, "unknown place", "unknown places"),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    html! { @if words.is_empty() { "nothing covered" } @else { (words.join(", ")) " covered" } }
}
