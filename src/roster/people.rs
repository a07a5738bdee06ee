//! A roster and what is asked of it: who has a key, whether anybody can be missing, its digest.

use super::fold::fold;
use super::{Completeness, Person, Way};
use crate::digest::Digest;
use serde::{Deserialize, Serialize};

/// Who an app shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The people in the order they are shown.
    pub people: Vec<Person>,
    /// How it was proven that nobody is missing.
    pub completeness: Completeness,
    /// How many pages were read.
    pub pages: u32,
    /// The last page was reached.
    pub ended: bool,
    /// Rows that show no key, or more than one.
    pub unread: u64,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

/// Who has a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    /// Nobody.
    None,
    /// One row.
    One(&'a Person),
    /// More than one row: ambiguous within one list.
    Several(Vec<&'a Person>),
}

impl Roster {
    /// Several lists of one app as one roster: it is proven only if every one of them is.
    #[must_use]
    pub fn together(lists: Vec<Self>) -> Self {
        let doubt = lists.iter().find_map(|list| match &list.completeness {
            Completeness::Unproven { why } => Some(why.clone()),
            _ => None,
        });
        let count = lists.iter().try_fold(0_u64, |sum, list| match list.completeness {
            Completeness::Counted { count } => sum.checked_add(count),
            _ => None,
        });
        let pages = lists.iter().fold(0_u32, |sum, list| sum.saturating_add(list.pages));
        let completeness = match (doubt, count) {
            _ if lists.is_empty() => Completeness::Unproven { why: "no list was read".to_owned() },
            (Some(why), _) => Completeness::Unproven { why },
            (None, Some(count)) => Completeness::Counted { count },
            (None, None) => Completeness::Exhausted { pages, way: way(&lists) },
        };
        let ended = lists.iter().all(|list| list.ended);
        let unread = lists.iter().fold(0_u64, |sum, list| sum.saturating_add(list.unread));
        let mut whole = Self { people: Vec::new(), completeness, pages, ended, unread, notes: Vec::new() };
        for list in lists {
            whole.people.extend(list.people);
            whole.notes.extend(list.notes);
        }
        whole
    }

    /// Nobody can be missing.
    pub fn is_proven(&self) -> bool {
        !matches!(self.completeness, Completeness::Unproven { .. })
    }

    /// Who has exactly this key, whatever its case.
    pub fn find(&self, key: &str) -> Found<'_> {
        let key = fold(key);
        let mut found: Vec<&Person> = self.people.iter().filter(|person| person.key == key).collect();
        match (found.pop(), found.is_empty()) {
            (None, _) => Found::None,
            (Some(one), true) => Found::One(one),
            (Some(last), false) => {
                found.push(last);
                Found::Several(found)
            }
        }
    }

    /// The digest of who is there and in what state; the order of the rows does not matter.
    pub fn digest(&self) -> Digest {
        let mut rows: Vec<String> =
            self.people.iter().map(|person| serde_json::json!(person).to_string()).collect();
        rows.sort_unstable();
        rows.push(serde_json::json!(self.completeness).to_string());
        Digest::of(rows.join("\n"))
    }
}

/// How all of these lists go on, or that they do so in different ways.
fn way(lists: &[Roster]) -> Way {
    let mut ways = lists.iter().map(|list| match list.completeness {
        Completeness::Exhausted { way, .. } => way,
        _ => Way::Mixed,
    });
    let first = ways.next().unwrap_or_default();
    if ways.all(|way| way == first) { first } else { Way::Mixed }
}
