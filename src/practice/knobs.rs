//! How the knobs of a console stand.
use super::catalogue::{self, Console, Knob};
use super::email;
use super::role::Role;
use anyhow::{anyhow, bail};

mod door;
mod faults;
pub(super) use door::{Door, SecondFactor, SignIn, StepUp};
pub(super) use faults::{Count, Faults};

/// Whose values are never repeated.
const SECRET: [&str; 2] = ["password", "totp_seed"];

/// Every knob as it stands now.
#[derive(Clone, Debug)]
pub(super) struct Knobs {
    pub(super) people: usize,
    pub(super) account: String,
    pub(super) password: String,
    pub(super) tenant: String,
    pub(super) signed_in_role: Role,
    pub(super) seat_cap: Option<usize>,
    pub(super) page_size: usize,
    pub(super) pending: Shown,
    pub(super) viewer_role: Switch,
    pub(super) scim: Switch,
    pub(super) labels: Labels,
    pub(super) button_label: String,
    pub(super) latency_ms: u64,
    pub(super) slow_ready_ms: u64,
    pub(super) late_rows_ms: u64,
    pub(super) toast: Toast,
    pub(super) stores_role: Option<Role>,
    pub(super) drop_answer: Option<usize>,
    pub(super) fail_before: Option<usize>,
    pub(super) down: Switch,
    pub(super) door: Door,
    pub(super) faults: Faults,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Off,
}

impl Switch {
    fn read(value: &str) -> Option<Switch> {
        one(value, [("on", Switch::On), ("off", Switch::Off)])
    }

    fn shown(self) -> String {
        if self == Switch::On { "on" } else { "off" }.to_owned()
    }
}

/// Whether pending people are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Shown,
    Hidden,
}

/// Which words the page uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    A,
    B,
}

/// Whether acknowledgements are to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Toast {
    Truth,
    Lie,
    Wrong,
    Missing,
}

const TOAST: [(&str, Toast); 4] =
    [("truth", Toast::Truth), ("lie", Toast::Lie), ("wrong", Toast::Wrong), ("none", Toast::Missing)];

impl Knobs {
    /// Every knob of `console` as nobody has turned it.
    pub(super) fn new(console: &Console) -> anyhow::Result<Knobs> {
        let mut knobs = Knobs {
            people: 0,
            account: String::new(),
            password: String::new(),
            tenant: String::new(),
            signed_in_role: Role::Admin,
            seat_cap: None,
            page_size: 0,
            pending: Shown::Shown,
            viewer_role: Switch::On,
            scim: Switch::Off,
            labels: Labels::A,
            button_label: String::new(),
            latency_ms: 0,
            slow_ready_ms: 0,
            late_rows_ms: 0,
            toast: Toast::Truth,
            stores_role: None,
            drop_answer: None,
            fail_before: None,
            down: Switch::Off,
            door: Door::new(),
            faults: Faults::default(),
        };
        for knob in console.knobs {
            knobs.set(console, knob.name, knob.default)?;
        }
        Ok(knobs)
    }

    /// Turns one knob.
    pub(super) fn set(&mut self, console: &Console, name: &str, value: &str) -> anyhow::Result<()> {
        let Some(knob) = console.knobs.iter().find(|knob| knob.name == name) else {
            return Err(catalogue::unknown_knob(console, name));
        };
        self.store(name, value).ok_or_else(|| impossible(knob, value))
    }

    /// Turns one knob of a console that is running.
    pub(super) fn turn(&mut self, console: &Console, name: &str, value: &str) -> anyhow::Result<()> {
        if console.knobs.iter().any(|knob| knob.name == name && knob.fixed) {
            bail!(
                "`{name}` can only be given at the start\nhint: start a fresh console with `--knob {}`",
                given(name, value)
            );
        }
        self.set(console, name, value)
    }

    fn store(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "people" => self.people = number(value, 2, 10_000)?,
            "account" => self.account = address(value)?,
            "password" => self.password = text(value)?,
            "tenant" => self.tenant = text(value)?,
            "signed_in_role" => {
                self.signed_in_role = one(value, [("Admin", Role::Admin), ("Member", Role::Member)])?;
            }
            "seat_cap" => self.seat_cap = or_off(value, |value| number(value, 0, 1_000_000))?,
            "page_size" => self.page_size = number(value, 1, 20_000)?,
            "pending" => self.pending = one(value, [("shown", Shown::Shown), ("hidden", Shown::Hidden)])?,
            "viewer_role" => self.viewer_role = Switch::read(value)?,
            "scim" => self.scim = Switch::read(value)?,
            "labels" => self.labels = one(value, [("a", Labels::A), ("b", Labels::B)])?,
            "button_label" => self.button_label = text(value)?,
            "latency_ms" => self.latency_ms = number(value, 0, 60_000)?,
            "slow_ready_ms" => self.slow_ready_ms = number(value, 0, 60_000)?,
            "late_rows_ms" => self.late_rows_ms = number(value, 0, 600_000)?,
            "toast" => self.toast = one(value, TOAST)?,
            "stores_role" => self.stores_role = or_off(value, Role::offered)?,
            "drop_answer" => self.drop_answer = or_off(value, |value| number(value, 1, 1_000_000))?,
            "fail_before" => self.fail_before = or_off(value, |value| number(value, 1, 1_000_000))?,
            "down" => self.down = Switch::read(value)?,
            _ => self.door.store(name, value).or_else(|| self.faults.store(name, value))?,
        }
        Some(())
    }

    /// How the knob of that name stands, as it could be given.
    pub(super) fn shown(&self, name: &str) -> Option<String> {
        let off = || "off".to_owned();
        Some(match name {
            "people" => self.people.to_string(),
            "account" => self.account.clone(),
            "tenant" => self.tenant.clone(),
            "signed_in_role" => self.signed_in_role.name().to_owned(),
            "seat_cap" => self.seat_cap.map_or_else(off, |seats| seats.to_string()),
            "page_size" => self.page_size.to_string(),
            "pending" => if self.pending == Shown::Shown { "shown" } else { "hidden" }.to_owned(),
            "viewer_role" => self.viewer_role.shown(),
            "scim" => self.scim.shown(),
            "labels" => if self.labels == Labels::A { "a" } else { "b" }.to_owned(),
            "button_label" => self.button_label.clone(),
            "latency_ms" => self.latency_ms.to_string(),
            "slow_ready_ms" => self.slow_ready_ms.to_string(),
            "late_rows_ms" => self.late_rows_ms.to_string(),
            "toast" => TOAST.iter().find(|(_, toast)| *toast == self.toast)?.0.to_owned(),
            "stores_role" => self.stores_role.map_or_else(off, |role| role.name().to_owned()),
            "drop_answer" => self.drop_answer.map_or_else(off, |left| left.to_string()),
            "fail_before" => self.fail_before.map_or_else(off, |left| left.to_string()),
            "down" => self.down.shown(),
            "password" => return None, // it is never shown
            _ => return self.door.shown(name).or_else(|| self.faults.shown(name)),
        })
    }

    /// The roles the invite form offers.
    pub(super) fn offered_roles(&self) -> impl Iterator<Item = Role> {
        let viewer = self.viewer_role == Switch::On;
        Role::OFFERED.into_iter().filter(move |role| viewer || *role != Role::Viewer)
    }
}

/// Counts one request: true when it is the one the knob meant, which is then off again.
pub(super) fn due(left: &mut Option<usize>) -> bool {
    *left = left.map(|left| left - 1);
    let due = *left == Some(0);
    if due {
        *left = None;
    }
    due
}

fn impossible(knob: &Knob, value: &str) -> anyhow::Error {
    let given = given(knob.name, value);
    anyhow!("`{given}` is not possible\nhint: it takes {} ({})", knob.values, knob.meaning)
}

/// What somebody gave, without what is secret.
fn given(name: &str, value: &str) -> String {
    let value = if SECRET.contains(&name) { "..." } else { value };
    format!("{name}={value}")
}

fn number<N: TryFrom<u64>>(value: &str, least: u64, most: u64) -> Option<N> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number))?;
    N::try_from(number).ok()
}

fn address(value: &str) -> Option<String> {
    email::acceptable(value).then(|| value.to_owned())
}

fn text(value: &str) -> Option<String> {
    let fits = !value.trim().is_empty() && value.chars().count() <= 100 && !value.contains(char::is_control);
    fits.then(|| value.to_owned())
}

fn one<T, const N: usize>(value: &str, choices: [(&str, T); N]) -> Option<T> {
    choices.into_iter().find_map(|(name, choice)| (name == value).then_some(choice))
}

/// `off`, or what `read` makes of it.
#[expect(
    clippy::option_option,
    reason = "the outer one is whether the value is possible, the inner one whether it is off"
)]
fn or_off<T>(value: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if value == "off" { Some(None) } else { read(value).map(Some) }
}

#[cfg(test)]
mod tests;
