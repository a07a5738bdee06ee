//! What can be counted and measured in a story.

use super::{Person, Story};
use crate::words::{Family, Outcome};
use std::collections::BTreeMap;

impl Story {
    /// People by outcome.
    pub fn by_outcome(&self) -> BTreeMap<Outcome, u32> {
        let mut counts = BTreeMap::new();
        for person in &self.people {
            *counts.entry(person.outcome()).or_default() += 1;
        }
        counts
    }

    /// People by family.
    pub fn by_family(&self) -> BTreeMap<Family, u32> {
        let mut counts = BTreeMap::new();
        for person in &self.people {
            *counts.entry(person.family()).or_default() += 1;
        }
        counts
    }

    /// How many people are of one family.
    pub fn count(&self, family: Family) -> usize {
        self.people.iter().filter(|person| person.family() == family).count()
    }

    /// People of whom something was asked and nobody knows what became of it.
    pub fn unresolved(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.is_undecided())
    }

    /// Whether the journal ends without a word on the run's end: usher, the browser or the machine died.
    pub fn is_torn(&self) -> bool {
        self.run.begun.is_some() && self.run.ended.is_none() && !self.run.is_stopped
    }

    /// How long usher was at work, in milliseconds; the time between a stop and a resume is not work.
    pub fn worked(&self) -> Option<u64> {
        let spans = self.run.stretches.iter().map(|(from, to)| between(from, to));
        spans.reduce(|sum, span| Some(sum? + span?)).flatten()
    }

    /// The account the page showed, else the one of the plan.
    pub fn account(&self) -> &str {
        self.run.signed_in.last().map_or(&self.plan.account, |shown| &shown.account)
    }

    /// The tenant the page showed, else the one of the plan.
    pub fn tenant(&self) -> &str {
        self.run.signed_in.last().map_or(&self.plan.tenant, |shown| &shown.tenant)
    }
}

impl Person {
    /// How long their job took, in milliseconds; of a resumed run its last attempt.
    pub fn took(&self) -> Option<u64> {
        between(self.begun_last.as_deref()?, &self.ended.as_ref()?.at)
    }
}

/// Milliseconds from one RFC 3339 time to a later one.
fn between(from: &str, to: &str) -> Option<u64> {
    let from: jiff::Timestamp = from.parse().ok()?;
    let to: jiff::Timestamp = to.parse().ok()?;
    u64::try_from(to.as_millisecond() - from.as_millisecond()).ok()
}
