//! What rounds of faults came to, in figures: the last line of a soak.

use std::collections::BTreeMap;
use std::fmt;

/// Figures of one round or of all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rounds: usize,
    pub(crate) people: usize,
    /// What took effect because usher asked for it.
    pub(crate) acts: usize,
    pub(crate) faults: BTreeMap<String, usize>,
    pub(crate) doubles: Vec<String>,
    pub(crate) wrong: Vec<String>,
    pub(crate) lost: Vec<String>,
    /// What usher told, and was not so.
    pub(crate) untrue: Vec<String>,
    /// Undecided people, counted by the reason for it.
    pub(crate) undecided: BTreeMap<&'static str, usize>,
    /// Undecided without a reason.
    pub(crate) groundless: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.people += other.people;
        self.acts += other.acts;
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (reason, count) in other.undecided {
            *self.undecided.entry(reason).or_default() += count;
        }
        self.doubles.extend(other.doubles);
        self.wrong.extend(other.wrong);
        self.lost.extend(other.lost);
        self.untrue.extend(other.untrue);
        self.groundless.extend(other.groundless);
    }

    /// One fault of this kind happened.
    pub(crate) fn fault(&mut self, kind: &str) {
        *self.faults.entry(kind.to_owned()).or_default() += 1;
    }

    /// How many of each kind of wrong there are: doubles, wrong persons, lost facts, untrue claims, undecided without a reason.
    pub(crate) fn found(&self) -> [usize; 5] {
        [&self.doubles, &self.wrong, &self.lost, &self.untrue, &self.groundless].map(Vec::len)
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.found() == [0; 5]
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.faults.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let reasons: Vec<String> =
            self.undecided.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let [doubles, wrong, lost, untrue, groundless] = self.found();
        write!(
            to,
            "{} rounds, {} people, {} acts; {} faults: {}; {doubles} doubles, {wrong} wrong persons, {lost} lost facts, \
             {untrue} untrue claims, {} undecided ({}{}{groundless} without a reason)",
            self.rounds,
            self.people,
            self.acts,
            self.faults.values().sum::<usize>(),
            faults.join(", "),
            self.undecided.values().sum::<usize>() + groundless,
            reasons.join(", "),
            if reasons.is_empty() { "" } else { ", " },
        )
    }
}
