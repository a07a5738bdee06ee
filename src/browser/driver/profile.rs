//! The folder a browser works in while a run lasts, the record beside it of who is responsible, and its removal.
#![expect(clippy::disallowed_methods, reason = "the browser works in a folder that we make and take away")]

use super::process::{ProcessMark, end_browser_of_profile, end_tree};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The longest folder in which the browser can still make its socket: a socket's path has 107 bytes.
const LONGEST: usize = 60;

/// Who is responsible for a folder. It is written before the folder is made, so that no folder is nobody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The usher the browser works for.
    pub(crate) owner: ProcessMark,
    /// The guard that cleans up after it.
    pub(crate) guard: Option<ProcessMark>,
    /// The driver.
    pub(crate) driver: Option<ProcessMark>,
    /// Where the browser and its driver keep their temporary files.
    pub(crate) temporary: PathBuf,
}

impl Record {
    /// The record of a profile; none if the folder is not one of ours. A record that names any other folder as its
    /// temporary one is not ours either: what it names is going to be removed.
    pub(crate) fn of(profile: &Path) -> Option<Self> {
        let record: Self = serde_json::from_slice(&fs::read(path_of(profile)).ok()?).ok()?;
        (record.temporary == temporary_of(profile)?).then_some(record)
    }

    /// Writes it whole or not at all.
    pub(crate) fn write(&self, profile: &Path) -> io::Result<()> {
        let path = path_of(profile);
        let fresh = path.with_extension("new");
        fs::write(&fresh, serde_json::to_vec(self)?)?;
        fs::rename(fresh, path)
    }
}

fn path_of(profile: &Path) -> PathBuf {
    profile.with_extension("json")
}

/// Where the browser of a profile keeps its temporary files: inside, unless that is too long for its socket.
fn temporary_of(profile: &Path) -> Option<PathBuf> {
    let inside = profile.join("tmp");
    if inside.as_os_str().len() <= LONGEST {
        return Some(inside);
    }
    Some(std::env::temp_dir().join(format!("usher-{}", profile.file_name()?.to_str()?)))
}

/// Whether a root is a folder of this user's that nobody else can write to. Below the system's temporary folder
/// anybody may have made one of this name first.
fn is_private(root: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(root).is_ok_and(|found| {
        found.is_dir() && found.uid() == rustix::process::getuid().as_raw() && found.mode() & 0o022 == 0
    })
}

/// Makes an empty profile under this root, for this process, readable by nobody else.
pub(crate) fn create(root: &Path) -> anyhow::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut private = fs::DirBuilder::new();
    private.mode(0o700);
    private.recursive(true).create(root).with_context(|| format!("cannot make `{}`", root.display()))?;
    anyhow::ensure!(
        is_private(root),
        "`{}` belongs to somebody else, or others can write to it",
        root.display()
    );
    let root = root.canonicalize()?;
    let owner = ProcessMark::of(std::process::id())
        .context("cannot read `/proc`, without which nothing can be guarded")?;
    private.recursive(false);
    loop {
        let name = format!("{}-{}-{}", owner.pid, owner.started, COUNT.fetch_add(1, Ordering::Relaxed));
        let profile = root.join(&name);
        if profile.exists() || path_of(&profile).exists() {
            continue;
        }
        let temporary = temporary_of(&profile).context("the profile's folder has no name")?;
        Record { owner, guard: None, driver: None, temporary: temporary.clone() }.write(&profile)?;
        let made = private.create(&profile).and_then(|()| private.create(&temporary));
        if let Err(error) = made {
            let _ = remove(&profile);
            return Err(error).with_context(|| format!("cannot make `{}`", profile.display()));
        }
        return Ok(profile);
    }
}

/// Removes a profile of ours, its temporary files and, last, its record. Nothing but a recorded folder is removed.
pub(crate) fn remove(profile: &Path) -> io::Result<()> {
    let Some(record) = Record::of(profile) else {
        return if profile.exists() { Err(io::Error::other("it has no record")) } else { Ok(()) };
    };
    remove_folder(profile)?;
    remove_folder(&record.temporary)?;
    fs::remove_file(path_of(profile))
}

/// A process that is just ending may still write into the folder; so it is tried a few times.
fn remove_folder(folder: &Path) -> io::Result<()> {
    let mut left = 40;
    loop {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if left == 0 => return Err(error),
            Ok(()) => return Ok(()),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
        left -= 1;
    }
}

/// Ends the processes of a profile whose guard is gone, and removes it. True if nothing is left.
pub(crate) fn sweep(profile: &Path) -> bool {
    let driver = Record::of(profile).and_then(|record| record.driver);
    let ended = match driver {
        Some(driver) => end_tree(&driver, profile),
        None => end_browser_of_profile(profile),
    };
    ended
        && remove(profile)
            .inspect_err(|error| tracing::warn!(%error, "a profile could not be removed"))
            .is_ok()
}

/// Removes what earlier runs left under this root because their guard was killed as well, and ends the browsers
/// that still work there. Folders of living runs, and folders that are not ours, are left alone.
///
/// Returns the folders it removed. It blocks, for some seconds where a browser does not want to end.
pub fn cleanup_stale(root: &Path) -> Vec<PathBuf> {
    if !is_private(root) {
        return Vec::new();
    }
    let Ok(root) = root.canonicalize() else { return Vec::new() };
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let records =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "json"));
    let profiles = records.map(|path| path.with_extension(""));
    profiles
        .filter(|profile| {
            Record::of(profile).is_some_and(|record| {
                let alive = |mark: &ProcessMark| mark.is_alive();
                !alive(&record.owner) && !record.guard.as_ref().is_some_and(alive)
            })
        })
        .filter(|profile| sweep(profile))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn only_dead_peoples_folders_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().join("profiles");
        let (living, dead) = (create(&root).unwrap(), create(&root).unwrap());
        fs::write(dead.join("Cookies"), "secret").unwrap();
        fs::create_dir(root.join("somebody-elses")).unwrap();
        fs::write(root.join("notes.json"), "{}").unwrap();

        let option = format!("--user-data-dir={}", dead.display());
        let mut browser = Command::new("sh").args(["-c", "sleep 600; true", "sh", &option]).spawn().unwrap();
        let mut driver = Command::new("sleep").arg("600").spawn().unwrap();
        let mut record = Record::of(&dead).unwrap();
        record.owner.started -= 1;
        record.driver = ProcessMark::of(driver.id());
        record.guard = ProcessMark::of(driver.id());
        record.write(&dead).unwrap();
        assert!(cleanup_stale(&root).is_empty(), "its guard is still there");
        record.guard = Some(record.owner.clone());
        record.write(&dead).unwrap();
        assert_eq!(cleanup_stale(&root), vec![dead.canonicalize().unwrap_or(dead)]);

        browser.wait().unwrap();
        driver.wait().unwrap();
        let mut left: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
        left.sort();
        let mut kept =
            vec![living.clone(), path_of(&living), root.join("notes.json"), root.join("somebody-elses")];
        kept.sort();
        assert_eq!(left, kept);
        remove(&living).unwrap();
        assert!(remove(&root.join("somebody-elses")).is_err(), "what is not recorded is not ours");
    }

    #[test]
    fn a_long_path_keeps_its_sockets_elsewhere_and_leaves_nothing_there() {
        let root = tempfile::tempdir().unwrap();
        let profile = create(&root.path().join("x".repeat(80))).unwrap();
        let temporary = Record::of(&profile).unwrap().temporary;
        assert!(temporary.is_dir() && temporary.as_os_str().len() <= LONGEST);
        remove(&profile).unwrap();
        assert!(!temporary.exists() && !profile.exists());
    }
}
