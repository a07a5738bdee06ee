//! A person's own page: what a list does not show of them, read there and held against the row it was reached from.

use super::reading::Reader;
use super::target::Values;
use crate::browser::{Browser, Refused, Trouble};
use crate::journal::RefusalKind;
use crate::roster::{Completeness, Person, Roster, key_of, keys_equal};
use crate::selector::Detail;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a person's own page may take until it shows whose it is.
const PATIENCE: Duration = Duration::from_secs(10);

impl Reader<'_> {
    /// Completes the people of a list by what their own pages show.
    pub(super) async fn with_details(
        &self,
        browser: &mut impl Browser,
        name: &str,
        mut list: Roster,
    ) -> Result<Roster, Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let Some(detail) = &entry.detail else { return Ok(list) };
        let shape = self.shape(name)?;
        let identity = self.view.app.identity.value.as_str();
        let mut keyless = 0_u32;
        for person in &mut list.people {
            let values = of_row(person, &shape.key);
            match person.detail.take() {
                Some(address) => browser.open(&address).await?,
                None => self.follow(browser, name, detail, &values).await?,
            }
            let shown = self.shown(browser, detail, (&shape.key, &person.shown)).await?;
            for (name, value) in shown {
                // A page may leave out what nobody can change of themselves; then what the list says of it stands.
                if !value.is_empty() || !person.columns.contains_key(&name) {
                    person.columns.insert(name, value);
                }
            }
            let key = person.columns.get(identity).map(String::as_str).unwrap_or_default();
            match key_of(key, identity == "username") {
                Some(key) => person.name_by(&key),
                None => keyless += 1,
            }
            if let Some(word) = person.columns.get("status") {
                person.state = shape.state(Some(word)).map_err(|unreadable| {
                    let message = format!("the page of {} cannot be read: {unreadable}", person.shown);
                    Trouble::from(Refused::new(RefusalKind::Unreadable, message))
                })?;
            }
        }
        if keyless > 0 {
            let why = format!("the own pages of {keyless} people show no {identity}");
            list.completeness = Completeness::Unproven { why };
        }
        Ok(list)
    }

    /// Opens the person's own page from their row, and holds it against them.
    pub async fn detail(
        &self,
        browser: &mut impl Browser,
        name: &str,
        values: &Values,
    ) -> Result<(), Trouble> {
        let entry = self.locator.list_entry(name).map_err(Trouble::Broken)?;
        let Some(detail) = &entry.detail else {
            return Err(Trouble::Broken(anyhow!("list `{name}` has no `detail`")));
        };
        let shape = self.shape(name)?;
        self.follow(browser, name, detail, values).await?;
        let key = self.locator.row_key(name, values).map_err(Trouble::Broken)?;
        let shown = self.shown(browser, detail, (&shape.key, &key)).await?;
        let identity = self.view.app.identity.value.as_str();
        let is_theirs = shown.get(identity).is_none_or(|shown| keys_equal(shown, &values.key));
        if is_theirs {
            return Ok(());
        }
        let message = format!("the page that the row of {} leads to is somebody else's", values.key);
        Err(Refused::new(RefusalKind::NotBound, message).into())
    }

    async fn follow(
        &self,
        browser: &mut impl Browser,
        name: &str,
        detail: &Detail,
        values: &Values,
    ) -> Result<(), Trouble> {
        self.show(browser, name, values).await?;
        let open = self.locator.control(&detail.open, values).map_err(Trouble::Broken)?;
        browser.click(&open).await.map(drop)
    }

    /// What the page shows, once it shows the row's own key: a page that is drawn by a script may fill its fields late.
    async fn shown(
        &self,
        browser: &mut impl Browser,
        detail: &Detail,
        (column, key): (&str, &str),
    ) -> Result<BTreeMap<String, String>, Trouble> {
        let control = |control: &str| self.locator.control(control, &Values::default());
        let controls = detail.shows.iter().map(|(_, name)| control(name)).collect::<anyhow::Result<Vec<_>>>();
        let targets = controls.map_err(Trouble::Broken)?;
        let names: Vec<String> = detail.shows.keys().map(str::to_owned).collect();
        let until = Instant::now() + PATIENCE;
        loop {
            let held = browser.read(&targets).await?;
            let shown: BTreeMap<String, String> = names.iter().cloned().zip(held).collect();
            let here = shown.get(column).map(String::as_str).unwrap_or_default();
            if keys_equal(here, key) {
                return Ok(shown);
            }
            if Instant::now() >= until {
                let message = format!("the page that the row of {key} leads to shows {column} \"{here}\"");
                return Err(Refused::new(RefusalKind::NotBound, message).into());
            }
            browser.rest().await?;
        }
    }
}

/// The values of somebody who is only known by their row.
fn of_row(person: &Person, key: &str) -> Values {
    let mut row = person.columns.clone();
    row.insert(key.to_owned(), person.shown.clone());
    Values { key: person.key.clone(), row, ..Values::default() }
}
