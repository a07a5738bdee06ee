//! The folder that the browser puts files into which pages give away: inside of its profile, and empty again afterwards.
#![expect(clippy::disallowed_methods, reason = "the browser puts files there that only we take out")]

use std::fs;
use std::path::{Path, PathBuf};

/// More than the list of everybody ever is.
const LARGEST: u64 = 64 << 20;
/// The end of a file's name while the browser still writes it.
const UNFINISHED: &str = "crdownload";

/// One file that is waited for.
#[derive(Debug)]
pub struct Downloads {
    folder: PathBuf,
}

impl Downloads {
    /// Empties the folder, so that what is in it afterwards is the file. The error says what is wrong.
    pub fn begin(folder: &Path) -> Result<Self, String> {
        let downloads = Self { folder: folder.to_owned() };
        for file in downloads.files() {
            fs::remove_file(&file)
                .map_err(|error| format!("an earlier file could not be removed: {error}"))?;
        }
        Ok(downloads)
    }

    /// The file, once it is there whole; it is removed.
    pub fn finished(&self) -> Result<Option<Vec<u8>>, String> {
        let files = self.files();
        let is_whole = |file: &PathBuf| file.extension().is_none_or(|end| end != UNFINISHED);
        let [file] = files.as_slice() else {
            return if files.len() > 1 && files.iter().all(is_whole) {
                Err(format!("{} files came, and one was expected", files.len()))
            } else {
                Ok(None)
            };
        };
        // The browser makes an empty file first, under the name that the whole one is going to have.
        let size = fs::metadata(file).map_or(0, |about| about.len());
        if !is_whole(file) || size == 0 {
            return Ok(None);
        }
        if size > LARGEST {
            return Err(format!("the file has {size} bytes, which is more than a list of people has"));
        }
        let bytes = fs::read(file).map_err(|error| format!("the file could not be read: {error}"))?;
        fs::remove_file(file).map_err(|error| format!("the file could not be removed: {error}"))?;
        Ok(Some(bytes))
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        // Hidden ones are the browser's own.
        entries
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
            .map(|entry| entry.path())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_whole_file_is_taken_and_gone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("old.csv"), "old").unwrap();
        let downloads = Downloads::begin(folder.path()).unwrap();
        assert_eq!(downloads.finished().unwrap(), None, "what was there before does not count");
        fs::write(at("people.csv.crdownload"), "Em").unwrap();
        assert_eq!(downloads.finished().unwrap(), None);
        fs::rename(at("people.csv.crdownload"), at("people.csv")).unwrap();
        assert_eq!(downloads.finished().unwrap().as_deref(), Some(&b"Em"[..]));
        assert!(!at("people.csv").exists());
        fs::write(at("a.csv"), "a").unwrap();
        fs::write(at("b.csv"), "b").unwrap();
        assert!(downloads.finished().is_err());
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_empty() {
        let downloads = Downloads::begin(Path::new("/nowhere/at/all")).unwrap();
        assert_eq!(downloads.finished().unwrap(), None);
    }
}
