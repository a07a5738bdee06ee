//! Small parts that every section of the report is made of.

use crate::digest::Digest;
use crate::report::excerpt::Excerpt;
use crate::report::phrase;
use crate::safe;
use crate::words::{Family, Outcome};
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Text from outside: escaped, made visible, isolated.
pub(super) fn said(text: &str) -> Markup {
    html! { bdi { (safe::visible(text)) } }
}

/// A sentence of ours or of a refusal: what stands in backticks is set as code.
pub(super) fn prose(text: &str) -> Markup {
    let parts = text.split('`').zip(0u32..);
    html! {
        bdi { @for (part, number) in parts {
            @if number % 2 == 1 { code { (said(part)) } } @else { (safe::visible(part)) }
        } }
    }
}

/// The cells of a row, each with the name of its column; none turns its neighbours round.
pub(super) fn cells(row: &BTreeMap<String, String>) -> Markup {
    let cells = row.iter().filter(|(_, value)| !value.is_empty());
    html! { @for (place, (column, value)) in cells.enumerate() {
        @if place > 0 { ", " } (said(column)) ": " (said(value))
    } }
}

/// An address, as text.
pub(super) fn url(address: &str) -> Markup {
    html! { bdi.url { (safe::visible(address)) } }
}

/// A digest: twelve digits to compare by eye, all of them for whoever asks.
pub(super) fn digest(sum: &Digest) -> Markup {
    html! { code.sum title=(sum.as_str()) { (sum.short()) } }
}

/// A digest with all its digits.
pub(super) fn whole(sum: &Digest) -> Markup {
    html! { code.sum { (sum.as_str()) } }
}

/// A time for people, and for machines.
pub(super) fn time(at: &str) -> Markup {
    let exact = safe::visible(at);
    html! { time datetime=(exact) title=(exact) { (phrase::time(at)) } }
}

/// One line of a list of facts.
pub(super) fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// An icon of a family; the words beside it say the same.
pub(super) fn icon(family: Family) -> Markup {
    html! {
        svg.icon aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" {
            use href={ "#i-" (phrase::class(family)) } {}
        }
    }
}

/// An outcome with its icon and colour.
pub(super) fn badge(outcome: Outcome) -> Markup {
    let family = outcome.family();
    html! {
        span class={ "badge " (phrase::class(family)) } title=(outcome.meaning()) {
            (icon(family)) (phrase::outcome(outcome))
        }
    }
}

/// The lines of a file round a place, with a caret.
pub(super) fn code(excerpt: &Excerpt<'_>, label: &str) -> Markup {
    let caret = " ".repeat(excerpt.indent());
    html! {
        figure.code {
            figcaption { span { (label) } code { (said(&excerpt.place())) } }
            pre {
                @for (number, text) in &excerpt.lines {
                    @let here = *number == excerpt.line;
                    span.line.here[here] { i { (number) } (said(text)) "\n" }
                    @if here { span.line.caret { i {} (caret) ("^".repeat(excerpt.length)) "\n" } }
                }
            }
        }
    }
}

/// The icons, drawn once and used by name: a tick, an equals sign, a bar, a square, a question mark, a ring.
pub(super) fn sprite() -> Markup {
    let mut out = String::from("<svg width=\"0\" height=\"0\" class=\"sprite\" aria-hidden=\"true\">");
    for family in phrase::FAMILIES {
        let drawn = match family {
            Family::Done => {
                "<circle class=\"f\" cx=\"8\" cy=\"8\" r=\"7\"/><path d=\"M4.9 8.3l2.1 2.1 4.2-4.6\"/>"
            }
            Family::Already => {
                "<circle class=\"f\" cx=\"8\" cy=\"8\" r=\"7\"/><path d=\"M5.2 6.6h5.6M5.2 9.5h5.6\"/>"
            }
            Family::Refused => "<circle class=\"f\" cx=\"8\" cy=\"8\" r=\"7\"/><path d=\"M4.8 8h6.4\"/>",
            Family::Stopped => {
                "<path class=\"f\" d=\"M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z\"/><path d=\"M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6\"/>"
            }
            Family::Undecided => {
                "<path class=\"f\" d=\"M8 .8L15.2 8 8 15.2.8 8z\"/><path d=\"M6.2 6.4c0-2.3 3.6-2.2 3.6 0 0 1.4-1.8 1.4-1.8 2.7M8 11.3v.1\"/>"
            }
            Family::NotReached => "<circle cx=\"8\" cy=\"8\" r=\"6.2\" class=\"o\"/>",
        };
        let _ =
            write!(out, "<symbol id=\"i-{}\" viewBox=\"0 0 16 16\">{drawn}</symbol>", phrase::class(family));
    }
    out.push_str("</svg>");
    PreEscaped(out)
}
