//! Processes, each by an identity that is never mistaken for another: who lives, who belongs to a browser's folder, and how they end.
//!
//! It reads `/proc`, so it is for Linux. Everything here blocks; call it from a thread that may.
#![expect(clippy::disallowed_methods, reason = "processes are files below /proc")]

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a process may take to end by itself after it was asked to.
const GRACE: Duration = Duration::from_millis(1500);
/// How long the kernel may take to end what was killed.
const LIMIT: Duration = Duration::from_secs(6);
/// How often it is looked whether they are gone.
const PAUSE: Duration = Duration::from_millis(10);

/// One process, told apart from a later one that was given the same number.
///
/// It is kept in the journal, so that a resume on another day (and after a restart of the machine) ends the
/// right process or none.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ProcessMark {
    /// Its number.
    pub pid: u32,
    /// When it was started, in clock ticks since the machine was.
    pub started: u64,
    /// Which start of the machine that was.
    pub boot: String,
}

impl ProcessMark {
    /// The mark of a living process; none if there is no such process.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = Stat::of(pid).filter(|stat| !stat.ended)?;
        Some(Self { pid, started: stat.started, boot: boot()? })
    }

    /// Still the same process, and not merely waiting to be reaped.
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// Sends a signal to this process and to no other, even if it ends meanwhile and its number is given away.
    fn signal(&self, signal: Signal) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        // The handle is taken first and the identity checked after, so it can only be the handle of this process.
        let sent = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(handle) if self.is_alive() => pidfd_send_signal(handle, signal),
            Err(Errno::NOSYS | Errno::PERM) if self.is_alive() => kill_process(pid, signal),
            _ => Ok(()),
        };
        if let Err(error) = sent {
            tracing::debug!(pid = self.pid, %error, "a signal could not be sent");
        }
    }
}

/// Ends one process: it is asked first and killed if it does not listen. True once it is known to be gone.
pub fn end(mark: &ProcessMark) -> bool {
    end_all(|known| {
        known.insert(mark.clone());
    })
}

/// Ends every process that works in this browser profile. True once none is left.
pub fn end_browser_of_profile(profile: &Path) -> bool {
    end_all(|known| {
        of_profile(known, profile);
        descendants(known);
    })
}

/// Ends a process, everything below it, and whatever works in the profile.
pub(crate) fn end_tree(root: &ProcessMark, profile: &Path) -> bool {
    end_all(|known| {
        known.insert(root.clone());
        of_profile(known, profile);
        descendants(known);
    })
}

/// Ends everything below this very process, and whatever works in the profile.
pub(crate) fn end_below(profile: &Path) -> bool {
    let Some(here) = ProcessMark::of(std::process::id()) else { return false };
    end_all(|known| {
        known.insert(here.clone());
        of_profile(known, profile);
        descendants(known);
        known.remove(&here);
    })
}

/// Looks, asks, looks again, kills, and looks until nobody is there.
///
/// `look` adds whom it finds. The known ones are kept: when a parent ends, its children are handed to
/// somebody else and could no longer be found as its descendants.
fn end_all(look: impl Fn(&mut BTreeSet<ProcessMark>)) -> bool {
    let began = Instant::now();
    let mut known = BTreeSet::new();
    let mut asked = BTreeSet::new();
    let mut empty = false;
    loop {
        look(&mut known);
        known.retain(ProcessMark::is_alive);
        if known.is_empty() {
            // A process that is just being started can slip through one look, not through two.
            if empty {
                return true;
            }
            empty = true;
        } else {
            empty = false;
            if began.elapsed() > GRACE + LIMIT {
                return false;
            }
            for mark in &known {
                if began.elapsed() >= GRACE {
                    mark.signal(Signal::KILL);
                } else if asked.insert(mark.clone()) {
                    mark.signal(Signal::TERM);
                }
            }
        }
        std::thread::sleep(PAUSE);
    }
}

/// Adds the processes whose command line names this profile.
fn of_profile(known: &mut BTreeSet<ProcessMark>, profile: &Path) {
    let wanted: Vec<Vec<u8>> = [&b"--user-data-dir="[..], &b"--database="[..]]
        .iter()
        .map(|option| [option, profile.as_os_str().as_bytes()].concat())
        .collect();
    for pid in pids() {
        let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { continue };
        if pid != std::process::id() && wanted.iter().any(|wanted| names(&line, wanted)) {
            known.extend(ProcessMark::of(pid));
        }
    }
}

/// The text stands in the command line and the path ends there, or goes on into the folder.
///
/// The browser overwrites the arguments of its children with one text, so that arguments cannot be told apart.
fn names(line: &[u8], wanted: &[u8]) -> bool {
    line.windows(wanted.len()).enumerate().any(|(at, window)| {
        window == wanted && matches!(line.get(at + wanted.len()), None | Some(b'\0' | b' ' | b'/'))
    })
}

/// Adds the children of the known ones, and theirs.
pub(crate) fn descendants(known: &mut BTreeSet<ProcessMark>) {
    let all: Vec<(u32, Stat)> = pids().filter_map(|pid| Some((pid, Stat::of(pid)?))).collect();
    let mut numbers: BTreeSet<u32> =
        known.iter().filter(|mark| mark.is_alive()).map(|mark| mark.pid).collect();
    loop {
        let before = numbers.len();
        for (pid, stat) in &all {
            if numbers.contains(&stat.parent) && numbers.insert(*pid) {
                known.extend(ProcessMark::of(*pid));
            }
        }
        if numbers.len() == before {
            return;
        }
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// What `/proc/PID/stat` says of a process.
struct Stat {
    parent: u32,
    started: u64,
    ended: bool,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let bytes = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        // The program's name stands in brackets and may itself hold brackets and spaces.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        Some(Self {
            ended: matches!(*fields.first()?, "Z" | "X" | "x"),
            parent: fields.get(1)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }
}

fn boot() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_mark_is_of_one_process_only() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let mark = ProcessMark::of(child.id()).unwrap();
        assert!(mark.is_alive());
        let written = serde_json::to_string(&mark).unwrap();
        assert_eq!(serde_json::from_str::<ProcessMark>(&written).unwrap(), mark);
        let earlier = ProcessMark { started: mark.started - 1, ..mark.clone() };
        let another_boot = ProcessMark { boot: "another".to_owned(), ..mark.clone() };
        for other in [earlier, another_boot] {
            assert!(!other.is_alive());
            assert!(end(&other), "who is not there has ended");
        }
        assert!(mark.is_alive(), "nobody else's process was touched");
        assert!(end(&mark));
        assert!(!mark.is_alive());
        child.wait().unwrap();
        assert_eq!(ProcessMark::of(0), None);
    }

    #[test]
    fn ends_what_works_in_the_profile_and_its_children_and_nobody_beside() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("1");
        let start = |name: &str| {
            let option = format!("--user-data-dir={}", folder.path().join(name).display());
            // A parent that ignores the request to end, with a child that names no profile.
            let script = "trap '' TERM; sleep 600 & wait; wait";
            Command::new("sh").args(["-c", script, "sh", &option]).spawn().unwrap()
        };
        let (mut ours, mut neighbour) = (start("1"), start("10"));
        let child_of = |pid: u32| loop {
            let mut known = BTreeSet::from([ProcessMark::of(pid).unwrap()]);
            descendants(&mut known);
            if let Some(child) = known.into_iter().find(|mark| mark.pid != pid) {
                return child;
            }
        };
        let (child, other) = (child_of(ours.id()), child_of(neighbour.id()));
        assert!(end_tree(&ProcessMark::of(ours.id()).unwrap(), &profile));
        assert!(!child.is_alive());
        assert!(other.is_alive() && ProcessMark::of(neighbour.id()).is_some());
        assert!(end_browser_of_profile(&folder.path().join("10")));
        assert_eq!(ProcessMark::of(neighbour.id()), None);
        assert!(end(&other));
        ours.wait().unwrap();
        neighbour.wait().unwrap();
    }

    #[test]
    fn a_path_ends_where_it_ends() {
        assert!(names(b"chromium\0--user-data-dir=/p/1\0--x", b"--user-data-dir=/p/1"));
        assert!(names(b"chromium --user-data-dir=/p/1 --x", b"--user-data-dir=/p/1"));
        assert!(names(b"crashpad\0--database=/p/1/crashes", b"--database=/p/1"));
        assert!(!names(b"chromium\0--user-data-dir=/p/10\0", b"--user-data-dir=/p/1"));
    }
}
