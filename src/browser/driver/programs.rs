//! Finding the driver and the browser on this machine.

use std::env;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What to type where they are missing.
pub(super) const INSTALL: &str = "install them with `apt-get install chromium chromium-driver`";
/// The names a browser goes by, the first one found is taken.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The two programs a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// ChromeDriver.
    pub driver: PathBuf,
    /// The browser; where none is named the driver looks for its own.
    pub browser: Option<PathBuf>,
}

/// A program is not where it was looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {what} was found; looked for {looked}\nhint: {INSTALL}, or name the program in the settings")]
pub struct NotFound {
    /// The driver or the browser.
    pub what: &'static str,
    /// The names and the places.
    pub looked: String,
}

/// Finds both programs: where the settings say, and there only; else along `PATH`.
pub fn find_programs(driver: Option<&Path>, browser: Option<&Path>) -> Result<Programs, NotFound> {
    Ok(Programs { driver: find_driver(driver)?, browser: find_browser(browser)? })
}

/// Finds ChromeDriver.
pub(super) fn find_driver(named: Option<&Path>) -> Result<PathBuf, NotFound> {
    find("ChromeDriver", named, &["chromedriver"])
}

/// Finds a browser. That none lies along `PATH` is no error: the driver knows more places; one that is named must be there.
pub(super) fn find_browser(named: Option<&Path>) -> Result<Option<PathBuf>, NotFound> {
    match find("browser", named, &BROWSERS) {
        Err(missing) if named.is_some() => Err(missing),
        found => Ok(found.ok()),
    }
}

fn find(what: &'static str, named: Option<&Path>, usual: &[&str]) -> Result<PathBuf, NotFound> {
    if let Some(file) = named.filter(|named| named.components().count() > 1) {
        let looked = format!("`{}`", file.display());
        let whole = std::path::absolute(file).ok().filter(|whole| runs(whole));
        return whole.ok_or(NotFound { what, looked });
    }
    let named = named.map(Path::to_string_lossy);
    let candidates = named.as_deref().map_or_else(|| usual.to_vec(), |name| vec![name]);
    let path = env::var_os("PATH").unwrap_or_default();
    let found = candidates
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_absolute() && runs(candidate));
    found.ok_or_else(|| {
        let looked = format!("{} in PATH ({})", crate::diag::listed(candidates), path.to_string_lossy());
        NotFound { what, looked }
    })
}

fn runs(program: &Path) -> bool {
    program.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests make programs to find")]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_named_program_is_that_one_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("driver");
        let missing = find_driver(Some(&program)).unwrap_err().to_string();
        assert!(missing.contains(&format!("looked for `{}`", program.display())), "{missing}");
        assert!(missing.contains("apt-get install chromium chromium-driver"), "{missing}");
        fs::write(&program, "").unwrap();
        assert!(find_driver(Some(&program)).is_err(), "it cannot be executed");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_driver(Some(&program)), Ok(program.clone()));
        let words = find_browser(Some(Path::new("no-such-browser"))).unwrap_err().to_string();
        assert!(words.contains("`no-such-browser` in PATH ("), "{words}");
    }
}
