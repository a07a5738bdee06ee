//! What stands between a stranger and the account: the lock, used codes, sign-ins under way, and how often each was met.
use super::code::{self, Worth};
use super::knobs::Knobs;
use super::passage::{Passage, Step};
use super::session::{KEPT, Session};
use super::tenant::Tenant;
use super::ticket::Tickets;
use serde::{Deserialize, Serialize};

/// The way into one account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Entrance {
    pub(super) passages: Vec<Passage>,
    pub(super) tickets: Tickets,
    /// Browsers that the identity provider knows: the token of their cookie and whose they are.
    pub(super) provider: Vec<(String, String)>,
    /// Wrong passwords since the last right one.
    pub(super) wrong_in_row: usize,
    pub(super) locked: bool,
    /// The steps whose codes were taken.
    pub(super) used_codes: Vec<u64>,
    /// The tokens of sessions that ended by themselves.
    pub(super) expired: Vec<String>,
    /// Where the further origins were served last.
    pub(super) ports: Vec<u16>,
    pub(super) counts: Counts,
}

/// How often what happened; part of the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    pub(super) sign_ins: u64,
    pub(super) codes_tried: u64,
    pub(super) approvals: u64,
    pub(super) step_ups: u64,
    pub(super) sessions_expired: u64,
}

/// What became of a try with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    Right,
    Wrong,
    Locked,
    /// The form did not come from us, or too long ago.
    Stale,
}

impl Tried {
    /// What the page says about it.
    pub(super) fn said(self) -> Option<&'static str> {
        match self {
            Tried::Right => None,
            Tried::Wrong => Some("Invalid email or password."),
            Tried::Locked => Some("Your account is locked. Contact your administrator."),
            Tried::Stale => Some(STALE),
        }
    }
}

/// What every form says that did not come from the page it should.
pub(super) const STALE: &str = "The form was out of date. Please try again.";

/// What is wrong with an e-mail address that was given alone; whether it is known is not told.
pub(super) fn unidentified(given: bool, email: &str) -> Option<&'static str> {
    if !given {
        Some(STALE)
    } else if email.is_empty() {
        Some("Enter your email address.")
    } else {
        None
    }
}

impl Tenant {
    /// Tries a password; `given` says whether the form was one of ours.
    pub(super) fn try_password(&mut self, knobs: &Knobs, given: bool, email: &str, password: &str) -> Tried {
        let known = knobs.account.to_lowercase() == email.trim().to_lowercase();
        let tried = if !given {
            Tried::Stale
        } else if known && self.entrance.locked {
            Tried::Locked
        } else if known && knobs.password == password {
            self.entrance.wrong_in_row = 0;
            return Tried::Right;
        } else {
            Tried::Wrong
        };
        self.sign_in_failures += 1;
        if tried == Tried::Wrong && known {
            self.entrance.wrong_in_row += 1;
            if knobs.door.lock_out.is_some_and(|most| self.entrance.wrong_in_row >= most) {
                self.entrance.locked = true;
                return Tried::Locked;
            }
        }
        tried
    }

    /// Opens the lock if the knobs have none.
    pub(super) fn unlock(&mut self, knobs: &Knobs) {
        if knobs.door.lock_out.is_none() {
            self.entrance.locked = false;
            self.entrance.wrong_in_row = 0;
        }
    }

    /// Judges a one-time code, and never takes it again. `now` is in milliseconds since 1970.
    pub(super) fn try_code(&mut self, knobs: &Knobs, typed: &str, now: i64) -> Worth {
        let seconds = u64::try_from(now / 1000).unwrap_or_default();
        let used = &mut self.entrance.used_codes;
        self.entrance.counts.codes_tried += 1;
        let worth = code::judge(&knobs.door.totp_seed, typed, used, seconds);
        if let Worth::Good(step) = worth {
            remember(used, step);
        }
        worth
    }

    /// The sign-in under way of that cookie.
    pub(super) fn passage(&self, token: &str, now: i64) -> Option<&Passage> {
        self.entrance.passages.iter().find(|passage| passage.token == token && passage.is_current(now))
    }

    /// Changes the sign-in under way of that cookie.
    pub(super) fn with_passage(&mut self, token: &str, change: impl FnOnce(&mut Passage)) {
        self.entrance.passages.iter_mut().find(|passage| passage.token == token).map(change);
    }

    /// Begins a sign-in after a right password; the ones that took too long leave.
    pub(super) fn begin(&mut self, passage: Passage, now: i64) {
        self.entrance.passages.retain(|passage| passage.is_current(now));
        self.entrance.passages.push(passage);
    }

    /// Lets a sign-in of which nothing more is asked in: the page it was for, and its session.
    pub(super) fn let_in(
        &mut self,
        passage: &str,
        knobs: &Knobs,
        tokens: [String; 4],
        now: i64,
    ) -> Option<(String, Session)> {
        let passage = self.passage(passage, now).filter(|passage| passage.step(knobs) == Step::Open)?.clone();
        self.entrance.passages.retain(|other| other.token != passage.token);
        self.entrance.counts.sign_ins += 1;
        let session = Session::new(&passage, knobs, tokens);
        self.keep(session.clone());
        Some((passage.to, session))
    }

    /// Says yes on the phone to every sign-in that waits for it; answers with how many those were.
    pub(super) fn approve(&mut self, knobs: &Knobs, now: i64) -> usize {
        let waiting = self
            .entrance
            .passages
            .iter_mut()
            .filter(|passage| passage.is_current(now) && passage.step(knobs) == Step::Approval);
        let approved = waiting.map(|passage| passage.proven = true).count();
        self.entrance.counts.approvals += approved as u64;
        approved
    }

    /// Ends the sessions that `over` says, and remembers that they ended by themselves.
    pub(super) fn expire(&mut self, over: impl Fn(&Session) -> bool) -> usize {
        let (ended, stay): (Vec<_>, Vec<_>) = std::mem::take(&mut self.sessions).into_iter().partition(over);
        self.sessions = stay;
        for session in &ended {
            remember(&mut self.entrance.expired, session.token.clone());
        }
        self.entrance.counts.sessions_expired += ended.len() as u64;
        ended.len()
    }

    /// Keeps a browser known to the identity provider.
    pub(super) fn keep_at_provider(&mut self, token: String, email: &str) {
        remember(&mut self.entrance.provider, (token, email.to_owned()));
    }
}

/// Adds one; the oldest leaves first.
fn remember<T>(list: &mut Vec<T>, one: T) {
    list.push(one);
    if list.len() > KEPT {
        list.remove(0);
    }
}
