//! A refusal in the terminal: the script's line and the book's line, each with a caret.

use super::paint::Paint;
use crate::journal::Refusal;
use crate::plan::Plan;
use crate::report::excerpt::{Excerpt, excerpt};
use crate::safe::{cut, visible};
use std::fmt::Write as _;

/// Both places of a refusal, as many as are known; the second is joined on with `:::`.
pub(super) fn places(plan: &Plan, refusal: &Refusal, width: usize, paint: Paint) -> String {
    let known = [&refusal.script, &refusal.book].into_iter().flatten();
    let found: Vec<Excerpt<'_>> = known.filter_map(|place| excerpt(plan, place)).collect();
    joined(&found, width, paint)
}

/// Excerpts one below the other; all but the first are joined on with `:::`.
pub(super) fn joined(found: &[Excerpt<'_>], width: usize, paint: Paint) -> String {
    let gutter = found.iter().map(Excerpt::gutter).max().unwrap_or(1);
    let mut out = String::new();
    for (place, excerpt) in found.iter().enumerate() {
        let arrow = if place == 0 { "-->" } else { ":::" };
        let _ = writeln!(out, "  {:gutter$}{} {}", "", paint.dim(arrow), visible(&excerpt.place()));
        draw(&mut out, excerpt, gutter, width, paint);
    }
    out
}

fn draw(out: &mut String, excerpt: &Excerpt<'_>, gutter: usize, width: usize, paint: Paint) {
    let bar = paint.dim("|");
    let room = width.saturating_sub(gutter + 5).max(20);
    for (number, text) in &excerpt.lines {
        let here = *number == excerpt.line;
        let shown = cut(&visible(text), room);
        let line = format!("  {} {bar} {}", paint.dim(&format!("{number:gutter$}")), shown);
        let _ = writeln!(out, "{}", line.trim_end());
        if here && excerpt.indent() < room {
            let length = excerpt.length.min(room - excerpt.indent());
            let caret = paint.red(&"^".repeat(length));
            let _ = writeln!(out, "  {:gutter$} {bar} {}{caret}", "", " ".repeat(excerpt.indent()));
        }
    }
}
