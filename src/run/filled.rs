//! Which controls a script has filled in and must find so before it commits.

use super::steps::Where;
use super::target::{Locator, Values};
use crate::browser::Target;
use crate::script::Verb;

/// The steps that have filled something in since the page last moved on.
#[derive(Debug, Default)]
pub(super) struct Filled<'a> {
    pub(super) steps: Vec<(Where<'a>, Verb<'a>)>,
}

impl<'a> Filled<'a> {
    /// What a step that was done means for it. A click may take up what was typed and empty the field for the next, so
    /// only what was filled in after the last click counts.
    pub(super) fn after(&mut self, at: Where<'a>, verb: Verb<'a>) {
        match verb {
            _ if fills_in(verb) => self.steps.push((at, verb)),
            Verb::Hover(_)
            | Verb::Tab(_)
            | Verb::Wait(_)
            | Verb::Read(_)
            | Verb::Dialog(_)
            | Verb::Upload(_)
            | Verb::Refuse(_) => {}
            _ => self.steps.clear(),
        }
    }

    /// The controls.
    pub(super) fn targets(&self, locator: &Locator<'_>, values: &Values) -> anyhow::Result<Vec<Target>> {
        let names = self.steps.iter().flat_map(|(_, verb)| verb.controls());
        names.map(|name| locator.control(&name, values)).collect()
    }
}

/// Whether a step puts something into a control and reads it back.
pub(super) fn fills_in(verb: Verb<'_>) -> bool {
    matches!(
        verb,
        Verb::Fill(_) | Verb::Choose(_) | Verb::Check(_) | Verb::Toggle(_) | Verb::TypeToConfirm(_)
    )
}
