//! Settings: defaults < `usher.toml` < `USHER_...` variables < flags.

mod period;
mod read;
mod secret;

pub use period::Period;
pub use secret::{Keyring, SecretFrom, SecretPlace};

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Everything `usher.toml` can say.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How runs are done.
    pub run: RunSettings,
    /// How sessions are kept.
    pub sessions: SessionSettings,
    /// How a person's help is asked for.
    pub help: HelpSettings,
    /// What runs are signed with.
    pub signing: SigningSettings,
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

/// How sessions are kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// Where they are kept; `usher/sessions` in the user's folder for state when absent.
    pub folder: Option<PathBuf>,
    /// Where the age identity is that they are locked with; a file of its own beside them when absent.
    pub identity: Option<SecretFrom>,
    /// The longest that one is used; as long as the app lets it when absent.
    pub keep_for: Option<Period>,
}

/// How a person's help is asked for, when an app wants what usher cannot give.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HelpSettings {
    /// How long the person is waited for.
    pub wait: Period,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Show a notice on the desktop, where there is one.
    pub desktop: bool,
    /// Where the address of a webhook is that is told as well; whoever has it can post there, so it is a secret.
    pub webhook: Option<SecretFrom>,
}

impl Default for HelpSettings {
    fn default() -> Self {
        Self { wait: Period(Duration::from_mins(5)), bell: true, desktop: true, webhook: None }
    }
}

/// What runs are signed with; nothing when there is no key.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SigningSettings {
    /// The file of an Ed25519 SSH key, such as `~/.ssh/id_ed25519`, that nobody else can read.
    pub key: Option<PathBuf>,
    /// Where the key's passphrase is, when it has one.
    pub passphrase: Option<SecretFrom>,
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
    /// This tenant's further origins, such as that of its identity provider: `https://login.example.test`.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Keep the session also after a sign-in by script; one that a person helped with is always kept.
    #[serde(default)]
    pub keep_session: bool,
    /// Where the secrets are; never the secrets themselves.
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretFrom>,
    /// How many browsers work on one run side by side; one when absent.
    pub sessions: Option<u8>,
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

/// What the command line overrides.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// See [`RunSettings::webdriver`].
    pub webdriver: Option<String>,
    /// See [`RunSettings::headless`].
    pub headed: bool,
}

impl Settings {
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
