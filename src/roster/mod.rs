//! The people an app shows, read from snapshots of its pages, and how it was proven that nobody is missing.
//!
//! Pure: snapshots in, people out. It knows no browser, no book and no request; how a list is laid out is handed in as [`Shape`].
//! Whatever cannot be read for certain is never left out in silence: it makes the roster unproven.

mod completeness;
mod count;
mod export;
mod fold;
mod grid;
mod header;
mod key;
mod measure;
mod near;
mod page;
mod people;
mod pieces;
mod strip;
mod tag;
#[cfg(test)]
mod tests;
mod text;
mod unreadable;
mod walk;

pub use completeness::Completeness;
pub use export::read_export;
pub use fold::{fold, keys_equal};
pub use near::{Near, Why};
pub use page::{PageRead, Way, read_page};
pub use people::{Found, Roster};
pub use strip::{Brought, Edges, Strip};
pub use unreadable::Unreadable;

pub use crate::words::State;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnShape {
    /// The name it is known by.
    pub name: String,
    /// What stands in its header, as a whole; a column without one is found by its CSS alone, anywhere in the row.
    pub header: Option<String>,
    /// The part of the cell that is meant, when it is not the whole cell.
    pub css: Option<String>,
    /// What a screen reader says in the cell is meant, not what it shows.
    pub heard: bool,
}

/// How one list is laid out, made from a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The list's name.
    pub list: String,
    /// The column that holds the key; one named `email` holds e-mail addresses, any other a name as a whole.
    pub key: String,
    /// The column that stands for the key in rows that show none.
    pub or_key: Option<String>,
    /// The columns that are read; a table must have all of them.
    pub columns: Vec<ColumnShape>,
    /// What the app says of how many there are, any of these: `${n} users`, `${from}-${to} of ${n}`.
    pub count: Vec<String>,
    /// What the page or the table says when nobody is in the list, as whole lines.
    pub empty: Vec<String>,
    /// The words of the column named `status`, and what they mean.
    pub states: Vec<(State, Vec<String>)>,
    /// The state of everybody when there is no such column, or no words for it.
    pub otherwise: State,
}

/// One person an app shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The key, case-folded.
    pub key: String,
    /// The key as it is shown.
    pub shown: String,
    /// The text of every column by its name.
    pub columns: BTreeMap<String, String>,
    /// In what state the person is.
    pub state: State,
    /// The list that shows the person.
    pub list: String,
    /// Where their row leads to, while more is to be read there.
    #[serde(skip)]
    pub detail: Option<String>,
}

impl Person {
    /// Gives the person the key they are matched by.
    pub fn name_by(&mut self, key: &str) {
        self.key = fold(key);
        key.clone_into(&mut self.shown);
    }
}

/// The one key in a text, if there is exactly one.
pub fn key_of(text: &str, is_username: bool) -> Option<String> {
    match key::read(&text::Text::plain(text), is_username, 1) {
        key::Read::One(key) => Some(key),
        key::Read::None | key::Read::Ambiguous => None,
    }
}

impl Shape {
    /// What a word of the status column means.
    pub fn state(&self, word: Option<&str>) -> Result<State, Unreadable> {
        let Some(word) = word.filter(|_| !self.states.is_empty()) else {
            return Ok(self.otherwise);
        };
        let folded = fold(word);
        let known = self.states.iter().find(|(_, words)| words.iter().any(|one| fold(one) == folded));
        known.map(|(state, _)| *state).ok_or_else(|| Unreadable::UnknownStatus(fold::at_most(word, 80)))
    }
}
