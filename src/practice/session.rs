//! Signed-in browsers: their cookies, and the token that proves a request came from one of our own pages.
use super::knobs::{Knobs, Switch};
use super::passage::Passage;
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// One signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) token: String,
    pub(super) csrf: String,
    pub(super) email: String,
    /// Whether its cookie outlives the browser.
    #[serde(default)]
    pub(super) stays: bool,
    /// Whether it is one of the account's sandbox.
    #[serde(default)]
    pub(super) sandbox: bool,
    /// The requests that the knob for it has counted.
    #[serde(default)]
    pub(super) requests: u64,
    /// Until when its password counts as asked again (milliseconds since 1970).
    #[serde(default)]
    confirmed_until: i64,
    /// What the browser must keep in its storage.
    #[serde(default)]
    pub(super) stored: Option<Stored>,
}

/// The two tokens a browser keeps in its storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    /// In its local storage.
    pub(super) token: String,
    /// In its session storage, which is the tab's own.
    pub(super) tab: String,
    /// Whether a page has carried them to it.
    pub(super) given: bool,
}

/// How long a password that was asked again holds, in milliseconds.
const CONFIRMED: i64 = 600_000;

impl Session {
    /// The session that a sign-in ends in.
    pub(super) fn new(passage: &Passage, knobs: &Knobs, [token, csrf, stored, tab]: [String; 4]) -> Session {
        let door = &knobs.door;
        Session {
            token,
            csrf,
            email: door.signs_in_as.clone().unwrap_or_else(|| passage.account.clone()),
            stays: passage.stay == Some(true),
            sandbox: passage.sandbox == Some(true),
            requests: 0,
            confirmed_until: 0,
            stored: (door.storage_token == Switch::On).then_some(Stored { token: stored, tab, given: false }),
        }
    }

    /// Notes that the password was asked again and right.
    pub(super) fn confirm(&mut self, now: i64) {
        self.confirmed_until = now + CONFIRMED;
    }

    /// Whether the password was asked again a short while ago.
    pub(super) fn is_confirmed(&self, now: i64) -> bool {
        self.confirmed_until > now
    }
}

/// How many browsers stay signed in; the oldest leaves first.
pub(super) const KEPT: usize = 200;

/// The value of the cookie of that name.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The `Set-Cookie` value that sets a cookie, or ends it if `value` is empty.
pub(super) fn set_cookie(name: &str, value: &str) -> String {
    let age = if value.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}")
}

/// As [`set_cookie`]; one that stays outlives the browser by thirty days.
pub(super) fn set_session_cookie(name: &str, value: &str, stays: bool) -> String {
    let age = if stays { "; Max-Age=2592000" } else { "" };
    set_cookie(name, value) + age
}

/// The token a request carries in its `X-CSRF-Token` header.
pub(super) fn csrf(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-csrf-token").and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_one_cookie_among_many() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; practice_b=two; c=3".parse().unwrap());
        assert_eq!(cookie(&headers, "practice_b"), Some("two"));
        assert_eq!(cookie(&headers, "b"), None);
    }
}
