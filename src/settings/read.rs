//! Reading settings: usher.toml, variables and flags laid over each other, and what is wrong with them, with its line.
#![expect(clippy::disallowed_methods, reason = "settings read their own file")]

use super::{AppSettings, Overrides, SecretFrom, Settings, secret};
use crate::safe::cut;
use anyhow::{Context as _, anyhow, bail};
use std::path::{Path, PathBuf};

impl Settings {
    /// Reads them. The file need not be there unless it was asked for by name.
    pub fn read(file: &Path, asked_for: bool, overrides: &Overrides) -> anyhow::Result<Self> {
        // Only names with a double underscore are settings, so that a variable which holds a secret is none.
        let settings = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("USHER_") && name.contains("__"));
        let world = World {
            variables: settings.collect(),
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
            home: std::env::var_os("HOME").map(PathBuf::from),
        };
        Self::read_in(file, asked_for, overrides, world)
    }

    fn read_in(file: &Path, asked_for: bool, overrides: &Overrides, world: World) -> anyhow::Result<Self> {
        if asked_for && !file.is_file() {
            bail!("{} is not there\n  hint: `usher init` writes one", file.display());
        }
        let text = if file.is_file() {
            std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?
        } else {
            String::new()
        };
        let mut builder = config::Config::builder()
            .add_source(config::File::from_str(&text, config::FileFormat::Toml))
            .add_source(
                config::Environment::with_prefix("USHER")
                    .prefix_separator("_")
                    .separator("__")
                    .try_parsing(true)
                    .source(Some(world.variables)),
            );
        if let Some(url) = &overrides.webdriver {
            builder = builder.set_override("run.webdriver", url.clone())?;
        }
        if overrides.headed {
            builder = builder.set_override("run.headless", false)?;
        }
        let whole = builder.build().map_err(|error| unreadable(file, &error.to_string()))?;
        no_secret_in_the_open(file, &text, &whole)?;
        let mut settings: Self =
            whole.try_deserialize().map_err(|error| wrong(file, &text, &error.to_string()))?;
        settings.check().map_err(|what| wrong(file, &text, &what))?;
        let beside = std::path::absolute(file).ok().and_then(|file| file.parent().map(Path::to_path_buf));
        for (_, from) in settings.places() {
            from.settle(beside.as_deref().unwrap_or(Path::new("")), world.credentials.as_deref());
        }
        if let Some(key) = &mut settings.signing.key {
            *key = match (key.strip_prefix("~"), &world.home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => beside.as_deref().unwrap_or(Path::new("")).join(&*key),
            };
        }
        Ok(settings)
    }

    /// Every place of a secret, with its key from the top.
    fn places(&mut self) -> impl Iterator<Item = (String, &mut SecretFrom)> {
        let identity = self.sessions.identity.as_mut().map(|from| ("sessions.identity".to_owned(), from));
        let webhook = self.help.webhook.as_mut().map(|from| ("help.webhook".to_owned(), from));
        let apps = self.apps.iter_mut().flat_map(|(app, settings)| {
            let path = move |name: &String| format!("apps.{app}.secrets.{name}");
            settings.secrets.iter_mut().map(move |(name, from)| (path(name), from))
        });
        let passphrase = self.signing.passphrase.as_mut().map(|from| ("signing.passphrase".to_owned(), from));
        identity.into_iter().chain(webhook).chain(passphrase).chain(apps)
    }

    fn check(&mut self) -> Result<(), String> {
        for (path, from) in self.places() {
            from.check().map_err(|what| format!("`{path}` {what}"))?;
        }
        match (&self.signing.key, &self.signing.passphrase) {
            (None, Some(_)) => return Err("`signing.passphrase` is there without a `signing.key`".to_owned()),
            (Some(key), _) if key.as_os_str().is_empty() => return Err("`signing.key` is empty".to_owned()),
            _ => {}
        }
        for (name, app) in &mut self.apps {
            app.check(name)?;
        }
        Ok(())
    }
}

impl AppSettings {
    fn check(&mut self, name: &str) -> Result<(), String> {
        // An address that does not parse may still have a password in it.
        let shown = if self.url.contains('@') { "this" } else { &format!("`{}`", self.url) };
        let mut url = url::Url::parse(&self.url)
            .map_err(|error| format!("`apps.{name}.url`: {shown} is not a URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("`apps.{name}.url` must begin with https:// or http://"));
        }
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare {
            return Err(format!(
                "`apps.{name}.url` is more than an address: no user, password, query or fragment belongs in it"
            ));
        }
        // One tenant has one address, however it was typed: locks and earlier runs are found by it.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        url.as_str().trim_end_matches('/').clone_into(&mut self.url);
        for origin in &mut self.origins {
            *origin = only_an_origin(origin).ok_or_else(|| {
                let shown = if origin.contains('@') { "an entry" } else { &format!("`{origin}`") };
                format!(
                    "`apps.{name}.origins`: {shown} is not an origin\n  hint: scheme, host and perhaps port, and nothing more: `https://login.example.test`"
                )
            })?;
        }
        for (what, value) in [("account", &self.account), ("tenant", &self.tenant)] {
            if value.trim().is_empty() {
                return Err(format!("`apps.{name}.{what}` is empty; usher holds the page against it"));
            }
        }
        Ok(())
    }
}

/// What of the world outside settings are made of, besides the file.
#[derive(Debug, Default)]
struct World {
    /// `USHER_...` variables.
    variables: std::collections::HashMap<String, String>,
    /// The folder of the credentials that systemd hands to a service.
    credentials: Option<PathBuf>,
    /// The user's own folder.
    home: Option<PathBuf>,
}

/// An origin in the one way it is compared; none when it is anything else, or more.
fn only_an_origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let rest = text.split_once("://").map(|(_, rest)| rest)?;
    let web = matches!(url.scheme(), "http" | "https");
    (web && !rest.contains(['/', '\\', '?', '#', '@'])).then(|| url.origin().ascii_serialization())
}

/// A secret that stands in the settings is refused, and never shown.
fn no_secret_in_the_open(file: &Path, text: &str, whole: &config::Config) -> anyhow::Result<()> {
    let Some(found) = secret::in_the_open(whole) else { return Ok(()) };
    let key = found.path.rsplit('.').next().unwrap_or_default();
    let at = if found.in_a_variable {
        format!("a variable USHER_{}", found.path.replace('.', "__").to_uppercase())
    } else {
        format!("{}{}", file.display(), place(text, key))
    };
    bail!("{at}: `{}` {}\n  hint: {}", found.path, found.what, found.hint)
}

/// A file that is no TOML: the parser quotes the line, and the line may hold a secret, so only its place is told.
fn unreadable(file: &Path, error: &str) -> anyhow::Error {
    let place = error.lines().find_map(|line| line.split_once("at line ").map(|(_, rest)| rest.to_owned()));
    let at = place.map_or_else(String::new, |place| {
        let numbers: Vec<&str> =
            place.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
        numbers.iter().take(2).flat_map(|number| [":", number]).collect()
    });
    anyhow!(
        "{}{at}: this is not TOML\n  hint: look for a quote or a bracket that is not closed",
        file.display()
    )
}

/// Room for a key that is wrong and the keys that there are; a key may be as long as the file.
const MOST_OF_AN_ERROR: usize = 1000;

fn wrong(file: &Path, text: &str, what: &str) -> anyhow::Error {
    let quoted = what.split('`').nth(1).map(|path| path.rsplit('.').next().unwrap_or(path).to_owned());
    let near = quoted.map(|key| place(text, &key)).unwrap_or_default();
    let mut message = format!("{}{near}: {}", file.display(), cut(what.trim_end(), MOST_OF_AN_ERROR));
    if what.contains("unknown field") {
        message.push_str(
            "\n  hint: `usher schema settings` lists every key; `usher init` writes a commented file",
        );
    }
    anyhow!(message)
}

/// `:line` of the first line that sets a key; `config` itself does not keep places.
fn place(text: &str, key: &str) -> String {
    let sets = |line: &str| {
        let line = line.trim_start().trim_start_matches('[');
        line.split(['=', ']'])
            .next()
            .is_some_and(|left| left.trim() == key || left.trim().ends_with(&format!(".{key}")))
    };
    text.lines().position(sets).map_or_else(String::new, |index| format!(":{}", index + 1))
}

#[cfg(test)]
mod tests;
