//! The signatures of a run: whether each fits, whose it is, what it covers, and whether one is missing.

use super::{Mark, Part, Signed, Working};
use crate::digest::Digest;
use crate::evidence::Store;
use crate::journal::{Entry, Fact};
use crate::signature::{Covered, Signature, Signers, entries_named};
use std::collections::BTreeMap;

/// The signed heads that lie in a run's folder, and what a journal has to say to each while it is read.
///
/// None of their texts is kept: whoever hands a folder over may have put any number of them there.
pub struct Heads {
    store: Store,
    names: Vec<String>,
    signed: Vec<Head>,
    /// The journal up to where it was read; only taken down where a head asks for it.
    covered: Covered,
    comments: BTreeMap<String, String>,
    entries: usize,
}

/// One that is signed.
struct Head {
    name: String,
    /// Its signature, which fits, and how many entries it says it covers; or what is wrong with it.
    read: Result<(Signature, usize), String>,
    /// What came of holding it against the journal, once that had come so far.
    held: Option<Result<Held, String>>,
}

/// What a head that is the journal's own says beside it.
struct Held {
    /// The drawn files that it vouches for.
    drawn: BTreeMap<String, Digest>,
    /// When the last entry it covers was sealed.
    at: String,
    /// What the owner of the key calls it.
    comment: String,
}

impl Heads {
    /// Those of a folder.
    pub fn of(store: &Store) -> Self {
        let names: Vec<String> = store.names().into_iter().filter(|name| name.starts_with("head-")).collect();
        let heads = names.iter().filter_map(|name| name.strip_suffix(".sig")).filter(|name| is_head(name));
        let signed = heads
            .map(|name| {
                let read = read(store, name).map(|(_, signature, count)| (signature, count));
                Head { name: name.to_owned(), read, held: None }
            })
            .collect();
        let (covered, comments) = Default::default();
        Self { store: store.clone(), names, signed, covered, comments, entries: 0 }
    }

    /// Takes the next entry that holds, with the bytes of its line.
    pub fn take(&mut self, entry: &Entry, line: &[u8]) {
        self.entries += 1;
        if self.signed.is_empty() {
            return;
        }
        self.covered.take(entry, line);
        if let Fact::SignerNamed { key, comment } = &entry.fact {
            self.comments.insert(key.clone(), comment.clone());
        }
        for head in &mut self.signed {
            if let Ok((signature, count)) = &head.read
                && *count == self.covered.entries()
            {
                let key = signature.fingerprint();
                let comment = self.comments.get(&key).cloned().unwrap_or_default();
                let held = hold(&self.store, &self.covered, &head.name, &key);
                head.held = Some(held.map(|drawn| Held { drawn, at: entry.at.clone(), comment }));
            }
        }
    }

    /// Why the journal is not the one whose head was signed, when it is not. Whoever goes on with a run asks for this:
    /// behind a cut there may be an act that must not be done again.
    pub fn cut_off(&self) -> Option<String> {
        self.signed.iter().find_map(|head| self.check(head, None).err())
    }

    /// Checks every signature. Gives the drawn files that the last good one vouches for.
    pub(super) fn told(
        &self,
        signers: Option<&Signers>,
        working: &mut Working<'_>,
    ) -> BTreeMap<String, Digest> {
        let mut vouched = (0, BTreeMap::new());
        for head in &self.signed {
            match self.check(head, signers) {
                Ok((signed, drawn)) => {
                    let by = if signed.by.is_empty() { String::new() } else { format!(" ({})", signed.by) };
                    let what =
                        format!("{}: {} entries, signed by {}{by}", head.name, signed.entries, signed.key);
                    working.line(Part::Signature, Mark::Fits, what);
                    if signed.entries >= vouched.0 {
                        vouched = (signed.entries, drawn);
                    }
                    working.verdict.signatures.push(signed);
                }
                Err(why) => working.line(Part::Signature, Mark::Wrong, why),
            }
        }
        let is_signed = |name: &str| self.signed.iter().any(|head| head.name == name);
        for name in self.names.iter().filter(|name| is_head(name) && !is_signed(name)) {
            working.line(Part::Signature, Mark::Note, format!("{name} is not signed"));
        }
        vouched.1
    }

    fn check(
        &self,
        one: &Head,
        signers: Option<&Signers>,
    ) -> Result<(Signed, BTreeMap<String, Digest>), String> {
        let name = &one.name;
        let (signature, count) = one.read.as_ref().map_err(Clone::clone)?;
        let key = signature.fingerprint();
        let held = one.held.as_ref().ok_or_else(|| {
            let there = self.entries;
            format!(
                "{name}, signed with {key}, covers {count} entries, and only {there} of the journal hold: it was cut or changed"
            )
        })?;
        let Held { drawn, at, comment } = held.as_ref().map_err(Clone::clone)?;
        let by = match signers {
            Some(signers) => {
                signers.whose(signature, at).map_err(|why| format!("{name}: the key {key} {why}"))?
            }
            None => comment,
        };
        Ok((Signed { key, by: by.to_owned(), entries: *count }, drawn.clone()))
    }
}

/// Holds the text of a head against the journal up to where it was read. Gives the drawn files that it vouches for.
fn hold(store: &Store, covered: &Covered, name: &str, key: &str) -> Result<BTreeMap<String, Digest>, String> {
    let (text, signature, _) = read(store, name)?;
    if signature.fingerprint() != key {
        return Err(format!("{name} was changed while it was read"));
    }
    covered
        .statement()
        .ok_or_else(|| format!("{name} covers a journal that does not begin with a run"))?
        .compare(&text)
        .map_err(|why| format!("{name}, signed with {key}, is of another journal: {why}"))
}

/// A head and its signature, which must fit it.
fn read(store: &Store, name: &str) -> Result<(String, Signature, usize), String> {
    let read = |name: &str| store.read(name).map_err(|_| format!("{name} is missing or is no file"));
    let armoured = read(&format!("{name}.sig"))?;
    let bytes = read(name)?;
    let signature = Signature::read(&armoured).map_err(|why| format!("{name}.sig {why}"))?;
    if !signature.fits(&bytes) {
        let key = signature.fingerprint();
        return Err(format!("{name}.sig, made with {key}, does not fit {name}: one of the two was changed"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} is no text"))?;
    let count =
        entries_named(&text).ok_or_else(|| format!("{name} does not say how many entries it covers"))?;
    Ok((text, signature, count))
}

/// Whether a file is the head of a run: `head-57.txt`.
fn is_head(name: &str) -> bool {
    let number = name.strip_prefix("head-").and_then(|rest| rest.strip_suffix(".txt"));
    number.is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|character| character.is_ascii_digit() || character == '-')
    })
}

/// What no signature covers, and whether one was promised.
pub(super) fn missing(due: Option<&(String, usize)>, asked_for: bool, working: &mut Working<'_>) {
    let verdict = &working.verdict;
    let there = verdict.entries;
    if let Some((key, end)) = due
        && !verdict.signatures.iter().any(|signed| signed.key == *key && signed.entries >= *end)
    {
        let what = format!(
            "entry {end} was to be signed with {key}, and no such signature is there: it was taken away, or usher was killed before it signed (`usher resume` signs it)"
        );
        working.line(Part::Signature, Mark::Wrong, what);
    } else if asked_for && verdict.signatures.is_empty() {
        working.line(Part::Signature, Mark::Wrong, "no signature of an allowed signer covers this run");
    }
    let covered = working.verdict.signed().map(|signed| signed.entries);
    if let Some(covered) = covered.filter(|covered| *covered < there) {
        let what = format!(
            "entries {} to {there} came after the signed head: no signature covers them",
            covered + 1
        );
        working.line(Part::Signature, Mark::Note, what);
    }
}

/// The key that the last sitting which came to an end named, and the number of the entry it ended with.
#[derive(Debug, Default)]
pub(super) struct Due {
    signer: Option<String>,
    decided: bool,
    entries: usize,
    pub(super) promised: Option<(String, usize)>,
}

impl Due {
    /// Takes the next fact.
    pub(super) fn take(&mut self, fact: &Fact) {
        self.entries += 1;
        let number = self.entries;
        match fact {
            Fact::RunBegun { .. } | Fact::RunResumed { .. } => self.signer = None,
            // After a decision a key is named for it alone.
            Fact::SignerNamed { key, .. } if self.decided => self.promised = Some((key.clone(), number)),
            Fact::SignerNamed { key, .. } => self.signer = Some(key.clone()),
            Fact::RunEnded { .. } | Fact::RunStopped { .. } => {
                self.promised = self.signer.clone().map(|key| (key, number)).or(self.promised.take());
            }
            _ => {}
        }
        self.decided = matches!(fact, Fact::Decided { .. });
    }
}
