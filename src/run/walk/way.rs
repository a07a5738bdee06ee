//! How far one has come in a script without filling anything in, and what that means for what is not there.

use super::script::WalkedStep;
use crate::run::steps::Where;
use crate::run::target::Values;
use crate::script::Verb;
use crate::template::{Field, Template};
use std::collections::BTreeSet;

/// How far one has come in a script.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub(super) values: Values,
    /// Something before was to be filled in, and was not.
    pub(super) unfilled: bool,
    /// The values that were to be filled in.
    pub(super) untyped: BTreeSet<String>,
    /// One has moved on from a form that was not filled in, and may not have arrived.
    pub(super) astray: bool,
    /// The step that could not be done, so that what follows is not reached.
    pub(super) lost: Option<String>,
}

/// How a step is taken.
pub(super) enum Mood {
    /// As in a run.
    Firm,
    /// Only if what it is about is there; it depends on what is asked for.
    Perhaps(String),
    /// Not at all.
    Not(String),
}

impl Way {
    /// Notes what a step leaves undone, and what that means for those after it.
    pub(super) fn left_out(&mut self, at: Where<'_>, verb: Verb<'_>, done: &mut WalkedStep) {
        if moves(verb) {
            done.notes.push("not clicked: it opens a native dialog, which a walk does not answer".to_owned());
            self.astray = true;
        }
        self.unfilled = true;
        self.untyped.extend(at.step.templates().iter().flat_map(|template| fields_of(template)));
    }

    /// What it means for the steps after it that a step was done.
    pub(super) fn arrived(&mut self, verb: Verb<'_>) {
        match verb {
            Verb::Open(_) | Verb::Row(_) | Verb::Detail(_) => {
                self.unfilled = false;
                self.astray = false;
            }
            // What was waited for is there.
            Verb::Dialog(_) | Verb::Wait(_) => self.astray = false,
            Verb::Click(_) | Verb::Menu(_) if self.unfilled => self.astray = true,
            _ => {}
        }
    }
}

/// Whether a verb reads or moves, and so is done. What is not known to is only ever located.
pub(super) const fn moves(verb: Verb<'_>) -> bool {
    matches!(
        verb,
        Verb::Open(_)
            | Verb::Row(_)
            | Verb::Detail(_)
            | Verb::Search(_)
            | Verb::Dialog(_)
            | Verb::Click(_)
            | Verb::Hover(_)
            | Verb::Tab(_)
            | Verb::Menu(_)
            | Verb::Wait(_)
            | Verb::Read(_)
    )
}

/// The columns that a template is filled in from.
pub(super) fn fields_of(template: &Template) -> BTreeSet<String> {
    let fields = template.fields().filter_map(|field| match field {
        Field::Person(column) | Field::Row(column) => Some(column.clone()),
        _ => None,
    });
    fields.collect()
}
