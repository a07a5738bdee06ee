//! `usher init`: a commented usher.toml.
#![expect(clippy::disallowed_methods, reason = "the command line writes the file it is asked for")]

use super::{Context, Exit, Failure, packs};
use anyhow::Context as _;
use std::path::PathBuf;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app to begin with
    #[arg(long, default_value = "wordpress")]
    app: String,
    /// The tenant's URL
    #[arg(long)]
    url: Option<String>,
    /// The account usher works as
    #[arg(long)]
    account: Option<String>,
    /// The tenant's name as the page shows it
    #[arg(long)]
    tenant: Option<String>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

/// Asks for what was not given, writes the file, says what comes next.
pub(super) fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let out = context.out;
    let path: PathBuf = context.config.clone();
    if path.exists() && !arguments.force {
        return Err(Failure::files(format!(
            "{} is there already\n  hint: `--force` writes over it",
            path.display()
        )));
    }
    if let Ok(known) = packs::apps(std::path::Path::new("."))
        && !known.contains(&arguments.app)
    {
        let names = crate::diag::listed(known.iter().map(String::as_str));
        return Err(Failure::usage(format!(
            "there is no pack `{}`\n  hint: there are {names}",
            arguments.app
        )));
    }
    let ask = |given: &Option<String>, question: &str, otherwise: &str| match given {
        Some(value) => value.clone(),
        None if out.can_ask => out.question(question, otherwise),
        None => otherwise.to_owned(),
    };
    let url = ask(&arguments.url, "URL of the tenant", "https://example.test");
    let account = ask(&arguments.account, "account usher works as, as the page shows it", "admin");
    let tenant = ask(&arguments.tenant, "the tenant's name, as the page shows it", "Example");
    let text = template(&arguments.app, &url, &account, &tenant);
    std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    let variable = variable(&arguments.app);
    out.result(&format!(
        "wrote {}\nnext:\n  export {variable}=...      # the account's password; or use `command` in the file\n  usher doctor\n  usher roster {}",
        path.display(),
        arguments.app
    ));
    Ok(Exit::Done)
}

fn variable(app: &str) -> String {
    let name: String =
        app.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("{name}_PASSWORD")
}

fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn template(app: &str, url: &str, account: &str, tenant: &str) -> String {
    let (url, account, tenant) = (quoted(url), quoted(account), quoted(tenant));
    let variable = variable(app);
    format!(
        r#"# usher.toml - which consoles usher works in, and how. `usher schema settings` lists every key.
# Every key can also come from the environment: USHER_RUN__FOLDER=... sets `folder` in [run].

[run]
# folder = "screenshots"            # where runs are kept: plan, journal, pictures, report
# packs = "."                       # where scripts/ and selectors/ are
# webdriver = "http://host:4444/"   # a WebDriver that is running already; usher starts its own otherwise
# chromedriver = "/usr/bin/chromedriver"
# browser = "/usr/bin/chromium"
# headless = true
# width = 1280
# height = 800

# [sessions]                        # sessions that are kept, so that nobody need sign in again
# folder = "/var/lib/usher/sessions"  # in your own folder for state when absent
# identity = {{ file = "age-identity" }} # the key they are locked with; made beside them when absent
# keep_for = "7d"                   # the longest that one is used; as long as the app lets it when absent

# [help]                            # when an app wants what only a person can give
# wait = "5m"                       # how long the person is waited for
# bell = true                       # ring the terminal's bell
# desktop = true                    # show a notice on the desktop
# webhook = {{ env = "USHER_WEBHOOK" }} # also tell a chat: the address of its webhook, such as Slack's

# [signing]                         # an SSH key that signs what runs end with; without it they are not signed
# key = "~/.ssh/id_ed25519"         # Ed25519, and readable for nobody else
# passphrase = {{ env = "USHER_PASSPHRASE" }} # when the key has one

[apps.{app}]                        # the name you call this tenant on the command line
# pack = "{app}"                    # the pack, when the name above is another
url = {url}
account = {account}                 # who usher signs in as; the page must show exactly this
tenant = {tenant}                   # whose console it is; the page must show exactly this
# generation = "..."                # pins the generation of the app's pages; found out when absent
# protected = ["ceo@example.test"]  # never removed, never changed
# seats = 50
# sessions = 2                      # so many browsers side by side in one run; begin with one
# sign_in_as = "usher"              # what is typed at sign-in, when it is not the account above
# origins = ["https://login.example.test"] # further origins of this tenant, such as its identity provider
# keep_session = true               # keep the session after every sign-in, not only after one a person helped with
# new_passwords = ["vault-put"]     # the program that takes the first passwords of new people, as JSON

[apps.{app}.secrets]                # where the secrets are; never the secrets themselves
password = {{ env = "{variable}" }}
# password = {{ command = ["pass", "show", "{app}/usher"] }}
# password = {{ file = "/run/credentials/usher.service/{app}" }}
# password = {{ keyring = {{ service = "usher", user = "{app}" }} }}
# totp = {{ command = ["..."] }}      # the seed of one-time codes: what the app shows beside the QR code, or its otpauth:// address
# username = {{ env = "USHER_NAME" }} # when it is neither the account above nor `sign_in_as`

[apps.{app}.caps]
# removals = 10                     # the most one run may remove; the larger of 5 and a tenth of the roster when absent
"#
    )
}

#[cfg(test)]
mod tests {
    use crate::settings::{Overrides, Settings};

    #[test]
    fn what_it_writes_is_good() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("usher.toml");
        std::fs::write(&file, super::template("heap", "https://h.test", "a\"b", "T")).unwrap();
        let settings = Settings::read(&file, true, &Overrides::default()).unwrap();
        assert_eq!(settings.app("heap").unwrap().account, "a\"b");
    }

    #[test]
    fn what_it_writes_as_comments_is_good_as_well() {
        let text = super::template("heap", "https://h.test", "a", "T");
        let mut password = 0;
        let lines = text.lines().map(|line| {
            let open = line.strip_prefix("# ").filter(|line| line.starts_with('[') || line.contains(" = "));
            // The same key may stand there in several ways: the first is taken.
            password += u8::from(line.contains("password = {"));
            if password > 1 && line.contains("password = {") { line } else { open.unwrap_or(line) }
        });
        let text: Vec<&str> = lines.collect();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("usher.toml");
        std::fs::write(&file, text.join("\n")).unwrap();
        let settings = Settings::read(&file, true, &Overrides::default()).unwrap();
        assert!(settings.help.webhook.is_some() && settings.sessions.keep_for.is_some());
        assert!(settings.app("heap").unwrap().keep_session);
        assert!(settings.signing.key.is_some() && settings.signing.passphrase.is_some());
    }
}
