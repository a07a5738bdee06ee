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

use super::phrase;
use super::story::{Person, Story};
use crate::safe::visible;
use album::Album;
use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html as draw};

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

/// Which version of usher a report says has drawn it.
pub fn drawn_by(report: &[u8]) -> Option<&str> {
    let head = report.get(..report.len().min(4096))?;
    let place = head.windows(DRAWN_BY.len()).position(|window| window == DRAWN_BY.as_bytes())?;
    let rest = head.get(place + DRAWN_BY.len()..)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

/// The whole report. `picture` gives a file of the run's folder by its name.
pub fn html(story: &Story, picture: &dyn Fn(&str) -> Option<Vec<u8>>) -> String {
    draw_page(story, picture, album::ROOM)
}

fn draw_page(story: &Story, picture: &dyn Fn(&str) -> Option<Vec<u8>>, room: u64) -> String {
    let album = Album::new(story, picture, room);
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
                main {
                    (head::opening(story))
                    (head::facts(story))
                    (attention::section(story, &album, &attention))
                    (person::cards(story, &album, &cards, open))
                    (person::table(story, &plain))
                    (rosters::section(story, picture))
                    (record::run_film(story, &album))
                    (record::inputs(story))
                    (record::proof(story, &album))
                    (record::glossary(story))
                }
                (record::foot(story))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
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
