//! What goes wrong in a sitting, and at which of its facts: drawn from a seed.

use crate::kill::{Seeded, Victim, Watched};
use serde_json::{Value, json};

/// Knobs of the practice console: name, how it is turned, how it is turned back.
///
/// Not among them: what makes the app itself do another thing than its page says (`acts_otherwise`, `stores_role`), for then
/// its record does not say what usher asked for; and what the pack denies of it (`pending=hidden`).
const KNOBS: [(&str, &str, &str); 29] = [
    // The network.
    ("cut_before", "1", "off"),
    ("cut_after", "1", "off"),
    ("drop_answer", "1", "off"),
    ("fail_before", "1", "off"),
    ("half_pages", "1", "off"),
    ("unplugged", "on", "off"),
    ("down", "on", "off"),
    ("bad_gateway", "on", "off"),
    ("retry_after", "30", "off"),
    ("latency_ms", "200", "0"),
    // The page.
    ("toast", "lie", "truth"),
    ("toast", "wrong", "truth"),
    ("toast", "none", "truth"),
    ("count", "more", "truth"),
    ("count", "none", "truth"),
    ("shuffles", "on", "off"),
    ("doubled", "meier@northwind.example", "off"),
    ("double_handler", "on", "off"),
    ("rolls_back", "on", "off"),
    ("rerender", "on", "off"),
    ("next_row", "on", "off"),
    ("typing", "steals", "plain"),
    ("typing", "eats", "plain"),
    ("native_dialog", "alert", "off"),
    ("overlay", "news", "off"),
    ("late_rows_ms", "300", "0"),
    // The session.
    ("tenant", "Southwind", "Northwind Analytics"),
    ("expire_after", "7", "off"),
    ("rotate_cookie", "on", "off"),
];

/// When something goes wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// At the n-th fact of the sitting.
    Fact(usize),
    /// At its n-th intent: before the act, while it is under way, or just after it.
    Intent(usize),
}

impl Moment {
    pub(super) fn has_come(self, facts: &[Value]) -> bool {
        match self {
            Self::Fact(n) => facts.len() >= n,
            Self::Intent(n) => Watched::count(facts, "commit_intended") >= n,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Kill(Victim),
    /// A knob, and how it is turned back when the sitting is over.
    Knob(&'static str, &'static str, &'static str),
    /// Every session ends.
    Expire,
    /// Somebody else changes the console, as it wants to be told.
    Elsewhere(Value),
}

impl Fault {
    /// Its kind, as it is counted.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Kill(Victim::Usher) => "kills of usher".to_owned(),
            Self::Kill(Victim::Driver) => "kills of the driver".to_owned(),
            Self::Kill(Victim::Browser) => "kills of the browser".to_owned(),
            Self::Knob(name, value, _) => format!("{name}={value}"),
            Self::Expire => "sessions ended".to_owned(),
            Self::Elsewhere(change) => format!("{} by somebody else", change["change"].as_str().unwrap()),
        }
    }
}

/// What goes wrong in one sitting, in order. A kill is the last of it.
pub(super) fn schedule(
    seeded: &mut Seeded,
    planned: &[String],
    bystanders: &[String],
) -> Vec<(Moment, Fault)> {
    let mut faults = Vec::new();
    if seeded.within(0..4) > 0 {
        let fault = match seeded.within(0..8) {
            0 => Fault::Expire,
            1 | 2 => Fault::Elsewhere(elsewhere(seeded, planned, bystanders)),
            _ => {
                let (name, on, off) = KNOBS[seeded.within(0..KNOBS.len())];
                Fault::Knob(name, on, off)
            }
        };
        faults.push((moment(seeded), fault));
    }
    if seeded.within(0..3) > 0 {
        let victim = [Victim::Usher, Victim::Usher, Victim::Driver, Victim::Browser][seeded.within(0..4)];
        faults.push((moment(seeded), Fault::Kill(victim)));
    }
    faults
}

fn moment(seeded: &mut Seeded) -> Moment {
    if seeded.within(0..2) == 0 {
        Moment::Intent(seeded.within(1..5))
    } else {
        Moment::Fact(seeded.within(1..60))
    }
}

/// What somebody else does: to a person of the plan, or to somebody whom nobody asked about.
fn elsewhere(seeded: &mut Seeded, planned: &[String], bystanders: &[String]) -> Value {
    let among = if seeded.within(0..2) == 0 { planned } else { bystanders };
    let email = &among[seeded.within(0..among.len())];
    let role = ["Admin", "Member", "Viewer"][seeded.within(0..3)];
    match seeded.within(0..4) {
        0 => json!({ "change": "add", "email": email, "role": role, "state": "active" }),
        1 => json!({ "change": "add", "email": email, "role": role, "state": "pending" }),
        2 => json!({ "change": "remove", "email": email }),
        _ => json!({ "change": "alter", "email": email, "role": role }),
    }
}
