//! Reading secrets from where usher.toml says they are: each only when it is asked for, and once.
#![expect(clippy::disallowed_types, reason = "the command line reads the files it is told to")]

use super::{Exit, Failure, keyring};
use crate::secret::Secret;
use crate::settings::{AppSettings, SecretFrom, SecretPlace};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What is typed into the field for the user's name, where nothing says otherwise.
const USERNAME: &str = "username";
/// Nobody's secret is longer; a file that is was named by mistake.
const LONGEST: u64 = 64 * 1024;
/// For the group to write, for others to read or write.
const TOO_OPEN: u32 = 0o026;

/// The secrets of one tenant. With a session that was kept none of them is needed, and none is fetched.
pub(super) struct Secrets {
    app: AppSettings,
    /// Held while one is read, so that nobody is asked for it twice.
    known: tokio::sync::Mutex<BTreeMap<String, Secret>>,
}

impl Secrets {
    /// Those that this tenant's settings name. Nothing is read yet.
    pub(super) fn of(app: &AppSettings) -> Self {
        Self { app: app.clone(), known: tokio::sync::Mutex::default() }
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        name == USERNAME || self.app.secrets.contains_key(name)
    }

    /// The one of this name, read when it is asked for first; none when the settings name none.
    pub(super) async fn get(&self, name: &str) -> Result<Option<Secret>, Failure> {
        if !self.has(name) {
            return Ok(None);
        }
        let mut known = self.known.lock().await;
        if let Some(secret) = known.get(name) {
            return Ok(Some(secret.clone()));
        }
        let read = match self.app.secrets.get(name) {
            Some(from) => secret(name, from).await?,
            // The user name is most often the account itself, and no secret then.
            None => Secret::new(self.app.sign_in_as.clone().unwrap_or_else(|| self.app.account.clone())),
        };
        known.insert(name.to_owned(), read.clone());
        Ok(Some(read))
    }
}

/// Reads one secret; `name` is what messages call it.
pub(super) async fn secret(name: &str, from: &SecretFrom) -> Result<Secret, Failure> {
    let secret = match from.place() {
        Some(SecretPlace::Env(variable)) => in_variable(name, variable),
        Some(SecretPlace::Command(words)) => printed(name, words).await,
        Some(SecretPlace::File(path)) => {
            let (named, path) = (name.to_owned(), path.to_owned());
            // What is read may be a pipe that somebody is still writing to.
            tokio::task::spawn_blocking(move || in_file(&named, &path))
                .await
                .map_err(|_| Failure::new(Exit::Unexpected, "reading a secret was cut short"))?
        }
        Some(SecretPlace::Keyring(entry)) => keyring::read(entry)
            .await
            .map_err(|why| Failure::files(format!("the secret `{name}` is not to be had: {why}"))),
        None => Err(Failure::files(format!("nothing says where the secret `{name}` is"))),
    }?;
    if secret.is_empty() {
        return Err(Failure::files(format!("the secret `{name}` is empty")));
    }
    Ok(secret)
}

fn in_variable(name: &str, variable: &str) -> Result<Secret, Failure> {
    std::env::var(variable).map(Secret::new).map_err(|error| {
        let why = match error {
            std::env::VarError::NotPresent => "which is not set",
            std::env::VarError::NotUnicode(_) => "which holds no text",
        };
        Failure::files(format!("the secret `{name}` should be in the variable {variable}, {why}"))
    })
}

/// The first line that a program prints. It may ask somebody for something, so it keeps the terminal.
async fn printed(name: &str, words: &[String]) -> Result<Secret, Failure> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::files(format!("the command for the secret `{name}` is empty")));
    };
    let output = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::inherit())
        .stderr(std::process::Stdio::inherit())
        .output()
        .await
        .map_err(|error| {
            Failure::files(format!("the command for the secret `{name}` did not start: {program}: {error}"))
        })?;
    if !output.status.success() {
        return Err(Failure::files(format!(
            "the command for the secret `{name}` failed: {program}: {}",
            output.status
        )));
    }
    let text = text(output.stdout)
        .ok_or_else(|| Failure::files(format!("the command for the secret `{name}` did not print text")))?;
    Ok(Secret::new(text.reveal().lines().next().unwrap_or_default().to_owned()))
}

/// A whole file but for the newline that editors put at its end. One that others could read or change is refused.
fn in_file(name: &str, path: &Path) -> Result<Secret, Failure> {
    let shown = path.display();
    let failed = |why: &str| Failure::files(format!("the secret `{name}` should be in {shown}: {why}"));
    let mut file = File::open(path).map_err(|error| failed(&error.to_string()))?;
    let metadata = file.metadata().map_err(|error| failed(&error.to_string()))?;
    if metadata.is_dir() {
        return Err(failed("it is a folder"));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & TOO_OPEN != 0 {
        let who = if mode & 0o006 != 0 { "everybody on this machine" } else { "its whole group" };
        return Err(failed(&format!(
            "{who} can get at it (mode {mode:03o})\n  hint: `chmod 600 {shown}`, and change the secret if others use this machine"
        )));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| failed(&error.to_string()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(failed("it is longer than any secret"));
    }
    let text = text(bytes).ok_or_else(|| failed("it is no text"))?;
    let whole = text.reveal();
    let cut = whole.strip_suffix('\n').map_or(whole, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Secret::new(cut.to_owned()))
}

/// Bytes as text that is wiped when it goes; none when they are no text.
fn text(bytes: Vec<u8>) -> Option<Secret> {
    String::from_utf8(bytes).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests write the files that are read")]
    use super::*;
    use std::path::PathBuf;

    fn file(folder: &Path, name: &str, text: &[u8], mode: u32) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    async fn read(path: &Path) -> Result<String, String> {
        let from = SecretFrom { file: Some(path.to_owned()), ..SecretFrom::default() };
        match secret("password", &from).await {
            Ok(secret) => Ok(secret.reveal().to_owned()),
            Err(failure) => Err(failure.message),
        }
    }

    #[tokio::test]
    async fn a_file_is_read_but_for_its_last_newline() {
        let folder = tempfile::tempdir().unwrap();
        for (written, kept, mode) in [
            ("correct horse", "correct horse", 0o400),
            ("correct horse\n", "correct horse", 0o440),
            (" two\r\nlines \r\n", " two\r\nlines ", 0o600),
            ("a\n\n", "a\n", 0o640),
        ] {
            let path = file(folder.path(), "it", written.as_bytes(), mode);
            assert_eq!(read(&path).await.as_deref(), Ok(kept));
            std::fs::remove_file(path).unwrap();
        }
    }

    #[tokio::test]
    async fn a_file_that_will_not_do_is_told_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, mode, says) in [
            ("world", "hunter2", 0o644, "everybody on this machine can get at it (mode 644)"),
            ("group", "hunter2", 0o660, "its whole group can get at it (mode 660)"),
            ("written", "hunter2", 0o602, "everybody"),
            ("empty", "", 0o600, "is empty"),
            ("newline", "\n", 0o600, "is empty"),
        ] {
            let error = read(&file(folder.path(), name, text.as_bytes(), mode)).await.unwrap_err();
            assert!(error.contains(says) && !error.contains("hunter2"), "{name}: {error}");
            assert_eq!(error.contains("hint: `chmod 600 /"), mode != 0o600, "{error}");
        }
        let bytes = read(&file(folder.path(), "bytes", &[b'h', 0xff], 0o600)).await.unwrap_err();
        assert!(bytes.contains("no text") && bytes.contains("/bytes"), "{bytes}");
        let long = read(&file(folder.path(), "long", &vec![b'a'; 70_000], 0o600)).await.unwrap_err();
        assert!(long.contains("longer than any secret"), "{long}");
        let gone = read(&folder.path().join("gone")).await.unwrap_err();
        assert!(gone.contains("/gone") && gone.contains("No such file"), "{gone}");
        assert!(read(folder.path()).await.unwrap_err().contains("a folder"));
    }

    #[tokio::test]
    async fn a_secret_is_read_when_it_is_asked_for_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let text = format!(
            "[apps.heap]\nurl = \"https://h.test\"\naccount = \"a@x\"\ntenant = \"T\"\n[apps.heap.secrets]\npassword = {{ command = [\"sh\", \"-c\", \"echo read >> {}; echo correct; echo horse\"] }}\ntotp = {{ command = [\"false\"] }}\n",
            log.display()
        );
        let toml = file(folder.path(), "usher.toml", text.as_bytes(), 0o600);
        let settings = crate::settings::Settings::read(&toml, true, &crate::settings::Overrides::default());
        let mut settings = settings.unwrap();
        let app = settings.apps.get_mut("heap").unwrap();
        app.sign_in_as = Some("usher".to_owned());
        let secrets = Secrets::of(app);
        assert!(secrets.has("password") && secrets.has("totp") && secrets.has("username"));
        assert!(!secrets.has("pin") && !log.exists());
        let (one, two) = tokio::join!(secrets.get("password"), secrets.get("password"));
        for got in [one, two] {
            assert_eq!(got.ok().flatten().unwrap().reveal(), "correct");
        }
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "read\n");
        assert_eq!(secrets.get("username").await.ok().flatten().unwrap().reveal(), "usher");
        assert!(secrets.get("pin").await.is_ok_and(|none| none.is_none()));
        assert!(secrets.get("totp").await.is_err());
    }
}
