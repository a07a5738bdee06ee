//! The keys of a keyboard by the characters that WebDriver gives them.

pub(super) const SPACE: char = ' ';
pub(super) const HOME_KEY: char = '\u{e011}';
pub(super) const ARROW_DOWN: char = '\u{e015}';
pub(super) const ENTER: char = '\u{e007}';
pub(super) const CONTROL: char = '\u{e009}';
pub(super) const DELETE: char = '\u{e017}';
pub(super) const BACKSPACE: char = '\u{e003}';
pub(super) const ESCAPE: char = '\u{e00c}';

/// The keys of a person who puts a text in the place of what a field holds; each group is held together.
pub(super) fn replacing(text: &str) -> Vec<Vec<char>> {
    let mut groups = vec![vec![CONTROL, 'a'], vec![DELETE]];
    groups.extend(text.chars().map(|key| vec![key]));
    groups
}
