//! The versions of driver and browser, and whether they go together.

use super::programs::INSTALL;
use std::fmt;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a program says of its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its own words, such as `ChromeDriver 156.0.8078.79`, without what follows the number.
    pub text: String,
    /// The first number.
    pub major: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Version {
    /// Reads the line that `--version` prints.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words
            .iter()
            .position(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'))?;
        let major = words.get(at)?.split('.').next()?.parse().ok()?;
        Some(Self { text: words.get(..=at)?.join(" "), major })
    }
}

/// Asks a program for its version. It blocks, for a while where the program does not answer.
pub fn version_of(program: &Path) -> anyhow::Result<Version> {
    let name = program.display();
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| anyhow::anyhow!("cannot start `{name}`: {error}"))?;
    let began = Instant::now();
    while child.try_wait()?.is_none() {
        if began.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("`{name} --version` does not answer");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut text = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut text)?;
    }
    text.lines()
        .find_map(Version::parse)
        .ok_or_else(|| anyhow::anyhow!("`{name} --version` tells no version"))
}

/// The driver was built for another version of the browser.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{driver} does not drive {browser}: the first numbers must be the same\nhint: {INSTALL} from one source, or name a matching pair in the settings"
)]
pub struct Mismatch {
    /// The browser's version.
    pub browser: Version,
    /// The driver's.
    pub driver: Version,
}

/// A driver drives the browser of its own first number only.
pub fn versions_agree(browser: &Version, driver: &Version) -> Result<(), Mismatch> {
    if browser.major == driver.major {
        return Ok(());
    }
    Err(Mismatch { browser: browser.clone(), driver: driver.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::tests::program;
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let driver =
            Version::parse("ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})").unwrap();
        assert_eq!((driver.text.as_str(), driver.major), ("ChromeDriver 156.0.8078.79", 156));
        let browser = Version::parse("Google Chrome 155.0.1.2 ").unwrap();
        assert_eq!(Version::parse("chromium: command not found"), None);
        assert_eq!(versions_agree(&driver, &driver), Ok(()));
        let words = versions_agree(&browser, &driver).unwrap_err().to_string();
        assert!(
            words.starts_with("ChromeDriver 156.0.8078.79 does not drive Google Chrome 155.0.1.2: "),
            "{words}"
        );
        assert!(words.contains("\nhint: "), "{words}");
    }

    #[test]
    fn a_program_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let told = version_of(&program(folder.path(), "told", "echo noise; echo Fake 7.1 of today"));
        assert_eq!(told.unwrap(), Version { text: "Fake 7.1".to_owned(), major: 7 });
        let mute = version_of(&program(folder.path(), "mute", "exit 0")).unwrap_err().to_string();
        assert!(mute.ends_with("mute --version` tells no version"), "{mute}");
        let missing = version_of(&folder.path().join("missing")).unwrap_err().to_string();
        assert!(missing.starts_with("cannot start `"), "{missing}");
    }
}
