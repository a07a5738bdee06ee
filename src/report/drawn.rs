//! The files that are drawn from a run's plan, journal and exhibits, by the names they have in its folder.

use super::{Story, html};
use std::io::{self, Write};

/// The pictures of a run's folder, by name.
#[derive(Clone, Copy)]
pub struct Pictures<'a> {
    /// The bytes of one.
    pub read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// How large one is of which it is known just now that its bytes are the sealed ones; nothing where nobody looked.
    pub hold: &'a dyn Fn(&str) -> Option<u64>,
}

impl<'a> Pictures<'a> {
    /// Those that nobody has looked at yet.
    pub fn unseen(read: &'a dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        Self { read, hold: &|_| None }
    }
}

/// What one of the files holds.
pub enum Drawn<'a> {
    /// The report, which is large and never held whole.
    Report(&'a Story, &'a Pictures<'a>),
    /// A table.
    Table(Vec<u8>),
}

impl Drawn<'_> {
    /// Writes all of it.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Report(story, pictures) => html(story, pictures, out),
            Self::Table(bytes) => out.write_all(bytes),
        }
    }
}

/// What each of [`crate::signature::DRAWN`] holds; nothing where there is nothing to say, such as the undo of what cannot
/// be undone.
pub fn drawn<'a>(story: &'a Story, pictures: &'a Pictures<'a>) -> [(&'static str, Option<Drawn<'a>>); 3] {
    [
        ("report.html", Some(Drawn::Report(story, pictures))),
        ("results.csv", Some(Drawn::Table(super::csv::results(story)))),
        ("undo.csv", super::csv::undo(story).map(Drawn::Table)),
    ]
}
