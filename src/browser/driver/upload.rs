//! Files of this machine that are given to a page: looked at before anything is done, read by the driver itself.

use std::path::{Path, PathBuf};

/// A file that can be given to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it is, from the root on: the driver runs in another folder.
    pub path: PathBuf,
    /// Its name, which is all of its path that the page is told.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
}

/// Looks at a file, its path relative to the current folder. The error says what is wrong with it.
pub fn upload(path: &str) -> Result<Upload, String> {
    if path.trim().is_empty() {
        return Err("no file is named".to_owned());
    }
    // The driver takes several files in one text, parted by line breaks.
    if path.contains(['\n', '\r', '\0']) {
        return Err(format!("`{}` is no path of one file", path.escape_debug()));
    }
    let place = Path::new(path);
    let seen = std::fs::metadata(place).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file `{path}`"),
        _ => format!("the file `{path}` cannot be looked at: {error}"),
    })?;
    if !seen.is_file() {
        return Err(format!(
            "`{path}` is no file, but {}",
            if seen.is_dir() { "a folder" } else { "something else" }
        ));
    }
    #[expect(clippy::disallowed_types, reason = "whether it can be read is known by opening it only")]
    std::fs::File::open(place).map_err(|error| format!("the file `{path}` cannot be read: {error}"))?;
    let whole = std::path::absolute(place).map_err(|error| format!("`{path}` leads nowhere: {error}"))?;
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Upload { path: whole, name, size: seen.len() })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test makes files of its own")]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_is_there_is_given_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("face.png");
        std::fs::write(&file, b"12345").unwrap();
        let seen = upload(file.to_str().unwrap()).unwrap();
        assert_eq!((seen.name.as_str(), seen.size, seen.path.as_path()), ("face.png", 5, file.as_path()));
        for (path, words) in [
            (folder.path().join("none.png"), "there is no file"),
            (folder.path().to_owned(), "is no file, but a folder"),
            (PathBuf::from(" "), "no file is named"),
            (PathBuf::from("a\nb"), "no path of one file"),
        ] {
            let error = upload(path.to_str().unwrap()).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
