//! ChromeDriver on a free port, started and ended so that nothing is left behind, even when usher is killed.
//!
//! usher starts itself once more as a guard (see [`super::guard`]) and holds a pipe to it; the guard starts
//! the driver. It is the only place besides `profile` that makes or removes a browser's folder.

mod arguments;
mod check;
pub mod download;
pub(crate) mod process;
pub(crate) mod profile;
mod programs;
#[cfg(test)]
mod tests;
pub mod upload;
mod version;

pub use arguments::{Sandbox, browser_arguments, sandbox};
pub use check::{Finding, State, examine};
pub use process::{ProcessMark, end, end_browser_of_profile};
pub use profile::cleanup_stale;
pub use programs::{NotFound, Programs, find_programs};
pub use version::{Mismatch, Version, version_of, versions_agree};

use super::guard::Answer;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

/// How long is waited before the driver is started again, and how often.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1600)];
/// How long a guard may take to answer; it gives up on the driver before.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a driver that says it listens may take to do so.
const LISTENING: Duration = Duration::from_secs(5);
/// How long a guard may take to clean up.
const CLEANING: Duration = Duration::from_secs(15);

/// A running driver.
///
/// Dropping it closes the pipe, and the guard cleans up by itself; [`Driver::stop`] also waits for that.
#[derive(Debug)]
pub struct Driver {
    /// Where it listens, without a slash at the end.
    pub url: String,
    /// The port alone.
    pub port: u16,
    /// The driver's process.
    pub driver_pid: u32,
    /// The guard's process.
    pub guard_pid: u32,
    /// The folder the browser is to work in; it goes away with the driver.
    pub profile: PathBuf,
    traces: Traces,
    guard: Child,
    pipe: Option<ChildStdin>,
}

/// What has to be known to end a browser of an earlier run: small, and kept in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// The guard.
    pub guard: ProcessMark,
    /// The driver.
    pub driver: ProcessMark,
    /// The browser's folder.
    pub profile: PathBuf,
}

impl Traces {
    /// Ends guard, driver and browser and removes the profile. True once all of it is known to be gone.
    ///
    /// It blocks, for a few seconds at most where something does not want to end.
    pub fn end(&self) -> bool {
        // Whoever cleans must be gone first, else two would do it at once.
        let guard = end(&self.guard);
        let ended = process::end_tree(&self.driver, &self.profile);
        guard && ended && profile::remove(&self.profile).is_ok()
    }
}

/// How the guard is started: usher itself, unless a test says otherwise.
#[derive(Clone, Debug)]
pub struct GuardProgram {
    /// The program.
    pub program: PathBuf,
    /// What it is told before `guard --driver PATH --profile DIR`.
    pub arguments: Vec<OsString>,
}

impl GuardProgram {
    /// This very program, even if its file was replaced since it was started.
    pub fn own() -> Self {
        Self { program: "/proc/self/exe".into(), arguments: Vec::new() }
    }
}

/// Starts a driver; what earlier runs left under `profiles` is removed first.
///
/// A driver that dies at once, or does not listen, is started again a few times.
pub async fn start(programs: &Programs, profiles: &Path) -> anyhow::Result<Driver> {
    start_under(&GuardProgram::own(), programs, profiles).await
}

/// Starts a driver under a guard that is started in this way.
pub async fn start_under(
    guard: &GuardProgram,
    programs: &Programs,
    profiles: &Path,
) -> anyhow::Result<Driver> {
    let root = profiles.to_owned();
    let removed = tokio::task::spawn_blocking(move || cleanup_stale(&root)).await?;
    if !removed.is_empty() {
        tracing::info!(count = removed.len(), "profiles of earlier runs were removed");
    }
    let program = std::path::absolute(&programs.driver)?;
    let mut waits = AGAIN.iter();
    loop {
        let profile = profile::create(profiles)?;
        match start_once(guard, &program, profile).await {
            Ok(driver) => return Ok(driver),
            Err(error) => {
                let Some(wait) = waits.next().filter(|_| !error.is::<Hopeless>()) else { return Err(error) };
                tracing::warn!(error = format!("{error:#}"), "the driver is started again");
                sleep(*wait).await;
            }
        }
    }
}

/// A start that would fail the next time too.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Hopeless(String);

async fn start_once(guard: &GuardProgram, program: &Path, profile: PathBuf) -> anyhow::Result<Driver> {
    let mut command = Command::new(&guard.program);
    command.arg0("usher").args(&guard.arguments);
    command.arg("guard").arg("--driver").arg(program).arg("--profile").arg(&profile);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).current_dir("/");
    let spawned = command.spawn().context("usher cannot start itself as a guard");
    let mut guard = match spawned {
        Ok(guard) => guard,
        Err(error) => {
            profile::remove(&profile)?;
            return Err(Hopeless(format!("{error:#}")).into());
        }
    };
    let pipe = guard.stdin.take();
    let answer = timeout(ANSWER, answer_of(&mut guard)).await.context("the guard does not answer");
    match answer.and_then(|answer| answer) {
        Ok(Answer::Ready { port, driver, guard: mark }) => {
            let driver = Driver {
                url: format!("http://127.0.0.1:{port}"),
                port,
                driver_pid: driver.pid,
                guard_pid: mark.pid,
                profile: profile.clone(),
                traces: Traces { guard: mark, driver, profile },
                guard,
                pipe,
            };
            if timeout(LISTENING, ready(port)).await.is_err() {
                driver.stop().await?;
                anyhow::bail!("the driver says it listens on port {port}, but nobody answers there");
            }
            Ok(driver)
        }
        Ok(Answer::Failed { error, again }) => {
            finish(guard, pipe, &profile).await?;
            Err(if again { anyhow::Error::msg(error) } else { Hopeless(error).into() })
        }
        Err(error) => {
            finish(guard, pipe, &profile).await?;
            Err(error)
        }
    }
}

/// Reads the guard's one line; lines that are not an answer are passed over.
async fn answer_of(guard: &mut Child) -> anyhow::Result<Answer> {
    let stdout = guard.stdout.take().context("the guard has no output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Ok(answer) = serde_json::from_str(&line) {
            return Ok(answer);
        }
    }
    anyhow::bail!("the guard ended without an answer")
}

/// Returns as soon as the driver says that it takes sessions.
async fn ready(port: u16) {
    while !matches!(status(port).await, Ok(true)) {
        sleep(Duration::from_millis(10)).await;
    }
}

async fn status(port: u16) -> std::io::Result<bool> {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET /status HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut reply = Vec::new();
    // The driver may leave the connection open, so the first piece has to do; it holds the whole short answer.
    stream.read_buf(&mut reply).await?;
    Ok(String::from_utf8_lossy(&reply).contains("200 OK"))
}

impl Driver {
    /// What a later usher needs to make sure that this browser is gone.
    pub fn traces(&self) -> &Traces {
        &self.traces
    }

    /// Ends driver and browser and waits until they and the profile are gone.
    pub async fn stop(self) -> anyhow::Result<()> {
        finish(self.guard, self.pipe, &self.profile).await
    }
}

/// Lets the guard clean up, and does it in its place where it cannot.
async fn finish(mut guard: Child, pipe: Option<ChildStdin>, profile: &Path) -> anyhow::Result<()> {
    drop(pipe);
    if timeout(CLEANING, guard.wait()).await.is_err() {
        guard.kill().await.context("the guard cannot be ended")?;
    }
    if !profile.exists() && profile::Record::of(profile).is_none() {
        return Ok(());
    }
    let left = profile.to_owned();
    let swept = tokio::task::spawn_blocking(move || profile::sweep(&left)).await?;
    anyhow::ensure!(
        swept,
        "the browser of `{}` could not be ended or its folder not removed",
        profile.display()
    );
    Ok(())
}
