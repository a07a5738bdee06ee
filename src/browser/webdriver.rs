//! A WebDriver session: the one door of fantoccini. Sends commands, sorts errors; knows no controls.

use super::Trouble;
use super::driver::{self, Sandbox};
use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use fantoccini::error::{CmdError, ErrorStatus, NewSessionError};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// Where and how a session is begun.
#[derive(Clone, Debug)]
pub struct Connect {
    /// The driver's address.
    pub url: String,
    /// The browser program; the driver's own choice when absent.
    pub browser: Option<PathBuf>,
    /// The profile folder, made for this session alone; none on a driver that is not ours.
    pub profile: Option<PathBuf>,
    /// Without a window.
    pub headless: bool,
    /// The viewport in CSS pixels.
    pub viewport: (u32, u32),
}

/// What a session turned out to be.
#[derive(Clone, Debug, Default)]
pub struct SessionFacts {
    /// Browser and version.
    pub browser: String,
    /// Driver and version.
    pub driver: String,
    /// Operating system.
    pub platform: String,
    /// The viewport.
    pub viewport: (u32, u32),
    /// Whether the browser's sandbox is on.
    pub sandbox: bool,
    /// The browser's main process.
    pub browser_pid: Option<u32>,
    /// The vendor's command for fast lossless pictures is there.
    pub fast_pictures: bool,
    /// Where the browser puts files, when it is on this machine and ours.
    pub downloads: Option<PathBuf>,
}

/// An open session.
pub(super) struct Wire {
    client: Client,
    /// A command was never answered, and none after it would be: they are sent one after the other.
    silent: Cell<bool>,
    pub(super) facts: SessionFacts,
}

/// What can go wrong with one command.
#[derive(Debug)]
pub(super) enum Failed {
    /// The page went away under the script: a navigation.
    Navigated(String),
    /// The script did not answer in time.
    Slow(String),
    /// A native dialog is open that the command does not expect.
    Dialog(String),
    /// No native dialog is open.
    NoDialog,
    /// The page could not be loaded.
    NoPage(String),
    /// The browser or the driver is gone.
    Broken(anyhow::Error),
}

/// How long the driver gives a script; every script ends itself long before.
pub(super) const SCRIPT_TIME: Duration = Duration::from_mins(1);

/// How long the driver gives a page to load.
const LOAD_TIME: Duration = Duration::from_mins(1);

/// How long a driver may take for one command: half as long again as the longest that it ends by itself. One that stands
/// still would keep usher, and the tenant's lock, for good.
const COMMAND_TIME: Duration = Duration::from_secs(90);

/// In how many pieces that is waited for. If usher itself was stopped, one piece is over at once when it goes on, and the answer,
/// which may lie there already, is read in the next.
const PIECES: u32 = 10;

/// A command by its path below the session.
#[derive(Debug)]
struct Command {
    post: bool,
    path: String,
    body: Option<String>,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (if self.post { http::Method::POST } else { http::Method::GET }, self.body.clone())
    }
}

/// Begins a session; tried again with back-off, since a driver may still be busy with the one before.
pub async fn begin(connect: &Connect) -> anyhow::Result<super::Live> {
    let mut pause = Duration::from_millis(200);
    let mut left = 4_u8;
    loop {
        match begin_once(connect).await {
            Ok(wire) => {
                let live = super::Live::new(wire);
                live.settle_in().await;
                return Ok(live);
            }
            Err(error) if left == 0 || !worth_another_try(&error) => {
                return Err(anyhow!(error))
                    .with_context(|| format!("failed to begin a browser session at {}", connect.url));
            }
            Err(error) => {
                tracing::warn!(%error, "the driver did not give a session; trying again");
                tokio::time::sleep(pause).await;
                pause *= 2;
                left -= 1;
            }
        }
    }
}

fn worth_another_try(error: &NewSessionError) -> bool {
    match error {
        // A version mismatch or a bad argument stays what it is; a browser that died at the start may start next time.
        NewSessionError::SessionNotCreated(reason) => {
            !reason.message.contains("only supports") && !reason.message.contains("version")
        }
        NewSessionError::BadWebdriverUrl(_) | NewSessionError::NotW3C(_) => false,
        NewSessionError::Lost(lost) => lost.kind() != ErrorKind::TimedOut,
        _ => true,
    }
}

async fn begin_once(connect: &Connect) -> Result<Wire, NewSessionError> {
    let sandbox = driver::sandbox();
    let profile = connect.profile.as_deref();
    let args = driver::browser_arguments(
        profile.unwrap_or(Path::new("")),
        connect.viewport,
        connect.headless,
        sandbox,
    );
    let args: Vec<_> =
        args.into_iter().filter(|arg| profile.is_some() || !arg.starts_with("--user-data-dir")).collect();
    let mut chrome = json!({ "args": args, "prefs": {
        "credentials_enable_service": false, "profile.password_manager_enabled": false, "autofill.profile_enabled": false,
        // A window that keeps nothing would else refuse the cookies that a sign-in over several sites needs.
        "profile.cookie_controls_mode": 0,
    }});
    let downloads = profile.map(|profile| profile.join("downloads"));
    if let Some(folder) = &downloads {
        chrome["prefs"]["download.default_directory"] = json!(folder);
        chrome["prefs"]["download.prompt_for_download"] = json!(false);
    }
    if let Some(browser) = &connect.browser {
        chrome["binary"] = json!(browser);
    }
    let wanted = json!({
        "pageLoadStrategy": "eager",
        // A native dialog stays open until a step that expects it answers it; any other command answers it with "no".
        "unhandledPromptBehavior": "ignore",
        "timeouts": { "script": SCRIPT_TIME.as_millis(), "pageLoad": LOAD_TIME.as_millis(), "implicit": 0 },
        "goog:chromeOptions": chrome,
    });
    let capabilities = wanted.as_object().cloned().unwrap_or_default();
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let begun = within(COMMAND_TIME, builder.capabilities(capabilities).connect(&connect.url)).await;
    let Some(client) = begun else {
        return Err(NewSessionError::Lost(Error::new(ErrorKind::TimedOut, unanswered())));
    };
    let client = client?;
    let told = client.capabilities().cloned().unwrap_or_default();
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let driver = told
        .get("chrome")
        .and_then(|chrome| chrome.get("chromedriverVersion"))
        .and_then(Value::as_str)
        .and_then(|version| version.split(' ').next())
        .map_or_else(|| "driver of unknown version".to_owned(), |version| format!("ChromeDriver {version}"));
    let facts = SessionFacts {
        browser: format!("{} {}", text("browserName"), text("browserVersion")),
        driver,
        platform: text("platformName"),
        viewport: connect.viewport,
        sandbox: matches!(sandbox, Sandbox::On),
        browser_pid: told
            .get("goog:processID")
            .and_then(Value::as_u64)
            .and_then(|pid| u32::try_from(pid).ok()),
        fast_pictures: told.contains_key("goog:chromeOptions") || told.contains_key("chrome"),
        downloads,
    };
    Ok(Wire { client, silent: Cell::new(false), facts })
}

/// What comes of some work, if it is done in time.
async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    for _ in 0..PIECES {
        if let Ok(done) = timeout(limit / PIECES, &mut work).await {
            return Some(done);
        }
    }
    None
}

fn unanswered() -> String {
    format!("the driver has not answered for {} seconds", COMMAND_TIME.as_secs())
}

impl Wire {
    /// Sends one command and gives its value.
    pub(super) async fn command(&self, path: &str, body: Option<&Value>) -> Result<Value, Failed> {
        match self.send(path, body).await {
            Err(Failed::Dialog(text)) => {
                tracing::warn!(text, "a native dialog that nobody expects; it is answered with no");
                self.answer_dialog(false).await?;
                Err(Failed::Dialog(text))
            }
            other => other,
        }
    }

    async fn send(&self, path: &str, body: Option<&Value>) -> Result<Value, Failed> {
        let command =
            Command { post: body.is_some(), path: path.to_owned(), body: body.map(Value::to_string) };
        if !self.silent.get()
            && let Some(answer) = within(COMMAND_TIME, self.client.issue_cmd(command)).await
        {
            return answer.map_err(sort);
        }
        self.silent.set(true);
        Err(Failed::Broken(anyhow!(unanswered())))
    }

    /// The text of the native dialog that is open, if one is.
    pub(super) async fn dialog_text(&self) -> Result<Option<String>, Failed> {
        match self.send("alert/text", None).await {
            Ok(text) => Ok(Some(text.as_str().unwrap_or_default().to_owned())),
            Err(Failed::NoDialog) => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    /// Answers the native dialog that is open. One that has gone meanwhile needs no answer.
    pub(super) async fn answer_dialog(&self, yes: bool) -> Result<(), Failed> {
        let path = if yes { "alert/accept" } else { "alert/dismiss" };
        match self.send(path, Some(&json!({}))).await {
            Ok(_) | Err(Failed::NoDialog) => Ok(()),
            Err(failed) => Err(failed),
        }
    }

    /// Runs a script that answers by callback.
    pub(super) async fn script(&self, script: &str, argument: &Value) -> Result<Value, Failed> {
        let body = json!({ "script": script, "args": [argument] });
        let value = self.command("execute/async", Some(&body)).await?;
        // A native dialog that opens while a script waits ends it, and the driver calls that an answer of nothing.
        if !value.is_null() {
            return Ok(value);
        }
        match self.dialog_text().await? {
            Some(text) => {
                tracing::warn!(text, "a native dialog opened under a question; it is answered with no");
                self.answer_dialog(false).await?;
                Err(Failed::Dialog(text))
            }
            None => Err(Failed::Navigated("the question was not answered".to_owned())),
        }
    }

    /// A command of Chromium's own protocol, which its driver passes on; also to a browser on another machine.
    pub(super) async fn vendor(&self, name: &str, parameters: &Value) -> Result<Value, Failed> {
        if !self.facts.fast_pictures {
            return Err(Failed::Broken(anyhow!("`{name}` needs Chromium and its own driver")));
        }
        self.command("goog/cdp/execute", Some(&json!({ "cmd": name, "params": parameters }))).await
    }

    /// A lossless picture of the viewport.
    pub(super) async fn capture(&self) -> Result<Vec<u8>, Failed> {
        let text = if self.facts.fast_pictures {
            let format = json!({ "format": "png", "optimizeForSpeed": true });
            let value = self.vendor("Page.captureScreenshot", &format).await?;
            value.get("data").and_then(Value::as_str).map(str::to_owned)
        } else {
            self.command("screenshot", None).await?.as_str().map(str::to_owned)
        };
        let text = text.ok_or_else(|| Failed::Broken(anyhow!("the driver sent a picture without data")))?;
        base64::engine::general_purpose::STANDARD.decode(text).map_err(|error| {
            Failed::Broken(anyhow!(error).context("the driver sent a picture that is not base64"))
        })
    }

    /// Ends the session; the browser goes with it.
    pub(super) async fn close(self) {
        if let Err(error) = self.client.close().await {
            tracing::debug!(%error, "the session was gone already");
        }
    }
}

fn sort(error: CmdError) -> Failed {
    let CmdError::Standard(known) = &error else {
        return Failed::Broken(anyhow!(error).context("the driver did not answer"));
    };
    let message = known.message.lines().next().unwrap_or_default().to_owned();
    match known.error {
        ErrorStatus::UnexpectedAlertOpen => {
            let text = message.split("Alert text : ").nth(1).unwrap_or(&message).trim_end_matches(['}', ')']);
            Failed::Dialog(text.to_owned())
        }
        ErrorStatus::NoSuchAlert => Failed::NoDialog,
        ErrorStatus::StaleElementReference => Failed::Navigated(message),
        ErrorStatus::ScriptTimeout => Failed::Slow(message),
        ErrorStatus::Timeout => Failed::NoPage(message),
        ErrorStatus::InvalidSessionId | ErrorStatus::NoSuchWindow => {
            Failed::Broken(anyhow!("the browser is gone: {message}"))
        }
        _ if message.contains("net::ERR") => Failed::NoPage(message),
        _ if ["unload", "navigat", "context", "detached", "Cannot find", "no such frame"]
            .iter()
            .any(|hint| message.contains(hint)) =>
        {
            Failed::Navigated(message)
        }
        _ => Failed::Broken(anyhow!("the driver reports {}: {message}", known.error)),
    }
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Self {
        use crate::words::RefusalKind;
        let refused = |kind, message| Self::from(super::Refused::new(kind, message));
        match failed {
            Failed::Broken(error) => Self::Broken(error),
            Failed::Navigated(why) => refused(RefusalKind::NoPage, format!("the page went away: {why}")),
            Failed::Slow(why) => refused(RefusalKind::NoPage, format!("the page did not answer: {why}")),
            Failed::NoDialog => refused(RefusalKind::Dialog, "no native dialog is open".to_owned()),
            Failed::Dialog(text) => refused(
                RefusalKind::Dialog,
                format!("a native dialog was open: \"{text}\"; it was answered with no"),
            ),
            Failed::NoPage(why) => {
                refused(RefusalKind::NoPage, format!("the page could not be loaded: {why}"))
            }
        }
    }
}
