//! A whole list put together from its pages, and the proof that nobody is missing from it.

use super::fold::at_most;
use super::page::{PageRead, Way};
use super::{Roster, State};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// How it was proven that a roster is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "proof", rename_all = "snake_case")]
pub enum Completeness {
    /// The app's own count is the number of rows.
    Counted {
        /// What the app says.
        count: u64,
    },
    /// The end of the list was reached, and a second reading found the same people.
    Exhausted {
        /// How many pages there are.
        pages: u32,
        /// How one came to its end.
        #[serde(default)]
        way: Way,
    },
    /// It was not proven.
    Unproven {
        /// Why not.
        why: String,
    },
}

impl Roster {
    /// Puts a list together from its pages in order. `ended` says that the last one has no next page; `second_pass` is another
    /// whole reading of the same list, without which only the app's own count proves anything.
    pub fn assemble(pages: Vec<PageRead>, ended: bool, second_pass: Option<&Self>) -> Self {
        let number = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut doubts = Vec::new();
        if pages.is_empty() {
            doubts.push("no page was read".to_owned());
        }
        let way = pages.first().map_or(Way::Paged, |page| page.way);
        doubts.extend(pages.iter().flat_map(|page| page.doubts.iter().cloned()));
        let unsure: Vec<String> = pages.iter().flat_map(|page| page.unsure.iter().cloned()).collect();
        let counts = counts(&pages, &mut doubts);
        moved(&pages, &mut doubts);
        let keyless: usize = pages.iter().map(|page| page.keyless.len()).sum();
        let ambiguous: usize = pages.iter().map(|page| page.ambiguous.len()).sum();
        let said_empty = pages.iter().any(|page| page.empty);
        let mut notes = Vec::new();
        for page in &pages {
            let unread = page
                .keyless
                .iter()
                .map(|row| ("no key", row))
                .chain(page.ambiguous.iter().map(|row| ("several keys", row)));
            notes.extend(unread.map(|(what, row)| format!("a row shows {what}: `{row}`")));
            notes.extend(page.others.iter().map(|row| format!("a row is no person: `{row}`")));
        }
        // What stands on every page is told once.
        let mut told = BTreeSet::new();
        notes.retain(|note| told.insert(note.clone()));
        let others = pages.iter().any(|page| !page.others.is_empty());
        let mut roster = Self {
            people: pages.into_iter().flat_map(|page| page.people).collect(),
            completeness: Completeness::Exhausted { pages: number, way },
            pages: number,
            ended,
            unread: (keyless + ambiguous) as u64,
            notes,
        };
        if roster.unread > 0 {
            doubts.push(format!("{keyless} rows show no key and {ambiguous} show more than one"));
        }
        if said_empty && !roster.people.is_empty() {
            doubts.push("the page says that nobody is there and shows people".to_owned());
        }
        if let Some(count) = counts {
            roster.counted(count, &mut doubts);
        } else {
            doubts.extend(unsure);
            roster.exhausted(said_empty, others, second_pass, &mut doubts);
        }
        if !doubts.is_empty() {
            roster.completeness = Completeness::Unproven { why: doubts.join("; ") };
        }
        roster
    }

    fn counted(&mut self, count: u64, doubts: &mut Vec<String>) {
        let rows = self.people.len() as u64 + self.unread;
        if count != rows {
            doubts.push(format!("the app counts {count}, {rows} rows were read"));
        } else if !self.ended {
            doubts.push(format!("all {count} that the app counts were read, and yet there is a next page"));
        }
        self.completeness = Completeness::Counted { count };
    }

    fn exhausted(&self, said_empty: bool, others: bool, second: Option<&Self>, doubts: &mut Vec<String>) {
        if !self.ended {
            doubts.push("the last page was not reached".to_owned());
        }
        // Where the app itself says that nobody is there, they stand for nobody.
        let nobody = said_empty && self.people.is_empty() && self.unread == 0;
        if others && !nobody {
            doubts.push("rows that are no people may stand for people who are not shown".to_owned());
        }
        if self.people.is_empty() && self.unread == 0 && !said_empty && self.pages > 0 {
            doubts.push("no rows are there, and the page does not say that nobody is".to_owned());
        }
        let Some(second) = second else {
            doubts.push("the app gives no count, and the list was read once only".to_owned());
            return;
        };
        if !second.ended || second.unread > 0 {
            doubts.push("the other reading was not whole".to_owned());
        }
        let (one, other) = (self.keys(), second.keys());
        if one != other {
            let differ: Vec<String> =
                one.symmetric_difference(&other).take(3).map(|(key, ..)| format!("`{key}`")).collect();
            doubts.push(format!("two readings differ in {}", differ.join(", ")));
        }
    }

    /// Who is there, with their list and state; a row that is there twice counts twice.
    fn keys(&self) -> BTreeSet<(&str, &str, State, usize)> {
        let mut seen: HashMap<(&str, &str, State), usize> = HashMap::new();
        for person in &self.people {
            *seen.entry((&person.key, &person.list, person.state)).or_default() += 1;
        }
        seen.into_iter().map(|((key, list, state), times)| (key, list, state, times)).collect()
    }
}

/// The one count that all pages agree on.
fn counts(pages: &[PageRead], doubts: &mut Vec<String>) -> Option<u64> {
    let mut all = BTreeSet::new();
    for page in pages {
        match &page.count {
            Some(Ok(count)) => {
                all.insert(*count);
            }
            Some(Err(contradictory)) => all.extend(contradictory.iter().copied()),
            None => {}
        }
    }
    if all.len() > 1 {
        let said: Vec<String> = all.iter().take(5).map(u64::to_string).collect();
        doubts.push(format!("the app gives several counts: {}", said.join(", ")));
    }
    all.last().copied()
}

/// Somebody who is on two pages was pushed there while the list was read, and somebody else may have slipped through.
fn moved(pages: &[PageRead], doubts: &mut Vec<String>) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (number, page) in pages.iter().enumerate() {
        for person in &page.people {
            let first = *seen.entry(&person.key).or_insert(number);
            if first != number {
                let key = at_most(&person.shown, 100);
                doubts.push(format!(
                    "`{key}` is on page {} and on page {}: the list moved",
                    first + 1,
                    number + 1
                ));
                return;
            }
        }
    }
}
