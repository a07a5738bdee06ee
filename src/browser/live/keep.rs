//! What the browser holds for a tenant, taken out whole and put into another browser: `HttpOnly` and session cookies too.

use super::{HOME, Live};
use crate::browser::answer::text;
use crate::browser::{Browser as _, Jar, Trouble};
use crate::secret::Secret;
use anyhow::anyhow;
use serde_json::{Map, Value, json};

/// What this page's origin has stored.
const STORED: &str = "const all = (area) => { const held = {}; \
     for (let i = 0; i < area.length; i += 1) held[area.key(i)] = area.getItem(area.key(i)); return held; }; \
     arguments[1]({ origin: window.origin, local: all(localStorage), session: all(sessionStorage) });";

/// Puts it back before the first script of a page runs. Frames are left alone: they share what their window has.
const STORE: &str = "(() => { const all = HELD; const mine = all[window.origin]; if (!mine || window !== window.top) return; \
     for (const [key, value] of Object.entries(mine.local)) localStorage.setItem(key, value); \
     for (const [key, value] of Object.entries(mine.session)) sessionStorage.setItem(key, value); })();";

/// What of a cookie makes it again. Anything else only describes it.
const OF_A_COOKIE: [&str; 11] = [
    "name",
    "value",
    "domain",
    "path",
    "secure",
    "httpOnly",
    "sameSite",
    "priority",
    "sourceScheme",
    "sourcePort",
    "partitionKey",
];

impl Live {
    /// Takes out what is held for the tenant's origins, and nothing of any other site.
    pub(super) async fn fill_jar(&self) -> Result<Jar, Trouble> {
        let answer = self.wire.vendor("Network.getAllCookies", &json!({})).await?;
        let hosts: Vec<String> = self.origins.iter().filter_map(|origin| host(origin)).collect();
        let cookies: Vec<Value> = answer
            .get("cookies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|cookie| hosts.iter().any(|host| belongs(text(cookie, "domain"), host)))
            .map(again)
            .collect();
        let stored = self
            .wire
            .script(&format!("'use strict'; {HOME}{STORED}"), &json!({ "origins": self.origins }))
            .await?;
        let origin = text(&stored, "origin").to_owned();
        let storage = if origin.is_empty() { json!({}) } else { json!({ &origin: stored }) };
        let lasting: Option<Vec<i64>> = cookies.iter().map(ends).collect();
        let mut origins = self.origins.clone();
        origins.sort();
        origins.dedup();
        let content = json!({ "cookies": cookies, "storage": storage }).to_string();
        Ok(Jar {
            origins,
            ends: lasting.and_then(|ends| ends.into_iter().max()),
            content: Secret::new(content),
        })
    }

    /// Puts everything in before the first page, and opens an address with it.
    pub(super) async fn empty_jar(&mut self, jar: &Jar, url: &str) -> Result<(), Trouble> {
        let content: Value = serde_json::from_str(jar.content.reveal())
            .map_err(|_| Trouble::Broken(anyhow!("the kept session is not one that usher wrote")))?;
        let none = Value::Array(Vec::new());
        let cookies = content.get("cookies").unwrap_or(&none);
        self.wire.vendor("Network.setCookies", &json!({ "cookies": cookies })).await?;
        let held = content.get("storage").map_or_else(|| "{}".to_owned(), Value::to_string);
        // JSON is JavaScript but for two signs that end a line in older readings of it.
        let held = held.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        let plant = json!({ "source": STORE.replacen("HELD", &held, 1) });
        let planted = self.wire.vendor("Page.addScriptToEvaluateOnNewDocument", &plant).await?;
        let opened = self.open(url).await;
        // Only the first page gets what was kept: from then on the pages themselves know better.
        let number = json!({ "identifier": planted.get("identifier") });
        self.wire.vendor("Page.removeScriptToEvaluateOnNewDocument", &number).await?;
        opened
    }
}

fn host(origin: &str) -> Option<String> {
    url::Url::parse(origin).ok()?.host_str().map(str::to_lowercase)
}

/// Whether a cookie of this domain is sent to this host.
fn belongs(domain: &str, host: &str) -> bool {
    let domain = domain.to_lowercase();
    match domain.strip_prefix('.') {
        Some(parent) => host == parent || host.ends_with(&domain),
        None => host == domain,
    }
}

/// When a cookie ends, in seconds since 1970; none for one that ends with its browser.
#[expect(clippy::cast_possible_truncation, reason = "a date far beyond any session")]
fn ends(cookie: &Value) -> Option<i64> {
    cookie.get("expires").and_then(Value::as_f64).map(|seconds| seconds as i64)
}

/// A cookie as it is made again.
fn again(cookie: &Value) -> Value {
    let mut made = Map::new();
    for name in OF_A_COOKIE {
        if let Some(value) = cookie.get(name).filter(|value| !value.is_null()) {
            made.insert(name.to_owned(), value.clone());
        }
    }
    let lasts = cookie.get("session").and_then(Value::as_bool) != Some(true);
    if let Some(expires) = cookie.get("expires").filter(|_| lasts) {
        made.insert("expires".to_owned(), expires.clone());
    }
    Value::Object(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_of_other_sites_are_left() {
        assert!(belongs(".acme.test", "app.acme.test") && belongs(".acme.test", "acme.test"));
        assert!(belongs("app.acme.test", "app.acme.test"));
        assert!(!belongs("app.acme.test", "acme.test") && !belongs("acme.test", "app.acme.test"));
        assert!(!belongs(".acme.test", "notacme.test"));
    }

    #[test]
    fn a_session_cookie_stays_one() {
        let cookie = |session| json!({ "name": "a", "value": "b", "domain": "x", "size": 2, "session": session, "expires": 9.5 });
        assert_eq!(again(&cookie(true)).get("expires"), None);
        assert_eq!(ends(&again(&cookie(false))), Some(9));
        assert_eq!(again(&cookie(false)).get("size"), None);
    }
}
