//! Reading a list that scrolls or grows, in stretches that are laid together by where rows stand.

use super::paging::{Asked, MOST_STEPS, Read};
use crate::browser::{Browser, Go, Rest, Scroller, Stretch, StretchQuestion, Target, Trouble};
use crate::roster::{Edges, PageRead, Strip, Way, keys_equal};
use std::time::Duration;

/// The most rows of one list that are put together from stretches of it: more people than any console has pages for, and
/// little enough memory.
const MOST_ROWS: usize = 200_000;
/// How often one waits at the end of a list while something there still turns.
const MOST_WAITS: u32 = 4;
/// Why the end of a list that is not at rest may not be its end.
const STILL_LOADING: &str = "the page was still loading at its end";

/// A list that is read in stretches which are laid together.
struct Reading<'a> {
    asked: &'a Asked,
    question: StretchQuestion<'a>,
    strip: Strip,
    way: Way,
    until: Option<&'a str>,
}

/// What a stretch came to.
enum Came {
    /// The list holds nobody.
    Nobody,
    /// The person who is looked for is on the page.
    Here,
    /// Whether the list has grown by it.
    Rows(bool, Stretch),
}

impl<'a> Reading<'a> {
    fn new(
        asked: &'a Asked,
        scroller: Scroller<'a>,
        more: Option<&'a Target>,
        patience: Duration,
        until: Option<&'a str>,
    ) -> Self {
        let (list, empty) = (&asked.list, asked.empty.as_slice());
        let detail = asked.detail.as_ref();
        let question =
            StretchQuestion { list, scroller, more, empty, go: Go::Top, since: 0, patience, detail };
        let way = if more.is_some() { Way::Loaded } else { Way::Scrolled };
        Self { asked, question, strip: Strip::new(), way, until }
    }

    async fn stretch(&mut self, browser: &mut impl Browser, go: Go) -> Result<Came, Trouble> {
        self.question.go = go;
        let stretch = browser.stretch(&self.question).await?;
        if stretch.empty {
            if !self.strip.is_empty() {
                self.strip.doubt("the page says that nobody is there after it has shown people");
            }
            return Ok(Came::Nobody);
        }
        self.question.since = stretch.number;
        let before = self.strip.len();
        let edges = Edges { known: stretch.known, bottom: stretch.bottom, last: stretch.last };
        let brought = self
            .strip
            .add(&self.asked.shape, &stretch.html, &stretch.lines, edges)
            .map_err(|why| self.asked.unreadable(&why))?;
        tracing::trace!(
            list = self.asked.name,
            ?go,
            rows = brought.rows,
            known = stretch.known,
            "read a stretch of a list"
        );
        if self.until.is_some_and(|key| brought.keys.iter().any(|one| keys_equal(one, key))) {
            return Ok(Came::Here);
        }
        stretch.amiss.iter().for_each(|amiss| self.strip.unsure(amiss.words()));
        if self.strip.len() > MOST_ROWS {
            self.strip.doubt(format!("the list has more than {MOST_ROWS} rows"));
        }
        Ok(Came::Rows(self.strip.len() > before, stretch))
    }

    fn end(self, ended: bool) -> Read {
        (vec![self.strip.end(self.way)], ended)
    }

    /// A trouble on the way: the list is cut short there, unless nothing at all was read or the page says why.
    fn cut_short(mut self, trouble: Trouble) -> Result<Read, Trouble> {
        match trouble {
            Trouble::Refused(refused) if refused.said.is_empty() && !self.strip.is_empty() => {
                self.strip.doubt(format!("the list could not be read on: {}", refused.message));
                Ok(self.end(false))
            }
            trouble => Err(trouble),
        }
    }
}

/// A list that is scrolled: only a part of it may be on the page at a time, or more of it may come at its end.
pub(super) async fn scrolled(
    browser: &mut impl Browser,
    asked: &Asked,
    scroller: Scroller<'_>,
    patience: Duration,
    until: Option<&str>,
) -> Result<Read, Trouble> {
    let mut reading = Reading::new(asked, scroller, None, patience, until);
    let mut go = Go::Top;
    let mut waits = 0;
    let mut place = None;
    let mut ended = false;
    for _ in 0..MOST_STEPS {
        let (grew, stretch) = match reading.stretch(browser, go).await {
            Ok(Came::Nobody) => {
                return Ok((vec![PageRead { empty: true, ..reading.strip.end(reading.way) }], true));
            }
            Ok(Came::Here) => return Ok(reading.end(false)),
            Ok(Came::Rows(grew, stretch)) => (grew, stretch),
            Err(trouble) => return reading.cut_short(trouble),
        };
        if reading.strip.len() > MOST_ROWS {
            break;
        }
        if !stretch.at_end {
            if go == Go::On && place == Some(stretch.place) {
                reading.strip.doubt("the list cannot be scrolled on, and its end was not reached");
                break;
            }
            place = Some(stretch.place);
            go = Go::On;
            continue;
        }
        let nothing_came = go == Go::Wait && !grew;
        if reading.strip.is_counted() || (nothing_came && stretch.rest == Rest::Waited) {
            ended = true;
            break;
        }
        waits = if nothing_came { waits + 1 } else { 0 };
        if waits > MOST_WAITS {
            reading.strip.unsure(STILL_LOADING);
            ended = true;
            break;
        }
        go = Go::Wait;
    }
    if !ended && !reading.strip.is_doubted() {
        reading.strip.doubt(format!("the list did not end in {MOST_STEPS} steps"));
    }
    // The next who looks at the page finds it as it was.
    reading.question.go = Go::Home;
    match browser.stretch(&reading.question).await {
        Err(broken @ Trouble::Broken(_)) => Err(broken),
        _ => Ok(reading.end(ended)),
    }
}

/// A list that is loaded bit by bit into the same page, by a control that is there until nothing is left to load.
pub(super) async fn loaded(
    browser: &mut impl Browser,
    asked: &Asked,
    more: &Target,
    patience: Duration,
    until: Option<&str>,
) -> Result<Read, Trouble> {
    let mut reading = Reading::new(asked, Scroller::None, Some(more), patience, until);
    let mut go = Go::Top;
    let mut again = false;
    for _ in 0..MOST_STEPS {
        let (grew, stretch) = match reading.stretch(browser, go).await {
            Ok(Came::Nobody) => {
                return Ok((vec![PageRead { empty: true, ..reading.strip.end(reading.way) }], true));
            }
            Ok(Came::Here) => return Ok(reading.end(false)),
            Ok(Came::Rows(grew, stretch)) => (grew, stretch),
            Err(trouble) => return reading.cut_short(trouble),
        };
        if reading.strip.len() > MOST_ROWS {
            return Ok(reading.end(false));
        }
        match stretch.more.as_str() {
            "enabled" => {
                let nothing_came = go == Go::Grown && !grew;
                // As with the next page: it is used once more only where the app's own count would tell.
                if nothing_came && (again || !asked.counts) {
                    reading
                        .strip
                        .doubt("the control that loads more was used, nothing came, and it is still there");
                    return Ok(reading.end(false));
                }
                again = nothing_came;
                if let Err(trouble) = browser.click(more).await {
                    return reading.cut_short(trouble);
                }
                go = Go::Grown;
            }
            "several" => {
                reading.strip.doubt("the control that loads more could be several");
                return Ok(reading.end(false));
            }
            _ if reading.strip.is_counted() => return Ok(reading.end(true)),
            _ if matches!(go, Go::Wait | Go::Grown) && !grew => {
                if stretch.rest != Rest::Waited {
                    reading.strip.unsure(STILL_LOADING);
                }
                return Ok(reading.end(true));
            }
            // It may only be gone while more is on its way.
            _ => go = Go::Wait,
        }
    }
    reading.strip.doubt(format!("the list did not end in {MOST_STEPS} steps"));
    Ok(reading.end(false))
}
