//! The next version of a book: the same text, with what was seen on the live page marked so and dated.

use super::{Basis, Book, Control, List};
use crate::diag::Spot;
use crate::source::{At, Source};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One mapping of a book that describes a control, and how many descriptions stand in it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The mapping; what stands in its `also` is a part of its own.
    pub control: &'a Control,
    /// Where it stands.
    pub spot: Spot,
    /// How many descriptions it holds by itself.
    pub descriptions: usize,
}

/// The next version of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The name of its file.
    pub file_name: String,
    /// All of it.
    pub text: String,
    /// How many descriptions are marked that were not before.
    pub marked: usize,
}

/// The mappings that describe a control, in the order in which its descriptions are used.
pub fn parts(control: &At<Control>) -> Vec<Part<'_>> {
    let below: usize = control.also.iter().map(|other| other.descriptions()).sum();
    let own = Part {
        control: &control.value,
        spot: control.spot,
        descriptions: control.descriptions().saturating_sub(below),
    };
    std::iter::once(own).chain(control.also.iter().flat_map(parts)).collect()
}

/// A book's next version: `seen` are the mappings that were seen to hold, `checked` is the day. An error says why the
/// text cannot be continued without a person.
pub fn next_version(source: &Arc<Source>, book: &Book, seen: &[Spot], checked: &str) -> Result<Next, String> {
    let seen: BTreeSet<Spot> = seen.iter().copied().collect();
    let version = book.version.value.saturating_add(1);
    let mut edits = vec![
        replaced(source, book.version.spot, &book.version.value.to_string(), &version.to_string())?,
        replaced(source, book.checked.spot, &book.checked.value, checked)?,
    ];
    let mut marked = 0;
    for mark in marks(book).into_iter().filter(|mark| seen.contains(&mark.spot)) {
        let holds = mark.basis.map(|basis| basis.value).or(book.basis.as_ref().map(|basis| basis.value));
        if holds == Some(Basis::ConfirmedLive) {
            continue;
        }
        marked += mark.descriptions;
        edits.push(match mark.basis {
            Some(basis) => replaced(source, basis.spot, basis.value.as_str(), Basis::ConfirmedLive.as_str())?,
            None => inserted(source, mark.spot)?,
        });
    }
    let text = edited(&source.text, edits);
    let mut wanted = book.clone();
    wanted.version.value = version;
    checked.clone_into(&mut wanted.checked.value);
    mark_all(&mut wanted, &seen);
    let file_name = wanted.file_name();
    agrees(&file_name, &text, &wanted)?;
    Ok(Next { file_name, text, marked })
}

/// Whether the new text says what it should, and nothing else.
fn agrees(name: &str, text: &str, wanted: &Book) -> Result<(), String> {
    let again = Arc::new(Source::new(name, text));
    match super::read(&again) {
        Ok(book) if book == *wanted => Ok(()),
        Ok(_) => Err("the new text would say something else than the old one".to_owned()),
        Err(problems) => {
            let first = problems.first().map(crate::diag::Diagnostic::one_line).unwrap_or_default();
            Err(format!("the new text would not be a good book: {first}"))
        }
    }
}

/// Something of a book that carries a basis.
struct Mark<'a> {
    spot: Spot,
    basis: Option<&'a At<Basis>>,
    descriptions: usize,
}

/// Everything of a book that a look at the page can confirm. What the page may say is not among it.
fn marks(book: &Book) -> Vec<Mark<'_>> {
    let lists = || book.lists.iter().map(|(_, list)| list);
    let controls = book.controls.iter().map(|(_, control)| control);
    let all = controls.chain(&book.detect).chain(lists().flat_map(|list| list.leading_on()));
    let parts = all.flat_map(parts).filter(|part| part.descriptions > 0).map(|part| Mark {
        spot: part.spot,
        basis: part.control.basis.as_ref(),
        descriptions: part.descriptions,
    });
    let lists = lists().map(|list| Mark { spot: list.spot, basis: list.basis.as_ref(), descriptions: 1 });
    parts.chain(lists).collect()
}

/// The same on the book that was read, to compare with.
fn mark_all(book: &mut Book, seen: &BTreeSet<Spot>) {
    let default = book.basis.as_ref().map(|basis| basis.value);
    let confirm = |basis: &mut Option<At<Basis>>, spot: Spot| {
        let holds = basis.as_ref().map(|basis| basis.value).or(default);
        if seen.contains(&spot) && holds != Some(Basis::ConfirmedLive) {
            *basis = Some(At::new(Basis::ConfirmedLive, spot));
        }
    };
    book.detect.iter_mut().for_each(|control| mark_control(control, &confirm));
    book.controls.0.iter_mut().for_each(|(_, control)| mark_control(control, &confirm));
    for (_, list) in &mut book.lists.0 {
        let spot = list.spot;
        let List { next, more, basis, .. } = &mut list.value;
        next.iter_mut().chain(more).for_each(|control| mark_control(control, &confirm));
        confirm(basis, spot);
    }
}

fn mark_control(control: &mut At<Control>, confirm: &impl Fn(&mut Option<At<Basis>>, Spot)) {
    let spot = control.spot;
    let below: usize = control.also.iter().map(|other| other.descriptions()).sum();
    if control.descriptions() > below {
        confirm(&mut control.value.basis, spot);
    }
    control.value.also.iter_mut().for_each(|other| mark_control(other, confirm));
}

/// So many bytes at an offset, and what is to stand there instead.
type Edit = (usize, usize, String);

/// Puts a new value where an old one stands, in its quotes if it has any.
fn replaced(source: &Source, spot: Spot, old: &str, new: &str) -> Result<Edit, String> {
    let rest = source.text.get(spot.offset..).unwrap_or_default();
    let quotes = usize::from(rest.starts_with(['"', '\'']));
    if rest.get(quotes..).is_some_and(|rest| rest.starts_with(old)) && spot.line > 0 {
        return Ok((spot.offset + quotes, old.len(), new.to_owned()));
    }
    Err(format!("`{old}` is not where it was read, at line {}", spot.line))
}

/// Puts a basis of its own into a mapping that has none.
fn inserted(source: &Source, spot: Spot) -> Result<Edit, String> {
    let entry = format!("basis: {}", Basis::ConfirmedLive.as_str());
    let rest = source.text.get(spot.offset..).unwrap_or_default();
    if spot.line == 0 || rest.is_empty() {
        return Err("a mapping's place is not known".to_owned());
    }
    if let Some(inner) = rest.strip_prefix('{') {
        let entry = if inner.starts_with(' ') { format!(" {entry},") } else { format!("{entry}, ") };
        return Ok((spot.offset + 1, 0, entry));
    }
    // A block: a line of its own before its first one, which begins in this very column.
    let indent = " ".repeat(spot.column.saturating_sub(1) as usize);
    Ok((spot.offset, 0, format!("{entry}\n{indent}")))
}

/// All edits done, the last one first, so that the offsets of the others stay true.
fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(offset, ..)| std::cmp::Reverse(*offset));
    let mut text = text.to_owned();
    for (offset, length, new) in edits {
        text.replace_range(offset..offset + length, &new);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = "\
app: a
generation: g
version: 1
checked: \"2026-01-02\"   # Zoë looked
detect: [{ role: heading, name: Users }]
pages: { people_page: /people }
controls:
  # In a dialog.
  save_button:
    role: button         # the green one
    name: Säve
    also:
      - css: \"button[type=submit]\"
        basis: practice
      - {test_id: save, basis: 'public-code'}
      - xpath: //button
  form: {css: form}
  row: { in: { row_of: people } }
  other: { css: p, basis: vendor-doc }
lists:
  people:
    page: people_page
    columns: { email: Email }
    next: { role: link, name: Next }
";

    fn read(text: &str) -> (Arc<Source>, Book) {
        let source = Arc::new(Source::new("g.v1.yaml", text));
        let book = super::super::read(&source).unwrap();
        (source, book)
    }

    /// The spots of everything but `other`.
    fn all_but_other(book: &Book) -> Vec<Spot> {
        let other = book.controls.get("other").unwrap().spot;
        marks(book).into_iter().map(|mark| mark.spot).filter(|spot| *spot != other).collect()
    }

    #[test]
    fn the_next_version_is_the_same_text_with_marks() {
        let (source, book) = read(BOOK);
        let next = next_version(&source, &book, &all_but_other(&book), "2026-11-25").unwrap();
        let wanted = "\
app: a
generation: g
version: 2
checked: \"2026-11-25\"   # Zoë looked
detect: [{ basis: confirmed-live, role: heading, name: Users }]
pages: { people_page: /people }
controls:
  # In a dialog.
  save_button:
    basis: confirmed-live
    role: button         # the green one
    name: Säve
    also:
      - css: \"button[type=submit]\"
        basis: confirmed-live
      - {test_id: save, basis: 'confirmed-live'}
      - basis: confirmed-live
        xpath: //button
  form: {basis: confirmed-live, css: form}
  row: { in: { row_of: people } }
  other: { css: p, basis: vendor-doc }
lists:
  people:
    basis: confirmed-live
    page: people_page
    columns: { email: Email }
    next: { basis: confirmed-live, role: link, name: Next }
";
        assert_eq!((next.file_name.as_str(), next.marked), ("g.v2.yaml", 8));
        assert_eq!(next.text, wanted);
    }

    #[test]
    fn what_holds_by_default_needs_no_mark() {
        let text = BOOK.replace("version: 1\n", "version: 1\nbasis: confirmed-live\n");
        let (source, book) = read(&text);
        let next = next_version(&source, &book, &all_but_other(&book), "2026-11-25").unwrap();
        assert_eq!(next.marked, 2, "only what says something else itself");
        let again = next_version(&source, &book, &[], "2026-11-25").unwrap();
        assert_eq!(again.text, text.replace("version: 1", "version: 2").replace("01-02", "11-25"));
    }

    #[test]
    fn a_control_by_parts_has_all_of_its_descriptions() {
        let (_, book) = read(BOOK);
        for (_, control) in book.controls.iter() {
            let counted: usize = parts(control).iter().map(|part| part.descriptions).sum();
            assert_eq!(counted, control.descriptions());
        }
    }

    #[test]
    fn a_text_that_cannot_be_continued_is_refused() {
        // The value stands elsewhere than where it is used.
        let text = BOOK
            .replace("basis: vendor-doc", "basis: &b vendor-doc")
            .replace("css: form", "css: form, basis: *b");
        let source = Arc::new(Source::new("g.v1.yaml", text));
        let Ok(book) = super::super::read(&source) else { return };
        let form = book.controls.get("form").unwrap().spot;
        assert!(next_version(&source, &book, &[form], "2026-11-25").is_err());
    }
}
