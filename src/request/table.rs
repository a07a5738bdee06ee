//! What CSV and JSON have in common: named columns and records of cells, each with its place.

use super::complaints::Complaints;
use super::{comma, json};
use crate::diag::Spot;
use crate::source::Source;

/// A request has a few columns and some thousand people; beyond this, memory would be the limit.
pub(super) const MOST_CELLS: usize = 3_000_000;

/// One value as it is written, not cleaned.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// The index of its column.
    pub(super) column: usize,
    /// The text, without quotes and escapes.
    pub(super) text: String,
    /// Where it stands, without quotes.
    pub(super) spot: Spot,
}

/// One person's cells; a column may have none.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) spot: Spot,
    pub(super) cells: Vec<Cell>,
}

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<(String, Spot)>,
    pub(super) records: Vec<Record>,
    /// It may have come from or through a spreadsheet.
    pub(super) is_sheet: bool,
}

/// Reads either kind, told apart by the name's ending or else by how the text begins.
pub(super) fn read(source: &Source, complaints: &mut Complaints) -> Option<Table> {
    if source.text.trim().is_empty() {
        complaints.error(
            || "the file is empty".to_owned(),
            |it| it.hint("the first line names the columns, every further line is a person"),
        );
        return None;
    }
    if is_json(source) { json::read(source, complaints) } else { Some(comma::read(source, complaints)) }
}

fn is_json(source: &Source) -> bool {
    let ending = source.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("json") => true,
        Some("csv" | "tsv") => false,
        _ => source.text.trim_start().starts_with(['[', '{']),
    }
}
