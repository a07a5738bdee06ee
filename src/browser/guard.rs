//! The guard: a process of its own that starts the driver, outlives usher by a moment, and leaves nothing behind.
//!
//! usher holds the other end of its standard input. However usher ends, that end closes, and the guard ends
//! the driver, the browser and everything below them, and removes the profile. It is told what to do once and
//! answers with one line; it knows nothing of pages, people or runs.

use super::driver::process::{ProcessMark, end_below};
use super::driver::profile::{Record, remove};
use anyhow::Context as _;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, setsid, wait};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

/// How long the driver may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the dead may take until they can be reaped.
const REAPING: Duration = Duration::from_secs(1);
/// How many of the driver's last words are kept for the message when it does not start.
const LAST_WORDS: usize = 6;

/// What the hidden subcommand is told: `guard --driver PATH --profile DIR`.
#[derive(Clone, Debug)]
pub struct GuardArguments {
    /// ChromeDriver.
    pub driver: PathBuf,
    /// The profile that usher made, with its record beside it.
    pub profile: PathBuf,
}

/// The one line the guard writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The driver listens.
    Ready { port: u16, driver: ProcessMark, guard: ProcessMark },
    /// It could not be started; whether it may be worth to try again.
    Failed { error: String, again: bool },
}

/// The whole life of a guard. It must not be called from within a runtime.
pub fn run_guard(arguments: &GuardArguments) -> ExitCode {
    // Out of reach of the terminal: neither Ctrl-C nor closing it may end the one who cleans up.
    if let Err(error) = setsid() {
        tracing::debug!(%error, "the guard stays in its session");
    }
    // Whoever loses a parent below becomes the guard's child, so that nobody can slip away from it.
    if let Err(error) = set_child_subreaper(Some(getpid())) {
        tracing::debug!(%error, "orphans will be found by their command line only");
    }
    let profile = &arguments.profile;
    let Some(record) = Record::of(profile) else {
        return failed(&anyhow::anyhow!("`{}` is no profile of a run", profile.display()), false);
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into(), false),
    };
    if let Err(error) = runtime.block_on(watch(arguments, record)) {
        // What the system refuses it will refuse again, but for a file that is just being replaced; a driver
        // that dies may live the next time.
        let refused = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        failed(&error, matches!(refused, None | Some(std::io::ErrorKind::ExecutableFileBusy)));
    }
    let ended = end_below(profile);
    reap();
    if ended && remove(profile).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Takes the dead out of the table of processes; one whose threads are still ending is waited for.
fn reap() {
    let began = Instant::now();
    while began.elapsed() < REAPING {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Err(_) => return,
        }
    }
}

fn failed(error: &anyhow::Error, again: bool) -> ExitCode {
    say(&Answer::Failed { error: format!("{error:#}"), again });
    ExitCode::FAILURE
}

/// Writes the one line. Nobody may be there to read it any more; then the pipe says so soon enough.
fn say(answer: &Answer) {
    let mut line = serde_json::to_vec(answer).unwrap_or_default();
    line.push(b'\n');
    let mut stdout = std::io::stdout();
    if let Err(error) = stdout.write_all(&line).and_then(|()| stdout.flush()) {
        tracing::debug!(%error, "nobody reads what the guard says");
    }
}

/// Starts the driver and returns as soon as it is time to clean up.
async fn watch(arguments: &GuardArguments, mut record: Record) -> anyhow::Result<()> {
    let _deaf =
        [signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?, signal(SignalKind::quit())?];
    let mut told = signal(SignalKind::terminate())?;
    let mut owner_gone = owner_gone()?;
    let guard = ProcessMark::of(std::process::id()).ok_or_else(|| anyhow::anyhow!("cannot read `/proc`"))?;
    record.guard = Some(guard.clone());
    record.write(&arguments.profile)?;

    let mut child = start(&arguments.driver, &arguments.profile, &record.temporary)
        .with_context(|| format!("cannot start `{}`", arguments.driver.display()))?;
    let driver = child.id().and_then(ProcessMark::of);
    record.driver.clone_from(&driver);
    record.write(&arguments.profile)?;

    let mut words = words_of(&mut child);
    let port = tokio::select! {
        port = listening(&mut child, &mut words) => port?,
        () = over(&mut told, &mut owner_gone) => return Ok(()),
    };
    // The driver goes on talking; nobody has to listen, but somebody has to take it.
    drop(words);
    let driver = driver.ok_or_else(|| anyhow::anyhow!("the driver ended at once"))?;
    say(&Answer::Ready { port, driver, guard });
    tokio::select! {
        () = over(&mut told, &mut owner_gone) => {}
        _ = child.wait() => {}
    }
    Ok(())
}

/// Variables a browser needs to find its programs, its home, its language and a screen.
fn is_harmless(name: &str) -> bool {
    const NEEDED: [&str; 10] = [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "TZ",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "XDG_RUNTIME_DIR",
    ];
    NEEDED.contains(&name) || name.starts_with("LC_")
}

fn start(driver: &Path, profile: &Path, temporary: &Path) -> std::io::Result<Child> {
    Command::new(driver)
        // Its log would name what is typed into pages, passwords too.
        .args(["--port=0", "--log-level=SEVERE"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .current_dir("/")
        // usher's own environment may hold passwords; the browser gets only what it needs to run.
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_harmless)))
        .env("TMPDIR", temporary)
        // A crash dump holds the page's memory; it goes away with the profile.
        .env("BREAKPAD_DUMP_LOCATION", profile.join("crashes"))
        .env("LANGUAGE", "en_US")
        .spawn()
}

/// Ready as soon as usher is gone or wants no more: its end of the pipe is then closed.
fn owner_gone() -> std::io::Result<oneshot::Receiver<()>> {
    let (gone, receiver) = oneshot::channel();
    // A thread that reads cannot be stopped; it ends with the process.
    std::thread::Builder::new().name("owner".to_owned()).spawn(move || {
        let mut buffer = [0; 64];
        while matches!(std::io::stdin().read(&mut buffer), Ok(1..)) {}
        let _ = gone.send(());
    })?;
    Ok(receiver)
}

async fn over(told: &mut Signal, owner_gone: &mut oneshot::Receiver<()>) {
    tokio::select! {
        _ = told.recv() => {}
        _ = owner_gone => {}
    }
}

/// Everything the driver says, line by line.
fn words_of(child: &mut Child) -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(pass_on(stdout, sender.clone()));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(pass_on(stderr, sender));
    }
    receiver
}

async fn pass_on(stream: impl AsyncRead + Unpin, to: mpsc::UnboundedSender<String>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    // A full pipe would stop the driver, so it is read to its end even when nobody wants the lines.
    while matches!(reader.read_until(b'\n', &mut line).await, Ok(1..)) {
        let _ = to.send(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
    }
}

/// Waits until the driver says on which port it listens.
async fn listening(child: &mut Child, words: &mut mpsc::UnboundedReceiver<String>) -> anyhow::Result<u16> {
    let mut last = VecDeque::new();
    let port = async {
        while let Some(line) = words.recv().await {
            if let Some(port) = port_in(&line) {
                return Some(port);
            }
            last.push_back(line);
            if last.len() > LAST_WORDS {
                last.pop_front();
            }
        }
        None
    };
    let outcome = tokio::time::timeout(PATIENCE, port).await;
    let said = if last.is_empty() { "it said nothing".to_owned() } else { Vec::from(last).join(" | ") };
    match outcome {
        Ok(Some(port)) => Ok(port),
        // Both its ends are closed: it has ended, or is about to.
        Ok(None) => match tokio::time::timeout(Duration::from_secs(1), child.wait()).await {
            Ok(Ok(status)) => anyhow::bail!("the driver ended at once ({status}): {said}"),
            _ => anyhow::bail!("the driver went silent: {said}"),
        },
        Err(_) => anyhow::bail!("the driver does not say where it listens: {said}"),
    }
}

/// `ChromeDriver was started successfully on port 42857.`
fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_that_line_only() {
        assert_eq!(port_in("ChromeDriver was started successfully on port 42857."), Some(42857));
        assert_eq!(port_in("Starting ChromeDriver 156.0.8078.79 (a21c) on port 0"), None);
        assert_eq!(port_in("ChromeDriver was started successfully on port 99999."), None);
    }

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = GuardArguments { driver: "/bin/true".into(), profile: folder.path().to_owned() };
        assert!(Record::of(&arguments.profile).is_none());
        assert!(remove(&arguments.profile).is_err());
        assert!(folder.path().is_dir());
    }
}
