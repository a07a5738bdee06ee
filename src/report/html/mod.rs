//! The report as one self-contained HTML file: readable without script, printable, the same bytes every time.
//!
//! Everything from outside is escaped by maud, made visible where it hides, and isolated so that it cannot turn the
//! text round it. Addresses are text, never links: a report must not be a way to click on what a page said.

mod album;
mod attention;
mod film;
mod head;
mod parts;
mod person;
mod record;
mod rosters;
#[cfg(test)]
mod tests;

use super::Pictures;
use super::phrase;
use super::story::{Person, Story};
use crate::safe::visible;
use album::Album;
use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html as draw};
use std::io::{self, Write};

/// The style sheet.
const STYLE: &str = include_str!("../report.css");

/// All the script there is: Escape closes a picture, the arrow keys turn to the next, printing opens what is folded.
const SCRIPT: &str = "addEventListener('keydown',e=>{const f=document.querySelector('.frame:target');if(!f)return;\
const a=f.querySelector({Escape:'.close',ArrowLeft:'.previous',ArrowRight:'.next'}[e.key]);if(a){e.preventDefault();a.click()}});\
addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach(d=>{d.open=true}));";

/// Cards are folded when there are more of them than somebody would scroll through.
const OPEN_CARDS: usize = 40;

/// The version of usher that draws: another may draw otherwise.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a report calls whoever drew it.
const DRAWN_BY: &str = "<meta name=\"generator\" content=\"usher ";

/// Within so many bytes from its beginning it says so.
pub const HEAD: u64 = 4096;

/// Which version of usher a report says has drawn it.
pub fn drawn_by(report: &[u8]) -> Option<&str> {
    let head = report.get(..report.len().min(usize::try_from(HEAD).ok()?))?;
    let place = head.windows(DRAWN_BY.len()).position(|window| window == DRAWN_BY.as_bytes())?;
    let rest = head.get(place + DRAWN_BY.len()..)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

/// Stands for what is drawn piece by piece in the place where it belongs; no text can hold it, since controls are made
/// visible.
const PLACE: &str = "\0";

/// Draws the whole report, piece by piece: of many people it is too large to be held.
pub fn html(story: &Story, pictures: &Pictures<'_>, out: &mut dyn Write) -> io::Result<()> {
    draw_page(story, pictures, album::ROOM, out)
}

fn draw_page(story: &Story, pictures: &Pictures<'_>, room: u64, out: &mut dyn Write) -> io::Result<()> {
    let album = Album::new(story, pictures, room);
    let attention: Vec<&Person> = attention::of(story);
    let (cards, plain): (Vec<&Person>, Vec<&Person>) = story
        .people
        .iter()
        .filter(|person| !person.needs_attention())
        .partition(|person| !person.film.is_empty() || !person.intents.is_empty());
    let open = attention.len() + cards.len() <= OPEN_CARDS;
    let page = draw! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="generator" content={ "usher " (VERSION) };
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (visible(&phrase::heading(story))) " - " (visible(story.run_id())) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (parts::sprite())
                (head::masthead(story))
                main { (PreEscaped(PLACE)) }
                (record::foot(story))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut put = |piece: &Markup| out.write_all(piece.0.as_bytes());
    around(&page, &mut put, |put| {
        put(&head::opening(story))?;
        put(&head::facts(story))?;
        let people = |people: &[&Person], open: bool, put: &mut Put<'_>| {
            people.iter().try_for_each(|person| put(&person::card(story, &album, person, open)))
        };
        around(&attention::section(story), put, |put| people(&attention, true, put))?;
        around(&person::cards(&cards), put, |put| people(&cards, open, put))?;
        put(&person::table(story, &plain))?;
        rosters::draw(story, pictures.read, put)?;
        put(&record::run_film(story, &album))?;
        put(&record::inputs(story))?;
        put(&record::proof(story, &album))?;
        put(&record::glossary(story))
    })
}

/// Takes the next piece.
type Put<'a> = dyn FnMut(&Markup) -> io::Result<()> + 'a;

/// Draws what has a place in it, and in that place what is drawn piece by piece.
fn around(
    whole: &Markup,
    put: &mut Put<'_>,
    inner: impl FnOnce(&mut Put<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let Some((before, after)) = whole.0.split_once(PLACE) else { return put(whole) };
    put(&PreEscaped(before.to_owned()))?;
    inner(put)?;
    put(&PreEscaped(after.to_owned()))
}

/// Nothing is loaded from anywhere, and no script runs but our own, whatever a page smuggled into a name.
fn policy() -> String {
    let hex = crate::digest::Digest::of(SCRIPT);
    let digits = hex.as_str().as_bytes().chunks(2);
    let bytes: Vec<u8> =
        digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let sum = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!(
        "default-src 'none'; img-src data: file: 'self'; style-src 'unsafe-inline'; script-src 'sha256-{sum}'"
    )
}

/// A section with its heading, which can be linked to.
fn section(id: &str, title: &str, note: &str, body: &Markup) -> Markup {
    draw! {
        section id=(id) {
            header.section { h2 { (title) } @if !note.is_empty() { p { (note) } } }
            (body)
        }
    }
}
