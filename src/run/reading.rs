//! Reading people: whole lists for rosters, and one person on a fresh load.

use super::target::{Locator, Values};
use crate::browser::{Browser, Refused, Trouble, Want};
use crate::journal::RefusalKind;
use crate::plan::View;
use crate::roster::{ColumnShape, Completeness, Found, PageRead, Roster, Shape, keys_equal};
use crate::words::State;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::time::Duration;

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
            let first = self.list(browser, name, None).await?;
            if first.is_proven() || !proven {
                parts.push(first);
            } else {
                parts.push(self.list(browser, name, Some(&first)).await?);
            }
        }
        Ok(Roster::together(parts))
    }

    async fn list(
        &self,
        browser: &mut impl Browser,
        name: &str,
        before: Option<&Roster>,
    ) -> Result<Roster, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let address =
            self.locator.page(self.base, &entry.page, &Values::default()).map_err(Trouble::Broken)?;
        let (pages, ended) = self.pages(browser, name, &address, None).await?;
        Ok(self.counted(name, Roster::assemble(pages.clone(), ended, before), &pages))
    }

    /// A book that knows the app's own count is held to it: a page that no longer shows it may have changed in other
    /// ways, too, and then the end of a list is no proof of its end.
    fn counted(&self, name: &str, mut roster: Roster, pages: &[PageRead]) -> Roster {
        let expected = self.locator.list_entry(name).is_ok_and(|list| !list.count.is_empty());
        let shown = pages.iter().any(|page| page.count.is_some() || page.empty);
        if expected && !shown && roster.is_proven() {
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
        if !there {
            let page = entry.find.as_ref().unwrap_or(&entry.page);
            let address = self.locator.page(self.base, page, values).map_err(Trouble::Broken)?;
            let (pages, _) = self.pages(browser, name, &address, Some(&values.key)).await?;
            there = pages
                .last()
                .is_some_and(|page| page.people.iter().any(|person| keys_equal(&person.key, &values.key)));
        }
        if there {
            // Its being ready brings it to the middle of the window; a row that does not take clicks is shown all the same.
            return match browser.look(&row, Want::Ready, Duration::from_millis(500)).await {
                Err(broken @ Trouble::Broken(_)) => Err(broken),
                _ => Ok(()),
            };
        }
        let message = format!("no row of list `{name}` is {}'s", values.key);
        Err(Refused { kind: RefusalKind::NotThere, message, ..Default::default() }.into())
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
            let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
            let find =
                entry.find.as_ref().ok_or_else(|| Trouble::Broken(anyhow!("the list lost its search")))?;
            let address = self.locator.page(self.base, find, values).map_err(Trouble::Broken)?;
            let (pages, ended) = self.pages(browser, name, &address, None).await?;
            // An exact search found the person before, so one reading of its whole result is proof enough; a count that
            // disagrees, unread rows or a missing end still leave it unproven.
            let once = Roster::assemble(pages.clone(), ended, None);
            parts.push(self.counted(name, Roster::assemble(pages.clone(), ended, Some(&once)), &pages));
        }
        Ok((standing(&Roster::together(parts), &values.key), None))
    }

    pub(super) fn shape(&self, name: &str) -> Result<Shape, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let states = &self.view.app.states;
        let words = |state, words: &crate::source::Several<String>| {
            (state, words.values().cloned().collect::<Vec<_>>())
        };
        Ok(Shape {
            list: name.to_owned(),
            key: self.view.app.identity.value.as_str().to_owned(),
            columns: entry
                .columns
                .iter()
                .map(|(name, column)| ColumnShape {
                    name: name.value.clone(),
                    header: column.header.clone(),
                    css: column.css.as_ref().map(|css| css.value.clone()),
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
