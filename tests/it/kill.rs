//! Killing usher, its driver or its browser at a fact of the journal, and looking whether anything is left of them.
#![expect(clippy::disallowed_types, reason = "a journal is read here as it grows")]

use crate::harness::Usher;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything here may take. Nothing is ever waited for this long unless it is broken, on a slow machine neither.
const LIMIT: Duration = Duration::from_mins(5);
/// How long a whole sitting may take.
const SITTING: Duration = Duration::from_mins(15);

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(LIMIT, what, ask)
}

#[track_caller]
fn within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < limit, "gave up waiting for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Small and good enough: the same moments for the same seed on every machine.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    /// A number of this range.
    pub(crate) fn within(&mut self, range: std::ops::Range<usize>) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        range.start + usize::try_from(self.0 >> 33).unwrap() % range.len()
    }
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    Usher,
    Driver,
    Browser,
}

/// One process and no later one with its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    pid: u32,
    started: String,
}

struct Stat {
    name: String,
    parent: u32,
    mark: Mark,
}

/// A process that lives; one that only waits to be reaped does not.
fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (before, after) = text.rsplit_once(')')?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let living = !matches!(fields[0], "Z" | "X");
    living.then(|| Stat {
        name: before.split_once('(').map_or("", |(_, name)| name).to_owned(),
        parent: fields[1].parse().unwrap(),
        mark: Mark { pid, started: fields[19].to_owned() },
    })
}

fn everybody() -> Vec<Stat> {
    let pids = std::fs::read_dir("/proc").unwrap().flatten();
    pids.filter_map(|entry| stat(entry.file_name().to_str()?.parse().ok()?)).collect()
}

fn below(root: u32) -> BTreeSet<Mark> {
    let all = everybody();
    let mut found: BTreeSet<Mark> = BTreeSet::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for child in all.iter().filter(|stat| stat.parent == parent) {
            if found.insert(child.mark.clone()) {
                parents.push(child.mark.pid);
            }
        }
    }
    found
}

fn kill(pid: u32) {
    // Who has just ended by itself is dead, too.
    let _ = kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL);
}

impl Usher {
    /// Gives it a temporary folder of its own, so that its profiles are nobody else's.
    pub(crate) fn with_profiles_of_its_own(self) -> Self {
        let temporary = self.path().join("tmp");
        std::fs::create_dir(&temporary).unwrap();
        self.env("TMPDIR", temporary.to_str().unwrap())
    }

    /// The browser profiles and their records that are there now.
    pub(crate) fn profiles(&self) -> Vec<PathBuf> {
        let roots = std::fs::read_dir(self.path().join("tmp")).unwrap().flatten();
        let inside = roots.flat_map(|root| std::fs::read_dir(root.path()).into_iter().flatten().flatten());
        inside.map(|entry| entry.path()).collect()
    }
}

/// A running usher whose journal is read as it grows. It ends with the value.
pub(crate) struct Watched<'a> {
    usher: &'a Usher,
    child: Child,
    journal: Option<PathBuf>,
    known: BTreeSet<PathBuf>,
    read: u64,
    /// The facts of this sitting.
    pub(crate) facts: Vec<Value>,
}

/// What is known once it is dead.
pub(crate) struct Dead {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// The last fact that it sealed.
    pub(crate) last: String,
    /// Processes below it when the blow fell.
    pub(crate) processes: usize,
}

impl<'a> Watched<'a> {
    /// Starts a run, or goes on with the last one.
    pub(crate) fn start(usher: &'a Usher, arguments: &[&str]) -> Self {
        let resumes = arguments.first() == Some(&"resume");
        let runs = usher.runs();
        let journal = resumes.then(|| runs.last().unwrap().join("journal.jsonl"));
        // A torn last line will be cut away, so it is not passed over.
        let whole = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| u64::try_from(at + 1).unwrap())
        };
        let read = journal.as_ref().map_or(0, whole);
        let child = usher.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { usher, child, journal, known: runs.into_iter().collect(), read, facts: Vec::new() }
    }

    /// Takes in what was sealed meanwhile. True if there was anything.
    fn look(&mut self) -> bool {
        if self.journal.is_none() {
            let new = self.usher.runs().into_iter().find(|run| !self.known.contains(run));
            self.journal = new.map(|run| run.join("journal.jsonl"));
        }
        let Some(Ok(mut file)) = self.journal.as_ref().map(std::fs::File::open) else { return false };
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = Vec::new();
        file.read_to_end(&mut text).unwrap();
        let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else { return false };
        self.read += u64::try_from(end + 1).unwrap();
        for line in text[..end].split(|byte| *byte == b'\n') {
            let entry: Value = serde_json::from_slice(line).unwrap();
            self.facts.push(entry["fact"].clone());
        }
        true
    }

    /// Waits until the facts of this sitting are such. Panics if it ends before that.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, such: impl Fn(&[Value]) -> bool) {
        until(what, || {
            let ended = self.child.try_wait().unwrap();
            if self.look() && such(&self.facts) {
                return Some(());
            }
            assert!(ended.is_none(), "usher ended ({ended:?}) before {what}: {:#?}", self.facts.last());
            None
        });
    }

    /// Waits until the facts of this sitting are such, each further fact by itself: a slow console is no broken one.
    /// False if it ends before that.
    #[track_caller]
    pub(crate) fn reaches(&mut self, what: &str, such: impl Fn(&[Value]) -> bool) -> bool {
        loop {
            let ended = self.child.try_wait().unwrap().is_some();
            if ended || such(&self.facts) {
                return !ended;
            }
            until(what, || (self.look() || self.child.try_wait().unwrap().is_some()).then_some(()));
        }
    }

    /// How many facts of this kind there are.
    pub(crate) fn count(facts: &[Value], kind: &str) -> usize {
        facts.iter().filter(|fact| fact["fact"] == kind).count()
    }

    /// Kills, waits until usher has ended, and holds that nothing is left of it: no driver, no browser, no profile.
    #[track_caller]
    pub(crate) fn kill(mut self, victim: Victim) -> Dead {
        let mut marks = below(self.child.id());
        let all = everybody();
        self.look();
        // usher that has come to its end may have let go of its browser by then.
        let ended = ["run_ended", "run_stopped"].iter().any(|kind| Self::count(&self.facts, kind) > 0);
        let begun = self.facts.iter().rfind(|fact| fact["fact"] == "session_begun").filter(|_| !ended);
        let recorded = |who: &str| begun.and_then(|fact| fact["traces"][who]["pid"].as_u64());
        let recorded = ["guard", "driver"].map(recorded);
        for pid in recorded.into_iter().flatten() {
            assert!(marks.iter().any(|mark| u64::from(mark.pid) == pid), "the recorded {pid} is one of them");
        }
        // Before a session is on the record its driver is known by its name only.
        let named = |stat: &&Stat| stat.name == "chromedriver" && marks.contains(&stat.mark);
        let driver = recorded[1].map(|pid| u32::try_from(pid).unwrap());
        let driver = driver.or_else(|| all.iter().find(named).map(|stat| stat.mark.pid));
        let browsers = all.iter().filter(|stat| driver.is_some_and(|driver| stat.parent == driver));
        let browsers: Vec<u32> = browsers.map(|stat| stat.mark.pid).collect();
        assert!(ended || !browsers.is_empty(), "there is no browser below the driver");
        match victim {
            Victim::Usher => kill(self.child.id()),
            Victim::Driver => driver.into_iter().for_each(kill),
            Victim::Browser => browsers.into_iter().for_each(kill),
        }
        marks.extend(below(self.child.id()));
        let status = until("usher to end", || self.child.try_wait().unwrap());
        self.look();
        let processes = marks.len();
        until("its processes to be gone", || {
            marks.retain(|mark| stat(mark.pid).is_some_and(|stat| stat.mark == *mark));
            marks.is_empty().then_some(())
        });
        until("its profile to be gone", || self.usher.profiles().is_empty().then_some(()));
        let last = self.facts.last().map_or("nothing", |fact| fact["fact"].as_str().unwrap()).to_owned();
        Dead { status, last, processes }
    }

    /// Does something while usher stands still.
    pub(crate) fn meanwhile(&self, act: impl FnOnce()) {
        let process = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(process, Signal::STOP).unwrap();
        act();
        kill_process(process, Signal::CONT).unwrap();
    }

    /// Lets it come to its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> ExitStatus {
        within(SITTING, "usher to end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
