//! A long table in pieces, each of which reads like the whole: everything around its rows, and some of them.
//!
//! The tree that a parser makes of ten thousand rows takes ten times the memory of their markup. A piece may stand for itself only where no
//! rule for repairing markup reaches from one row into another; so whatever is not plainly nested is left whole.

use super::tag::{Cursor, RAW, VOID, is_one_of};

/// Parts of a table, and what each may stand in.
const PARTS: [(&str, &[&str]); 9] = [
    ("caption", &["table"]),
    ("colgroup", &["table"]),
    ("col", &["colgroup"]),
    ("thead", &["table"]),
    ("tbody", &["table"]),
    ("tfoot", &["table"]),
    ("tr", &["thead", "tbody", "tfoot"]),
    ("td", &["tr"]),
    ("th", &["tr"]),
];

/// In these, nothing but parts of a table may stand.
const FRAMES: [&str; 6] = ["table", "colgroup", "thead", "tbody", "tfoot", "tr"];

/// A table cut between its rows.
pub(super) struct Pieces<'a> {
    head: &'a str,
    rows: Vec<&'a str>,
    tail: &'a str,
}

impl<'a> Pieces<'a> {
    /// Pieces of so many rows each; nothing where the markup is not one table that can be cut, or is not long.
    pub(super) fn of(html: &'a str, rows: usize) -> Option<Self> {
        let cursor = Cursor { html, at: 0 };
        let mut scan = Scan { cursor, open: Vec::new(), starts: Vec::new(), end: None, has_table: false };
        scan.all()?;
        let (first, end) = (*scan.starts.first()?, scan.end?);
        let body = html.get(first..end)?;
        // A cell that reaches down into other rows binds them together.
        if scan.starts.len() <= rows.saturating_mul(2) || body.contains("rowspan") {
            return None;
        }
        let begins = scan.starts.iter().step_by(rows).copied();
        let ends = scan.starts.iter().skip(rows).step_by(rows).copied().chain([end]);
        let pieces = begins.zip(ends).map(|(begin, end)| html.get(begin..end)).collect::<Option<_>>()?;
        Some(Self { head: html.get(..first)?, rows: pieces, tail: html.get(end..)? })
    }

    /// What stands around the rows.
    pub(super) fn around(&self) -> String {
        [self.head, self.tail].concat()
    }

    /// Each piece with everything around it.
    pub(super) fn each(&self) -> impl Iterator<Item = String> {
        self.rows.iter().map(|rows| [self.head, rows, self.tail].concat())
    }
}

struct Scan<'a> {
    cursor: Cursor<'a>,
    open: Vec<&'a str>,
    /// Where each row of the body begins.
    starts: Vec<usize>,
    /// Where the last one has ended.
    end: Option<usize>,
    has_table: bool,
}

impl<'a> Scan<'a> {
    /// Nothing as soon as something cannot be cut.
    fn all(&mut self) -> Option<()> {
        loop {
            let rest = self.cursor.rest();
            let text = rest.find('<').unwrap_or(rest.len());
            if self.is_in_frame() && !rest.get(..text)?.bytes().all(|byte| byte.is_ascii_whitespace()) {
                return None;
            }
            if text == rest.len() {
                return self.open.is_empty().then_some(());
            }
            let start = self.cursor.at + text;
            self.cursor.at = start + 1;
            if self.cursor.byte() == Some(b'/') {
                self.cursor.at += 1;
                let name = self.cursor.name();
                self.cursor.attributes().ok()?;
                self.close(name, start)?;
            } else if self.cursor.byte()?.is_ascii_alphabetic() {
                let name = self.cursor.name();
                let closed = self.cursor.attributes().ok()?;
                self.open(name, closed, start)?;
            } else if self.is_in_frame() || matches!(self.cursor.byte(), Some(b'!' | b'?')) {
                return None;
            }
        }
    }

    fn is_in_frame(&self) -> bool {
        self.open.last().is_none_or(|name| is_one_of(name, &FRAMES))
    }

    fn open(&mut self, name: &'a str, closed: bool, start: usize) -> Option<()> {
        let part = PARTS.iter().find(|(part, _)| part.eq_ignore_ascii_case(name));
        match part {
            Some((_, places)) if !self.open.last().is_some_and(|last| is_one_of(last, places)) => {
                return None;
            }
            None if self.is_in_frame() => {
                // One table, and nothing beside it.
                if !self.open.is_empty() || self.has_table || !name.eq_ignore_ascii_case("table") {
                    return None;
                }
                self.has_table = true;
            }
            _ => {}
        }
        if self.open.len() == 1 && self.end.is_some() {
            return None;
        }
        if self.open.len() == 2 && self.open.last().is_some_and(|last| last.eq_ignore_ascii_case("tbody")) {
            self.starts.push(start);
        }
        // What stands in these is no markup; of some of them there is no end.
        if is_one_of(name, &RAW) && !is_one_of(name, &["title", "textarea"]) {
            return None;
        }
        if is_one_of(name, &VOID) {
            return Some(());
        }
        if closed {
            return self.open.iter().any(|one| is_one_of(one, &["svg", "math"])).then_some(());
        }
        self.open.push(name);
        Some(())
    }

    fn close(&mut self, name: &str, start: usize) -> Option<()> {
        if is_one_of(name, &VOID) || !self.open.pop()?.eq_ignore_ascii_case(name) {
            return None;
        }
        if self.open.len() == 1 && name.eq_ignore_ascii_case("tbody") {
            self.end = Some(start);
        }
        Some(())
    }
}
