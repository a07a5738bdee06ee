//! What earlier sittings of a run came to: done, left, in doubt. Pure.

use crate::journal::{Entry, Fact};
use crate::words::{Family, Outcome, State};
use std::collections::{BTreeMap, BTreeSet};

/// A job with an intent and no outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The job.
    pub job: u32,
    /// The step with the act.
    pub step: u32,
    /// The person.
    pub person: String,
    /// How the person stood before the act.
    pub before_state: State,
    /// Their row then.
    pub before: BTreeMap<String, String>,
    /// The browser ran on a driver that was not ours, so that it cannot be known dead.
    pub remote: bool,
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Jobs with an outcome; decisions of people and revisions count.
    pub outcomes: BTreeMap<u32, Outcome>,
    /// Jobs in doubt.
    pub doubts: Vec<Doubt>,
    /// Jobs with an intended commit.
    pub intended: BTreeSet<u32>,
    /// The people they were intended for.
    pub touched: BTreeSet<String>,
    /// The run ended whole.
    pub ended: bool,
}

/// Folds a journal.
pub fn progress(entries: &[Entry]) -> Progress {
    Sittings::of(entries).progress()
}

/// The sittings of a run so far, taken in entry by entry.
#[derive(Clone, Debug, Default)]
pub struct Sittings {
    progress: Progress,
    reads: BTreeMap<u32, (State, BTreeMap<String, String>)>,
    doubts: BTreeMap<u32, Doubt>,
    /// Whose jobs have ended.
    ended: BTreeSet<(u32, String)>,
    remote: bool,
}

impl Sittings {
    /// Of a whole journal.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut sittings = Self::default();
        entries.into_iter().for_each(|entry| sittings.take(entry));
        sittings
    }

    /// Takes the next entry.
    pub fn take(&mut self, entry: &Entry) {
        let Self { progress, reads, doubts, ended, remote } = self;
        match &entry.fact {
            Fact::SessionBegun { traces, .. } => *remote = traces.is_none(),
            Fact::PersonRead { job, state, row } => {
                reads.insert(*job, (*state, row.clone()));
            }
            Fact::CommitIntended { job, step, person, .. } => {
                progress.intended.insert(*job);
                progress.touched.insert(person.clone());
                let (before_state, before) = reads.get(job).cloned().unwrap_or_default();
                let (step, person, remote) = (*step, person.clone(), *remote);
                doubts.insert(*job, Doubt { job: *job, step, person, before_state, before, remote });
            }
            Fact::DoubtCleared { job, .. } => {
                doubts.remove(job);
            }
            Fact::JobEnded { job, outcome, .. } | Fact::Decided { job, outcome, .. } => {
                doubts.remove(job);
                progress.outcomes.insert(*job, *outcome);
                if let Fact::JobEnded { person, .. } = &entry.fact {
                    ended.insert((*job, person.clone()));
                }
            }
            Fact::OutcomeRevised { job, to, .. } => {
                progress.outcomes.insert(*job, *to);
            }
            Fact::RunEnded { .. } => progress.ended = true,
            _ => {}
        }
    }

    /// How far they came.
    pub fn progress(self) -> Progress {
        Progress { doubts: self.doubts.into_values().collect(), ..self.progress }
    }

    /// The people they leave undecided: an intent without outcome, or the outcome that says so. Somebody whom the run left
    /// alone because an earlier run had left them undecided is decided there, once.
    pub fn undecided(&self) -> BTreeSet<String> {
        let Progress { intended, outcomes, .. } = &self.progress;
        let is_undecided = |job: &u32| {
            intended.contains(job)
                && outcomes.get(job).is_some_and(|outcome| outcome.family() == Family::Undecided)
        };
        let ended = self.ended.iter().filter(|(job, _)| is_undecided(job)).map(|(_, person)| person);
        self.doubts.values().map(|doubt| &doubt.person).chain(ended).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    fn entries(facts: Vec<Fact>) -> Vec<Entry> {
        let seal = Digest::of("x");
        let entry =
            |(seq, fact)| Entry { seq, at: String::new(), fact, prev: seal.clone(), seal: seal.clone() };
        (1..).zip(facts).map(entry).collect()
    }

    fn intent(job: u32) -> Fact {
        Fact::CommitIntended {
            job,
            step: 1,
            person: format!("p{job}@x.test"),
            on: String::new(),
            by: Vec::new(),
            line: 1,
            bound: String::new(),
        }
    }

    fn ended(job: u32, outcome: Outcome) -> Fact {
        Fact::JobEnded {
            job,
            person: format!("p{job}@x.test"),
            outcome,
            why: String::new(),
            refusal: None,
            before: BTreeMap::new(),
            after: BTreeMap::new(),
        }
    }

    #[test]
    fn an_intent_without_outcome_is_in_doubt() {
        let read = Fact::PersonRead { job: 2, state: State::Active, row: BTreeMap::new() };
        let entries = entries(vec![intent(1), ended(1, Outcome::Added), read, intent(2)]);
        let progress = progress(&entries);
        assert_eq!(progress.outcomes.len(), 1);
        assert_eq!(progress.doubts.len(), 1);
        assert_eq!(progress.doubts[0].before_state, State::Active);
        assert_eq!(Sittings::of(&entries).undecided().into_iter().collect::<Vec<_>>(), ["p2@x.test"]);
    }

    #[test]
    fn a_doubt_stays_where_it_arose() {
        let settled = entries(vec![ended(1, Outcome::UnknownAfterCommit)]);
        assert!(Sittings::of(&settled).undecided().is_empty(), "this run only heard of the doubt");
        let own = entries(vec![intent(1), ended(1, Outcome::UnknownAfterCommit)]);
        assert_eq!(Sittings::of(&own).undecided().len(), 1);
    }

    #[test]
    fn a_revision_decides() {
        let revised = Fact::OutcomeRevised {
            job: 1,
            person: "p1@x.test".into(),
            from: Outcome::UnknownAfterCommit,
            to: Outcome::Added,
            why: String::new(),
        };
        let entries = entries(vec![intent(1), ended(1, Outcome::UnknownAfterCommit), revised]);
        assert!(Sittings::of(&entries).undecided().is_empty());
    }
}
