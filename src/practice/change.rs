//! What changes the people of the practice account: invite, remove, revoke, give a role. Pure: the clock is handed in.
use super::email;
use super::knobs::{Knobs, Switch, Toast};
use super::person::{Former, Person, Standing};
use super::refusal::Refusal;
use super::role::Role;
use super::tenant::{Gone, Tenant};
use serde::Deserialize;

/// What one request wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Invite { email: String, role: String },
    Remove { id: u64 },
    Revoke { id: u64 },
    Role { id: u64, role: String },
}

/// What somebody else does meanwhile, in a browser of their own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Elsewhere {
    Add { email: String, role: Role, state: Standing },
    Remove { email: String },
    Alter { email: String, role: Role },
}

/// Whether anything is different now.
pub(super) type Applied = bool;

impl Tenant {
    /// Makes the change on behalf of `actor`, or says why not. `now` is in milliseconds since 1970.
    pub(super) fn make(
        &mut self,
        change: &Change,
        actor: &str,
        knobs: &Knobs,
        now: i64,
    ) -> Result<Applied, Refusal> {
        if knobs.scim == Switch::On {
            return Err(Refusal::ManagedByScim);
        }
        if !self.person(actor).is_some_and(|person| person.role.manages()) {
            return Err(Refusal::NoPermission);
        }
        self.gone.retain(|gone| gone.until > now);
        match change {
            Change::Invite { email, role } => self.invite(email.trim(), role, knobs, now),
            Change::Remove { id } => self.remove(*id, actor, knobs, now),
            Change::Revoke { id } => self.revoke(*id, knobs, now),
            Change::Role { id, role } => self.give(*id, role, knobs, now),
        }
    }

    fn invite(&mut self, email: &str, role: &str, knobs: &Knobs, now: i64) -> Result<Applied, Refusal> {
        if !email::acceptable(email) {
            return Err(Refusal::BadEmail);
        }
        let role = asked_role(role, knobs)?;
        match self.person(email).map(|person| person.state) {
            Some(Standing::Active) => return Err(Refusal::AlreadyMember(email.to_owned())),
            Some(Standing::Pending) => return Err(Refusal::AlreadyInvited(email.to_owned())),
            None => {}
        }
        if let Some(seats) = knobs.seat_cap.filter(|seats| self.people.len() >= *seats) {
            return Err(Refusal::SeatsUsed(seats));
        }
        if knobs.toast == Toast::Lie {
            return Ok(false);
        }
        self.take_in(email, role, Standing::Pending, knobs, now);
        Ok(true)
    }

    fn remove(&mut self, id: u64, actor: &str, knobs: &Knobs, now: i64) -> Result<Applied, Refusal> {
        let person = self.here(id)?;
        if person.role == Role::Owner {
            return Err(Refusal::OwnerRemoval);
        }
        if person.is(actor) {
            return Err(Refusal::Yourself);
        }
        if person.state == Standing::Pending {
            return Err(Refusal::StillPending);
        }
        self.keep_an_admin(id)?;
        self.take_out(id, knobs, now);
        Ok(true)
    }

    fn revoke(&mut self, id: u64, knobs: &Knobs, now: i64) -> Result<Applied, Refusal> {
        if self.here(id)?.state == Standing::Active {
            return Err(Refusal::AlreadyAccepted);
        }
        self.take_out(id, knobs, now);
        Ok(true)
    }

    fn give(&mut self, id: u64, role: &str, knobs: &Knobs, now: i64) -> Result<Applied, Refusal> {
        let held = self.here(id)?.role;
        if held == Role::Owner {
            return Err(Refusal::OwnerRole);
        }
        let role = asked_role(role, knobs)?;
        if role == held {
            return Ok(false);
        }
        if !role.manages() {
            self.keep_an_admin(id)?;
        }
        self.put_in_role(id, role, knobs, now);
        Ok(true)
    }

    /// Makes the change past every rule: who does it has rights that nobody here needs to know.
    pub(super) fn make_elsewhere(&mut self, change: &Elsewhere, knobs: &Knobs, now: i64) -> Applied {
        self.gone.retain(|gone| gone.until > now);
        match change {
            Elsewhere::Add { email, role, state } => {
                let new = email::acceptable(email) && self.person(email).is_none();
                if new {
                    self.take_in(email, *role, *state, knobs, now);
                }
                new
            }
            Elsewhere::Remove { email } => {
                let id = self.person(email).map(|person| person.id);
                id.inspect(|id| self.take_out(*id, knobs, now)).is_some()
            }
            Elsewhere::Alter { email, role } => {
                let other = self.person(email).filter(|person| person.role != *role).map(|person| person.id);
                other.inspect(|id| self.put_in_role(*id, *role, knobs, now)).is_some()
            }
        }
    }

    /// The person of that number, unless they are gone.
    fn here(&self, id: u64) -> Result<&Person, Refusal> {
        self.people.iter().find(|person| person.id == id).ok_or(Refusal::Gone)
    }

    /// Refuses if nobody else could manage the account without this person.
    fn keep_an_admin(&self, id: u64) -> Result<(), Refusal> {
        let manages = |person: &&Person| person.state == Standing::Active && person.role.manages();
        let mut able = self.people.iter().filter(manages).map(|person| person.id);
        if able.clone().any(|one| one == id) && able.all(|one| one == id) {
            return Err(Refusal::LastAdmin);
        }
        Ok(())
    }

    fn take_in(&mut self, email: &str, role: Role, state: Standing, knobs: &Knobs, now: i64) {
        let id = self.take_id();
        let (email, listed_from) = (email.to_owned(), late(knobs, now));
        self.people.push(Person { id, email, name: None, role, state, listed_from, former: None });
    }

    fn put_in_role(&mut self, id: u64, role: Role, knobs: &Knobs, now: i64) {
        for person in self.people.iter_mut().filter(|person| person.id == id) {
            let held = std::mem::replace(&mut person.role, role);
            person.former = late(knobs, now).map(|until| Former { role: held, until });
        }
    }

    fn take_out(&mut self, id: u64, knobs: &Knobs, now: i64) {
        let until = late(knobs, now);
        let (out, stay) = std::mem::take(&mut self.people).into_iter().partition(|person| person.id == id);
        self.people = stay;
        let out: Vec<Person> = out;
        self.gone.extend(out.into_iter().filter_map(|person| until.map(|until| Gone { person, until })));
    }
}

/// The role to store for the role that was asked.
fn asked_role(role: &str, knobs: &Knobs) -> Result<Role, Refusal> {
    let asked = Role::offered(role).ok_or(Refusal::NoRole)?;
    if !knobs.offered_roles().any(|offered| offered == asked) {
        return Err(Refusal::RoleUnavailable(role.to_owned()));
    }
    Ok(knobs.stores_role.unwrap_or(asked))
}

/// When lists catch up with a change made now, if they are late at all.
fn late(knobs: &Knobs, now: i64) -> Option<i64> {
    let late = i64::try_from(knobs.late_rows_ms).unwrap_or(i64::MAX);
    (late > 0).then(|| now.saturating_add(late))
}

#[cfg(test)]
mod tests;
