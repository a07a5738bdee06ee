//! Whether this machine can drive a browser, point by point, without starting one.
#![expect(
    clippy::disallowed_methods,
    reason = "whether the kernel lets a browser have a sandbox stands in a file"
)]

use super::arguments::{Sandbox, sandbox};
use super::programs::{INSTALL, NotFound, find_browser, find_driver};
use super::version::{Version, version_of, versions_agree};
use rustix::fs::statvfs;
use std::path::{Path, PathBuf};

const MEGABYTE: u64 = 1024 * 1024;
/// What pages with many pictures need; below it the browser is told to use the disk instead.
pub(crate) const ENOUGH_SHARED_MEMORY: u64 = 512 * MEGABYTE;
/// A browser that cannot write its profile ends in the middle of a page.
const LEAST_DISK: u64 = 256 * MEGABYTE;
/// Below this a long run with many pictures may not find room.
const ENOUGH_DISK: u64 = 1024 * MEGABYTE;

/// How a point stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// It works, and somebody should know.
    Warning,
    /// Nothing can be driven.
    Bad,
}

/// One point that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    fn new(what: &'static str, state: State, found: impl Into<String>, hint: &str) -> Self {
        let hint = (state != State::Good && !hint.is_empty()).then(|| hint.to_owned());
        Self { what, state, found: found.into(), hint }
    }
}

/// Looks at everything a run needs of the machine; `folder` is where runs are kept. It blocks for about a second.
pub fn examine(driver: Option<&Path>, browser: Option<&Path>, folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut program = |what, found: Result<Option<PathBuf>, NotFound>| -> Option<Version> {
        let (finding, version) = match found {
            Ok(Some(path)) => match version_of(&path) {
                Ok(version) => (
                    Finding::new(what, State::Good, format!("{version} ({})", path.display()), ""),
                    Some(version),
                ),
                Err(error) => {
                    (Finding::new(what, State::Bad, error.to_string(), "try to run it by hand"), None)
                }
            },
            Ok(None) => (
                Finding::new(what, State::Warning, "none along PATH; the driver looks for its own", INSTALL),
                None,
            ),
            Err(missing) => {
                let words = missing.to_string();
                let (found, hint) = words.split_once("\nhint: ").unwrap_or((&words, ""));
                (Finding::new(what, State::Bad, found, hint), None)
            }
        };
        findings.push(finding);
        version
    };
    let driver = program("driver", find_driver(driver).map(Some));
    let browser = program("browser", find_browser(browser));
    if let (Some(browser), Some(driver)) = (browser, driver) {
        findings.push(match versions_agree(&browser, &driver) {
            Ok(()) => Finding::new("versions", State::Good, format!("both are {}", driver.major), ""),
            Err(mismatch) => {
                let words = mismatch.to_string();
                let (found, hint) = words.split_once("\nhint: ").unwrap_or((&words, ""));
                Finding::new("versions", State::Bad, found, hint)
            }
        });
    }
    findings.push(examine_sandbox());
    findings.push(examine_shared_memory());
    findings.push(examine_disk(folder));
    findings
}

fn examine_sandbox() -> Finding {
    let what = "sandbox";
    if sandbox() == Sandbox::OffBecauseRoot {
        let found = "off, because usher runs as root";
        return Finding::new(what, State::Warning, found, "run usher as an ordinary user");
    }
    let is = |path: &str, value: &str| std::fs::read_to_string(path).is_ok_and(|text| text.trim() == value);
    let closed = is("/proc/sys/kernel/unprivileged_userns_clone", "0")
        || is("/proc/sys/user/max_user_namespaces", "0")
        || is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1");
    if closed {
        let found = "on, but this system keeps user namespaces from ordinary programs; the browser may refuse to start";
        return Finding::new(
            what,
            State::Warning,
            found,
            "use the browser of the distribution, which brings its own permission",
        );
    }
    Finding::new(what, State::Good, "on", "")
}

fn examine_shared_memory() -> Finding {
    let what = "shared memory";
    match free(Path::new("/dev/shm")) {
        None => Finding::new(
            what,
            State::Warning,
            "there is no /dev/shm",
            "the browser is told to use the disk, which is slower",
        ),
        Some(free) => {
            let state = if free < ENOUGH_SHARED_MEMORY { State::Warning } else { State::Good };
            let hint = "the browser is told to use the disk, which is slower; in Docker give the container `--shm-size=1g`";
            Finding::new(what, state, format!("{} MB free in /dev/shm", free / MEGABYTE), hint)
        }
    }
}

fn examine_disk(folder: &Path) -> Finding {
    let what = "disk";
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // The folder may not have been made yet; it will be on the disk of its nearest parent.
    match whole.ancestors().find_map(free) {
        None => Finding::new(
            what,
            State::Bad,
            format!("cannot look at `{}`", folder.display()),
            "name another folder",
        ),
        Some(free) => {
            let state = if free < LEAST_DISK {
                State::Bad
            } else if free < ENOUGH_DISK {
                State::Warning
            } else {
                State::Good
            };
            let found = format!("{} MB free for `{}`", free / MEGABYTE, folder.display());
            Finding::new(what, state, found, "make room, or keep runs on another disk")
        }
    }
}

/// Bytes that this user may still write there.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let disk = statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::super::tests::program;
    use super::*;

    #[test]
    fn every_point_is_told_and_trouble_has_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("no/driver");
        let findings = examine(Some(&missing), Some(&missing), &folder.path().join("not/yet"));
        let told: Vec<&str> = findings.iter().map(|finding| finding.what).collect();
        assert_eq!(told, ["driver", "browser", "sandbox", "shared memory", "disk"]);
        for finding in &findings {
            assert_eq!(finding.hint.is_some(), finding.state != State::Good, "{finding:?}");
            assert!(!finding.found.contains("hint"), "{finding:?}");
        }
        assert_eq!((findings[0].state, findings[1].state), (State::Bad, State::Bad));
    }

    #[test]
    fn an_old_driver_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let driver = program(folder.path(), "d", "echo ChromeDriver 155.0");
        let browser = program(folder.path(), "b", "echo Chromium 156.0");
        let findings = examine(Some(&driver), Some(&browser), folder.path());
        let versions = findings.iter().find(|finding| finding.what == "versions").unwrap();
        assert_eq!(versions.state, State::Bad);
        assert!(
            versions.found.starts_with("ChromeDriver 155.0 does not drive Chromium 156.0"),
            "{versions:?}"
        );
    }
}
