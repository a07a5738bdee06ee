//! What a run is made of: the chain, the plan that its first entry names, the exhibits, and what is drawn from them.

use super::{Mark, Part, Verdict};
use crate::digest::Digest;
use crate::evidence::{Store, is_plain};
use crate::journal::{self, Entry, Fact};
use crate::plan::Plan;
use crate::report::{self, Story};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;

/// A journal as it lies there.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// The entries that hold.
    pub(super) entries: Vec<Entry>,
}

fn is_missing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Why a file could not be read, in a few words behind its name.
fn unread(name: &str, error: &anyhow::Error) -> String {
    match error.downcast_ref::<std::io::Error>() {
        _ if is_missing(error) => format!("{name} is missing"),
        Some(error) => format!("{name} cannot be read: {error}"),
        // The error begins with the path, and ends with what the thing is instead.
        None => match error.to_string().split_once(" is ") {
            Some((_, is)) => format!("{name} is {is}"),
            None => format!("{name} cannot be read"),
        },
    }
}

/// Every entry's seal, and where the chain breaks.
pub(super) fn chain(store: &Store, verdict: &mut Verdict) -> Journal {
    let bytes = match store.read("journal.jsonl") {
        Ok(bytes) => bytes,
        Err(error) => {
            verdict.line(Part::Journal, Mark::Wrong, unread("journal.jsonl", &error));
            return Journal::default();
        }
    };
    let (entries, broken, torn) = journal::parse(&bytes);
    for Entry { seq, fact, seal, .. } in &entries {
        verdict.line(Part::Journal, Mark::Good(seal.clone()), format!("{seq:>5} {}", name_of(fact)));
    }
    if let Some(broken) = &broken {
        verdict.line(Part::Journal, Mark::Wrong, format!("journal line {}: {}", broken.line, broken.why));
    }
    if torn > 0 {
        let what = format!(
            "the last line is torn ({torn} bytes); it was never shown to anyone, and a resume cuts it away"
        );
        verdict.line(Part::Journal, Mark::Note, what);
    }
    if !is_end(&entries) {
        verdict.line(
            Part::Journal,
            Mark::Note,
            "the journal does not end with the end of a run or a stop: usher was killed, or what came after was cut away",
        );
    }
    if entries.is_empty() && broken.is_none() {
        verdict.line(Part::Journal, Mark::Wrong, "the journal is empty");
    }
    verdict.entries = entries.len();
    verdict.head = entries.last().map(|entry| entry.seal.clone());
    Journal { bytes, entries }
}

/// What a fact is called.
fn name_of(fact: &Fact) -> String {
    // It is written first.
    let text = serde_json::to_string(fact).unwrap_or_default();
    let name = text.strip_prefix("{\"fact\":\"").and_then(|rest| rest.split('"').next());
    name.unwrap_or_default().to_owned()
}

/// Whether nothing more was to come when the last entry was sealed.
fn is_end(entries: &[Entry]) -> bool {
    let ends = |entry: &Entry| {
        matches!(entry.fact, Fact::RunEnded { .. } | Fact::RunStopped { .. } | Fact::Decided { .. })
    };
    match entries {
        [] => true,
        // Who decides somebody afterwards may name a key at once.
        [.., before, last] if matches!(last.fact, Fact::SignerNamed { .. }) => {
            matches!(before.fact, Fact::Decided { .. })
        }
        [.., last] => ends(last),
    }
}

/// The plan, by the digest that the first entry names, and its inputs; none when it is another.
pub(super) fn plan(store: &Store, journal: &Journal, verdict: &mut Verdict) -> Option<Plan> {
    let bytes = match store.read("plan.json") {
        Ok(bytes) => bytes,
        Err(error) => {
            verdict.line(Part::Plan, Mark::Wrong, unread("plan.json", &error));
            return None;
        }
    };
    let digest = Digest::of(&bytes);
    match journal.entries.first().map(|entry| &entry.fact) {
        Some(Fact::RunBegun { plan, .. }) if *plan == digest => {
            let what = "plan.json, as the journal's first entry names it";
            verdict.line(Part::Plan, Mark::Good(digest), what);
        }
        Some(Fact::RunBegun { plan, .. }) => {
            let what = format!("plan.json gives {}, the journal says {}", digest.short(), plan.short());
            verdict.line(Part::Plan, Mark::Wrong, what);
            return None;
        }
        _ => {
            let what = "the journal does not begin with a run, so plan.json is nobody's";
            verdict.line(Part::Plan, Mark::Wrong, what);
            return None;
        }
    }
    let plan = match Plan::from_bytes(&bytes) {
        Ok(plan) => plan,
        Err(why) => {
            verdict.line(Part::Plan, Mark::Wrong, format!("plan.json is not a plan: {why}"));
            return None;
        }
    };
    for input in &plan.inputs {
        let digest = Digest::of(&input.text);
        if digest == input.sha256 {
            verdict.line(Part::Plan, Mark::Good(digest), &input.name);
        } else {
            let (is, says) = (digest.short(), input.sha256.short());
            verdict.line(Part::Plan, Mark::Wrong, format!("{} gives {is}, the plan says {says}", input.name));
        }
    }
    Some(plan)
}

/// Every file that the journal names.
pub(super) fn exhibits(store: &Store, journal: &Journal, verdict: &mut Verdict) {
    let mut named = BTreeSet::new();
    for exhibit in journal.entries.iter().filter_map(|entry| entry.fact.exhibit()) {
        let file = &exhibit.file;
        verdict.exhibits += 1;
        named.insert(file.clone());
        let (mark, what) = if is_plain(file) {
            match store.read(file).map(Digest::of) {
                Ok(digest) if digest == exhibit.sha256 => (Mark::Good(digest), file.clone()),
                Ok(digest) => {
                    let (is, says) = (digest.short(), exhibit.sha256.short());
                    (Mark::Wrong, format!("{file} gives {is}, the journal says {says}"))
                }
                Err(error) => (Mark::Wrong, unread(file, &error)),
            }
        } else {
            (Mark::Wrong, format!("`{file}` is not the name of a file in this folder"))
        };
        verdict.line(Part::Exhibits, mark, what);
    }
    let picture = |name: &String| name.rsplit_once('.').is_some_and(|(_, ending)| ending == "png");
    for name in store.names().into_iter().filter(picture).filter(|name| !named.contains(name)) {
        let what = format!(
            "{name} is not in the journal; usher was ended between writing it and sealing it, or it is not usher's"
        );
        verdict.line(Part::Exhibits, Mark::Note, what);
    }
}

/// The report is drawn again from plan, journal and exhibits, and must be the very bytes that lie in the folder.
///
/// Another version of usher may draw it otherwise. Then a signature can vouch for it; without one nobody does.
pub(super) fn drawn(
    kept: &Store,
    journal: &Journal,
    plan: Option<&Plan>,
    vouched: &BTreeMap<String, Digest>,
    verdict: &mut Verdict,
) {
    let wrong = |line: &super::Line| line.mark == Mark::Wrong && line.part != Part::Signature;
    let Some(plan) = plan.filter(|_| !verdict.lines.iter().any(wrong)) else {
        verdict.line(Part::Report, Mark::Note, "not compared: what it is drawn from does not hold");
        return;
    };
    let story = Story::of(plan, &journal.entries);
    let by = kept.read("report.html").ok().and_then(|bytes| report::drawn_by(&bytes).map(str::to_owned));
    let other = by.filter(|by| by != report::VERSION);
    for (name, drawn) in report::drawn(&story, plan, &|name| kept.read(name).ok()) {
        let there = match kept.read(name) {
            Ok(there) => there,
            Err(error) if is_missing(&error) => {
                // Not every action can be undone.
                if drawn.is_some() {
                    let what = format!("{name} is not there; `usher report` draws it");
                    verdict.line(Part::Report, Mark::Note, what);
                }
                continue;
            }
            Err(error) => {
                verdict.line(Part::Report, Mark::Wrong, unread(name, &error));
                continue;
            }
        };
        let digest = Digest::of(&there);
        let (mark, what) = if drawn.as_ref() == Some(&there) {
            (Mark::Good(digest), name.to_owned())
        } else if vouched.get(name) == Some(&digest) {
            (Mark::Good(digest), format!("{name}, as it was signed"))
        } else if let Some(other) = &other {
            let what = format!(
                "{name} was not compared: it says that usher {} drew it, and this is usher {}; `usher report` draws it again",
                crate::safe::visible(other),
                report::VERSION
            );
            (Mark::Note, what)
        } else {
            let what =
                format!("{name} is not what plan, journal and exhibits give; `usher report` draws it again");
            (Mark::Wrong, what)
        };
        verdict.line(Part::Report, mark, what);
    }
}
