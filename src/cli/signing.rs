//! Signing the head of a run: the key that usher.toml names, found before anything is done, and what it signs at the end.
#![expect(clippy::disallowed_types, reason = "the command line reads the key it is told to")]

use super::folders::Folder;
use super::{Exit, Failure, secrets};
use crate::evidence::Store;
use crate::journal::{self, Fact};
use crate::report::Story;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::signature::{Covered, KeyTrouble, SigningKey};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// For anybody but the owner, as ssh has it.
const TOO_OPEN: u32 = 0o077;
/// No key is longer; a file that is was named by mistake.
const LONGEST: u64 = 64 * 1024;

/// The key that runs are signed with; none when usher.toml names none. Whatever is wrong with it is found here.
pub(super) async fn signer(settings: &Settings) -> Result<Option<SigningKey>, Failure> {
    let Some(path) = &settings.signing.key else { return Ok(None) };
    let failed = |why: String| Failure::files(format!("the key to sign with, {}, {why}", path.display()));
    let text = read(path).map_err(failed)?;
    let trouble = match SigningKey::read(text.reveal(), None) {
        Err(KeyTrouble::Locked) => match &settings.signing.passphrase {
            None => KeyTrouble::Locked,
            Some(from) => {
                match SigningKey::read(text.reveal(), Some(&secrets::secret("passphrase", from).await?)) {
                    Ok(key) => return Ok(Some(key)),
                    Err(trouble) => trouble,
                }
            }
        },
        Ok(key) => return Ok(Some(key)),
        Err(trouble) => trouble,
    };
    Err(failed(match trouble {
        KeyTrouble::NoKey => {
            "is not a private Ed25519 key in OpenSSH's format\n  hint: name the file without `.pub`; `ssh-keygen -t ed25519` makes one".to_owned()
        }
        KeyTrouble::OtherKind(kind) => {
            format!("is of the kind {kind}, and usher signs with Ed25519\n  hint: `ssh-keygen -t ed25519` makes one")
        }
        KeyTrouble::Locked => {
            "has a passphrase\n  hint: say where it is: `passphrase = { command = [\"pass\", \"show\", \"...\"] }` in `[signing]`".to_owned()
        }
        KeyTrouble::WrongPassphrase => "is not opened by the passphrase that `signing.passphrase` names".to_owned(),
    }))
}

/// The file's text; one that others can get at is refused.
fn read(path: &Path) -> Result<Secret, String> {
    let unread = |error: std::io::Error| format!("cannot be read: {error}");
    let metadata = std::fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & TOO_OPEN != 0 {
        return Err(format!(
            "can be got at by others (mode {mode:03o})\n  hint: `chmod 600 {}`, and make a new key if others use this machine",
            path.display()
        ));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes)).map_err(unread)?;
    String::from_utf8(bytes).map(Secret::new).map_err(|_| "is no text".to_owned())
}

/// The fact that names a key.
pub(super) fn named(key: &SigningKey) -> Fact {
    let name = key.name();
    Fact::SignerNamed { key: name.fingerprint, comment: name.comment }
}

/// Says so when a run could not be signed; all that it did is on the record nevertheless.
pub(super) fn told(folder: &Folder, signed: anyhow::Result<()>) -> Result<(), Failure> {
    signed.map_err(|error| {
        let id = &folder.id;
        Failure::new(
            Exit::Unexpected,
            format!("{id} is whole, and not signed: {error:#}\n  hint: `usher resume {id}` signs it"),
        )
    })
}

/// Whether the last entry of a run is signed.
pub(super) fn is_signed(folder: &Folder, story: &Story) -> bool {
    Store::new(&folder.path).read(&format!("head-{}.txt.sig", story.run.entries)).is_ok()
}

/// Signs a run that came to its end and was not signed, with the key that the journal names.
pub(super) fn sign_at_last(folder: &Folder, story: &Story, key: Option<&SigningKey>) -> Result<(), Failure> {
    let named = story.run.signer.as_ref().map(|signer| &signer.key);
    told(folder, sign(folder, key.filter(|key| named == Some(&key.name().fingerprint))))
}

/// Signs the head of a run as it lies on disk, when the journal says that this key does. What was signed before stays.
pub(super) fn sign(folder: &Folder, key: Option<&SigningKey>) -> anyhow::Result<()> {
    let Some(key) = key else { return Ok(()) };
    let store = Store::new(&folder.path);
    let mut covered = Covered::default();
    let read = journal::read(&store.folder().join("journal.jsonl"), |entry, line| covered.take(entry, line))?;
    anyhow::ensure!(read.broken.is_none(), "the journal does not hold, so its head is not signed");
    let statement = covered
        .statement()
        .ok_or_else(|| anyhow::anyhow!("the journal does not begin with a run, so its head is not signed"))?
        .with_drawn(|name| store.digest(name).ok().map(|(digest, _)| digest));
    let text = statement.as_str();
    let name = format!("head-{}.txt", covered.entries());
    // A crash may have left the text without its signature; the report may have been drawn otherwise since.
    let name = match store.read(&name) {
        Ok(there) if there == text.as_bytes() => name,
        Ok(_) => store.write_once(&name, text.as_bytes())?.0,
        Err(_) => {
            store.write_whole(&name, text.as_bytes())?;
            name
        }
    };
    let signature = key.sign(text).map_err(|why| anyhow::anyhow!("the key does not sign: {why}"))?;
    let name = format!("{name}.sig");
    match store.read(&name) {
        Ok(there) if there == signature.as_bytes() => Ok(()),
        _ => store.write_whole(&name, signature.as_bytes()),
    }
}
