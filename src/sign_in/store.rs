//! Sessions at rest: one file an app and account, encrypted with age for this installation's own X25519 identity, so that
//! they can also be looked at with the `age` tool.
#![expect(clippy::disallowed_methods, reason = "sessions are kept on disk")]

use super::private::{self, put_down};
use crate::browser::Jar;
use crate::digest::Digest;
use crate::secret::Secret;
use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// The version of the files' format.
const FORMAT: u32 = 1;

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFor {
    /// The app's pack.
    pub app: String,
    /// The tenant's base URL.
    pub url: String,
    /// The tenant.
    pub tenant: String,
    /// The account.
    pub account: String,
}

impl KeptFor {
    /// Whether it is this account of this tenant; the case of an account says nothing.
    pub fn is_of(&self, url: &str, tenant: &str, account: &str) -> bool {
        (self.url.as_str(), self.tenant.as_str()) == (url, tenant)
            && self.account.to_lowercase() == account.to_lowercase()
    }
}

/// A session that was kept.
#[derive(Debug)]
pub struct Kept {
    /// Whose it is.
    pub whose: KeptFor,
    /// When somebody signed in, in seconds since 1970.
    pub created: i64,
    /// When it was kept last.
    pub used: i64,
    /// Who ran usher then.
    pub by: String,
    /// What the browser held.
    pub jar: Jar,
    /// The file's own limit, when usher.toml sets one.
    keep_for: Option<i64>,
}

impl Kept {
    /// When it ends for certain; none when the app alone knows.
    pub fn ends(&self) -> Option<i64> {
        let own = self.keep_for.map(|seconds| self.created.saturating_add(seconds));
        match (own, self.jar.ends) {
            (Some(own), Some(ends)) => Some(own.min(ends)),
            (one, other) => one.or(other),
        }
    }

    /// It need not even be tried.
    pub fn is_over(&self, now: i64) -> bool {
        self.ends().is_some_and(|ends| ends <= now)
    }
}

/// The first line of a file; what the browser held is the second. Only ever written encrypted.
#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    whose: KeptFor,
    created: i64,
    used: i64,
    by: String,
    origins: Vec<String>,
    ends: Option<i64>,
}

/// The folder of kept sessions.
pub struct Store {
    folder: PathBuf,
    identity: Option<Secret>,
    keep_for: Option<i64>,
}

impl Store {
    /// The store in a folder. Without an identity it makes and keeps its own; `keep_for` is a limit in seconds.
    pub fn new(folder: PathBuf, identity: Option<Secret>, keep_for: Option<i64>) -> Self {
        Self { folder, identity, keep_for }
    }

    /// The session that is kept for somebody.
    pub fn get(&self, whose: &KeptFor) -> anyhow::Result<Option<Kept>> {
        let kept = self.read(&self.path(whose))?;
        // The name is a digest of what stands in it; anything else was put there by somebody.
        match kept {
            Some(kept)
                if kept.whose.app != whose.app
                    || !kept.whose.is_of(&whose.url, &whose.tenant, &whose.account) =>
            {
                bail!("{} is the session of somebody else", self.path(whose).display())
            }
            kept => Ok(kept),
        }
    }

    /// Keeps a session that was begun just now; one that was there before is replaced.
    pub fn put(&self, whose: &KeptFor, jar: &Jar, by: &str, now: i64) -> anyhow::Result<()> {
        self.write(whose, jar, by, (now, now))
    }

    /// Keeps how a session is now, after it was used. One that was begun meanwhile by somebody else is left as it is.
    pub fn put_back(&self, whose: &KeptFor, jar: &Jar, begun: i64, now: i64) -> anyhow::Result<()> {
        match self.get(whose)? {
            Some(before) if before.created == begun => {
                self.write(whose, &jar.over(&before.jar)?, &before.by, (before.created, now))
            }
            _ => Ok(()),
        }
    }

    /// Every session that is kept, by app and account.
    pub fn all(&self) -> anyhow::Result<Vec<Kept>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("failed to read {}", self.folder.display()));
            }
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.context("failed to list the kept sessions")?.path();
            if path.extension().is_some_and(|ending| ending == "age") {
                all.extend(self.read(&path)?);
            }
        }
        all.sort_by(|one, other| {
            (&one.whose.app, &one.whose.url, &one.whose.account).cmp(&(
                &other.whose.app,
                &other.whose.url,
                &other.whose.account,
            ))
        });
        Ok(all)
    }

    /// Forgets a session; says whether there was one.
    pub fn forget(&self, whose: &KeptFor) -> anyhow::Result<bool> {
        let path = self.path(whose);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error).with_context(|| format!("failed to remove {}", path.display())),
        }
    }

    fn path(&self, whose: &KeptFor) -> PathBuf {
        let account = whose.account.to_lowercase();
        // Each with its length, so that no two run into each other.
        let name =
            [&whose.url, &whose.tenant, &account].map(|part| format!("{}:{part}", part.len())).concat();
        self.folder.join(format!("{}-{}.age", whose.app, Digest::of(name).short()))
    }

    fn read(&self, path: &Path) -> anyhow::Result<Option<Kept>> {
        let sealed = match fs::read(path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("failed to read {}", path.display())),
        };
        let identity = self.identity(false)?;
        let shown = path.display();
        let opened = age::decrypt(&identity, &sealed).map_err(|error| {
            anyhow!("{shown} cannot be opened with this identity: {error}\n  hint: `usher sessions forget --all` throws away what cannot be opened, and `usher login` begins anew")
        })?;
        let opened = Secret::new(String::from_utf8(opened).unwrap_or_default());
        let (first, held) = opened.reveal().split_once('\n').unwrap_or_default();
        let written: Written =
            serde_json::from_str(first).map_err(|_| anyhow!("{shown} is not a session that usher kept"))?;
        if written.format != FORMAT {
            bail!("{shown} has format {}, this usher reads {FORMAT}", written.format);
        }
        let jar = Jar { origins: written.origins, ends: written.ends, content: Secret::new(held.to_owned()) };
        Ok(Some(Kept {
            whose: written.whose,
            created: written.created,
            used: written.used,
            by: written.by,
            jar,
            keep_for: self.keep_for,
        }))
    }

    fn write(&self, whose: &KeptFor, jar: &Jar, by: &str, (created, used): (i64, i64)) -> anyhow::Result<()> {
        let written = Written {
            format: FORMAT,
            whose: whose.clone(),
            created,
            used,
            by: by.to_owned(),
            origins: jar.origins.clone(),
            ends: jar.ends,
        };
        let identity = self.identity(true)?;
        let plain = Secret::new(format!("{}\n{}", serde_json::to_string(&written)?, jar.content.reveal()));
        let sealed = age::encrypt(&recipient(&identity), plain.reveal().as_bytes())
            .map_err(|error| anyhow!("failed to encrypt a session: {error}"))?;
        let path = self.path(whose);
        kept(&path, &sealed, |part| fs::rename(part, &path)).map(drop)
    }

    /// What opens the files. One of our own is made the first time something is kept.
    fn identity(&self, may_make: bool) -> anyhow::Result<Identity> {
        if let Some(given) = &self.identity {
            return parsed(given.reveal(), "the identity that usher.toml names");
        }
        let path = self.folder.join("identity.txt");
        let shown = path.display();
        match fs::metadata(&path) {
            Ok(meta) if meta.permissions().mode() & 0o077 != 0 => bail!(
                "{shown} can be read by others\n  hint: `chmod 600 {shown}`; if others may have read it, forget the sessions, and sign usher out in the apps"
            ),
            Ok(_) => {
                let text = fs::read_to_string(&path).map(Secret::new);
                parsed(text.with_context(|| format!("failed to read {shown}"))?.reveal(), &shown.to_string())
            }
            Err(error) if error.kind() == ErrorKind::NotFound && may_make => {
                let identity = Identity::generate();
                let public = recipient(&identity);
                let text = Secret::new(format!(
                    "# The identity that opens the sessions usher keeps. Whoever has it and them is signed in.\n# public key: {public}\n{}\n",
                    identity.to_string().expose_secret()
                ));
                // Another usher may make one at the same moment: the first counts, or what it sealed could never be opened.
                if kept(&path, text.reveal().as_bytes(), |part| fs::hard_link(part, &path))? {
                    Ok(identity)
                } else {
                    self.identity(false)
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "{shown} is not there, but sessions are\n  hint: put it back, or forget them with `usher sessions forget --all`"
            ),
            Err(error) => Err(error).with_context(|| format!("failed to look at {shown}")),
        }
    }

    /// Forgets everything, also what cannot be opened; says how much that was.
    pub fn forget_all(&self) -> anyhow::Result<usize> {
        let mut count = 0;
        for entry in fs::read_dir(&self.folder).into_iter().flatten() {
            let path = entry.context("failed to list the kept sessions")?.path();
            if path.extension().is_some_and(|ending| ending == "age") {
                fs::remove_file(&path).with_context(|| format!("failed to remove {}", path.display()))?;
                count += 1;
            }
        }
        Ok(count)
    }
}

fn recipient(identity: &Identity) -> Recipient {
    identity.to_public()
}

fn parsed(text: &str, what: &str) -> anyhow::Result<Identity> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let key = lines.next().unwrap_or_default();
    // The error of the parser is not shown: it may hold what was given to it.
    Identity::from_str(key).map_err(|_| anyhow!("{what} is no age identity\n  hint: `age-keygen` makes one; its secret line begins with AGE-SECRET-KEY-1"))
}

/// Writes a file into the store's folder, which is made for it; says whether it got its name (see [`put_down`]).
fn kept(path: &Path, bytes: &[u8], name: impl FnOnce(&Path) -> io::Result<()>) -> anyhow::Result<bool> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let shown = folder.display();
    private::make(folder).with_context(|| format!("failed to make {shown}"))?;
    let about = fs::metadata(folder).with_context(|| format!("failed to look at {shown}"))?;
    if about.permissions().mode() & 0o022 != 0 {
        bail!("others can write to {shown}, so no session is kept there\n  hint: `chmod 700 {shown}`");
    }
    put_down(path, bytes, name).with_context(|| format!("failed to write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(content: &str, ends: Option<i64>) -> Jar {
        Jar { origins: vec!["https://a.test".to_owned()], ends, content: Secret::new(content.to_owned()) }
    }

    fn whose(account: &str) -> KeptFor {
        let (app, url) = ("heap".to_owned(), "https://a.test".to_owned());
        KeptFor { app, url, tenant: "T".to_owned(), account: account.to_owned() }
    }

    #[test]
    fn what_is_kept_comes_back_and_is_nowhere_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("sessions"), None, None);
        let me = whose("a@x.test");
        assert!(store.get(&me).unwrap().is_none());
        store
            .put(&me, &jar("{\"cookies\":[1],\"storage\":{\"canary\":1}}", Some(2_000)), "ops@host", 1_000)
            .unwrap();
        store.put(&whose("b@x.test"), &jar("other", None), "ops@host", 1_000).unwrap();
        let kept = store.get(&me).unwrap().unwrap();
        assert_eq!(
            (kept.jar.content.reveal(), kept.created, kept.by.as_str()),
            ("{\"cookies\":[1],\"storage\":{\"canary\":1}}", 1_000, "ops@host")
        );
        assert!(!kept.is_over(1_999) && kept.is_over(2_000));
        store.put_back(&me, &jar("{\"storage\":{}}", None), 999, 1_500).unwrap();
        assert_eq!(store.get(&me).unwrap().unwrap().used, 1_000, "somebody else began one meanwhile");
        store.put_back(&me, &jar("{\"cookies\":[2]}", None), 1_000, 1_500).unwrap();
        let kept = store.get(&me).unwrap().unwrap();
        assert_eq!(
            (kept.jar.content.reveal(), kept.created, kept.used),
            ("{\"cookies\":[2],\"storage\":{\"canary\":1}}", 1_000, 1_500)
        );
        assert_eq!(store.all().unwrap().len(), 2);
        for entry in fs::read_dir(folder.path().join("sessions")).unwrap() {
            let path = entry.unwrap().path();
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            assert!(
                !["canary", "a@x.test", "https"].iter().any(|clear| text.contains(clear)),
                "{}",
                path.display()
            );
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(store.forget(&me).unwrap() && !store.forget(&me).unwrap());
        assert!(store.get(&me).unwrap().is_none());
        assert_eq!(store.forget_all().unwrap(), 1);
    }

    #[test]
    fn an_identity_that_others_can_read_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned(), None, Some(60));
        store.put(&whose("a"), &jar("x", None), "me", 10).unwrap();
        assert!(store.get(&whose("a")).unwrap().unwrap().is_over(70), "the limit of usher.toml counts");
        let identity = folder.path().join("identity.txt");
        fs::set_permissions(&identity, fs::Permissions::from_mode(0o644)).unwrap();
        let error = store.get(&whose("a")).unwrap_err().to_string();
        assert!(error.contains("can be read by others") && error.contains("chmod 600"), "{error}");
        fs::remove_file(&identity).unwrap();
        assert!(store.get(&whose("a")).unwrap_err().to_string().contains("is not there, but sessions are"));
    }

    #[test]
    fn a_given_identity_is_used_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let key = Identity::generate().to_string().expose_secret().to_owned();
        let with = |key: &str| Store::new(folder.path().to_owned(), Some(Secret::new(key.to_owned())), None);
        with(&key).put(&whose("a"), &jar("x", None), "me", 10).unwrap();
        assert!(with(&key).get(&whose("a")).unwrap().is_some());
        assert!(!folder.path().join("identity.txt").exists());
        let error = with("AGE-SECRET-KEY-1WRONG").get(&whose("a")).unwrap_err().to_string();
        assert!(error.contains("is no age identity") && !error.contains("WRONG"), "{error}");
        let other = Identity::generate().to_string().expose_secret().to_owned();
        assert!(with(&other).get(&whose("a")).unwrap_err().to_string().contains("cannot be opened"));
    }
}
