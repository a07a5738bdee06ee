//! Lines of a page that are like a text of the book, whatever numbers stand in them.

use crate::roster::fold;
use crate::source::Several;
use std::collections::BTreeSet;

/// How many lines that are like a wanted one are told.
const MOST_LINES: usize = 3;

/// The lines that share most words with one of these texts, and at least half of them.
pub(super) fn alike(lines: &[String], texts: &Several<String>) -> Vec<String> {
    let mut scored: Vec<(usize, &String)> = Vec::new();
    for line in lines {
        let own = bag(line);
        let shared = texts.values().filter_map(|text| {
            let wanted = bag(text);
            let shared = wanted.intersection(&own).count();
            (shared * 2 >= wanted.len() && shared > 0).then_some(shared)
        });
        scored.extend(shared.max().map(|shared| (shared, line)));
    }
    scored.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    let mut all: Vec<String> = Vec::new();
    for (_, line) in scored {
        if !all.contains(line) && all.len() < MOST_LINES {
            all.push(line.clone());
        }
    }
    all
}

/// Whether a line has all the words of one of these texts.
pub(super) fn says(line: &str, texts: &Several<String>) -> bool {
    let own = bag(line);
    texts.values().any(|text| bag(text).is_subset(&own))
}

/// The words of a text; what is filled in, and numbers, are none.
fn bag(text: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    for (number, piece) in text.split("${").enumerate() {
        // Every piece but the first begins inside of a field.
        let rest = if number == 0 { piece } else { piece.split_once('}').map_or("", |(_, rest)| rest) };
        plain.push(' ');
        plain.push_str(rest);
    }
    let words = plain.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{At, Spot};

    #[test]
    fn a_line_that_reads_otherwise_is_told_from_one_with_other_numbers() {
        let count = Several(vec![At::new(
            "Displaying users ${from}-${to} of ${n} found.".to_owned(),
            Spot::default(),
        )]);
        assert!(says("Displaying users 1-25 of 46 found. 46 users total.", &count));
        assert!(!says("Showing users 1-25 of 46 found.", &count));
        let lines =
            ["Log out", "Showing users 1-25 of 46 found.", "New users will be added"].map(str::to_owned);
        assert_eq!(alike(&lines, &count), ["Showing users 1-25 of 46 found."]);
    }
}
