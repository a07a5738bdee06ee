//! Diagnostics: what is wrong with a file somebody wrote, where, and what to do about it.
//!
//! They are collected, never the first only; `cli` renders them in one place.

mod draw;

use crate::safe::{cut, visible};
use crate::source::Source;
use std::sync::Arc;

/// What the user wrote may stand in a message whole, and may be a whole file; nobody reads more than this.
const MOST: usize = 600;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the file is used nevertheless.
    Warning,
    /// The file cannot be used.
    Error,
}

/// A stretch of text inside one source: where a value stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Line, counted from 1; 0 means the place is not known.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// Byte offset of the first character.
    pub offset: usize,
    /// Length in bytes.
    pub length: usize,
}

/// One thing that is wrong with one file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Lowercase, no full stop; backticks round what the user wrote.
    pub message: String,
    /// The file.
    pub source: Arc<Source>,
    /// Where in it, with words to stand under the caret.
    pub labels: Vec<(Spot, String)>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error in this file as a whole.
    pub fn error(source: &Arc<Source>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: cut(&message.into(), MOST),
            source: source.clone(),
            labels: Vec::new(),
            hint: None,
        }
    }

    /// A warning about this file as a whole.
    pub fn warning(source: &Arc<Source>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(source, message) }
    }

    /// Points at a place, with words under the caret.
    #[must_use]
    pub fn at(mut self, spot: Spot, label: impl Into<String>) -> Self {
        self.labels.push((spot, cut(&label.into(), MOST)));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(cut(&hint.into(), MOST));
        self
    }

    /// Adds a hint when there is one.
    #[must_use]
    pub fn hint_if(mut self, hint: Option<String>) -> Self {
        self.hint = hint.map(|hint| cut(&hint, MOST)).or(self.hint);
        self
    }

    /// Where it begins: line and column, or none for a file as a whole.
    pub fn spot(&self) -> Option<Spot> {
        self.labels.first().map(|(spot, _)| *spot).filter(|spot| spot.line > 0)
    }

    /// `file:line:column: message`, the form for machines and logs.
    pub fn one_line(&self) -> String {
        let (name, message) = (visible(&self.source.name), visible(&self.message));
        match self.spot() {
            Some(spot) => format!("{name}:{}:{}: {message}", spot.line, spot.column),
            None => format!("{name}: {message}"),
        }
    }

    /// The whole report with source lines and carets, with or without colour, `width` columns wide.
    pub fn render(&self, colour: bool, width: usize) -> String {
        draw::draw(self, colour, width)
    }
}

/// True when any of these is an error.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// The word most like `word`, if one is near enough to be meant: for "did you mean".
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Words in backticks, joined by commas.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_with_a_caret_and_hints_on_its_own_line() {
        let source = Arc::new(Source::new("a.yaml", "steps:\n  - clik: save\n"));
        let spot = source.spot(11, 4);
        let text = Diagnostic::error(&source, "unknown verb `clik`")
            .at(spot, "not a verb")
            .hint("did you mean `click`?")
            .render(false, 100);
        assert!(text.starts_with("error: unknown verb `clik`"), "{text}");
        assert!(text.contains("a.yaml:2:5"), "{text}");
        assert!(text.contains("not a verb"), "{text}");
        assert!(text.ends_with("  hint: did you mean `click`?\n"), "{text}");
    }

    #[test]
    fn means_near_words_only() {
        assert_eq!(did_you_mean("clik", ["open", "click", "fill"]), Some("click"));
        assert_eq!(did_you_mean("frobnicate", ["open", "click"]), None);
    }
}
