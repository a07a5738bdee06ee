//! A look at markup before it is parsed: whether parsing it can take more time or memory than a list deserves.
//!
//! HTML's own rules for repairing markup cost the square of its depth, and re-open every formatting element in every block. The snapshot is well
//! nested and shallow, so whatever is not is refused here in one pass instead of being repaired.

use super::tag::{Cursor, FORMATS, IMPLIED, RAW, VOID, is_one_of};

/// Deeper than any console nests a list.
const DEPTH: usize = 400;
/// Formatting elements open at once.
const FORMATTING: usize = 32;
/// Steps a parser may have to take: for every element it looks at those around it, and may make all open formatting elements anew.
/// Ten thousand rows of a console need some six million.
const WORK: usize = 60_000_000;

/// Says why this markup will not be parsed, if so.
pub(super) fn refuse(html: &str) -> Option<&'static str> {
    let mut walk = Walk { cursor: Cursor { html, at: 0 }, open: Vec::new(), formatting: 0, work: 0 };
    walk.all().err()
}

struct Walk<'a> {
    cursor: Cursor<'a>,
    open: Vec<&'a str>,
    formatting: usize,
    work: usize,
}

impl<'a> Walk<'a> {
    fn all(&mut self) -> Result<(), &'static str> {
        while let Some(next) = self.cursor.rest().find('<') {
            self.cursor.at += next + 1;
            match self.cursor.byte() {
                Some(b'/') => {
                    self.cursor.at += 1;
                    let name = self.cursor.name();
                    if name.is_empty() {
                        return Err("the markup has an end tag without a name");
                    }
                    self.cursor.attributes()?;
                    self.close(name)?;
                }
                Some(b'!') => self.declaration()?,
                Some(b'?') => return Err("the markup has a processing instruction"),
                Some(letter) if letter.is_ascii_alphabetic() => {
                    let name = self.cursor.name();
                    let closed = self.cursor.attributes()?;
                    self.open(name, closed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Comments and the document type; a comment that parsers end early is refused.
    fn declaration(&mut self) -> Result<(), &'static str> {
        let rest = self.cursor.rest();
        if let Some(inside) = rest.strip_prefix("!--") {
            let end = inside.find("-->").ok_or("the markup has a comment without an end")?;
            let text = inside.get(..end).unwrap_or_default();
            if inside.starts_with('>') || inside.starts_with("->") || text.contains("--!>") {
                return Err("the markup has a comment that ends early");
            }
            self.cursor.at += end + 6;
            return Ok(());
        }
        if rest.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("!doctype")) {
            self.cursor.until(|byte| byte == b'>');
            return Ok(());
        }
        Err("the markup has a declaration that is neither a comment nor a document type")
    }

    fn open(&mut self, name: &'a str, closed: bool) -> Result<(), &'static str> {
        self.work += 4 + self.open.len() + 16 * self.formatting;
        if self.work > WORK {
            return Err("the page has more elements than a list can have");
        }
        if is_one_of(name, &VOID) {
            return Ok(());
        }
        if closed && self.open.iter().any(|one| is_one_of(one, &["svg", "math"])) {
            return Ok(());
        }
        if is_one_of(name, &RAW) {
            let end = self.cursor.rest().find('<').ok_or("the markup ends inside of a text element")?;
            self.cursor.at += end;
            let tail = self.cursor.rest().get(1..name.len() + 2).unwrap_or_default();
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
            "<b>".repeat(32) + &"<div>x</div>".repeat(120_000),
            "<a x=\"".to_owned(),
        ] {
            assert!(refuse(&bad).is_some(), "{}", bad.get(..40).unwrap_or(&bad));
        }
    }
}
