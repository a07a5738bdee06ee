//! Runs on disk: where they are, which one is meant, what they hold.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line finds runs on disk"
)]

use super::Failure;
use crate::browser::driver::Traces;
use crate::digest::Digest;
use crate::evidence::Store;
use crate::journal::{self, Broken, Entry, Fact, Standing};
use crate::plan::Plan;
use crate::report::Story;
use crate::run::Sittings;
use crate::words::Action;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// One run on disk.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// Its folder.
    pub(super) path: PathBuf,
    /// Its id: the folder's name.
    pub(super) id: String,
}

/// What a run has told so far.
#[derive(Debug)]
pub(super) struct Told {
    /// All of it, with its plan.
    pub(super) story: Story,
    /// How many people the plan has.
    pub(super) people: usize,
    /// Whether it ended, once.
    pub(super) ended: bool,
    /// Where the chain breaks.
    pub(super) broken: Option<Broken>,
}

/// How far a run has come: what somebody needs to know who goes on with it, or with its tenant.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The first fact.
    begun: Option<Fact>,
    /// What its sittings came to.
    pub(super) sittings: Sittings,
    /// The browsers they started.
    pub(super) browsers: Vec<Traces>,
    /// The last seal.
    pub(super) head: Option<Digest>,
    /// Where the chain breaks.
    pub(super) broken: Option<Broken>,
    /// Why it is not the one whose head was signed.
    cut: Option<String>,
}

impl Kept {
    /// Why nobody goes on with it, behind its name.
    fn wrong(&self) -> Option<String> {
        let broken = self.broken.as_ref().map(|broken| format!(" at line {}: {}", broken.line, broken.why));
        broken.or_else(|| self.cut.as_ref().map(|why| format!(": {why}")))
    }
}

impl Folder {
    /// The plan, and the digest of its bytes.
    pub(super) fn plan(&self) -> anyhow::Result<(Plan, Digest)> {
        let bytes = crate::evidence::read_file(&self.path.join("plan.json"))?;
        let plan =
            Plan::from_bytes(&bytes).map_err(|why| anyhow::anyhow!("plan.json is not a plan: {why}"))?;
        Ok((plan, Digest::of(&bytes)))
    }

    /// Reads plan and journal to tell all of it.
    pub(super) fn told(&self) -> anyhow::Result<Told> {
        let mut story = Story::new(self.plan()?.0);
        let people = story.people.len();
        let mut ended = false;
        let read = self.journal(|entry, _| {
            ended |= matches!(entry.fact, Fact::RunEnded { .. });
            story.take(entry);
        })?;
        Ok(Told { story, people, ended, broken: read.broken })
    }

    /// Reads the journal to go on with it; somebody else may look on.
    pub(super) fn kept(&self, mut eyes: impl FnMut(&Entry)) -> anyhow::Result<Kept> {
        let mut kept = Kept::default();
        let mut heads = crate::verify::Heads::of(&Store::new(&self.path));
        let read = self.journal(|entry, line| {
            if kept.head.is_none() {
                kept.begun = Some(entry.fact.clone());
            }
            if let Fact::SessionBegun { traces: Some(traces), .. } = &entry.fact {
                kept.browsers.push(traces.clone());
            }
            kept.head = Some(entry.seal.clone());
            kept.sittings.take(entry);
            heads.take(entry, line);
            eyes(entry);
        })?;
        kept.broken = read.broken;
        kept.cut = heads.cut_off();
        Ok(kept)
    }

    fn journal(&self, each: impl FnMut(&Entry, &[u8])) -> anyhow::Result<Standing> {
        journal::read(&self.path.join("journal.jsonl"), each)
    }

    /// Whether somebody may go on with the run here: its journal holds, its plan is the one that was run, and it is no
    /// copy of it.
    pub(super) fn fit(&self, kept: &Kept, digest: &Digest, root: &Path) -> Result<(), Failure> {
        let not = |message: String| Err(Failure::new(super::Exit::NotVerified, message));
        if let Some(why) = kept.wrong() {
            return not(format!("{} does not verify{why}", self.id));
        }
        let Some(begun) = &kept.begun else {
            return Err(Failure::new(
                super::Exit::Refused,
                format!("{} was interrupted before it began; nothing was done. Start it again", self.id),
            ));
        };
        match begun {
            Fact::RunBegun { plan, .. } if plan != digest => {
                not(format!("plan.json of {} is not the plan that was run", self.id))
            }
            Fact::RunBegun { run, .. } if *run == self.id && self.is_at_home(root) => Ok(()),
            _ => not(format!(
                "{} is a copy: a run is gone on with where it was begun, or two could go on at once",
                self.path.display()
            )),
        }
    }

    fn is_at_home(&self, root: &Path) -> bool {
        self.path.parent().and_then(|parent| parent.canonicalize().ok()) == root.canonicalize().ok()
    }
}

/// Every run below the folder, oldest first.
pub(super) fn all(root: &Path) -> anyhow::Result<Vec<Folder>> {
    if !root.is_dir() {
        return Ok(Vec::new());
    }
    let mut runs = Vec::new();
    for entry in std::fs::read_dir(root).with_context(|| format!("failed to read {}", root.display()))? {
        let path = entry.context("failed to list the runs")?.path();
        if path.join("journal.jsonl").is_file() {
            let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            runs.push(Folder { path, id });
        }
    }
    runs.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(runs)
}

/// The run that is meant: an id, a unique part of its beginning, `last`, or a folder.
pub(super) fn find(root: &Path, which: &str) -> Result<Folder, Failure> {
    let as_path = Path::new(which);
    // Whatever lies there by these names: what it really is, is for the reader to say.
    if ["plan.json", "journal.jsonl"].iter().any(|name| as_path.join(name).symlink_metadata().is_ok()) {
        let path = as_path.canonicalize().context("failed to resolve the run's folder")?;
        let id = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Folder { path, id });
    }
    let runs = all(root)?;
    if runs.is_empty() {
        return Err(Failure::usage(format!("there are no runs in {}", root.display())));
    }
    let fitting: Vec<&Folder> = if which == "last" {
        runs.last().into_iter().collect()
    } else {
        runs.iter().filter(|run| run.id.starts_with(which)).collect()
    };
    match fitting.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let hint = crate::diag::did_you_mean(which, runs.iter().map(|run| run.id.as_str()));
            let hint = hint.map_or_else(
                || "`usher runs` lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Err(Failure::usage(format!("no run is called `{which}`\n  hint: {hint}")))
        }
        several => {
            let names = crate::diag::listed(several.iter().map(|run| run.id.as_str()));
            Err(Failure::usage(format!("`{which}` could be {names}")))
        }
    }
}

/// What earlier runs of one tenant left: people nobody has decided, and the last seal.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// Person and the run that left them.
    pub(super) undecided: BTreeMap<String, String>,
    /// The last seal of the last run.
    pub(super) head: Option<Digest>,
    /// The runs, oldest first: what each did, and for how many people.
    runs: Vec<(Action, u32, Folder)>,
}

impl Earlier {
    /// Says that a request names fewer than half of the people that the same file named the last time: it may be cut short.
    pub(super) fn shrunk(&self, plan: &Plan) -> Option<String> {
        let now = plan.request.people;
        let (_, before, run) = self.runs.iter().rfind(|(action, ..)| *action == plan.action)?;
        let same = || run.plan().is_ok_and(|(earlier, _)| earlier.request.name == plan.request.name);
        (*before >= WORTH_COMPARING && now.saturating_mul(2) < *before && same()).then(|| {
            format!(
                "{} named {before} people in run {}, and names {now} now; if it was cut short, nothing is done about whoever is missing",
                plan.request.name, run.id
            )
        })
    }
}

/// Requests of fewer people say nothing by being half as long.
const WORTH_COMPARING: u32 = 8;

/// Looks through the runs of one app and tenant.
pub(super) fn earlier(root: &Path, app: &str, url: &str, but: Option<&str>) -> Result<Earlier, Failure> {
    let mut earlier = Earlier::default();
    for run in all(root)?.into_iter().filter(|run| but != Some(run.id.as_str())) {
        let kept = run.kept(|_| ())?;
        if let Some(why) = kept.wrong() {
            // What is behind the break, or was cut off, may be an intent nobody has settled.
            let message = format!("{} does not verify{why}", run.id);
            let hint = "look at it with `usher verify`; once it is understood, move its folder elsewhere";
            return Err(Failure::new(super::Exit::NotVerified, format!("{message}\n  hint: {hint}")));
        }
        if let Some(Fact::RunBegun { app: a, url: u, action, people, .. }) = &kept.begun
            && (a.as_str(), u.as_str()) == (app, url)
        {
            earlier.runs.push((*action, *people, run.clone()));
            for person in kept.sittings.undecided() {
                earlier.undecided.insert(person, run.id.clone());
            }
            earlier.head = kept.head;
        }
    }
    Ok(earlier)
}

/// A folder of this name in the user's folder for state, or another when the user has none.
pub(super) fn state(name: &str, otherwise: impl FnOnce() -> PathBuf) -> PathBuf {
    // An empty or a relative one is to be taken as none, says the XDG standard.
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    state.map_or_else(otherwise, |state| state.join("usher").join(name))
}

/// Holds a tenant for one run. The file stays; the lock goes with the process, however that ends.
#[derive(Debug)]
pub(super) struct TenantLock(#[expect(dead_code, reason = "it is held, not read")] File);

/// Locks an app's tenant, so that two ushers never work on it at once.
pub(super) fn lock(root: &Path, app: &str, url: &str) -> Result<TenantLock, Failure> {
    // Beside the runs of one folder there may be others of the same tenant, so the lock belongs to the user, not to a folder.
    let folder = state("locks", || root.join(".locks"));
    std::fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let path = folder.join(format!("{app}-{}.lock", Digest::of(url).short()));
    let file = File::create(&path).with_context(|| format!("failed to open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(TenantLock(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(Failure::stopped(format!(
            "another usher is working on {app} at {url}\n  hint: wait for it; two at once could act twice on one person"
        ))),
        Err(std::fs::TryLockError::Error(error)) => {
            Err(anyhow::Error::new(error).context(format!("failed to lock {}", path.display())).into())
        }
    }
}

/// Keeps the picture of a page that stopped usher before a run began.
pub(super) fn stopped_picture(root: &Path, app: &str, png: &[u8]) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    let folder = root.join("stopped");
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.with_context(|| format!("failed to make {}", folder.display()))?;
    let now = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).strftime("%Y%m%d-%H%M%S-%3f");
    let path = folder.join(format!("{now}-{app}.png"));
    let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|mut file| std::io::Write::write_all(&mut file, png))
        .with_context(|| format!("failed to write {}", path.display()))?;
    Ok(path)
}

/// Makes the folder of a new run; its id is the time and the app, so that they sort and can be told apart.
pub(super) fn new_run(root: &Path, app: &str, action: &str) -> anyhow::Result<Folder> {
    std::fs::create_dir_all(root).with_context(|| format!("failed to make {}", root.display()))?;
    let now =
        jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).strftime("%Y%m%d-%H%M%S").to_string();
    for attempt in 1..1000 {
        let id = if attempt == 1 {
            format!("{now}-{app}-{action}")
        } else {
            format!("{now}-{app}-{action}-{attempt}")
        };
        let path = root.join(&id);
        // A run names people and shows their pages: nobody else on this machine need read it.
        match std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&path) {
            Ok(()) => {
                // A power cut must not take a folder whose journal is already synced.
                File::open(root)
                    .and_then(|root| root.sync_all())
                    .with_context(|| format!("failed to sync {}", root.display()))?;
                return Ok(Folder { path, id });
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("failed to make {}", path.display())),
        }
    }
    anyhow::bail!("no free name for a run in {}", root.display())
}
