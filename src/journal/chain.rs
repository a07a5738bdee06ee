//! The hash chain: how an entry is sealed, and how a chain is verified. Pure.
//!
//! A line is the entry as JSON with its seal as the last member. The seal is the SHA-256 of the line's bytes up to
//! there, closed by a brace; the entry before is in it by its own seal. Exactly the bytes on disk are verified, so
//! there is no second way to write the same entry.

use super::{Entry, Fact};
use crate::digest::{Digest, Hasher};
use crate::safe;
use serde::Serialize;

/// The digest that seals an entry.
pub type Seal = Digest;

#[derive(Serialize)]
struct Unsealed<'a> {
    seq: u64,
    at: &'a str,
    fact: &'a Fact,
    prev: &'a Seal,
}

/// Why a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// What the first entry chains to.
pub(super) fn root() -> Seal {
    Digest::of(b"usher journal")
}

/// Seals a fact: the entry, and its line without the newline.
pub fn seal_line(seq: u64, at: &str, fact: Fact, prev: &Seal) -> (Entry, String) {
    let unsealed = Unsealed { seq, at, fact: &fact, prev };
    // Also whoever looks at the journal itself in a terminal is not steered by what a page said.
    let mut line = safe::json(&serde_json::to_string(&unsealed).expect("a fact is plain data"));
    let seal = Digest::of(&line);
    line.truncate(line.len() - 1);
    line.push_str(",\"seal\":\"");
    line.push_str(seal.as_str());
    line.push_str("\"}");
    (Entry { seq, at: at.to_owned(), fact, prev: prev.clone(), seal }, line)
}

/// Length of `,"seal":"<64 hex>"}`.
const TAIL: usize = 9 + 64 + 2;

/// Reads one line and recomputes its seal.
fn open_line(line: &[u8], seq: u64, prev: &Seal) -> Result<Entry, String> {
    let cut = line.len().checked_sub(TAIL).ok_or("the line is too short to be an entry")?;
    let (body, tail) = line.split_at(cut);
    let digits = tail
        .strip_prefix(b",\"seal\":\"")
        .and_then(|rest| rest.strip_suffix(b"\"}"))
        .ok_or("the line does not end in a seal")?;
    let mut hasher = Hasher::default();
    hasher.take(body);
    hasher.take(b"}");
    let seal = hasher.digest();
    if seal.as_str().as_bytes() != digits {
        let claimed = String::from_utf8_lossy(digits);
        return Err(format!(
            "its bytes give {}, its seal says {}",
            seal.short(),
            claimed.get(..12).unwrap_or(&claimed)
        ));
    }
    let entry: Entry = serde_json::from_slice(line)
        .map_err(|error| format!("it is not an entry: {}", safe::json_error(&error)))?;
    if entry.seq != seq {
        return Err(format!("it is number {}, but number {seq} belongs here", entry.seq));
    }
    if &entry.prev != prev {
        return Err(format!("it follows {}, but the entry before is {}", entry.prev.short(), prev.short()));
    }
    Ok(entry)
}

/// A chain that is verified line by line.
#[derive(Clone, Debug)]
pub struct Chain {
    /// How many entries hold so far.
    pub count: u64,
    /// The seal of the last of them.
    pub head: Seal,
}

impl Chain {
    /// One without an entry yet.
    pub(super) fn begun() -> Self {
        Self { count: 0, head: root() }
    }

    /// Verifies the next line, without its newline. Nothing holds that stands behind one that does not.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<Entry, Broken> {
        let number = self.count + 1;
        let entry = open_line(line, number, &self.head).map_err(|why| Broken { line: number, why })?;
        self.head.clone_from(&entry.seal);
        self.count = number;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<String> {
        let mut prev = root();
        let mut all = Vec::new();
        for seq in 1..=4 {
            let fact = Fact::JobBegun { job: u32::try_from(seq).unwrap(), person: format!("p{seq}@x.test") };
            let (entry, line) = seal_line(seq, "2026-01-01T00:00:00.000Z", fact, &prev);
            prev = entry.seal;
            all.push(line);
        }
        all
    }

    fn verify<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<u64, Broken> {
        let mut chain = Chain::begun();
        lines.into_iter().try_for_each(|line| chain.take(line).map(drop))?;
        Ok(chain.count)
    }

    fn of(lines: &[String]) -> Result<u64, Broken> {
        verify(lines.iter().map(String::as_bytes))
    }

    #[test]
    fn holds_and_breaks() {
        let good = lines();
        assert_eq!(of(&good).unwrap(), 4);
        let mut removed = good.clone();
        removed.remove(1);
        assert_eq!(of(&removed).unwrap_err().line, 2);
        let mut swapped = good.clone();
        swapped.swap(1, 2);
        assert_eq!(of(&swapped).unwrap_err().line, 2);
        let mut repeated = good.clone();
        repeated.insert(2, good[1].clone());
        assert_eq!(of(&repeated).unwrap_err().line, 3);
    }

    #[test]
    fn every_single_byte_counts() {
        let good = lines();
        for index in 0..good[1].len() {
            let mut bytes = good[1].clone().into_bytes();
            bytes[index] ^= 1;
            let parts = [good[0].as_bytes(), &bytes, good[2].as_bytes()];
            assert!(verify(parts).is_err(), "byte {index}");
        }
    }
}
