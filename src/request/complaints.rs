//! Everything that is wrong with one file: collected, in order, and never without end.

use super::table::MOST_CELLS;
use crate::diag::{Diagnostic, Spot};
use crate::source::Source;
use std::sync::Arc;

/// More than this nobody reads; a file of 100,000 wrong rows must not become 100,000 reports.
const MOST: usize = 200;

/// What was found so far; complaints beyond the limit are counted and never built.
pub(super) struct Complaints {
    source: Arc<Source>,
    errors: Vec<Diagnostic>,
    more_errors: usize,
    notes: Vec<Diagnostic>,
    more_notes: usize,
}

impl Complaints {
    pub(super) fn new(source: Arc<Source>) -> Self {
        Self { source, errors: Vec::new(), more_errors: 0, notes: Vec::new(), more_notes: 0 }
    }

    /// The file cannot be used.
    pub(super) fn error(
        &mut self,
        message: impl FnOnce() -> String,
        rest: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if self.errors.len() < MOST {
            self.errors.push(rest(Diagnostic::error(&self.source, message())));
        } else {
            self.more_errors += 1;
        }
    }

    /// Worth knowing.
    pub(super) fn note(
        &mut self,
        message: impl FnOnce() -> String,
        rest: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if self.notes.len() < MOST {
            self.notes.push(rest(Diagnostic::warning(&self.source, message())));
        } else {
            self.more_notes += 1;
        }
    }

    /// Something was found that keeps the file from being used.
    pub(super) fn any_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The file was not read to its end.
    pub(super) fn too_many(&mut self, spot: Spot) {
        self.error(
            || format!("the file has more than {MOST_CELLS} cells"),
            |it| it.at(spot, "not read from here on").hint("split it into several requests"),
        );
    }

    /// The file is not UTF-8; Windows-1252 was assumed from this line on.
    pub(super) fn guessed_encoding(&mut self, line: usize) {
        let mut lines = self.source.text.split_inclusive('\n');
        let offset: usize = lines.by_ref().take(line - 1).map(str::len).sum();
        let length = lines.next().map_or(0, |text| text.trim_end().len());
        let spot = self.source.spot(offset, length);
        self.note(
            || format!("the file is not UTF-8; it is read as Windows-1252 (line {line} is the first)"),
            |note| {
                note.at(spot, "check these letters").hint("save the file as `CSV UTF-8` if a letter is wrong")
            },
        );
    }

    /// All notes, or every complaint when one of them is an error.
    pub(super) fn finish(mut self) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        if self.errors.is_empty() {
            if self.more_notes > 0 {
                self.notes.push(Diagnostic::warning(&self.source, format!("and {} more", self.more_notes)));
            }
            return Ok(self.notes);
        }
        // Notes give way to errors: they are not what stands between the file and its use.
        let spare = MOST.saturating_sub(self.errors.len());
        let more = self.more_errors + self.more_notes + self.notes.len().saturating_sub(spare);
        self.notes.truncate(spare);
        let mut all = self.errors;
        all.append(&mut self.notes);
        // What concerns the file as a whole comes first, then everything in the order of the lines.
        all.sort_by_key(|one| one.spot().map(|spot| spot.offset));
        if more > 0 {
            all.push(Diagnostic::error(&self.source, format!("and {more} more")));
        }
        Err(all)
    }
}
