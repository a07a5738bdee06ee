//! The disk as a run's folder needs it: each step by which a byte or a name gets there, in one place, so that a test can
//! cut the power or fill the disk at every one of them.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is one of the places that touch the disk"
)]

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

/// One step: it changes the disk, or makes what was changed last.
#[derive(Clone, Copy, Debug)]
pub enum Touch<'a> {
    /// A file comes to be, under a name that nothing has.
    Create(&'a Path),
    /// Bytes are added to the end of a file.
    Write(&'a Path, &'a [u8]),
    /// A file is cut to so many bytes.
    Cut(&'a Path, u64),
    /// What a file holds is made to last.
    Sync(&'a Path),
    /// A file gets one more name, that nothing has.
    Link(&'a Path, &'a Path),
    /// A file gets another name, and whatever had that one is gone.
    Rename(&'a Path, &'a Path),
    /// A name is taken away.
    Remove(&'a Path),
    /// The names in a folder are made to last.
    SyncFolder(&'a Path),
}

/// What comes in between: it is told of each step before it is made, and may forbid it.
pub trait Mishaps: Debug + Send + Sync {
    /// An error is given back as if the disk had given it.
    fn before(&self, touch: Touch<'_>) -> io::Result<()>;
}

/// A disk; by itself one on which nothing comes in between.
#[derive(Clone, Debug, Default)]
pub struct Medium(Option<Arc<dyn Mishaps>>);

impl Medium {
    /// A disk on which something does.
    pub fn with(mishaps: Arc<dyn Mishaps>) -> Self {
        Self(Some(mishaps))
    }

    fn before(&self, touch: Touch<'_>) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |mishaps| mishaps.before(touch))
    }

    /// Creates a file that must not be there yet.
    pub fn create(&self, path: &Path) -> io::Result<File> {
        self.before(Touch::Create(path))?;
        OpenOptions::new().create_new(true).append(true).open(path)
    }

    /// Adds to the end of a file.
    pub fn write(&self, file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.before(Touch::Write(path, bytes))?;
        file.write_all(bytes)
    }

    /// Cuts a file, and makes that last.
    pub fn cut(&self, file: &File, path: &Path, length: u64) -> io::Result<()> {
        self.before(Touch::Cut(path, length))?;
        file.set_len(length)?;
        self.before(Touch::Sync(path))?;
        file.sync_all()
    }

    /// Makes what was written to a file last; its name is the folder's.
    pub fn sync(&self, file: &File, path: &Path) -> io::Result<()> {
        self.before(Touch::Sync(path))?;
        file.sync_data()
    }

    /// Gives a file one more name. Unlike a change of its name, this says no where there is such a file already.
    pub fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before(Touch::Link(from, to))?;
        std::fs::hard_link(from, to)
    }

    /// Gives a file another name, and takes it from whatever had it.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before(Touch::Rename(from, to))?;
        std::fs::rename(from, to)
    }

    /// Takes a name away. True if there was such a file.
    pub fn remove(&self, path: &Path) -> io::Result<bool> {
        self.before(Touch::Remove(path))?;
        match std::fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes the names in a folder last.
    pub fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.before(Touch::SyncFolder(folder))?;
        File::open(folder)?.sync_all()
    }
}
