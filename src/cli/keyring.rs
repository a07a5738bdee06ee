//! The desktop's keyring (that of GNOME or KDE): the one door of `secret_service`.

use crate::secret::Secret;
use crate::settings::Keyring;
use secret_service::{EncryptionType, Error, SecretService};
use std::collections::HashMap;
use std::time::Duration;

/// A person may have to type the keyring's password.
const PATIENCE: Duration = Duration::from_mins(2);

/// Reads one entry. The error says why it is not to be had, with a hint.
pub(super) async fn read(entry: &Keyring) -> Result<Secret, String> {
    match tokio::time::timeout(PATIENCE, found(entry)).await {
        Ok(found) => found,
        Err(_) => Err(format!(
            "the keyring did not answer within {} minutes\n  hint: unlock it, or where nobody is there to do that use `command` or `file`",
            PATIENCE.as_secs() / 60
        )),
    }
}

async fn found(entry: &Keyring) -> Result<Secret, String> {
    // Between programs of one desktop anybody who can listen can ask as well; it costs nothing all the same.
    let service = SecretService::connect(EncryptionType::Dh).await.map_err(|error| why(&error))?;
    let attributes = HashMap::from([("service", entry.service.as_str()), ("username", entry.user.as_str())]);
    let items = service.search_items(attributes).await.map_err(|error| why(&error))?;
    let item = match (items.unlocked.as_slice(), items.locked.as_slice()) {
        ([item], []) | ([], [item]) => item,
        ([], []) => {
            return Err(format!(
                "the keyring has no entry with service `{service}` and username `{user}`\n  hint: `secret-tool store --label \"{service}: {user}\" service {service} username {user}` makes one",
                service = entry.service,
                user = entry.user
            ));
        }
        (unlocked, locked) => {
            return Err(format!(
                "the keyring has {} entries with service `{}` and username `{}`\n  hint: remove those that are not meant",
                unlocked.len() + locked.len(),
                entry.service,
                entry.user
            ));
        }
    };
    if item.is_locked().await.map_err(|error| why(&error))? {
        item.unlock().await.map_err(|error| why(&error))?;
    }
    let bytes = item.get_secret().await.map_err(|error| why(&error))?;
    String::from_utf8(bytes).map(Secret::new).map_err(|_| "its entry in the keyring is no text".to_owned())
}

/// What went wrong, in words; what the bus says is kept where nothing better is known.
fn why(error: &Error) -> String {
    let elsewhere = "on a server use `command`, `file` or `env`";
    match error {
        Error::Unavailable => format!("there is no keyring on this system\n  hint: {elsewhere}"),
        Error::Locked | Error::Prompt | Error::PromptDisconnected => {
            format!("the keyring is locked, and was not unlocked\n  hint: unlock it; {elsewhere}")
        }
        Error::Zbus(zbus) => format!("the keyring cannot be reached: {zbus}\n  hint: {elsewhere}"),
        other => format!("the keyring would not: {other}\n  hint: {elsewhere}"),
    }
}
