//! What was found of one control or list: each of its descriptions, by whom it is attested, and what that comes to.

use super::lists::ListFound;
use super::witness::Look;
use super::{Walker, needs};
use crate::browser::{Described, Hit};
use crate::journal::{PlaceRef, Refusal, RefusalKind};
use crate::plan::View;
use crate::run::target::describe_by;
use crate::selector::{Basis, Book, Control, List, parts};
use crate::source::{At, Spot};

/// What it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It is there, as the book says.
    Good,
    /// It could not be looked at.
    Open,
    /// It is not as the book says.
    Bad,
}

/// What a description was seen to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The one thing that is meant.
    One,
    /// Nothing.
    Nothing,
    /// More than one thing.
    Several(u32),
    /// Something else than the other descriptions, in words.
    Else(String),
    /// It was not looked for.
    Unseen,
}

/// One description.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// In words.
    pub words: String,
    /// What it finds.
    pub found: Found,
    /// Who says that it does.
    pub basis: Option<Basis>,
    /// The mapping of the book that it stands in.
    pub part: Spot,
}

/// A control, a list, or what tells the generation.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its name in the book.
    pub name: String,
    /// Where it stands there.
    pub book: PlaceRef,
    /// The lines that need it.
    pub needs: Vec<PlaceRef>,
    /// Its descriptions.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub grade: Grade,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// What a run would be refused with, or why the book is out of date.
    pub refusal: Option<Refusal>,
}

/// Where something that tells the generation stands.
pub(super) fn detect_place(view: &View, control: &At<Control>) -> PlaceRef {
    let mut files = view.books.iter().filter(|file| file.book.generation.value == view.generation).rev();
    let holds = |file: &&crate::plan::BookFile| {
        file.book.detect.iter().any(|own| own.spot == control.spot && own == control)
    };
    let file = files.find(holds).map(|file| file.source.name.clone()).unwrap_or_default();
    PlaceRef { file, line: control.spot.line, column: control.spot.column }
}

/// Everything the books describe, the sign-in book first.
pub(super) fn all(walker: &Walker<'_>, looks: &[Look]) -> Vec<Finding> {
    let view = walker.view;
    let mut all = book(walker, &view.sign_in, looks);
    for control in &view.book.detect {
        let place = detect_place(view, control);
        let needs = vec![PlaceRef {
            file: view.about.name.clone(),
            line: view.app.entry.spot.line,
            column: view.app.entry.spot.column,
        }];
        all.push(control_finding(walker, &view.book, ("detect", control), place, needs, looks));
    }
    all.extend(book(walker, &view.book, looks));
    for (name, list) in view.book.lists.iter() {
        let Some(file) = view.origin(&view.book, name) else { continue };
        let at = PlaceRef { file: file.name.clone(), line: name.spot.line, column: name.spot.column };
        all.push(list_finding(walker, (name, list), at.clone()));
        for (word, control) in [("next", &list.next), ("more", &list.more)] {
            let Some(control) = control else { continue };
            let own = PlaceRef { line: control.spot.line, column: control.spot.column, ..at.clone() };
            let named = format!("{name}.{word}");
            let needs = vec![at.clone()];
            all.push(control_finding(walker, &view.book, (&named, control), own, needs, looks));
        }
    }
    all
}

fn book(walker: &Walker<'_>, book: &Book, looks: &[Look]) -> Vec<Finding> {
    let each = book.controls.iter().filter_map(|(name, control)| {
        let file = walker.view.origin(book, name)?;
        let place = PlaceRef { file: file.name.clone(), line: name.spot.line, column: name.spot.column };
        let needs = needs::of(walker.view, book, name);
        Some(control_finding(walker, book, (name, control), place, needs, looks))
    });
    each.collect()
}

/// The descriptions of a control as the book writes them, nothing looked for yet.
fn lines(book: &Book, control: &At<Control>) -> Vec<Line> {
    let default = book.basis.as_ref().map(|basis| basis.value);
    let mut lines = Vec::new();
    for part in parts(control) {
        let own = Control { also: Vec::new(), ..part.control.clone() };
        let mut described: Vec<Described> = Vec::new();
        // A template stands for itself here, whoever it is filled in for.
        let filled = describe_by(&own, &|template| Ok(template.written.clone()), &mut described);
        debug_assert!(filled.is_ok(), "a template always stands for itself");
        let basis = part.control.basis.as_ref().map(|basis| basis.value).or(default);
        lines.extend(described.iter().map(|one| Line {
            words: one.words(),
            found: Found::Unseen,
            basis,
            part: part.spot,
        }));
    }
    lines
}

fn control_finding(
    walker: &Walker<'_>,
    book: &Book,
    (name, control): (&str, &At<Control>),
    place: PlaceRef,
    needs: Vec<PlaceRef>,
    looks: &[Look],
) -> Finding {
    let mut lines = lines(book, control);
    let own: Vec<&Look> = looks.iter().filter(|look| look.name == name && look.place == place).collect();
    let counting = || own.iter().filter(|look| look.counts);
    for (number, line) in lines.iter_mut().enumerate() {
        let hits = counting().filter_map(|look| look.inspected.each.get(number));
        // Found once is found: what is only sometimes told, such as a name from a tooltip, still holds.
        line.found = hits.map(found).min_by_key(rank).unwrap_or(Found::Unseen);
    }
    // What scripts told of a control is about the book of the generation; the sign-in book may use the same names.
    let scripts = book.generation.value == walker.view.generation;
    let told = |of: &std::collections::BTreeMap<String, Vec<String>>| {
        of.get(name).filter(|_| scripts).cloned().unwrap_or_default()
    };
    let mut notes = told(&walker.remarks);
    let own_refusal = walker.refused.get(name).filter(|_| scripts).cloned();
    let refusal = own_refusal.or_else(|| why_bad(walker, &own, &lines, &needs));
    // Only a control of one description is known to have been found by it when it was used behind the walk's back.
    let was_used = walker.sent_away.contains(name);
    if let ([line], true) = (lines.as_mut_slice(), was_used && own.is_empty()) {
        line.found = Found::One;
    }
    if was_used {
        notes.push("came in between, and was sent away".to_owned());
    }
    let looked = was_used || counting().next().is_some();
    let grade = match (&refusal, looked) {
        (Some(_), _) => Grade::Bad,
        (None, true) => Grade::Good,
        (None, false) => Grade::Open,
    };
    if grade == Grade::Open {
        let why = told(&walker.why_not);
        notes.extend(if why.is_empty() { vec![unvisited(book, name).to_owned()] } else { why });
    }
    Finding { name: name.to_owned(), book: place, needs, lines, grade, notes, refusal }
}

/// Why nothing on a walk leads to a control.
fn unvisited(book: &Book, name: &str) -> &'static str {
    let is_between = |sees: &At<String>, click: &At<String>| sees.value == name || click.value == name;
    if book.interrupts.iter().any(|interrupt| is_between(&interrupt.sees, &interrupt.click)) {
        "not shown now: it did not come in between"
    } else if book.says.iter().any(|says| says.inside.as_ref().is_some_and(|inside| inside.value == name)) {
        "not shown now: the page had nothing to say there"
    } else {
        "not visited"
    }
}

fn found(hit: &Hit) -> Found {
    match hit.matched {
        0 => Found::Nothing,
        1 if hit.same => Found::One,
        1 => Found::Else(hit.element.clone()),
        several => Found::Several(several),
    }
}

const fn rank(found: &Found) -> u8 {
    match found {
        Found::One => 0,
        Found::Else(_) => 1,
        Found::Several(_) => 2,
        Found::Nothing => 3,
        Found::Unseen => 4,
    }
}

/// Why a control is not as the book says: a step would be refused, a commit would, or one of its descriptions never holds.
fn why_bad(walker: &Walker<'_>, own: &[&Look], lines: &[Line], needs: &[PlaceRef]) -> Option<Refusal> {
    let script = needs.first().cloned();
    let counting = || own.iter().filter(|look| look.counts);
    if let Some(look) = counting().find(|look| look.inspected.refused.is_some()) {
        let refused = look.inspected.refused.as_deref().cloned().unwrap_or_default();
        return Some(in_place(walker.refusal(refused, script), look));
    }
    let misses = |look: &&&Look| look.inspected.each.iter().any(|hit| hit.matched != 1 || !hit.same);
    let never = lines.iter().any(|line| line.found != Found::One && line.found != Found::Unseen);
    let look = counting()
        .find(|look| look.commit && misses(look))
        .or_else(|| counting().find(misses).filter(|_| never))?;
    Some(partly(look, lines, script))
}

fn in_place(refusal: Refusal, look: &Look) -> Refusal {
    Refusal { book: Some(look.place.clone()), ..refusal }
}

/// A control that is there, while one of its descriptions says something that does not hold any more.
fn partly(look: &Look, lines: &[Line], script: Option<PlaceRef>) -> Refusal {
    let each = || lines.iter().zip(&look.inspected.each);
    let quoted = |which: &dyn Fn(&Hit) -> bool| {
        let words: Vec<&str> =
            each().filter(|(_, hit)| which(hit)).map(|(line, _)| line.words.as_str()).collect();
        words.join(" and ")
    };
    let holds = |hit: &Hit| hit.matched == 1 && hit.same;
    let inspected = &look.inspected;
    let called = if inspected.called.is_empty() {
        String::new()
    } else {
        format!(", a {} called \"{}\"", inspected.role, inspected.called)
    };
    let end = if look.commit { "; a commit needs all of its descriptions" } else { "" };
    let message = format!(
        "`{}` is not found by {}; only {} finds it{called}{end}",
        look.name,
        quoted(&|hit| !holds(hit)),
        quoted(&holds),
    );
    let tried = each().map(|(line, hit)| format!("{}: {} found", line.words, hit.matched)).collect();
    let mut near: Vec<String> = Vec::new();
    let names = std::iter::once(&inspected.called).chain(each().flat_map(|(_, hit)| &hit.near));
    for name in names.filter(|name| !name.is_empty()) {
        if !near.contains(name) {
            near.push(name.clone());
        }
    }
    let hint = if inspected.called.is_empty() {
        "one of its descriptions is out of date; mend it in a new version of the book".to_owned()
    } else {
        format!("the page has \"{}\"; if it was renamed, write a new version of the book", inspected.called)
    };
    Refusal {
        kind: RefusalKind::NotThere,
        message,
        script,
        book: Some(look.place.clone()),
        tried,
        near,
        hint: Some(hint),
        ..Refusal::default()
    }
}

fn list_finding(walker: &Walker<'_>, (name, list): (&str, &At<List>), place: PlaceRef) -> Finding {
    let looked = walker.lists.get(name);
    let unread = ListFound::default();
    let found = looked.unwrap_or(&unread);
    let basis = list.basis.as_ref().or(walker.view.book.basis.as_ref()).map(|basis| basis.value);
    let line = |words: String, found: Found| Line { words, found, basis, part: list.spot };
    let mut lines: Vec<Line> = list
        .columns
        .iter()
        .map(|(name, column)| {
            let seen = found.columns.get(&name.value).cloned().unwrap_or(Found::Unseen);
            line(format!("column \"{}\"", column.words()), seen)
        })
        .collect();
    let texts = |several: &crate::source::Several<String>| {
        several.values().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(" or ")
    };
    if !list.count.is_empty() {
        lines.push(line(format!("count {}", texts(&list.count)), found.count.clone()));
    }
    if !list.empty.is_empty() {
        lines.push(line(format!("empty {}", texts(&list.empty)), found.empty.clone()));
    }
    let grade = match (found.refusals.is_empty(), looked) {
        (false, _) => Grade::Bad,
        (true, Some(_)) => Grade::Good,
        (true, None) => Grade::Open,
    };
    let mut notes = found.notes.clone();
    if looked.is_none() {
        notes.push("not visited".to_owned());
    }
    let needs = list_needs(walker.view, name);
    let refusal = found.refusals.first().cloned();
    Finding { name: name.to_owned(), book: place, needs, lines, grade, notes, refusal }
}

/// The lines of scripts that need a list.
fn list_needs(view: &View, list: &str) -> Vec<PlaceRef> {
    let mut all = Vec::new();
    for file in &view.scripts {
        for step in file.script.all_steps() {
            let named = [&step.row, &step.detail, &step.selects].into_iter().flatten();
            all.extend(named.filter(|name| name.value == list).map(|name| PlaceRef {
                file: file.source.name.clone(),
                line: name.spot.line,
                column: name.spot.column,
            }));
        }
        let read_back = file.script.read_back.as_ref().and_then(|read_back| read_back.list.as_ref());
        all.extend(read_back.filter(|name| name.value == list).map(|name| PlaceRef {
            file: file.source.name.clone(),
            line: name.spot.line,
            column: name.spot.column,
        }));
    }
    all
}
