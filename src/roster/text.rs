//! What a cell says, and where in it one thing might end and the next begin.
//!
//! Two neighbouring elements may stand in one line or under each other; the snapshot does not tell. A text is therefore
//! read both ways, and a key that depends on it is ambiguous.

use super::fold::tidy;
use super::walk::{Step, walk};
use scraper::ElementRef;

/// Marks a border between two elements that may or may not be a gap to the eye.
const BORDER: char = '\u{1}';

/// Elements that always stand apart from what is beside them.
const BLOCKS: [&str; 38] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "button",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "input",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "select",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

/// Elements whose inside nobody sees as text.
const UNSEEN: [&str; 6] = ["datalist", "noscript", "script", "select", "style", "template"];

/// Inputs whose value stands on the page as text.
const TYPED: [&str; 7] = ["email", "number", "search", "tel", "text", "url", ""];

/// No cell of a list says more than this; the rest of one that does is not looked at.
const LONGEST: usize = 64 << 10;

/// The text of one cell or of parts of it.
#[derive(Debug, Default)]
pub(super) struct Text {
    words: String,
    cut: bool,
}

impl Text {
    /// What an element says.
    pub(super) fn of(element: ElementRef<'_>) -> Self {
        let mut text = Self::default();
        text.add(element);
        text
    }

    /// A text that stands by itself.
    pub(super) fn plain(words: &str) -> Self {
        let mut text = Self::default();
        text.words(words);
        text
    }

    /// Adds what one more element says.
    pub(super) fn add(&mut self, element: ElementRef<'_>) {
        self.words.push('\n');
        walk(element, &mut |step| match step {
            Step::Text(text) => {
                self.words(text);
                true
            }
            Step::Enter(inner) => {
                let name = inner.value().name();
                self.border(name);
                match name {
                    "select" => self.chosen(inner),
                    "input" if TYPED.contains(&inner.attr("type").unwrap_or_default()) => {
                        self.words(inner.attr("value").unwrap_or_default());
                    }
                    _ => {}
                }
                !UNSEEN.contains(&name)
            }
            Step::Leave(inner) => {
                self.border(inner.value().name());
                true
            }
        });
    }

    fn words(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.words.len());
        self.cut |= text.len() > room;
        let text = text.get(..text.floor_char_boundary(room)).unwrap_or_default();
        if text.contains(BORDER) {
            self.words.push_str(&text.replace(BORDER, " "));
        } else {
            self.words.push_str(text);
        }
    }

    /// There was more than is kept.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// A select shows the options that are chosen and no others.
    fn chosen(&mut self, select: ElementRef<'_>) {
        for option in select.descendent_elements().filter(|inner| inner.value().name() == "option") {
            if option.attr("selected").is_some() {
                self.words("\n");
                option.text().for_each(|text| self.words(text));
            }
        }
    }

    fn border(&mut self, name: &str) {
        // A `mark` is a search hit inside of a word, a `wbr` a place where a word may break.
        if BLOCKS.contains(&name) {
            self.words.push('\n');
        } else if !matches!(name, "mark" | "wbr") {
            self.words.push(BORDER);
        }
    }

    /// With a gap at every border: how values are read.
    pub(super) fn apart(&self) -> String {
        tidy(&self.words)
    }

    /// With a gap only where there is one for certain.
    pub(super) fn together(&self) -> String {
        tidy(&self.words.replace(BORDER, ""))
    }
}
