//! People files, cleaned: who is to be invited, changed or removed, and what is wanted for each.
//!
//! Pure: bytes in, types out. It knows no scripts and no selectors; what a file must bring is handed in as [`Wants`].

mod address;
mod clean;
mod comma;
mod complaints;
mod decode;
mod header;
mod json;
mod look_alike;
mod place;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod unique;

use crate::diag::{Diagnostic, Spot};
use crate::digest::Digest;
use crate::source::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns that are kept for the record, whatever the script takes.
pub const RECORD_COLUMNS: [&str; 6] = ["until", "ticket", "reason", "name", "first_name", "last_name"];

/// What identifies a person in the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// An e-mail address.
    Email,
    /// A login.
    Username,
}

impl Key {
    /// The name of the key column.
    pub fn column(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
        }
    }
}

/// What a column is expected to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, as the script has it.
    pub name: String,
    /// The values it may have; empty means any text.
    pub options: Vec<String>,
    /// Nobody may be without it.
    pub required: bool,
}

/// What a request must bring, taken from the app and its scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// What people are matched by.
    pub key: Key,
    /// The columns beside the key.
    pub columns: Vec<Column>,
}

/// One person of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on.
    pub line: u32,
    /// The key, cleaned and case-folded.
    pub key: String,
    /// The key as the file has it, trimmed.
    pub written: String,
    /// What is wanted, by the wanted column's name (or the record column's); empty cells are left out.
    pub values: BTreeMap<String, String>,
    /// Where the key stands.
    pub spot: Spot,
    /// Where the values stand, by the same names.
    pub spots: BTreeMap<String, Spot>,
}

/// A people file that can be used.
#[derive(Clone, Debug)]
pub struct Request {
    /// The file's name.
    pub name: String,
    /// The digest of its bytes, as they were before any cleaning.
    pub digest: Digest,
    /// The columns that are used, in the file's order.
    pub columns: Vec<String>,
    /// The people, in the file's order; no key stands twice.
    pub rows: Vec<Row>,
    /// What is worth knowing: warnings only.
    pub notes: Vec<Diagnostic>,
    /// The decoded text that all places refer to.
    pub source: Arc<Source>,
}

/// Reads a CSV or JSON people file; every complaint is collected, at most 200 and how many more there are.
pub fn read(name: &str, bytes: &[u8], wants: &Wants) -> Result<Request, Vec<Diagnostic>> {
    let decoded = decode::decode(bytes).map_err(|problem| {
        let source = Arc::new(Source::new(name, ""));
        vec![Diagnostic::error(&source, problem.message).hint(problem.hint)]
    })?;
    let guessed = decoded.guessed_line;
    let source = Arc::new(Source::new(name, decoded.text));
    let mut complaints = complaints::Complaints::new(source.clone());
    if let Some(line) = guessed {
        complaints.guessed_encoding(line);
    }
    let mut columns = Vec::new();
    let mut rows = Vec::new();
    if let Some(table) = table::read(&source, &mut complaints) {
        let uses = header::assign(&table, wants, &mut complaints);
        columns = uses.iter().filter_map(|one| one.name(wants)).map(str::to_owned).collect();
        rows = rows::read(&source, &table, &uses, wants, &mut complaints);
    }
    let notes = complaints.finish()?;
    Ok(Request { name: name.to_owned(), digest: Digest::of(bytes), columns, rows, notes, source })
}
