//! Cleaning of cells: blanks at the ends, invisible characters, one Unicode form.

use std::fmt::Write as _;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Characters that nobody sees: zero widths, joiners, marks of direction, soft hyphens.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{180E}')
}

/// Characters that make a text read in another order than it is typed.
pub(super) fn is_reordering(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Trimmed of everything blank or invisible (a no-break space is blank), in Unicode NFC.
pub(super) fn value(text: &str) -> String {
    let trimmed = text.trim_matches(|letter: char| letter.is_whitespace() || is_invisible(letter));
    if is_nfc(trimmed) { trimmed.to_owned() } else { trimmed.nfc().collect() }
}

/// Nothing that anybody would see.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| letter.is_whitespace() || is_invisible(letter))
}

/// A key besides loses what is invisible inside of it; the first such character comes with it.
pub(super) fn key(text: &str) -> (String, Option<char>) {
    let Some(hidden) = text.chars().find(|letter| is_invisible(*letter)) else {
        return (value(text), None);
    };
    let visible: String = text.chars().filter(|letter| !is_invisible(*letter)).collect();
    (value(&visible), Some(hidden))
}

/// A word as it is compared: case, and all blanks, dashes and underscores left out.
pub(super) fn squeezed(text: &str) -> String {
    let apart = |letter: &char| {
        !letter.is_whitespace()
            && !is_invisible(*letter)
            && !matches!(letter, '_' | '-' | '\u{2010}'..='\u{2014}')
    };
    text.nfc().filter(apart).flat_map(char::to_lowercase).collect()
}

/// A value as it is compared with the options: case and the width of blanks left out.
pub(super) fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What the user wrote, short enough to stand in a message and with nothing in it that a terminal would obey.
pub(super) fn shorten(text: &str) -> String {
    let mut out = String::new();
    for (index, letter) in text.chars().enumerate() {
        if index == 80 {
            out.push('…');
            break;
        }
        if letter.is_control() || is_invisible(letter) || is_reordering(letter) {
            let _ = write!(out, "<U+{:04X}>", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out
}

/// The word most like this one; long texts are never meant, and comparing them would be slow.
pub(super) fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let short = |text: &str| text.len() <= 100;
    if !short(word) {
        return None;
    }
    crate::diag::did_you_mean(word, known.into_iter().filter(|one| short(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_what_nobody_sees() {
        assert_eq!(value("\u{A0} Zoe\u{200B}\t"), "Zoe");
        assert_eq!(value("Zoe\u{308}"), "Zoë");
        assert_eq!(key("z\u{200B}oe@x.test\u{A0}"), ("zoe@x.test".to_owned(), Some('\u{200B}')));
        assert_eq!(key(" zoe@x.test "), ("zoe@x.test".to_owned(), None));
    }

    #[test]
    fn compares_headers_loosely_and_values_less_so() {
        assert_eq!(squeezed("E-Mail  Address"), "emailaddress");
        assert_eq!(squeezed("first_name"), squeezed("First Name"));
        assert_eq!(folded(" Billing\u{A0} ADMIN "), "billing admin");
    }

    #[test]
    fn quotes_nothing_dangerous() {
        assert_eq!(shorten("a\u{1b}[31m\u{202E}b"), "a<U+001B>[31m<U+202E>b");
        assert_eq!(shorten(&"x".repeat(5000)).chars().count(), 81);
    }
}
