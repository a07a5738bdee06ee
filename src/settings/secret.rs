//! Where a secret is: usher.toml says that and never the secret itself, which is refused and not shown.

use schemars::JsonSchema;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where a secret is: exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct SecretFrom {
    /// In this environment variable.
    pub env: Option<String>,
    /// On the first line that this program prints; program and arguments as a list, no shell.
    pub command: Option<Vec<String>>,
    /// In this file. A bare name is that of a systemd credential, where usher was started with some; otherwise it is
    /// found beside usher.toml.
    pub file: Option<PathBuf>,
    /// In the desktop's keyring.
    pub keyring: Option<Keyring>,
}

/// An entry of the desktop's keyring.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    /// The entry's attribute `service`.
    pub service: String,
    /// The entry's attribute `username`.
    pub user: String,
}

/// The one place a secret is in.
#[derive(Clone, Copy, Debug)]
pub enum SecretPlace<'a> {
    /// An environment variable.
    Env(&'a str),
    /// What a program prints.
    Command(&'a [String]),
    /// A file.
    File(&'a Path),
    /// An entry of the keyring.
    Keyring(&'a Keyring),
}

impl SecretFrom {
    /// The place; none when there is not exactly one, which settings that were read never have.
    pub fn place(&self) -> Option<SecretPlace<'_>> {
        match (&self.env, &self.command, &self.file, &self.keyring) {
            (Some(name), None, None, None) => Some(SecretPlace::Env(name)),
            (None, Some(words), None, None) => Some(SecretPlace::Command(words)),
            (None, None, Some(path), None) => Some(SecretPlace::File(path)),
            (None, None, None, Some(entry)) => Some(SecretPlace::Keyring(entry)),
            _ => None,
        }
    }

    /// What is wrong with it, in words that show nothing of what stands in it.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        match self.place() {
            None => Err("takes one of `env`, `command`, `file` and `keyring`"),
            Some(SecretPlace::Env(name)) if !is_variable(name) => {
                Err("has an `env` that cannot be a variable's name")
            }
            Some(SecretPlace::File(path)) if path.as_os_str().is_empty() => Err("has an empty `file`"),
            Some(SecretPlace::Keyring(entry)) if entry.service.is_empty() || entry.user.is_empty() => {
                Err("needs both `service` and `user` of the keyring's entry")
            }
            Some(_) => Ok(()),
        }
    }

    /// Makes a relative file absolute: a bare name is looked for among the credentials, the rest beside usher.toml.
    pub(super) fn settle(&mut self, beside: &Path, credentials: Option<&Path>) {
        if let Some(file) = &mut self.file
            && file.is_relative()
        {
            let bare = file.components().count() == 1;
            *file = credentials.filter(|_| bare).unwrap_or(beside).join(&*file);
        }
    }
}

/// Whether it can be a variable's name; a password seldom can, and messages show the names of variables.
fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A secret in the settings: where, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The key, from the top.
    pub(super) path: String,
    /// What is wrong.
    pub(super) what: String,
    /// What to write instead.
    pub(super) hint: String,
    /// It came in a variable, not in the file.
    pub(super) in_a_variable: bool,
}

/// Looks through the settings, as they are before they are read, for the first secret that stands in them.
pub(super) fn in_the_open(whole: &config::Config) -> Option<Found> {
    let tables = |name: &str| whole.get_table(name).unwrap_or_default();
    for (table, key) in [("sessions", "identity"), ("help", "webhook"), ("signing", "passphrase")] {
        if let Some(value) = tables(table).remove(key) {
            let found = itself(&format!("{table}.{key}"), key, value);
            if found.is_some() {
                return found;
            }
        }
    }
    // A key is named by its file, so whatever is no name of one is the key itself.
    if let Some(key) = tables("signing").remove("key")
        && !key
            .clone()
            .into_string()
            .is_ok_and(|file| !file.contains(['\n', '\r']) && !file.contains("PRIVATE KEY"))
    {
        return Some(Found {
            path: "signing.key".to_owned(),
            what: "holds the key itself, or not the file that it is in".to_owned(),
            hint: "say where it is: `key = \"~/.ssh/id_ed25519\"`".to_owned(),
            in_a_variable: is_variable_value(&key),
        });
    }
    let mut apps: Vec<(String, config::Value)> = tables("apps").into_iter().collect();
    apps.sort_by(|a, b| a.0.cmp(&b.0));
    for (app, value) in apps {
        let Ok(mut table) = value.into_table() else { continue };
        if let Some(secrets) = table.remove("secrets") {
            let found = under(&app, secrets);
            if found.is_some() {
                return found;
            }
        }
        let found = table.into_iter().find_map(|(key, value)| misplaced(&app, &key, &value));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The table of secrets of one app.
fn under(app: &str, secrets: config::Value) -> Option<Found> {
    let in_a_variable = is_variable_value(&secrets);
    let Ok(secrets) = secrets.into_table() else {
        return Some(Found {
            path: format!("apps.{app}.secrets"),
            what: "is a table of where the secrets are".to_owned(),
            hint: instead("password", in_a_variable, &format!("apps.{app}.secrets.password")),
            in_a_variable,
        });
    };
    secrets.into_iter().find_map(|(name, value)| itself(&format!("apps.{app}.secrets.{name}"), &name, value))
}

/// A place that holds the secret instead of saying where it is.
fn itself(path: &str, name: &str, value: config::Value) -> Option<Found> {
    let in_a_variable = is_variable_value(&value);
    let shape = value.into_table().ok().is_some_and(|from| {
        from.into_iter().all(|(key, value)| match key.as_str() {
            "command" => value.into_array().is_ok(),
            "keyring" => value.into_table().is_ok(),
            "file" => value.into_string().is_ok_and(|file| !is_no_file(&file)),
            "env" => value.into_string().is_ok(),
            _ => true,
        })
    });
    (!shape).then(|| Found {
        path: path.to_owned(),
        what: "holds the secret itself, or not where it is".to_owned(),
        hint: instead(name, in_a_variable, path),
        in_a_variable,
    })
}

/// A secret in a place that is none, such as `password` right under `[apps.X]`.
fn misplaced(app: &str, key: &str, value: &config::Value) -> Option<Found> {
    let name = key.to_lowercase().replace('-', "_");
    let known = ["secrets", "new_passwords"].contains(&name.as_str());
    let telling =
        ["password", "passwd", "secret", "api_key", "apikey"].iter().any(|word| name.contains(word))
            || name.split('_').any(|word| ["token", "totp", "otp", "seed", "code", "pin"].contains(&word));
    if known || !telling {
        return None;
    }
    let in_a_variable = is_variable_value(value);
    let path = format!("apps.{app}.secrets.{name}");
    Some(Found {
        path: format!("apps.{app}.{key}"),
        what: format!("is no setting: secrets have a table of their own, `[apps.{app}.secrets]`"),
        hint: instead(&name, in_a_variable, &path),
        in_a_variable,
    })
}

/// What to write instead.
fn instead(name: &str, in_a_variable: bool, path: &str) -> String {
    if in_a_variable {
        let variable = format!("USHER_{}", path.replace('.', "__").to_uppercase());
        format!("say where it is: `{variable}__ENV=NAME` or `{variable}__FILE=/a/file`")
    } else {
        format!(
            "say where it is: `{name} = {{ env = \"NAME\" }}` or `{name} = {{ command = [\"pass\", \"show\", \"...\"] }}`, and change the secret: it has been on disk"
        )
    }
}

/// What `file` was given instead of a file.
fn is_no_file(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    ["age-secret-key-", "otpauth:", "http:", "https:"].iter().any(|begins| text.starts_with(begins))
}

/// Whether a value came in a variable; a table's own origin is nobody's, so its values are asked.
fn is_variable_value(value: &config::Value) -> bool {
    value.origin().is_some_and(|origin| origin.contains("environment"))
}
