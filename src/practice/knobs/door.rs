//! How the knobs of the way in stand: signing in, what is asked on the way, and how long it lasts.
use super::super::code;
use super::{Switch, address, number, one, or_off};

/// Every knob about signing in, as it stands now.
#[derive(Clone, Debug)]
pub(in super::super) struct Door {
    pub(in super::super) sign_in: SignIn,
    pub(in super::super) second_factor: SecondFactor,
    pub(in super::super) totp_seed: String,
    pub(in super::super) captcha: Switch,
    pub(in super::super) stay_question: Switch,
    pub(in super::super) tenant_picker: Switch,
    pub(in super::super) signs_in_as: Option<String>,
    pub(in super::super) lock_out: Option<usize>,
    pub(in super::super) expire_after: Option<u64>,
    pub(in super::super) rotate_cookie: Switch,
    pub(in super::super) step_up: StepUp,
    pub(in super::super) storage_token: Switch,
}

/// Where and in how many pages the password is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum SignIn {
    Form,
    EmailFirst,
    Origins,
    Sso,
}

/// What is asked besides the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum SecondFactor {
    Off,
    Totp,
    Push,
}

/// Where a removal asks for the password once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum StepUp {
    Off,
    Menu,
    Commit,
}

const SIGN_IN: [(&str, SignIn); 4] = [
    ("form", SignIn::Form),
    ("email_first", SignIn::EmailFirst),
    ("origins", SignIn::Origins),
    ("sso", SignIn::Sso),
];

const SECOND_FACTOR: [(&str, SecondFactor); 3] =
    [("off", SecondFactor::Off), ("totp", SecondFactor::Totp), ("push", SecondFactor::Push)];

const STEP_UP: [(&str, StepUp); 3] =
    [("off", StepUp::Off), ("menu", StepUp::Menu), ("commit", StepUp::Commit)];

impl Door {
    /// A plain door, before the defaults of a catalogue are set.
    pub(super) fn new() -> Door {
        Door {
            sign_in: SignIn::Form,
            second_factor: SecondFactor::Off,
            totp_seed: String::new(),
            captcha: Switch::Off,
            stay_question: Switch::Off,
            tenant_picker: Switch::Off,
            signs_in_as: None,
            lock_out: None,
            expire_after: None,
            rotate_cookie: Switch::Off,
            step_up: StepUp::Off,
            storage_token: Switch::Off,
        }
    }

    /// Turns the knob of that name, if it is one of these and the value is possible.
    pub(super) fn store(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "sign_in" => self.sign_in = one(value, SIGN_IN)?,
            "second_factor" => self.second_factor = one(value, SECOND_FACTOR)?,
            "totp_seed" => self.totp_seed = code::acceptable(value).then(|| value.to_owned())?,
            "captcha" => self.captcha = Switch::read(value)?,
            "stay_question" => self.stay_question = Switch::read(value)?,
            "tenant_picker" => self.tenant_picker = Switch::read(value)?,
            "signs_in_as" => self.signs_in_as = or_off(value, address)?,
            "lock_out" => self.lock_out = or_off(value, |value| number(value, 1, 1000))?,
            "expire_after" => self.expire_after = or_off(value, |value| number(value, 1, 1_000_000))?,
            "rotate_cookie" => self.rotate_cookie = Switch::read(value)?,
            "step_up" => self.step_up = one(value, STEP_UP)?,
            "storage_token" => self.storage_token = Switch::read(value)?,
            _ => return None,
        }
        Some(())
    }

    /// How the knob of that name stands, as it could be given.
    pub(super) fn shown(&self, name: &str) -> Option<String> {
        let off = || "off".to_owned();
        Some(match name {
            "sign_in" => called(self.sign_in, SIGN_IN),
            "second_factor" => called(self.second_factor, SECOND_FACTOR),
            "captcha" => self.captcha.shown(),
            "stay_question" => self.stay_question.shown(),
            "tenant_picker" => self.tenant_picker.shown(),
            "signs_in_as" => self.signs_in_as.clone().unwrap_or_else(off),
            "lock_out" => self.lock_out.map_or_else(off, |times| times.to_string()),
            "expire_after" => self.expire_after.map_or_else(off, |requests| requests.to_string()),
            "rotate_cookie" => self.rotate_cookie.shown(),
            "step_up" => called(self.step_up, STEP_UP),
            "storage_token" => self.storage_token.shown(),
            _ => return None, // `totp_seed` is never shown
        })
    }
}

/// The name of a choice.
fn called<T: Copy + PartialEq, const N: usize>(choice: T, choices: [(&str, T); N]) -> String {
    choices
        .into_iter()
        .find_map(|(name, known)| (known == choice).then(|| name.to_owned()))
        .unwrap_or_default()
}
