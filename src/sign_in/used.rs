//! Which one-time codes were used: of each account the last step, on disk before its code is handed out.
//!
//! So no code is ever typed twice, by two ushers or after a crash either: a code that was handed out counts as used.
#![expect(clippy::disallowed_methods, reason = "what is remembered over processes is on disk")]

use super::code::{Next, Seed};
use super::private::{self, put_down};
use crate::digest::Digest;
use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The memory of one account's codes.
#[derive(Debug)]
pub struct Used {
    folder: PathBuf,
    name: String,
}

/// What is in its file. The end of the step rather than its number, which a seed with another period would read otherwise.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    /// Codes of steps that begin before this second are used.
    until: u64,
}

/// The only format there is so far.
const FORMAT: u32 = 1;
/// Waiting for longer than this many periods means that the clock was put back.
const PERIODS: u64 = 2;

impl Used {
    /// The memory of the codes of an account in an app's tenant, in this folder. The file's name tells of neither.
    pub fn of(folder: &Path, app: &str, url: &str, account: &str) -> Self {
        // Each with its length, so that no two accounts run into each other.
        let parts = [app, url, account].map(|part| format!("{}:{part}", part.len()));
        Self { folder: folder.to_owned(), name: format!("codes-{}", Digest::of(parts.concat()).short()) }
    }

    /// The next code that nobody has used, or how long to wait for it; `now` is in milliseconds since 1970.
    ///
    /// That it is used is synced to disk before it is handed out. What cannot be read or written is an error: then
    /// nobody can say which codes were used, and none is handed out.
    pub fn next(&self, seed: &Seed, now: u64) -> anyhow::Result<Next> {
        private::make(&self.folder).with_context(|| format!("failed to make {}", self.folder.display()))?;
        // Reading, deciding and writing are one: two ushers must not decide on the same memory.
        let lock = self.path("lock");
        let lock = private::writing()
            .create(true)
            .truncate(false)
            .open(&lock)
            .and_then(|file| file.lock().map(|()| file))
            .with_context(|| format!("failed to lock {}", lock.display()))?;
        let used = self.read()?.and_then(|until| until.checked_sub(1)).map(|last| last / seed.period());
        let next = seed.next(now, used);
        match &next {
            Next::Now { step, .. } => self.write((step + 1).saturating_mul(seed.period()))?,
            Next::Wait(wait) if wait.as_secs() > PERIODS * seed.period() => bail!(
                "the last one-time code was used in the future: the clock was put back since, or another one is wrong\n  hint: set the clock; if it is right now, wait until no code of before can be valid any more and remove {}",
                self.path("json").display()
            ),
            Next::Wait(_) => {}
        }
        drop(lock);
        Ok(next)
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    fn read(&self) -> anyhow::Result<Option<u64>> {
        let path = self.path("json");
        let unreadable = |why: String| {
            anyhow!(
                "which one-time codes were used cannot be read: {}: {why}\n  hint: once the last code is no longer valid - five minutes are enough - remove the file",
                path.display()
            )
        };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        if kept.format != FORMAT {
            return Err(unreadable(format!("its format is {}, not {FORMAT}", kept.format)));
        }
        Ok(Some(kept.until))
    }

    /// Either the old file is there after a crash or the new one, whole.
    fn write(&self, until: u64) -> anyhow::Result<()> {
        let path = self.path("json");
        let bytes = serde_json::to_vec(&Kept { format: FORMAT, until }).context("failed to write JSON")?;
        put_down(&path, &bytes, |part| std::fs::rename(part, &path))
            .map(drop)
            .with_context(|| format!("failed to write {}, so no one-time code is used", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use std::os::unix::fs::PermissionsExt as _;

    fn seed(period: u64) -> Seed {
        let text = format!("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&period={period}");
        Seed::read(&Secret::new(text)).unwrap()
    }

    fn step(next: &Next) -> Result<u64, u64> {
        match next {
            Next::Now { step, .. } => Ok(*step),
            Next::Wait(wait) => Err(u64::try_from(wait.as_millis()).unwrap()),
        }
    }

    #[test]
    fn no_code_is_handed_out_twice() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/sessions");
        let used = || Used::of(&folder, "heap", "https://h.test", "me");
        assert_eq!(step(&used().next(&seed(30), 31_000).unwrap()), Ok(1));
        assert_eq!(step(&used().next(&seed(30), 31_000).unwrap()), Err(29_000));
        assert_eq!(step(&used().next(&seed(30), 60_000).unwrap()), Ok(2));
        let other = Used::of(&folder, "heap", "https://h.test", "you");
        assert_eq!(
            step(&other.next(&seed(30), 60_000).unwrap()),
            Ok(2),
            "another account has codes of its own"
        );
        assert_eq!(
            step(&used().next(&seed(60), 61_000).unwrap()),
            Err(59_000),
            "another period, the same time"
        );
        assert_eq!(step(&used().next(&seed(15), 91_000).unwrap()), Ok(6));
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
            assert!(path.extension().is_some_and(|ending| ending != "part"), "{}", path.display());
        }
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn many_at_once_get_one_code() {
        let folder = tempfile::tempdir().unwrap();
        let given = std::thread::scope(|scope| {
            let ask = || {
                let used = Used::of(folder.path(), "heap", "https://h.test", "me");
                step(&used.next(&seed(30), 31_000).unwrap()).is_ok()
            };
            let all: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            all.into_iter().map(|one| one.join().unwrap()).filter(|given| *given).count()
        });
        assert_eq!(given, 1);
    }

    #[test]
    fn a_memory_that_cannot_be_read_gives_no_code() {
        let folder = tempfile::tempdir().unwrap();
        let used = Used::of(folder.path(), "heap", "https://h.test", "me");
        for bad in ["", "{", "{\"format\":1}", "{\"format\":2,\"until\":60}", "{\"format\":1,\"until\":-1}"] {
            std::fs::write(used.path("json"), bad).unwrap();
            let error = used.next(&seed(30), 90_000).unwrap_err().to_string();
            assert!(error.contains("cannot be read") && error.contains("hint:"), "{error}");
            assert_eq!(std::fs::read_to_string(used.path("json")).unwrap(), bad, "it is left for a person");
        }
        std::fs::remove_file(used.path("json")).unwrap();
        std::fs::create_dir(used.path("json")).unwrap();
        used.next(&seed(30), 90_000).unwrap_err();
        std::fs::remove_dir(used.path("json")).unwrap();
        // What cannot be taken out of the way stands where the file is written before it gets its name.
        let part = format!(".{}.{}.json", std::process::id(), used.name);
        std::fs::create_dir(folder.path().join(part)).unwrap();
        let error = used.next(&seed(30), 90_000).unwrap_err().to_string();
        assert!(error.contains("no one-time code is used"), "{error}");
    }

    #[test]
    fn a_clock_that_was_put_back_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let used = Used::of(folder.path(), "heap", "https://h.test", "me");
        used.next(&seed(30), 3_600_000).unwrap();
        let error = used.next(&seed(30), 1_800_000).unwrap_err().to_string();
        assert!(error.contains("clock was put back"), "{error}");
    }
}
