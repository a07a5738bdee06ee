//! What the app itself says of how many people are in a list.

use super::fold::fold;

/// A pattern such as `${n} users`: `${n}` is the number, any other `${...}` a number that does not matter here.
struct Pattern(Vec<Part>);

enum Part {
    Words(String),
    Total,
    Number,
}

/// The counts that these lines give, or none; several that differ are all given.
pub(super) fn find(patterns: &[String], lines: &[String]) -> Vec<u64> {
    let patterns: Vec<Pattern> = patterns.iter().map(|pattern| compile(pattern)).collect();
    let mut found = Vec::new();
    if patterns.is_empty() {
        return found;
    }
    for line in lines {
        let line = fold(line);
        found.extend(patterns.iter().filter_map(|pattern| matches(&pattern.0, &line, None)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a line is as a pattern says, with any text where it has `${...}`.
pub(super) fn is_as(pattern: &str, line: &str) -> bool {
    let (pattern, line) = (fold(pattern), fold(line));
    let texts: Vec<&str> = pattern
        .split("${")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or(part, |(_, text)| text) })
        .collect();
    let [first, between @ .., last] = texts.as_slice() else { return pattern == line };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for text in between {
        let Some((_, after)) = rest.split_once(text) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

fn compile(pattern: &str) -> Pattern {
    let pattern = fold(pattern);
    let mut parts = Vec::new();
    let mut rest = pattern.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Words(before.to_owned()));
        }
        parts.push(if name == "n" { Part::Total } else { Part::Number });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest.to_owned()));
    }
    Pattern(parts)
}

/// The total when the whole line is as the pattern says.
fn matches(parts: &[Part], line: &str, total: Option<u64>) -> Option<u64> {
    let Some((part, others)) = parts.split_first() else {
        return total.filter(|_| line.is_empty());
    };
    if let Part::Words(words) = part {
        return matches(others, line.strip_prefix(words.as_str())?, total);
    }
    // A blank may part thousands or words; the longest reading that lets the rest of the line fit is meant.
    numbers(line).into_iter().rev().find_map(|(end, number)| {
        let total = if matches!(part, Part::Total) { Some(number) } else { total };
        matches(others, line.get(end..)?, total)
    })
}

/// Every way to read a number at the beginning of a line: where it ends and what it is, shortest first.
fn numbers(line: &str) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    let mut number: u64 = 0;
    let mut separator = None;
    let mut group = 0;
    for (at, letter) in line.char_indices() {
        if let Some(digit) = letter.to_digit(10) {
            let Some(next) = number.checked_mul(10).and_then(|ten| ten.checked_add(u64::from(digit))) else {
                break;
            };
            number = next;
            group += 1;
            if separator.is_some() && group > 3 {
                break;
            }
            if separator.is_none() || group == 3 {
                found.push((at + 1, number));
            }
        } else if matches!(letter, ',' | '.' | ' ' | '\'' | '\u{2019}') {
            // Before a separator stand one to three digits, and a line uses one kind of separator.
            let first = separator.is_none() && (1..=3).contains(&group);
            let further = separator == Some(letter) && (2..=3).contains(&group);
            if !first && !further {
                break;
            }
            separator = Some(letter);
            group = 0;
        } else {
            break;
        }
    }
    // A number is read whole: `12` is never a part of `123`.
    let bytes = line.as_bytes();
    found.retain(|(end, _)| !bytes.get(*end).is_some_and(u8::is_ascii_digit));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(pattern: &str, line: &str) -> Vec<u64> {
        find(&[pattern.to_owned()], &[line.to_owned()])
    }

    #[test]
    fn reads_whole_lines_only() {
        assert_eq!(one("${n} users", "12 Users"), [12]);
        assert_eq!(one("${n} users", " 0 users "), [0]);
        for (line, number) in [
            ("1,234 users", 1234),
            ("1.234.567 users", 1_234_567),
            ("1\u{A0}234 users", 1234),
            ("1\u{202F}234 users", 1234),
            ("1'234 users", 1234),
            ("1,00,000 users", 100_000),
            ("1234 users", 1234),
        ] {
            assert_eq!(one("${n} users", line), [number], "{line}");
        }
        for line in [
            "12 users selected",
            "over 12 users",
            "12",
            "1.5 users",
            "1,23 users",
            "12 34 users",
            "-3 users",
            "99999999999999999999999 users",
        ] {
            assert_eq!(one("${n} users", line), Vec::<u64>::new(), "{line}");
        }
        assert_eq!(
            one("Showing ${from} to ${to} of ${n} entries", "Showing 1 to 10 of 1,057 entries"),
            [1057]
        );
        assert_eq!(one("(${n})", "(7)"), [7]);
        assert_eq!(one("${n} ${x}", "1 234"), [1]);
    }

    #[test]
    fn an_empty_list_says_so_in_a_whole_line() {
        assert!(is_as("No users found.", "no users  found."));
        assert!(is_as("No users found. ${all} users total.", "No users found. 46 users total."));
        assert!(is_as("No users match \u{201c}${who}\u{201d}", "No users match \u{201c}a@x\u{201d}"));
        assert!(!is_as("No users found. ${all} users total.", "No users found. 46 users total. Really"));
        assert!(!is_as("No users found", "No users found here"));
        assert!(!is_as("${who} has nobody at all", "Ann has nobody"));
    }

    #[test]
    fn gives_every_count_that_differs() {
        let lines = ["3 users", "3 users", "4 users"].map(str::to_owned);
        assert_eq!(find(&["${n} users".to_owned()], &lines), [3, 4]);
    }
}
