//! The journal's file: locked, appended to, synced, and mended when its last line is torn.
#![expect(clippy::disallowed_types, reason = "this is one of the places that touch the disk")]

use super::chain::{self, Broken, Seal};
use super::{Entry, Fact};
use crate::evidence::{Medium, Store};
use anyhow::{Context as _, bail};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Tells the time: UTC, RFC 3339 with milliseconds. Handed in, so that tests can stop it.
pub type Clock = Arc<dyn Fn() -> String + Send + Sync>;

/// The journal's file in a run's folder.
const NAME: &str = "journal.jsonl";

/// An open journal. There is one writer, ever.
pub struct Journal {
    file: File,
    path: PathBuf,
    medium: Medium,
    next: u64,
    prev: Seal,
    clock: Clock,
    broken: bool,
}

/// A journal that was there before.
pub struct Opened {
    /// Ready to append.
    pub journal: Journal,
    /// What it holds.
    pub entries: Vec<Entry>,
    /// Bytes of a torn last line that were cut away.
    pub mended: u64,
}

impl Journal {
    /// Begins the journal of a run's folder; there must be none yet.
    pub fn create(store: &Store, clock: Clock) -> anyhow::Result<Self> {
        let (path, medium) = (store.folder().join(NAME), store.medium().clone());
        let file = medium.create(&path).with_context(|| format!("failed to create {}", path.display()))?;
        lock(&file, &path)?;
        // The folder's own entry must be on disk too, or a power cut could take the whole journal.
        medium
            .sync_folder(store.folder())
            .with_context(|| format!("failed to sync {}", store.folder().display()))?;
        Ok(Self { file, path, medium, next: 1, prev: chain::root(), clock, broken: false })
    }

    /// Opens the journal of a run's folder to go on. A torn last line was never seen by anyone, so it is cut away, and
    /// said so; anything else that does not hold is an error.
    pub fn open(store: &Store, clock: Clock) -> anyhow::Result<Opened> {
        let (path, medium) = (store.folder().join(NAME), store.medium().clone());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .with_context(|| format!("failed to open {}", path.display()))?;
        lock(&file, &path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(|| format!("failed to read {}", path.display()))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let mended = u64::try_from(bytes.len() - whole).unwrap_or(u64::MAX);
        bytes.truncate(whole);
        let mut entries = Vec::new();
        let (count, prev) = verify(&bytes, |entry| entries.push(entry.clone())).map_err(|broken| {
            anyhow::anyhow!("{} does not hold at line {}: {}", path.display(), broken.line, broken.why)
        })?;
        if mended > 0 {
            medium
                .cut(&file, &path, u64::try_from(whole).unwrap_or(0))
                .with_context(|| format!("failed to cut the torn last line of {} away", path.display()))?;
        }
        file.seek(SeekFrom::End(0)).context("failed to seek to the journal's end")?;
        let journal = Self { file, path, medium, next: count + 1, prev, clock, broken: false };
        Ok(Opened { journal, entries, mended })
    }

    /// Seals a fact, writes and syncs it. Only then may anybody see it.
    pub fn append(&mut self, fact: Fact) -> anyhow::Result<Entry> {
        if self.broken {
            bail!("{} could not be written before; nothing more is appended to it", self.path.display());
        }
        let (entry, mut line) = chain::seal_line(self.next, &(self.clock)(), fact, &self.prev);
        line.push('\n');
        let written = self
            .medium
            .write(&mut self.file, &self.path, line.as_bytes())
            .and_then(|()| self.medium.sync(&self.file, &self.path));
        if let Err(error) = written {
            // Half a line may be on disk now. Whoever opens the journal next mends it; we must not write behind it.
            self.broken = true;
            return Err(error).with_context(|| format!("failed to write {}", self.path.display()));
        }
        self.next += 1;
        self.prev = entry.seal.clone();
        Ok(entry)
    }

    /// The seal of the last entry.
    pub fn head(&self) -> &Seal {
        &self.prev
    }
}

/// Reads a journal without changing it: the entries that hold, the first break, and the bytes of a torn last line.
pub fn read(path: &Path) -> anyhow::Result<(Vec<Entry>, Option<Broken>, u64)> {
    Ok(parse(&crate::evidence::read_file(path)?))
}

/// The same from bytes; see [`read`].
pub fn parse(bytes: &[u8]) -> (Vec<Entry>, Option<Broken>, u64) {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let torn = u64::try_from(bytes.len() - whole).unwrap_or(u64::MAX);
    let mut entries = Vec::new();
    let broken = verify(bytes.get(..whole).unwrap_or_default(), |entry| entries.push(entry.clone())).err();
    (entries, broken, torn)
}

fn verify(bytes: &[u8], mut each: impl FnMut(&Entry)) -> Result<(u64, Seal), Broken> {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = body.split(|byte| *byte == b'\n').filter(|_| !body.is_empty());
    chain::verify_lines(lines, |entry, _| each(entry))
}

fn lock(file: &File, path: &Path) -> anyhow::Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("{} is being written by another usher", path.display())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("failed to lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests tear the file")]
    use super::*;

    fn clock() -> Clock {
        Arc::new(|| "2026-01-01T00:00:00.000Z".to_owned())
    }

    fn fact(job: u32) -> Fact {
        Fact::JobBegun { job, person: format!("p{job}@x.test") }
    }

    #[test]
    fn a_torn_last_line_is_mended_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let (path, store) = (folder.path().join(NAME), Store::new(folder.path()));
        let mut journal = Journal::create(&store, clock()).unwrap();
        journal.append(fact(1)).unwrap();
        journal.append(fact(2)).unwrap();
        drop(journal);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 7]).unwrap();
        let opened = Journal::open(&store, clock()).unwrap();
        assert_eq!(opened.entries.len(), 1);
        assert!(opened.mended > 0);
        let mut journal = opened.journal;
        journal.append(fact(3)).unwrap();
        drop(journal);
        let (entries, broken, torn) = read(&path).unwrap();
        assert_eq!((entries.len(), broken, torn), (2, None, 0));
    }

    #[test]
    fn a_second_writer_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let _journal = Journal::create(&store, clock()).unwrap();
        let error = Journal::open(&store, clock()).err().unwrap().to_string();
        assert!(error.contains("another usher"), "{error}");
    }

    #[test]
    fn a_full_disk_stops_the_journal_for_good() {
        let file = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let path = PathBuf::from("/dev/full");
        let mut journal = Journal {
            file,
            path,
            medium: Medium::default(),
            next: 1,
            prev: chain::root(),
            clock: clock(),
            broken: false,
        };
        assert!(format!("{:#}", journal.append(fact(1)).unwrap_err()).contains("No space left"));
        assert!(journal.append(fact(2)).unwrap_err().to_string().contains("nothing more"));
    }
}
