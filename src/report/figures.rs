//! Numbers, times and cells as people read them.

use crate::safe::visible;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `1 person`, `5 people`.
pub(super) fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{} people", number(count)) }
}

/// A number with thin groups of three: `12 345`.
pub(super) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A stretch of time: `840 ms`, `12.3 s`, `4 min 05 s`, `2 h 07 min`.
pub(super) fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{seconds}.{} s", ms % 1000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A time for people: `11 March 2026, 09:14:02 UTC`. What is not a time is shown as it stands.
pub(super) fn time(at: &str) -> String {
    at.parse::<jiff::Timestamp>()
        .map_or_else(|_| visible(at), |time| time.strftime("%-d %B %Y, %H:%M:%S UTC").to_string())
}

/// The time of day: `09:14:02`.
pub(super) fn clock(at: &str) -> String {
    at.parse::<jiff::Timestamp>().map_or_else(|_| visible(at), |time| time.strftime("%H:%M:%S").to_string())
}

/// Cells of a row in one line: `Admin, active`; the columns are named only when asked for.
pub(super) fn cells(row: &BTreeMap<String, String>, names: bool) -> String {
    let mut out = String::new();
    for (column, value) in row.iter().filter(|(_, value)| !value.is_empty()) {
        let gap = if out.is_empty() { "" } else { ", " };
        let _ = if names { write!(out, "{gap}{column}: {value}") } else { write!(out, "{gap}{value}") };
    }
    out
}

/// Something with its first letter large.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(number(12), "12");
        let spans = [840, 12_345, 245_000, 7_620_000].map(duration);
        assert_eq!(spans, ["840 ms", "12.3 s", "4 min 05 s", "2 h 07 min"]);
        assert_eq!(time("2026-03-11T09:14:02.123Z"), "11 March 2026, 09:14:02 UTC");
        assert_eq!(time("noon"), "noon");
    }
}
