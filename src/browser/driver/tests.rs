//! The driver with real processes: whoever is killed, nobody and nothing is left.
//!
//! The test binary plays usher, the guard and the owner that is killed; the latter two are ignored tests
//! that do nothing unless they are started by another one.
#![expect(clippy::disallowed_methods, reason = "the tests make programs and look at folders")]

use super::*;
use crate::browser::guard::{GuardArguments, run_guard};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Instant;
use tokio::signal::unix::{SignalKind, signal};

const HERE: &str = "browser::driver::tests";

/// With two threads the harness would tell after a minute that this goes on, and end when nobody listens any more.
fn itself(test: &str) -> Vec<OsString> {
    let name = format!("{HERE}::{test}");
    ["--ignored", "--exact", "--test-threads=1", &name, "--"].map(OsString::from).into()
}

/// Ends the line that the harness has begun, so that what is told stands in one of its own.
fn new_line() {
    std::io::stdout().write_all(b"\n").unwrap();
}

fn guard() -> GuardProgram {
    GuardProgram { program: "/proc/self/exe".into(), arguments: itself("as_guard") }
}

#[test]
#[ignore = "played by the other tests"]
fn as_guard() {
    let told: Vec<OsString> = std::env::args_os().skip_while(|argument| argument != "guard").collect();
    if let [_, _, driver, _, profile] = told.as_slice() {
        new_line();
        run_guard(&GuardArguments { driver: driver.into(), profile: profile.into() });
    }
}

#[tokio::test]
#[ignore = "played by the other tests"]
async fn as_owner() {
    let told: Vec<OsString> = std::env::args_os().skip_while(|argument| argument != "owner").collect();
    if let [_, root] = told.as_slice() {
        let programs = find_programs(None, None).unwrap();
        let driver = start_under(&guard(), &programs, Path::new(root)).await.unwrap();
        open_browser(&driver, &programs).await;
        // Whoever started the tests in the background may have it ignore the interrupt; it dies of one all the same.
        let mut interrupted = signal(SignalKind::interrupt()).unwrap();
        new_line();
        let line = format!("{}\n", serde_json::to_string(driver.traces()).unwrap());
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        interrupted.recv().await;
        send(std::process::id(), Signal::KILL);
    }
}

fn installed() -> Option<Programs> {
    find_programs(None, None).ok().filter(|programs| programs.browser.is_some())
}

/// Opens a browser through the driver, as a WebDriver client would.
async fn open_browser(driver: &Driver, programs: &Programs) {
    let arguments = browser_arguments(&driver.profile, (1280, 800), true, sandbox());
    let options = serde_json::json!({ "args": arguments, "binary": programs.browser });
    let body = serde_json::json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } })
        .to_string();
    let request = format!(
        "POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", driver.port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    while !String::from_utf8_lossy(&reply).contains("sessionId") {
        let read = stream.read_buf(&mut reply).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&reply));
    }
}

/// Everybody at work for these traces, the helpers of the browser too.
fn crew(traces: &Traces) -> BTreeSet<ProcessMark> {
    let mut all = BTreeSet::from([traces.guard.clone()]);
    process::descendants(&mut all);
    all
}

/// Waits until nobody of them lives and the folder of profiles is empty.
async fn assert_nothing_left(crew: &BTreeSet<ProcessMark>, root: &Path) {
    let began = Instant::now();
    loop {
        let living: Vec<_> = crew.iter().filter(|mark| mark.is_alive()).collect();
        let kept: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
        if living.is_empty() && kept.is_empty() {
            return;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "left: {living:?} {kept:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn send(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// A driver with an open browser, and everybody at work for it.
async fn at_work(root: &Path) -> Option<(Driver, BTreeSet<ProcessMark>)> {
    let programs = installed()?;
    let driver = start_under(&guard(), &programs, root).await.unwrap();
    open_browser(&driver, &programs).await;
    let crew = crew(driver.traces());
    assert!(crew.len() > 5, "guard, driver, browser and its helpers: {crew:?}");
    Some((driver, crew))
}

#[tokio::test]
async fn stopping_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let Some((driver, crew)) = at_work(root.path()).await else { return };
    driver.stop().await.unwrap();
    assert!(crew.iter().all(|mark| !mark.is_alive()), "it is over when `stop` returns");
    assert_nothing_left(&crew, root.path()).await;
}

#[tokio::test]
async fn dropping_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let Some((driver, crew)) = at_work(root.path()).await else { return };
    drop(driver);
    assert_nothing_left(&crew, root.path()).await;
}

#[tokio::test]
async fn killing_the_driver_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let Some((driver, crew)) = at_work(root.path()).await else { return };
    send(driver.driver_pid, Signal::KILL);
    assert_nothing_left(&crew, root.path()).await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn killing_the_guard_leaves_nothing_after_a_stop_or_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let Some((driver, crew)) = at_work(root.path()).await else { return };
    send(driver.guard_pid, Signal::KILL);
    driver.stop().await.unwrap();
    assert_nothing_left(&crew, root.path()).await;

    let Some((driver, crew)) = at_work(root.path()).await else { return };
    send(driver.guard_pid, Signal::KILL);
    let traces = driver.traces().clone();
    drop(driver);
    while traces.guard.is_alive() {
        sleep(Duration::from_millis(5)).await;
    }
    let mut record = profile::Record::of(&traces.profile).unwrap();
    record.owner.started -= 1;
    record.write(&traces.profile).unwrap();
    let swept = root.path().to_owned();
    let removed = tokio::task::spawn_blocking(move || cleanup_stale(&swept)).await.unwrap();
    assert_eq!(removed, vec![traces.profile]);
    assert_nothing_left(&crew, root.path()).await;
}

#[tokio::test]
async fn a_later_usher_ends_it_by_its_traces() {
    let root = tempfile::tempdir().unwrap();
    let Some((driver, crew)) = at_work(root.path()).await else { return };
    let written = serde_json::to_string(driver.traces()).unwrap();
    let read: Traces = serde_json::from_str(&written).unwrap();
    assert!(tokio::task::spawn_blocking(move || read.end()).await.unwrap());
    assert!(crew.iter().all(|mark| !mark.is_alive()));
    assert_nothing_left(&crew, root.path()).await;
}

/// The owner in a process group of its own, as a shell would start it; and the traces it left.
async fn owner(root: &Path) -> (Child, Traces) {
    let mut command = Command::new("/proc/self/exe");
    command.args(itself("as_owner")).arg("owner").arg(root).process_group(0);
    let mut owner = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Ok(traces) = serde_json::from_str(&line) {
            return (owner, traces);
        }
    }
    panic!("the owner has no driver");
}

#[tokio::test]
async fn killing_the_owner_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    if installed().is_none() {
        return;
    }
    let (mut owner, traces) = owner(root.path()).await;
    let crew = crew(&traces);
    send(owner.id().unwrap(), Signal::KILL);
    assert_nothing_left(&crew, root.path()).await;
    owner.wait().await.unwrap();
}

#[tokio::test]
async fn interrupting_the_terminal_reaches_the_owner_only() {
    let root = tempfile::tempdir().unwrap();
    if installed().is_none() {
        return;
    }
    let (mut owner, traces) = owner(root.path()).await;
    let crew = crew(&traces);
    for signal in [Signal::INT, Signal::HUP] {
        send(traces.guard.pid, signal);
    }
    assert!(traces.guard.is_alive() && traces.driver.is_alive(), "the guard is deaf to both");
    let group = Pid::from_raw(i32::try_from(owner.id().unwrap()).unwrap()).unwrap();
    kill_process_group(group, Signal::INT).unwrap();
    owner.wait().await.unwrap();
    assert_nothing_left(&crew, root.path()).await;
}

/// A program made of a script. Another process copies it: while this one still had the file open for writing
/// in some thread's child, it could not be started.
pub(super) fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let (text, made) = (folder.join(format!("{name}.sh")), folder.join(name));
    std::fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
    let copied = std::process::Command::new("install").args(["-m", "755"]).arg(text).arg(&made).status();
    assert!(copied.unwrap().success());
    made
}

fn fake(folder: &Path, script: &str) -> Programs {
    Programs { driver: program(folder, "fake", script), browser: None }
}

#[tokio::test]
async fn a_driver_that_dies_is_started_again_and_its_last_words_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("profiles");
    let count = folder.path().join("count");
    let programs = fake(folder.path(), &format!("echo >> {}; echo no library >&2; exit 3", count.display()));
    let error = start_under(&guard(), &programs, &root).await.unwrap_err().to_string();
    assert_eq!(error, "the driver ended at once (exit status: 3): no library");
    assert_eq!(std::fs::read_to_string(&count).unwrap().lines().count(), 1 + AGAIN.len());
    assert_nothing_left(&BTreeSet::new(), &root).await;
}

#[tokio::test]
async fn a_driver_that_comes_up_late_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("profiles");
    let Some(real) = installed() else { return };
    let flag = folder.path().join("flag");
    let script = format!(
        "test -e {0} || {{ touch {0}; exit 1; }}; echo a word before; exec {1} \"$@\"",
        flag.display(),
        real.driver.display()
    );
    let driver = start_under(&guard(), &fake(folder.path(), &script), &root).await.unwrap();
    let crew = crew(driver.traces());
    driver.stop().await.unwrap();
    assert_nothing_left(&crew, &root).await;
}

#[tokio::test]
async fn a_port_where_nobody_answers_is_no_driver() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("profiles");
    let script = "echo ChromeDriver was started successfully on port 1.; (sleep 600 &); exec sleep 600";
    let profile = profile::create(&root).unwrap();
    let error = start_once(&guard(), &fake(folder.path(), script).driver, profile).await.unwrap_err();
    assert!(error.to_string().contains("nobody answers there"), "{error}");
    assert_nothing_left(&BTreeSet::new(), &root).await;
}

#[tokio::test]
async fn what_cannot_be_started_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("profiles");
    let programs = Programs { driver: folder.path().join("missing"), browser: None };
    let error = start_under(&guard(), &programs, &root).await.unwrap_err();
    assert!(error.is::<Hopeless>() && error.to_string().starts_with("cannot start `"), "{error}");
    let none = GuardProgram { program: folder.path().join("no-guard"), arguments: Vec::new() };
    assert!(start_under(&none, &programs, &root).await.unwrap_err().is::<Hopeless>());
    let mute = GuardProgram { program: "/bin/true".into(), arguments: Vec::new() };
    let profile = profile::create(&root).unwrap();
    let error = start_once(&mute, &programs.driver, profile).await.unwrap_err();
    assert!(error.to_string().contains("without an answer"), "{error}");
    assert_nothing_left(&BTreeSet::new(), &root).await;
}
