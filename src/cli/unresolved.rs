//! `usher unresolved`: people nobody has decided, and a person's decision, which is a fact too.
#![expect(clippy::disallowed_methods, reason = "the command line reads the proof it is given")]

use super::{Context, Exit, Failure, folders};
use crate::evidence::{ExhibitKind, Masked, Store};
use crate::journal::{Fact, Journal};
use crate::report::terminal;
use crate::run::{About, Record, undecided};
use crate::words::{Family, Outcome};
use std::path::PathBuf;
use std::sync::Arc;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The run the person is decided in
    #[arg(requires_all = ["person", "as_outcome", "note"])]
    run: Option<String>,
    /// The person to decide
    person: Option<String>,
    /// What became of them, such as `removed`, `added` or `not_reached` (it never happened)
    #[arg(long = "as", value_name = "OUTCOME", value_parser = outcome)]
    as_outcome: Option<Outcome>,
    /// How you know
    #[arg(long)]
    note: Option<String>,
    /// A picture that shows it
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

fn outcome(word: &str) -> Result<Outcome, String> {
    let good = |outcome: &Outcome| !matches!(outcome.family(), Family::Stopped | Family::Undecided);
    let all: Vec<Outcome> = Outcome::ALL.iter().copied().filter(good).collect();
    all.iter().copied().find(|known| known.as_str() == word).ok_or_else(|| {
        let near = crate::diag::did_you_mean(word, all.iter().map(|known| known.as_str()));
        near.map_or_else(
            || "not an outcome a person can decide on".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )
    })
}

/// Lists them, or decides one.
pub(super) fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let root = &settings.run.folder;
    if let (Some(run), Some(person), Some(outcome), Some(note)) =
        (&arguments.run, &arguments.person, arguments.as_outcome, &arguments.note)
    {
        return decide(context, &folders::find(root, run)?, person, outcome, note, arguments.proof.as_ref());
    }
    let mut rows = Vec::new();
    for run in folders::all(root)? {
        let kept = run.read()?;
        if let Some(broken) = &kept.broken {
            let message = format!(
                "{} does not verify at line {}, so nobody can say who is undecided in it",
                run.id, broken.line
            );
            return Err(Failure::new(Exit::NotVerified, message));
        }
        for person in undecided(&kept.entries) {
            rows.push(vec![run.id.clone(), kept.plan.tenant.clone(), person, kept.plan.action.to_string()]);
        }
    }
    let out = context.out;
    if out.json {
        let lines: Vec<_> = rows
            .iter()
            .map(|row| serde_json::json!({ "run": row[0], "tenant": row[1], "person": row[2], "action": row[3] }))
            .collect();
        out.result(&serde_json::Value::from(lines).to_string());
    } else if rows.is_empty() {
        out.note("nobody is undecided");
    } else {
        out.result(&terminal::table(&["run", "tenant", "person", "action"], &rows, out.width, out.colour));
        out.note("look at the app, then: usher unresolved RUN PERSON --as OUTCOME --note \"how you know\" [--proof FILE]");
    }
    Ok(if rows.is_empty() { Exit::Done } else { Exit::Undecided })
}

fn decide(
    context: &Context,
    folder: &folders::Folder,
    person: &str,
    outcome: Outcome,
    note: &str,
    proof: Option<&PathBuf>,
) -> Result<Exit, Failure> {
    let kept = folder.read()?;
    let key = crate::roster::fold(person);
    if !undecided(&kept.entries).contains(&key) {
        return Err(Failure::usage(format!("{key} is not undecided in {}", folder.id)));
    }
    let job = kept.plan.jobs.iter().find(|job| job.key == key).map(|job| job.id).unwrap_or_default();
    let opened = Journal::open(&folder.path.join("journal.jsonl"), Arc::new(super::proceed::utc))?;
    let mut record = Record::new(opened.journal, Store::new(&folder.path), super::proceed::local, Vec::new());
    let exhibit = match proof {
        None => None,
        Some(path) => {
            let bytes = std::fs::read(path)
                .map_err(|error| Failure::files(format!("failed to read {}: {error}", path.display())))?;
            let about = About {
                kind: ExhibitKind::Picture,
                label: "a person's proof",
                url: "",
                title: "",
                masked: Masked::default(),
            };
            let ending = path.extension().map_or_else(|| "bin".into(), |ending| ending.to_string_lossy());
            Some(record.keep(&format!("p{job:04}-decided.{ending}"), &bytes, &about)?)
        }
    };
    let operator = super::proceed::operator();
    record.fact(Fact::Decided {
        job,
        person: key.clone(),
        outcome,
        note: note.to_owned(),
        operator,
        exhibit,
    })?;
    drop(record);
    let kept = folder.read()?;
    let story = crate::report::Story::of(&kept.plan, &kept.entries);
    super::proceed::write_reports(folder, &kept.plan, &story)?;
    context.out.note(&format!("{key} is decided: {outcome}"));
    Ok(Exit::Done)
}
