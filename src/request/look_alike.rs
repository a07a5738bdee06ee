//! Letters and keys that look the same and are not: the skeletons of Unicode's security report.

use unicode_security::confusable_detection::skeleton;

/// The ASCII letter or digit that this other character is easily taken for.
pub(super) fn ascii_twin(letter: char) -> Option<char> {
    if letter.is_ascii() || !letter.is_alphanumeric() {
        return None;
    }
    let text = letter.to_string();
    let mut looks = skeleton(&text);
    // Ligatures such as `æ` are letters of their own; only a single letter is a disguise.
    looks.next().filter(char::is_ascii_alphanumeric).filter(|_| looks.next().is_none())
}

/// The name of the script a look-alike is usually taken from, with a blank after it, or nothing.
pub(super) fn script(letter: char) -> &'static str {
    match letter {
        '\u{370}'..='\u{3FF}' => "Greek, ",
        '\u{400}'..='\u{52F}' => "Cyrillic, ",
        '\u{530}'..='\u{58F}' => "Armenian, ",
        '\u{FF00}'..='\u{FFEF}' => "full-width, ",
        _ => "",
    }
}

/// Makes the skeletons of many keys; nearly all are ASCII, and for those a table is enough.
pub(super) struct Skeletons {
    ascii: Vec<String>,
}

impl Skeletons {
    pub(super) fn new() -> Self {
        let ascii = (0..128_u8).map(|byte| skeleton(&char::from(byte).to_string()).collect()).collect();
        Self { ascii }
    }

    /// What a key looks like; two keys with one skeleton are easily mistaken for each other.
    pub(super) fn of(&self, key: &str) -> String {
        if !key.is_ascii() {
            return skeleton(key).collect();
        }
        let mut out = String::with_capacity(key.len() + 4);
        for byte in key.bytes() {
            out.push_str(self.ascii.get(usize::from(byte)).map_or("", String::as_str));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_disguises_from_letters() {
        assert_eq!(ascii_twin('\u{430}'), Some('a'));
        assert_eq!(ascii_twin('\u{3BF}'), Some('o'));
        assert_eq!(ascii_twin('\u{FF41}'), Some('a'));
        for letter in ['a', 'ü', 'ß', 'æ', 'ø', 'ж', '日'] {
            assert_eq!(ascii_twin(letter), None, "{letter}");
        }
    }

    #[test]
    fn makes_the_same_skeletons_with_and_without_the_table() {
        let skeletons = Skeletons::new();
        for key in ["zoe1@x.test", "modern", "I0Olm|`'"] {
            assert_eq!(skeletons.of(key), skeleton(key).collect::<String>());
        }
        assert_eq!(skeletons.of("modem@x.test"), skeletons.of("modern@x.test"));
    }
}
