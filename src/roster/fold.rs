//! When two texts count as the same: blanks, invisible characters and case do not matter, everything else does.

use unicode_normalization::UnicodeNormalization as _;

/// Characters nobody sees; pages put them into addresses to let a line break there.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// Overrides show a text in another order than it has: a key with one in it is not what a person reads.
pub(super) fn has_override(text: &str) -> bool {
    text.contains(|letter: char| matches!(letter, '\u{202A}'..='\u{202E}'))
}

/// One line, single blanks, nothing invisible, trimmed.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(256));
    let mut apart = false;
    for letter in text.chars().filter(|letter| !is_invisible(*letter)) {
        if letter.is_whitespace() || letter.is_control() {
            apart = true;
        } else {
            if apart && !out.is_empty() {
                out.push(' ');
            }
            apart = false;
            out.push(letter);
        }
    }
    out
}

/// A text as it is compared: tidy, composed and case-folded, as the request and the page compare it.
pub fn fold(text: &str) -> String {
    tidy(text).nfc().collect::<String>().to_lowercase()
}

/// Whether two keys are one, however they are written.
pub fn keys_equal(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// At most this many characters of a text that somebody else chose, for a message or a value.
pub(super) fn at_most(text: &str, most: usize) -> String {
    let mut out: String =
        text.chars().take(most).filter(|letter| !has_override(letter.encode_utf8(&mut [0; 4]))).collect();
    if out.len() < text.len() && text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_whole_and_without_case() {
        assert!(keys_equal("Zoe@X.test", "\u{A0}zo\u{200B}e@x.TEST "));
        assert!(!keys_equal("zoe@x.test", "zoe+a@x.test"));
        assert!(!keys_equal("zoe@x.test", "xzoe@x.test"));
        assert_eq!(tidy(" a\n\t b\u{202F}c "), "a b c");
        assert_eq!(at_most("abc\u{202E}def", 5), "abcd…");
    }
}
