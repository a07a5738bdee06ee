//! What is signed: the head of a run, and the digest of every file that the journal up to there vouches for.

use crate::digest::Digest;
use crate::evidence::is_plain;
use crate::journal::{Entry, Fact};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The text of a run's head as it was at some entry.
///
/// What is said of the run stands in lines that `sha256sum --check` passes over; the rest are lines it checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement(String);

/// Where the number of entries stands.
const ENTRIES: &str = "# entries: ";

/// The files that are drawn from the others; they may be drawn again, so they are vouched for as they were then.
pub const DRAWN: [&str; 3] = ["report.html", "results.csv", "undo.csv"];

impl Statement {
    /// Of these entries, which are all of a journal or its beginning, and whose bytes are these; none when they do
    /// not begin with a run.
    pub fn of(entries: &[Entry], journal: &[u8]) -> Option<Self> {
        let (first, last) = (entries.first()?, entries.last()?);
        let Fact::RunBegun { run, app, tenant, plan, .. } = &first.fact else { return None };
        let mut text = String::new();
        let _ = write!(
            text,
            "# usher, the head of a run, format 1\n# run: {}\n# app: {}\n# tenant: {}\n{ENTRIES}{}\n# sealed: {}\n# head: {}\n",
            quoted(run),
            quoted(app),
            quoted(tenant),
            entries.len(),
            quoted(&last.at),
            last.seal
        );
        let mut files = BTreeMap::new();
        for exhibit in entries.iter().filter_map(|entry| entry.fact.exhibit()) {
            if is_plain(&exhibit.file) {
                files.entry(&exhibit.file).or_insert(&exhibit.sha256);
            }
        }
        let _ = writeln!(text, "{}  journal.jsonl\n{plan}  plan.json", Digest::of(journal));
        for (name, digest) in files {
            let _ = writeln!(text, "{digest}  {name}");
        }
        Some(Self(text))
    }

    /// Adds what was drawn from all of it, as it is now.
    #[must_use]
    pub fn with_drawn(mut self, read: impl Fn(&str) -> Option<Vec<u8>>) -> Self {
        for name in DRAWN {
            if let Some(bytes) = read(name) {
                let _ = writeln!(self.0, "{}  {name}", Digest::of(bytes));
            }
        }
        self
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Holds a text that somebody signed against this one. Says which drawn files it vouches for, or the first line
    /// that is another.
    pub fn compare(&self, signed: &str) -> Result<BTreeMap<String, Digest>, String> {
        let mut theirs = signed.lines();
        for (number, ours) in (1..).zip(self.0.lines()) {
            if theirs.next() != Some(ours) {
                return Err(format!("line {number} should be `{ours}`"));
            }
        }
        let mut drawn = BTreeMap::new();
        for (number, line) in (self.0.lines().count() + 1..).zip(theirs) {
            let parts = line.split_once("  ").filter(|(_, name)| DRAWN.contains(name));
            let Some((digest, name)) = parts.and_then(|(digest, name)| Some((Digest::parse(digest)?, name)))
            else {
                return Err(format!("line {number} does not belong there"));
            };
            drawn.insert(name.to_owned(), digest);
        }
        Ok(drawn)
    }
}

/// How many entries a text says it covers.
pub fn entries_named(text: &str) -> Option<usize> {
    text.lines().find_map(|line| line.strip_prefix(ENTRIES))?.parse().ok().filter(|count| *count > 0)
}

/// A value in one line, whatever is in it.
fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
