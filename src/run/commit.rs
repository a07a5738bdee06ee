//! What a fresh load must show after a commit, and what it means when it does not.

use super::reading::Standing;
use super::target::Values;
use crate::browser::Answer;
use crate::plan::{View, same_roles};
use crate::script::{ReadBack, Removed};
use crate::words::{Action, Family, Outcome, State};

/// What a reading says about the wanted state.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It holds.
    Holds(Outcome),
    /// The person is there, but differs from what was asked for.
    Differs(String),
    /// It does not hold.
    Not,
    /// The reading cannot tell.
    Unsure(String),
}

/// Holds a reading against what the script says must be shown.
pub(super) fn judge(
    view: &View,
    action: Action,
    read_back: &ReadBack,
    values: &Values,
    now: &Standing,
) -> Verdict {
    if now.several {
        return Verdict::Unsure("more than one row has this key".to_owned());
    }
    if read_back.absent {
        return match (now.state, now.whole) {
            (State::Absent, true) => Verdict::Holds(outcome(view, action, State::Absent)),
            (State::Absent, false) => Verdict::Unsure("the list could not be proven whole".to_owned()),
            _ => Verdict::Not,
        };
    }
    if now.state == State::Absent {
        return Verdict::Not;
    }
    for (column, wanted) in read_back.shows.iter() {
        let shown = if column.value == "status" {
            now.state.as_str().to_owned()
        } else {
            now.row.get(&column.value).cloned().unwrap_or_default()
        };
        let allowed: Vec<String> =
            wanted.values().filter_map(|template| values.fill(template).ok()).collect();
        let is_it = |value: &String| match column.value.as_str() {
            "role" => same_roles(value, &shown),
            _ => value.trim().to_lowercase() == shown.trim().to_lowercase(),
        };
        if !allowed.iter().any(is_it) {
            return Verdict::Differs(format!(
                "{column} is \"{shown}\", not \"{}\"",
                allowed.join("\" or \"")
            ));
        }
    }
    Verdict::Holds(outcome(view, action, now.state))
}

fn outcome(view: &View, action: Action, state: State) -> Outcome {
    match (action, state) {
        (Action::Invite, State::Pending) => Outcome::InvitedPending,
        (Action::Invite, _) => Outcome::Added,
        (Action::Remove, _) if view.app.removed.value == Removed::Deactivated => Outcome::Deactivated,
        (Action::Remove, _) => Outcome::Removed,
        _ => Outcome::RoleChanged,
    }
}

/// What became of a commit that did not show the wanted state in time. Never acted upon: it only names what is known.
pub(super) fn settle(
    verdict: &Verdict,
    unchanged: bool,
    meaning: Option<(Outcome, String)>,
    answer: Option<&Answer>,
) -> (Outcome, String) {
    let held_back = answer.filter(|answer| answer.passed == Some(0) && answer.blocked > 0);
    match (verdict, held_back, meaning) {
        (Verdict::Holds(outcome), _, _) => (*outcome, "read back on a fresh load".to_owned()),
        // Nothing but the guard can prove that the page never saw the click; then the prior state is proof enough.
        (_, Some(answer), _) if unchanged => {
            let why = answer.why.clone().unwrap_or_else(|| "the click did not arrive".to_owned());
            (Outcome::PageDisagrees, format!("the guard held the commit back: {why}"))
        }
        // "Already there" is only so when the list shows it; a list that does not makes it one more thing nobody knows.
        (_, _, Some((outcome, line)))
            if unchanged && !matches!(outcome.family(), Family::Done | Family::Already) =>
        {
            (outcome, format!("the page says \"{line}\", and the person is as before"))
        }
        (Verdict::Differs(what), _, _) if !unchanged => (Outcome::RoleMismatch, what.clone()),
        (Verdict::Unsure(why), _, _) => (Outcome::UnknownAfterCommit, why.clone()),
        _ => (
            Outcome::UnknownAfterCommit,
            "it was asked for once, and a fresh load does not show it; nobody tries again".to_owned(),
        ),
    }
}
