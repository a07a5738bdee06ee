//! The signatures of a run: whether each fits, whose it is, what it covers, and whether one is missing.

use super::record::Journal;
use super::{Mark, Part, Signed, Verdict};
use crate::digest::Digest;
use crate::evidence::Store;
use crate::journal::{Entry, Fact};
use crate::signature::{Signature, Signers, Statement, entries_named};
use std::collections::BTreeMap;

/// Checks every signature. Gives the drawn files that the last good one vouches for.
pub(super) fn heads(
    store: &Store,
    journal: &Journal,
    signers: Option<&Signers>,
    verdict: &mut Verdict,
) -> BTreeMap<String, Digest> {
    let mut vouched = (0, BTreeMap::new());
    let names = store.names();
    for name in names.iter().filter_map(|name| name.strip_suffix(".sig")).filter(|name| is_head(name)) {
        match check(store, journal, signers, name) {
            Ok((signed, drawn)) => {
                let by = if signed.by.is_empty() { String::new() } else { format!(" ({})", signed.by) };
                let what = format!("{name}: {} entries, signed by {}{by}", signed.entries, signed.key);
                verdict.line(Part::Signature, Mark::Fits, what);
                if signed.entries >= vouched.0 {
                    vouched = (signed.entries, drawn);
                }
                verdict.signatures.push(signed);
            }
            Err(why) => verdict.line(Part::Signature, Mark::Wrong, why),
        }
    }
    for name in names.iter().filter(|name| is_head(name) && !names.contains(&format!("{name}.sig"))) {
        verdict.line(Part::Signature, Mark::Note, format!("{name} is not signed"));
    }
    vouched.1
}

/// Whether a file is the head of a run: `head-57.txt`.
fn is_head(name: &str) -> bool {
    let number = name.strip_prefix("head-").and_then(|rest| rest.strip_suffix(".txt"));
    number.is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|character| character.is_ascii_digit() || character == '-')
    })
}

fn check(
    store: &Store,
    journal: &Journal,
    signers: Option<&Signers>,
    name: &str,
) -> Result<(Signed, BTreeMap<String, Digest>), String> {
    let read = |name: &str| store.read(name).map_err(|_| format!("{name} is missing or is no file"));
    let armoured = read(&format!("{name}.sig"))?;
    let bytes = read(name)?;
    let signature = Signature::read(&armoured).map_err(|why| format!("{name}.sig {why}"))?;
    let key = signature.fingerprint();
    if !signature.fits(&bytes) {
        return Err(format!("{name}.sig, made with {key}, does not fit {name}: one of the two was changed"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} is no text"))?;
    let count =
        entries_named(&text).ok_or_else(|| format!("{name} does not say how many entries it covers"))?;
    let Some(entries) = journal.entries.get(..count) else {
        let there = journal.entries.len();
        return Err(format!(
            "{name}, signed with {key}, covers {count} entries, and only {there} of the journal hold: it was cut or changed"
        ));
    };
    let drawn = Statement::of(entries, begins(&journal.bytes, count))
        .ok_or_else(|| format!("{name} covers a journal that does not begin with a run"))?
        .compare(&text)
        .map_err(|why| format!("{name}, signed with {key}, is of another journal: {why}"))?;
    let at = entries.last().map_or("", |entry| entry.at.as_str());
    let by = match signers {
        Some(signers) => {
            signers.whose(&signature, at).map_err(|why| format!("{name}: the key {key} {why}"))?.to_owned()
        }
        None => comment(entries, &key).unwrap_or_default().to_owned(),
    };
    Ok((Signed { key, by, entries: count }, drawn))
}

/// The bytes of the first lines.
fn begins(bytes: &[u8], lines: usize) -> &[u8] {
    let end = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(lines.saturating_sub(1));
    end.and_then(|(at, _)| bytes.get(..=at)).unwrap_or(bytes)
}

/// What the owner of a key calls it.
fn comment<'a>(entries: &'a [Entry], wanted: &str) -> Option<&'a str> {
    entries.iter().rev().find_map(|entry| match &entry.fact {
        Fact::SignerNamed { key, comment } if key == wanted => Some(comment.as_str()),
        _ => None,
    })
}

/// What no signature covers, and whether one was promised.
pub(super) fn missing(journal: &Journal, asked_for: bool, verdict: &mut Verdict) {
    if let Some((key, end)) = due(&journal.entries)
        && !verdict.signatures.iter().any(|signed| signed.key == key && signed.entries >= end)
    {
        let what = format!(
            "entry {end} was to be signed with {key}, and no such signature is there: it was taken away, or usher was killed before it signed (`usher resume` signs it)"
        );
        verdict.line(Part::Signature, Mark::Wrong, what);
    } else if asked_for && verdict.signatures.is_empty() {
        verdict.line(Part::Signature, Mark::Wrong, "no signature of an allowed signer covers this run");
    }
    let covered = verdict.signed().map(|signed| signed.entries);
    if let Some(covered) = covered.filter(|covered| *covered < journal.entries.len()) {
        let what = format!(
            "entries {} to {} came after the signed head: no signature covers them",
            covered + 1,
            journal.entries.len()
        );
        verdict.line(Part::Signature, Mark::Note, what);
    }
}

/// The key that the last sitting which came to an end named, and the number of the entry it ended with.
fn due(entries: &[Entry]) -> Option<(String, usize)> {
    let (mut signer, mut decided, mut due) = (None, false, None);
    for (number, entry) in (1..).zip(entries) {
        match &entry.fact {
            Fact::RunBegun { .. } | Fact::RunResumed { .. } => signer = None,
            // After a decision a key is named for it alone.
            Fact::SignerNamed { key, .. } if decided => due = Some((key.clone(), number)),
            Fact::SignerNamed { key, .. } => signer = Some(key.clone()),
            Fact::RunEnded { .. } | Fact::RunStopped { .. } => {
                due = signer.clone().map(|key| (key, number)).or(due);
            }
            _ => {}
        }
        decided = matches!(entry.fact, Fact::Decided { .. });
    }
    due
}
