//! The fold itself: one entry taken into the story.

use super::{
    Begun, Ended, Frame, HeldUp, Intent, Looked, Person, Resumed, Returned, Revision, RosterKept, Session,
    SignedIn, Signer, Step, Stopped, Story, Unclear,
};
use crate::journal::{Entry, Fact};
use crate::words::Outcome;

impl Story {
    /// Takes one more entry. Nothing can go wrong here: whatever a journal says is told as it stands.
    pub fn take(&mut self, entry: &Entry) {
        let at = entry.at.clone();
        self.run.head = Some(entry.seal.clone());
        self.run.entries = entry.seq;
        self.run.last = Some(at.clone());
        if matches!(entry.fact, Fact::RunBegun { .. } | Fact::RunResumed { .. }) {
            self.run.stretches.push((at.clone(), at.clone()));
        }
        // A person's later decisions are not work of the run.
        if !matches!(entry.fact, Fact::Decided { .. })
            && let Some(stretch) = self.run.stretches.last_mut()
        {
            stretch.1.clone_from(&at);
        }
        self.take_run(&at, &entry.fact);
        self.take_person(&at, entry.seq, &entry.fact);
        if let Fact::JobEnded { job, person, .. } = &entry.fact {
            let is_brief = self.is_brief;
            let who = self.who(*job, person);
            if is_brief { who.shorten() } else { who.tighten() }
        }
    }

    fn take_run(&mut self, at: &str, fact: &Fact) {
        let at = at.to_owned();
        let run = &mut self.run;
        match fact.clone() {
            Fact::RunBegun { usher, run: id, plan, operator, previous, .. } => {
                run.begun = Some(Begun { at, usher, run: id, plan, operator, previous });
            }
            Fact::RunResumed { usher, operator, mended, in_doubt, protected, cap } => {
                run.is_stopped = false;
                run.ended = None;
                run.signer = None;
                run.resumed.push(Resumed { at, usher, operator, mended, in_doubt, protected, cap });
            }
            // A decision is signed by whoever decides, if by anybody; the fact that names the key follows it.
            Fact::Decided { .. } => run.signer = None,
            Fact::SignerNamed { key, comment } => run.signer = Some(Signer { key, comment }),
            Fact::SessionBegun { browser, driver, platform, viewport, sandbox, input, pictures, .. } => {
                let session = Session { at, browser, driver, platform, viewport, sandbox, input, pictures };
                run.sessions.push(session);
            }
            Fact::SignedIn { account, tenant, generation, book, how } => {
                run.signed_in.push(SignedIn { at, account, tenant, generation, book, how });
            }
            Fact::HeldUp { outcome, why, .. } => {
                run.held_up.push(HeldUp { at, outcome, why, through: None });
            }
            Fact::LetThrough { how, waited_ms, .. } => {
                // Where signing in again needed a person, one hold is within another.
                let open = run.held_up.iter_mut().rev().find(|held| held.through.is_none());
                if let Some(held) = open {
                    held.through = Some((how, waited_ms));
                }
            }
            Fact::RosterRead { when, people, completeness, whole, exhibit } => {
                run.rosters.push(RosterKept { at, when, people, completeness, whole, exhibit });
            }
            Fact::RunStopped { why, outcome, refusal } => {
                run.is_stopped = true;
                run.stops.push(Stopped { at, why, outcome, refusal });
            }
            Fact::RunEnded { .. } => run.ended = Some(at),
            _ => {}
        }
    }

    fn take_person(&mut self, at: &str, seq: u64, fact: &Fact) {
        let session = self.run.sessions.len().checked_sub(1);
        let at = at.to_owned();
        match fact.clone() {
            Fact::JobBegun { job, person } => {
                let who = self.who(job, &person);
                who.begun.get_or_insert_with(|| at.clone());
                who.begun_last = Some(at);
            }
            Fact::RunResumed { .. } => {
                // The hours between a crash and its resume are nobody's work.
                let open = |person: &&mut Person| person.begun.is_some() && person.ended.is_none();
                for person in self.people.iter_mut().filter(open) {
                    person.begun_last = Some(at.clone());
                    person.resumed.push(at.clone());
                }
            }
            Fact::PersonRead { job, state, row } => {
                self.who(job, "").read = Some(Looked { at, state, row: row.into(), whole: true, tries: 1 });
            }
            Fact::StepDone { job, step, verb, on, line, .. } => {
                self.who(job, "").steps.push(Step { step, verb, on, line });
            }
            // Number 0 is no job: what is kept for the run as a whole.
            Fact::ProofKept { job: 0, step, exhibit } => {
                self.run.film.push(Frame { at, seq, step, exhibit, session, by: None });
            }
            Fact::ProofKept { job, step, exhibit } => {
                self.who(job, "").film.push(Frame { at, seq, step, exhibit, session, by: None });
            }
            Fact::CommitIntended { job, step, person, on, by, line, bound } => {
                let intent = Intent { at, step, on, by, line, bound, returned: None, unclear: None };
                self.who(job, &person).intents.push(intent);
            }
            Fact::CommitReturned { job, step, answer, passed, blocked, sent_again, said } => {
                if let Some(intent) = self.intent(job, step) {
                    intent.returned = Some(Returned { at, answer, passed, blocked, sent_again, said });
                }
            }
            Fact::CommitUnclear { job, step, why } => {
                if let Some(intent) = self.intent(job, step) {
                    intent.unclear = Some(Unclear { at, why });
                }
            }
            Fact::DoubtCleared { job, person, why } => {
                if let Some(intent) = self.who(job, &person).intents.last_mut() {
                    intent.unclear = Some(Unclear { at, why });
                }
            }
            Fact::PersonReadBack { job, state, row, whole, tries } => {
                self.who(job, "").read_backs.push(Looked { at, state, row: row.into(), whole, tries });
            }
            Fact::JobEnded { job, person, outcome, why, refusal, before, after } => {
                let (before, after) = (before.into(), after.into());
                let refusal = refusal.map(Box::new);
                self.who(job, &person).end(Ended { at, outcome, why, refusal, before, after });
            }
            Fact::OutcomeRevised { job, person, from, to, why } => {
                self.who(job, &person).revisions.push(Revision { at, from, to, why, by: None });
            }
            Fact::Decided { job, person, outcome, note, operator, exhibit } => {
                let who = self.who(job, &person);
                let from = who.outcome();
                let by = Some(operator);
                who.film.extend(exhibit.map(|exhibit| Frame {
                    at: at.clone(),
                    seq,
                    step: 0,
                    exhibit,
                    session: None,
                    by: by.clone(),
                }));
                who.revisions.push(Revision { at, from, to: outcome, why: note, by });
            }
            _ => {}
        }
    }

    fn intent(&mut self, job: u32, step: u32) -> Option<&mut Intent> {
        self.who(job, "").intents.iter_mut().rev().find(|intent| intent.step == step)
    }

    /// The person of a job. A journal may name a job the plan lacks; it is told too, never dropped.
    fn who(&mut self, job: u32, key: &str) -> &mut Person {
        let next = self.people.len();
        let place = *self.places.entry(job).or_insert(next);
        if place == next {
            let key = if key.is_empty() { format!("job {job}") } else { key.to_owned() };
            self.people.push(Person { job, key, ..Person::default() });
        }
        &mut self.people[place]
    }
}

impl Person {
    /// A job can end again when the run is resumed; the later word counts, and the earlier is told as revised.
    fn end(&mut self, ended: Ended) {
        let earlier: Option<Outcome> = self.ended.as_ref().map(|_| self.outcome());
        if let Some(from) = earlier
            && (from != ended.outcome || !self.revisions.is_empty())
        {
            let (at, why) = (ended.at.clone(), ended.why.clone());
            self.revisions.push(Revision { at, from, to: ended.outcome, why, by: None });
        }
        self.ended = Some(ended);
    }
}
