//! Going through parsed markup in order, with the say to leave a part out.

use scraper::{ElementRef, Node};

/// One step on the way through an element.
pub(super) enum Step<'a> {
    /// An element begins; the answer says whether its inside is wanted.
    Enter(ElementRef<'a>),
    /// A text.
    Text(&'a str),
    /// An element ends.
    Leave(ElementRef<'a>),
}

/// Visits everything inside of an element. How deep it may go was measured before the markup was parsed.
pub(super) fn walk<'a>(element: ElementRef<'a>, visit: &mut impl FnMut(Step<'a>) -> bool) {
    for child in element.children() {
        match child.value() {
            Node::Text(text) => {
                visit(Step::Text(text));
            }
            Node::Element(_) => {
                let Some(inner) = ElementRef::wrap(child) else { continue };
                if visit(Step::Enter(inner)) {
                    walk(inner, visit);
                }
                visit(Step::Leave(inner));
            }
            _ => {}
        }
    }
}
