//! The one read model: what a plan and its journal tell, folded entry by entry, live and later the same.

mod count;
mod fold;
mod person;
#[cfg(test)]
mod tests;

pub use person::{Cells, Ended, Frame, Intent, Looked, Person, Returned, Revision, Step, Unclear};

use crate::evidence::Exhibit;
use crate::journal::{Entry, Refusal, Seal};
use crate::plan::Plan;
use crate::words::Outcome;
use std::collections::BTreeMap;

/// What happened in a run, as it is told.
#[derive(Clone, Debug)]
pub struct Story {
    /// What was to be done; its jobs are the people.
    pub plan: Plan,
    /// What is known of the run as a whole.
    pub run: Run,
    /// Everybody in the plan, in its order.
    pub people: Vec<Person>,
    /// Where a job's person stands in `people`.
    places: BTreeMap<u32, usize>,
    /// Of everybody only what a line about them tells is kept.
    is_brief: bool,
}

/// What is known of a run as a whole.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// How it began.
    pub begun: Option<Begun>,
    /// Each time it was taken up again.
    pub resumed: Vec<Resumed>,
    /// The key that where it ended was signed with, as whoever was at work last named it.
    pub signer: Option<Signer>,
    /// Each browser that was started.
    pub sessions: Vec<Session>,
    /// Each time the page showed who is signed in.
    pub signed_in: Vec<SignedIn>,
    /// Where the app held usher up.
    pub held_up: Vec<HeldUp>,
    /// Rosters that were read, in order.
    pub rosters: Vec<RosterKept>,
    /// Pictures that belong to nobody: signing in, the lists.
    pub film: Vec<Frame>,
    /// Each time it stopped before its end.
    pub stops: Vec<Stopped>,
    /// Whether the last stop still stands: nobody took the run up again.
    pub is_stopped: bool,
    /// When every job had an outcome.
    pub ended: Option<String>,
    /// The seal of the last entry.
    pub head: Option<Seal>,
    /// How many entries there are.
    pub entries: u64,
    /// When the last entry was sealed.
    pub last: Option<String>,
    /// From when to when usher was at work: more than one when the run was resumed.
    pub stretches: Vec<(String, String)>,
}

/// How a run began.
#[derive(Clone, Debug)]
pub struct Begun {
    /// When.
    pub at: String,
    /// The version of usher.
    pub usher: String,
    /// The run's id.
    pub run: String,
    /// The digest of the plan that was run.
    pub plan: crate::digest::Digest,
    /// Who started it, on which machine.
    pub operator: String,
    /// The last seal of this tenant's previous run.
    pub previous: Option<Seal>,
}

/// A run was taken up again.
#[derive(Clone, Debug)]
pub struct Resumed {
    /// When.
    pub at: String,
    /// The version of usher.
    pub usher: String,
    /// Who did it.
    pub operator: String,
    /// Bytes of a torn last line that were cut away.
    pub mended: u64,
    /// Jobs with an intent and no outcome at that time.
    pub in_doubt: u32,
    /// People whom usher.toml protected by then and did not when the plan was made.
    pub protected: Vec<String>,
    /// The most removals of the run, where usher.toml allowed fewer by then.
    pub cap: Option<u32>,
}

/// A key that signs.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Its fingerprint.
    pub key: String,
    /// What its owner calls it; may be empty.
    pub comment: String,
}

/// A browser that was started.
#[derive(Clone, Debug)]
pub struct Session {
    /// When.
    pub at: String,
    /// The browser and its version.
    pub browser: String,
    /// The driver and its version.
    pub driver: String,
    /// The operating system.
    pub platform: String,
    /// Width and height of the page in pixels.
    pub viewport: (u32, u32),
    /// Whether the browser's own sandbox was on.
    pub sandbox: bool,
    /// How trusted input reached the page.
    pub input: String,
    /// How pictures were taken.
    pub pictures: String,
}

/// The page showed who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// When.
    pub at: String,
    /// The account.
    pub account: String,
    /// The tenant.
    pub tenant: String,
    /// The generation of the app's pages.
    pub generation: String,
    /// The book that was used.
    pub book: String,
    /// How usher came in; older journals do not say.
    pub how: String,
}

/// The app asked who usher is, or for a person.
#[derive(Clone, Debug)]
pub struct HeldUp {
    /// When.
    pub at: String,
    /// What it wanted.
    pub outcome: Outcome,
    /// In its words.
    pub why: String,
    /// How usher came through, and in how many milliseconds; none when it did not.
    pub through: Option<(String, u64)>,
}

/// A roster that was read and kept.
#[derive(Clone, Debug)]
pub struct RosterKept {
    /// When it was sealed.
    pub at: String,
    /// `before` or `after`.
    pub when: String,
    /// How many people.
    pub people: u32,
    /// How it is known to be whole, in words.
    pub completeness: String,
    /// Whether it is known to be whole.
    pub whole: bool,
    /// Its file.
    pub exhibit: Exhibit,
}

/// A stop before the end.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// When.
    pub at: String,
    /// Why, in words.
    pub why: String,
    /// Which outcome stopped it.
    pub outcome: Option<Outcome>,
    /// What the page would not do.
    pub refusal: Option<Refusal>,
}

impl Story {
    /// A story about to begin: everybody in the plan, nothing done.
    pub fn new(mut plan: Plan) -> Self {
        let people = std::mem::take(&mut plan.jobs).into_iter().map(Person::new).collect();
        Self::told_by(plan, people)
    }

    fn told_by(plan: Plan, people: Vec<Person>) -> Self {
        let places = people.iter().enumerate().map(|(place, person)| (person.job, place)).collect();
        Self { plan, run: Run::default(), people, places, is_brief: false }
    }

    /// The same for whoever watches the run: of everybody only what a line about them tells is kept, since the report, which
    /// tells the rest, is drawn from the journal. The plan is left as it was; its jobs are not copied even for a moment.
    pub fn brief(plan: &mut Plan) -> Self {
        let jobs = std::mem::take(&mut plan.jobs);
        let people = jobs.iter().map(Person::brief).collect();
        let story = Self { is_brief: true, ..Self::told_by(plan.clone(), people) };
        plan.jobs = jobs;
        story
    }

    /// The whole story at once.
    pub fn of(plan: &Plan, entries: &[Entry]) -> Self {
        let mut story = Self::new(plan.clone());
        for entry in entries {
            story.take(entry);
        }
        story
    }

    /// The person of a job.
    pub fn person(&self, job: u32) -> Option<&Person> {
        self.places.get(&job).and_then(|place| self.people.get(*place))
    }

    /// The run's id, empty before it began.
    pub fn run_id(&self) -> &str {
        self.run.begun.as_ref().map_or("", |begun| begun.run.as_str())
    }
}
