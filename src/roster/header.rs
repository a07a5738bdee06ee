//! Header rows: which row names the columns, and which columns are the wanted ones.

use super::Shape;
use super::fold::{at_most, fold};
use super::grid::{Cell, Grid, Row, Section};
use super::text::Text;
use super::unreadable::Unreadable;
use scraper::ElementRef;

/// The columns a header cell covers.
type Span = (usize, usize);

/// A column that has no header: its part may stand in any cell. No row has so many.
pub(super) const ANYWHERE: Span = (0, usize::MAX / 2);

/// Where the header stands in a table that has none: behind its last row.
pub(super) const NONE: usize = usize::MAX;

/// The first row that has all wanted headers, and where they stand in the order of the shape's columns.
pub(super) fn row_of(shape: &Shape, grid: &Grid<'_>) -> Result<Option<(usize, Vec<Span>)>, Unreadable> {
    if wanted(shape) == 0 {
        return Ok(Some((NONE, vec![ANYWHERE; shape.columns.len()])));
    }
    for (index, row) in grid.rows.iter().enumerate() {
        if let Some(spans) = spans(shape, row)? {
            return Ok(Some((index, spans)));
        }
    }
    Ok(None)
}

/// Whether a row in the body only names columns: the header once more, or one with groups above it.
pub(super) fn is_header(shape: &Shape, row: &Row<'_>, is_above: bool) -> bool {
    if is_above || wanted(shape) == 0 {
        return row.cells.iter().all(|cell| cell.is_header);
    }
    !matches!(spans(shape, row), Ok(None))
}

/// The headers of a table, for a message.
pub(super) fn seen(grid: &Grid<'_>) -> Vec<String> {
    let row = grid.rows.iter().find(|row| row.cells.iter().any(|cell| cell.is_header));
    let cells = row.into_iter().flat_map(|row| row.cells.iter().filter(|cell| cell.is_header)).take(20);
    cells.map(|cell| at_most(&Text::of(cell.element).apart(), 80)).filter(|text| !text.is_empty()).collect()
}

/// Where the wanted headers stand in this row, if all of them do.
fn spans(shape: &Shape, row: &Row<'_>) -> Result<Option<Vec<Span>>, Unreadable> {
    // Rows of people often begin with a header cell of their own; they are told by their number before any text is read.
    if row.section == Section::Foot || row.cells.iter().filter(|cell| cell.is_header).count() < wanted(shape)
    {
        return Ok(None);
    }
    let named: Vec<([Option<String>; 3], Span)> = row
        .cells
        .iter()
        .filter(|cell| cell.is_header)
        .map(|cell| (names(cell), (cell.start, cell.span)))
        .collect();
    let mut found = Vec::with_capacity(shape.columns.len());
    let mut twice = None;
    for column in &shape.columns {
        let Some(written) = &column.header else {
            found.push(ANYWHERE);
            continue;
        };
        let header = fold(written);
        let mut with = named.iter().filter(|(names, _)| names.iter().flatten().any(|name| *name == header));
        let Some((_, span)) = with.next() else { return Ok(None) };
        if with.next().is_some() {
            twice = Some(written.clone());
        }
        found.push(*span);
    }
    // Only the table that has all columns may be refused; another one may repeat its headers as it likes.
    twice.map_or(Ok(Some(found)), |header| Err(Unreadable::HeaderTwice(header)))
}

/// How many headers are wanted; two columns may be parts of one cell and share its header.
fn wanted(shape: &Shape) -> usize {
    let mut headers: Vec<&str> = shape.columns.iter().filter_map(|column| column.header.as_deref()).collect();
    headers.sort_unstable();
    headers.dedup();
    headers.len()
}

/// What a header may be known by: its text, its label, or its first link or button (what screen readers are told besides is left out).
fn names(cell: &Cell<'_>) -> [Option<String>; 3] {
    let text = without_arrows(&Text::of(cell.element).apart());
    let label = cell.element.attr("aria-label").map(without_arrows);
    let is_control = |inner: &ElementRef<'_>| {
        matches!(inner.value().name(), "a" | "button")
            || matches!(inner.attr("role"), Some("link" | "button"))
    };
    let mut inside = cell.element.descendent_elements().skip(1);
    let control = inside.find(is_control).map(|control| without_arrows(&Text::of(control).apart()));
    [Some(text), label, control]
}

/// A header as it is compared: the arrow of a sorted column is no part of its name.
fn without_arrows(text: &str) -> String {
    let is_arrow = |letter: char| matches!(letter, '\u{2190}'..='\u{21FF}' | '\u{25A0}'..='\u{25FF}' | '\u{2B00}'..='\u{2BFF}');
    fold(&text.replace(is_arrow, ""))
}
