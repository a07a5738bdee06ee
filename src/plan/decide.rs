//! What is to be done with one person, given how the app shows them: the same rule when the plan is made and when
//! their turn comes.

use super::{Found, Todo, View};
use crate::roster::{Roster, Why};
use crate::script::Removed;
use crate::words::{Action, Outcome, State};
use std::collections::{BTreeMap, BTreeSet};

/// Who must not be touched.
#[derive(Clone, Copy, Debug)]
pub struct Guards<'a> {
    /// The account usher works as.
    pub account: &'a str,
    /// Keys that are never removed or changed.
    pub protected: &'a [String],
    /// Active people with an admin role who would be left, were this job not done.
    pub admins_left: u32,
}

/// One person's wish.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// What is wanted.
    pub action: Action,
    /// The person's key.
    pub key: &'a str,
    /// The request's columns.
    pub values: &'a BTreeMap<String, String>,
}

/// How the person was found.
#[derive(Clone, Copy, Debug)]
pub struct There<'a> {
    /// State and row.
    pub found: &'a Found,
    /// More than one row.
    pub several: bool,
    /// Absence from the lists means absence.
    pub whole: bool,
    /// Everybody, to look for near matches in; not at hand in the middle of a run.
    pub roster: Option<&'a Roster>,
}

/// Decides. Pure.
pub fn decide(view: &View, wish: Wish<'_>, there: There<'_>, guards: Guards<'_>) -> Todo {
    let settled = |outcome, why: String| Todo::Settled { outcome, why };
    let title = &view.app.title.value;
    if there.several {
        return settled(Outcome::Ambiguous, format!("more than one row of {title} has {}", wish.key));
    }
    let state = there.found.state;
    if !there.whole && (state == State::Absent || wish.action == Action::Remove) {
        let why = format!(
            "the list of people in {title} could not be proven whole, so nobody can say who is not in it"
        );
        return settled(Outcome::PageDisagrees, why);
    }
    if state == State::Absent {
        if wish.action == Action::Invite {
            return run(view, wish, state);
        }
        return absent(view, wish, there);
    }
    let role = there.found.row.get("role").map_or("", String::as_str);
    match wish.action {
        Action::Invite => match state {
            State::Pending => {
                settled(Outcome::AlreadyPending, format!("has an open invitation{}", with_role(role)))
            }
            State::Inactive => settled(
                Outcome::ExistsInactive,
                "is there but deactivated; reactivate them by hand if that is wanted".to_owned(),
            ),
            _ => settled(Outcome::AlreadyMember, format!("is a member already{}", with_role(role))),
        },
        Action::Remove => {
            if view.app.removed.value == Removed::Deactivated && state == State::Inactive {
                return settled(Outcome::AlreadySo, "is deactivated already".to_owned());
            }
            forbidden(view, wish, there, guards, true).unwrap_or_else(|| run(view, wish, state))
        }
        Action::Role => {
            let wanted = wish.values.get("role").map_or("", String::as_str);
            if same_roles(role, wanted) {
                return settled(Outcome::AlreadySo, format!("is {role} already"));
            }
            forbidden(view, wish, there, guards, !view.app.is_admin(wanted))
                .unwrap_or_else(|| run(view, wish, state))
        }
        Action::SignIn | Action::StepUp => {
            settled(Outcome::UiUnknown, "signing in is not done to a person".to_owned())
        }
    }
}

fn run(view: &View, wish: Wish<'_>, state: State) -> Todo {
    match view.script(wish.action, state) {
        Some(file) => Todo::Run { script: file.source.name.clone() },
        None => Todo::Settled {
            outcome: Outcome::NotFound,
            why: format!("no script of this pack can {} a person who is {state}", wish.action),
        },
    }
}

fn absent(view: &View, wish: Wish<'_>, there: There<'_>) -> Todo {
    let title = &view.app.title.value;
    let name = wish.values.get("name").map(String::as_str);
    let near = there.roster.map(|roster| roster.near(wish.key, name)).unwrap_or_default();
    if !near.is_empty() {
        let people: Vec<String> =
            near.iter().take(3).map(|near| format!("{} ({})", near.shown, likeness(near.why))).collect();
        let why = format!(
            "is not in {title}, but {} is; write the address that is meant into the request",
            people.join(", ")
        );
        return Todo::Settled { outcome: Outcome::NearMatch, why };
    }
    let (outcome, why) = match wish.action {
        Action::Remove => (Outcome::AlreadyAbsent, format!("is not in {title}, and nobody near is")),
        _ => (Outcome::NotFound, format!("is not in {title}")),
    };
    Todo::Settled { outcome, why }
}

/// What must never happen to this person; `loses` tells whether the wish takes admin rights away.
fn forbidden(view: &View, wish: Wish<'_>, there: There<'_>, guards: Guards<'_>, loses: bool) -> Option<Todo> {
    let role = there.found.row.get("role").map_or("", String::as_str);
    let row = &there.found.row;
    let is_account = same(wish.key, guards.account) || identifies(row, guards.account);
    let verb = if wish.action == Action::Remove { "removed" } else { "changed" };
    let (outcome, why) = if is_account {
        (Outcome::BlockedSelf, format!("is the account usher works as; it is never {verb}"))
    } else if guards.protected.iter().any(|key| same(key, wish.key) || identifies(row, key)) {
        (Outcome::BlockedProtected, "is on the list of protected people in usher.toml".to_owned())
    } else if view.app.is_owner(role) {
        (Outcome::BlockedOwner, format!("is {role}; hand the ownership over first"))
    } else if loses
        && view.app.is_admin(role)
        && there.found.state == State::Active
        && guards.admins_left <= 1
    {
        (Outcome::BlockedLastAdmin, format!("is the last {role}; nobody could manage people any more"))
    } else {
        return None;
    };
    Some(Todo::Settled { outcome, why })
}

/// Whether a wish, once done, takes an active admin away.
pub fn takes_an_admin(view: &View, wish: Wish<'_>, found: &Found) -> bool {
    let is_admin =
        found.row.get("role").is_some_and(|role| view.app.is_admin(role)) && found.state == State::Active;
    let stays =
        wish.action == Action::Role && wish.values.get("role").is_some_and(|role| view.app.is_admin(role));
    is_admin && matches!(wish.action, Action::Remove | Action::Role) && !stays
}

/// The active people of a roster who can manage people.
pub fn admins(view: &View, roster: &Roster) -> BTreeSet<String> {
    roster
        .people
        .iter()
        .filter(|person| {
            person.state == State::Active
                && person.columns.get("role").is_some_and(|role| view.app.is_admin(role))
        })
        .map(|person| person.key.clone())
        .collect()
}

fn likeness(why: Why) -> &'static str {
    match why {
        Why::Alias => "the same mailbox, written otherwise",
        Why::SameLocalPart => "the same before the @",
        Why::SameName => "the same name",
        Why::OneLetterApart => "one letter apart",
    }
}

/// Whether two cells hold the same roles, in whatever order: an app may show several.
pub fn same_roles(one: &str, other: &str) -> bool {
    fn roles(cell: &str) -> BTreeSet<String> {
        cell.split([',', ';', '\n'])
            .map(|role| role.trim().to_lowercase())
            .filter(|role| !role.is_empty())
            .collect()
    }
    roles(one) == roles(other)
}

/// Whether a row's own e-mail address or user name is this one.
fn identifies(row: &BTreeMap<String, String>, who: &str) -> bool {
    ["email", "username"].iter().any(|column| row.get(*column).is_some_and(|cell| same(cell, who)))
}

fn with_role(role: &str) -> String {
    if role.is_empty() { String::new() } else { format!(", as {role}") }
}

fn same(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}
