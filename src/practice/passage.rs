//! A sign-in under way: the password was right, and the door asks for more before it opens.
use super::knobs::{Knobs, SecondFactor, Switch};
use serde::{Deserialize, Serialize};

/// How long one may take, in milliseconds.
const LASTS: i64 = 900_000;

/// One sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Passage {
    /// What the browser's cookie holds.
    pub(super) token: String,
    pub(super) csrf: String,
    /// Whose password was right.
    pub(super) account: String,
    /// The page that was asked for.
    pub(super) to: String,
    /// Whether the CAPTCHA is done.
    pub(super) human: bool,
    /// Whether the second factor is done.
    pub(super) proven: bool,
    /// The answer to `Stay signed in?`
    pub(super) stay: Option<bool>,
    /// Whether the sandbox was chosen.
    pub(super) sandbox: Option<bool>,
    until: i64,
}

/// What a sign-in waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Captcha,
    Code,
    Approval,
    Stay,
    Account,
    /// Nothing: the door is open.
    Open,
}

impl Step {
    /// The name of its page below `/login/`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Step::Captcha => "captcha",
            Step::Code => "code",
            Step::Approval => "approve",
            Step::Stay => "stay",
            Step::Account => "account",
            Step::Open => "continue",
        }
    }
}

impl Passage {
    /// A sign-in whose password was right at `now` (milliseconds since 1970).
    pub(super) fn new(token: &str, csrf: &str, account: &str, to: &str, now: i64) -> Passage {
        Passage {
            token: token.to_owned(),
            csrf: csrf.to_owned(),
            account: account.to_owned(),
            to: to.to_owned(),
            human: false,
            proven: false,
            stay: None,
            sandbox: None,
            until: now + LASTS,
        }
    }

    /// Whether it has not taken too long.
    pub(super) fn is_current(&self, now: i64) -> bool {
        self.until > now
    }

    /// What is asked next, as the knobs stand.
    pub(super) fn step(&self, knobs: &Knobs) -> Step {
        let door = &knobs.door;
        if door.captcha == Switch::On && !self.human {
            return Step::Captcha;
        }
        match door.second_factor {
            SecondFactor::Totp if !self.proven => return Step::Code,
            SecondFactor::Push if !self.proven => return Step::Approval,
            _ => {}
        }
        if door.stay_question == Switch::On && self.stay.is_none() {
            Step::Stay
        } else if door.tenant_picker == Switch::On && self.sandbox.is_none() {
            Step::Account
        } else {
            Step::Open
        }
    }
}
