//! The journal's file: locked, appended to, synced, and mended when its last line is torn.
#![expect(clippy::disallowed_types, reason = "this is one of the places that touch the disk")]

use super::chain::{self, Broken, Chain, Seal};
use super::{Entry, Fact};
use crate::evidence::{Medium, Store};
use anyhow::{Context as _, bail};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom};
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
        let read = fold(BufReader::with_capacity(AT_ONCE, &file), |_, _| {})
            .with_context(|| format!("failed to read {}", path.display()))?;
        if let Some(broken) = read.broken {
            bail!("{} does not hold at line {}: {}", path.display(), broken.line, broken.why);
        }
        let mended = read.torn;
        if mended > 0 {
            medium
                .cut(&file, &path, read.whole)
                .with_context(|| format!("failed to cut the torn last line of {} away", path.display()))?;
        }
        file.seek(SeekFrom::End(0)).context("failed to seek to the journal's end")?;
        let journal = Self {
            file,
            path,
            medium,
            next: read.chain.count + 1,
            prev: read.chain.head,
            clock,
            broken: false,
        };
        Ok(Opened { journal, mended })
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

/// How a journal stands that was read to its end.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The entries that hold, from the first.
    pub chain: Chain,
    /// Why the next one does not, where there is one.
    pub broken: Option<Broken>,
    /// Bytes of a torn last line.
    pub torn: u64,
    /// Bytes of all lines before it.
    whole: u64,
}

/// So many bytes are read at once.
const AT_ONCE: usize = 256 * 1024;

/// Reads a journal without changing it: each entry that holds, with the bytes of its line. None of them is kept: a run of
/// many people has more to tell than should be in memory at once.
pub fn read(path: &Path, each: impl FnMut(&Entry, &[u8])) -> anyhow::Result<Standing> {
    let file = crate::evidence::open_file(path)?;
    fold(BufReader::with_capacity(AT_ONCE, file), each)
        .with_context(|| format!("failed to read {}", path.display()))
}

/// The same from wherever its bytes are; see [`read`].
pub fn fold(mut from: impl BufRead, mut each: impl FnMut(&Entry, &[u8])) -> io::Result<Standing> {
    let mut read = Standing { chain: Chain::begun(), broken: None, torn: 0, whole: 0 };
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = from.read_until(b'\n', &mut line)? as u64;
        let Some(whole) = line.strip_suffix(b"\n") else {
            read.torn = length;
            return Ok(read);
        };
        read.whole += length;
        // Behind a break nothing counts any more, but only the end tells whether the last line is torn.
        if read.broken.is_none() {
            match read.chain.take(whole) {
                Ok(entry) => each(&entry, whole),
                Err(broken) => read.broken = Some(broken),
            }
        }
    }
}

impl Drop for Journal {
    /// Closing the file would not do: a program that is just being started holds a copy of it for a moment, and the lock
    /// with it, and whoever opens the journal then would be told of another usher.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
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
        assert!(opened.mended > 0);
        let mut journal = opened.journal;
        journal.append(fact(3)).unwrap();
        drop(journal);
        let mut jobs = Vec::new();
        let kept = read(&path, |entry, _| jobs.push(entry.fact.clone())).unwrap();
        assert_eq!((jobs, kept.broken, kept.torn), (vec![fact(1), fact(3)], None, 0));
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
    fn a_program_that_is_just_being_started_does_not_hold_the_journal() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        drop(Journal::create(&store, clock()).unwrap());
        let over = std::sync::atomic::AtomicBool::new(false);
        let starts = || {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                std::process::Command::new("true").status().unwrap();
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(starts);
            }
            let opened = (0..3000).map(|_| Journal::open(&store, clock()).map(drop)).find(Result::is_err);
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(opened.is_none(), "{opened:?}");
        });
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
