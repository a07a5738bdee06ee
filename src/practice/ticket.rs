//! Tickets: what one origin of the console hands a browser to show at the next.
use serde::{Deserialize, Serialize};

/// What a ticket is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// To be asked for the password of an e-mail address that was given elsewhere.
    Password,
    /// To come back to the app as somebody whose password was right.
    Callback,
}

impl Purpose {
    /// How long it is good for, in milliseconds.
    fn lasts(self) -> i64 {
        match self {
            Purpose::Password => 600_000,
            Purpose::Callback => 60_000,
        }
    }
}

/// One ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    token: String,
    purpose: Purpose,
    pub(super) email: String,
    /// The page that was asked for in the first place.
    pub(super) to: String,
    until: i64,
}

/// The tickets that are out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tickets(Vec<Ticket>);

impl Tickets {
    /// Gives out a ticket; the ones that are out of date leave.
    pub(super) fn give(&mut self, purpose: Purpose, token: &str, email: &str, to: &str, now: i64) {
        self.0.retain(|ticket| ticket.until > now);
        let (token, email, to) = (token.to_owned(), email.to_owned(), to.to_owned());
        self.0.push(Ticket { token, purpose, email, to, until: now + purpose.lasts() });
    }

    /// The ticket with that token, if it is good for this.
    pub(super) fn look(&self, purpose: Purpose, token: &str, now: i64) -> Option<&Ticket> {
        self.0.iter().find(|one| one.token == token && one.purpose == purpose && one.until > now)
    }

    /// Takes the ticket in: it is not good again.
    pub(super) fn take(&mut self, purpose: Purpose, token: &str, now: i64) -> Option<Ticket> {
        let found = self.look(purpose, token, now).cloned()?;
        self.0.retain(|ticket| ticket.token != found.token);
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_for_one_thing_and_not_for_long() {
        let mut tickets = Tickets::default();
        tickets.give(Purpose::Callback, "a", "me@else.example", "/app", 1000);
        assert_eq!(tickets.take(Purpose::Password, "a", 1000), None);
        assert_eq!(tickets.take(Purpose::Callback, "a", 61_000), None);
        assert!(tickets.take(Purpose::Callback, "a", 60_999).is_some_and(|ticket| ticket.to == "/app"));
        assert!(tickets.take(Purpose::Callback, "a", 1000).is_none());
    }
}
