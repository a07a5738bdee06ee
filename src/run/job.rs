//! One person's job, by the commit protocol: read, guard, fill, bind, seal, act once, seal, read back, seal.

use super::commit::{Verdict, act, intended, judge, settle};
use super::engine::{Engine, Passwords};
use super::filled::{Filled, fills_in};
use super::ledger::Ledger;
use super::reading::Standing;
use super::refuse::Halt;
use super::steps::{Asked, Secrets, Stepper, Where};
use super::target::{Locator, Values};
use crate::browser::{Answer, Armed, Browser, Cover, ListTarget, Target, Trouble};
use crate::journal::{Fact, RefusalKind};
use crate::plan::{Found, Guards, Job, ScriptFile, There, Todo, Wish, changed_since, decide};
use crate::roster::Roster;
use crate::script::{ReadBack, Shown, Verb};
use crate::secret::Secret;
use crate::template::Field;
use crate::words::{Action, Family, Outcome, State};
use std::cell::OnceCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long the page may take to answer a commit before the person is read back.
const ANSWER: Duration = Duration::from_secs(10);

/// What became of a job.
#[derive(Debug)]
pub(super) struct Became {
    pub outcome: Outcome,
    pub why: String,
    pub refusal: Option<crate::journal::Refusal>,
    pub before: Standing,
    pub after: Standing,
    /// An act was tried, so the app may have changed.
    pub acted: bool,
}

/// The first password that an app demands for one new person.
struct NewPassword<'a> {
    passwords: Option<&'a dyn Passwords>,
    made: OnceCell<Secret>,
}

impl Secrets for NewPassword<'_> {
    fn ask<'a>(&'a self, field: &'a Field) -> Asked<'a> {
        let secret = match (field, self.passwords) {
            // The same new password goes into both fields that ask for it.
            (Field::New(_), Some(passwords)) => Some(self.made.get_or_init(|| passwords.fresh()).clone()),
            _ => None,
        };
        Box::pin(std::future::ready(Ok(secret)))
    }
}

impl<B: Browser> Engine<'_, '_, '_, B> {
    /// Does a whole job. Only `Broken` comes back as an error; a refusal is a result.
    pub(super) async fn job(&mut self, job: &Job) -> anyhow::Result<Became> {
        self.ledger.fact(Fact::JobBegun { job: job.id, person: job.key.clone() })?;
        let mut became = Became {
            outcome: Outcome::UiUnknown,
            why: String::new(),
            refusal: None,
            before: Standing { state: job.found.state, row: job.found.row.clone(), ..Standing::default() },
            after: Standing::default(),
            acted: false,
        };
        let mut tried = self.try_job(job, &mut became).await;
        loop {
            let (outcome, refusal) = match tried {
                Err(Halt::Refused(outcome, refusal)) if !became.acted => (outcome, refusal),
                _ => break,
            };
            let outcome = self.expired(outcome).await;
            // Nothing was asked for yet, so the person's turn begins anew once usher is in again: whatever was filled in is gone.
            tried = match self.come_in_again(Some(job.id), outcome, refusal).await {
                Ok(()) => self.try_job_anew(job, &mut became).await,
                Err(halt) => {
                    tried = Err(halt);
                    break;
                }
            };
        }
        match tried {
            Ok(()) => Ok(became),
            Err(Halt::Broken(error)) => Err(error),
            Err(Halt::Refused(outcome, mut refusal)) => {
                refusal.picture = self.picture_of_refusal(job).await?;
                let why = match &refusal.said {
                    Some(line) => format!("the page says \"{line}\""),
                    None => refusal.message.clone(),
                };
                // Whatever the page shows now, it is not what the next person should start from.
                self.roster_is_fresh = false;
                if became.acted && refusal.kind != RefusalKind::HeldBack {
                    // A page that cannot be read afterwards says nothing about what became of the act.
                    became.outcome = Outcome::UnknownAfterCommit;
                    became.why = format!("it was asked for once, and reading back failed: {why}");
                } else {
                    became.outcome = outcome;
                    became.why = why;
                }
                became.refusal = Some(*refusal);
                if became.after == Standing::default() {
                    became.after = became.before.clone();
                }
                Ok(became)
            }
        }
    }

    async fn try_job_anew(&mut self, job: &Job, became: &mut Became) -> Result<(), Halt> {
        self.ledger.give_back(&job.key);
        self.last_roster = None;
        self.roster_is_fresh = false;
        self.try_job(job, became).await
    }

    async fn try_job(&mut self, job: &Job, became: &mut Became) -> Result<(), Halt> {
        let mut values = self.values(job);
        let now = self.read_person(&values).await?;
        self.ledger.fact(Fact::PersonRead { job: job.id, state: now.state, row: now.row.clone() })?;
        became.before = now.clone();
        became.after = now.clone();
        values.row.clone_from(&now.row);
        let todo = self.decide_again(job, &now);
        let script = match (&job.todo, todo) {
            (Todo::Run { script }, Todo::Run { script: now }) if *script == now => {
                self.script(script)?.clone()
            }
            (_, Todo::Settled { outcome, why }) => {
                self.bring_into_view(&values, &now).await;
                self.picture(job, 0, "found so", &values, None).await?;
                became.outcome = outcome;
                became.why = why;
                return Ok(());
            }
            (planned, _) => {
                let why = format!(
                    "the plan was made for somebody {}, but the page shows {}",
                    job.found.state, now.state
                );
                tracing::debug!(?planned, "the plan does not hold any more");
                return Err(Halt::rule(Outcome::PageDisagrees, why));
            }
        };
        self.steps(job, &script, &values, became).await
    }

    /// The rule of the plan once more, on what the page shows now, and whether that is still what the plan was made for.
    pub(super) fn decide_again(&self, job: &Job, now: &Standing) -> Todo {
        let found = Found { state: now.state, row: now.row.clone() };
        let wish = Wish { action: self.plan.action, key: &job.key, values: &job.values };
        let there = There {
            found: &found,
            several: now.several,
            whole: now.whole,
            roster: self.last_roster.as_deref(),
        };
        let guards = Guards {
            account: &self.plan.account,
            protected: &self.ledger.protected,
            admins_left: self.ledger.admins_left(&job.key),
        };
        let todo = decide(self.view, wish, there, guards);
        if let (Todo::Run { .. }, Action::Remove | Action::Role) = (&todo, self.plan.action)
            && let Some((outcome, why)) = changed_since(&job.found, &found)
        {
            return Todo::Settled { outcome, why };
        }
        todo
    }

    async fn steps(
        &mut self,
        job: &Job,
        script: &ScriptFile,
        values: &Values,
        became: &mut Became,
    ) -> Result<(), Halt> {
        let locator = Locator::new(self.view);
        let reader = super::Reader::new(self.view, &self.plan.url);
        let mut values = values.clone();
        let secrets = NewPassword { passwords: self.passwords, made: OnceCell::new() };
        let mut clicked = None;
        let mut filled = Filled::default();
        for (index, step) in script.script.steps.iter().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let at = Where { script, number, step };
            let stepper = Stepper {
                locator: &locator,
                base: &self.plan.url,
                reader: &reader,
                values: &values,
                secrets: Some(&secrets),
            };
            if let Some(when) = &step.when
                && !stepper.holds(self.browser, at, when).await?
            {
                continue;
            }
            let Some(&verb) = step.verbs().first() else { continue };
            if let Verb::Commit(_) = verb {
                clicked = None;
                self.commit(job, at, &values, &secrets, &filled, became).await?;
                filled = Filled::default();
                if let (Some(passwords), Some(password)) = (secrets.passwords, secrets.made.get())
                    && became.outcome.family() == Family::Done
                {
                    // The person is in, whatever becomes of the password: it can be set anew.
                    if let Err(error) = passwords.hand_over(&job.key, password) {
                        let lost =
                            format!("; their new password could not be handed over and is lost: {error:#}");
                        became.why.push_str(&lost);
                    }
                }
                continue;
            }
            let mut done = stepper.step(self.browser, at, verb).await;
            // A page may show its controls before they react. The click before commits nothing, so it is done once more.
            if let (Err(Halt::Refused(_, refusal)), Some((before, click))) = (&done, clicked)
                && refusal.kind == RefusalKind::NotThere
                && stepper.step(self.browser, before, click).await.is_ok()
            {
                tracing::debug!(step = number, "the click before had no effect; it was done once more");
                done = stepper.step(self.browser, at, verb).await;
            }
            // A page that loads its data late puts old values back, also right after something was filled in. Nothing was
            // asked for yet, so it is filled in once more when the page has come to rest.
            if let Err(Halt::Refused(_, refusal)) = &done
                && refusal.kind == RefusalKind::NotHeld
                && fills_in(verb)
            {
                let rested = self.browser.rest().await;
                rested.map_err(|trouble| Halt::of(trouble, &locator, Some(at.place())))?;
                done = stepper.step(self.browser, at, verb).await;
            }
            self.note_waits(Some(job.id))?;
            let done = done?;
            filled.after(at, verb);
            for what in self.browser.sent_away() {
                self.step_done(job, at, "send away", what, Vec::new())?;
            }
            clicked = matches!(verb, Verb::Click(_)).then_some((at, verb));
            self.step_done(job, at, verb.word(), done.on, done.by)?;
            values.read.extend(done.read);
        }
        if became.acted {
            Ok(())
        } else {
            Err(Halt::rule(Outcome::UiUnknown, "the script ended without a commit: no condition of it held"))
        }
    }

    /// Seals the intent, acts once, seals what came of it, reads back.
    async fn commit(
        &mut self,
        job: &Job,
        at: Where<'_>,
        values: &Values,
        secrets: &NewPassword<'_>,
        filled: &Filled<'_>,
        became: &mut Became,
    ) -> Result<(), Halt> {
        let locator = Locator::new(self.view);
        let halt = |trouble: Trouble| Halt::of(trouble, &Locator::new(self.view), Some(at.place()));
        let step = at.step;
        let Some(commit) = &step.commit else {
            return Err(Halt::Broken(anyhow::anyhow!("a step without `commit` was taken for one")));
        };
        let found = Found { state: became.before.state, row: became.before.row.clone() };
        self.ledger.reserve(job, &found)?;
        // From before the page is looked at for the act until the act has returned, nobody reads who must not be disturbed.
        let under_way = self.ledger.act().await;
        let (control, act) = act(commit, values)?;
        let target = locator.control(control, values)?;
        let accept = step.accept.as_ref().map(|accept| values.fill(accept)).transpose()?;
        let reads = step.reads.as_ref().map(|template| &template.value);
        let mut binding = match (&step.names, &step.selects) {
            (Some(names), _) => locator.binding(names, reads, values, self.foreign(&job.key))?,
            (None, Some(list)) => locator.ticked(list, values)?,
            (None, None) => {
                return Err(Halt::Broken(anyhow::anyhow!("a commit that nothing binds got past the check")));
            }
        };
        binding.filled = filled.targets(&locator, values)?;
        self.foresee(values, Some(&binding.names))?;
        let mut armed = self.browser.arm(&target, &act, &binding).await;
        if matches!(&armed, Err(Trouble::Refused(refused)) if refused.kind == RefusalKind::NotHeld) {
            // A page that loads its data late puts the old values back. Nothing was asked for yet, so they are filled in once more.
            self.fill_again(job, filled, &locator, values, secrets).await?;
            armed = self.browser.arm(&target, &act, &binding).await;
        }
        let armed = armed.map_err(halt)?;
        self.picture(job, at.number, "armed", values, Some(&binding.names)).await?;
        self.foresee(values, None)?;
        self.no_refusal_holds(at, values).await?;
        self.ledger.fact(Fact::CommitIntended {
            job: job.id,
            step: at.number,
            person: job.key.clone(),
            on: intended(&target, &act),
            by: armed.by.clone(),
            line: step.spot.line,
            bound: armed.bound.clone(),
        })?;
        // From here on nothing is ever tried again. Whatever goes wrong, the person is only read.
        became.acted = true;
        self.acting = true;
        self.ledger.act_begun(&job.key);
        self.last_roster = None;
        let answer = self.act(&armed, accept.as_deref()).await;
        self.ledger.act_returned();
        drop(under_way);
        let answer = match answer {
            Ok(answer) => {
                self.ledger.fact(Fact::CommitReturned {
                    job: job.id,
                    step: at.number,
                    answer: answer.answered.clone(),
                    passed: answer.passed.unwrap_or(1),
                    blocked: answer.blocked,
                    sent_again: answer.sent_again,
                    said: answer.said.iter().map(|said| said.line.clone()).collect(),
                })?;
                Some(answer)
            }
            Err(trouble) => {
                let (why, broken) = match trouble {
                    Trouble::Refused(refused) => (refused.message, None),
                    Trouble::Broken(error) => (format!("{error:#}"), Some(error)),
                };
                self.ledger.fact(Fact::CommitUnclear { job: job.id, step: at.number, why })?;
                if let Some(error) = broken {
                    return Err(Halt::Broken(error));
                }
                None
            }
        };
        self.picture_if_possible(job, at.number, "answer", values).await?;
        self.read_back(job, at, values, answer.as_ref(), became).await
    }

    /// Does the steps again that filled in what the page has changed since.
    async fn fill_again(
        &mut self,
        job: &Job,
        filled: &Filled<'_>,
        locator: &Locator<'_>,
        values: &Values,
        secrets: &NewPassword<'_>,
    ) -> Result<(), Halt> {
        let reader = super::Reader::new(self.view, &self.plan.url);
        let stepper =
            Stepper { locator, base: &self.plan.url, reader: &reader, values, secrets: Some(secrets) };
        for &(at, verb) in &filled.steps {
            let done = stepper.step(self.browser, at, verb).await?;
            self.step_done(job, at, verb.word(), done.on, done.by)?;
        }
        Ok(())
    }

    fn step_done(
        &mut self,
        job: &Job,
        at: Where<'_>,
        verb: &str,
        on: String,
        by: Vec<String>,
    ) -> anyhow::Result<()> {
        let (job, step, verb, line) = (job.id, at.number, verb.to_owned(), at.step.spot.line);
        self.ledger.fact(Fact::StepDone { job, step, verb, on, by, line })
    }

    /// The act itself, once, and the native dialog that belongs to it.
    async fn act(&mut self, armed: &Armed, accept: Option<&str>) -> Result<Answer, Trouble> {
        self.browser.fire(armed).await?;
        if let Some(text) = accept {
            match self.browser.accept(text).await {
                Ok(()) => {}
                // The page asked something else and was told no. What that came to is read back like everything.
                Err(Trouble::Refused(refused)) if refused.kind == RefusalKind::Dialog => {
                    let why = Some(refused.message);
                    return Ok(Answer {
                        answered: "dialog".to_owned(),
                        passed: Some(0),
                        blocked: 1,
                        why,
                        ..Answer::default()
                    });
                }
                Err(trouble) => return Err(trouble),
            }
        }
        self.browser.answered(ANSWER).await
    }

    /// A page may show late what a `refuse` step before looked for; so each is looked for once more, before the intent.
    async fn no_refusal_holds(&mut self, at: Where<'_>, values: &Values) -> Result<(), Halt> {
        let locator = Locator::new(self.view);
        let reader = super::Reader::new(self.view, &self.plan.url);
        let stepper =
            Stepper { locator: &locator, base: &self.plan.url, reader: &reader, values, secrets: None };
        for step in &at.script.script.steps {
            let (Some(_), Some(when)) = (&step.refuse, &step.when) else { continue };
            let again = Where { step, ..at };
            if when.sees.is_some() && stepper.holds(self.browser, again, when).await? {
                for verb in step.verbs() {
                    stepper.step(self.browser, again, verb).await?;
                }
            }
        }
        Ok(())
    }

    /// Reads the person back on fresh loads until the wanted state holds or `settle` has passed.
    async fn read_back(
        &mut self,
        job: &Job,
        at: Where<'_>,
        values: &Values,
        answer: Option<&Answer>,
        became: &mut Became,
    ) -> Result<(), Halt> {
        let Some(read_back) = at.script.script.read_back.as_ref().map(|read_back| &read_back.value) else {
            return Err(Halt::Broken(anyhow::anyhow!("a script without `read_back` got past the check")));
        };
        if read_back.unverifiable {
            became.outcome = Outcome::AcknowledgedUnverified;
            "the app shows nothing that could prove it".clone_into(&mut became.why);
            return Ok(());
        }
        let (verdict, now, tries) = self.poll(values, read_back, false).await?;
        self.ledger.fact(Fact::PersonReadBack {
            job: job.id,
            state: now.state,
            row: now.row.clone(),
            whole: now.whole,
            tries,
        })?;
        let unchanged = now.state == became.before.state && now.row == became.before.row && !now.several;
        let meaning = answer.and_then(|answer| Locator::new(self.view).meaning(&answer.said));
        // Where an app hides pending people, the prior state is no proof that nothing happened.
        let shows = became.before.state != State::Absent || self.view.app.pending.value == Shown::Shown;
        let (outcome, why) = settle(&verdict, unchanged && shows, now.whole, meaning, answer);
        became.after = now;
        became.outcome = outcome;
        became.why = why;
        self.bring_into_view(values, &became.after).await;
        self.picture_if_possible(job, at.number, "after", values).await?;
        if outcome == Outcome::PageDisagrees {
            let mut halt = Halt::rule(outcome, became.why.clone());
            if let Halt::Refused(_, refusal) = &mut halt {
                refusal.kind = RefusalKind::HeldBack;
                refusal.script = Some(at.place());
            }
            return Err(halt);
        }
        Ok(())
    }

    /// Fresh loads, bounded by `settle`: the verdict of the last one and how many there were.
    pub(super) async fn poll(
        &mut self,
        values: &Values,
        read_back: &ReadBack,
        whole: bool,
    ) -> Result<(Verdict, Standing, u32), Halt> {
        let until = Instant::now() + self.view.app.settle.value.0;
        let mut pause = Duration::from_millis(150);
        let mut tries = 0;
        loop {
            tries += 1;
            let now = if whole { self.read_whole(values).await? } else { self.read_fresh(values).await? };
            let verdict = judge(self.view, self.plan.action, read_back, values, &now);
            if matches!(verdict, Verdict::Holds(_)) || Instant::now() >= until {
                return Ok((verdict, now, tries));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// Other people's keys, so that a dialog that names one of them is refused.
    fn foreign(&self, key: &str) -> Vec<String> {
        let others = self
            .ledger
            .known
            .iter()
            .filter(|known| known.as_str() != key && **known != self.plan.account.to_lowercase());
        others.cloned().collect()
    }

    pub(super) fn values(&self, job: &Job) -> Values {
        Values {
            account: self.plan.account.clone(),
            tenant: self.plan.tenant.clone(),
            key: job.key.clone(),
            person: job.values.clone(),
            row: job.found.row.clone(),
            ..Values::default()
        }
    }

    fn script(&self, name: &str) -> anyhow::Result<&ScriptFile> {
        self.view
            .script_named(name)
            .ok_or_else(|| anyhow::anyhow!("the plan names a script `{name}` that it does not hold"))
    }

    /// Takes a picture that shows nobody but this person, and keeps it.
    async fn picture(
        &mut self,
        job: &Job,
        step: u32,
        label: &str,
        values: &Values,
        scope: Option<&Target>,
    ) -> Result<String, Halt> {
        let locator = Locator::new(self.view);
        let lists = locator.lists()?;
        let cover = cover(&locator, &lists, values, scope);
        let picture =
            self.browser.picture(&cover).await.map_err(|trouble| Halt::of(trouble, &locator, None))?;
        Ok(self.ledger.picture(job.id, step, label, &picture)?.file)
    }

    /// The next picture will be this one.
    fn foresee(&mut self, values: &Values, scope: Option<&Target>) -> anyhow::Result<()> {
        let locator = Locator::new(self.view);
        let lists = locator.lists()?;
        self.browser.foresee(&cover(&locator, &lists, values, scope));
        Ok(())
    }

    /// Brings the person's own row before the camera, when there is one. The picture is taken in any case.
    async fn bring_into_view(&mut self, values: &Values, now: &Standing) {
        if now.state == State::Absent || self.foresee(values, None).is_err() {
            return;
        }
        let reader = super::Reader::new(self.view, &self.plan.url);
        for list in self.view.book.lists.keys() {
            match reader.show(self.browser, list, values).await {
                Ok(()) => return,
                Err(trouble) => {
                    tracing::debug!(?trouble, list, "the person's row could not be brought into view");
                }
            }
        }
    }

    /// A picture that is good to have but proves nothing by itself: a page that moves on is no reason to stop.
    async fn picture_if_possible(
        &mut self,
        job: &Job,
        step: u32,
        label: &str,
        values: &Values,
    ) -> Result<(), Halt> {
        match self.picture(job, step, label, values, None).await {
            Err(Halt::Refused(_, refusal)) => {
                tracing::debug!(message = refusal.message, "no picture of the page's answer");
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// Who is there already is pictured too: it is what an auditor asks to see.
    pub(super) async fn picture_of_settled(&mut self, job: &Job) -> anyhow::Result<()> {
        let now = Standing { state: job.found.state, row: job.found.row.clone(), ..Standing::default() };
        self.picture_of(job, &now, 0, "found so").await
    }

    /// A picture of the person as the app shows them now.
    pub(super) async fn picture_of(
        &mut self,
        job: &Job,
        now: &Standing,
        step: u32,
        label: &str,
    ) -> anyhow::Result<()> {
        let values = Values { row: now.row.clone(), ..self.values(job) };
        self.bring_into_view(&values, now).await;
        match self.picture_if_possible(job, step, label, &values).await {
            Ok(()) | Err(Halt::Refused(..)) => Ok(()),
            Err(Halt::Broken(error)) => Err(error),
        }
    }

    async fn picture_of_refusal(&mut self, job: &Job) -> anyhow::Result<Option<String>> {
        let values = self.values(job);
        let picture = match self.picture(job, 0, "refused", &values, None).await {
            Ok(file) => Some(file),
            Err(Halt::Refused(..)) => None,
            Err(Halt::Broken(error)) => return Err(error),
        };
        if let Ok(outline) = self.browser.outline().await {
            let bytes = serde_json::to_vec_pretty(&outline).unwrap_or_default();
            let text = |name: &str| outline.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            let about = super::About {
                kind: crate::evidence::ExhibitKind::Outline,
                label: "outline of the refusing page",
                url: &text("url"),
                title: &text("title"),
                masked: crate::evidence::Masked::default(),
            };
            let exhibit = self.ledger.keep(&format!("p{:04}-outline.json", job.id), &bytes, &about)?;
            self.ledger.fact(Fact::ProofKept { job: job.id, step: 0, exhibit })?;
        }
        Ok(picture)
    }

    /// A page that is not the expected one may be the sign-in page: then it is the session that ended.
    async fn expired(&mut self, outcome: Outcome) -> Outcome {
        if !matches!(outcome, Outcome::UiUnknown | Outcome::PageDisagrees) {
            return outcome;
        }
        let pages = self.view.sign_in.pages.iter().filter_map(|(_, page)| page.plain().map(str::to_owned));
        let here = self.browser.url().await.unwrap_or_default();
        let path = url::Url::parse(&here).map(|url| url.path().to_owned()).unwrap_or_default();
        if pages.into_iter().any(|page| page == path) { Outcome::SessionExpired } else { outcome }
    }

    /// The person as the app shows them: from the last whole roster when nothing was done since, else on a fresh load.
    async fn read_person(&mut self, values: &Values) -> Result<Standing, Halt> {
        // The page the last reading left open still shows that very list; one more load of it would tell the same.
        // Where reading everybody is dear, the person is searched for now: then a search that finds nobody afterwards may be
        // believed, and everybody need not be read once more.
        let may_search = self.is_dear && !self.found_by_search.contains(&values.key);
        if let Some(roster) = self.fresh_roster().filter(|_| !may_search) {
            return Ok(super::standing(roster, &values.key));
        }
        self.read_fresh(values).await
    }

    /// Whether an exact search that finds nobody may be believed: it found the person before, or nothing was done about
    /// them and the whole roster before did not have them either.
    fn absence_is_plain(&self, key: &str) -> bool {
        let Ledger { before, known, .. } = self.ledger;
        let never_there = before.is_proven() && !known.contains(key) && !self.ledger.was_touched(key);
        self.found_by_search.contains(key) || never_there
    }

    /// Everybody, read whole: the stricter reading that doubts are settled by.
    pub(super) async fn read_whole(&mut self, values: &Values) -> Result<Standing, Halt> {
        let roster = match self.whole_roster().await? {
            Ok(roster) => roster,
            Err((outcome, refusal)) => return Err(Halt::Refused(outcome, refusal)),
        };
        let standing = super::standing(&roster, &values.key);
        self.roster_is_fresh = true;
        self.last_roster = Some(roster);
        Ok(standing)
    }

    pub(super) async fn read_fresh(&mut self, values: &Values) -> Result<Standing, Halt> {
        self.let_through(None, async |engine: &mut Self| engine.read_once(values).await).await
    }

    async fn read_once(&mut self, values: &Values) -> Result<Standing, Halt> {
        let ledger = self.ledger;
        let acts = ledger.acts();
        let (mut standing, mut roster) = self.read_now(values).await?;
        // Rows move from page to page when somebody comes or goes, so that a list of several pages may lose or double people
        // while it is read: then it is read once more, and nothing is done meanwhile.
        let lists = u32::try_from(self.view.book.lists.0.len()).unwrap_or(u32::MAX);
        let several = roster.as_ref().is_some_and(|roster| roster.pages > lists);
        self.read_at = acts.filter(|_| ledger.acts() == acts);
        if several && self.read_at.is_none() {
            let undisturbed = ledger.undisturbed().await;
            self.read_at = ledger.acts();
            (standing, roster) = self.read_now(values).await?;
            drop(undisturbed);
        }
        if let Some(roster) = roster {
            self.read_anew(Rc::new(roster));
        }
        if standing.state == State::Absent && standing.several {
            return Err(Halt::rule(Outcome::Ambiguous, "more than one row has this key"));
        }
        Ok(standing)
    }

    /// The person, and everybody where that is how they are read.
    async fn read_now(&mut self, values: &Values) -> Result<(Standing, Option<Roster>), Halt> {
        let reader = super::Reader::new(self.view, &self.plan.url);
        let locator = Locator::new(self.view);
        let halt = |trouble| Halt::of(trouble, &locator, None);
        let (standing, roster) = reader.person(self.browser, values).await.map_err(halt)?;
        if standing.state != State::Absent && roster.is_none() {
            self.found_by_search.insert(values.key.clone());
        }
        let doubtful = !standing.whole || !self.absence_is_plain(&values.key);
        if standing.state == State::Absent && roster.is_none() && doubtful {
            // A search that never found this person proves nothing by not finding them.
            let whole = reader.roster(self.browser, true).await.map_err(halt)?;
            return Ok((super::standing(&whole, &values.key), Some(whole)));
        }
        Ok((standing, roster))
    }
}

/// What a picture covers: everybody but this person, and what is secret.
fn cover<'a>(
    locator: &Locator<'_>,
    lists: &'a [ListTarget],
    values: &Values,
    scope: Option<&'a Target>,
) -> Cover<'a> {
    Cover {
        lists: lists.iter().collect(),
        subject: locator.subject(values),
        secret: locator.secrets(),
        scope,
    }
}
