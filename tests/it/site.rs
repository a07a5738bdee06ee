//! Small pages of a test's own, the real browser on them, and the page's own server as judge.

use crate::harness::USHER;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use usher::browser::driver::{Driver, GuardProgram, find_programs, start_under};
use usher::browser::{Binding, Connect, Described, Live, Pattern, Refused, Target, Trouble, begin};
use usher::journal::RefusalKind;

/// A server of fixed pages that remembers what it was asked for. It ends with its listener.
pub(crate) struct Site {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(crate) fn start(page: fn(&str) -> &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if answer(stream, page, &heard).is_none() {
                    return;
                }
            }
        });
        Self { url, asked }
    }

    /// Lets a page go on that asks for `/may` until it may.
    pub(crate) fn go(&self) {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        stream.write_all(b"GET /go HTTP/1.1\r\n\r\n").unwrap();
    }

    /// Lets no page go on any more.
    pub(crate) fn halt(&self) {
        self.asked.lock().unwrap().retain(|asked| asked != "/go");
    }

    /// How often it was asked for anything below a path.
    pub(crate) fn count_below(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with(path)).count()
    }

    /// How often it was asked for this.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(self.url.trim_start_matches("http://")) {
            let _ = stream.write_all(b"GET /end HTTP/1.1\r\n\r\n");
        }
    }
}

/// Answers one request; none when it was the last.
fn answer(mut stream: TcpStream, page: fn(&str) -> &'static str, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    if path == "/end" {
        return None;
    }
    while lines.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
    heard.lock().unwrap().push(path.clone());
    // The page asks whether it may go on; the test says so by asking for `/go` itself.
    let go = heard.lock().unwrap().iter().any(|asked| asked == "/go");
    let body = if path == "/may" { if go { "yes" } else { "no" } } else { page(&path) };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    Some(())
}

pub(crate) fn role(name: &str) -> Described {
    Described::Role { role: Some("button".to_owned()), names: vec![name.to_owned()] }
}

pub(crate) fn css(value: &str) -> Described {
    Described::Css { value: value.to_owned() }
}

pub(crate) fn target(name: &str, described: Vec<Described>) -> Target {
    Target { name: name.to_owned(), described, inside: None, secret: false, place: None }
}

pub(crate) fn dialog(name: &str) -> Target {
    let described = Described::Role { role: Some("dialog".to_owned()), names: vec![name.to_owned()] };
    target("dialog", vec![described])
}

pub(crate) fn binding(name: &str, key: &str, foreign: &[&str]) -> Binding {
    Binding {
        names: dialog(name),
        expect: Pattern::Token(key.to_owned()),
        foreign: foreign.iter().map(|key| (*key).to_owned()).collect(),
        filled: Vec::new(),
    }
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(
    result: Result<T, Trouble>,
    kind: RefusalKind,
    words: &[&str],
) -> Box<Refused> {
    match result {
        Err(Trouble::Refused(refused)) => {
            assert_eq!(refused.kind, kind, "{refused:?}");
            for words in words {
                assert!(refused.message.contains(words), "`{words}` is not in: {refused:?}");
            }
            refused
        }
        other => panic!("it should have been refused as {kind:?}: {other:?}"),
    }
}

/// A browser of the test's own, under usher's guard: it is gone when the test is, however it ends.
pub(crate) async fn browser() -> (Driver, Live, tempfile::TempDir) {
    let profiles = tempfile::tempdir().unwrap();
    let programs = find_programs(None, None).unwrap();
    let guard = GuardProgram { program: USHER.into(), arguments: Vec::new() };
    let driver = start_under(&guard, &programs, profiles.path()).await.unwrap();
    let connect = Connect {
        url: driver.url.clone(),
        browser: programs.browser.clone(),
        profile: Some(driver.profile.clone()),
        headless: true,
        viewport: (1000, 700),
    };
    let live = begin(&connect).await.unwrap();
    (driver, live, profiles)
}
