//! JSON people files with every value's place: an array of flat objects, or `{"people": [...]}`.
//!
//! `serde_json` decides whether the text is JSON at all; a second walk over the then valid text finds the places, which it does not keep.

use super::clean::shorten;
use super::complaints::Complaints;
use super::place::Place;
use super::table::{Cell, MOST_CELLS, Record, Table};
use crate::diag::Spot;
use crate::source::Source;
use std::collections::HashMap;

/// Reads all people.
pub(super) fn read(source: &Source, complaints: &mut Complaints) -> Option<Table> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&source.text) {
        let spot = spot_of(source, &error);
        let words = error.to_string();
        let message = words.split(" at line ").next().unwrap_or(&words).to_owned();
        complaints.error(|| format!("this is not JSON: {message}"), |it| it.at(spot, "here"));
        return None;
    }
    let mut walk = Walk {
        text: &source.text,
        at: 0,
        place: Place::start(),
        table: Table::default(),
        names: HashMap::new(),
        cells: 0,
    };
    walk.blanks();
    match walk.peek() {
        b'[' => walk.people(complaints),
        b'{' => walk.outer(complaints),
        _ => walk.wrong("the file should be a list of people", complaints),
    }
    // Where the people themselves could not be found, that there are none is not worth saying too.
    let nobody = walk.table.records.is_empty() && complaints.any_error();
    (!nobody).then_some(walk.table)
}

fn spot_of(source: &Source, error: &serde_json::Error) -> Spot {
    let before = source.text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let offset = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    source.spot(source.text.floor_char_boundary(offset), 1)
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    place: Place,
    table: Table,
    names: HashMap<String, usize>,
    cells: usize,
}

impl Walk<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// Steps over one mark and the blanks after it.
    fn step(&mut self) {
        self.at += 1;
        self.blanks();
    }

    fn wrong(&mut self, message: &str, complaints: &mut Complaints) {
        let spot = self.place.spot(self.text, self.at, 1);
        complaints.error(
            || message.to_owned(),
            |it| it.at(spot, "here").hint("write `[{\"email\": \"...\"}, ...]` or `{\"people\": [...]}`"),
        );
    }

    /// `{"people": [...]}`
    fn outer(&mut self, complaints: &mut Complaints) {
        self.step();
        let mut found = false;
        while self.peek() == b'"' {
            let (name, spot) = self.string();
            self.blanks();
            self.step();
            if name == "people" && self.peek() == b'[' && !found {
                found = true;
                self.people(complaints);
            } else {
                complaints.error(
                    || format!("`{}` is not expected here", shorten(&name)),
                    |it| {
                        it.at(spot, "here")
                            .hint("the file should be `{\"people\": [...]}` and nothing beside it")
                    },
                );
                self.skip();
            }
            self.blanks();
            if self.peek() == b',' {
                self.step();
            }
        }
    }

    /// `[{...}, {...}]`
    fn people(&mut self, complaints: &mut Complaints) {
        self.step();
        while self.peek() != b']' && self.at < self.text.len() {
            self.cells += 1;
            if self.cells > MOST_CELLS {
                let spot = self.place.spot(self.text, self.at, 1);
                complaints.too_many(spot);
                self.at = self.text.len();
                return;
            }
            if self.peek() == b'{' {
                let record = self.person(complaints);
                self.table.records.push(record);
            } else {
                self.wrong("a person should be an object", complaints);
                self.skip();
            }
            self.blanks();
            if self.peek() == b',' {
                self.step();
            }
        }
        self.step();
    }

    /// `{"email": "...", ...}`
    fn person(&mut self, complaints: &mut Complaints) -> Record {
        let spot = self.place.spot(self.text, self.at, 1);
        let mut cells: Vec<Cell> = Vec::new();
        let mut here: HashMap<usize, Spot> = HashMap::new();
        self.step();
        while self.peek() == b'"' {
            let (name, at) = self.string();
            let column = self.column(&name, at);
            self.blanks();
            self.step();
            let (text, value) = self.value(&name, complaints);
            if let Some(first) = here.insert(column, at) {
                complaints.error(
                    || format!("`{}` stands twice in one object", shorten(&name)),
                    |it| it.at(at, "here again").at(first, "first seen here"),
                );
            } else {
                cells.push(Cell { column, text, spot: value });
                self.cells += 1;
            }
            self.blanks();
            if self.peek() == b',' {
                self.step();
            }
        }
        self.at += 1;
        Record { spot, cells }
    }

    /// A number, `true` and a text are all text here; `null` is an empty cell.
    fn value(&mut self, name: &str, complaints: &mut Complaints) -> (String, Spot) {
        let start = self.at;
        match self.peek() {
            b'"' => self.string(),
            b'[' | b'{' => {
                let spot = self.place.spot(self.text, start, 1);
                complaints.error(
                    || format!("`{}` should be a text, not a list or an object", shorten(name)),
                    |it| it.at(spot, "here"),
                );
                self.skip();
                (String::new(), spot)
            }
            _ => {
                self.skip();
                let raw = self.text.get(start..self.at).unwrap_or_default();
                let text = if raw == "null" { "" } else { raw };
                (text.to_owned(), self.place.spot(self.text, start, raw.len()))
            }
        }
    }

    fn column(&mut self, name: &str, spot: Spot) -> usize {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let index = self.table.columns.len();
        self.table.columns.push((name.to_owned(), spot));
        self.names.insert(name.to_owned(), index);
        index
    }

    /// A string and the place of its inside.
    fn string(&mut self) -> (String, Spot) {
        let start = self.at;
        self.skip();
        let raw = self.text.get(start..self.at).unwrap_or_default();
        let inside = raw.len().saturating_sub(2);
        let plain = raw.get(1..1 + inside).unwrap_or_default();
        let text = if plain.contains('\\') {
            // Half a surrogate pair is valid to some readers and not to others: it is kept visible, never guessed.
            serde_json::from_str(raw).unwrap_or_else(|_| plain.to_owned())
        } else {
            plain.to_owned()
        };
        (text, self.place.spot(self.text, start + 1, inside))
    }

    /// Steps over one whole value.
    fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    while let Some(inside) = bytes.get(self.at).filter(|inside| **inside != b'"') {
                        self.at += if *inside == b'\\' { 2 } else { 1 };
                    }
                    self.at += 1;
                }
                b'[' | b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b']' | b'}' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b']' | b'}' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}
