//! Tags in markup, stepped over exactly as an HTML tokenizer steps over them.

/// Attributes of one element: the snapshot keeps a dozen.
const ATTRIBUTES: usize = 64;

/// Elements without an inside.
pub(super) const VOID: [&str; 19] = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
];
/// Elements that are opened anew in every block.
pub(super) const FORMATS: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Their end tags may be left out.
pub(super) const IMPLIED: [&str; 12] =
    ["p", "li", "dt", "dd", "option", "optgroup", "td", "th", "tr", "tbody", "thead", "tfoot"];
/// What stands inside of them is no markup, so none may stand there.
pub(super) const RAW: [&str; 11] = [
    "script",
    "style",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "title",
    "textarea",
    "template",
];

/// Whether a name is one of these, whatever its case.
pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// A place in markup.
pub(super) struct Cursor<'a> {
    pub(super) html: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn byte(&self) -> Option<u8> {
        self.html.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.html.get(self.at..).unwrap_or_default()
    }

    pub(super) fn name(&mut self) -> &'a str {
        let rest = self.rest();
        if !rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return "";
        }
        let end = rest
            .find(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '/' | '>'))
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Steps over the attributes as an HTML tokenizer does; true when the tag closes itself.
    pub(super) fn attributes(&mut self) -> Result<bool, &'static str> {
        let mut count = 0;
        let mut slash = false;
        loop {
            match self.byte() {
                None => return Err("the markup ends inside of a tag"),
                Some(b'>') => {
                    self.at += 1;
                    return Ok(slash);
                }
                Some(b'/') => {
                    slash = true;
                    self.at += 1;
                }
                Some(blank) if blank.is_ascii_whitespace() => self.at += 1,
                Some(_) => {
                    slash = false;
                    count += 1;
                    if count > ATTRIBUTES {
                        return Err("an element has more than 64 attributes");
                    }
                    self.attribute();
                }
            }
        }
    }

    fn attribute(&mut self) {
        // An equals sign may begin a name, and only then is part of it.
        self.at += 1;
        self.until(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
        self.until(|byte| !byte.is_ascii_whitespace());
        if self.byte() != Some(b'=') {
            return;
        }
        self.at += 1;
        self.until(|byte| !byte.is_ascii_whitespace());
        match self.byte() {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                self.until(|byte| byte == quote);
                self.at += 1;
            }
            _ => self.until(|byte| byte.is_ascii_whitespace() || byte == b'>'),
        }
    }

    pub(super) fn until(&mut self, is_end: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(|byte| !is_end(byte)) {
            self.at += 1;
        }
        // A multi-byte character is never an end, so this always stands on a character's first byte.
    }
}
