//! A real console that nobody here wrote, started by its script in `tests/real` for one test, and what it knows by itself.

use crate::harness::{ROOT, Usher};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How much of a long piece of work is done: all of it by `make test-real`, by `make test` a part that is quick enough for
/// every change.
pub(crate) fn size<T>(part: T, whole: T) -> T {
    if std::env::var_os("WHOLE").is_some() { whole } else { part }
}

/// A running console. It ends with the value, a test's panic included, and with the tests, however those end.
pub(crate) struct Real {
    script: PathBuf,
    folder: tempfile::TempDir,
    told: Value,
    /// Stops it as soon as its standard input ends.
    stops: Child,
}

impl Real {
    /// Starts one: `name` is its script, `people` the text of its `PEOPLE_FILE` (tabs between the fields, as the script
    /// says), `more` further variables of the script.
    pub(crate) fn start(name: &str, people: &str, more: &[(&str, &str)]) -> Self {
        let script = Path::new(ROOT).join("tests/real").join(format!("{name}.sh"));
        let folder = tempfile::tempdir().unwrap();
        // In a session of its own: Ctrl-C ends the tests, and it must still be there then.
        let stops = Command::new("setsid")
            .args(["sh", "-c", "read -r _; \"$0\" stop \"$1/w\" && rm -rf \"$1\""])
            .arg(&script)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut console = Self { script, folder, told: Value::Null, stops };
        let file = console.folder.path().join("people.tsv");
        std::fs::write(&file, people).unwrap();
        // What is costly to make is made once and kept between tests.
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let mut start = console.command("start", &[]);
        start.env("TEMPLATE", &kept).env("CACHE", &kept).env("PEOPLE_FILE", file).envs(more.iter().copied());
        console.told = serde_json::from_str(&said(start)).unwrap();
        console
    }

    fn command(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.script);
        command.arg(verb).arg(self.instance()).args(arguments).env_remove("PEOPLE").stdin(Stdio::null());
        command
    }

    /// The lines that a verb of its script prints.
    pub(crate) fn ask(&self, verb: &str) -> Vec<String> {
        said(self.command(verb, &[])).lines().map(str::to_owned).collect()
    }

    /// Its folder.
    pub(crate) fn instance(&self) -> PathBuf {
        self.folder.path().join("w")
    }

    /// What it told when it started.
    pub(crate) fn told(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap()
    }

    /// Everybody, by what it keeps itself.
    pub(crate) fn truth(&self) -> Vec<Value> {
        self.ask("truth").iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How often its web server, PHP's or Django's, was sent a form at this path, whatever became of it.
    pub(crate) fn posts_to(&self, path: &str) -> usize {
        // Where a server only notes what it has answered, its script notes what arrives.
        let log = |name: &str| std::fs::read_to_string(self.instance().join("log").join(name));
        let log = log("arrivals.log").or_else(|_| log("web.log")).unwrap();
        log.lines()
            .filter(|line| line.split_once("POST ").is_some_and(|(_, at)| at.starts_with(path)))
            .count()
    }

    /// Lets a label of its pages read otherwise from now on; the two swapped take it back.
    pub(crate) fn relabel(&self, from: &str, to: &str) {
        said(self.command("relabel", &[from, to]));
    }

    /// What it answers at this path to somebody who is not signed in.
    pub(crate) fn page(&self, path: &str) -> String {
        let host = self.told("url").trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
        let mut page = Vec::new();
        stream.read_to_end(&mut page).unwrap();
        String::from_utf8_lossy(&page).into_owned()
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.stops.stdin.take());
        let ended = self.stops.wait();
        let script = self.script.display();
        assert!(
            ended.is_ok_and(|status| status.success()) || std::thread::panicking(),
            "{script}: did not stop"
        );
    }
}

/// What a command prints, which must succeed.
#[track_caller]
fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Usher {
    /// Adds a tenant of this app: this console, as this account. `more` is further TOML of its table.
    pub(crate) fn real(self, console: &Real, app: &str, account: &str, password: &str, more: &str) -> Self {
        self.tenant(app, console.told("url"), account, "Corp", more)
            .env(&format!("{}_PASSWORD", app.to_uppercase()), password)
    }
}
