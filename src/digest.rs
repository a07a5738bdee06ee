//! SHA-256 digests: the one door of `sha2`.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256 digest, written as 64 lowercase hex digits (what `sha256sum` prints).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::written(&Sha256::digest(bytes.as_ref()))
    }

    fn written(sum: &[u8]) -> Self {
        use fmt::Write as _;
        let mut hex = String::with_capacity(64);
        for byte in sum {
            write!(hex, "{byte:02x}").expect("a String takes any write");
        }
        Self(hex)
    }

    /// A digest that somebody wrote down; `None` unless it is 64 lowercase hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let good = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        good.then(|| Self(text.to_owned()))
    }

    /// All 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits: enough for a person to compare by eye.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// The digest of bytes that come one part after another and are never held whole.
#[derive(Clone, Debug, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next part.
    pub fn take(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was taken so far.
    pub fn digest(&self) -> Digest {
        Digest::written(&self.0.clone().finalize())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, Hasher};

    #[test]
    fn agrees_with_sha256sum() {
        assert_eq!(
            Digest::of("abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(Digest::parse(Digest::of("abc").as_str()), Some(Digest::of("abc")));
        assert_eq!(Digest::parse("BA78"), None);
    }

    #[test]
    fn the_parts_give_what_the_whole_gives() {
        let mut hasher = Hasher::default();
        hasher.take(b"a");
        assert_eq!(hasher.digest(), Digest::of("a"));
        hasher.take(b"bc");
        assert_eq!(hasher.digest(), Digest::of("abc"));
    }
}
