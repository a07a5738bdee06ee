//! Text from outside made harmless to look at: nothing invisible, nothing that steers a terminal or turns text around, and
//! nothing that a spreadsheet would calculate.

use std::borrow::Cow;
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

/// What was drawn for a terminal, with whatever but line breaks, tabs and colours would steer it made visible: the last door
/// before the screen. Parts that come from outside went through [`visible`] before, which leaves no colours in them either.
pub fn drawn(text: &str) -> Cow<'_, str> {
    let steers = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    if !text.chars().any(|character| steers(character) || is_hidden(character)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let taken = match colour(rest) {
            0 => character.len_utf8(),
            whole => whole,
        };
        let (part, behind) = rest.split_at(taken);
        if taken > 1 && character == '\u{1b}' || matches!(character, '\n' | '\t') {
            out.push_str(part);
        } else {
            out.push_str(&visible(part));
        }
        rest = behind;
    }
    Cow::Owned(out)
}

/// How long the colour is that a text begins with: an escape, a bracket, numbers, an `m`.
fn colour(text: &str) -> usize {
    let Some(numbers) = text.strip_prefix("\u{1b}[") else { return 0 };
    let length = numbers.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if numbers.as_bytes().get(length) == Some(&b'm') { length + 3 } else { 0 }
}

/// The lines of a text, each made visible.
pub fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A cell of a table in which a spreadsheet finds nothing to calculate: an apostrophe stands before every sign a formula
/// begins with, wherever a spreadsheet may take it for the beginning of a cell.
///
/// That is at the beginning, and behind whatever some spreadsheet takes for the end of a cell (it may know another separator
/// than the one the file was written with); blanks, quotes and what nobody sees are passed over, as a spreadsheet may.
pub fn inert(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut from = 0;
    for at in starts(cell) {
        out.push_str(&cell[from..at]);
        out.push('\'');
        from = at;
    }
    out.push_str(&cell[from..]);
    out
}

/// The text of a cell that [`inert`] has written, or somebody who keeps the same rule: exactly what was there before.
pub fn from_inert(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut from = 0;
    for at in starts(cell) {
        let before = &cell[from..at];
        out.push_str(before.strip_suffix('\'').unwrap_or(before));
        from = at;
    }
    out.push_str(&cell[from..]);
    out
}

/// Where in a cell something stands that a formula begins with, and where a formula could begin.
fn starts(cell: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut fresh, mut first) = (true, true);
    for (at, character) in cell.char_indices() {
        let ends_a_cell =
            matches!(character, ',' | ';' | '|' | '\n'..='\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}');
        // A cell that begins with one of these is taken for a formula's by some, whatever follows.
        if first && matches!(character, '\t' | '\n' | '\r') || fresh && begins_a_formula(character) {
            found.push(at);
        }
        let passed_over = character.is_whitespace()
            || character.is_control()
            || is_hidden(character)
            || matches!(character, '"' | '\'' | '\u{2018}'..='\u{201f}');
        fresh = ends_a_cell || fresh && passed_over && !begins_a_formula(character);
        first = first && character == '\'';
    }
    found
}

/// `=`, `+`, `-` and `@`, wide, small and raised ones too.
fn begins_a_formula(character: char) -> bool {
    matches!(
        character,
        '=' | '+'
            | '-'
            | '@'
            | '\u{ff1d}'
            | '\u{ff0b}'
            | '\u{ff0d}'
            | '\u{ff20}'
            | '\u{fe66}'
            | '\u{fe62}'
            | '\u{fe63}'
            | '\u{fe6b}'
            | '\u{207c}'
            | '\u{207a}'
            | '\u{207b}'
            | '\u{2212}'
    )
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

/// How much of a text is told that is not what it should be.
const MOST_OF_AN_ERROR: usize = 300;

/// What is wrong with some JSON, and where. The error quotes what it was wrong about, which may be a whole file.
pub fn json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(what) => cut(what, MOST_OF_AN_ERROR) + &place,
        None => cut(&text, MOST_OF_AN_ERROR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_quotes_no_whole_file() {
        let error =
            |text: &str| json_error(&serde_json::from_str::<crate::words::Identity>(text).unwrap_err());
        assert_eq!(
            error("\"mail\""),
            "unknown variant `mail`, expected `email` or `username` at line 1 column 6"
        );
        let long = error(&format!("\"{}\"", "m".repeat(10_000)));
        assert!(long.chars().count() < 350 && long.ends_with("m… at line 1 column 10002"), "{long}");
    }

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
    fn only_colours_and_line_breaks_reach_the_screen() {
        let good = "two\n\x1b[1;31mred\x1b[0m\tlines";
        assert!(matches!(drawn(good), Cow::Owned(text) if text == good));
        assert!(matches!(drawn("plain\nZoë أحمد"), Cow::Borrowed(_)));
        for (bad, told) in [
            ("a\x1b[2Jb", "a␛[2Jb"),
            ("a\x1b]0;title\u{7}", "a␛]0;title␇"),
            ("\x1b[31", "␛[31"),
            ("\x1b", "␛"),
            ("a\u{9b}31mb\u{202e}c\u{61c}", "a<U+009B>31mb<U+202E>c<U+061C>"),
            ("progress\rgone", "progress gone"),
        ] {
            assert_eq!(drawn(bad), told);
        }
        assert_eq!(lines("a\x1b[31m\nb\r\u{200f}"), "a␛[31m\nb <U+200F>");
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for (bad, told) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", " '=1"),
            ("\u{a0}\u{3000}-1", "\u{a0}\u{3000}'-1"),
            ("\u{200b}\u{202e}＝1", "\u{200b}\u{202e}'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("﹦1", "'﹦1"),
            ("\"=1", "\"'=1"),
            ("'=1", "''=1"),
            ("a;=cmd|' /C calc'!A0", "a;'=cmd|' /C calc'!A0"),
            ("x; \"-2+3", "x; \"'-2+3"),
            ("a,@b\t=c\n+d", "a,'@b\t'=c\n'+d"),
            ("\t=1", "'\t'=1"),
            ("\r\n=1", "'\r\n'=1"),
            ("==1", "'==1"),
        ] {
            assert_eq!(inert(bad), told);
            assert_eq!(from_inert(told), bad);
        }
        for good in
            ["", "Zoë = 1", "a-b@c.test", "Editor; Author", "it's 5 - 3", "o'neill@x.test", "2026-11-26"]
        {
            assert_eq!(inert(good), good);
            assert_eq!(from_inert(good), good);
        }
        assert_eq!(from_inert("=1"), "=1", "what nobody made inert is left as it is");
    }

    proptest::proptest! {
        #[test]
        fn a_cell_is_read_back_as_it_was(cell in "[ \t\n\r;,|\"'=+@＝\u{2212}\u{a0}\u{200b}\u{202e}a-]{0,12}") {
            let told = inert(&cell);
            proptest::prop_assert_eq!(from_inert(&told), cell);
            // However it is taken apart and trimmed, no part begins with a sign.
            for part in told.split([';', ',', '|', '\t', '\n', '\r']) {
                let begun = part.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c) || c == '"');
                proptest::prop_assert!(!begun.starts_with(begins_a_formula), "{:?}", told);
            }
        }
    }

    #[test]
    fn cuts_by_characters() {
        assert_eq!(cut("Zoëlle", 4), "Zoë…");
        assert_eq!(cut("Zoë", 3), "Zoë");
    }
}
