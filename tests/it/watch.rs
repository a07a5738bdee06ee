//! usher as a process that is watched, stopped and killed; and facts that are waited for, never slept for.
#![expect(clippy::disallowed_types, reason = "what a watched command says goes into files of the test")]

use crate::harness::{Done, Usher};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Looks again and again until something is there; a minute or so later it is an error.
#[track_caller]
pub(crate) fn until<T>(what: &str, seconds: u64, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "within {seconds} s it did not come to this: {what}");
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// Sends a signal to one process.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    // Whoever has ended meanwhile needs no signal.
    let _ = kill_process(pid, signal);
}

/// A command of usher that is at work. It is killed when the test ends before it does.
pub(crate) struct Running {
    child: Child,
    output: tempfile::TempDir,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(usher: &Usher, arguments: &[&str]) -> Self {
        let output = tempfile::tempdir().unwrap();
        let file = |name: &str| Stdio::from(std::fs::File::create(output.path().join(name)).unwrap());
        let mut command = usher.command(arguments);
        let child = command.stdout(file("out")).stderr(file("err")).spawn().unwrap();
        Self { child, output }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, what: Signal) {
        signal(self.child.id(), what);
    }

    /// Whether it is still at work.
    pub(crate) fn is_at_work(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// What it has written so far.
    pub(crate) fn said(&self) -> String {
        let read = |name: &str| std::fs::read(self.output.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&[read("out"), read("err")].concat()).into_owned()
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub(crate) fn end(mut self) -> Done {
        let status = until("usher ends", 600, || self.child.try_wait().unwrap());
        let read = |name: &str| {
            String::from_utf8_lossy(&std::fs::read(self.output.path().join(name)).unwrap()).into_owned()
        };
        Done { status, stdout: read("out"), stderr: read("err") }
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for a fact behind the first `known` of the first run's journal, and gives the number of facts up to it;
    /// nothing when usher ends before. `kind` is a fact's name, or with a colon a label or time: `proof_kept:armed`.
    #[track_caller]
    pub(crate) fn reaches(&mut self, usher: &Usher, known: usize, kind: &str) -> Option<usize> {
        self.reaches_in(usher, 0, known, kind)
    }

    /// The same in the run of this number, the oldest being 0.
    #[track_caller]
    pub(crate) fn reaches_in(
        &mut self,
        usher: &Usher,
        run: usize,
        known: usize,
        kind: &str,
    ) -> Option<usize> {
        let (fact, more) = kind.split_once(':').unwrap_or((kind, ""));
        let mut size = 0;
        until(kind, 300, || {
            let ended = !self.is_at_work();
            let runs = usher.runs();
            let run = runs.get(run);
            let length = run
                .and_then(|run| std::fs::metadata(run.join("journal.jsonl")).ok())
                .map_or(0, |journal| journal.len());
            // A journal that has not grown need not be read again.
            if length == size && !ended {
                return None;
            }
            size = length;
            let facts = run.map_or_else(Vec::new, |run| Usher::facts(run));
            let is_it = |one: &Value| {
                one["fact"] == fact
                    && (more.is_empty() || one["when"] == more || one["exhibit"]["label"] == more)
            };
            match facts.iter().skip(known).position(is_it) {
                Some(place) => Some(Some(known + place + 1)),
                None if ended => Some(None),
                None => None,
            }
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes of a run's latest browser, and its profile.
pub(crate) struct Traces {
    pub(crate) guard: u32,
    pub(crate) driver: u32,
    pub(crate) profile: PathBuf,
}

impl Traces {
    /// As the journal has them.
    pub(crate) fn of(run: &Path) -> Self {
        let facts = Usher::facts(run);
        let begun = facts.iter().rev().find(|fact| fact["fact"] == "session_begun").unwrap();
        let pid = |who: &str| u32::try_from(begun["traces"][who]["pid"].as_u64().unwrap()).unwrap();
        let profile = PathBuf::from(begun["traces"]["profile"].as_str().unwrap());
        Self { guard: pid("guard"), driver: pid("driver"), profile }
    }

    /// The main process of the browser: the one that works in the profile and is nobody's helper.
    pub(crate) fn browser(&self) -> u32 {
        let of_profile = at_work_in(&self.profile);
        let main = of_profile
            .into_iter()
            .find(|(_, line)| line.contains("--user-data-dir=") && !line.contains("--type="));
        main.expect("the browser is at work").0
    }

    /// Waits until guard, driver, browser and profile are gone.
    #[track_caller]
    pub(crate) fn are_gone(&self) {
        until("guard, driver, browser and profile are gone", 30, || {
            let alive = [self.guard, self.driver].iter().any(|pid| is_alive(*pid));
            let record = self.profile.with_extension("json");
            (!alive && at_work_in(&self.profile).is_empty() && !self.profile.exists() && !record.exists())
                .then_some(())
        });
    }
}

fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Every process whose command line names the profile.
fn at_work_in(profile: &Path) -> Vec<(u32, String)> {
    let wanted = profile.display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(&wanted) && is_alive(pid) {
            found.push((pid, line));
        }
    }
    found
}
