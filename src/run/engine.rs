//! The engine: a plan's jobs in order, with the ramp, the wrong-person check, and the final roster.

use super::commit::{Verdict, judge};
use super::job::Became;
use super::ledger::{Ledger, Stop, Turn};
use super::reading::{Reader, standing};
use super::record::{About, Record};
use super::reentry::{Reentries, Reentry};
use super::refuse::Halt;
use super::target::Locator;
use crate::browser::Browser;
use crate::evidence::{ExhibitKind, Masked};
use crate::journal::{Fact, Refusal};
use crate::plan::{Job, Plan, Todo, View, words as completeness_words};
use crate::roster::Roster;
use crate::words::{Action, Family, Outcome, State};
use futures_util::future::join_all;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Makes the first passwords that apps demand for new people, and hands them to whoever is to have them.
pub trait Passwords {
    /// A new one.
    fn fresh(&self) -> crate::secret::Secret;
    /// The person is in, with this password.
    fn hand_over(&self, person: &str, password: &crate::secret::Secret) -> anyhow::Result<()>;
}

/// What is watched for on the app's pages from now on.
pub fn watch_out(view: &View, browser: &mut impl Browser) -> anyhow::Result<()> {
    let locator = Locator::new(view);
    browser.watch(locator.says()?);
    browser.expect(locator.interrupts()?);
    browser.gates(locator.gates()?);
    browser.keep_secret(locator.secrets());
    Ok(())
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// Every job has an outcome.
    Whole,
    /// It stopped before that, and can be resumed.
    Stopped {
        /// Why, in words.
        why: String,
        /// What it was, when the app or a person's job said so.
        outcome: Option<Outcome>,
    },
}

/// One browser's part in a run. What several of them share is in the [`Ledger`].
pub struct Engine<'e, 'p, 'r, B: Browser> {
    pub(super) plan: &'e Plan,
    pub(super) view: &'e View,
    pub(super) browser: &'e mut B,
    pub(super) ledger: &'e Ledger<'p, 'r>,
    /// The last whole roster that this browser read, until something is done that could change it.
    pub(super) last_roster: Option<Rc<Roster>>,
    /// The last roster was read in this session, and the page that is open shows it.
    pub(super) roster_is_fresh: bool,
    /// How many acts there had been when it was read; none when one was under way.
    pub(super) read_at: Option<u64>,
    /// People whom an exact search of this sitting has found.
    pub(super) found_by_search: BTreeSet<String>,
    /// Reading everybody takes one page for each of them, or one step for each windowful.
    pub(super) is_dear: bool,
    /// An act was asked for whose outcome is not sealed yet.
    pub(super) acting: bool,
    /// How usher comes in again.
    pub(super) reentry: Option<&'e dyn Reentry<B>>,
    /// How often it came in again since the last person was done with.
    pub(super) reentries: Reentries,
    /// Where first passwords come from.
    pub(super) passwords: Option<&'e dyn Passwords>,
}

impl<'e, 'p, 'r, B: Browser> Engine<'e, 'p, 'r, B> {
    /// Ready to work on a run in this browser.
    pub fn new(ledger: &'e Ledger<'p, 'r>, browser: &'e mut B) -> Self {
        let (plan, view) = (ledger.plan, ledger.view);
        Self {
            plan,
            view,
            browser,
            ledger,
            last_roster: Some(Rc::clone(&ledger.before)),
            roster_is_fresh: false,
            read_at: None,
            found_by_search: BTreeSet::new(),
            is_dear: view.book.lists.iter().any(|(_, list)| list.detail.is_some() || list.scroll.is_some()),
            acting: false,
            reentry: None,
            reentries: Reentries::default(),
            passwords: None,
        }
    }

    /// First passwords come from here; without it, a script that needs one stops.
    #[must_use]
    pub fn with_passwords(mut self, passwords: &'e dyn Passwords) -> Self {
        self.passwords = Some(passwords);
        self
    }

    /// usher comes in again this way; without it, an app that ends the session ends the run.
    #[must_use]
    pub fn with_reentry(mut self, reentry: &'e dyn Reentry<B>) -> Self {
        self.reentry = Some(reentry);
        self
    }

    /// Keeps a roster as an exhibit and says so.
    pub fn keep_roster(
        record: &mut Record<'_>,
        when: &str,
        roster: &Roster,
        url: &str,
    ) -> anyhow::Result<()> {
        let bytes = serde_json::to_vec_pretty(roster)?;
        let about = About {
            kind: ExhibitKind::Roster,
            label: &format!("roster {when}"),
            url,
            title: "",
            masked: Masked::default(),
        };
        let exhibit = record.keep(&format!("roster-{when}.json"), &bytes, &about)?;
        record.fact(Fact::RosterRead {
            when: when.to_owned(),
            people: u32::try_from(roster.people.len()).unwrap_or(u32::MAX),
            completeness: completeness_words(&roster.completeness),
            whole: roster.is_proven(),
            exhibit,
        })
    }

    /// Runs what is left of the plan in this browser alone.
    pub async fn run(&mut self) -> anyhow::Result<Ended> {
        Self::run_beside(std::slice::from_mut(self)).await
    }

    /// Runs what is left of a plan in these browsers, side by side. An error means that usher itself could not go on; the
    /// journal says how far it came.
    pub async fn run_beside(engines: &mut [Self]) -> anyhow::Result<Ended> {
        if let Some(first) = engines.first() {
            first.ledger.removes_no_more(first.beyond_the_cap());
        }
        let works = join_all(engines.iter_mut().map(Self::work)).await;
        works.into_iter().collect::<anyhow::Result<()>>()?;
        let [first, ..] = engines else { anyhow::bail!("a run needs a browser") };
        match first.ledger.stopped() {
            Some(stop) => first.stopped(stop).await,
            None => first.finish().await,
        }
    }

    /// Takes turn after turn, until none is given any more.
    async fn work(&mut self) -> anyhow::Result<()> {
        let ledger = self.ledger;
        loop {
            let worked = match ledger.turn() {
                Turn::Over => return Ok(()),
                Turn::Wait => {
                    ledger.moved().await;
                    continue;
                }
                Turn::Compare => {
                    let compared = self.nobody_else().await;
                    ledger.compared();
                    compared
                }
                Turn::Job(job) => {
                    let done = self.one(job).await;
                    ledger.done();
                    done
                }
            };
            if let Err(error) = worked {
                // The others finish the person at hand, and then it ends.
                ledger.end_with(Stop::because(format!("usher could not go on: {error:#}")));
                return Err(error);
            }
        }
    }

    /// One job of the plan, whatever is to be done about it.
    async fn one(&mut self, job: &Job) -> anyhow::Result<()> {
        if let (Todo::Run { .. }, Some(run)) = (&job.todo, self.ledger.blocked.get(&job.key)) {
            let why =
                format!("run {run} left this person undecided; decide it first with `usher unresolved`");
            return self.settled(job, Outcome::UnknownAfterCommit, &why);
        }
        if let Todo::Settled { outcome, why } = &job.todo {
            if outcome.family() == Family::Already && job.found.state != State::Absent {
                self.picture_of_settled(job).await?;
            }
            return self.settled(job, *outcome, why);
        }
        if let Some(why) = self.ledger.beyond() {
            return match self.as_before(job) {
                Todo::Settled { outcome, why } if outcome.family() != Family::Stopped => {
                    self.settled(job, outcome, &why)
                }
                _ => self.settled(job, Outcome::CapReached, &why),
            };
        }
        let became = self.job(job).await?;
        let acted = became.acted;
        self.ended(job, became)?;
        // Where reading a person means reading everybody, comparing them costs nothing, so it is done each time.
        if acted && self.ledger.stopped().is_none() && self.fresh_roster().is_some() {
            self.nobody_else().await?;
        }
        Ok(())
    }

    /// What is to be done with a person, as the roster at the beginning of this sitting shows them.
    fn as_before(&self, job: &Job) -> Todo {
        self.decide_again(job, &standing(&self.ledger.before, &job.key))
    }

    /// Why nobody is removed any more: with those this run asked for in earlier sittings, whoever is left is more than it
    /// may remove by now. As with a plan, what is too much is refused whole.
    fn beyond_the_cap(&self) -> Option<String> {
        if self.plan.action != Action::Remove {
            return None;
        }
        let is_left = |job: &&Job| {
            let is_open =
                self.ledger.outcome(job.id).is_none() && !self.ledger.blocked.contains_key(&job.key);
            let settled =
                |todo| matches!(todo, Todo::Settled { outcome, .. } if outcome.family() != Family::Stopped);
            is_open && matches!(job.todo, Todo::Run { .. }) && !settled(self.as_before(job))
        };
        let left: BTreeSet<u32> = self.plan.jobs.iter().filter(is_left).map(|job| job.id).collect();
        let all = self.ledger.removals_with(&left);
        let cap = self.ledger.cap;
        (all > usize::try_from(cap).unwrap_or(usize::MAX)).then(|| {
            format!(
                "with those this run was asked for before, {all} removals are more than the {cap} one run may do by now; make a request of whoever is left"
            )
        })
    }

    fn settled(&mut self, job: &Job, outcome: Outcome, why: &str) -> anyhow::Result<()> {
        self.ledger.became(job.id, outcome);
        self.ledger.fact(Fact::JobEnded {
            job: job.id,
            person: job.key.clone(),
            outcome,
            why: why.to_owned(),
            refusal: None,
            before: job.found.row.clone(),
            after: job.found.row.clone(),
        })
    }

    /// Seals what became of a job, and stops the run when it must.
    fn ended(&mut self, job: &Job, became: Became) -> anyhow::Result<()> {
        let Became { outcome, why, refusal, before, after, acted } = became;
        if acted {
            self.ledger.acted();
        }
        // Whoever is not proven to be as before may be no admin any more, whatever else became of them.
        let is_as_before = (before.state, &before.row) == (after.state, &after.row);
        if !acted || outcome.family() == Family::Refused && is_as_before {
            self.ledger.give_back(&job.key);
        }
        let told = format!("{}: {why}", job.key);
        // A page nobody understands says nothing about the person: they keep their turn for when the run is resumed.
        let keeps_their_turn = outcome.family() == Family::Stopped && !acted;
        if keeps_their_turn {
            self.ledger.end_with(Stop { outcome: Some(outcome), refusal, ..Stop::because(told) });
            return Ok(());
        }
        self.ledger.became(job.id, outcome);
        self.ledger.fact(Fact::JobEnded {
            job: job.id,
            person: job.key.clone(),
            outcome,
            why,
            refusal: refusal.clone(),
            before: before.row,
            after: after.row,
        })?;
        self.acting = false;
        self.reentries = Reentries::default();
        // A role that came of an act is wrong for the next person, too; one that somebody else has given meanwhile is not.
        if outcome.stops_the_run() && (acted || outcome != Outcome::RoleMismatch) {
            let (outcome, last_look) = (Some(outcome), true);
            self.ledger.end_with(Stop { outcome, refusal, last_look, ..Stop::because(told) });
        }
        Ok(())
    }

    /// The last roster, when nothing was done since that could have changed it, in whichever browser.
    pub(super) fn fresh_roster(&self) -> Option<&Roster> {
        let is_fresh = self.roster_is_fresh && self.read_at.is_some() && self.read_at == self.ledger.acts();
        self.last_roster.as_deref().filter(|_| is_fresh)
    }

    fn take_fresh_roster(&mut self) -> Option<Rc<Roster>> {
        if self.fresh_roster().is_some() { self.last_roster.take() } else { None }
    }

    /// The wrong-person check: nobody may have come, gone or changed but the people of this plan.
    async fn nobody_else(&mut self) -> anyhow::Result<()> {
        let now = match self.take_fresh_roster() {
            Some(roster) => roster,
            None => match self.whole_roster().await? {
                Ok(roster) => roster,
                Err((outcome, refusal)) => {
                    let why = refusal.message.clone();
                    let (outcome, refusal) = (Some(outcome), Some(*refusal));
                    self.ledger.end_with(Stop { outcome, refusal, ..Stop::because(why) });
                    return Ok(());
                }
            },
        };
        if let Some(why) = self.strangers(&now) {
            let outcome = Some(Outcome::PageDisagrees);
            self.ledger.end_with(Stop { outcome, ..Stop::because(why) });
        }
        self.read_anew(now);
        Ok(())
    }

    /// What changed of people this run has done nothing about: anybody may come, go or change while it runs, but then a
    /// person must look before usher goes on.
    fn strangers(&self, now: &Roster) -> Option<String> {
        if !now.is_proven() {
            return Some(
                "the list of people could not be read whole, so nobody can say that nobody else changed"
                    .to_owned(),
            );
        }
        let keys: BTreeSet<&str> =
            self.ledger.before.people.iter().chain(&now.people).map(|p| p.key.as_str()).collect();
        let mut found = Vec::new();
        for key in keys.into_iter().filter(|key| !self.ledger.was_touched(key)) {
            let (was, is) = (standing(&self.ledger.before, key), standing(now, key));
            let role = |standing: &super::Standing| standing.row.get("role").cloned().unwrap_or_default();
            match (was.state, is.state) {
                (State::Absent, _) => found.push(format!("{key} came")),
                (_, State::Absent) => found.push(format!("{key} went")),
                // Somebody accepting an invitation is what invitations are for.
                (State::Pending, State::Active) if role(&was) == role(&is) => {}
                (before, after) if before != after => {
                    found.push(format!("{key} was {before} and is {after}"));
                }
                _ if role(&was) != role(&is) => {
                    found.push(format!("{key} was {} and is {}", role(&was), role(&is)));
                }
                _ => {}
            }
        }
        if found.is_empty() {
            return None;
        }
        found.truncate(5);
        Some(format!("people this run has done nothing about changed meanwhile: {}", found.join("; ")))
    }

    pub(super) async fn whole_roster(
        &mut self,
    ) -> anyhow::Result<Result<Rc<Roster>, (Outcome, Box<Refusal>)>> {
        self.read_at = self.ledger.acts();
        let read = self
            .let_through(None, async |engine: &mut Self| {
                let reader = Reader::new(engine.view, &engine.plan.url);
                let read = reader.roster(engine.browser, true).await;
                read.map_err(|trouble| Halt::of(trouble, &Locator::new(engine.view), None))
            })
            .await;
        match read {
            Ok(roster) => Ok(Ok(Rc::new(roster))),
            Err(Halt::Refused(outcome, refusal)) => Ok(Err((outcome, refusal))),
            Err(Halt::Broken(error)) => Err(error),
        }
    }

    /// Takes up a roster that was just read.
    pub(super) fn read_anew(&mut self, roster: Rc<Roster>) {
        self.ledger.read_anew(&roster);
        self.roster_is_fresh = true;
        self.last_roster = Some(roster);
    }

    /// Reads the final roster, re-decides everybody by it, and says what else changed or why it could not be read.
    async fn last_look(&mut self) -> anyhow::Result<Option<(Outcome, String)>> {
        let roster = match self.take_fresh_roster() {
            Some(roster) => roster,
            None => match self.whole_roster().await? {
                Ok(roster) => roster,
                Err((outcome, refusal)) => {
                    return Ok(Some((
                        outcome,
                        format!("the final roster could not be read: {}", refusal.message),
                    )));
                }
            },
        };
        self.ledger.with_record(|record| Self::keep_roster(record, "after", &roster, &self.plan.url))?;
        for job in &self.plan.jobs {
            let Some(outcome) = self.ledger.outcome(job.id) else { continue };
            if let Some((to, why)) = self.revised(job, outcome, &roster) {
                self.ledger.became(job.id, to);
                self.ledger.fact(Fact::OutcomeRevised {
                    job: job.id,
                    person: job.key.clone(),
                    from: outcome,
                    to,
                    why,
                })?;
            }
        }
        let strangers = if self.ledger.nobody_was_touched() { None } else { self.strangers(&roster) };
        self.last_roster = Some(roster);
        Ok(strangers.map(|why| (Outcome::PageDisagrees, why)))
    }

    fn revised(&self, job: &Job, outcome: Outcome, roster: &Roster) -> Option<(Outcome, String)> {
        let Todo::Run { script } = &job.todo else { return None };
        let decided =
            matches!(outcome.family(), Family::Done | Family::Undecided) && self.ledger.was_touched(&job.key);
        let read_back = self
            .view
            .script_named(script)?
            .script
            .read_back
            .as_ref()
            .filter(|rb| decided && !rb.unverifiable)?;
        let now = standing(roster, &job.key);
        let values = self.values(job);
        match (judge(self.view, self.plan.action, read_back, &values, &now), outcome.family()) {
            (Verdict::Holds(shown), Family::Undecided) => {
                Some((shown, "the final roster shows it".to_owned()))
            }
            // An accepted invitation is no contradiction: pending became active while the run went on.
            (Verdict::Holds(_) | Verdict::Unsure(_), _) | (_, Family::Undecided) => None,
            (Verdict::Differs(what), _) => {
                Some((Outcome::RoleMismatch, format!("the final roster tells otherwise: {what}")))
            }
            (Verdict::Not, _) => {
                let shown = if now.state == State::Absent {
                    "does not show the person"
                } else {
                    "still shows the person"
                };
                Some((Outcome::UnknownAfterCommit, format!("it was read back, but the final roster {shown}")))
            }
        }
    }

    async fn finish(&mut self) -> anyhow::Result<Ended> {
        if let Some((outcome, why)) = self.last_look().await? {
            return self.stopped(Stop { outcome: Some(outcome), ..Stop::because(why) }).await;
        }
        self.ledger.fact(Fact::RunEnded { outcomes: self.ledger.outcomes() })?;
        Ok(Ended::Whole)
    }

    async fn stopped(&mut self, stop: Stop) -> anyhow::Result<Ended> {
        let Stop { mut why, outcome, refusal, last_look } = stop;
        if last_look && let Some((_, more)) = self.last_look().await? {
            why = format!("{why}; {more}");
        }
        self.ledger.fact(Fact::RunStopped { why: why.clone(), outcome, refusal })?;
        Ok(Ended::Stopped { why, outcome })
    }

    /// Settles the jobs an earlier sitting left in doubt. Must come before [`Engine::run`]; the old browser is known dead.
    pub async fn settle_doubts(&mut self, doubts: &[super::Doubt]) -> anyhow::Result<()> {
        for doubt in doubts {
            if self.ledger.stopped().is_some() {
                break;
            }
            let Some(job) = self.plan.jobs.iter().find(|job| job.id == doubt.job) else { continue };
            // What the app asks now may belong to the act that is in doubt.
            self.acting = true;
            let settled = self.in_doubt(job, doubt).await;
            self.acting = false;
            if let Some(became) = settled? {
                self.picture_of(job, &became.after, doubt.step, "after").await?;
                self.ended(job, became)?;
            }
        }
        Ok(())
    }

    /// An intent without an outcome: done, or proven not done (then it is the person's turn again), or undecided.
    async fn in_doubt(&mut self, job: &Job, doubt: &super::Doubt) -> anyhow::Result<Option<Became>> {
        tokio::time::sleep(self.view.app.settle.value.0).await;
        let values = self.values(job);
        let before = super::Standing {
            state: doubt.before_state,
            row: doubt.before.clone(),
            whole: true,
            several: false,
        };
        let Todo::Run { script } = &job.todo else { return Ok(None) };
        let Some(read_back) = self.view.script_named(script).and_then(|file| file.script.read_back.clone())
        else {
            return Ok(None);
        };
        let became = |outcome, why: String, after: super::Standing| Became {
            outcome,
            why,
            refusal: None,
            before: before.clone(),
            after,
            acted: true,
        };
        if read_back.unverifiable {
            let why =
                "the run was interrupted at the act, and the app shows nothing that could tell".to_owned();
            return Ok(Some(became(Outcome::UnknownAfterCommit, why, super::Standing::default())));
        }
        let mut prior = true;
        let mut now = super::Standing::default();
        for _ in 0..2 {
            self.last_roster = None;
            let read = self.poll(&values, &read_back, true).await;
            let (verdict, standing, tries) = match read {
                Ok(read) => read,
                Err(Halt::Broken(error)) => return Err(error),
                Err(Halt::Refused(outcome, refusal)) => {
                    tracing::warn!(%outcome, message = refusal.message, "an interrupted job could not be read back");
                    let why = format!(
                        "the run was interrupted at the act, and reading back failed: {}",
                        refusal.message
                    );
                    return Ok(Some(became(Outcome::UnknownAfterCommit, why, now)));
                }
            };
            self.ledger.fact(Fact::PersonReadBack {
                job: job.id,
                state: standing.state,
                row: standing.row.clone(),
                whole: standing.whole,
                tries,
            })?;
            if let Verdict::Holds(outcome) = verdict {
                let why =
                    "the run was interrupted at the act; a fresh load shows that it took effect".to_owned();
                return Ok(Some(became(outcome, why, standing)));
            }
            let same = standing.state == before.state && standing.row == before.row;
            prior = prior && same && standing.whole && !standing.several;
            now = standing;
        }
        if prior && self.view.app.pending.value == crate::script::Shown::Shown {
            // In an app that would show the change. That it is this person's turn again must be on the record.
            let why = "the run was interrupted at the act; two complete fresh readings show the person as before, so it never took effect";
            let (job, person, why) = (job.id, job.key.clone(), why.to_owned());
            self.ledger.fact(Fact::DoubtCleared { job, person, why })?;
            return Ok(None);
        }
        let why = "the run was interrupted at the act, and nothing proves what became of it".to_owned();
        Ok(Some(became(Outcome::UnknownAfterCommit, why, now)))
    }
}
