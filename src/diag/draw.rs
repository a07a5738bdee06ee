//! Drawing a diagnostic: the lines it is about with carets under them, harmless to look at and short, whatever the file holds.
//!
//! The lines are a stranger's text: what steers a terminal is made visible, and of a line that is longer than anybody
//! reads only the part round its first label is shown. Nothing is done to the rest of the file, so that drawing a
//! complaint about a large file costs no more than one about a small one.

use super::{Diagnostic, Severity, Spot};
use crate::safe::visible;
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A line longer than this is shown in part.
const MOST: usize = 240;
/// So much of a long line is shown before its first label.
const BEFORE: usize = 60;
/// So many lines on each side of a label are kept at hand; one is drawn, and what lies between two near labels.
const AROUND: usize = 2;

/// The whole report.
pub(super) fn draw(diagnostic: &Diagnostic, colour: bool, width: usize) -> String {
    let theme =
        if colour { miette::GraphicalTheme::unicode() } else { miette::GraphicalTheme::unicode_nocolor() };
    let handler = miette::GraphicalReportHandler::new_themed(theme)
        .with_width(width)
        .with_context_lines(1)
        .without_cause_chain()
        .with_links(false);
    let mut text = String::new();
    let drawn = Drawn {
        severity: diagnostic.severity,
        message: visible(&diagnostic.message),
        excerpt: Excerpt::of(diagnostic),
    };
    if handler.render_report(&mut text, &drawn).is_err() {
        // Drawing can only fail on places outside of the text; the plain line still says everything.
        text = diagnostic.one_line();
    }
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let body = text.trim_matches('\n').trim_start();
    let body = body.trim_start_matches(['×', '⚠', ' ']);
    // Where no line can be shown, the file must be named all the same.
    let mut out = match diagnostic.spot() {
        Some(_) => format!("{word}: {body}\n"),
        None => format!("{word}: {}: {body}\n", visible(&diagnostic.source.name)),
    };
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(out, "  hint: {}", visible(hint));
    }
    out
}

/// A diagnostic as miette wants to see it.
#[derive(Debug)]
struct Drawn {
    severity: Severity,
    message: String,
    excerpt: Excerpt,
}

impl std::fmt::Display for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl miette::Diagnostic for Drawn {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.excerpt.labels.is_empty()).then_some(&self.excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let spans = self.excerpt.labels.iter().map(|(_, words, offset, length)| {
            LabeledSpan::new((!words.is_empty()).then(|| words.clone()), *offset, *length)
        });
        Some(Box::new(spans))
    }
}

/// The lines round the labels, and where the labels stand in them.
#[derive(Debug, Default)]
struct Excerpt {
    name: String,
    text: String,
    /// How many lines of the file stand before the first of these.
    skipped: usize,
    /// The place in the file, the words, and offset and length in the text here.
    labels: Vec<(Spot, String, usize, usize)>,
}

impl Excerpt {
    fn of(diagnostic: &Diagnostic) -> Self {
        let text = diagnostic.source.text.as_str();
        let labels = diagnostic.labels.iter().filter(|(spot, _)| spot.line > 0);
        // Each label within its line: a value of many lines is pointed at where it begins.
        let mut placed: Vec<(Spot, String, usize, usize)> = labels
            .map(|(spot, words)| {
                let from = text.floor_char_boundary(spot.offset);
                let (_, end) = line_at(text, from);
                let to = text.floor_char_boundary(from.saturating_add(spot.length).min(end).max(from));
                (*spot, visible(words), from, to)
            })
            .collect();
        let mut lines = BTreeMap::new();
        for (_, _, from, _) in &placed {
            keep_around(text, *from, &mut lines);
        }
        let first = placed.iter().min_by_key(|(_, _, from, _)| *from);
        let skipped = first.map_or(0, |(spot, _, from, _)| {
            let above = lines.range(..=*from).count();
            (spot.line as usize).saturating_sub(above)
        });
        let mut out = Self { name: visible(&diagnostic.source.name), skipped, ..Self::default() };
        let mut before: Option<usize> = None;
        for (start, end) in lines {
            // Lines that nobody sees still count.
            let gap = before.map_or(0, |end| newlines(text, end, start).saturating_sub(1));
            out.text.extend(std::iter::repeat_n('\n', gap));
            out.line(text, start, end, &mut placed);
            before = Some(end);
        }
        out
    }

    /// Adds a line, and the labels that stand in it.
    fn line(&mut self, text: &str, start: usize, end: usize, placed: &mut Vec<(Spot, String, usize, usize)>) {
        let mine = |(_, _, from, _): &(Spot, String, usize, usize)| *from >= start && *from <= end;
        let first = placed.iter().filter(|label| mine(label)).map(|(_, _, from, _)| *from).min();
        let (left, right) = part(text, start, end, first.unwrap_or(start));
        if left > start {
            self.text.push('…');
        }
        let begun = self.text.len();
        let inside =
            |at: usize| text.get(left..at.clamp(left, right)).map_or(0, |before| shown(before).len());
        for label in placed.extract_if(.., |label| mine(label)) {
            let (spot, words, from, to) = label;
            let (from, to) = (inside(from), inside(to));
            self.labels.push((spot, words, begun + from, to - from));
        }
        self.text.push_str(&shown(text.get(left..right).unwrap_or_default()));
        if right < end {
            self.text.push('…');
        }
        self.text.push('\n');
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, before, after)?;
        let (mut line, mut column) = (read.line() + self.skipped, read.column());
        // Without context it is asked for the place that stands above the lines: the one in the file.
        if before == 0
            && let Some((spot, ..)) =
                self.labels.iter().find(|(_, _, at, length)| (*at, *length) == (span.offset(), span.len()))
        {
            (line, column) = (spot.line as usize - 1, (spot.column as usize).saturating_sub(1));
        }
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            read.data(),
            *read.span(),
            line,
            column,
            read.line_count(),
        );
        Ok(Box::new(contents))
    }
}

/// Where the line begins that holds this offset, and where it ends, without its end.
fn line_at(text: &str, offset: usize) -> (usize, usize) {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let rest = text.get(offset..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |newline| offset + newline);
    let bare = text.get(start..end).map_or(end, |line| start + line.strip_suffix('\r').unwrap_or(line).len());
    (start, bare.max(offset))
}

/// Notes the line of this offset and its neighbours.
fn keep_around(text: &str, offset: usize, lines: &mut BTreeMap<usize, usize>) {
    let (start, end) = line_at(text, offset);
    lines.insert(start, end);
    let mut above = start;
    for _ in 0..AROUND {
        let Some(last) = above.checked_sub(1) else { break };
        let (start, end) = line_at(text, last);
        lines.insert(start, end);
        above = start;
    }
    let mut below = end;
    for _ in 0..AROUND {
        let Some(newline) = text.get(below..).and_then(|rest| rest.find('\n')) else { break };
        // What follows the last line's end is no line.
        if below + newline + 1 == text.len() {
            break;
        }
        let (start, end) = line_at(text, below + newline + 1);
        lines.insert(start, end);
        below = end;
    }
}

/// A line made harmless; its tabs stay, because they are drawn as wide as they are.
fn shown(line: &str) -> String {
    line.split('\t').map(visible).collect::<Vec<_>>().join("\t")
}

fn newlines(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).map_or(0, |between| between.bytes().filter(|byte| *byte == b'\n').count())
}

/// The part of a line that is shown: all of it, or what stands round its first label.
fn part(text: &str, start: usize, end: usize, label: usize) -> (usize, usize) {
    let line = text.get(start..end).unwrap_or_default();
    if line.len() <= MOST || line.chars().nth(MOST).is_none() {
        return (start, end);
    }
    let back = text.get(start..label).unwrap_or_default();
    let left = back.char_indices().rev().nth(BEFORE).map_or(start, |(at, _)| start + at);
    let ahead = text.get(left..end).unwrap_or_default();
    let right = ahead.char_indices().nth(MOST).map_or(end, |(at, _)| left + at);
    (left, right)
}

#[cfg(test)]
mod tests {
    use crate::diag::Diagnostic;
    use crate::source::Source;
    use std::sync::Arc;

    fn drawn(text: &str, places: &[(usize, usize)]) -> String {
        let source = Arc::new(Source::new("a.yaml", text));
        let label =
            |it: Diagnostic, (offset, length): &(usize, usize)| it.at(source.spot(*offset, *length), "here");
        places.iter().fold(Diagnostic::error(&source, "wrong"), label).render(false, 100)
    }

    #[test]
    fn a_long_line_is_shown_round_its_label_and_named_by_its_place_in_the_file() {
        let text = format!("a: 1\n{}ZZ{}\nb: 2\n", "é".repeat(500_000), "y".repeat(500_000));
        let shown = drawn(&text, &[(5 + 1_000_000, 2)]);
        assert!(shown.contains("a.yaml:2:500001") && shown.contains("éZZy"), "{shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() < 300) && shown.lines().count() < 10,
            "{shown}"
        );
    }

    #[test]
    fn nothing_of_a_file_steers_a_terminal() {
        let text = "a: 1\nx\u{1b}[2J\u{202e}\u{9b}: !\r\nb: \r2\n";
        let shown = drawn(text, &[(5, 1), (text.find('!').unwrap(), 1)]);
        assert!(shown.contains("x␛[2J<U+202E><U+009B>: !\n"), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\r', '\u{202e}', '\u{9b}']), "{shown:?}");
    }

    #[test]
    fn two_labels_far_apart_have_their_own_numbers() {
        let text = (1..=3000).fold(String::new(), |text, number| text + &format!("line {number}\n"));
        let at = |number: usize| (text.find(&format!("line {number}\n")).unwrap(), 4);
        let shown = drawn(&text, &[at(2500), at(700), at(703)]);
        for number in [699, 700, 701, 702, 703, 704, 2499, 2500, 2501] {
            assert!(shown.contains(&format!("{number} │ line {number}\n")), "{number}: {shown}");
        }
        assert!(shown.contains("a.yaml:700:1") && shown.contains("a.yaml:2500:1"), "{shown}");
    }

    #[test]
    fn a_place_outside_of_the_text_is_drawn_at_its_end() {
        let source = Arc::new(Source::new("a.yaml", "é"));
        for (offset, length) in [(0, 9), (1, 1), (2, 0), (7, 7), (usize::MAX, usize::MAX)] {
            let spot = crate::source::Spot { line: 1, column: 1, offset, length };
            let shown = Diagnostic::error(&source, "wrong").at(spot, "here").render(false, 80);
            assert!(shown.contains("a.yaml:1:1"), "{shown}");
        }
        assert!(drawn("", &[(0, 1)]).contains("wrong"));
    }
}
