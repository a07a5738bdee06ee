//! What is signed: the head of a run, and the digest of every file that the journal up to there vouches for.

use crate::digest::{Digest, Hasher};
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

/// What a statement is made of, entry by entry.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    /// What the first entry says of the run: its id, the app, the tenant, the digest of the plan.
    begun: Option<(String, String, String, Digest)>,
    entries: usize,
    /// When the last one was sealed, and its seal.
    last: Option<(String, Digest)>,
    journal: Hasher,
    files: BTreeMap<String, Digest>,
}

impl Covered {
    /// Takes the next entry of a journal, and the bytes of its line without the newline.
    pub fn take(&mut self, entry: &Entry, line: &[u8]) {
        if self.entries == 0
            && let Fact::RunBegun { run, app, tenant, plan, .. } = &entry.fact
        {
            self.begun = Some((run.clone(), app.clone(), tenant.clone(), plan.clone()));
        }
        self.entries += 1;
        self.last = Some((entry.at.clone(), entry.seal.clone()));
        self.journal.take(line);
        self.journal.take(b"\n");
        if let Some(exhibit) = entry.fact.exhibit()
            && is_plain(&exhibit.file)
            && !self.files.contains_key(&exhibit.file)
        {
            self.files.insert(exhibit.file.clone(), exhibit.sha256.clone());
        }
    }

    /// How many entries were taken.
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// The statement of all that was taken; none when it does not begin with a run.
    pub fn statement(&self) -> Option<Statement> {
        let ((run, app, tenant, plan), (at, head)) = (self.begun.as_ref()?, self.last.as_ref()?);
        let mut text = String::new();
        let _ = write!(
            text,
            "# usher, the head of a run, format 1\n# run: {}\n# app: {}\n# tenant: {}\n{ENTRIES}{}\n# sealed: {}\n# head: {}\n",
            quoted(run),
            quoted(app),
            quoted(tenant),
            self.entries,
            quoted(at),
            head
        );
        let _ = writeln!(text, "{}  journal.jsonl\n{plan}  plan.json", self.journal.digest());
        for (name, digest) in &self.files {
            let _ = writeln!(text, "{digest}  {name}");
        }
        Some(Statement(text))
    }
}

impl Statement {
    /// Adds what was drawn from all of it, as it is now.
    #[must_use]
    pub fn with_drawn(mut self, digest: impl Fn(&str) -> Option<Digest>) -> Self {
        for name in DRAWN {
            if let Some(digest) = digest(name) {
                let _ = writeln!(self.0, "{digest}  {name}");
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
