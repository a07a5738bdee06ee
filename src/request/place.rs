//! Places in a text, found while going forward: one pass in all, where asking afresh would be one pass per cell.

use crate::diag::Spot;

/// How far a reader has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    offset: usize,
    line: u32,
    column: u32,
}

impl Place {
    /// The first character.
    pub(super) fn start() -> Self {
        Self { offset: 0, line: 1, column: 1 }
    }

    /// The place of `length` bytes at `offset`, which must not lie before an earlier one.
    pub(super) fn spot(&mut self, text: &str, offset: usize, length: usize) -> Spot {
        for byte in text.as_bytes().get(self.offset..offset).unwrap_or_default() {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else if byte & 0xC0 != 0x80 {
                // Bytes that continue a character do not begin a column.
                self.column = self.column.saturating_add(1);
            }
        }
        self.offset = self.offset.max(offset);
        Spot { line: self.line, column: self.column, offset, length }
    }
}

/// The place of the first `wanted` character inside of a cell, or of the whole cell where it stands there in other words
/// (as an escape, or composed of two).
pub(super) fn of_character(text: &str, cell: Spot, wanted: char) -> Spot {
    let raw = text.get(cell.offset..cell.offset + cell.length).unwrap_or_default();
    match raw.find(wanted) {
        Some(within) => {
            let mut place = Place { offset: cell.offset, line: cell.line, column: cell.column };
            place.spot(text, cell.offset + within, wanted.len_utf8())
        }
        None => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn agrees_with_the_source() {
        let text = "é,b\r\n\"c\nd\",ẽf\n";
        let source = Source::new("x", text);
        let mut place = Place::start();
        for (offset, _) in text.char_indices() {
            assert_eq!(place.spot(text, offset, 1), source.spot(offset, 1));
        }
    }

    #[test]
    fn finds_a_character_inside_of_a_cell() {
        let source = Source::new("x", "email\nz\u{43E}e@x.test\n");
        let cell = source.spot(6, 11);
        assert_eq!(of_character(&source.text, cell, '\u{43E}').column, 2);
        assert_eq!(of_character(&source.text, cell, 'q'), cell);
    }
}
