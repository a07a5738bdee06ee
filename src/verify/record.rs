//! What a run is made of: the chain, the plan that its first entry names, the exhibits, and what is drawn from them.

use super::signed::{Due, Heads};
use super::{Mark, Part, Working};
use crate::digest::{Digest, Hasher};
use crate::evidence::{Store, is_plain};
use crate::journal::{self, Entry, Fact};
use crate::plan::Plan;
use crate::report::{self, Drawn, Pictures, Story};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Write};

/// What a journal says that is verified: no entry is kept, only what the rest is held against.
pub(super) struct Journal {
    /// The digest of the plan that its first entry names.
    plan: Option<Digest>,
    /// Every file that it names, with the digest of its bytes.
    exhibits: Vec<(String, Digest)>,
    /// The signed heads, held against it.
    pub(super) heads: Heads,
    /// Which signature was promised.
    pub(super) due: Due,
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

/// Every entry's seal, and where the chain breaks; the story, where there is a plan to tell it by, is told on the way.
pub(super) fn chain(kept: &Store, mut story: Option<&mut Story>, working: &mut Working<'_>) -> Journal {
    let mut journal =
        Journal { plan: None, exhibits: Vec::new(), heads: Heads::of(kept), due: Due::default() };
    // Nothing more was to come when the last entry was sealed.
    let (mut is_end, mut decided) = (true, false);
    let path = kept.folder().join("journal.jsonl");
    let read = journal::read(&path, |entry, line| {
        let Entry { seq, fact, seal, .. } = entry;
        working.line(Part::Journal, Mark::Good(seal.clone()), format!("{seq:>5} {}", name_of(fact)));
        if let Fact::RunBegun { plan, .. } = fact
            && *seq == 1
        {
            journal.plan = Some(plan.clone());
        }
        is_end = match fact {
            // Who decides somebody afterwards may name a key at once.
            Fact::SignerNamed { .. } => decided,
            fact => matches!(fact, Fact::RunEnded { .. } | Fact::RunStopped { .. } | Fact::Decided { .. }),
        };
        decided = matches!(fact, Fact::Decided { .. });
        if let Some(exhibit) = fact.exhibit() {
            journal.exhibits.push((exhibit.file.clone(), exhibit.sha256.clone()));
        }
        if let Some(story) = &mut story {
            story.take(entry);
        }
        journal.heads.take(entry, line);
        journal.due.take(fact);
    });
    let read = match read {
        Ok(read) => read,
        Err(error) => {
            working.line(Part::Journal, Mark::Wrong, unread("journal.jsonl", &error));
            return journal;
        }
    };
    if let Some(broken) = &read.broken {
        working.line(Part::Journal, Mark::Wrong, format!("journal line {}: {}", broken.line, broken.why));
    }
    if read.torn > 0 {
        let what = format!(
            "the last line is torn ({} bytes); it was never shown to anyone, and a resume cuts it away",
            read.torn
        );
        working.line(Part::Journal, Mark::Note, what);
    }
    if !is_end {
        working.line(
            Part::Journal,
            Mark::Note,
            "the journal does not end with the end of a run or a stop: usher was killed, or what came after was cut away",
        );
    }
    let count = usize::try_from(read.chain.count).unwrap_or(usize::MAX);
    if count == 0 && read.broken.is_none() {
        working.line(Part::Journal, Mark::Wrong, "the journal is empty");
    }
    working.verdict.entries = count;
    working.verdict.head = (count > 0).then_some(read.chain.head);
    journal
}

/// What a fact is called.
fn name_of(fact: &Fact) -> String {
    // It is written first, so that no more is written than has room here.
    let mut begun = [0; 64];
    let _ = serde_json::to_writer(begun.as_mut_slice(), fact);
    let name = begun.strip_prefix(b"{\"fact\":\"").and_then(|rest| rest.split(|byte| *byte == b'"').next());
    String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
}

/// `plan.json`: the digest of its bytes, and the story of the plan in them, or why there is none.
pub(super) type ReadPlan = Result<(Digest, Result<Story, String>), String>;

/// Reads `plan.json`.
pub(super) fn read_plan(store: &Store) -> ReadPlan {
    let bytes = store.read("plan.json").map_err(|error| unread("plan.json", &error))?;
    Ok((Digest::of(&bytes), Plan::from_bytes(&bytes).map(Story::new)))
}

/// The plan, by the digest that the first entry names, and its inputs.
pub(super) fn plan(read: &ReadPlan, journal: &Journal, working: &mut Working<'_>) {
    let (digest, story) = match read {
        Ok(read) => read,
        Err(why) => return working.line(Part::Plan, Mark::Wrong, why.as_str()),
    };
    match &journal.plan {
        Some(named) if named == digest => {
            let what = "plan.json, as the journal's first entry names it";
            working.line(Part::Plan, Mark::Good(digest.clone()), what);
        }
        Some(named) => {
            let what = format!("plan.json gives {}, the journal says {}", digest.short(), named.short());
            return working.line(Part::Plan, Mark::Wrong, what);
        }
        None => {
            let what = "the journal does not begin with a run, so plan.json is nobody's";
            return working.line(Part::Plan, Mark::Wrong, what);
        }
    }
    let story = match story {
        Ok(story) => story,
        Err(why) => return working.line(Part::Plan, Mark::Wrong, format!("plan.json is not a plan: {why}")),
    };
    for input in &story.plan.inputs {
        let digest = Digest::of(&input.text);
        if digest == input.sha256 {
            working.line(Part::Plan, Mark::Good(digest), &input.name);
        } else {
            let (is, says) = (digest.short(), input.sha256.short());
            working.line(Part::Plan, Mark::Wrong, format!("{} gives {is}, the plan says {says}", input.name));
        }
    }
}

/// Every file that the journal names. Gives how large each is that holds.
pub(super) fn exhibits<'a>(
    store: &Store,
    journal: &'a Journal,
    working: &mut Working<'_>,
) -> BTreeMap<&'a str, u64> {
    let mut sizes = BTreeMap::new();
    for (file, sealed) in &journal.exhibits {
        working.verdict.exhibits += 1;
        let (mark, what) = if is_plain(file) {
            match store.digest(file) {
                Ok((digest, size)) if digest == *sealed => {
                    sizes.insert(file.as_str(), size);
                    (Mark::Good(digest), file.clone())
                }
                Ok((digest, _)) => {
                    let (is, says) = (digest.short(), sealed.short());
                    (Mark::Wrong, format!("{file} gives {is}, the journal says {says}"))
                }
                Err(error) => (Mark::Wrong, unread(file, &error)),
            }
        } else {
            (Mark::Wrong, format!("`{file}` is not the name of a file in this folder"))
        };
        working.line(Part::Exhibits, mark, what);
    }
    let named: BTreeSet<&str> = journal.exhibits.iter().map(|(file, _)| file.as_str()).collect();
    let picture = |name: &String| name.rsplit_once('.').is_some_and(|(_, ending)| ending == "png");
    for name in store.names().into_iter().filter(picture).filter(|name| !named.contains(name.as_str())) {
        let what = format!(
            "{name} is not in the journal; usher was ended between writing it and sealing it, or it is not usher's"
        );
        working.line(Part::Exhibits, Mark::Note, what);
    }
    sizes
}

/// The report is drawn again from plan, journal and exhibits, and must be the very bytes that lie in the folder.
///
/// Another version of usher may draw it otherwise. Then a signature can vouch for it; without one nobody does.
pub(super) fn drawn(
    kept: &Store,
    story: Option<&Story>,
    sizes: &BTreeMap<&str, u64>,
    vouched: &BTreeMap<String, Digest>,
    working: &mut Working<'_>,
) {
    let Some(story) = story.filter(|_| !working.is_wrong) else {
        working.line(Part::Report, Mark::Note, "not compared: what it is drawn from does not hold");
        return;
    };
    let other = drawn_by(kept).filter(|by| by != report::VERSION);
    // Every exhibit holds, so that one which is only named need not be read again.
    let pictures = Pictures { read: &|name| kept.read(name).ok(), hold: &|name| sizes.get(name).copied() };
    for (name, drawn) in report::drawn(story, &pictures) {
        let there = match kept.open(name) {
            Ok(there) => there,
            Err(error) if is_missing(&error) => {
                // Not every action can be undone.
                if drawn.is_some() {
                    let what = format!("{name} is not there; `usher report` draws it");
                    working.line(Part::Report, Mark::Note, what);
                }
                continue;
            }
            Err(error) => {
                working.line(Part::Report, Mark::Wrong, unread(name, &error));
                continue;
            }
        };
        let (digest, is_same) = match compare(there, drawn.as_ref()) {
            Ok(compared) => compared,
            Err(error) => {
                working.line(Part::Report, Mark::Wrong, unread(name, &error.into()));
                continue;
            }
        };
        let (mark, what) = if is_same {
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
        working.line(Part::Report, mark, what);
    }
}

/// Which version of usher the report there says has drawn it.
fn drawn_by(kept: &Store) -> Option<String> {
    let mut head = Vec::new();
    kept.open("report.html").ok()?.take(report::HEAD).read_to_end(&mut head).ok()?;
    report::drawn_by(&head).map(str::to_owned)
}

/// The digest of a file, and whether it is what was drawn, to the last byte.
fn compare(there: impl Read, drawn: Option<&Drawn<'_>>) -> io::Result<(Digest, bool)> {
    let mut against = Against {
        there: BufReader::with_capacity(256 * 1024, there),
        read: Hasher::default(),
        is_same: drawn.is_some(),
    };
    if let Some(drawn) = drawn {
        drawn.write_to(&mut against)?;
    }
    // Where both were the same, nothing may stand behind the last byte that was drawn.
    let Against { mut there, mut read, mut is_same } = against;
    loop {
        let rest = there.fill_buf()?;
        let length = rest.len();
        if length == 0 {
            return Ok((read.digest(), is_same));
        }
        is_same = false;
        read.take(rest);
        there.consume(length);
    }
}

/// A file that what is drawn is held against while it is drawn.
struct Against<R> {
    there: BufReader<R>,
    /// What was read of it.
    read: Hasher,
    is_same: bool,
}

impl<R: Read> Write for Against<R> {
    fn write(&mut self, drawn: &[u8]) -> io::Result<usize> {
        if self.is_same {
            let there = self.there.fill_buf()?;
            let length = there.len().min(drawn.len());
            self.is_same = length > 0 && there.get(..length) == drawn.get(..length);
            self.read.take(there.get(..length).unwrap_or_default());
            self.there.consume(length);
            if self.is_same {
                return Ok(length);
            }
        }
        Ok(drawn.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_is_the_file_to_the_last_byte() {
        let drawn = Drawn::Table(b"abc".to_vec());
        for (there, same) in [("abc", true), ("abcd", false), ("ab", false), ("abx", false), ("", false)] {
            let compared = compare(there.as_bytes(), Some(&drawn)).unwrap();
            assert_eq!(compared, (Digest::of(there), same), "{there}");
        }
        assert_eq!(compare(b"".as_slice(), None).unwrap(), (Digest::of(""), false));
        // It comes in pieces, and is read in others.
        let long = vec![7; 600_000];
        let there = [long.as_slice(), b"end"].concat();
        let drawn = Drawn::Table(there.clone());
        assert!(compare(there.as_slice().chain(b"".as_slice()), Some(&drawn)).unwrap().1);
        assert!(!compare(long.as_slice().chain(b"enD".as_slice()), Some(&drawn)).unwrap().1);
    }

    #[test]
    fn a_fact_is_called_as_it_is_written() {
        let key = "k".repeat(100);
        assert_eq!(name_of(&Fact::SignerNamed { key, comment: String::new() }), "signer_named");
        assert_eq!(name_of(&Fact::RunEnded { outcomes: BTreeMap::new() }), "run_ended");
    }
}
