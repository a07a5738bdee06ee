//! `usher verify`: re-computes every digest of a run's folder, and shows its working.

use super::folders::{self, Folder, Kept};
use super::{Context, Exit, Failure};
use crate::digest::Digest;
use crate::evidence::{Exhibit, Store, is_plain};
use crate::journal::{Entry, Fact};
use crate::report::{self, Story};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What was found.
#[derive(Debug, Default)]
struct Working {
    lines: String,
    wrong: Vec<String>,
    exhibits: u64,
}

impl Working {
    fn good(&mut self, what: &str, digest: &Digest) {
        let _ = writeln!(self.lines, "  ok    {}  {what}", digest.short());
    }

    fn bad(&mut self, what: impl Into<String>) {
        let what = what.into();
        let _ = writeln!(self.lines, "  WRONG               {what}");
        self.wrong.push(what);
    }

    fn note(&mut self, what: &str) {
        let _ = writeln!(self.lines, "  note                {what}");
    }
}

/// Verifies a run from its folder alone, without a network, a browser or settings.
pub(super) fn run(context: &Context, which: &str) -> Result<Exit, Failure> {
    let root = context.settings().map_or_else(|_| "screenshots".into(), |settings| settings.run.folder);
    let folder = folders::find(&root, which)?;
    let kept = match folder.read() {
        Ok(kept) => kept,
        Err(error) => {
            return Err(Failure::new(Exit::NotVerified, format!("{} does not verify: {error:#}", folder.id)));
        }
    };
    let mut working = Working::default();
    chain(&kept, &mut working);
    plan(&kept, &mut working);
    exhibits(&folder, &kept.entries, &mut working);
    drawn(&folder, &kept, &mut working);
    let out = context.out;
    let head = kept.entries.last().map(|entry| entry.seal.clone());
    if out.json {
        let verdict = serde_json::json!({ "verify": {
            "run": folder.id, "ok": working.wrong.is_empty(), "entries": kept.entries.len(), "exhibits": working.exhibits,
            "head": head, "wrong": working.wrong,
        }});
        out.result(&verdict.to_string());
    } else {
        if !out.quiet {
            out.result(&working.lines);
        }
        let head = head.map_or_else(|| "nothing".to_owned(), |seal| seal.to_string());
        out.result(&if working.wrong.is_empty() {
            format!(
                "{} verifies: {} entries, {} exhibits, head {head}\nno signature covers it",
                folder.id,
                kept.entries.len(),
                working.exhibits
            )
        } else {
            format!("{} does NOT verify: {}", folder.id, working.wrong.join("; "))
        });
    }
    Ok(if working.wrong.is_empty() { Exit::Done } else { Exit::NotVerified })
}

fn chain(kept: &Kept, working: &mut Working) {
    let _ = writeln!(working.lines, "journal");
    for Entry { seq, fact, seal, .. } in &kept.entries {
        let name = serde_json::to_value(fact)
            .ok()
            .and_then(|v| v.get("fact").and_then(|f| f.as_str()).map(str::to_owned));
        working.good(&format!("{seq:>5} {}", name.unwrap_or_default()), seal);
    }
    if let Some(broken) = &kept.broken {
        working.bad(format!("journal line {}: {}", broken.line, broken.why));
    }
    if kept.torn > 0 {
        working.note(&format!(
            "the last line is torn ({} bytes); it was never shown to anyone, and a resume cuts it away",
            kept.torn
        ));
    }
    let last = kept.entries.last().map(|entry| &entry.fact);
    if !matches!(last, None | Some(Fact::RunEnded { .. } | Fact::RunStopped { .. } | Fact::Decided { .. })) {
        working.note("the journal does not end with the end of a run or a stop: usher was killed, or what came after was cut away");
    }
    if kept.entries.is_empty() && kept.broken.is_none() {
        working.bad("the journal is empty");
    }
}

fn plan(kept: &Kept, working: &mut Working) {
    let _ = writeln!(working.lines, "plan");
    let digest = Digest::of(&kept.plan_bytes);
    match kept.entries.first().map(|entry| &entry.fact) {
        Some(Fact::RunBegun { plan, .. }) if *plan == digest => {
            working.good("plan.json, as the journal's first entry names it", &digest);
        }
        Some(Fact::RunBegun { plan, .. }) => {
            working.bad(format!("plan.json gives {}, the journal says {}", digest.short(), plan.short()));
        }
        _ => working.bad("the journal does not begin with a run"),
    }
    for input in &kept.plan.inputs {
        let digest = Digest::of(&input.text);
        if digest == input.sha256 {
            working.good(&input.name, &digest);
        } else {
            working.bad(format!(
                "{} gives {}, the plan says {}",
                input.name,
                digest.short(),
                input.sha256.short()
            ));
        }
    }
}

fn exhibits(folder: &Folder, entries: &[Entry], working: &mut Working) {
    let _ = writeln!(working.lines, "exhibits");
    let store = Store::new(&folder.path);
    let mut named = BTreeSet::new();
    for exhibit in entries.iter().filter_map(|entry| exhibit(&entry.fact)) {
        working.exhibits += 1;
        named.insert(exhibit.file.clone());
        if !is_plain(&exhibit.file) {
            working.bad(format!("`{}` is not the name of a file in this folder", exhibit.file));
            continue;
        }
        match store.read(&exhibit.file) {
            Ok(bytes) => {
                let digest = Digest::of(&bytes);
                if digest == exhibit.sha256 {
                    working.good(&exhibit.file, &digest);
                } else {
                    working.bad(format!(
                        "{} gives {}, the journal says {}",
                        exhibit.file,
                        digest.short(),
                        exhibit.sha256.short()
                    ));
                }
            }
            Err(_) => working.bad(format!("{} is missing", exhibit.file)),
        }
    }
    for name in folder.pictures() {
        if !named.contains(&name) {
            working.note(&format!("{name} is not in the journal; usher was ended between writing it and sealing it, or it is not usher's"));
        }
    }
}

fn exhibit(fact: &Fact) -> Option<&Exhibit> {
    match fact {
        Fact::ProofKept { exhibit, .. } | Fact::RosterRead { exhibit, .. } => Some(exhibit),
        Fact::Decided { exhibit, .. } => exhibit.as_ref(),
        _ => None,
    }
}

/// The report is drawn again from plan, journal and exhibits, and must be the very bytes that lie in the folder.
fn drawn(folder: &Folder, kept: &Kept, working: &mut Working) {
    let _ = writeln!(working.lines, "report");
    let there = Store::new(&folder.path);
    let story = Story::of(&kept.plan, &kept.entries);
    let html = report::html(&story, &|name| there.read(name).ok());
    let files = [("report.html", html.into_bytes()), ("results.csv", report::csv::results(&story))];
    let undo = report::csv::undo(&story, &kept.plan).map(|bytes| ("undo.csv", bytes));
    for (name, bytes) in files.into_iter().chain(undo) {
        match there.read(name) {
            Ok(kept) if kept == bytes => working.good(name, &Digest::of(&bytes)),
            Ok(_) => working.bad(format!(
                "{name} is not what plan, journal and exhibits give; `usher report` draws it again"
            )),
            Err(_) => working.note(&format!("{name} is not there; `usher report` draws it")),
        }
    }
}
