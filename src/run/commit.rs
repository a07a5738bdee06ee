//! What a commit does, what a fresh load must show after it, and what it means when it does not.

use super::reading::Standing;
use super::refuse::Halt;
use super::steps::names_in;
use super::target::Values;
use crate::browser::{Act, Answer, Target};
use crate::plan::{View, same_roles};
use crate::script::{self, Commit, ReadBack, Removed, Switch};
use crate::words::{Action, Family, Outcome, State};
use anyhow::anyhow;

/// What a commit does on the page, filled in with the person's values, and the control that it does it with.
pub(super) fn act<'a>(commit: &'a Commit, values: &Values) -> Result<(&'a str, Act), Halt> {
    let [written] = commit.acts()[..] else {
        return Err(Halt::Broken(anyhow!("a commit without exactly one act got past the check")));
    };
    let act = match written {
        script::Act::Click(_) => Act::Click,
        script::Act::Toggle(_, switch) => Act::Toggle(switch == Switch::On),
        script::Act::Check(_, switch) => Act::Check(switch == Switch::On),
        script::Act::Menu(_, item) => Act::Item(values.fill(item)?),
        script::Act::Choose(_, option) => match names_in(&values.fill(option)?).as_slice() {
            [one] => Act::Choose(one.clone()),
            several => {
                let message = format!("a commit chooses exactly one option, and {} are named", several.len());
                return Err(Halt::rule(Outcome::RoleUnavailable, message));
            }
        },
    };
    Ok((written.control().as_str(), act))
}

/// A commit as the intent names it: the control, and what becomes of it. What a secret control holds is told to nobody.
pub(super) fn intended(target: &Target, act: &Act) -> String {
    let name = &target.name;
    let state = |on: &bool| if *on { "on" } else { "off" };
    match act {
        Act::Choose(_) | Act::Item(_) if target.secret => name.clone(),
        Act::Click => name.clone(),
        Act::Choose(what) | Act::Item(what) => format!("{name}: {what}"),
        Act::Check(on) | Act::Toggle(on) => format!("{name}: {}", state(on)),
    }
}

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
    whole: bool,
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
        // The server itself says that it did not even look at what was asked; and a whole list shows that it is so.
        (Verdict::Not, _, None) if unchanged && whole && answer.is_some_and(|answer| answer.turned_away) => (
            Outcome::RateLimited,
            "the server answered 429 to it, too many requests, and the person is as before".to_owned(),
        ),
        (Verdict::Differs(what), _, _) if !unchanged => (Outcome::RoleMismatch, what.clone()),
        (Verdict::Unsure(why), _, _) => (Outcome::UnknownAfterCommit, why.clone()),
        _ => (
            Outcome::UnknownAfterCommit,
            "it was asked for once, and a fresh load does not show it; nobody tries again".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use std::sync::Arc;

    fn acts(commit: &str, role: &str) -> Result<(Act, String), Halt> {
        let text = format!(
            "app: shop\naction: role\nsummary: a\nfor: [members]\nwhen: active\ntakes: {{ role: [] }}\nsteps:\n  \
             - commit: {commit}\n    names: row\nread_back: {{ unverifiable: true }}\n"
        );
        let script = script::read(&Arc::new(Source::new("role.yaml", text))).unwrap();
        let commit = script.steps[0].commit.clone().unwrap();
        let values = Values { person: [("role".to_owned(), role.to_owned())].into(), ..Values::default() };
        let (name, act) = act(&commit, &values)?;
        let target =
            Target { name: name.to_owned(), described: Vec::new(), inside: None, place: None, secret: false };
        let intended = intended(&target, &act);
        Ok((act, intended))
    }

    #[test]
    fn an_intent_says_what_is_chosen() {
        for (commit, act, on) in [
            ("{ click: save }", Act::Click, "save"),
            ("{ choose: { role: '${person.role}' } }", Act::Choose("Editor".to_owned()), "role: Editor"),
            (
                "{ menu: { more: 'Make ${person.role}' } }",
                Act::Item("Make Editor".to_owned()),
                "more: Make Editor",
            ),
            ("{ toggle: { admin: on } }", Act::Toggle(true), "admin: on"),
            ("{ check: { admin: off } }", Act::Check(false), "admin: off"),
        ] {
            assert_eq!(acts(commit, "Editor").unwrap(), (act, on.to_owned()));
        }
        let several = acts("{ choose: { role: '${person.role}' } }", "Editor; Viewer");
        assert!(matches!(several, Err(Halt::Refused(Outcome::RoleUnavailable, _))), "{several:?}");
    }
}
