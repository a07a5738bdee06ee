//! What all browsers of one run share: the journal's only writer, the guards that it reserves, and whose turn it is.

use super::record::{About, Record};
use super::refuse::Halt;
use super::resume::Progress;
use super::stop::StopSignal;
use crate::browser::Picture;
use crate::evidence::Exhibit;
use crate::journal::{Fact, Refusal};
use crate::plan::{Job, Plan, Since, View, Wish, admins, takes_an_admin};
use crate::roster::Roster;
use crate::words::{Action, Outcome};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use tokio::sync::{Notify, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// After so many people something was done about, everybody is read and compared before more follow.
const RAMP: [u32; 2] = [1, 6];

/// Why no more turns are given.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    pub why: String,
    pub outcome: Option<Outcome>,
    pub refusal: Option<Refusal>,
    /// Everybody is read once more before the stop is sealed.
    pub last_look: bool,
}

impl Stop {
    pub(super) fn because(why: String) -> Self {
        Self { why, outcome: None, refusal: None, last_look: false }
    }
}

/// What a browser does next.
pub(super) enum Turn<'p> {
    /// This person's job.
    Job(&'p Job),
    /// Nobody is at work, and everybody is compared before more follow.
    Compare,
    /// Others are at work; what comes next depends on what becomes of it.
    Wait,
    /// Nothing is left to begin.
    Over,
}

/// Shared by the engines of one run. They are on one thread, and nothing here is held while one of them waits.
pub struct Ledger<'p, 'r> {
    pub(super) plan: &'p Plan,
    pub(super) view: &'p View,
    /// Everybody, as they were before anything was done.
    pub(super) before: Rc<Roster>,
    /// Everybody's keys, as the roster before showed them.
    pub(super) known: BTreeSet<String>,
    /// People whom another run left undecided, and that run.
    pub(super) blocked: BTreeMap<String, String>,
    /// People who are never removed or changed: those of the plan, and whoever was protected since.
    pub(super) protected: Vec<String>,
    /// The most removals of this run.
    pub(super) cap: u32,
    pub(super) stop: StopSignal,
    pages: RefCell<Pages<'p, 'r>>,
    /// Acts hold it together; a reading that no act may disturb holds it alone.
    acting: RwLock<()>,
    /// What a waiting browser waits for.
    moved: Notify,
}

/// What changes in a ledger.
struct Pages<'p, 'r> {
    record: &'p mut Record<'r>,
    /// Active admins, as the last whole reading showed them.
    admins: BTreeSet<String>,
    /// People whom this run has taken that from, or is about to.
    demoted: BTreeSet<String>,
    /// Jobs whose removal was tried in this run, earlier sittings included.
    removals: BTreeSet<u32>,
    /// People something was done about, in this sitting or an earlier one of this run.
    touched: BTreeSet<String>,
    outcomes: BTreeMap<u32, Outcome>,
    /// How many acts were begun, and how many of them have returned.
    begun: u64,
    returned: u64,
    /// The place in the plan of the job that comes next.
    next: usize,
    /// How many browsers have a turn.
    at_work: u32,
    /// How many people something was done about in this sitting.
    acted: u32,
    /// How often everybody was compared.
    compared: usize,
    is_comparing: bool,
    stopped: Option<Stop>,
    /// Why nobody is removed any more.
    beyond: Option<String>,
}

impl<'p, 'r> Ledger<'p, 'r> {
    /// Opens it. The roster before was just read; what earlier sittings of the run did is in `progress`.
    pub fn new(
        plan: &'p Plan,
        view: &'p View,
        record: &'p mut Record<'r>,
        before: Roster,
        progress: &Progress,
        blocked: BTreeMap<String, String>,
        stop: StopSignal,
    ) -> Self {
        let pages = Pages {
            record,
            admins: admins(view, &before),
            demoted: BTreeSet::new(),
            removals: progress.intended.clone(),
            touched: progress.touched.clone(),
            outcomes: progress.outcomes.clone(),
            begun: 0,
            returned: 0,
            next: 0,
            at_work: 0,
            acted: 0,
            compared: 0,
            is_comparing: false,
            stopped: None,
            beyond: None,
        };
        Self {
            plan,
            view,
            known: before.people.iter().map(|person| person.key.clone()).collect(),
            before: Rc::new(before),
            blocked,
            protected: plan.protected.clone(),
            cap: plan.cap,
            stop,
            pages: RefCell::new(pages),
            acting: RwLock::new(()),
            moved: Notify::new(),
        }
    }

    /// Heeds what usher.toml forbids by now beyond the plan.
    #[must_use]
    pub fn heeding(mut self, since: &Since) -> Self {
        self.protected.extend_from_slice(&since.protected);
        self.cap = since.cap.map_or(self.cap, |cap| cap.min(self.cap));
        self
    }

    /// Seals a fact.
    pub fn fact(&self, fact: Fact) -> anyhow::Result<()> {
        self.pages.borrow_mut().record.fact(fact)
    }

    /// Keeps a picture, and says so.
    pub(super) fn picture(
        &self,
        job: u32,
        step: u32,
        label: &str,
        picture: &Picture,
    ) -> anyhow::Result<Exhibit> {
        self.pages.borrow_mut().record.picture(job, step, label, picture)
    }

    /// Keeps a file; the fact that names it is the caller's.
    pub(super) fn keep(&self, name: &str, bytes: &[u8], about: &About<'_>) -> anyhow::Result<Exhibit> {
        self.pages.borrow_mut().record.keep(name, bytes, about)
    }

    /// The record, for what writes several facts at once.
    pub(super) fn with_record<T>(&self, write: impl FnOnce(&mut Record<'r>) -> T) -> T {
        write(self.pages.borrow_mut().record)
    }

    /// Who comes next. Whoever gets a job or is to compare says [`Ledger::done`] or [`Ledger::compared`] afterwards.
    pub(super) fn turn(&self) -> Turn<'p> {
        let mut pages = self.pages.borrow_mut();
        if pages.stopped.is_some() {
            return Turn::Over;
        }
        let plan = self.plan;
        let left = plan.jobs.get(pages.next..).unwrap_or_default();
        let skipped = left.iter().take_while(|job| pages.outcomes.contains_key(&job.id)).count();
        pages.next += skipped;
        let job = plan.jobs.get(pages.next);
        if job.is_some() && self.stop.asked() {
            pages.stopped = Some(Stop::because("asked to stop after the person at hand".to_owned()));
            return Turn::Over;
        }
        let most = RAMP.get(pages.compared).copied().unwrap_or(u32::MAX);
        let is_due = pages.acted >= most && !pages.is_comparing;
        let Some(job) = job.filter(|_| !is_due) else {
            // The comparison that is due is made also where nobody is left to begin with.
            return match (is_due, pages.at_work) {
                (true, 0) => {
                    pages.is_comparing = true;
                    Turn::Compare
                }
                (true, _) => Turn::Wait,
                (false, _) => Turn::Over,
            };
        };
        // Whoever is at work may do something about somebody.
        if pages.is_comparing || pages.acted.saturating_add(pages.at_work) >= most {
            return Turn::Wait;
        }
        pages.next += 1;
        pages.at_work += 1;
        Turn::Job(job)
    }

    /// A turn is over, whatever became of it.
    pub(super) fn done(&self) {
        let mut pages = self.pages.borrow_mut();
        pages.at_work = pages.at_work.saturating_sub(1);
        drop(pages);
        self.moved.notify_waiters();
    }

    /// Everybody was compared.
    pub(super) fn compared(&self) {
        let mut pages = self.pages.borrow_mut();
        pages.is_comparing = false;
        pages.compared += 1;
        // A sitting that began with several people in doubt is past the first of them already.
        while RAMP.get(pages.compared).is_some_and(|most| pages.acted >= *most) {
            pages.compared += 1;
        }
        drop(pages);
        self.moved.notify_waiters();
    }

    /// Waits until another browser's turn is over.
    pub(super) async fn moved(&self) {
        self.moved.notified().await;
    }

    /// No more turns are given. What stopped the run first is what stopped it; what comes to it meanwhile is told as well.
    pub(super) fn end_with(&self, stop: Stop) {
        let mut pages = self.pages.borrow_mut();
        match &mut pages.stopped {
            None => pages.stopped = Some(stop),
            Some(first) => {
                first.why = format!("{}; and {}", first.why, stop.why);
                first.last_look |= stop.last_look;
                if first.outcome.is_none() {
                    first.outcome = stop.outcome;
                    first.refusal = stop.refusal;
                }
            }
        }
        drop(pages);
        self.moved.notify_waiters();
    }

    /// What stopped the run, if anything did.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.pages.borrow().stopped.clone()
    }

    /// An act is about to be made ready: no reading that it would disturb goes on, and none begins before this is dropped.
    pub(super) async fn act(&self) -> RwLockReadGuard<'_, ()> {
        self.acting.read().await
    }

    /// No act is under way, and none begins before this is dropped.
    pub(super) async fn undisturbed(&self) -> RwLockWriteGuard<'_, ()> {
        self.acting.write().await
    }

    /// The intent of an act is sealed.
    pub(super) fn act_begun(&self, person: &str) {
        let mut pages = self.pages.borrow_mut();
        pages.begun += 1;
        pages.touched.insert(person.to_owned());
    }

    /// The act has returned, or nobody waits for it any more.
    pub(super) fn act_returned(&self) {
        self.pages.borrow_mut().returned += 1;
    }

    /// How many acts there were, as long as none is under way: what was read at the same number was not disturbed.
    pub(super) fn acts(&self) -> Option<u64> {
        let pages = self.pages.borrow();
        (pages.begun == pages.returned).then_some(pages.begun)
    }

    /// Takes up who the admins are.
    pub(super) fn read_anew(&self, roster: &Roster) {
        self.pages.borrow_mut().admins = admins(self.view, roster);
    }

    /// How many admins are left, with this person among them if they are one.
    pub(super) fn admins_left(&self, key: &str) -> u32 {
        let pages = self.pages.borrow();
        let left = pages.admins.iter().filter(|admin| *admin == key || !pages.demoted.contains(*admin));
        u32::try_from(left.count()).unwrap_or(u32::MAX)
    }

    /// Reserves what other jobs of the run may not have as well: the last admin, and a place under the cap.
    pub(super) fn reserve(&self, job: &Job, found: &crate::plan::Found) -> Result<(), Halt> {
        let wish = Wish { action: self.plan.action, key: &job.key, values: &job.values };
        let takes_an_admin = takes_an_admin(self.view, wish, found);
        if takes_an_admin && self.admins_left(&job.key) <= 1 {
            return Err(Halt::rule(Outcome::BlockedLastAdmin, "nobody could manage people any more"));
        }
        let mut pages = self.pages.borrow_mut();
        if self.plan.action == Action::Remove {
            // A removal that is proven not to have happened, and is this person's turn again, is still one person.
            let others = pages.removals.iter().filter(|other| **other != job.id).count();
            if others >= usize::try_from(self.cap).unwrap_or(usize::MAX) {
                return Err(Halt::rule(Outcome::CapReached, format!("{others} people were removed already")));
            }
            pages.removals.insert(job.id);
        }
        if takes_an_admin {
            pages.demoted.insert(job.key.clone());
        }
        Ok(())
    }

    /// How many removals there were and will be, with these.
    pub(super) fn removals_with(&self, left: &BTreeSet<u32>) -> usize {
        self.pages.borrow().removals.union(left).count()
    }

    /// From now on nobody is removed, for this reason.
    pub(super) fn removes_no_more(&self, why: Option<String>) {
        self.pages.borrow_mut().beyond = why;
    }

    /// Why nobody is removed any more.
    pub(super) fn beyond(&self) -> Option<String> {
        self.pages.borrow().beyond.clone()
    }

    /// Nothing was done about this person: an admin stays one.
    pub(super) fn give_back(&self, key: &str) {
        self.pages.borrow_mut().demoted.remove(key);
    }

    /// What became of a job.
    pub(super) fn became(&self, job: u32, outcome: Outcome) {
        self.pages.borrow_mut().outcomes.insert(job, outcome);
    }

    /// Something was done about one more person.
    pub(super) fn acted(&self) {
        self.pages.borrow_mut().acted += 1;
    }

    pub(super) fn outcome(&self, job: u32) -> Option<Outcome> {
        self.pages.borrow().outcomes.get(&job).copied()
    }

    /// How many people came to what.
    pub(super) fn outcomes(&self) -> BTreeMap<Outcome, u32> {
        let mut counted = BTreeMap::new();
        for outcome in self.pages.borrow().outcomes.values() {
            *counted.entry(*outcome).or_default() += 1;
        }
        counted
    }

    pub(super) fn was_touched(&self, key: &str) -> bool {
        self.pages.borrow().touched.contains(key)
    }

    pub(super) fn nobody_was_touched(&self) -> bool {
        self.pages.borrow().touched.is_empty()
    }
}
