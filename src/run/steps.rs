//! Doing a script's steps: the ones that commit nothing. Reads, moves and fills may be tried again; a commit is not here.

use super::reading::Reader;
use super::refuse::Halt;
use super::target::{Locator, Values};
use crate::browser::{Browser, Seen, Target, Typed, Want};
use crate::journal::PlaceRef;
use crate::plan::ScriptFile;
use crate::script::{Condition, Step, Switch, Verb};
use crate::secret::Secret;
use crate::source::{At, Pairs, Several};
use crate::template::{Field, Template};
use crate::words::Outcome;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

/// How long a `wait` step waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// A secret on its way: it may have to be asked for, or be good only a while later.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Option<Secret>, Halt>> + 'a>>;

/// Where secrets come from.
pub trait Secrets {
    /// The secret that a field stands for; none where there is none.
    fn ask<'a>(&'a self, field: &'a Field) -> Asked<'a>;
}

/// Where secrets come from, handed around.
pub type SecretSource<'a> = &'a dyn Secrets;

/// Where a step is: its script and its number, from 1.
#[derive(Clone, Copy, Debug)]
pub struct Where<'a> {
    /// The script.
    pub script: &'a ScriptFile,
    /// The step.
    pub number: u32,
    /// The line.
    pub step: &'a At<Step>,
}

impl Where<'_> {
    /// As it goes into a refusal.
    pub fn place(&self) -> PlaceRef {
        let spot = self.step.spot;
        PlaceRef { file: self.script.source.name.clone(), line: spot.line, column: spot.column }
    }
}

/// What a step did.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// The control or page.
    pub on: String,
    /// The descriptions that found it.
    pub by: Vec<String>,
    /// What was read, by the name the script gives it.
    pub read: BTreeMap<String, String>,
}

/// Does steps for one person.
pub struct Stepper<'a> {
    /// Makes targets.
    pub locator: &'a Locator<'a>,
    /// The tenant's base URL.
    pub base: &'a str,
    /// Reads lists.
    pub reader: &'a Reader<'a>,
    /// The person's values.
    pub values: &'a Values,
    /// Secrets, when signing in.
    pub secrets: Option<SecretSource<'a>>,
}

impl Stepper<'_> {
    /// Whether a step's condition holds now. A control is looked for once the page has come to rest.
    pub async fn holds(
        &self,
        browser: &mut impl Browser,
        at: Where<'_>,
        when: &Condition,
    ) -> Result<bool, Halt> {
        let column = |name: &str| self.values.person.get(name).map_or("", |value| value.trim());
        for (name, wanted) in when.given.iter() {
            if column(name).to_lowercase() != wanted.to_lowercase() {
                return Ok(false);
            }
        }
        if when.gives.values().any(|name| column(name).is_empty()) {
            return Ok(false);
        }
        if !when.missing.values().all(|name| column(name).is_empty()) {
            return Ok(false);
        }
        match &when.sees {
            None => Ok(true),
            Some(name) => {
                let target = self.locator.control(name, self.values)?;
                browser
                    .sees(&target)
                    .await
                    .map_err(|trouble| Halt::of(trouble, self.locator, Some(at.place())))
            }
        }
    }

    /// Does a step that commits nothing.
    pub async fn step<B: Browser>(
        &self,
        browser: &mut B,
        at: Where<'_>,
        verb: Verb<'_>,
    ) -> Result<Done, Halt> {
        let halt = |trouble| Halt::of(trouble, self.locator, Some(at.place()));
        let target = |name: &str| self.locator.control(name, self.values);
        let done = |name: &str, seen: Seen| Done { on: name.to_owned(), by: seen.by, ..Done::default() };
        match verb {
            Verb::Open(page) => {
                let address = self.locator.page(self.base, page, self.values)?;
                browser.open(&address).await.map_err(halt)?;
                Ok(Done { on: page.value.clone(), ..Done::default() })
            }
            Verb::Row(list) => {
                self.reader.show(browser, list, self.values).await.map_err(halt)?;
                Ok(Done { on: list.value.clone(), ..Done::default() })
            }
            Verb::Detail(list) => {
                self.reader.detail(browser, list, self.values).await.map_err(halt)?;
                Ok(Done { on: list.value.clone(), ..Done::default() })
            }
            Verb::Dialog(name) => {
                Ok(done(name, browser.look(&target(name)?, Want::OnTop, PATIENCE).await.map_err(halt)?))
            }
            Verb::Click(name) => {
                let seen = browser.click(&target(name)?).await.map_err(halt)?;
                if let Some(accept) = &at.step.accept {
                    browser.accept(&self.values.fill(accept)?).await.map_err(halt)?;
                }
                Ok(done(name, seen))
            }
            Verb::Hover(name) => Ok(done(name, browser.hover(&target(name)?).await.map_err(halt)?)),
            Verb::Wait(names) => {
                let targets = names.values().map(|name| target(name)).collect::<anyhow::Result<Vec<_>>>()?;
                let on = names.values().map(String::as_str).collect::<Vec<_>>().join(" or ");
                Ok(done(&on, browser.look_for_any(&targets, PATIENCE).await.map_err(halt)?))
            }
            Verb::Read(pairs) => {
                let names = pairs.iter().map(|(name, _)| name.value.clone());
                let targets =
                    pairs.iter().map(|(_, control)| target(control)).collect::<anyhow::Result<Vec<_>>>()?;
                let held = browser.read(&targets).await.map_err(halt)?;
                let controls: Vec<&str> = pairs.iter().map(|(_, control)| control.as_str()).collect();
                Ok(Done { on: controls.join(", "), by: Vec::new(), read: names.zip(held).collect() })
            }
            Verb::Each(column, steps) => Box::pin(self.each(browser, at, column, steps)).await,
            Verb::Tab(name) => Ok(done(name, browser.tab(&target(name)?).await.map_err(halt)?)),
            Verb::Refuse(outcome) => Err(refuse(outcome, at)),
            Verb::Commit(_) => Err(Halt::Broken(anyhow::anyhow!("a commit is never done as a plain step"))),
            _ => self.fill_in(browser, at, verb).await,
        }
    }

    /// Does a step that fills in, one control after the other.
    async fn fill_in<B: Browser>(
        &self,
        browser: &mut B,
        at: Where<'_>,
        verb: Verb<'_>,
    ) -> Result<Done, Halt> {
        let halt = |trouble| Halt::of(trouble, self.locator, Some(at.place()));
        match verb {
            Verb::Search(pairs) => {
                let search = async |browser: &mut B, field: &Target, text: &At<Template>| {
                    let seen =
                        browser.fill(field, Typed::Plain(&self.values.fill(text)?)).await.map_err(halt)?;
                    browser.rest().await.map_err(halt)?;
                    Ok(seen)
                };
                self.over(browser, pairs, search).await
            }
            Verb::Fill(pairs) => {
                let fill = async |browser: &mut B, field: &Target, text: &At<Template>| match self
                    .secret(text)
                    .await?
                {
                    Some(secret) => browser.fill(field, Typed::Secret(&secret)).await.map_err(halt),
                    None => browser.fill(field, Typed::Plain(&self.values.fill(text)?)).await.map_err(halt),
                };
                self.over(browser, pairs, fill).await
            }
            Verb::Choose(pairs) => {
                let choose = async |browser: &mut B, control: &Target, names: &Several<Template>| {
                    browser.choose(control, &self.wanted(names)?).await.map_err(halt)
                };
                self.over(browser, pairs, choose).await
            }
            Verb::Check(pairs) => {
                let check = async |browser: &mut B, control: &Target, switch: &At<Switch>| {
                    browser.check(control, switch.value == Switch::On).await.map_err(halt)
                };
                self.over(browser, pairs, check).await
            }
            Verb::Toggle(pairs) => {
                let toggle = async |browser: &mut B, control: &Target, switch: &At<Switch>| {
                    browser.toggle(control, switch.value == Switch::On).await.map_err(halt)
                };
                self.over(browser, pairs, toggle).await
            }
            Verb::Menu(pairs) => {
                let menu = async |browser: &mut B, button: &Target, item: &At<Template>| {
                    browser.menu(button, &self.values.fill(item)?).await.map_err(halt)
                };
                self.over(browser, pairs, menu).await
            }
            Verb::Upload(pairs) => {
                let upload = async |browser: &mut B, field: &Target, path: &At<Template>| {
                    browser.upload(field, &self.values.fill(path)?).await.map_err(halt)
                };
                self.over(browser, pairs, upload).await
            }
            Verb::TypeToConfirm(pairs) => {
                let confirm = async |browser: &mut B, field: &Target, phrase: &At<Template>| {
                    browser.type_to_confirm(field, &self.values.fill(phrase)?).await.map_err(halt)
                };
                self.over(browser, pairs, confirm).await
            }
            _ => Err(Halt::Broken(anyhow::anyhow!("`{}` fills nothing in", verb.word()))),
        }
    }

    /// Does one thing to each control of a step, in its order.
    async fn over<B: Browser, V>(
        &self,
        browser: &mut B,
        pairs: &Pairs<V>,
        act: impl AsyncFn(&mut B, &Target, &V) -> Result<Seen, Halt>,
    ) -> Result<Done, Halt> {
        let mut all = Done::default();
        for (name, value) in pairs.iter() {
            let target = self.locator.control(name, self.values)?;
            all = joined(all, name, act(browser, &target, value).await?);
        }
        Ok(all)
    }

    /// Does some steps once for each value of a column.
    async fn each(
        &self,
        browser: &mut impl Browser,
        at: Where<'_>,
        column: &str,
        steps: &[At<Step>],
    ) -> Result<Done, Halt> {
        let mut all = Done { on: column.to_owned(), ..Done::default() };
        let mut values = self.values.clone();
        for item in names_in(self.values.person.get(column).map_or("", String::as_str)) {
            values.item = Some(item);
            for step in steps {
                let at = Where { step, ..at };
                let inner = Stepper { values: &values, ..*self };
                if let Some(when) = &step.when
                    && !inner.holds(browser, at, when).await?
                {
                    continue;
                }
                let mut read = BTreeMap::new();
                for verb in step.verbs() {
                    let done = inner.step(browser, at, verb).await?;
                    all.by.extend(done.by);
                    read.extend(done.read);
                }
                values.read.extend(read);
            }
        }
        all.read = values.read;
        Ok(all)
    }

    /// The names that are to be chosen: each template filled in and split at semicolons.
    fn wanted(&self, templates: &Several<Template>) -> anyhow::Result<Vec<String>> {
        let mut all: Vec<String> = Vec::new();
        for template in templates.values() {
            for name in names_in(&self.values.fill(template)?) {
                // Somebody who is named twice in a set is in it once.
                if !all.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
                    all.push(name);
                }
            }
        }
        Ok(all)
    }

    async fn secret(&self, template: &Template) -> Result<Option<Secret>, Halt> {
        let Some(field) = template.fields().find(|field| field.is_secret()) else { return Ok(None) };
        let secret = match self.secrets {
            Some(source) => source.ask(field).await?,
            None => None,
        };
        match secret {
            Some(secret) => Ok(Some(secret)),
            None => Err(anyhow::anyhow!("there is no `{field}` for this app in usher.toml").into()),
        }
    }
}

/// The names in a text that may hold several, parted by semicolons.
pub(super) fn names_in(text: &str) -> Vec<String> {
    text.split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn refuse(outcome: &At<Outcome>, at: Where<'_>) -> Halt {
    let mut halt = Halt::rule(outcome.value, format!("the script refuses here: {}", outcome.value.meaning()));
    if let Halt::Refused(_, refusal) = &mut halt {
        refusal.script = Some(at.place());
    }
    halt
}

fn joined(mut all: Done, name: &str, seen: Seen) -> Done {
    if !all.on.is_empty() {
        all.on.push_str(", ");
    }
    all.on.push_str(name);
    all.by.extend(seen.by);
    all
}
