//! A script on a walk: its steps that read or move are done, what fills and what commits is only located.

use super::finding::Grade;
use super::people::{STAND_IN, with_stand_ins};
use super::way::{Mood, Way, moves};
use super::witness::Witness;
use super::{Walker, halted};
use crate::browser::Browser;
use crate::journal::{PlaceRef, Refusal, RefusalKind};
use crate::plan::ScriptFile;
use crate::run::steps::{Stepper, Where};
use crate::run::target::Values;
use crate::script::{Condition, Step, Verb};
use crate::source::At;
use crate::words::State;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It was done: it reads or moves.
    Done,
    /// What it would fill or commit with was located.
    Located,
    /// Its condition does not hold now.
    NotShown,
    /// It cannot be reached without something that a walk does not do.
    NotReached,
    /// There is nothing in it for a walk.
    Skipped,
    /// A run would be refused here.
    Refused,
}

/// One step of a script.
#[derive(Clone, Debug)]
pub struct WalkedStep {
    /// Its line.
    pub place: PlaceRef,
    /// Its verb.
    pub verb: &'static str,
    /// What it is about: controls, a page, a list.
    pub on: String,
    /// How it went.
    pub how: How,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// What a run would be refused with.
    pub refusal: Option<Refusal>,
}

/// One script.
#[derive(Clone, Debug)]
pub struct Walked {
    /// Its file.
    pub file: String,
    /// What it does, in words.
    pub summary: String,
    /// The person it was walked for; nobody is needed to bring somebody in.
    pub person: Option<String>,
    /// Why it was not walked at all.
    pub why_not: Option<String>,
    /// Its steps.
    pub steps: Vec<WalkedStep>,
}

impl Walked {
    /// What it comes to.
    pub fn grade(&self) -> Grade {
        let grades = self.steps.iter().map(|step| match step.how {
            How::Refused => Grade::Bad,
            How::NotReached | How::NotShown => Grade::Open,
            How::Done | How::Located | How::Skipped => Grade::Good,
        });
        let open = self.why_not.as_ref().map(|_| Grade::Open);
        grades.chain(open).max().unwrap_or(Grade::Good)
    }
}

impl Walker<'_> {
    /// Walks one script.
    pub(super) async fn script<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        file: &ScriptFile,
    ) -> anyhow::Result<Walked> {
        let states: Vec<State> = file.script.when.values().copied().collect();
        let mut walked = Walked {
            file: file.source.name.clone(),
            summary: file.script.summary.value.clone(),
            person: None,
            why_not: None,
            steps: Vec::new(),
        };
        let mut way = Way::default();
        if states.contains(&State::Absent) {
            way.values = self.nobody(file);
        } else if let Some(person) = self.harmless(&states, None) {
            walked.person = Some(person.key.clone());
            way.values = with_stand_ins(self.values(person), file);
        } else {
            let why = self.why_nobody(&states);
            self.nothing_visited(file, &why);
            walked.why_not = Some(why);
            return Ok(walked);
        }
        let mut clicked = None;
        for (index, step) in file.script.steps.iter().enumerate() {
            let at = Where { script: file, number: u32::try_from(index + 1).unwrap_or(u32::MAX), step };
            let Some(&verb) = step.verbs().first() else { continue };
            let done = self.one(witness, at, verb, &mut way, clicked).await?;
            clicked = (matches!(verb, Verb::Click(_)) && done.how == How::Done).then_some((at, verb));
            self.learn(&done, verb, step);
            walked.steps.push(done);
        }
        self.sweep(witness, &way.values).await?;
        Ok(walked)
    }

    /// Takes one step, as far as a walk takes it.
    async fn one<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        verb: Verb<'_>,
        way: &mut Way,
        clicked: Option<(Where<'_>, Verb<'_>)>,
    ) -> anyhow::Result<WalkedStep> {
        let mut done = WalkedStep {
            place: at.place(),
            verb: verb.word(),
            on: on(verb),
            how: How::Done,
            notes: Vec::new(),
            refusal: None,
        };
        if let Some(lost) = &way.lost {
            done.how = How::NotReached;
            done.notes.push(lost.clone());
            return Ok(done);
        }
        let mood = match at.step.when.as_ref().map(|when| &when.value) {
            Some(when) => self.mood(witness, at, when, way).await?,
            None => Mood::Firm,
        };
        if let Mood::Not(why) = mood {
            done.how = How::NotShown;
            done.notes.push(why);
            return Ok(done);
        }
        match verb {
            Verb::Refuse(_) => done.how = How::Skipped,
            Verb::Each(column, steps) => self.each(witness, at, column, steps, way, &mut done).await?,
            Verb::Commit(_) => self.commit(witness, at, &mood, way, &mut done).await?,
            _ if moves(verb) && at.step.accept.is_none() => match mood {
                Mood::Firm => self.moved(witness, at, verb, way, clicked, &mut done).await?,
                _ => self.located(witness, at, verb, &mood, way, &mut done).await?,
            },
            _ => {
                self.located(witness, at, verb, &mood, way, &mut done).await?;
                way.left_out(at, verb, &mut done);
            }
        }
        Ok(done)
    }

    /// Whether a step's condition holds; one on the request may or may not.
    async fn mood<B: Browser>(
        &self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        when: &Condition,
        way: &Way,
    ) -> anyhow::Result<Mood> {
        if let Some(sees) = &when.sees {
            let only = Condition { sees: Some(sees.clone()), ..Condition::default() };
            let reader = self.reader();
            let stepper = self.stepper(&reader, &way.values);
            let holds = halted(stepper.holds(witness, at, &only).await)?;
            if !holds.unwrap_or(false) {
                return Ok(Mood::Not(format!("`{sees}` is not shown now")));
            }
        }
        let values = when.given.iter().map(|(column, value)| format!("`{column}` is {value}"));
        let filled = when.gives.values().map(|column| format!("`{column}` is given"));
        let missing = when.missing.values().map(|column| format!("`{column}` is empty"));
        let asked: Vec<String> = values.chain(filled).chain(missing).collect();
        Ok(if asked.is_empty() {
            Mood::Firm
        } else {
            Mood::Perhaps(format!("only where {}", asked.join(" and ")))
        })
    }

    fn stepper<'s>(&'s self, reader: &'s crate::run::Reader<'s>, values: &'s Values) -> Stepper<'s> {
        Stepper { locator: &self.locator, base: self.bounds.url, reader, values, secrets: None }
    }

    /// Does a step that reads or moves.
    async fn moved<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        verb: Verb<'_>,
        way: &mut Way,
        clicked: Option<(Where<'_>, Verb<'_>)>,
        done: &mut WalkedStep,
    ) -> anyhow::Result<()> {
        if let Some(why) = self.not_to_be_said(at, verb, &way.values) {
            done.how = How::NotReached;
            done.notes.push(why.clone());
            way.lost = Some(format!("not reached: line {} was not done", at.step.spot.line));
            return Ok(());
        }
        let reader = self.reader();
        let first = {
            let stepper = self.stepper(&reader, &way.values);
            let first = halted(stepper.step(witness, at, verb).await)?;
            match (&first, clicked) {
                // A page may show its controls before they react; the click before commits nothing, so it is done once more.
                (Err(refusal), Some((before, click)))
                    if refusal.kind == RefusalKind::NotThere && !way.astray =>
                {
                    let again = halted(stepper.step(witness, before, click).await)?;
                    match again {
                        Ok(_) => halted(stepper.step(witness, at, verb).await)?.or(first),
                        Err(_) => first,
                    }
                }
                _ => first,
            }
        };
        match first {
            Ok(read) => {
                way.values.read.extend(read.read);
                way.arrived(verb);
            }
            Err(refusal) if way.astray || (way.unfilled && refusal.kind == RefusalKind::NotReady) => {
                done.how = How::NotReached;
                done.notes.push(format!("not reached: nothing was filled in before ({})", refusal.message));
                way.lost = Some("not reached: nothing was filled in before".to_owned());
            }
            Err(refusal) => {
                witness.it_counts();
                self.refused_by_a_control(verb, &refusal, &way.values);
                done.how = How::Refused;
                done.refusal = Some(refusal);
                way.lost = Some(format!("not reached: line {} could not be done", at.step.spot.line));
            }
        }
        Ok(())
    }

    /// A control that is there and does not do what the step needs is not as the book says, either; what the page says
    /// instead is no fault of the control's.
    fn refused_by_a_control(&mut self, verb: Verb<'_>, refusal: &Refusal, values: &Values) {
        if refusal.kind == RefusalKind::Said {
            return;
        }
        for name in verb.controls() {
            let place = self.locator.control(&name, values).ok().and_then(|target| target.place);
            if place.is_some() && place == refusal.book {
                self.refused.entry(name.value.clone()).or_insert_with(|| refusal.clone());
            }
        }
    }

    /// Why the targets of a step cannot even be named.
    fn not_to_be_said(&self, at: Where<'_>, verb: Verb<'_>, values: &Values) -> Option<String> {
        let controls = verb.controls().into_iter().map(|name| self.locator.control(&name, values).map(drop));
        let page = match verb {
            Verb::Open(page) => Some(self.locator.page(self.bounds.url, page, values).map(drop)),
            _ => None,
        };
        let texts = match verb {
            Verb::Menu(_) | Verb::Search(_) => at.step.templates(),
            _ => Vec::new(),
        };
        let texts = texts.iter().map(|template| values.fill(template).map(drop)).collect::<Vec<_>>();
        let mut all = controls.chain(page).chain(texts);
        all.find_map(Result::err).map(|error| format!("not reached: {error:#}"))
    }

    /// What `each` repeats is located once, if it is there.
    async fn each<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        column: &str,
        steps: &[At<Step>],
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<()> {
        let mood = Mood::Perhaps(format!("it is for each `{column}` of a request"));
        way.values.item = Some(STAND_IN.to_owned());
        for step in steps {
            let at = Where { step, ..at };
            for verb in step.verbs() {
                self.located(witness, at, verb, &mood, way, done).await?;
                if !moves(verb) {
                    way.left_out(at, verb, done);
                }
            }
        }
        way.values.item = None;
        Ok(())
    }

    /// Why the controls of a step were not looked at.
    fn learn(&mut self, done: &WalkedStep, verb: Verb<'_>, step: &Step) {
        if !matches!(done.how, How::NotShown | How::NotReached) {
            return;
        }
        let why = done.notes.first().cloned().unwrap_or_default();
        for name in verb.controls().into_iter().chain(step.names.clone()) {
            // Where it was looked for, that is told already.
            if !self.why_not.contains_key(&name.value) {
                self.why_not(&name, why.clone());
            }
        }
    }

    fn nothing_visited(&mut self, file: &ScriptFile, why: &str) {
        for step in file.script.all_steps() {
            for name in step.verbs().into_iter().flat_map(Verb::controls).chain(step.names.clone()) {
                self.why_not(&name, why.to_owned());
            }
        }
    }
}

fn on(verb: Verb<'_>) -> String {
    match verb {
        Verb::Open(name) | Verb::Row(name) | Verb::Detail(name) | Verb::Each(name, _) => name.value.clone(),
        Verb::Refuse(outcome) => outcome.value.to_string(),
        other => other.controls().iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", "),
    }
}
