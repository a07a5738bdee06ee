//! The journal: facts, sealed and synced before anyone sees them.
//!
//! The engine's only output. Terminal, report and machine output are folds over entries.

mod chain;
mod file;

pub use chain::{Broken, Chain, Seal, seal_line};
pub use file::{Clock, Journal, Opened, Standing, fold, read};

use crate::digest::Digest;
use crate::evidence::Exhibit;
pub use crate::words::{PlaceRef, RefusalKind};

use crate::words::{Action, Outcome, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the journal's format.
pub const FORMAT: u32 = 1;

/// A sealed fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was sealed, UTC, RFC 3339 with milliseconds.
    pub at: String,
    /// What happened.
    pub fact: Fact,
    /// The seal of the entry before.
    pub prev: Seal,
    /// The digest of this entry's bytes and, through `prev`, of all before it.
    pub seal: Seal,
}

/// Something that happened. Past tense, owned, complete in itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the fields say what the variant's sentence says; repeating it would only be noise"
)]
pub enum Fact {
    /// A run began; always the first entry.
    RunBegun {
        format: u32,
        usher: String,
        run: String,
        plan: Digest,
        app: String,
        title: String,
        url: String,
        tenant: String,
        account: String,
        action: Action,
        people: u32,
        /// Who started it, on which machine.
        operator: String,
        /// The last seal of this tenant's previous run, if there was one.
        previous: Option<Seal>,
    },
    /// A run was taken up again.
    RunResumed {
        usher: String,
        operator: String,
        /// Bytes of a torn last line that were cut away.
        mended: u64,
        /// Jobs with an intent and no outcome.
        in_doubt: u32,
        /// People whom usher.toml protects by now and did not when the plan was made.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        protected: Vec<String>,
        /// The most removals of the run, where usher.toml allows fewer by now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<u32>,
    },
    /// Whoever is at work now signs where it ends, with this key.
    SignerNamed {
        /// Its fingerprint, as `ssh-keygen -l` prints it.
        key: String,
        /// What its owner calls it.
        comment: String,
    },
    /// A browser was started.
    SessionBegun {
        browser: String,
        driver: String,
        platform: String,
        viewport: (u32, u32),
        sandbox: bool,
        /// How trusted input reaches the page and how pictures are taken.
        input: String,
        pictures: String,
        /// What must be dead before anybody acts again; none on a driver that is not ours.
        traces: Option<crate::browser::driver::Traces>,
    },
    /// The page showed who is signed in, and it is who it should be.
    SignedIn {
        account: String,
        tenant: String,
        generation: String,
        book: String,
        /// How usher came in: what it typed, a session that was kept, a person.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        how: String,
    },
    /// The app asked who usher is, or for a person; nothing went on meanwhile.
    HeldUp {
        /// The job it was in, unless it was before or between them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        job: Option<u32>,
        outcome: Outcome,
        why: String,
    },
    /// usher came through, and went on.
    LetThrough {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        job: Option<u32>,
        how: String,
        waited_ms: u64,
    },
    /// A roster was read whole and kept.
    RosterRead {
        /// `before` or `after`.
        when: String,
        people: u32,
        completeness: String,
        whole: bool,
        exhibit: Exhibit,
    },
    /// Work on a person began.
    JobBegun { job: u32, person: String },
    /// The person was looked up on a fresh load.
    PersonRead { job: u32, state: State, row: BTreeMap<String, String> },
    /// A step that commits nothing was done.
    StepDone {
        job: u32,
        step: u32,
        verb: String,
        /// The control or page it acted on.
        on: String,
        /// The descriptions that found it.
        by: Vec<String>,
        line: u32,
    },
    /// A file was kept.
    ProofKept { job: u32, step: u32, exhibit: Exhibit },
    /// usher is about to commit; nothing has been done yet.
    CommitIntended {
        job: u32,
        step: u32,
        person: String,
        on: String,
        by: Vec<String>,
        line: u32,
        /// What the page says that binds the commit to the person.
        bound: String,
    },
    /// The act returned.
    CommitReturned {
        job: u32,
        step: u32,
        /// What answered: the control went away, the page said something, a new page came, nothing.
        answer: String,
        /// Trusted clicks the guard let through; at most one.
        passed: u32,
        /// Trusted events the guard held back.
        blocked: u32,
        /// How often the page sent to one address again for the one act; more than none is the app's own fault.
        #[serde(default, skip_serializing_if = "is_none")]
        sent_again: u32,
        /// What the page said.
        said: Vec<String>,
    },
    /// The act may or may not have reached the app.
    CommitUnclear { job: u32, step: u32, why: String },
    /// An intent without outcome was settled: it never took effect, and it is the person's turn again.
    DoubtCleared { job: u32, person: String, why: String },
    /// The person was read back on a fresh load after a commit.
    PersonReadBack { job: u32, state: State, row: BTreeMap<String, String>, whole: bool, tries: u32 },
    /// What became of a person.
    JobEnded {
        job: u32,
        person: String,
        outcome: Outcome,
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refusal: Option<Refusal>,
        /// How the app showed them before.
        before: BTreeMap<String, String>,
        /// How the app shows them now.
        after: BTreeMap<String, String>,
    },
    /// The final roster told otherwise.
    OutcomeRevised { job: u32, person: String, from: Outcome, to: Outcome, why: String },
    /// The run stopped before its end; it can be resumed unless the reason says otherwise.
    RunStopped { why: String, outcome: Option<Outcome>, refusal: Option<Refusal> },
    /// Every job has an outcome.
    RunEnded { outcomes: BTreeMap<Outcome, u32> },
    /// A person decided what became of somebody undecided.
    Decided {
        job: u32,
        person: String,
        outcome: Outcome,
        note: String,
        operator: String,
        exhibit: Option<Exhibit>,
    },
}

impl Fact {
    /// The file that it names, if it keeps one.
    pub fn exhibit(&self) -> Option<&Exhibit> {
        match self {
            Self::ProofKept { exhibit, .. } | Self::RosterRead { exhibit, .. } => Some(exhibit),
            Self::Decided { exhibit, .. } => exhibit.as_ref(),
            _ => None,
        }
    }
}

/// The page would not: which, where it is said, and what was seen instead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind.
    pub kind: RefusalKind,
    /// In a sentence, lowercase.
    pub message: String,
    /// The script's line.
    pub script: Option<PlaceRef>,
    /// The book's line.
    pub book: Option<PlaceRef>,
    /// What each description matched.
    pub tried: Vec<String>,
    /// Names on the page that are like the wanted one.
    pub near: Vec<String>,
    /// What the page said.
    pub said: Option<String>,
    /// The picture.
    pub picture: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Refusal {
    /// Why, in the app's own words where it has said any.
    pub fn in_its_words(&self) -> &str {
        self.said.as_deref().unwrap_or(&self.message)
    }
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference in")]
fn is_none(count: &u32) -> bool {
    *count == 0
}
