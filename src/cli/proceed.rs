//! One sitting of a run: journal open, engine running, Ctrl-C heard, report written.

use super::folders::Folder;
use super::passwords::FirstPasswords;
use super::session::{Companion, Session};
use super::{Context, Exit, Failure, after_room};
use crate::browser::driver::Traces;
use crate::digest::Digest;
use crate::evidence::Store;
use crate::journal::{Clock, Entry, Fact, Journal, Opened, Seal};
use crate::plan::{Plan, Since, View};
use crate::report::{self, Pictures, Story, terminal};
use crate::roster::Roster;
use crate::run::{Ended, Engine, Ledger, Progress, Record, StopSignal};
use crate::settings::{AppSettings, RunSettings};
use crate::signature::{DRAWN, SigningKey};
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a sitting needs.
pub(super) struct Sitting<'a> {
    /// How to write.
    pub(super) context: &'a Context,
    /// The run's folder.
    pub(super) folder: &'a Folder,
    /// The plan.
    pub(super) plan: &'a Plan,
    /// The digest of its bytes, as they lie in the folder.
    pub(super) digest: Digest,
    /// The pack as the plan froze it.
    pub(super) view: &'a View,
    /// The tenant.
    pub(super) tenant: &'a AppSettings,
    /// The roster that was just read.
    pub(super) roster: Roster,
    /// How far earlier sittings came.
    pub(super) progress: Progress,
    /// The story that is watched, as far as they told it.
    pub(super) watched: Story,
    /// The last seal of theirs, when the run is taken up again.
    pub(super) resumed: Option<Seal>,
    /// What usher.toml forbids by now beyond the plan.
    pub(super) since: Since,
    /// The last seal of this tenant's previous run.
    pub(super) previous: Option<Seal>,
    /// The key that signs where this sitting ends.
    pub(super) signer: Option<&'a SigningKey>,
    /// People whom another run of this tenant left undecided, and that run.
    pub(super) blocked: std::collections::BTreeMap<String, String>,
    /// How browsers are started.
    pub(super) run: &'a RunSettings,
    /// How many of them work side by side.
    pub(super) sessions: usize,
}

/// Now, UTC, as it is written into journals.
#[expect(clippy::disallowed_methods, reason = "the clock that is handed in")]
pub(super) fn utc() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Now, on this machine's clock, with its offset.
#[expect(clippy::disallowed_methods, reason = "the clock that is handed in")]
pub(super) fn local() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// The moment this much later, on this machine's clock.
#[expect(clippy::disallowed_methods, reason = "the clock that is handed in")]
pub(super) fn later(by: std::time::Duration) -> jiff::Zoned {
    jiff::Zoned::now().saturating_add(by)
}

/// Now, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the clock that is handed in")]
pub(super) fn milliseconds() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// Now, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the clock that is handed in")]
pub(super) fn seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Who runs usher, on which machine.
pub(super) fn operator() -> String {
    let user =
        std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).or_else(|_| std::env::var("LOGNAME"));
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let id = rustix::process::getuid();
    let unnamed = || if id.is_root() { "root".to_owned() } else { format!("uid {}", id.as_raw()) };
    format!("{}@{host}", user.unwrap_or_else(|_| unnamed()))
}

/// Runs until the end, a stop, or the second Ctrl-C.
pub(super) async fn sit(sitting: Sitting<'_>, mut session: Session) -> Result<Ended, Failure> {
    let Sitting {
        context,
        folder,
        plan,
        digest,
        view,
        tenant,
        roster,
        progress,
        watched,
        resumed,
        since,
        previous,
        signer,
        blocked,
        run,
        sessions,
    } = sitting;
    let out = context.out;
    // From here on a stop is heard, also before the engine has its first moment of rest.
    let interrupts = Interrupts::heard()?;
    let clock: Clock = Arc::new(utc);
    let store = Store::new(&folder.path);
    let (journal, mended) = match &resumed {
        Some(head) => {
            let opened = take_up(&store, clock, head, &folder.id)?;
            (opened.journal, Some(opened.mended))
        }
        None => (Journal::create(&store, clock)?, None),
    };
    let mut eyes = terminal::Progress::new(watched, out.live, out.quiet || out.json, out.colour_err);
    let mut show = |entry: &Entry| eyes.take(entry);
    let mut lines = |entry: &Entry| {
        if out.json {
            out.result(&report::json::line(entry));
        }
    };
    let mut record = Record::new(journal, store, local, vec![&mut lines, &mut show]);
    record.fact(match mended {
        None => begun(plan, digest, &folder.id, previous),
        Some(mended) => taken_up(mended, &progress, &since),
    })?;
    let stop = StopSignal::default();
    let mut companions = Vec::new();
    let ended: anyhow::Result<Ended> = async {
        if let Some(key) = signer {
            record.fact(super::signing::named(key))?;
        }
        let [begun, signed_in] = session.facts(tenant);
        record.fact(begun)?;
        for held in session.entrance.visit().held.take() {
            held.record(&mut record, None)?;
        }
        record.fact(signed_in)?;
        let when = if resumed.is_some() { "resumed" } else { "before" };
        Engine::<crate::browser::Live>::keep_roster(&mut record, when, &roster, &plan.url)?;
        let left = plan.to_run().filter(|job| !progress.outcomes.contains_key(&job.id)).count();
        accompany(&mut session, &mut companions, (sessions.min(left), run, tenant, out), &mut record).await?;
        session.entrance.stops_with(&stop);
        let passwords = FirstPasswords { app: &plan.app, taker: tenant.new_passwords.as_deref() };
        let door = session.entrance.door();
        let ledger = Ledger::new(plan, view, &mut record, roster, &progress, blocked, stop.clone());
        let ledger = ledger.heeding(&since);
        let others = companions.iter_mut().map(|companion| &mut companion.live);
        let mut engines: Vec<_> = std::iter::once(&mut session.live)
            .chain(others)
            .map(|live| Engine::new(&ledger, live).with_passwords(&passwords).with_reentry(&door))
            .collect();
        let work = async {
            if let Some(first) = engines.first_mut() {
                first.settle_doubts(&progress.doubts).await?;
            }
            Engine::run_beside(&mut engines).await
        };
        let ended = tokio::select! {
            ended = work => Some(ended),
            () = interrupts.twice(&stop, out) => None,
        };
        drop(engines);
        drop(ledger);
        if let Some(ended) = ended {
            return ended;
        }
        let why = "stopped at once by the operator".to_owned();
        record.fact(Fact::RunStopped { why: why.clone(), outcome: None, refusal: None })?;
        Ok(Ended::Stopped { why, outcome: None })
    }
    .await;
    let ended = ended.map_err(|error| broke_off(&error, &mut record, &folder.id));
    drop(record);
    eyes.finish();
    for companion in companions {
        told(companion.close().await);
    }
    told(session.close().await);
    ended
}

/// Opens the journal of earlier sittings to go on with it. Minutes may have passed since it was read; whoever wrote to it
/// meanwhile may have acted upon somebody.
fn take_up(store: &Store, clock: Clock, head: &Seal, id: &str) -> Result<Opened, Failure> {
    let opened = Journal::open(store, clock)?;
    if opened.journal.head() != head {
        return Err(Failure::stopped(format!(
            "the journal of {id} is not as it was when it was read\n  hint: `usher resume {id}` reads it again"
        )));
    }
    // What was drawn of the sitting before would be wrong from the first fact of this one on.
    store.discard(&DRAWN)?;
    Ok(opened)
}

/// Opens more browsers beside the first, one after the other, until there are so many of them.
async fn accompany(
    session: &mut Session,
    companions: &mut Vec<Companion>,
    (browsers, run, tenant, out): (usize, &RunSettings, &AppSettings, super::Out),
    record: &mut Record<'_>,
) -> anyhow::Result<()> {
    while companions.len() + 1 < browsers {
        match session.companion(out, run, tenant).await {
            Ok((companion, facts)) => {
                companions.push(companion);
                facts.into_iter().try_for_each(|fact| record.fact(fact))?;
            }
            Err(failure) => {
                // Fewer browsers do the same, only later.
                let came = companions.len() + 1;
                out.error(&format!("warning: {came} of {browsers} browsers came in: {}", failure.message));
                break;
            }
        }
    }
    Ok(())
}

/// Seals what broke the work off, and tells how to go on.
fn broke_off(error: &anyhow::Error, record: &mut Record<'_>, run: &str) -> Failure {
    // The journal itself may be what failed; then this one more fact fails too, and the error is told anyway.
    let why = format!("usher could not go on: {error:#}");
    let _ = record.fact(Fact::RunStopped { why, outcome: None, refusal: None });
    let hint = after_room(error, &format!("`usher resume {run}` goes on where it stopped"));
    Failure::stopped(format!("{error:#}\n  hint: {hint}"))
}

fn told(closed: anyhow::Result<()>) {
    if let Err(error) = closed {
        tracing::warn!(%error, "a browser did not end as it should");
    }
}

/// The first fact of a run.
fn begun(plan: &Plan, digest: Digest, run: &str, previous: Option<Seal>) -> Fact {
    Fact::RunBegun {
        format: crate::journal::FORMAT,
        usher: env!("CARGO_PKG_VERSION").to_owned(),
        run: run.to_owned(),
        plan: digest,
        app: plan.app.clone(),
        title: plan.title.clone(),
        url: plan.url.clone(),
        tenant: plan.tenant.clone(),
        account: plan.account.clone(),
        action: plan.action,
        people: u32::try_from(plan.jobs.len()).unwrap_or(u32::MAX),
        operator: operator(),
        previous,
    }
}

/// The first fact of a further sitting.
fn taken_up(mended: u64, progress: &Progress, since: &Since) -> Fact {
    Fact::RunResumed {
        usher: env!("CARGO_PKG_VERSION").to_owned(),
        operator: operator(),
        mended,
        in_doubt: u32::try_from(progress.doubts.len()).unwrap_or(u32::MAX),
        protected: since.protected.clone(),
        cap: since.cap,
    }
}

/// Ctrl-C and the request to terminate, heard from the moment this is made.
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    fn heard() -> anyhow::Result<Self> {
        let hear = |kind| signal(kind).context("failed to listen for Ctrl-C");
        Ok(Self { interrupt: hear(SignalKind::interrupt())?, terminate: hear(SignalKind::terminate())? })
    }

    /// The first asks the engine to stop after this person; the second ends the sitting.
    async fn twice(mut self, stop: &StopSignal, out: super::Out) {
        let mut asked = false;
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
            if asked {
                return;
            }
            asked = true;
            stop.ask();
            out.note("stopping after this person; once more stops at once");
        }
    }
}

/// Ends the browsers of earlier sittings and makes sure that they are dead.
pub(super) async fn end_old_browsers(browsers: Vec<Traces>) -> Result<(), Failure> {
    for traces in browsers {
        let dead = tokio::task::spawn_blocking(move || traces.end())
            .await
            .context("failed to end an old browser")?;
        if !dead {
            return Err(Failure::stopped(
                "a browser of an earlier sitting is still alive and cannot be ended",
            ));
        }
    }
    Ok(())
}

/// Writes the report and the tables of a run, signs it, and tells how it went.
pub(super) fn finish(
    context: &Context,
    folder: &Folder,
    signer: Option<&SigningKey>,
    ended: &Ended,
) -> Result<Exit, Failure> {
    let story = folder.told()?.story;
    let out = context.out;
    let report = write_reports(folder, &story).map_err(|error| {
        let hint = after_room(&error, &format!("`usher report {}` draws it again", folder.id));
        let message =
            format!("{} is on the record, but not its report: {error:#}\n  hint: {hint}", folder.id);
        Failure::new(Exit::Unexpected, message)
    })?;
    let head = super::signing::sign(folder, signer);
    if out.json {
        out.result(&report::json::summary(&story).to_string());
    } else {
        out.note(&terminal::summary(&story, out.width, out.colour_err));
        out.result(&format!("report: {}", shown(&report)));
    }
    super::signing::told(folder, head)?;
    let whole = *ended == Ended::Whole;
    Ok(Exit::of(&story, whole))
}

/// The report and the tables, made from the run's folder alone.
pub(super) fn write_reports(folder: &Folder, story: &Story) -> anyhow::Result<std::path::PathBuf> {
    let kept = Store::new(&folder.path);
    let read = |name: &str| kept.read(name).ok();
    // The report is written last: where it is, the others are.
    for (name, drawn) in report::drawn(story, &Pictures::unseen(&read)).into_iter().rev() {
        match drawn {
            Some(drawn) => drop(kept.replace(name, |out| drawn.write_to(out))?),
            None => kept.discard(&[name])?,
        }
    }
    Ok(kept.folder().join("report.html"))
}

/// A path as a person would type it: relative to here when it is below.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_went_on_meanwhile_is_not_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let mut journal = Journal::create(&store, Arc::new(utc)).unwrap();
        let fact = |job| Fact::JobBegun { job, person: "a@x.test".to_owned() };
        let head = journal.append(fact(1)).unwrap().seal;
        let next = journal.append(fact(2)).unwrap().seal;
        drop(journal);
        let refused = take_up(&store, Arc::new(utc), &head, "run").err().unwrap();
        assert!(refused.message.contains("not as it was"), "{}", refused.message);
        assert_eq!(take_up(&store, Arc::new(utc), &next, "run").unwrap().mended, 0);
    }
}
