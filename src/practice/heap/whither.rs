//! Where a browser wants to go once it may: the `redirect` that sign-in pages carry along.
use serde::Deserialize;

/// The query of a sign-in page.
#[derive(Default, Deserialize)]
pub(super) struct Whither {
    pub(super) redirect: Option<String>,
}

impl Whither {
    /// Where to go after signing in; only ever a page of this console.
    pub(super) fn page(&self) -> &str {
        self.redirect
            .as_deref()
            .filter(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']))
            .filter(|to| to.is_ascii())
            .unwrap_or("/app/dashboard")
    }

    /// A page that carries it along.
    pub(super) fn on(&self, path: &str) -> String {
        self.redirect
            .as_deref()
            .map_or_else(|| path.to_owned(), |to| format!("{path}?redirect={}", encoded(to)))
    }
}

/// A path as the value of a query parameter.
pub(in super::super) fn encoded(text: &str) -> String {
    let mut query = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push('%');
            query.extend(
                [byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])),
            );
        }
    }
    query
}
