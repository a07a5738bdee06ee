//! Lists of people on a walk: read whole, searched for somebody who is there and for somebody who cannot be.

use super::finding::Found;
use super::witness::{PATIENCE, Witness, plain};
use super::{Walker, kept};
use crate::browser::{Browser, Headers, Refused, Trouble};
use crate::journal::{PlaceRef, Refusal, RefusalKind};
use crate::plan::words;
use crate::roster::{Completeness, Found as Who, Roster, fold};
use crate::run::target::Values;
use crate::selector::List;
use crate::source::Several;
use crate::words::{Identity, State};
use std::collections::{BTreeMap, BTreeSet};

/// A key that nobody can have: the domain is reserved for names that do not exist.
const NOBODY: &str = "nobody.usher.looks.for@usher.invalid";
/// The same where people are matched by user name.
const NO_NAME: &str = "nobody-usher-looks-for";
/// How many lines of a page that are like a wanted one are told.
const MOST_LINES: usize = 3;

/// What was found of a list.
#[derive(Clone, Debug)]
pub(super) struct ListFound {
    pub(super) columns: BTreeMap<String, Found>,
    pub(super) count: Found,
    pub(super) empty: Found,
    pub(super) notes: Vec<String>,
    pub(super) refusals: Vec<Refusal>,
}

impl Default for ListFound {
    fn default() -> Self {
        Self {
            columns: BTreeMap::new(),
            count: Found::Unseen,
            empty: Found::Unseen,
            notes: Vec::new(),
            refusals: Vec::new(),
        }
    }
}

impl Walker<'_> {
    /// Reads every list, and searches those that can be searched.
    pub(super) async fn lists<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        tell: &mut dyn FnMut(&str),
    ) -> anyhow::Result<()> {
        let mut parts = Vec::new();
        for (name, list) in self.view.book.lists.iter() {
            tell(&format!("list {name}"));
            let mut found = ListFound::default();
            match self.reader().whole_list(witness, name, true).await {
                Ok(roster) => {
                    self.read_whole(witness, (name, list), &roster, &mut found).await?;
                    parts.push(roster);
                }
                Err(Trouble::Refused(refused)) => {
                    witness.it_counts();
                    self.unreadable(witness, (name, list), *refused, &mut found).await?;
                }
                Err(Trouble::Broken(error)) => return Err(error),
            }
            self.lists.insert(name.value.clone(), found);
        }
        self.roster = (!parts.is_empty()).then(|| Roster::together(parts));
        self.person_is_there();
        for (name, list) in self.view.book.lists.iter() {
            let mut found = self.lists.remove(&name.value).unwrap_or_default();
            if found.refusals.is_empty() && list.find.is_some() {
                tell(&format!("the search of list {name}"));
                self.searches(witness, (name, list), &mut found).await?;
            }
            self.lists.insert(name.value.clone(), found);
        }
        self.sweep_beside_somebody(witness).await
    }

    /// Somebody who is asked for by name must be there, else the walk is not the one that was meant.
    fn person_is_there(&mut self) {
        let (Some(person), Some(roster)) = (self.bounds.person, &self.roster) else { return };
        if !matches!(roster.find(person), Who::None) {
            return;
        }
        let near: Vec<String> =
            roster.near(person, None).into_iter().take(MOST_LINES).map(|near| near.shown).collect();
        let hint = match near.as_slice() {
            [] => "without `--person` somebody harmless is chosen".to_owned(),
            near => format!("there is {}", near.join(", ")),
        };
        self.refusal = Some(Refusal {
            kind: RefusalKind::Rule,
            message: format!(
                "{person} is in no list of {}, so nobody's row was looked at",
                self.view.app.title
            ),
            near,
            hint: Some(hint),
            ..Refusal::default()
        });
    }

    /// A list that was read; whether it is proven whole is another matter.
    async fn read_whole<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        (name, list): (&str, &List),
        roster: &Roster,
        found: &mut ListFound,
    ) -> anyhow::Result<()> {
        found.columns = list.columns.keys().map(|column| (column.to_owned(), Found::One)).collect();
        found.notes.push(format!("{} people, {}", roster.people.len(), words(&roster.completeness)));
        let is_counted = matches!(roster.completeness, Completeness::Counted { .. });
        if is_counted {
            found.count = Found::One;
        }
        if roster.is_proven() {
            return self.leading_on(witness, name, roster);
        }
        // Reading it may have ended on somebody's own page.
        let page = self.locator.page(self.bounds.url, &list.page, &Values::default())?;
        kept(witness.open(&page).await)?;
        let lines = self.headers(witness, name).await?.lines;
        let near = alike(&lines, &list.count);
        let why = words(&roster.completeness);
        let uncounted = !list.count.is_empty() && !lines.iter().any(|line| says(line, &list.count));
        if !list.count.is_empty() {
            found.count = if uncounted { Found::Nothing } else { Found::One };
        }
        let mut refused = Refused::new(
            RefusalKind::Unreadable,
            format!("list `{name}` could not be proven whole, so nobody can say who is not in it: {why}"),
        );
        refused.near = if uncounted { near } else { Vec::new() };
        let next = self.locator.next(name, 2)?.into_iter().chain(self.locator.more(name)?);
        for target in next {
            // A list that ended too early may have lost what leads on in it.
            if witness.knows(&target) {
                continue;
            }
            let looked = kept(witness.look_at(&plain(&target, PATIENCE)).await)?;
            if let Some(missing) = looked.and_then(|inspected| inspected.refused) {
                witness.it_counts();
                refused.tried.extend(missing.tried);
                refused.near.extend(missing.near);
            }
        }
        self.list_refusal((name, list), refused, found);
        Ok(())
    }

    /// What leads on in a list of one page is not there to be looked at.
    fn leading_on<B: Browser>(
        &mut self,
        witness: &Witness<'_, B>,
        name: &str,
        roster: &Roster,
    ) -> anyhow::Result<()> {
        for target in self.locator.next(name, 2)?.into_iter().chain(self.locator.more(name)?) {
            if !witness.knows(&target) {
                let pages = if roster.pages < 2 { "one page" } else { "its last page" };
                self.why_not(&target.name, format!("not shown now: the list is at {pages}"));
            }
        }
        Ok(())
    }

    /// A list that cannot be read: which of its headers are there, and what stands in their place.
    async fn unreadable<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        (name, list): (&str, &List),
        mut refused: Refused,
        found: &mut ListFound,
    ) -> anyhow::Result<()> {
        let headers = self.headers(witness, name).await?;
        for (column, _) in list.columns.iter() {
            let there = headers.found.contains(&column.value);
            found.columns.insert(column.value.clone(), if there { Found::One } else { Found::Nothing });
        }
        let known: BTreeSet<String> =
            list.columns.iter().filter_map(|(_, column)| column.header.as_deref()).map(fold).collect();
        let others = headers.heads.into_iter().filter(|head| !known.contains(&fold(head)));
        if refused.kind == RefusalKind::Unreadable {
            refused.near.extend(others);
        }
        refused.tried.extend(list.columns.iter().map(|(column, shape)| {
            let there = u32::from(headers.found.contains(&column.value));
            format!("column \"{}\": {there} found", shape.words())
        }));
        self.list_refusal((name, list), refused, found);
        Ok(())
    }

    async fn headers<B: Browser>(&self, witness: &mut Witness<'_, B>, name: &str) -> anyhow::Result<Headers> {
        let list = self.locator.list(name)?;
        Ok(kept(witness.headers(&list).await)?.unwrap_or_default())
    }

    /// The exact search: it finds somebody who is there, and says so of somebody who cannot be.
    async fn searches<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        (name, list): (&str, &List),
        found: &mut ListFound,
    ) -> anyhow::Result<()> {
        let all = [State::Active, State::Pending, State::Inactive];
        match self.harmless(&all, Some(name)).map(|person| self.values(person)) {
            None => found.notes.push("nobody harmless is in it who could be searched for".to_owned()),
            Some(values) => self.finds(witness, (name, list), &values, found).await?,
        }
        let is_email = self.view.app.identity.value == Identity::Email;
        let key = if is_email { NOBODY } else { NO_NAME };
        let identity = self.view.app.identity.value.as_str().to_owned();
        let nobody = Values {
            key: key.to_owned(),
            person: BTreeMap::from([(identity, key.to_owned())]),
            ..Values::default()
        };
        let searched = self.reader().found_by_search(witness, name, &nobody).await;
        let lines = self.headers(witness, name).await?.lines;
        let mut refused = match searched {
            Ok(shown) if shown.people.is_empty() && lines.iter().any(|line| says(line, &list.empty)) => {
                found.empty = Found::One;
                found.notes.push(format!("its search says that nobody is {key}"));
                if !shown.is_proven() {
                    let why = words(&shown.completeness);
                    found
                        .notes
                        .push(format!("that alone proves nothing, and a run reads the list whole: {why}"));
                }
                return Ok(());
            }
            Ok(shown) => {
                let message = format!(
                    "the search of list `{name}` for {key}, whom nobody can be, shows {} people and does not say that nobody is there",
                    shown.people.len(),
                );
                Refused::new(RefusalKind::Unreadable, message)
            }
            Err(Trouble::Refused(refused)) => {
                witness.it_counts();
                let message = format!(
                    "the search of list `{name}` for {key}, whom nobody can be, does not say that nobody is there: {}",
                    refused.message
                );
                Refused::new(RefusalKind::Unreadable, message)
            }
            Err(Trouble::Broken(error)) => return Err(error),
        };
        refused.near = alike(&lines, &list.empty);
        refused.tried = list.empty.values().map(|text| format!("text \"{text}\": 0 found")).collect();
        found.empty = Found::Nothing;
        self.list_refusal((name, list), refused, found);
        Ok(())
    }

    async fn finds<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        (name, list): (&str, &List),
        values: &Values,
        found: &mut ListFound,
    ) -> anyhow::Result<()> {
        let reader = self.reader();
        let searched = match reader.found_by_search(witness, name, values).await {
            Ok(shown) => reader.with_details(witness, name, shown).await,
            Err(trouble) => Err(trouble),
        };
        let refused = match searched {
            Ok(shown) => match shown.find(&values.key) {
                Who::One(_) => {
                    let others = match shown.people.len() {
                        1 => String::new(),
                        several => format!(", and {} others", several - 1),
                    };
                    found.notes.push(format!("its search finds {}{others}", values.key));
                    return Ok(());
                }
                _ => Refused::new(
                    RefusalKind::Unreadable,
                    format!("the search of list `{name}` does not find {}, who is in it", values.key),
                ),
            },
            Err(Trouble::Refused(refused)) => {
                witness.it_counts();
                *refused
            }
            Err(Trouble::Broken(error)) => return Err(error),
        };
        self.list_refusal((name, list), refused, found);
        Ok(())
    }

    /// Beside somebody's row stand the controls that are in it.
    async fn sweep_beside_somebody<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
    ) -> anyhow::Result<()> {
        let all = [State::Active, State::Pending, State::Inactive];
        let Some(person) = self.harmless(&all, None) else { return Ok(()) };
        let (values, list) = (self.values(person), person.list.clone());
        if kept(self.reader().show(witness, &list, &values).await)?.is_some() {
            self.sweep(witness, &values).await?;
        }
        Ok(())
    }

    fn list_refusal(&self, (name, list): (&str, &List), refused: Refused, found: &mut ListFound) {
        let key = self.view.book.lists.iter().find(|(key, _)| key.value == name).map(|(key, _)| key.spot);
        let file = self.view.origin(&self.view.book, name).map(|file| file.name.clone());
        let place = file.zip(key).map(|(file, spot)| PlaceRef { file, line: spot.line, column: spot.column });
        let mut refusal = self.refusal(refused, None);
        // The refusal may be about a control, such as the field of a search, and then shows its line.
        refusal.book = refusal.book.or(place);
        if refusal.kind == RefusalKind::Unreadable {
            refusal.hint = Some(hint(&refusal.near, list));
        }
        found.refusals.push(refusal);
    }
}

fn hint(near: &[String], list: &List) -> String {
    let shown: Vec<String> = near.iter().take(4).map(|line| format!("\"{line}\"")).collect();
    if shown.is_empty() {
        return format!(
            "look at its page (`{}` in the book); a changed page needs a new version of the book",
            list.page
        );
    }
    format!("the page has {}; if it was renamed, write a new version of the book", shown.join(", "))
}

/// The lines that share most words with one of these texts, and at least half of them.
fn alike(lines: &[String], texts: &Several<String>) -> Vec<String> {
    let mut scored: Vec<(usize, &String)> = Vec::new();
    for line in lines {
        let own = bag(line);
        let shared = texts.values().filter_map(|text| {
            let wanted = bag(text);
            let shared = wanted.intersection(&own).count();
            (shared * 2 >= wanted.len() && shared > 0).then_some(shared)
        });
        scored.extend(shared.max().map(|shared| (shared, line)));
    }
    scored.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    let mut all: Vec<String> = Vec::new();
    for (_, line) in scored {
        if !all.contains(line) && all.len() < MOST_LINES {
            all.push(line.clone());
        }
    }
    all
}

/// Whether a line has all the words of one of these texts.
fn says(line: &str, texts: &Several<String>) -> bool {
    let own = bag(line);
    texts.values().any(|text| bag(text).is_subset(&own))
}

/// The words of a text; what is filled in, and numbers, are none.
fn bag(text: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    for (number, piece) in text.split("${").enumerate() {
        // Every piece but the first begins inside of a field.
        let rest = if number == 0 { piece } else { piece.split_once('}').map_or("", |(_, rest)| rest) };
        plain.push(' ');
        plain.push_str(rest);
    }
    let words = plain.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{At, Spot};

    #[test]
    fn a_line_that_reads_otherwise_is_told_from_one_with_other_numbers() {
        let count = Several(vec![At::new(
            "Displaying users ${from}-${to} of ${n} found.".to_owned(),
            Spot::default(),
        )]);
        assert!(says("Displaying users 1-25 of 46 found. 46 users total.", &count));
        assert!(!says("Showing users 1-25 of 46 found.", &count));
        let lines =
            ["Log out", "Showing users 1-25 of 46 found.", "New users will be added"].map(str::to_owned);
        assert_eq!(alike(&lines, &count), ["Showing users 1-25 of 46 found."]);
    }
}
