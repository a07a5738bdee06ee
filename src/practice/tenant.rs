//! The customer's account behind a practice console: its people, its record, its signed-in browsers.
use super::entrance::Entrance;
use super::knobs::{Knobs, Shown};
use super::person::{Person, Standing};
use super::received::{Action, Received};
use super::seed;
use super::session::{KEPT, Session};
use anyhow::bail;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// All that survives a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tenant {
    /// Sets this account's cookies apart from those of other practice consoles on the same host.
    pub(super) instance: String,
    /// Newest last.
    pub(super) people: Vec<Person>,
    /// Removed people whom lists still show.
    pub(super) gone: Vec<Gone>,
    pub(super) next_id: u64,
    pub(super) received: Vec<Received>,
    pub(super) sessions: Vec<Session>,
    pub(super) page_loads: u64,
    pub(super) sign_in_failures: u64,
    #[serde(default)]
    pub(super) entrance: Entrance,
}

/// Somebody who has been removed, and until when lists show them all the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Gone {
    pub(super) person: Person,
    pub(super) until: i64,
}

impl Tenant {
    /// A fresh account with its seeded people.
    pub(super) fn new(knobs: &Knobs, instance: String) -> Tenant {
        let mut people = seed::people(knobs.people, &knobs.account, knobs.signed_in_role);
        people.reverse();
        let next_id = people.len() as u64 + 1;
        Tenant {
            instance,
            people,
            gone: Vec::new(),
            next_id,
            received: Vec::new(),
            sessions: Vec::new(),
            page_loads: 0,
            sign_in_failures: 0,
            entrance: Entrance::default(),
        }
    }

    /// Makes the knobs' account one of the people.
    pub(super) fn seat_account(&mut self, knobs: &Knobs) {
        if self.person(&knobs.account).is_none() {
            let mut person = seed::people(2, &knobs.account, knobs.signed_in_role).remove(1);
            person.id = self.take_id();
            self.people.push(person);
        }
    }

    /// Whether whoever signs in, as the knobs have it, is one of the people.
    pub(super) fn check_sign_in(&self, knobs: &Knobs) -> anyhow::Result<()> {
        match &knobs.door.signs_in_as {
            Some(email) if self.person(email).is_none() => {
                bail!("`signs_in_as={email}` is nobody of this account\nhint: GET /_truth names the people")
            }
            _ => Ok(()),
        }
    }

    /// Gives the knobs' account the knobs' role, past every rule.
    pub(super) fn give_account_role(&mut self, knobs: &Knobs) {
        for person in self.people.iter_mut().filter(|person| person.is(&knobs.account)) {
            person.role = knobs.signed_in_role;
        }
    }

    /// The next number for a person.
    pub(super) fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// The person of that address.
    pub(super) fn person(&self, email: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.is(email))
    }

    /// The person of that number, even one who is gone and still listed.
    pub(super) fn listed(&self, id: u64) -> Option<&Person> {
        self.people.iter().chain(self.gone.iter().map(|gone| &gone.person)).find(|person| person.id == id)
    }

    /// The people as a list shows them at `now`, newest first.
    pub(super) fn list(&self, knobs: &Knobs, now: i64) -> Vec<&Person> {
        let late = self.gone.iter().filter(|gone| gone.until > now).map(|gone| &gone.person);
        let here = self.people.iter().filter(|person| person.listed_from.is_none_or(|from| from <= now));
        let mut list: Vec<_> = here
            .chain(late)
            .filter(|person| knobs.pending == Shown::Shown || person.state == Standing::Active)
            .collect();
        list.sort_by_key(|person| std::cmp::Reverse(person.id));
        let doubled = knobs.faults.doubled.as_deref();
        if let Some(at) = list.iter().position(|person| doubled.is_some_and(|email| person.is(email))) {
            list.insert(at, list[at]);
        }
        list
    }

    /// Whom the last request to this address was about.
    pub(super) fn asked_about(&self, path: &str) -> Option<&str> {
        self.received
            .iter()
            .rev()
            .filter(|received| received.path == path)
            .find_map(|received| received.email.as_deref())
    }

    /// Puts a request on the record, before anything is done about it.
    pub(super) fn receive(
        &mut self,
        now: Timestamp,
        method: &str,
        path: &str,
        action: Action,
    ) -> &mut Received {
        let received = Received {
            seq: self.received.len() + 1,
            at: now.to_string(),
            method: method.to_owned(),
            path: path.to_owned(),
            action,
            email: None,
            role: None,
            status: None,
            applied: false,
        };
        self.received.push_mut(received)
    }

    /// Completes the record of the request numbered `seq`.
    pub(super) fn decide(&mut self, seq: usize, status: impl Into<Option<u16>>, applied: bool) {
        if let Some(received) = self.received.get_mut(seq.wrapping_sub(1)) {
            received.status = status.into();
            received.applied = applied;
        }
    }

    /// Keeps a browser signed in.
    pub(super) fn keep(&mut self, session: Session) {
        self.sessions.push(session);
        if self.sessions.len() > KEPT {
            self.sessions.remove(0);
        }
    }

    /// The signed-in browser of that cookie, and whom it acts as.
    pub(super) fn session(&self, token: &str) -> Option<(&Session, &Person)> {
        let session = self.sessions.iter().find(|session| session.token == token)?;
        Some((session, self.person(&session.email)?))
    }
}
