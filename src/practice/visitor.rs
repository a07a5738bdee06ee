//! Who is asking: the person behind a signed-in browser, and what their pages must know about their session.
use super::knobs::{Knobs, StepUp, Switch};
use super::person::Person;
use super::role::Role;
use super::session::Session;

/// Somebody who is signed in, and the proof their page was given.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) csrf: String,
    pub(super) manages: bool,
    pub(super) owner: bool,
    /// The account as this session names it.
    pub(super) tenant: String,
    /// Where the password is still to be asked before somebody is removed.
    pub(super) step_up: StepUp,
    pub(super) storage: Storage,
    /// The session's cookie, if it is another one from now on: its value, and whether it outlives the browser.
    pub(super) cookie: Option<(String, bool)>,
}

/// What a page does about the tokens in the browser's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    Unused,
    /// They are in the page, to be stored.
    Given {
        token: String,
        tab: String,
    },
    /// The page is not shown before the browser has shown its own.
    Asked,
}

impl Visitor {
    /// The visitor of `session` at `now` (milliseconds since 1970).
    pub(super) fn new(session: &Session, person: &Person, knobs: &Knobs, now: i64) -> Visitor {
        let tenant = if session.sandbox { format!("{} Sandbox", knobs.tenant) } else { knobs.tenant.clone() };
        Visitor {
            email: person.email.clone(),
            name: person.shown_name().to_owned(),
            csrf: session.csrf.clone(),
            manages: person.role.manages(),
            owner: person.role == Role::Owner,
            tenant,
            step_up: if session.is_confirmed(now) { StepUp::Off } else { knobs.door.step_up },
            storage: match &session.stored {
                Some(_) if knobs.door.storage_token == Switch::On => Storage::Asked,
                _ => Storage::Unused,
            },
            cookie: None,
        }
    }
}
