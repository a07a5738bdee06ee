//! Reading a list whole, however it goes on: page after page, scrolled to its end, or loaded bit by bit.

use super::reading::Reader;
use super::target::Values;
use crate::browser::{
    Browser, Go, ListQuestion, ListTarget, Refused, Rest, Scroller, Stretch, StretchQuestion, Target, Trouble,
};
use crate::journal::RefusalKind;
use crate::roster::{Edges, PageRead, Shape, Strip, Unreadable, Way, keys_equal, read_page};
use std::time::Duration;

/// The most pages of one list that are read, and the most steps in which one is scrolled or loaded; a list that never ends
/// must not keep usher for ever. A hundred thousand people at ten a page.
const MOST_STEPS: u32 = 10_000;
/// The most rows of one list that are put together from stretches of it: more people than any console has pages for, and
/// little enough memory.
const MOST_ROWS: usize = 200_000;
/// How often one waits at the end of a list while something there still turns.
const MOST_WAITS: u32 = 4;
/// Why the end of a list that is not at rest may not be its end.
const STILL_LOADING: &str = "the page was still loading at its end";
/// How late a list may show more at its end, at least and at most, whatever the app's `settle` says.
const END: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// What is asked of the page about a list, made from the book once.
struct Asked {
    name: String,
    list: ListTarget,
    shape: Shape,
    empty: Vec<String>,
    /// The book knows the app's own count of it.
    counts: bool,
}

/// Pages of a list, and whether its end was reached.
type Read = (Vec<PageRead>, bool);

impl Reader<'_> {
    /// Every page of a list from an address on, and whether its end was reached. With `until` it stops, without having
    /// reached the end, where this person's row is on the page.
    pub(super) async fn pages(
        &self,
        browser: &mut impl Browser,
        name: &str,
        address: &str,
        until: Option<&str>,
    ) -> Result<Read, Trouble> {
        let asked = self.asked(name)?;
        browser.open(address).await?;
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        if let Some(tab) = &entry.tab {
            let tab = self.locator.control(tab, &Values::default()).map_err(Trouble::Broken)?;
            browser.turn(&tab, &asked.list, &asked.empty).await?;
        }
        if entry.scroll.is_some() {
            let within = entry.scrolled_box().map(|name| self.locator.control(name, &Values::default()));
            let within = within.transpose().map_err(Trouble::Broken)?;
            let scroller = within.as_ref().map_or(Scroller::Window, Scroller::Box);
            return scrolled(browser, &asked, scroller, self.patience(), until).await;
        }
        if let Some(more) = self.locator.more(name).map_err(Trouble::Broken)? {
            return loaded(browser, &asked, &more, self.patience(), until).await;
        }
        self.paged(browser, &asked, until).await
    }

    fn asked(&self, name: &str) -> Result<Asked, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        Ok(Asked {
            name: name.to_owned(),
            list: self.locator.list(name).map_err(Trouble::Broken)?,
            shape: self.shape(name)?,
            empty: entry.empty.values().cloned().collect(),
            counts: !entry.count.is_empty(),
        })
    }

    /// A list that is read page after page; many have only one.
    async fn paged(
        &self,
        browser: &mut impl Browser,
        asked: &Asked,
        until: Option<&str>,
    ) -> Result<Read, Trouble> {
        let mut pages: Vec<PageRead> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut again = false;
        for _ in 0..MOST_STEPS {
            let unlike = seen.last().map(String::as_str);
            let next = self.onto(asked, seen.len() + 2)?;
            let question =
                ListQuestion { list: &asked.list, next: next.as_ref(), empty: &asked.empty, unlike };
            let snapshot = match browser.snapshot(&question).await {
                Ok(snapshot) => snapshot,
                Err(trouble) => return cut_short(pages, trouble),
            };
            if unlike == Some(snapshot.fingerprint.as_str()) {
                // The control had no effect: a page may show it before it reacts. It is used once more only where the
                // app's own count would tell that a page was passed over; else nobody knows what is behind it.
                let Some(same) = self.onto(asked, seen.len() + 1)?.filter(|_| !again && asked.counts) else {
                    return Ok((pages, false));
                };
                again = true;
                browser.click(&same).await?;
                continue;
            }
            again = false;
            let mut read = read_page(&asked.shape, &snapshot.html, &snapshot.lines)
                .map_err(|why| asked.unreadable(&why))?;
            read.unsure.extend(snapshot.amiss.iter().map(|amiss| amiss.words().to_owned()));
            let here = until.is_some_and(|key| read.people.iter().any(|person| keys_equal(&person.key, key)));
            tracing::trace!(list = asked.name, people = read.people.len(), count = ?read.count, "read a page of a list");
            pages.push(read);
            if snapshot.empty {
                return Ok((pages, true));
            }
            if here {
                return Ok((pages, false));
            }
            match (&next, snapshot.next.as_str()) {
                (Some(next), "enabled") if !seen.contains(&snapshot.fingerprint) => {
                    seen.push(snapshot.fingerprint);
                    if let Err(trouble) = browser.click(next).await {
                        return cut_short(pages, trouble);
                    }
                }
                // The same page twice: the control leads nowhere, and nobody knows what is behind it.
                (Some(_), "enabled" | "several") => return Ok((pages, false)),
                _ => return Ok((pages, true)),
            }
        }
        if let Some(last) = pages.last_mut() {
            last.doubts.push(format!("the list has more than {MOST_STEPS} pages"));
        }
        Ok((pages, false))
    }

    /// The control that leads onto the page of this number from the one before it.
    fn onto(&self, asked: &Asked, number: usize) -> Result<Option<Target>, Trouble> {
        self.locator.next(&asked.name, u32::try_from(number).unwrap_or(u32::MAX)).map_err(Trouble::Broken)
    }

    /// How late a list may be at its end.
    fn patience(&self) -> Duration {
        self.view.app.settle.0.clamp(END.0, END.1)
    }
}

/// What could not be read on is a list cut short, which is never taken for a whole one. Where nothing at all could be read,
/// where the page says why, and where the browser is gone, it is more than that.
fn cut_short(mut pages: Vec<PageRead>, trouble: Trouble) -> Result<Read, Trouble> {
    let number = pages.len() + 1;
    match (trouble, pages.last_mut()) {
        (Trouble::Refused(refused), Some(last)) if refused.said.is_empty() => {
            last.doubts.push(format!("page {number} could not be read: {}", refused.message));
            Ok((pages, false))
        }
        (trouble, _) => Err(trouble),
    }
}

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
        let question = StretchQuestion { list, scroller, more, empty, go: Go::Top, since: 0, patience };
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
async fn scrolled(
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
async fn loaded(
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

impl Asked {
    fn unreadable(&self, why: &Unreadable) -> Trouble {
        let message = format!("list `{}` cannot be read: {why}", self.name);
        Refused { kind: RefusalKind::Unreadable, message, ..Default::default() }.into()
    }
}
