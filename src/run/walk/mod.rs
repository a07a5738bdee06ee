//! Walking through a real console without changing anything: what reads or moves is done, everything else is located only,
//! and of every control of the books it is found out which of its descriptions still hold.

mod alike;
mod commit;
mod finding;
mod lists;
mod locate;
mod needs;
mod people;
mod script;
mod way;
mod witness;

pub use finding::{Finding, Found, Grade, Line};
pub use script::{How, Walked, WalkedStep};
pub use witness::Witness;

use super::refuse::Halt;
use super::target::{Locator, Values};
use super::{Reader, address};
use crate::browser::{Browser, Trouble};
use crate::plan::View;
use crate::roster::Roster;
use crate::selector::{Find, Inside};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Whose console it is, and who must be left out of it.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// The tenant's base URL.
    pub url: &'a str,
    /// The account usher works as.
    pub account: &'a str,
    /// People who are never looked up.
    pub protected: &'a [String],
    /// The person the scripts are walked for; somebody harmless is chosen when absent.
    pub person: Option<&'a str>,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Every control and list of the books, once each, in their order; the sign-in book first.
    pub findings: Vec<Finding>,
    /// Every script that was walked.
    pub scripts: Vec<Walked>,
    /// What is worth knowing besides.
    pub notes: Vec<String>,
    /// Why the walk is not the one that was meant.
    pub refusal: Option<crate::journal::Refusal>,
}

/// Walks through the console of a signed-in browser. Only `Broken` comes back as an error; what the page would not do is found.
pub async fn walk<B: Browser>(
    witness: &mut Witness<'_, B>,
    view: &View,
    bounds: Bounds<'_>,
    tell: &mut dyn FnMut(&str),
) -> anyhow::Result<Walk> {
    let locator = Locator::new(view);
    witness.only_searches(searches(view));
    witness.watch(locator.says()?);
    witness.expect(locator.interrupts()?);
    witness.gates(locator.gates()?);
    let mut walker = Walker::new(view, bounds);
    tell("the entry page");
    walker.detected(witness).await?;
    walker.lists(witness, tell).await?;
    walker.came_between(witness);
    for file in view.scripts.iter().filter(|file| !file.script.action.is_entry()) {
        tell(&file.source.name);
        let script = walker.script(witness, file).await?;
        walker.scripts.push(script);
        walker.came_between(witness);
        walker.home(witness).await?;
    }
    Ok(walker.end(witness))
}

/// What was found when usher did not get as far as to walk: at signing in, or on an entry page that is none of the known ones.
pub async fn not_walked<B: Browser>(
    witness: &mut Witness<'_, B>,
    view: &View,
    bounds: Bounds<'_>,
    signed_in: bool,
) -> anyhow::Result<Walk> {
    let mut walker = Walker::new(view, bounds);
    if signed_in {
        witness.only_searches(BTreeSet::new());
        walker.detected(witness).await?;
    }
    Ok(walker.end(witness))
}

/// The fields one may type into: those that only search.
fn searches(view: &View) -> BTreeSet<String> {
    let finds = view.book.lists.iter().filter_map(|(_, list)| list.find.as_ref());
    let fields = finds.filter_map(|find| match &find.value {
        Find::Field(field) => Some(field.fill.clone()),
        Find::Page(_) => None,
    });
    let steps = view.scripts.iter().flat_map(|file| file.script.all_steps());
    let own = steps.filter_map(|step| step.search.as_ref()).flat_map(|pairs| pairs.keys().map(str::to_owned));
    fields.chain(own).collect()
}

/// The state of a walk.
struct Walker<'a> {
    view: &'a View,
    bounds: Bounds<'a>,
    locator: Locator<'a>,
    /// Everybody in the lists that could be read.
    roster: Option<Roster>,
    lists: BTreeMap<String, lists::ListFound>,
    scripts: Vec<Walked>,
    /// Why a control was not looked for where a script names it.
    why_not: BTreeMap<String, Vec<String>>,
    /// What else is to be said of a control.
    remarks: BTreeMap<String, Vec<String>>,
    /// What would be refused of a control besides what looks at it show.
    refused: BTreeMap<String, crate::journal::Refusal>,
    notes: Vec<String>,
    refusal: Option<crate::journal::Refusal>,
    /// Controls of what came in between and was sent away.
    sent_away: BTreeSet<String>,
}

impl<'a> Walker<'a> {
    fn new(view: &'a View, bounds: Bounds<'a>) -> Self {
        Self {
            view,
            bounds,
            locator: Locator::new(view),
            roster: None,
            lists: BTreeMap::new(),
            scripts: Vec::new(),
            why_not: BTreeMap::new(),
            remarks: BTreeMap::new(),
            refused: BTreeMap::new(),
            notes: Vec::new(),
            refusal: None,
            sent_away: BTreeSet::new(),
        }
    }

    /// What came in between was found and sent away by the controls that the book names for it.
    fn came_between<B: Browser>(&mut self, witness: &mut Witness<'_, B>) {
        let gone = witness.sent_away();
        for interrupt in self.view.book.interrupts.iter().chain(&self.view.sign_in.interrupts) {
            if gone.contains(&interrupt.sees.value) {
                self.sent_away.extend([interrupt.sees.value.clone(), interrupt.click.value.clone()]);
            }
        }
    }

    /// What tells the generation, looked at on the entry page.
    async fn detected<B: Browser>(&mut self, witness: &mut Witness<'_, B>) -> anyhow::Result<()> {
        let entry = address(self.bounds.url, &self.view.app.entry)?;
        if let Some(refused) = refused(witness.open(&entry).await)? {
            self.notes.push(format!("the entry page could not be opened: {}", refused.message));
            return Ok(());
        }
        for control in &self.view.book.detect {
            let place = finding::detect_place(self.view, control);
            let target = self.locator.target("detect", control, &Values::default(), Some(place))?;
            let looked = witness.look_at(&witness::plain(&target, witness::PATIENCE)).await;
            if let Some(inspected) = kept(looked)?
                && inspected.refused.is_some()
            {
                witness.it_counts();
            }
        }
        Ok(())
    }

    /// Goes back to a page of the tenant that holds no dialog and no form.
    async fn home<B: Browser>(&mut self, witness: &mut Witness<'_, B>) -> anyhow::Result<()> {
        let first = self.view.book.lists.iter().next().map(|(_, list)| list.page.value.clone());
        let page = match first {
            Some(page) => self.locator.page(self.bounds.url, &page, &Values::default()).ok(),
            None => None,
        };
        let page = match page {
            Some(page) => page,
            None => address(self.bounds.url, &self.view.app.entry)?,
        };
        refused(witness.open(&page).await).map(drop)
    }

    /// Looks for the controls that no script has touched so far, on the page as it is now. Only one that is there beyond doubt
    /// is taken down: its place is there, or independent descriptions of it agree.
    async fn sweep<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        values: &Values,
    ) -> anyhow::Result<()> {
        for (name, control) in self.view.book.controls.iter() {
            let Ok(target) = self.locator.control(name, values) else { continue };
            let has_place = matches!(
                control.inside.as_ref().map(|inside| &inside.value),
                Some(Inside::Control(_) | Inside::RowOf(_))
            );
            if witness.knows(&target) || (!has_place && control.descriptions() < 2) {
                continue;
            }
            let before = witness.looks.len();
            let looked = witness.look_at(&witness::plain(&target, Duration::ZERO)).await;
            if !kept(looked)?.is_some_and(|inspected| inspected.is_whole()) {
                witness.looks.truncate(before);
            }
        }
        Ok(())
    }

    fn why_not(&mut self, control: &str, why: impl Into<String>) {
        remember(&mut self.why_not, control, why.into());
    }

    fn remark(&mut self, control: &str, remark: impl Into<String>) {
        remember(&mut self.remarks, control, remark.into());
    }

    fn end<B: Browser>(self, witness: &mut Witness<'_, B>) -> Walk {
        let findings = finding::all(&self, &witness.looks);
        Walk { findings, scripts: self.scripts, notes: self.notes, refusal: self.refusal }
    }

    fn reader(&self) -> Reader<'a> {
        Reader::new(self.view, self.bounds.url)
    }

    /// A refusal as a run would tell it.
    fn refusal(
        &self,
        refused: crate::browser::Refused,
        script: Option<crate::journal::PlaceRef>,
    ) -> crate::journal::Refusal {
        super::refuse::refusal(refused, &self.locator, script).1
    }
}

fn remember(all: &mut BTreeMap<String, Vec<String>>, name: &str, what: String) {
    let known = all.entry(name.to_owned()).or_default();
    if !known.contains(&what) {
        known.push(what);
    }
}

/// What the page would not do, if that is all; a broken browser ends the walk.
fn refused<T>(done: Result<T, Trouble>) -> anyhow::Result<Option<crate::browser::Refused>> {
    match done {
        Ok(_) => Ok(None),
        Err(Trouble::Refused(refused)) => Ok(Some(*refused)),
        Err(Trouble::Broken(error)) => Err(error),
    }
}

/// What came of something, if the page did it.
fn kept<T>(done: Result<T, Trouble>) -> anyhow::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(Trouble::Refused(_)) => Ok(None),
        Err(Trouble::Broken(error)) => Err(error),
    }
}

/// The refusal of a halt, if it is one.
fn halted<T>(done: Result<T, Halt>) -> anyhow::Result<Result<T, crate::journal::Refusal>> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Halt::Refused(_, refusal)) => Ok(Err(*refusal)),
        Err(Halt::Broken(error)) => Err(error),
    }
}
