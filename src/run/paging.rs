//! Reading a list whole, however it goes on: page after page, scrolled to its end, or loaded bit by bit.

use super::reading::Reader;
use super::stretches::{loaded, scrolled};
use super::target::Values;
use crate::browser::{Browser, LIST_PATIENCE, ListQuestion, ListTarget, Refused, Scroller, Target, Trouble};
use crate::journal::RefusalKind;
use crate::roster::{PageRead, Shape, Unreadable, keys_equal, read_page};
use std::time::Duration;

/// The most pages of one list that are read, and the most steps in which one is scrolled or loaded; a list that never ends
/// must not keep usher for ever. A hundred thousand people at ten a page.
pub(super) const MOST_STEPS: u32 = 10_000;
/// How long a list may take to answer a search before what it shows is taken for the answer.
const SEARCH_PATIENCE: Duration = Duration::from_secs(4);
/// How long a list may take after the control that leads on was used once more: a page that reacts now has had all the time
/// before.
const AGAIN_PATIENCE: Duration = Duration::from_secs(5);
/// How late a list may show more at its end, at least and at most, whatever the app's `settle` says.
const END: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// What is asked of the page about a list, made from the book once.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) list: ListTarget,
    pub(super) shape: Shape,
    pub(super) empty: Vec<String>,
    /// What in each row leads to the person's own page.
    pub(super) detail: Option<Target>,
    /// The book knows the app's own count of it.
    pub(super) counts: bool,
}

/// Pages of a list, and whether its end was reached.
pub(super) type Read = (Vec<PageRead>, bool);

impl Reader<'_> {
    /// Every page of a list from the one that is open, and whether its end was reached. With `until` it stops, without
    /// having reached the end, where this row is on the page. `before` is what the list showed before it was searched.
    pub(super) async fn pages(
        &self,
        browser: &mut impl Browser,
        name: &str,
        before: Option<&str>,
        until: Option<&str>,
    ) -> Result<Read, Trouble> {
        let asked = self.asked(name)?;
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        if let Some(tab) = entry.tab.as_ref().filter(|_| before.is_none()) {
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
        self.paged(browser, &asked, before, until).await
    }

    fn asked(&self, name: &str) -> Result<Asked, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        Ok(Asked {
            name: name.to_owned(),
            list: self.locator.list(name).map_err(Trouble::Broken)?,
            shape: self.shape(name)?,
            // The page looks for what stands before the first number; the whole line is held against it when it is read.
            empty: entry
                .empty
                .values()
                .map(|text| text.split("${").next().unwrap_or_default().to_owned())
                .collect(),
            detail: self.locator.detail(name).map_err(Trouble::Broken)?,
            counts: !entry.count.is_empty(),
        })
    }

    /// What a list shows now, in one word.
    pub(super) async fn fingerprint(
        &self,
        browser: &mut impl Browser,
        name: &str,
    ) -> Result<String, Trouble> {
        let asked = self.asked(name)?;
        Ok(browser.snapshot(&asked.page(None, None, None)).await?.fingerprint)
    }

    /// A list that is read page after page; many have only one.
    async fn paged(
        &self,
        browser: &mut impl Browser,
        asked: &Asked,
        before: Option<&str>,
        until: Option<&str>,
    ) -> Result<Read, Trouble> {
        let mut pages: Vec<PageRead> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut again = false;
        for _ in 0..MOST_STEPS {
            let unlike = seen.last().map(String::as_str);
            let next = self.onto(asked, seen.len() + 2)?;
            let mut question = asked.page(next.as_ref(), unlike, before);
            if again {
                question.patience = AGAIN_PATIENCE;
            }
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

impl Asked {
    /// The question for one page. A search may leave a list as it was, so its answer is waited for only so long.
    fn page<'a>(
        &'a self,
        next: Option<&'a Target>,
        unlike: Option<&'a str>,
        before: Option<&'a str>,
    ) -> ListQuestion<'a> {
        let searched = unlike.is_none() && before.is_some();
        ListQuestion {
            list: &self.list,
            next,
            empty: &self.empty,
            unlike: unlike.or(before),
            detail: self.detail.as_ref(),
            patience: if searched { SEARCH_PATIENCE } else { LIST_PATIENCE },
        }
    }

    /// The refusal of a list that cannot be read.
    pub(super) fn unreadable(&self, why: &Unreadable) -> Trouble {
        let message = format!("list `{}` cannot be read: {why}", self.name);
        Refused::new(RefusalKind::Unreadable, message).into()
    }
}
