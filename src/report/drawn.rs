//! The files that are drawn from a run's plan, journal and exhibits, by the names they have in its folder.

use super::{Story, html};
use crate::plan::Plan;

/// What each of [`crate::signature::DRAWN`] holds; nothing where there is nothing to say, such as the undo of what cannot
/// be undone.
pub fn drawn(
    story: &Story,
    plan: &Plan,
    picture: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> [(&'static str, Option<Vec<u8>>); 3] {
    [
        ("report.html", Some(html(story, picture).into_bytes())),
        ("results.csv", Some(super::csv::results(story))),
        ("undo.csv", super::csv::undo(story, plan)),
    ]
}
