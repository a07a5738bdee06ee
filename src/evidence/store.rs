//! A run's folder: each file is written once, synced, and never again; only what is drawn from them is drawn anew.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is one of the places that touch the disk"
)]

use super::Medium;
use crate::digest::{Digest, Hasher};
use anyhow::Context as _;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The folder of one run.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    medium: Medium,
}

impl Store {
    /// Uses a folder that exists.
    pub fn new(folder: &Path) -> Self {
        Self::on(folder, Medium::default())
    }

    /// The same on this disk.
    pub fn on(folder: &Path, medium: Medium) -> Self {
        Self { folder: folder.to_owned(), medium }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The disk it is on.
    pub fn medium(&self) -> &Medium {
        &self.medium
    }

    /// Writes a file that must not be there yet and makes it last, so that a fact may name it. A name that a crash left
    /// behind is not written over; the next free one is taken, and told.
    pub fn write_once(&self, name: &str, bytes: &[u8]) -> anyhow::Result<(String, Digest)> {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
        for attempt in 1..1000_u32 {
            let name = if attempt == 1 { name.to_owned() } else { format!("{stem}-{attempt}.{ending}") };
            let path = self.folder.join(&name);
            match self.write(&path, bytes) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => {
                    return Err(error).with_context(|| format!("failed to write {}", path.display()));
                }
            }
            self.sync()?;
            return Ok((name, Digest::of(bytes)));
        }
        anyhow::bail!("{name} exists a thousand times in {}", self.folder.display())
    }

    /// Writes a file that must not be there yet, whole or not at all: nobody ever sees the beginning of one.
    pub fn write_whole(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        self.written_beside(name, |out| out.write_all(bytes))
            .and_then(|part| {
                self.medium.link(&part, &path)?;
                self.medium.remove(&part)
            })
            .with_context(|| format!("failed to write {}", path.display()))?;
        self.sync()
    }

    /// Writes a file that is drawn from the others, such as the report, in place of the one that may be there.
    /// It goes there as it is drawn, and is never held whole.
    pub fn replace(
        &self,
        name: &str,
        draw: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(name);
        self.written_beside(name, draw)
            .and_then(|part| self.medium.rename(&part, &path))
            .with_context(|| format!("failed to write {}", path.display()))?;
        self.sync()?;
        Ok(path)
    }

    /// Takes away what was drawn from the others, before they are added to.
    pub fn discard(&self, names: &[&str]) -> anyhow::Result<()> {
        let mut gone = false;
        for name in names {
            let path = self.folder.join(name);
            gone |= self
                .medium
                .remove(&path)
                .with_context(|| format!("failed to take {} away", path.display()))?;
        }
        if gone { self.sync() } else { Ok(()) }
    }

    /// Makes a file of that name and these bytes, whose bytes outlast a power cut; whether its name does is the folder's.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.medium.create(path)?;
        self.medium.write(&mut file, path, bytes)?;
        self.medium.sync(&file, path)
    }

    /// The same beside the name it is to have in the end. One that was left there before was never whole.
    fn written_beside(
        &self,
        name: &str,
        draw: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<PathBuf> {
        let part = self.folder.join(format!(".{name}.part"));
        self.medium.remove(&part)?;
        let mut file = self.medium.create(&part)?;
        let mut out =
            BufWriter::with_capacity(AT_ONCE, Growing { file: &mut file, path: &part, medium: &self.medium });
        let drawn = draw(&mut out).and_then(|()| out.flush());
        // Where that failed, what is left is not written behind the gap.
        drop(out.into_parts());
        drawn?;
        self.medium.sync(&file, &part)?;
        Ok(part)
    }

    /// Syncs the folder itself, so that the files in it outlast a power cut.
    fn sync(&self) -> anyhow::Result<()> {
        self.medium
            .sync_folder(&self.folder)
            .with_context(|| format!("failed to sync {}", self.folder.display()))
    }

    /// Reads a file of the folder; names that lead out of it are refused.
    pub fn read(&self, name: &str) -> anyhow::Result<Vec<u8>> {
        anyhow::ensure!(is_plain(name), "`{name}` is not the name of a file in a run's folder");
        read_file(&self.folder.join(name))
    }

    /// Opens a file of the folder to read it part by part, as [`Store::read`] reads it whole.
    pub fn open(&self, name: &str) -> anyhow::Result<impl Read + use<>> {
        anyhow::ensure!(is_plain(name), "`{name}` is not the name of a file in a run's folder");
        open_file(&self.folder.join(name))
    }

    /// The digest of a file of the folder, and how many bytes it has.
    pub fn digest(&self, name: &str) -> anyhow::Result<(Digest, u64)> {
        let mut file = self.open(name)?;
        let (mut hasher, mut size, mut part) = (Hasher::default(), 0, vec![0; 64 * 1024]);
        loop {
            let read = file
                .read(&mut part)
                .with_context(|| format!("failed to read {}", self.folder.join(name).display()))?;
            if read == 0 {
                return Ok((hasher.digest(), size));
            }
            hasher.take(part.get(..read).unwrap_or_default());
            size += read as u64;
        }
    }

    /// The names of everything in the folder, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// So many bytes of what is drawn are put on disk at once.
const AT_ONCE: usize = 1024 * 1024;

/// A file that is drawn into.
struct Growing<'a> {
    file: &'a mut File,
    path: &'a Path,
    medium: &'a Medium,
}

impl Write for Growing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.medium.write(self.file, self.path, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// No file of a run is larger; one that is was put there by somebody else.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// Reads a file that is one.
pub fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = open_file(path)?;
    file.read_to_end(&mut bytes).with_context(|| format!("failed to read {}", path.display()))?;
    Ok(bytes)
}

/// Opens a file that is one. A link leads to what does not travel with the folder, and a pipe would never end.
pub fn open_file(path: &Path) -> anyhow::Result<File> {
    let failed = || format!("failed to read {}", path.display());
    let metadata = std::fs::symlink_metadata(path).with_context(failed)?;
    let kind = metadata.file_type();
    let is = match (kind.is_file(), kind.is_symlink(), kind.is_dir()) {
        (true, _, _) if metadata.len() > LARGEST => "larger than any file of a run",
        (true, _, _) => return File::open(path).with_context(failed),
        (_, true, _) => "a link, not a file",
        (_, _, true) => "a folder, not a file",
        _ => "not a file",
    };
    anyhow::bail!("{} is {is}", path.display())
}

/// Whether a name is just a name: no folders, no way up.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_writes_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        assert_eq!(store.write_once("a.png", b"1").unwrap().0, "a.png");
        assert_eq!(store.write_once("a.png", b"2").unwrap().0, "a-2.png");
        assert_eq!(store.read("a.png").unwrap(), b"1");
        assert!(store.read("../etc/passwd").is_err());
        assert_eq!(store.digest("a-2.png").unwrap(), (Digest::of("2"), 1));
        assert!(store.digest("../etc/passwd").is_err());
        store.write_whole("b.txt", b"1").unwrap();
        store.write_whole("b.txt", b"2").unwrap_err();
        assert_eq!(store.read("b.txt").unwrap(), b"1");
    }

    #[test]
    fn only_what_is_drawn_is_replaced_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        store.write_once(".report.html.part", b"half of one that a crash left behind").unwrap();
        store.replace("report.html", |out| out.write_all(b"1")).unwrap();
        store.replace("report.html", |out| out.write_all(b"2")).unwrap();
        assert_eq!(store.read("report.html").unwrap(), b"2");
        assert_eq!(store.names(), ["report.html"]);
        store.discard(&["report.html", "results.csv"]).unwrap();
        assert!(store.names().is_empty());
    }

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).unwrap();
        std::fs::File::create(folder.path().join("large")).unwrap().set_len(LARGEST + 1).unwrap();
        for (name, says) in
            [("folder", "a folder"), ("link", "a link"), ("large", "larger"), ("gone", "read")]
        {
            let error = format!("{:#}", store.read(name).unwrap_err());
            assert!(error.contains(says) && error.contains(name), "{error}");
        }
    }
}
