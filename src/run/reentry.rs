//! Coming in again: what the engine does when the app asks on the way who usher is, or for a person. How that is done is
//! not the engine's; it only knows when it may.

use super::engine::{Engine, watch_out};
use super::record::Record;
use super::refuse::Halt;
use super::target::Locator;
use crate::browser::{Browser, Cover, Picture, Waited};
use crate::journal::{Fact, Refusal, RefusalKind};
use crate::plan::View;
use crate::words::Outcome;
use std::pin::Pin;
use std::time::Duration;

/// How usher came through.
#[derive(Clone, Debug)]
pub struct Passed {
    /// In words, for the record.
    pub how: String,
    /// How long it took.
    pub waited: Duration,
    /// What the app wanted of a person meanwhile.
    pub held: Vec<Held>,
}

/// The app wanted a person before it went on, and one helped.
#[derive(Clone, Debug)]
pub struct Held {
    /// What it wanted.
    pub outcome: Outcome,
    /// In its words.
    pub why: String,
    /// How it looked.
    pub picture: Option<Picture>,
    /// How usher came through, in words.
    pub how: String,
    /// How long that took.
    pub waited: Duration,
}

impl Held {
    /// Keeps it, picture first.
    pub fn record(self, record: &mut Record<'_>, job: Option<u32>) -> anyhow::Result<()> {
        if let Some(picture) = &self.picture {
            record.picture(job.unwrap_or(0), 0, "held up", picture)?;
        }
        record.fact(Fact::HeldUp { job, outcome: self.outcome, why: self.why })?;
        record.fact(Fact::LetThrough { job, how: self.how, waited_ms: milliseconds(self.waited) })
    }
}

impl From<Waited> for Held {
    fn from(waited: Waited) -> Self {
        let Waited { outcome, why, waited } = waited;
        Self {
            outcome,
            why,
            picture: None,
            how: "the page was opened once more, and served".to_owned(),
            waited,
        }
    }
}

/// How the page looks that usher is held up at. One that cannot be pictured, or not be covered, is no reason to stop.
pub async fn picture_of_hold(view: &View, browser: &mut impl Browser) -> Option<Picture> {
    let (pages, door) = (Locator::new(view), Locator::signing_in(view));
    let lists = pages.lists().ok()?;
    let secret = door.secrets().into_iter().chain(pages.secrets()).collect();
    browser.picture(&Cover { lists: lists.iter().collect(), secret, ..Cover::default() }).await.ok()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Lets usher in again.
pub trait Reentry<B: Browser> {
    /// Whether this is about who usher is, and not about the person at hand.
    fn passes(&self, outcome: Outcome, refusal: &Refusal) -> bool;
    /// Comes in again; the page that is open afterwards is any page of the app.
    fn pass<'a>(
        &'a self,
        browser: &'a mut B,
        outcome: Outcome,
        refusal: &'a Refusal,
    ) -> Pin<Box<dyn Future<Output = Result<Passed, Halt>> + 'a>>;
}

/// How often usher comes in again for one person before it stops.
const MOST: u8 = 3;

/// How often it has come in again for one person.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reentries {
    times: u8,
    /// It said once more who it is among them.
    stepped_up: bool,
}

impl<B: Browser> Engine<'_, '_, '_, B> {
    /// Does something that only reads; where the app asks meanwhile who usher is, comes in again and does it once more.
    pub(super) async fn let_through<T>(
        &mut self,
        job: Option<u32>,
        read: impl AsyncFn(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        loop {
            let done = read(self).await;
            self.note_waits(job)?;
            match done {
                Err(Halt::Refused(outcome, refusal)) => self.come_in_again(job, outcome, refusal).await?,
                other => return other,
            }
        }
    }

    /// Puts on the record what a server was waited for.
    pub(super) fn note_waits(&mut self, job: Option<u32>) -> anyhow::Result<()> {
        for waited in self.browser.waited() {
            self.ledger.with_record(|record| Held::from(waited).record(record, job))?;
        }
        Ok(())
    }

    /// Comes in again, with a picture of what was asked; or gives the refusal back, where that is not what it is about.
    pub(super) async fn come_in_again(
        &mut self,
        job: Option<u32>,
        outcome: Outcome,
        refusal: Box<Refusal>,
    ) -> Result<(), Halt> {
        // What the app asks after an act may be part of that very act: then it is not answered, and a person decides.
        let steps_up = refusal.kind == RefusalKind::StepUp;
        // And what is asked again right after it was answered was not taken.
        let is_closed = steps_up && (self.acting || self.reentries.stepped_up);
        let reentry = self.reentry.filter(|reentry| reentry.passes(outcome, &refusal));
        let Some(reentry) = reentry.filter(|_| !is_closed && self.reentries.times < MOST) else {
            return Err(Halt::Refused(outcome, refusal));
        };
        self.reentries.times += 1;
        self.reentries.stepped_up |= steps_up;
        if let Some(picture) = picture_of_hold(self.view, self.browser).await {
            self.ledger.picture(job.unwrap_or(0), 0, "held up", &picture)?;
        }
        let why = refusal.in_its_words().to_owned();
        self.ledger.fact(Fact::HeldUp { job, outcome, why })?;
        let passed = reentry.pass(self.browser, outcome, &refusal).await;
        watch_out(self.view, self.browser)?;
        let Passed { how, waited, held } = passed?;
        for held in held {
            self.ledger.with_record(|record| held.record(record, job))?;
        }
        self.ledger.fact(Fact::LetThrough { job, how, waited_ms: milliseconds(waited) })?;
        // Somebody asked to stop meanwhile; what became of an act is still read.
        if self.ledger.stop.asked() && !self.acting { Err(Halt::Refused(outcome, refusal)) } else { Ok(()) }
    }
}
