//! Where the controls of a pack are needed: the lines of scripts that name them, and the books' own uses of them.

use crate::journal::PlaceRef;
use crate::plan::View;
use crate::script::Verb;
use crate::selector::{Book, Find};
use crate::source::At;

/// Every line that needs a control of this book.
pub(super) fn of(view: &View, book: &Book, control: &str) -> Vec<PlaceRef> {
    let mut all = by_scripts(view, book, control);
    all.extend(by_the_app(view, book, control));
    all.extend(by_the_book(view, book, control));
    all.extend(between(view, book, control));
    all.dedup();
    all
}

fn by_scripts(view: &View, book: &Book, control: &str) -> Vec<PlaceRef> {
    let signs_in = book.generation.value == view.sign_in.generation.value;
    let mut all = Vec::new();
    for file in view.scripts.iter().filter(|file| file.script.action.is_entry() == signs_in) {
        for step in file.script.all_steps() {
            let named = step.verbs().into_iter().flat_map(Verb::controls);
            let sees = step.when.as_ref().and_then(|when| when.sees.clone());
            let named = named.chain(step.names.clone()).chain(sees);
            all.extend(
                named.filter(|name| name.value == control).map(|name| place(&file.source.name, &name)),
            );
        }
    }
    all
}

fn by_the_app(view: &View, book: &Book, control: &str) -> Vec<PlaceRef> {
    if book.generation.value != view.sign_in.generation.value {
        return Vec::new();
    }
    let shown = std::iter::once(&view.app.signed_in.account).chain(&view.app.signed_in.tenant);
    shown.filter(|name| name.value == control).map(|name| place(&view.about.name, name)).collect()
}

fn by_the_book(view: &View, book: &Book, control: &str) -> Vec<PlaceRef> {
    let mut all = Vec::new();
    for (name, list) in book.lists.iter() {
        let file = view.origin(book, name).map_or("", |file| file.name.as_str());
        let detail = list.detail.iter();
        let leads = detail.clone().map(|detail| &detail.open);
        let shows = detail.flat_map(|detail| detail.shows.iter().map(|(_, control)| control));
        let export = list.export.iter().map(|export| &export.click);
        let names = list.controls().chain(export).chain(leads).chain(shows);
        all.extend(names.filter(|name| name.value == control).map(|name| place(file, name)));
        if let Some(find) = &list.find
            && let Find::Field(field) = &find.value
            && std::iter::once(&field.fill).chain(&field.click).any(|name| name == control)
        {
            all.push(place(file, find));
        }
    }
    all
}

/// The lines by which a control is one of something that comes in between.
fn between(view: &View, book: &Book, control: &str) -> Vec<PlaceRef> {
    let Some(file) = view.origin(book, control) else { return Vec::new() };
    let named = book.interrupts.iter().flat_map(|interrupt| [&interrupt.sees, &interrupt.click]);
    named.filter(|name| name.value == control).map(|name| place(&file.name, name)).collect()
}

fn place<T>(file: &str, at: &At<T>) -> PlaceRef {
    PlaceRef { file: file.to_owned(), line: at.spot.line, column: at.spot.column }
}
