//! What one step of a script may be made of.

use super::{Act, Commit, Step};
use crate::diag::Diagnostic;
use crate::source::{At, Source};
use crate::template::{Part, Template};
use crate::words::{Action, Family};
use std::sync::Arc;

/// The verbs, for messages.
const VERBS: &str = "`open`, `row`, `detail`, `search`, `dialog`, `click`, `hover`, `fill`, `choose`, `check`, `toggle`, `tab`, `menu`, `upload`, `type_to_confirm`, `wait`, `read`, `each`, `refuse`, `commit`";

/// A step has exactly one verb.
pub(super) fn one_verb(source: &Arc<Source>, step: &At<Step>, problems: &mut Vec<Diagnostic>) {
    match step.verbs().as_slice() {
        [_] => {}
        [] => problems.push(
            Diagnostic::error(source, "this step has no verb")
                .at(step.spot, format!("one of {VERBS} belongs here")),
        ),
        [first, second, ..] => problems.push(
            Diagnostic::error(
                source,
                format!("this step has two verbs, `{}` and `{}`", first.word(), second.word()),
            )
            .at(step.spot, "one step does one thing")
            .hint("give each verb its own `- ` line"),
        ),
    }
}

/// What may stand beside a verb, and what must.
pub(super) fn what_belongs(
    source: &Arc<Source>,
    step: &At<Step>,
    action: Action,
    problems: &mut Vec<Diagnostic>,
) {
    problems.extend(step.commit.as_ref().and_then(|commit| one_act(source, commit)));
    let bound = [step.names.is_some(), step.selects.is_some()];
    if step.commit.is_some() && bound == [false, false] && !action.is_entry() {
        problems.push(
            Diagnostic::error(source, "a commit needs `names:`, the control where the page names the person")
                .at(step.spot, "nothing here binds the commit to the person")
                .hint("add `names: CONTROL` to the step: a dialog, a form or a line that shows the person's key; or `selects: LIST`, where the act is for the ticked rows"),
        );
    }
    if bound == [true, true] {
        problems.push(
            Diagnostic::error(source, "a commit is bound either by `names` or by `selects`")
                .at(step.spot, "which of the two?"),
        );
    }
    if step.commit.is_none() {
        let spots = [
            ("names", step.names.as_ref().map(|at| at.spot)),
            ("as", step.reads.as_ref().map(|at| at.spot)),
            ("selects", step.selects.as_ref().map(|at| at.spot)),
        ];
        for (what, spot) in spots.into_iter().filter_map(|(what, spot)| Some((what, spot?))) {
            problems.push(
                Diagnostic::error(source, format!("`{what}` belongs to a `commit`"))
                    .at(spot, "this step commits nothing"),
            );
        }
    }
    if let Some(accept) = &step.accept
        && step.click.is_none()
        && step.commit.is_none()
    {
        problems.push(
            Diagnostic::error(source, "`accept` belongs to a `click` or a `commit`")
                .at(accept.spot, "nothing here opens a native dialog"),
        );
    }
    if step.each.is_some() == step.steps.is_empty() {
        problems.push(
            Diagnostic::error(source, "`each` and `steps` belong together")
                .at(step.spot, "one of them is missing")
                .hint("write `each: COLUMN` and below it `steps:` with what is done for each of its values"),
        );
    }
    if let Some(refuse) = &step.refuse
        && !matches!(refuse.family(), Family::Refused | Family::Stopped)
    {
        problems.push(
            Diagnostic::error(source, format!("`{refuse}` is no refusal"))
                .at(refuse.spot, "a script can only say why it does not go on"),
        );
    }
}

/// A commit is one act: a second one could happen without the first.
fn one_act(source: &Arc<Source>, commit: &At<Commit>) -> Option<Diagnostic> {
    match commit.acts().as_slice() {
        [Act::Choose(_, option)] => one_option(source, option),
        [_] => None,
        [] => Some(
            Diagnostic::error(source, "this commit does nothing")
                .at(commit.spot, "one of `click`, `choose`, `toggle`, `check`, `menu` belongs here"),
        ),
        [first, second, ..] => Some(
            Diagnostic::error(source, "a commit does exactly one thing")
                .at(second.control().spot, format!("`{}` is a second act", second.word()))
                .at(first.control().spot, format!("`{}` is the first", first.word()))
                .hint("do before the commit, in steps of their own, what commits nothing"),
        ),
    }
}

/// A commit chooses one option; a step without a commit may choose a set.
fn one_option(source: &Arc<Source>, option: &At<Template>) -> Option<Diagnostic> {
    let several = option.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains(';')));
    several.then(|| {
        Diagnostic::error(source, "a commit chooses exactly one option")
            .at(option.spot, "the semicolon parts several names")
            .hint("choose a set in a step of its own, where choosing saves nothing, and commit by what saves it")
    })
}
