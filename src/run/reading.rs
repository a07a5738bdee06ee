//! Reading people: whole lists for rosters, and one person on a fresh load.

use super::target::{Locator, Values};
use crate::browser::{Browser, Refused, Trouble, Typed, Want};
use crate::journal::RefusalKind;
use crate::plan::View;
use crate::roster::{
    ColumnShape, Completeness, Found, PageRead, Roster, Shape, fold, keys_equal, read_export,
};
use crate::selector::Find;
use crate::words::State;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often a list is read again that has not answered a search yet.
const SEARCH_TRIES: u32 = 4;

/// How a person stands in the app.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// The state; absent when nothing was found.
    pub state: State,
    /// The cells of the row.
    pub row: BTreeMap<String, String>,
    /// Whether absence is proven: the list was whole, or the exact search was.
    pub whole: bool,
    /// More than one row has this key.
    pub several: bool,
}

/// Reads lists of one tenant.
pub struct Reader<'a> {
    pub(super) view: &'a View,
    pub(super) locator: Locator<'a>,
    base: &'a str,
}

impl<'a> Reader<'a> {
    /// For the pages below a base address.
    pub fn new(view: &'a View, base: &'a str) -> Self {
        Self { view, locator: Locator::new(view), base }
    }

    /// Everybody in every list. A list that does not count itself is read twice when `proven` is wanted.
    pub async fn roster(&self, browser: &mut impl Browser, proven: bool) -> Result<Roster, Trouble> {
        let mut parts = Vec::new();
        for name in self.view.book.lists.keys() {
            parts.push(self.whole_list(browser, name, proven).await?);
        }
        Ok(Roster::together(parts))
    }

    /// Everybody in one list.
    pub(super) async fn whole_list(
        &self,
        browser: &mut impl Browser,
        name: &str,
        proven: bool,
    ) -> Result<Roster, Trouble> {
        let (first, stuck) = self.list(browser, name, None).await?;
        // A list that could not be turned for as long as one waits for that will not be at once.
        let list = if first.is_proven() || !proven || stuck {
            first
        } else {
            self.list(browser, name, Some(&first)).await?.0
        };
        let list = if proven { self.exported(browser, name, list).await? } else { list };
        self.with_details(browser, name, list).await
    }

    /// The list held against the app's own file of everybody, where it gives one away.
    async fn exported(
        &self,
        browser: &mut impl Browser,
        name: &str,
        mut list: Roster,
    ) -> Result<Roster, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let Some(export) = &entry.export else { return Ok(list) };
        let control = self.locator.control(&export.click, &Values::default()).map_err(Trouble::Broken)?;
        let bytes = browser.download(&control).await?;
        let columns: Vec<(String, String)> =
            export.columns.iter().map(|(ours, theirs)| (ours.value.clone(), theirs.value.clone())).collect();
        match read_export(&columns, &bytes) {
            Ok(lines) => list.held_against(&self.shape(name)?.key, &lines),
            Err(why) => {
                let why = format!("the app's own export cannot be read: {why}");
                list.completeness = Completeness::Unproven { why };
            }
        }
        Ok(list)
    }

    /// One reading of a list, and whether the control that leads to its next page had no effect.
    async fn list(
        &self,
        browser: &mut impl Browser,
        name: &str,
        before: Option<&Roster>,
    ) -> Result<(Roster, bool), Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        self.open(browser, &entry.page, &Values::default()).await?;
        let (pages, ended) = self.pages(browser, name, None, None).await?;
        let stuck = !ended && entry.next.is_some() && pages.iter().all(|page| page.doubts.is_empty());
        let is_counted = pages.iter().any(shows_count);
        Ok((self.counted(name, Roster::assemble(pages, ended, before), is_counted), stuck))
    }

    /// A book that knows the app's own count is held to it: a page that no longer shows it may have changed in other
    /// ways, too, and then the end of a list is no proof of its end.
    fn counted(&self, name: &str, mut roster: Roster, is_counted: bool) -> Roster {
        let expected = self.locator.list_entry(name).is_ok_and(|list| !list.count.is_empty());
        if expected && !is_counted && roster.is_proven() {
            let why = format!("the page does not show the count that the book knows of list `{name}`");
            roster.completeness = Completeness::Unproven { why };
        }
        roster
    }

    /// Brings the person's row onto the page: by the list's exact search, else page by page until it is there. Where the
    /// page that is open shows it, nothing is loaded.
    pub async fn show(&self, browser: &mut impl Browser, name: &str, values: &Values) -> Result<(), Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let row = self.locator.row(name, values).map_err(Trouble::Broken)?;
        // A row of the same kind may stand in the list of another tab.
        let mut there = entry.tab.is_none() && browser.sees(&row).await?;
        let key = self.locator.row_key(name, values).map_err(Trouble::Broken)?;
        // Who is only known by their row cannot be searched for by what the search takes.
        let can_search = values.person.contains_key(self.view.app.identity.value.as_str());
        let find = entry.find.as_ref().filter(|_| can_search && !there);
        if let Some(find) = find {
            let before = self.search(browser, name, find, values).await?;
            there = self.turns_up(browser, name, before.as_deref(), &key).await?;
        }
        // A search may read signs in a key as something else than signs, so that it misses who is there.
        if !there {
            self.open(browser, &entry.page, values).await?;
            there = self.turns_up(browser, name, None, &key).await?;
        }
        if there {
            // Its being ready brings it to the middle of the window; a row that does not take clicks is shown all the same.
            return match browser.look(&row, Want::Ready, Duration::from_millis(500)).await {
                Err(broken @ Trouble::Broken(_)) => Err(broken),
                _ => Ok(()),
            };
        }
        let message = format!("no row of list `{name}` is {}'s", values.key);
        Err(Refused::new(RefusalKind::NotThere, message).into())
    }

    /// Goes through a list from the page that is open until one shows this row.
    async fn turns_up(
        &self,
        browser: &mut impl Browser,
        name: &str,
        before: Option<&str>,
        key: &str,
    ) -> Result<bool, Trouble> {
        let (pages, _) = self.pages(browser, name, before, Some(key)).await?;
        Ok(pages.last().is_some_and(|page| page.people.iter().any(|person| keys_equal(&person.key, key))))
    }

    async fn open(&self, browser: &mut impl Browser, page: &str, values: &Values) -> Result<(), Trouble> {
        let address = self.locator.page(self.base, page, values).map_err(Trouble::Broken)?;
        browser.open(&address).await
    }

    /// Begins the exact search of a list for a person. Where a field narrows the list, what the list showed before comes
    /// back, so that it is not taken for the answer.
    async fn search(
        &self,
        browser: &mut impl Browser,
        name: &str,
        find: &Find,
        values: &Values,
    ) -> Result<Option<String>, Trouble> {
        let field = match find {
            Find::Page(page) => {
                self.open(browser, page, values).await?;
                return Ok(None);
            }
            Find::Field(field) => field,
        };
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        self.open(browser, &entry.page, values).await?;
        let before = self.fingerprint(browser, name).await?;
        let control = |name: &str| self.locator.control(name, values).map_err(Trouble::Broken);
        browser.fill(&control(&field.fill)?, Typed::Plain(&values.key)).await?;
        if let Some(click) = &field.click {
            browser.click(&control(click)?).await?;
        }
        browser.rest().await?;
        Ok(Some(before))
    }

    /// One person on a fresh load: by the exact search of the lists that have one, else by reading the lists whole.
    pub async fn person(
        &self,
        browser: &mut impl Browser,
        values: &Values,
    ) -> Result<(Standing, Option<Roster>), Trouble> {
        let names: Vec<&str> = self.view.book.lists.keys().collect();
        let searchable =
            names.iter().all(|name| self.locator.list_entry(name).is_ok_and(|list| list.find.is_some()));
        if !searchable {
            let roster = self.roster(browser, true).await?;
            return Ok((standing(&roster, &values.key), Some(roster)));
        }
        let mut parts = Vec::new();
        for name in names {
            let list = self.found_by_search(browser, name, values).await?;
            parts.push(self.with_details(browser, name, list).await?);
        }
        Ok((standing(&Roster::together(parts), &values.key), None))
    }

    /// What the exact search of a list shows for a person.
    pub(super) async fn found_by_search(
        &self,
        browser: &mut impl Browser,
        name: &str,
        values: &Values,
    ) -> Result<Roster, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let find = entry.find.as_ref().ok_or_else(|| Trouble::Broken(anyhow!("the list lost its search")))?;
        let before = self.search(browser, name, find, values).await?;
        let mut list = self.searched(browser, name, before.as_deref()).await?;
        // A list may wait until somebody has stopped typing, and longer than the page seems to rest.
        for _ in 1..SEARCH_TRIES {
            if before.is_none() || is_narrowed(&list, &values.key) {
                break;
            }
            browser.rest().await?;
            list = self.searched(browser, name, None).await?;
        }
        if before.is_some() && !is_narrowed(&list, &values.key) {
            let why =
                format!("the search of list `{name}` shows rows that do not have what was searched for");
            list.completeness = Completeness::Unproven { why };
        }
        Ok(list)
    }

    /// What a searched list shows. One reading of its whole result is proof enough; a count that disagrees, unread rows or
    /// a missing end still leave it unproven.
    async fn searched(
        &self,
        browser: &mut impl Browser,
        name: &str,
        before: Option<&str>,
    ) -> Result<Roster, Trouble> {
        let (pages, ended) = self.pages(browser, name, before, None).await?;
        let is_counted = pages.iter().any(shows_count);
        let once = Roster::assemble(pages.clone(), ended, None);
        Ok(self.counted(name, Roster::assemble(pages, ended, Some(&once)), is_counted))
    }

    pub(super) fn shape(&self, name: &str) -> Result<Shape, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let states = &self.view.app.states;
        let words = |state, words: &crate::source::Several<String>| {
            (state, words.values().cloned().collect::<Vec<_>>())
        };
        Ok(Shape {
            list: name.to_owned(),
            key: entry
                .key
                .as_ref()
                .map_or_else(|| self.view.app.identity.value.as_str().to_owned(), |key| key.value.clone()),
            or_key: entry.or_key.as_ref().map(|column| column.value.clone()),
            columns: entry
                .columns
                .iter()
                .map(|(name, column)| ColumnShape {
                    name: name.value.clone(),
                    header: column.header.clone(),
                    css: column.css.as_ref().map(|css| css.value.clone()),
                    heard: column.heard,
                })
                .collect(),
            count: entry.count.values().cloned().collect(),
            empty: entry.empty.values().cloned().collect(),
            states: vec![
                words(State::Active, &states.active),
                words(State::Pending, &states.pending),
                words(State::Inactive, &states.inactive),
            ],
            otherwise: entry.holds.as_ref().map_or(State::Active, |state| state.value),
        })
    }
}

/// Whether a page shows the app's own count, or that there is nobody to be counted.
fn shows_count(page: &PageRead) -> bool {
    page.count.is_some() || page.empty
}

/// Whether every row of a searched list holds what was searched for; a list that the search did not reach does not.
fn is_narrowed(list: &Roster, key: &str) -> bool {
    let key = fold(key);
    list.people.iter().all(|person| person.columns.values().any(|cell| fold(cell).contains(&key)))
}

/// How a person stands in a roster.
pub fn standing(roster: &Roster, key: &str) -> Standing {
    let whole = roster.is_proven();
    match roster.find(key) {
        Found::None => Standing { whole, ..Standing::default() },
        Found::One(person) => {
            Standing { state: person.state, row: person.columns.clone(), whole, several: false }
        }
        Found::Several(people) => {
            let row = people.first().map(|person| person.columns.clone()).unwrap_or_default();
            Standing {
                state: people.first().map(|person| person.state).unwrap_or_default(),
                row,
                whole,
                several: true,
            }
        }
    }
}
