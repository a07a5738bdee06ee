//! Diagnostics: what is wrong with a file somebody wrote, where, and what to do about it.
//!
//! They are collected, never the first only; `cli` renders them in one place.

use crate::source::Source;
use std::fmt::Write as _;
use std::sync::Arc;

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
            message: message.into(),
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
        self.labels.push((spot, label.into()));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a hint when there is one.
    #[must_use]
    pub fn hint_if(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// Where it begins: line and column, or none for a file as a whole.
    pub fn spot(&self) -> Option<Spot> {
        self.labels.first().map(|(spot, _)| *spot).filter(|spot| spot.line > 0)
    }

    /// `file:line:column: message`, the form for machines and logs.
    pub fn one_line(&self) -> String {
        match self.spot() {
            Some(spot) => format!("{}:{}:{}: {}", self.source.name, spot.line, spot.column, self.message),
            None => format!("{}: {}", self.source.name, self.message),
        }
    }

    /// The whole report with source lines and carets, with or without colour, `width` columns wide.
    pub fn render(&self, colour: bool, width: usize) -> String {
        let theme = if colour {
            miette::GraphicalTheme::unicode()
        } else {
            miette::GraphicalTheme::unicode_nocolor()
        };
        let handler = miette::GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_context_lines(1)
            .without_cause_chain()
            .with_links(false);
        let mut text = String::new();
        let drawn = Drawn(self, miette::NamedSource::new(&self.source.name, self.source.text.clone()));
        if handler.render_report(&mut text, &drawn).is_err() {
            // Drawing can only fail on places outside of the text; the plain line still says everything.
            text = self.one_line();
        }
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let body = text.trim_matches('\n').trim_start();
        let body = body.trim_start_matches(['×', '⚠', ' ']);
        // Where no line can be shown, the file must be named all the same.
        let mut out = match self.spot() {
            Some(_) => format!("{word}: {body}\n"),
            None => format!("{word}: {}: {body}\n", self.source.name),
        };
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
        out
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

/// A diagnostic as miette wants to see it.
#[derive(Debug)]
struct Drawn<'a>(&'a Diagnostic, miette::NamedSource<String>);

impl std::fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        (!self.0.labels.is_empty()).then_some(&self.1 as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let end = self.0.source.text.len();
        let labels = self.0.labels.iter().filter(|(spot, _)| spot.line > 0).map(move |(spot, label)| {
            let offset = spot.offset.min(end);
            let label = (!label.is_empty()).then(|| label.clone());
            miette::LabeledSpan::new(label, offset, spot.length.min(end - offset))
        });
        Some(Box::new(labels))
    }
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
