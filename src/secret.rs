//! Secrets in memory: no `Display`, no `Serialize`, wiped when dropped.

use std::fmt;
use zeroize::Zeroizing;

/// A password or another value that must reach nothing but the field it is typed into.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value in.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Hands the value out; the caller types it and keeps no copy.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
