//! One person's part of the story.

use crate::evidence::Exhibit;
use crate::journal::Refusal;
use crate::plan::{Found, Job, Todo};
use crate::words::{Family, Outcome, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a request says for the record only; nothing on a page depends on it.
const RECORD: &[&str] = &["until", "ticket", "reason"];

/// The cells of a row, by column; several looks at a person may share one.
pub type Cells = Arc<BTreeMap<String, String>>;

/// Everything that is told of one person.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The number of their job.
    pub job: u32,
    /// Their key.
    pub key: String,
    /// Their line in the request.
    pub line: u32,
    /// What the request says of them.
    pub values: BTreeMap<String, String>,
    /// How the roster showed them when the plan was made.
    pub found: Found,
    /// The script that was to be run.
    pub script: Option<String>,
    /// What the plan itself had settled, and why.
    pub settled: Option<(Outcome, String)>,
    /// When work on them began, first.
    pub begun: Option<String>,
    /// From when their job took its time: when it last began, or when the run was taken up again meanwhile.
    pub begun_last: Option<String>,
    /// When the run was taken up again while their job was open.
    pub resumed: Vec<String>,
    /// How the page showed them right before.
    pub read: Option<Looked>,
    /// Steps that committed nothing.
    pub steps: Vec<Step>,
    /// Commits: intended, and what came of them.
    pub intents: Vec<Intent>,
    /// How the page showed them after commits.
    pub read_backs: Vec<Looked>,
    /// Their pictures, in order.
    pub film: Vec<Frame>,
    /// How their job ended, last.
    pub ended: Option<Ended>,
    /// What was said otherwise later.
    pub revisions: Vec<Revision>,
}

/// A look at a person on a fresh load.
#[derive(Clone, Debug)]
pub struct Looked {
    /// When.
    pub at: String,
    /// The state.
    pub state: State,
    /// The cells of their row.
    pub row: Cells,
    /// Whether the whole list was read.
    pub whole: bool,
    /// How many looks it took.
    pub tries: u32,
}

/// A step that was done.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number in the script.
    pub step: u32,
    /// Its verb.
    pub verb: String,
    /// The control or page.
    pub on: String,
    /// The script's line.
    pub line: u32,
}

/// A commit: sealed before it was done.
#[derive(Clone, Debug)]
pub struct Intent {
    /// When it was sealed.
    pub at: String,
    /// The step.
    pub step: u32,
    /// The control.
    pub on: String,
    /// The descriptions that agreed on it.
    pub by: Vec<String>,
    /// The script's line.
    pub line: u32,
    /// What the page said that binds it to the person.
    pub bound: String,
    /// What came of it, when the act returned.
    pub returned: Option<Returned>,
    /// Why it is not known whether the act reached the app.
    pub unclear: Option<Unclear>,
}

/// An act that may or may not have reached the app.
#[derive(Clone, Debug)]
pub struct Unclear {
    /// When it was sealed.
    pub at: String,
    /// Why nobody knows.
    pub why: String,
}

/// What answered a commit.
#[derive(Clone, Debug)]
pub struct Returned {
    /// When.
    pub at: String,
    /// What answered.
    pub answer: String,
    /// Trusted clicks that were let through.
    pub passed: u32,
    /// Trusted events that were held back.
    pub blocked: u32,
    /// How often the page sent to one address again for the one act.
    pub sent_again: u32,
    /// What the page said.
    pub said: Vec<String>,
}

/// A picture in its place.
#[derive(Clone, Debug)]
pub struct Frame {
    /// When it was sealed, UTC.
    pub at: String,
    /// The number of its entry.
    pub seq: u64,
    /// The step it belongs to.
    pub step: u32,
    /// The file and its facts.
    pub exhibit: Exhibit,
    /// Which of the run's browsers took it.
    pub session: Option<usize>,
    /// Who handed it in; none when usher took it.
    pub by: Option<String>,
}

/// How a job ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// When.
    pub at: String,
    /// What became of it then.
    pub outcome: Outcome,
    /// Why.
    pub why: String,
    /// What the page would not do.
    pub refusal: Option<Box<Refusal>>,
    /// How the app showed them before.
    pub before: Cells,
    /// How the app showed them then.
    pub after: Cells,
}

/// A later word on an outcome.
#[derive(Clone, Debug)]
pub struct Revision {
    /// When.
    pub at: String,
    /// What was thought.
    pub from: Outcome,
    /// What is known now.
    pub to: Outcome,
    /// Why.
    pub why: String,
    /// The person who decided it; none when the final roster told.
    pub by: Option<String>,
}

impl Person {
    /// A person of the plan, before anything is done.
    pub(super) fn new(job: Job) -> Self {
        let Job { id, key, line, values, found, todo } = job;
        let (script, settled) = match todo {
            Todo::Run { script } => (Some(script), None),
            Todo::Settled { outcome, why } => (None, Some((outcome, why))),
        };
        Self { job: id, key, line, values, found, script, settled, ..Self::default() }
    }

    /// The same with no more than a line about them tells.
    pub(super) fn brief(job: &Job) -> Self {
        let settled = match &job.todo {
            Todo::Run { .. } => None,
            Todo::Settled { outcome, why } => Some((*outcome, why.clone())),
        };
        Self { job: job.id, key: job.key.clone(), line: job.line, settled, ..Self::default() }
    }

    /// Gives back the room that was kept for more to come, and tells a row only once that was read more than once: a report
    /// of many people has all of them in memory.
    pub(super) fn tighten(&mut self) {
        self.steps.shrink_to_fit();
        self.intents.shrink_to_fit();
        self.read_backs.shrink_to_fit();
        self.film.shrink_to_fit();
        let Some(ended) = &mut self.ended else { return };
        if let Some(read) = self.read.as_ref().filter(|read| read.row == ended.before) {
            ended.before = Arc::clone(&read.row);
        }
        if let Some(read) = self.read_backs.last().filter(|read| read.row == ended.after) {
            ended.after = Arc::clone(&read.row);
        }
    }

    /// Lets go of all but what a line about them tells: what became of them, why, and how long it took.
    pub(super) fn shorten(&mut self) {
        let whole = std::mem::take(self);
        let Self { job, key, line, settled, begun, begun_last, revisions, .. } = whole;
        // As long as the job has not ended, an intent says that somebody is undecided.
        let intents = if whole.ended.is_some() { Vec::new() } else { whole.intents };
        let ended =
            whole.ended.map(|ended| Ended { before: Cells::default(), after: Cells::default(), ..ended });
        *self =
            Self { job, key, line, settled, begun, begun_last, intents, ended, revisions, ..Self::default() };
    }

    /// What became of them. A commit without an outcome is undecided, however the run went on.
    pub fn outcome(&self) -> Outcome {
        if let Some(revision) = self.revisions.last() {
            return revision.to;
        }
        match (&self.ended, &self.settled) {
            (Some(ended), _) => ended.outcome,
            (None, Some((outcome, _))) => *outcome,
            (None, None) if !self.intents.is_empty() => Outcome::UnknownAfterCommit,
            (None, None) => Outcome::NotReached,
        }
    }

    /// The family of what became of them.
    pub fn family(&self) -> Family {
        self.outcome().family()
    }

    /// Why, in words.
    pub fn why(&self) -> &str {
        if let Some(revision) = self.revisions.last() {
            return &revision.why;
        }
        match (&self.ended, &self.settled) {
            (Some(ended), _) => &ended.why,
            (None, Some((_, why))) => why,
            (None, None) if !self.intents.is_empty() => {
                "usher was about to commit, or had committed, when the journal ends"
            }
            (None, None) if self.begun.is_some() => {
                "the run ended while this person was worked on; nothing was committed"
            }
            (None, None) => "the run ended before this person's turn",
        }
    }

    /// What the page would not do.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.ended.as_ref().and_then(|ended| ended.refusal.as_deref())
    }

    /// Whether nobody knows what became of them.
    pub fn is_undecided(&self) -> bool {
        self.family() == Family::Undecided
    }

    /// Whether somebody should do something about them.
    pub fn needs_attention(&self) -> bool {
        matches!(self.family(), Family::Undecided | Family::Stopped | Family::Refused)
    }

    /// Their name, where the request or the app gives one.
    pub fn name(&self) -> Option<&str> {
        let rows = [&self.values, self.before(), self.after()];
        rows.into_iter().find_map(|row| row.get("name")).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// What the request wants for them: its columns without the key, the name and what is kept for the record only.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns(|column| column != "name" && !RECORD.contains(&column))
    }

    /// What the request says for the record: until when, which ticket, why.
    pub fn record(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns(|column| RECORD.contains(&column))
    }

    fn columns(&self, keep: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        let of_interest = move |(column, value): &(&str, &str)| {
            keep(column) && !value.is_empty() && !value.eq_ignore_ascii_case(&self.key)
        };
        self.values.iter().map(|(column, value)| (column.as_str(), value.as_str())).filter(of_interest)
    }

    /// How the app showed them before: as the run saw it, else as the plan did.
    pub fn before(&self) -> &BTreeMap<String, String> {
        match (&self.ended, &self.read) {
            (Some(ended), _) if !ended.before.is_empty() => &ended.before,
            (_, Some(read)) if !read.row.is_empty() => &read.row,
            _ => &self.found.row,
        }
    }

    /// How the app shows them now; empty when not at all, or when nobody looked.
    pub fn after(&self) -> &BTreeMap<String, String> {
        static NOTHING: BTreeMap<String, String> = BTreeMap::new();
        match (&self.ended, self.read_backs.last()) {
            (Some(ended), _) if !ended.after.is_empty() => &ended.after,
            (_, Some(read)) => &read.row,
            _ => &NOTHING,
        }
    }

    /// The script's line of a step, and the step in words.
    pub fn step_words(&self, step: u32) -> Option<(u32, String)> {
        let done = self.steps.iter().rev().find(|done| done.step == step);
        let committed = self.intents.iter().rev().find(|intent| intent.step == step);
        match (committed, done) {
            (Some(intent), _) => Some((intent.line, format!("commit {}", intent.on))),
            (None, Some(done)) => Some((done.line, format!("{} {}", done.verb, done.on))),
            (None, None) => None,
        }
    }
}
