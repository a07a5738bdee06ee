//! Settings: defaults < `usher.toml` < `USHER_...` variables < flags. The one door of `config`.
#![expect(clippy::disallowed_methods, reason = "settings read their own file")]

use anyhow::{Context as _, anyhow, bail};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything `usher.toml` can say.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How runs are done.
    pub run: RunSettings,
    /// The tenants, by the name they are called on the command line.
    pub apps: BTreeMap<String, AppSettings>,
}

/// How runs are done.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunSettings {
    /// Where runs are kept.
    pub folder: PathBuf,
    /// Where `scripts/` and `selectors/` are.
    pub packs: PathBuf,
    /// A WebDriver that is running already; usher starts its own ChromeDriver when this is absent.
    pub webdriver: Option<String>,
    /// The ChromeDriver program, when it is not on the PATH.
    pub chromedriver: Option<PathBuf>,
    /// The browser program, when it is not on the PATH.
    pub browser: Option<PathBuf>,
    /// Without a window.
    pub headless: bool,
    /// Width of the page in pixels.
    pub width: u32,
    /// Height of the page in pixels.
    pub height: u32,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("screenshots"),
            packs: PathBuf::from("."),
            webdriver: None,
            chromedriver: None,
            browser: None,
            headless: true,
            width: 1280,
            height: 800,
        }
    }
}

/// One tenant of an app.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    /// The pack, when it is called otherwise than the tenant.
    pub pack: Option<String>,
    /// The tenant's base URL.
    pub url: String,
    /// The account usher works as, as the page shows it.
    pub account: String,
    /// The name that is typed at sign-in, where it is not the account as the page shows it.
    pub sign_in_as: Option<String>,
    /// The tenant's name, as the page shows it; where the app shows none, only for the record.
    pub tenant: String,
    /// Pins the generation of the app's pages; usher finds it out when absent.
    pub generation: Option<String>,
    /// A practice console: the practice overlays apply.
    #[serde(default)]
    pub practice: bool,
    /// Where the secrets are; never the secrets themselves.
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretFrom>,
    /// The most that one run may do.
    #[serde(default)]
    pub caps: Caps,
    /// People who are never removed or changed.
    #[serde(default)]
    pub protected: Vec<String>,
    /// Seats bought.
    pub seats: Option<u32>,
    /// The program that takes the first passwords an app demands for new people, with its arguments: one JSON object a
    /// person on its standard input. Without it they are forgotten, and people ask for a new one.
    pub new_passwords: Option<Vec<String>>,
}

/// The most that one run may do.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Removals; the larger of 5 and a tenth of the roster when absent.
    pub removals: Option<u32>,
}

/// Where a secret is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretFrom {
    /// In this environment variable.
    pub env: Option<String>,
    /// On the first line that this program prints; program and arguments as a list, no shell.
    pub command: Option<Vec<String>>,
}

/// What the command line overrides.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// See [`RunSettings::webdriver`].
    pub webdriver: Option<String>,
    /// See [`RunSettings::headless`].
    pub headed: bool,
}

impl Settings {
    /// Reads them. The file need not be there unless it was asked for by name.
    pub fn read(file: &Path, asked_for: bool, overrides: &Overrides) -> anyhow::Result<Self> {
        if asked_for && !file.is_file() {
            bail!("{} is not there\n  hint: `usher init` writes one", file.display());
        }
        let text = if file.is_file() {
            std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?
        } else {
            String::new()
        };
        // Only names with a double underscore are settings, so that a variable which holds a secret is none.
        let variables: std::collections::HashMap<String, String> =
            std::env::vars().filter(|(name, _)| name.starts_with("USHER_") && name.contains("__")).collect();
        let mut builder = config::Config::builder()
            .add_source(config::File::from_str(&text, config::FileFormat::Toml))
            .add_source(
                config::Environment::with_prefix("USHER")
                    .prefix_separator("_")
                    .separator("__")
                    .try_parsing(true)
                    .source(Some(variables)),
            );
        if let Some(url) = &overrides.webdriver {
            builder = builder.set_override("run.webdriver", url.clone())?;
        }
        if overrides.headed {
            builder = builder.set_override("run.headless", false)?;
        }
        let whole = builder.build().map_err(|error| unreadable(file, &error.to_string()))?;
        no_secret_in_the_file(file, &text, &whole)?;
        let mut settings: Self =
            whole.try_deserialize().map_err(|error| wrong(file, &text, &error.to_string()))?;
        settings.check(file, &text)?;
        Ok(settings)
    }

    fn check(&mut self, file: &Path, text: &str) -> anyhow::Result<()> {
        for (name, app) in &mut self.apps {
            let mut url = url::Url::parse(&app.url).map_err(|error| {
                wrong(file, text, &format!("`apps.{name}.url`: `{}` is not a URL: {error}", app.url))
            })?;
            if !matches!(url.scheme(), "http" | "https") {
                return Err(wrong(
                    file,
                    text,
                    &format!("`apps.{name}.url` must begin with https:// or http://"),
                ));
            }
            let bare = url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none();
            if !bare {
                let what = format!(
                    "`apps.{name}.url` is more than an address: no user, password, query or fragment belongs in it"
                );
                return Err(wrong(file, text, &what));
            }
            // One tenant has one address, however it was typed: locks and earlier runs are found by it.
            let path = url.path().trim_end_matches('/').to_owned();
            url.set_path(&path);
            url.as_str().trim_end_matches('/').clone_into(&mut app.url);
            for (secret, from) in &app.secrets {
                if from.env.is_some() == from.command.is_some() {
                    let what = format!("`apps.{name}.secrets.{secret}` takes one of `env` and `command`");
                    return Err(wrong(file, text, &what));
                }
            }
            for (what, value) in [("account", &app.account), ("tenant", &app.tenant)] {
                if value.trim().is_empty() {
                    return Err(wrong(
                        file,
                        text,
                        &format!("`apps.{name}.{what}` is empty; usher holds the page against it"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// A tenant by its name on the command line.
    pub fn app(&self, name: &str) -> anyhow::Result<&AppSettings> {
        self.apps.get(name).ok_or_else(|| {
            let near = crate::diag::did_you_mean(name, self.apps.keys().map(String::as_str));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if self.apps.is_empty() => "`usher init` writes a usher.toml to fill in".to_owned(),
                None => format!("it has {}", crate::diag::listed(self.apps.keys().map(String::as_str))),
            };
            anyhow!("usher.toml has no `[apps.{name}]`\n  hint: {hint}")
        })
    }
}

/// A value under `secrets` that is a plain text would be the secret itself. It is refused, and never shown.
fn no_secret_in_the_file(file: &Path, text: &str, whole: &config::Config) -> anyhow::Result<()> {
    let apps = whole.get_table("apps").unwrap_or_default();
    for (app, value) in apps {
        let Ok(table) = value.into_table() else { continue };
        let Some(secrets) = table.get("secrets") else { continue };
        let Ok(secrets) = secrets.clone().into_table() else {
            let place = place(text, "secrets");
            bail!("{}{place}: `apps.{app}.secrets` is a table of where the secrets are", file.display());
        };
        for (name, value) in secrets {
            let shape = value.into_table().ok().is_some_and(|from| {
                from.into_iter().all(|(key, value)| match key.as_str() {
                    "command" => value.into_array().is_ok(),
                    _ => true,
                })
            });
            if !shape {
                let what = format!("`apps.{app}.secrets.{name}` holds the secret itself, or not where it is");
                let place = place(text, &name);
                bail!(
                    "{}{place}: {what}\n  hint: say where it is: `{name} = {{ env = \"NAME\" }}` or `{name} = {{ command = [\"pass\", \"show\", \"...\"] }}`, and change the secret: it has been on disk",
                    file.display()
                );
            }
        }
    }
    Ok(())
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

fn wrong(file: &Path, text: &str, what: &str) -> anyhow::Error {
    let quoted = what.split('`').nth(1).map(|path| path.rsplit('.').next().unwrap_or(path).to_owned());
    let near = quoted.map(|key| place(text, &key)).unwrap_or_default();
    let mut message = format!("{}{near}: {}", file.display(), what.trim_end());
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
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("usher.toml");
        std::fs::write(&file, text).unwrap();
        Settings::read(&file, true, &Overrides::default())
    }

    const GOOD: &str = "[apps.heap]\nurl = \"https://h.test\"\naccount = \"a@x\"\ntenant = \"T\"\n";

    #[test]
    fn reads_with_defaults() {
        let settings = read(GOOD).unwrap();
        assert_eq!(settings.run.width, 1280);
        assert_eq!(settings.app("heap").unwrap().tenant, "T");
        assert!(settings.app("heep").unwrap_err().to_string().contains("did you mean `heap`"));
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_shown() {
        let error = read(&format!("{GOOD}secrets = {{ password = \"hunter2\" }}\n")).unwrap_err().to_string();
        assert!(error.contains("holds the secret itself"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let error = read(&format!("{GOOD}colour = 3\n")).unwrap_err().to_string();
        assert!(error.contains("usher.toml:5"), "{error}");
        assert!(error.contains("colour"), "{error}");
    }
}
