//! A run's folder held against itself: every digest re-computed, every signature, and the report drawn again.
//!
//! From the folder alone, without a network, a browser or settings. Whatever lies in it, the answer is a verdict and
//! never a panic: who hands over a folder may have written anything into it.

mod record;
mod signed;

pub use signed::Heads;

use crate::digest::Digest;
use crate::evidence::Store;
use crate::journal::Seal;
use crate::signature::Signers;
use std::path::Path;

/// What was found in a run's folder.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What does not hold.
    pub wrong: Vec<String>,
    /// How many entries the journal has, up to the first that does not hold.
    pub entries: usize,
    /// How many exhibits they name.
    pub exhibits: usize,
    /// The seal of the last of them.
    pub head: Option<Seal>,
    /// Every signature that fits.
    pub signatures: Vec<Signed>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which part of the run it belongs to.
    pub part: Part,
    /// How it stands.
    pub mark: Mark,
    /// What it is, or what is wrong with it.
    pub what: String,
}

/// The parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The chain of entries.
    Journal,
    /// The plan and what it was made from.
    Plan,
    /// Pictures and rosters.
    Exhibits,
    /// Who signed.
    Signature,
    /// What is drawn from the rest.
    Report,
}

impl Part {
    /// Its name, as a heading.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Plan => "plan",
            Self::Exhibits => "exhibits",
            Self::Signature => "signature",
            Self::Report => "report",
        }
    }
}

/// How a thing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It holds; its digest.
    Good(Digest),
    /// It holds and has no digest of its own.
    Fits,
    /// It does not hold.
    Wrong,
    /// Something to know.
    Note,
}

/// A signature that fits the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The fingerprint of the key.
    pub key: String,
    /// What its owner calls the key, by the journal; or whose it is, by the allowed signers.
    pub by: String,
    /// How many entries it covers.
    pub entries: usize,
}

impl Verdict {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.wrong.is_empty()
    }

    /// The signature that covers the most, of several the last.
    pub fn signed(&self) -> Option<&Signed> {
        self.signatures.iter().max_by_key(|signed| signed.entries)
    }
}

/// What is found while a folder is looked at: told line by line, as many as there are, and kept only where it is wrong.
struct Working<'a> {
    verdict: Verdict,
    /// Whether something that the report is drawn from does not hold.
    is_wrong: bool,
    tell: &'a mut dyn FnMut(&Line),
}

impl Working<'_> {
    fn line(&mut self, part: Part, mark: Mark, what: impl Into<String>) {
        let line = Line { part, mark, what: what.into() };
        (self.tell)(&line);
        if line.mark == Mark::Wrong {
            self.is_wrong |= part != Part::Signature;
            self.verdict.wrong.push(line.what);
        }
    }
}

/// Verifies a run's folder; with allowed signers a signature by one of them is asked for, and none by anybody else.
/// Everything that is looked at is told in order.
pub fn verify(folder: &Path, signers: Option<&Signers>, tell: &mut dyn FnMut(&Line)) -> Verdict {
    let kept = Store::new(folder);
    let working = &mut Working { verdict: Verdict::default(), is_wrong: false, tell };
    // It is looked at behind the journal, which names it; only told by it is the journal from the start.
    let mut read = record::read_plan(&kept);
    let story = read.as_mut().ok().and_then(|(_, story)| story.as_mut().ok());
    let journal = record::chain(&kept, story, working);
    record::plan(&read, &journal, working);
    let sizes = record::exhibits(&kept, &journal, working);
    let vouched = journal.heads.told(signers, working);
    signed::missing(journal.due.promised.as_ref(), signers.is_some(), working);
    let story = read.ok().and_then(|(_, story)| story.ok());
    record::drawn(&kept, story.as_ref(), &sizes, &vouched, working);
    std::mem::take(&mut working.verdict)
}
