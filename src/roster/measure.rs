//! A look at markup before it is parsed: whether parsing it can take more time or memory than a list deserves.
//!
//! HTML's own rules for repairing markup cost the square of its depth, and re-open every formatting element in every block. The snapshot is well
//! nested and shallow, so whatever is not is refused here in one pass instead of being repaired.

/// Deeper than any console nests a list.
const DEPTH: usize = 400;
/// Formatting elements open at once.
const FORMATTING: usize = 32;
/// Nodes a parser may have to make.
const NODES: usize = 4_000_000;
/// Attributes of one element: the snapshot keeps a dozen.
const ATTRIBUTES: usize = 64;

const VOID: [&str; 18] = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input",
    "keygen", "link", "meta", "param", "source", "track",
];
const FORMATS: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Their end tags may be left out.
const IMPLIED: [&str; 12] =
    ["p", "li", "dt", "dd", "option", "optgroup", "td", "th", "tr", "tbody", "thead", "tfoot"];
/// What stands inside of them is no markup, so none may stand there.
const RAW: [&str; 11] = [
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

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// Says why this markup will not be parsed, if so.
pub(super) fn refuse(html: &str) -> Option<&'static str> {
    let mut walk = Walk { html, at: 0, open: Vec::new(), formatting: 0, nodes: 0 };
    walk.all().err()
}

struct Walk<'a> {
    html: &'a str,
    at: usize,
    open: Vec<&'a str>,
    formatting: usize,
    nodes: usize,
}

impl<'a> Walk<'a> {
    fn byte(&self) -> Option<u8> {
        self.html.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn all(&mut self) -> Result<(), &'static str> {
        while let Some(next) = self.rest().find('<') {
            self.at += next + 1;
            match self.byte() {
                Some(b'/') => {
                    self.at += 1;
                    let name = self.name();
                    if name.is_empty() {
                        return Err("the markup has an end tag without a name");
                    }
                    self.attributes()?;
                    self.close(name)?;
                }
                Some(b'!') => self.declaration()?,
                Some(b'?') => return Err("the markup has a processing instruction"),
                Some(letter) if letter.is_ascii_alphabetic() => {
                    let name = self.name();
                    let closed = self.attributes()?;
                    self.open(name, closed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn name(&mut self) -> &'a str {
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
    fn attributes(&mut self) -> Result<bool, &'static str> {
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

    fn until(&mut self, is_end: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(|byte| !is_end(byte)) {
            self.at += 1;
        }
        // A multi-byte character is never an end, so this always stands on a character's first byte.
    }

    /// Comments and the document type; a comment that parsers end early is refused.
    fn declaration(&mut self) -> Result<(), &'static str> {
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix("!--") {
            let end = inside.find("-->").ok_or("the markup has a comment without an end")?;
            let text = inside.get(..end).unwrap_or_default();
            if inside.starts_with('>') || inside.starts_with("->") || text.contains("--!>") {
                return Err("the markup has a comment that ends early");
            }
            self.at += end + 6;
            return Ok(());
        }
        if rest.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("!doctype")) {
            self.until(|byte| byte == b'>');
            return Ok(());
        }
        Err("the markup has a declaration that is neither a comment nor a document type")
    }

    fn open(&mut self, name: &'a str, closed: bool) -> Result<(), &'static str> {
        self.nodes += 1 + self.formatting;
        if self.nodes > NODES {
            return Err("the page has more elements than a list can have");
        }
        if is_one_of(name, &VOID) || name.eq_ignore_ascii_case("wbr") {
            return Ok(());
        }
        if closed && self.open.iter().any(|one| is_one_of(one, &["svg", "math"])) {
            return Ok(());
        }
        if is_one_of(name, &RAW) {
            let end = self.rest().find('<').ok_or("the markup ends inside of a text element")?;
            self.at += end;
            let tail = self.rest().get(1..name.len() + 2).unwrap_or_default();
            if !tail.strip_prefix('/').is_some_and(|tail| tail.eq_ignore_ascii_case(name)) {
                return Err("there is markup where only text can be");
            }
        }
        if self.open.last().is_some_and(|top| top.eq_ignore_ascii_case(name) && is_one_of(name, &IMPLIED)) {
            self.open.pop();
        }
        self.open.push(name);
        self.formatting += usize::from(is_one_of(name, &FORMATS));
        if self.open.len() > DEPTH || self.formatting > FORMATTING {
            return Err("the markup is nested too deeply");
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), &'static str> {
        if is_one_of(name, &VOID) {
            return Ok(());
        }
        while let Some(top) = self.open.pop() {
            if top.eq_ignore_ascii_case(name) {
                self.formatting -= usize::from(is_one_of(top, &FORMATS));
                return Ok(());
            }
            if !is_one_of(top, &IMPLIED) {
                break;
            }
        }
        Err("the markup is not well nested")
    }
}

#[cfg(test)]
mod tests {
    use super::refuse;

    #[test]
    fn lets_lists_pass() {
        for good in [
            "",
            "a < b & <3",
            "<!doctype html><!-- x --><table><tr><td>a<td>b</table>",
            "<table><tbody><tr class='a>b' data-x=1><td><a href=\"</td>\">x</a><br><img alt=x></td></tr></tbody></table>",
            "<svg><path d=x /><title>Edit</title></svg><input value='<b>'><ul><li>a<li>b</ul>",
        ] {
            assert_eq!(refuse(good), None, "{good}");
        }
    }

    #[test]
    fn refuses_what_is_costly_to_repair() {
        for bad in [
            "<div>".repeat(401),
            "<div></span>".repeat(401),
            "<p>".to_owned() + &"<b>".repeat(33),
            format!("<p{}>", " a=1".repeat(65)),
            "<!--><div>-->".to_owned(),
            "<![CDATA[</div>]]>".to_owned(),
            "<style></div></style>".to_owned(),
            "<div></div></div>".to_owned(),
            "<b>".repeat(32) + &"<div>x</div>".repeat(200_000),
            "<a x=\"".to_owned(),
        ] {
            assert!(refuse(&bad).is_some(), "{}", bad.get(..40).unwrap_or(&bad));
        }
    }
}
