//! Doing a script's steps: the ones that commit nothing. Reads, moves and fills may be tried again; a commit is not here.

use super::reading::Reader;
use super::refuse::Halt;
use super::target::{Locator, Values};
use crate::browser::{Browser, Seen, Typed, Want};
use crate::journal::PlaceRef;
use crate::plan::ScriptFile;
use crate::script::{Condition, Step, Switch, Verb};
use crate::secret::Secret;
use crate::source::{At, Several};
use crate::template::{Field, Template};
use crate::words::Outcome;
use std::time::Duration;

/// How long a `wait` step waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where secrets come from; only signing in has any.
pub type SecretSource<'a> = &'a dyn Fn(&str) -> Option<Secret>;

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
    pub async fn step(
        &self,
        browser: &mut impl Browser,
        at: Where<'_>,
        verb: Verb<'_>,
    ) -> Result<Done, Halt> {
        let halt = |trouble| Halt::of(trouble, self.locator, Some(at.place()));
        let target = |name: &str| self.locator.control(name, self.values);
        let done = |name: &str, seen: Seen| Done { on: name.to_owned(), by: seen.by };
        match verb {
            Verb::Open(page) => {
                let address = self.locator.page(self.base, page, self.values)?;
                browser.open(&address).await.map_err(halt)?;
                Ok(Done { on: page.value.clone(), by: Vec::new() })
            }
            Verb::Row(list) => {
                self.reader.show(browser, list, self.values).await.map_err(halt)?;
                Ok(Done { on: list.value.clone(), by: Vec::new() })
            }
            Verb::Click(name) => Ok(done(name, browser.click(&target(name)?).await.map_err(halt)?)),
            Verb::Hover(name) => Ok(done(name, browser.hover(&target(name)?).await.map_err(halt)?)),
            Verb::Wait(name) => {
                Ok(done(name, browser.look(&target(name)?, Want::Visible, PATIENCE).await.map_err(halt)?))
            }
            Verb::Fill(pairs) => {
                let mut all = Done::default();
                for (name, template) in pairs.iter() {
                    let field = target(name)?;
                    let seen = match self.secret(template)? {
                        Some(secret) => browser.fill(&field, Typed::Secret(&secret)).await,
                        None => browser.fill(&field, Typed::Plain(&self.values.fill(template)?)).await,
                    };
                    all = joined(all, name, seen.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::Choose(pairs) => {
                let mut all = Done::default();
                for (name, templates) in pairs.iter() {
                    let wanted = self.wanted(templates)?;
                    all = joined(all, name, browser.choose(&target(name)?, &wanted).await.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::Check(pairs) => {
                let mut all = Done::default();
                for (name, switch) in pairs.iter() {
                    let on = switch.value == Switch::On;
                    all = joined(all, name, browser.check(&target(name)?, on).await.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::Toggle(pairs) => {
                let mut all = Done::default();
                for (name, switch) in pairs.iter() {
                    let on = switch.value == Switch::On;
                    all = joined(all, name, browser.toggle(&target(name)?, on).await.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::Tab(name) => Ok(done(name, browser.tab(&target(name)?).await.map_err(halt)?)),
            Verb::Menu(pairs) => {
                let mut all = Done::default();
                for (name, template) in pairs.iter() {
                    let item = self.values.fill(template)?;
                    all = joined(all, name, browser.menu(&target(name)?, &item).await.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::Upload(pairs) => {
                let mut all = Done::default();
                for (name, template) in pairs.iter() {
                    let path = self.values.fill(template)?;
                    all = joined(all, name, browser.upload(&target(name)?, &path).await.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::TypeToConfirm(pairs) => {
                let mut all = Done::default();
                for (name, template) in pairs.iter() {
                    let phrase = self.values.fill(template)?;
                    let seen = browser.type_to_confirm(&target(name)?, &phrase).await;
                    all = joined(all, name, seen.map_err(halt)?);
                }
                Ok(all)
            }
            Verb::Refuse(outcome) => Err(refuse(outcome, at)),
            Verb::Commit(_) => Err(Halt::Broken(anyhow::anyhow!("a commit is never done as a plain step"))),
        }
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

    fn secret(&self, template: &Template) -> anyhow::Result<Option<Secret>> {
        let Some(Field::Secret(name)) = template.fields().find(|field| matches!(field, Field::Secret(_)))
        else {
            return Ok(None);
        };
        let secret = self.secrets.and_then(|source| source(name));
        secret
            .map(Some)
            .ok_or_else(|| anyhow::anyhow!("there is no secret `{name}` for this app in usher.toml"))
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
