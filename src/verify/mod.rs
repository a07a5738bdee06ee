//! A run's folder held against itself: every digest re-computed, every signature, and the report drawn again.
//!
//! From the folder alone, without a network, a browser or settings. Whatever lies in it, the answer is a verdict and
//! never a panic: who hands over a folder may have written anything into it.

mod record;
mod signed;

use crate::digest::Digest;
use crate::evidence::Store;
use crate::journal::Seal;
use crate::signature::Signers;
use std::path::Path;

/// What was found in a run's folder.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Everything that was looked at, in order.
    pub lines: Vec<Line>,
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
    /// What does not hold.
    pub fn wrong(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|line| line.mark == Mark::Wrong).map(|line| line.what.as_str())
    }

    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.wrong().next().is_none()
    }

    /// The signature that covers the most, of several the last.
    pub fn signed(&self) -> Option<&Signed> {
        self.signatures.iter().max_by_key(|signed| signed.entries)
    }

    fn line(&mut self, part: Part, mark: Mark, what: impl Into<String>) {
        self.lines.push(Line { part, mark, what: what.into() });
    }
}

/// Why the journal is not one that was signed, when it is not. Whoever goes on with a run asks for this: behind a cut
/// there may be an act that must not be done again.
pub fn cut_off(folder: &Path) -> Option<String> {
    let store = Store::new(folder);
    let journal = record::chain(&store, &mut Verdict::default());
    let mut verdict = Verdict::default();
    signed::heads(&store, &journal, None, &mut verdict);
    verdict.wrong().next().map(str::to_owned)
}

/// Verifies a run's folder; with allowed signers a signature by one of them is asked for, and none by anybody else.
pub fn verify(folder: &Path, signers: Option<&Signers>) -> Verdict {
    let store = Store::new(folder);
    let mut verdict = Verdict::default();
    let journal = record::chain(&store, &mut verdict);
    let plan = record::plan(&store, &journal, &mut verdict);
    record::exhibits(&store, &journal, &mut verdict);
    let vouched = signed::heads(&store, &journal, signers, &mut verdict);
    signed::missing(&journal, signers.is_some(), &mut verdict);
    record::drawn(&store, &journal, plan.as_ref(), &vouched, &mut verdict);
    verdict
}
