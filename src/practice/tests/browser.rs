//! A browser as far as signing in needs one: cookies per host, redirects, the forms of a page.
use super::{Running, between, options, start};
use crate::practice::heap::encoded;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A console and a browser in front of it.
pub(super) struct Browser {
    pub(super) running: Running,
    /// By host and name.
    pub(super) cookies: BTreeMap<(String, String), String>,
    /// Where it is.
    pub(super) url: String,
    pub(super) status: String,
    /// The head of the last answer, redirects included, in lower case.
    pub(super) heads: String,
    pub(super) page: String,
}

impl Browser {
    /// In front of a fresh console with these knobs.
    pub(super) async fn at(knobs: &[(&str, &str)]) -> Browser {
        Browser::before(start(options(None, knobs)).await.unwrap())
    }

    /// In front of that console.
    pub(super) fn before(running: Running) -> Browser {
        let url = running.url.clone();
        let (status, heads, page) = Default::default();
        Browser { running, cookies: BTreeMap::new(), url, status, heads, page }
    }

    /// Goes to an address, or to a path of the host it is at, and follows redirects.
    pub(super) async fn open(&mut self, to: &str) {
        self.heads.clear();
        let mut next = Some(to.to_owned());
        while let Some(to) = next {
            next = self.send("GET", &to, "", "").await;
        }
    }

    /// Fills and sends the form of the page.
    pub(super) async fn submit(&mut self, fields: &[(&str, &str)]) {
        let action = between(&self.page, "action=\"", '"').replace("&amp;", "&");
        let csrf = between(&self.page, "name=\"_csrf\" value=\"", '"');
        let mut body = vec![("_csrf", csrf)];
        if self.page.contains("type=\"hidden\" name=\"email\"") {
            body.push(("email", between(&self.page, "name=\"email\" value=\"", '"')));
        }
        body.extend(fields);
        let body: Vec<_> = body.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let body = body.join("&");
        self.heads.clear();
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
        let mut next = self.send("POST", &action, headers, &body).await;
        while let Some(to) = next {
            next = self.send("GET", &to, "", "").await;
        }
    }

    /// Signs in where e-mail and password are on one page.
    pub(super) async fn sign_in(&mut self) {
        self.open("/login").await;
        self.fill().await;
    }

    /// Fills the form with e-mail and password.
    pub(super) async fn fill(&mut self) {
        self.submit(&[("email", "it-admin@northwind.example"), ("password", "practice-pass-1")]).await;
    }

    /// Asks an endpoint as the script of the page would: the status and the answer.
    pub(super) async fn ask(&mut self, method: &str, path: &str, body: &str) -> (String, Value) {
        let (url, page, status) = (self.url.clone(), self.page.clone(), self.status.clone());
        let csrf = if page.contains("csrf-token") {
            between(&page, "name=\"csrf-token\" content=\"", '"')
        } else {
            ""
        };
        let headers = format!("Content-Type: application/json\r\nX-CSRF-Token: {csrf}\r\n");
        self.send(method, path, &headers, body).await;
        let answered = (self.status.clone(), serde_json::from_str(&self.page).unwrap_or_default());
        (self.url, self.page, self.status) = (url, page, status);
        answered
    }

    /// What really happened.
    pub(super) async fn truth(&mut self) -> Value {
        let path = format!("{}/_truth", self.running.url);
        self.ask("GET", &path, "").await.1
    }

    /// Turns a knob while the console runs.
    pub(super) async fn turn(&mut self, name: &str, value: &str) {
        let path = format!("{}/_knobs", self.running.url);
        let answer = self.ask("POST", &path, &serde_json::json!({ name: value }).to_string()).await;
        assert_eq!(answer.0, "200", "{}", answer.1);
    }

    /// The path it is at.
    pub(super) fn path(&self) -> &str {
        self.url.splitn(4, '/').nth(3).unwrap()
    }

    #[track_caller]
    pub(super) fn shows(&self, text: &str) {
        assert!(self.page.contains(text), "`{text}` is not on the page at {}:\n{}", self.url, self.page);
    }

    #[track_caller]
    pub(super) fn is_at(&self, path: &str) {
        assert_eq!((self.status.as_str(), self.path()), ("200", path), "{}", self.page);
    }

    /// One exchange; answers with where it redirects to.
    async fn send(&mut self, method: &str, to: &str, headers: &str, body: &str) -> Option<String> {
        let here = self.url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        self.url = if to.starts_with('/') { here + to } else { to.to_owned() };
        let (authority, path) = self.url["http://".len()..].split_once('/').unwrap();
        let (host, port) = authority.split_once(':').unwrap();
        let cookies: Vec<_> = self.cookies.iter().filter(|((of, _), _)| of == host).collect();
        let cookies: Vec<_> = cookies.iter().map(|((_, name), value)| format!("{name}={value}")).collect();
        let request = format!(
            "{method} /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\nCookie: {}\r\n{headers}\r\n{body}",
            body.len(),
            cookies.join("; ")
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, page) = answer.split_once("\r\n\r\n").unwrap();
        let mut location = None;
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                let key = (host.to_owned(), name.to_owned());
                if cookie.contains("Max-Age=0") {
                    self.cookies.remove(&key);
                } else {
                    self.cookies.insert(key, value.to_owned());
                }
            }
            location = line.strip_prefix("location: ").map(str::to_owned).or(location);
        }
        self.status = head.split(' ').nth(1).unwrap().to_owned();
        self.heads += &head.to_lowercase();
        page.clone_into(&mut self.page);
        location
    }
}

/// The requests of that action: path, status, whether it took effect.
pub(super) fn recorded(truth: &Value, action: &str) -> Vec<(String, u64, bool)> {
    let requests = truth["requests"].as_array().unwrap().iter();
    requests
        .filter(|request| request["action"] == action)
        .map(|request| {
            let path = request["path"].as_str().unwrap().to_owned();
            (path, request["status"].as_u64().unwrap(), request["applied"].as_bool().unwrap())
        })
        .collect()
}
