//! A script on a walk: its steps that read or move are done, what fills and what commits is only located.

use super::finding::Grade;
use super::witness::{PATIENCE, Witness, plain};
use super::{Walker, halted, kept};
use crate::browser::{Binding, Bound, Browser, Choice, Inspect, Inspected, Target};
use crate::journal::{PlaceRef, Refusal, RefusalKind};
use crate::plan::ScriptFile;
use crate::roster::fold;
use crate::run::steps::{Stepper, Where};
use crate::run::target::Values;
use crate::script::{Condition, Step, Verb};
use crate::source::{At, Several};
use crate::template::{Field, Template};
use crate::words::{Identity, State};
use std::collections::BTreeSet;
use std::time::Duration;

/// What stands in for a value that a request would bring; it is never typed.
const STAND_IN: &str = "usher-check";
/// The same for an address.
const STAND_IN_ADDRESS: &str = "usher.check@usher.invalid";

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

/// How far one has come in a script.
#[derive(Debug, Default)]
struct Way {
    values: Values,
    /// Something before was to be filled in, and was not.
    unfilled: bool,
    /// The values that were to be filled in.
    untyped: BTreeSet<String>,
    /// One has moved on from a form that was not filled in, and may not have arrived.
    astray: bool,
    /// The step that could not be done, so that what follows is not reached.
    lost: Option<String>,
}

/// How a step is taken.
enum Mood {
    /// As in a run.
    Firm,
    /// Only if what it is about is there; it depends on what is asked for.
    Perhaps(String),
    /// Not at all.
    Not(String),
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
            way.values = self.with_stand_ins(self.values(person), file);
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
            Verb::Commit(_) => self.commit(witness, at, verb, &mood, way, &mut done).await?,
            _ if moves(verb) && at.step.accept.is_none() => match mood {
                Mood::Firm => self.moved(witness, at, verb, way, clicked, &mut done).await?,
                _ => self.located(witness, at, verb, &mood, way, &mut done).await?,
            },
            _ => {
                self.located(witness, at, verb, &mood, way, &mut done).await?;
                self.left_out(at, verb, way, &mut done);
            }
        }
        Ok(done)
    }

    /// Notes what a step leaves undone, and what that means for those after it.
    fn left_out(&self, at: Where<'_>, verb: Verb<'_>, way: &mut Way, done: &mut WalkedStep) {
        if moves(verb) {
            done.notes.push("not clicked: it opens a native dialog, which a walk does not answer".to_owned());
            way.astray = true;
        }
        way.unfilled = true;
        way.untyped.extend(at.step.templates().iter().flat_map(|template| fields_of(template)));
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
        let given = when.given.iter().map(|(column, value)| format!("`{column}` is {value}"));
        let gives = when.gives.values().map(|column| format!("`{column}` is given"));
        let missing = when.missing.values().map(|column| format!("`{column}` is empty"));
        let asked: Vec<String> = given.chain(gives).chain(missing).collect();
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
                self.arrived(verb, way);
            }
            Err(refusal) if way.astray || (way.unfilled && refusal.kind == RefusalKind::NotReady) => {
                done.how = How::NotReached;
                done.notes.push(format!("not reached: nothing was filled in before ({})", refusal.message));
                way.lost = Some("not reached: nothing was filled in before".to_owned());
            }
            Err(refusal) => {
                witness.it_counts();
                done.how = How::Refused;
                done.refusal = Some(refusal);
                way.lost = Some(format!("not reached: line {} could not be done", at.step.spot.line));
            }
        }
        Ok(())
    }

    /// What it means for the steps after it that a step was done.
    fn arrived(&self, verb: Verb<'_>, way: &mut Way) {
        match verb {
            Verb::Open(_) | Verb::Row(_) | Verb::Detail(_) => {
                way.unfilled = false;
                way.astray = false;
            }
            // What was waited for is there.
            Verb::Dialog(_) | Verb::Wait(_) => way.astray = false,
            Verb::Click(_) | Verb::Menu(_) if way.unfilled => way.astray = true,
            _ => {}
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

    /// Locates the controls of a step.
    async fn located<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        verb: Verb<'_>,
        mood: &Mood,
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<()> {
        done.how = How::Located;
        for name in verb.controls() {
            let Some(inspected) = self.locate(witness, at, &name, None, mood, way, done).await? else {
                continue;
            };
            if let (Verb::Choose(pairs), Some(choice)) = (verb, &inspected.choice) {
                let wanted = pairs.get(&name).cloned().unwrap_or_default();
                self.offers(at, (&name, choice), &wanted, done);
            }
        }
        Ok(())
    }

    /// Locates one control. What comes back is what was seen, if it is there.
    #[expect(clippy::too_many_arguments, reason = "each is a part of where one is on the way")]
    async fn locate<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        name: &At<String>,
        binding: Option<&Binding>,
        mood: &Mood,
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<Option<Inspected>> {
        let target = match self.locator.control(name, &way.values) {
            Ok(target) => target,
            Err(error) => {
                done.how = How::NotReached;
                done.notes.push(format!("`{name}` cannot be looked for: {error:#}"));
                return Ok(None);
            }
        };
        let patience = if matches!(mood, Mood::Perhaps(_)) { Duration::ZERO } else { PATIENCE };
        let Some(inspected) = kept(witness.look_at(&Inspect { binding, ..plain(&target, patience) }).await)?
        else {
            done.how = How::NotReached;
            done.notes.push(format!("`{name}` could not be looked for"));
            return Ok(None);
        };
        let Some(refused) = inspected.refused.clone() else {
            way.astray = false;
            if !inspected.enabled {
                self.remark(name, "disabled now");
            }
            return Ok(Some(inspected));
        };
        if let Some(why) = self.may_be_missing(&target, &inspected, mood, way) {
            if done.how != How::Refused {
                done.how = How::NotReached;
            }
            done.notes.push(format!("`{name}`: {why}"));
            self.why_not(name, why);
            return Ok(None);
        }
        witness.it_counts();
        done.how = How::Refused;
        let place = PlaceRef { line: name.spot.line, column: name.spot.column, ..at.place() };
        done.refusal = Some(self.refusal(*refused, Some(place)));
        Ok(None)
    }

    /// Why it says nothing against the book that a control is not there.
    fn may_be_missing(&self, _: &Target, inspected: &Inspected, mood: &Mood, way: &Way) -> Option<String> {
        if let Mood::Perhaps(why) = mood {
            return Some(why.clone());
        }
        if way.astray && !inspected.is_there() {
            return Some("not reached: nothing was filled in before".to_owned());
        }
        // What shows nothing of its kind may only come once something is filled in; what shows another name was renamed.
        let has_like = inspected.each.iter().any(|hit| hit.matched > 0 || !hit.near.is_empty());
        if way.unfilled && inspected.in_scope && !has_like {
            return Some("not there as long as nothing is filled in".to_owned());
        }
        None
    }

    /// Whether something can be chosen from, and offers what the script may ask for.
    fn offers(
        &mut self,
        at: Where<'_>,
        (name, choice): (&At<String>, &Choice),
        wanted: &Several<Template>,
        done: &mut WalkedStep,
    ) {
        let place = PlaceRef { line: name.spot.line, column: name.spot.column, ..at.place() };
        let book = self.locator.control(name, &Values::default()).ok().and_then(|target| target.place);
        let refusal = |kind, message: String, near: Vec<String>, hint: String| Refusal {
            kind,
            message,
            near,
            hint: Some(hint),
            script: Some(place.clone()),
            book: book.clone(),
            ..Refusal::default()
        };
        if choice.kind == "other" {
            let message = format!("`{name}` is nothing to choose from");
            let hint = "`fill`, `check` and `toggle` are for other kinds of controls".to_owned();
            self.refuse(name, refusal(RefusalKind::NotReady, message, Vec::new(), hint), done);
            return;
        }
        let Some(offers) = &choice.offers else {
            self.remark(name, format!("a {}; what it offers shows only once it is opened", kind(choice)));
            return;
        };
        self.remark(name, format!("a {} of {}", kind(choice), offers.len()));
        let takes = &at.script.script.takes;
        let options = wanted.values().flat_map(|template| match template.fields().next() {
            Some(Field::Person(column)) => takes.get(column).cloned().unwrap_or_default(),
            _ => template.plain().map(|text| At::new(text.to_owned(), name.spot)).into_iter().collect(),
        });
        let missing: Vec<String> = options
            .map(|option| option.value)
            .filter(|option| !offers.iter().any(|offer| leads(offer, option)))
            .collect();
        if missing.is_empty() {
            return;
        }
        let roles: Vec<&String> = self.view.app.roles.values().collect();
        let stranger =
            |offer: &&String| !roles.iter().any(|role| leads(offer, role)) && !offer.trim().is_empty();
        let near: Vec<String> = offers.iter().filter(stranger).cloned().collect();
        let quoted =
            |names: &[String]| names.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", ");
        let message = format!("`{name}` does not offer {}; it offers {}", quoted(&missing), quoted(offers));
        if near.is_empty() {
            // A tenant may have fewer roles than the app; who asks for one of them is refused, and nobody else.
            self.remark(name, message);
            return;
        }
        let hint = format!(
            "the page has {}; if it was renamed, write what it is called now into the pack",
            quoted(&near)
        );
        self.refuse(name, refusal(RefusalKind::NoOption, message, near, hint), done);
    }

    fn refuse(&mut self, name: &str, refusal: Refusal, done: &mut WalkedStep) {
        done.how = How::Refused;
        self.refused.entry(name.to_owned()).or_insert_with(|| refusal.clone());
        done.refusal = Some(refusal);
    }

    /// Locates what would commit, as strictly as a run does, and asks whether the page names the person.
    async fn commit<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        verb: Verb<'_>,
        mood: &Mood,
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<()> {
        done.how = How::Located;
        if let Some(names) = &at.step.names {
            self.locate(witness, at, names, None, mood, way, done).await?;
        }
        let binding = match self.binding(at, &way.values) {
            Ok(binding) => Some(binding),
            Err(error) => {
                done.notes.push(format!("what binds it to the person cannot be asked: {error:#}"));
                None
            }
        };
        for name in verb.controls() {
            let Some(inspected) = self.locate(witness, at, &name, binding.as_ref(), mood, way, done).await?
            else {
                continue;
            };
            let misses = inspected.each.iter().any(|hit| hit.matched != 1 || !hit.same);
            if misses {
                done.how = How::Refused;
            }
            if let Some(Bound::Not { why, silent }) = inspected.bound {
                self.unbound(at, &name, (&why, silent), way, done);
            } else if let Some(Bound::By(line)) = inspected.bound {
                done.notes.push(format!("the page names the person: \"{line}\""));
            }
        }
        if let Some(accept) = &at.step.accept {
            done.notes.push(format!(
                "the native dialog \"{}\" cannot be looked at before it opens",
                accept.written
            ));
        }
        Ok(())
    }

    fn binding(&self, at: Where<'_>, values: &Values) -> anyhow::Result<Binding> {
        let reads = at.step.reads.as_ref().map(|template| &template.value);
        match (&at.step.names, &at.step.selects) {
            (Some(names), _) => self.locator.binding(names, reads, values, self.foreign(&values.key)),
            (None, Some(list)) => self.locator.ticked(list, values),
            (None, None) => Err(anyhow::anyhow!("the step has neither `names` nor `selects`")),
        }
    }

    /// Other people's keys: a page that names one of them before a commit is the wrong one.
    fn foreign(&self, key: &str) -> Vec<String> {
        let people = self.roster.iter().flat_map(|roster| &roster.people);
        let others = people.filter(|person| person.key != key && person.key != fold(self.bounds.account));
        others.map(|person| person.key.clone()).collect()
    }

    /// A commit that nothing binds now: where that is only for what was not filled in or ticked, it is as it should be.
    fn unbound(
        &mut self,
        at: Where<'_>,
        name: &At<String>,
        (why, silent): (&str, bool),
        way: &Way,
        done: &mut WalkedStep,
    ) {
        if silent && at.step.selects.is_some() && way.unfilled {
            done.notes
                .push("the person's row is there; it is not ticked, so nothing is bound yet".to_owned());
            return;
        }
        let identity = self.view.app.identity.value.as_str();
        let needed: BTreeSet<String> = match &at.step.reads {
            Some(template) => fields_of(template),
            None => BTreeSet::from([identity.to_owned()]),
        };
        if silent && !way.untyped.is_disjoint(&needed) {
            done.notes.push("names nobody before it is filled in".to_owned());
            return;
        }
        let region = at.step.names.as_ref().map(|names| format!("`{names}`")).unwrap_or_default();
        let refusal = Refusal {
            kind: RefusalKind::NotBound,
            message: format!("{why}: {region} does not name {} before `{name}`", way.values.key),
            script: Some(at.place()),
            book: at.step.names.as_ref().and_then(|names| {
                self.locator.control(names, &way.values).ok().and_then(|target| target.place)
            }),
            hint: Some(
                "look at that page: what stands there for the person? `as:` says it in the script".to_owned(),
            ),
            ..Refusal::default()
        };
        let region = at.step.names.as_ref().map_or_else(|| name.value.clone(), |names| names.value.clone());
        self.refuse(&region, refusal, done);
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
                    self.left_out(at, verb, way, done);
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
            self.why_not(&name, why.clone());
        }
    }

    fn nothing_visited(&mut self, file: &ScriptFile, why: &str) {
        for step in file.script.all_steps() {
            for name in step.verbs().into_iter().flat_map(Verb::controls).chain(step.names.clone()) {
                self.why_not(&name, why.to_owned());
            }
        }
    }

    fn why_nobody(&self, states: &[State]) -> String {
        let words = states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(" or ");
        match (&self.roster, self.bounds.person) {
            (None, _) => "not reached: no list could be read".to_owned(),
            (_, Some(person)) => format!("not visited: {person} is not {words}"),
            _ => format!("not visited: nobody harmless is {words}"),
        }
    }

    /// Stand-ins for somebody who is not there; they only ever stand in addresses.
    fn nobody(&self, file: &ScriptFile) -> Values {
        let is_email = self.view.app.identity.value == Identity::Email;
        let key = if is_email { STAND_IN_ADDRESS } else { STAND_IN };
        let mut values = Values { key: key.to_owned(), ..Values::default() };
        values.person.insert(self.view.app.identity.value.as_str().to_owned(), key.to_owned());
        self.with_stand_ins(values, file)
    }

    fn with_stand_ins(&self, mut values: Values, file: &ScriptFile) -> Values {
        for (column, options) in file.script.takes.iter() {
            let own = values.row.get(&column.value).filter(|cell| !cell.trim().is_empty()).cloned();
            let stand_in = match (own, options.first(), column.value.as_str()) {
                (Some(own), _, _) => own,
                (None, Some(option), _) => option.value.clone(),
                (None, None, "email") => STAND_IN_ADDRESS.to_owned(),
                (None, None, _) => STAND_IN.to_owned(),
            };
            values.person.entry(column.value.clone()).or_insert(stand_in);
        }
        values
    }
}

/// Whether a verb reads or moves, and so is done. What is not known to is only ever located.
const fn moves(verb: Verb<'_>) -> bool {
    matches!(
        verb,
        Verb::Open(_)
            | Verb::Row(_)
            | Verb::Detail(_)
            | Verb::Search(_)
            | Verb::Dialog(_)
            | Verb::Click(_)
            | Verb::Hover(_)
            | Verb::Tab(_)
            | Verb::Menu(_)
            | Verb::Wait(_)
            | Verb::Read(_)
    )
}

fn on(verb: Verb<'_>) -> String {
    match verb {
        Verb::Open(name) | Verb::Row(name) | Verb::Detail(name) | Verb::Each(name, _) => name.value.clone(),
        Verb::Refuse(outcome) => outcome.value.to_string(),
        other => other.controls().iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// The columns that a template is filled in from.
fn fields_of(template: &Template) -> BTreeSet<String> {
    let fields = template.fields().filter_map(|field| match field {
        Field::Person(column) | Field::Row(column) => Some(column.clone()),
        _ => None,
    });
    fields.collect()
}

fn kind(choice: &Choice) -> String {
    choice.kind.replace('_', " ")
}

/// Whether the name of an option is this one, or leads with it.
fn leads(offer: &str, wanted: &str) -> bool {
    let (offer, wanted) = (fold(offer), fold(wanted));
    let rest = offer.strip_prefix(&wanted);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}
