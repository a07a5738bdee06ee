//! What the tests stand on: usher as a program, in a folder of its own, and practice consoles with their truth.

use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use usher::journal::{Broken, Entry};

/// The program under test.
pub(crate) const USHER: &str = env!("CARGO_BIN_EXE_usher");
/// Where `scripts/` and `selectors/` are.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// All that a journal holds, where it breaks, and the bytes of a torn last line.
pub(crate) fn entries(journal: &Path) -> (Vec<Entry>, Option<Broken>, u64) {
    let mut entries = Vec::new();
    let read = usher::journal::read(journal, |entry, _| entries.push(entry.clone())).unwrap();
    (entries, read.broken, read.torn)
}

/// usher in a folder of its own, with a usher.toml.
pub(crate) struct Usher {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// Holds the exit code.
    #[track_caller]
    pub(crate) fn code(&self, wanted: i32) -> &Self {
        assert_eq!(self.status.code(), Some(wanted), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Holds that standard error says this.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "`{words}` is not in:\n{}\n{}", self.stderr, self.stdout);
        self
    }
}

impl Usher {
    /// A folder with a usher.toml that finds the shipped packs.
    pub(crate) fn new() -> Self {
        let usher = Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() };
        usher.file("usher.toml", format!("[run]\nfolder = \"screenshots\"\npacks = {ROOT:?}\n"));
        usher
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into it.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Sets a variable for every command.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a tenant `heap`: this practice console.
    pub(crate) fn heap(self, console: &Practice) -> Self {
        self.tenant("heap", &console.url, &console.account, &console.tenant, "practice = true")
            .env("HEAP_PASSWORD", &console.password)
    }

    /// The same, with further lines of TOML.
    pub(crate) fn heap_with(self, console: &Practice, more: &str) -> Self {
        let more = format!("practice = true\n{more}");
        self.tenant("heap", &console.url, &console.account, &console.tenant, &more)
            .env("HEAP_PASSWORD", &console.password)
    }

    /// Adds a tenant whose password is in `APP_PASSWORD`; `more` is further TOML of its table.
    pub(crate) fn tenant(self, app: &str, url: &str, account: &str, tenant: &str, more: &str) -> Self {
        let path = self.path().join("usher.toml");
        let mut text = std::fs::read_to_string(&path).unwrap();
        let _ = write!(
            text,
            "\n[apps.{app}]\nurl = {url:?}\naccount = {account:?}\ntenant = {tenant:?}\n{more}\n[apps.{app}.secrets]\npassword = {{ env = \"{}_PASSWORD\" }}\n",
            app.to_uppercase()
        );
        std::fs::write(path, text).unwrap();
        self
    }

    /// Gives it a copy of a shipped pack, and says where its packs are then.
    pub(crate) fn own_pack(&self, app: &str) -> PathBuf {
        let packs = self.path().join("packs");
        for side in ["scripts", "selectors"] {
            copy(&Path::new(ROOT).join(side).join(app), &packs.join(side).join(app));
        }
        self.rewrites("usher.toml", &format!("packs = {ROOT:?}"), "packs = \"packs\"");
        packs
    }

    /// Changes one of its files; what is to be changed must be in it.
    pub(crate) fn rewrites(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path().join(name)).unwrap();
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        self.file(name, changed);
    }

    /// A command in this folder, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(USHER);
        command
            .args(arguments)
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            // Locks of tenants belong to a user; each test is one of its own.
            .env("XDG_STATE_HOME", self.path().join("state"))
            .stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs usher to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let output = self.command(arguments).output().unwrap();
        Done {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The run folders, oldest first.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path().join("screenshots")).into_iter().flatten().flatten();
        let mut runs: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.join("plan.json").is_file()).collect();
        runs.sort();
        runs
    }

    /// The facts of a run's journal, as JSON.
    pub(crate) fn facts(run: &Path) -> Vec<Value> {
        let text = std::fs::read_to_string(run.join("journal.jsonl")).unwrap_or_default();
        let whole = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        whole.map(|entry| entry["fact"].clone()).collect()
    }

    /// The last outcome of each person of a run, revisions counted.
    pub(crate) fn outcomes(run: &Path) -> std::collections::BTreeMap<String, String> {
        let mut outcomes = std::collections::BTreeMap::new();
        for fact in Self::facts(run) {
            let text = |name: &str| fact[name].as_str().unwrap_or_default().to_owned();
            match fact["fact"].as_str() {
                Some("job_ended" | "decided") => outcomes.insert(text("person"), text("outcome")),
                Some("outcome_revised") => outcomes.insert(text("person"), text("to")),
                _ => None,
            };
        }
        outcomes
    }
}

/// The last fact of this kind in a run's journal; with a person, the last one about them.
#[track_caller]
pub(crate) fn fact(run: &Path, kind: &str, person: &str) -> Value {
    let facts = Usher::facts(run);
    let of = |fact: &&Value| fact["fact"] == kind && (person.is_empty() || fact["person"] == person);
    facts.iter().rev().find(of).unwrap_or_else(|| panic!("no {kind} of {person}: {facts:#?}")).clone()
}

/// A file of a run, as text.
#[track_caller]
pub(crate) fn file_of(run: &Path, name: &str) -> String {
    std::fs::read_to_string(run.join(name)).unwrap()
}

/// A practice console in a process of its own, ended by its own pid.
pub(crate) struct Practice {
    child: Child,
    pub(crate) url: String,
    pub(crate) account: String,
    pub(crate) password: String,
    pub(crate) tenant: String,
    /// Where else one signs in.
    pub(crate) origins: Vec<String>,
    folder: tempfile::TempDir,
}

impl Practice {
    /// Starts Heap's, with these knobs.
    pub(crate) fn start(knobs: &[&str]) -> Self {
        Self::over(tempfile::tempdir().unwrap(), knobs)
    }

    /// Ends it, and starts it again with these knobs and its state rewritten.
    pub(crate) fn again(mut self, knobs: &[&str], rewritten: impl FnOnce(String) -> String) -> Self {
        self.goes_away();
        let state = rewritten(std::fs::read_to_string(self.state()).unwrap());
        std::fs::write(self.state(), state).unwrap();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::over(folder, knobs)
    }

    fn over(folder: tempfile::TempDir, knobs: &[&str]) -> Self {
        let (child, told) = Self::spawn(&folder.path().join("state.json"), "0", knobs);
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Self {
            child,
            url: text("url"),
            account: text("account"),
            password: text("password"),
            tenant: text("tenant"),
            origins: told["origins"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| one.as_str().unwrap().to_owned())
                .collect(),
            folder,
        }
    }

    /// Ends it: nobody answers at its address any more.
    pub(crate) fn goes_away(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it anew after that, at the same address and with the state that it had.
    pub(crate) fn comes_back(&mut self) {
        let port = self.url.rsplit(':').next().unwrap();
        self.child = Self::spawn(&self.state(), port, &[]).0;
    }

    fn spawn(state: &Path, port: &str, knobs: &[&str]) -> (Child, Value) {
        let mut command = Command::new(USHER);
        command.args(["practice", "heap/users-permissions", "--json", "--port", port, "--state"]).arg(state);
        for knob in knobs {
            command.args(["--knob", knob]);
        }
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (child, serde_json::from_str(&line).unwrap())
    }

    /// The file that it keeps its state in.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state.json")
    }

    /// What really happened: everybody, and every state-changing request in order.
    pub(crate) fn truth(&self) -> Value {
        self.http("GET", "/_truth", "")
    }

    /// Turns a knob while it runs.
    #[track_caller]
    pub(crate) fn knob(&self, name: &str, value: &str) {
        let standing = self.http("POST", "/_knobs", &serde_json::json!({ name: value }).to_string());
        assert_eq!(standing.get("error"), None, "{name}={value}");
    }

    /// Somebody else changes something meanwhile; whether anything is different now.
    pub(crate) fn change(&self, change: &Value) -> bool {
        self.http("POST", "/_change", &change.to_string())["changed"].as_u64().unwrap() > 0
    }

    /// Asks the console for something that only a test may ask for.
    pub(crate) fn post(&self, path: &str) -> Value {
        self.http("POST", path, "{}")
    }

    /// Everybody with this address, whatever its case.
    pub(crate) fn people_with(&self, email: &str) -> Vec<Value> {
        let truth = self.truth();
        let people = truth["people"].as_array().unwrap();
        people
            .iter()
            .filter(|p| p["email"].as_str().unwrap().to_lowercase() == email.to_lowercase())
            .cloned()
            .collect()
    }

    /// The addresses of every request of this action that took effect, in order.
    pub(crate) fn applied(&self, action: &str) -> Vec<String> {
        let truth = self.truth();
        let requests = truth["requests"].as_array().unwrap();
        let done =
            requests.iter().filter(|request| request["action"] == action && request["applied"] == true);
        done.map(|request| request["email"].as_str().unwrap().to_owned()).collect()
    }

    /// The addresses of every request of this action, whatever became of it, in order.
    pub(crate) fn asked(&self, action: &str) -> Vec<String> {
        let truth = self.truth();
        let requests = truth["requests"].as_array().unwrap();
        let asked = requests.iter().filter(|request| request["action"] == action);
        asked.map(|request| request["email"].as_str().unwrap().to_owned()).collect()
    }

    fn http(&self, method: &str, path: &str, body: &str) -> Value {
        let host = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a driver directly, past usher.
pub(crate) fn webdriver(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let body = body.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    for line in answer.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
        if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).unwrap();
    serde_json::from_slice::<Value>(&body).unwrap()["value"].clone()
}

/// Holds a text against the one that was accepted; `UPDATE=1` accepts this one instead.
#[track_caller]
pub(crate) fn golden(path: &Path, got: &str) {
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(path, got).unwrap();
        return;
    }
    let wanted = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        wanted == got,
        "{} says otherwise; `UPDATE=1` accepts what is said now\n--- accepted\n{wanted}\n--- now\n{got}",
        path.display()
    );
}

/// The folders of a folder, in order.
pub(crate) fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

/// Copies a folder with everything in it over another.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let goal = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &goal);
        } else {
            std::fs::copy(&path, &goal).unwrap();
        }
    }
}
