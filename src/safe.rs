//! Text from outside made harmless to look at: nothing invisible, nothing that steers a terminal or turns text around.

use std::fmt::Write as _;

/// The text with every control character, bidi control and invisible character made visible.
///
/// A page can hold an escape sequence that clears the screen, or an override that shows `gpj.exe` as `exe.jpg`; whoever
/// reads a report must see what is there, not what the page wants seen.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or('?')),
            '\u{7f}' => out.push('\u{2421}'),
            _ if is_hidden(character) => {
                let _ = write!(out, "<U+{:04X}>", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}

/// Characters that draw nothing themselves but change what is seen: C1 controls, bidi controls, zero widths, tags.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// JSON with everything that draws nothing written as an escape: the same value, and nothing that a terminal would obey.
///
/// JSON has such characters inside of strings only, so they can be replaced wherever they stand.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for character in text.chars() {
        if is_hidden(character) || character == '\u{7f}' {
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// At most so many characters, with an ellipsis in place of the rest.
pub fn cut(text: &str, most: usize) -> String {
    // No text has more characters than bytes, and a long one need not be counted to its end.
    if text.len() <= most || text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a␛[2Jb");
        assert_eq!(visible("x\u{202e}gpj.exe\u{2066}"), "x<U+202E>gpj.exe<U+2066>");
        assert_eq!(visible("two\nlines\u{7}\u{9b}1m"), "two lines␇<U+009B>1m");
        assert_eq!(visible("Zoë 美咲 أحمد"), "Zoë 美咲 أحمد");
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({ "name": "a\u{9b}1m\u{202e}\u{e0041}\u{7f}\u{1b}", "zoë": "美咲" });
        let text = json(&value.to_string());
        assert!(!text.chars().any(|c| is_hidden(c) || c.is_control()), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(text.contains("zoë") && text.contains("美咲"));
    }

    #[test]
    fn cuts_by_characters() {
        assert_eq!(cut("Zoëlle", 4), "Zoë…");
        assert_eq!(cut("Zoë", 3), "Zoë");
    }
}
