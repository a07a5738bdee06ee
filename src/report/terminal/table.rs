//! A small table for every command that lists something: as wide as the terminal at most, cells wrapped.

use crate::safe::visible;
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};

/// Rows under headers. Cells are text from outside and are made harmless.
pub fn table(headers: &[&str], rows: &[Vec<String>], width: usize, colour: bool) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width.max(20)).unwrap_or(u16::MAX));
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let header = headers.iter().map(|header| {
        let cell = Cell::new(header.to_uppercase());
        if colour { cell.add_attribute(Attribute::Dim) } else { cell }
    });
    table.set_header(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| visible(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text = table.to_string();
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Lines in a box, at most `width` columns wide; long ones are wrapped. The text must be harmless already.
pub(super) fn boxed(text: &str, width: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width.max(20)).unwrap_or(u16::MAX)).force_no_tty();
    table.add_row([text]);
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_to_the_width_and_hides_nothing() {
        let rows =
            [vec!["a@x.test".to_owned(), "one two three four five six".to_owned(), "\u{1b}[2J".to_owned()]];
        let drawn = table(&["person", "why", "said"], &rows, 40, false);
        let expected =
            "PERSON    WHY                 SAID\na@x.test  one two three four  ␛[2J\n          five six\n";
        assert_eq!(drawn, expected);
        assert!(table(&["person"], &rows[..1], 40, true).contains("\u{1b}["));
    }
}
