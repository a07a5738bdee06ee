//! CSV with every field's place: comma, semicolon or tab, quoted fields, line breaks inside of quotes.
//!
//! Written by hand because a field's byte offset is needed, and because a quote that is never closed must be said, where a lenient
//! reader swallows the rest of the file.

use super::complaints::Complaints;
use super::place::Place;
use super::table::{Cell, MOST_CELLS, Record, Table};
use crate::diag::Spot;
use crate::source::Source;

/// Reads all records; the first one that is not blank is the header.
pub(super) fn read(source: &Source, complaints: &mut Complaints) -> Table {
    let (delimiter, at) = delimiter_of(&source.text);
    let mut reader = Reader { text: &source.text, at, delimiter, place: Place::start(), cells: 0 };
    let mut table = Table { is_sheet: true, ..Table::default() };
    let mut header = false;
    while let Some(record) = reader.record(complaints) {
        if record.cells.iter().all(|cell| cell.text.trim().is_empty()) {
            continue;
        }
        if !header {
            table.columns = record.cells.into_iter().map(|cell| (cell.text, cell.spot)).collect();
            header = true;
            continue;
        }
        let width = table.columns.len();
        let found = record.cells.len();
        if let Some(extra) =
            record.cells.iter().find(|cell| cell.column >= width && !cell.text.trim().is_empty())
        {
            let spot = extra.spot;
            complaints.error(
                || format!("the line has {found} fields, the header has {width}"),
                |it| {
                    it.at(spot, "belongs to no column")
                        .hint("put quotes round a value that holds the separator")
                },
            );
        }
        table.records.push(record);
    }
    table
}

/// The separator that the header line uses most, and where the header begins: Excel may put a line `sep=;` before it.
fn delimiter_of(text: &str) -> (u8, usize) {
    let start = text.len() - text.trim_start_matches(['\r', '\n']).len();
    let rest = text.get(start..).unwrap_or_default();
    let first = rest.lines().next().unwrap_or_default();
    if let Some([named @ (b',' | b';' | b'\t')]) = first.strip_prefix("sep=").map(str::as_bytes) {
        let end = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        return (*named, start + end);
    }
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in rest.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (_, count) in counts.iter_mut().filter(|(delimiter, _)| *delimiter == byte) {
                    *count += 1;
                }
            }
        }
    }
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    (best.0, start)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    delimiter: u8,
    place: Place,
    cells: usize,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn record(&mut self, complaints: &mut Complaints) -> Option<Record> {
        self.byte(self.at)?;
        let mut cells: Vec<Cell> = Vec::new();
        loop {
            let (text, spot) = self.field(complaints);
            cells.push(Cell { column: cells.len(), text, spot });
            self.cells += 1;
            if self.cells == MOST_CELLS {
                complaints.too_many(spot);
                self.at = self.text.len();
            }
            let ended = self.byte(self.at);
            self.at += 1;
            if ended != Some(self.delimiter) {
                break;
            }
        }
        let spot = cells.first().map(|cell| cell.spot).unwrap_or_default();
        Some(Record { spot, cells })
    }

    /// One field; afterwards `at` stands on the separator, the line feed or the end.
    fn field(&mut self, complaints: &mut Complaints) -> (String, Spot) {
        let start = self.at;
        let delimiter = self.delimiter;
        let blank = |byte: Option<u8>| matches!(byte, Some(b' ' | b'\t')) && byte != Some(delimiter);
        let mut first = start;
        while blank(self.byte(first)) {
            first += 1;
        }
        if self.byte(first) == Some(b'"') {
            return self.quoted(first, complaints);
        }
        let rest = self.text.as_bytes().get(first..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == delimiter || *byte == b'\n');
        self.at = first + length.unwrap_or(rest.len());
        let text = self.slice(first, self.at);
        let trimmed = text.trim();
        let lead = text.len() - text.trim_start().len();
        let lead = if trimmed.is_empty() { 0 } else { lead };
        let (text, length) = (trimmed.to_owned(), trimmed.len());
        (text, self.place.spot(self.text, first + lead, length))
    }

    fn quoted(&mut self, quote: usize, complaints: &mut Complaints) -> (String, Spot) {
        let open = self.place.spot(self.text, quote, 1);
        let mut text = String::new();
        let mut from = quote + 1;
        let end = loop {
            let Some(next) = self.slice(from, self.text.len()).find('"') else {
                complaints.error(
                    || "a quote is never closed".to_owned(),
                    |it| {
                        it.at(open, "opened here")
                            .hint("close it with `\"`, or write `\"\"` for a quote inside of a value")
                    },
                );
                self.at = self.text.len();
                text.push_str(self.slice(from, self.at));
                break self.at;
            };
            text.push_str(self.slice(from, from + next));
            from += next + 1;
            if self.byte(from) == Some(b'"') {
                text.push('"');
                from += 1;
            } else {
                self.at = from;
                break from - 1;
            }
        };
        let spot = self.place.spot(self.text, quote + 1, end - quote - 1);
        self.after_quote(complaints);
        (text, spot)
    }

    /// Only blanks may stand between a closing quote and the separator.
    fn after_quote(&mut self, complaints: &mut Complaints) {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == self.delimiter || *byte == b'\n');
        self.at = start + length.unwrap_or(rest.len());
        let left = self.slice(start, self.at);
        if left.trim().is_empty() {
            return;
        }
        let (lead, length) = (left.len() - left.trim_start().len(), left.trim().len());
        let spot = self.place.spot(self.text, start + lead, length);
        complaints.error(
            || "there is text after a closing quote".to_owned(),
            |it| {
                it.at(spot, "not inside of the quotes")
                    .hint("write `\"\"` for a quote inside of a quoted value")
            },
        );
    }
}
