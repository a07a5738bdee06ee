//! Signed-in browsers: their cookies, and the token that proves a request came from one of our own pages.
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// One signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) token: String,
    pub(super) csrf: String,
    pub(super) email: String,
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
