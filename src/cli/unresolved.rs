//! `usher unresolved`: people nobody has decided, and a person's decision, which is a fact too.
#![expect(clippy::disallowed_methods, reason = "the command line reads the proof it is given")]

use super::folders::{self, Folder};
use super::{Context, Exit, Failure};
use crate::evidence::{ExhibitKind, Masked, Store, mask};
use crate::journal::{Fact, Journal};
use crate::report::terminal;
use crate::run::{About, Record};
use crate::safe::visible;
use crate::settings::Settings;
use crate::signature::{DRAWN, SigningKey};
use crate::words::{Action, Outcome};
use std::path::{Path, PathBuf};
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
    #[arg(long = "as", requires = "person", value_name = "OUTCOME", value_parser = outcome)]
    as_outcome: Option<Outcome>,
    /// How you know, in a line
    #[arg(long, requires = "person", value_parser = note)]
    note: Option<String>,
    /// A picture that shows it, as PNG; it is kept as it is, nothing in it is covered
    #[arg(long, requires = "person", value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// No picture of a screen is larger.
const LARGEST: u64 = 20 * 1024 * 1024;
/// More is no note.
const LONGEST_NOTE: usize = 2000;

fn outcome(word: &str) -> Result<Outcome, String> {
    let all = [Action::Invite, Action::Remove, Action::Role].into_iter().flat_map(Action::decided_as);
    let all: Vec<Outcome> = all.copied().collect();
    all.iter().copied().find(|known| known.as_str() == word).ok_or_else(|| {
        let near = crate::diag::did_you_mean(word, all.iter().map(|known| known.as_str()));
        near.map_or_else(
            || "not an outcome a person can decide on".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )
    })
}

/// A note is read by others, in a terminal too: a line of text with nothing hidden in it.
fn note(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say how you know".to_owned());
    }
    if text.chars().count() > LONGEST_NOTE {
        return Err(format!("a note has at most {LONGEST_NOTE} characters"));
    }
    if visible(text) != text {
        return Err("a note is one line, without control characters or hidden ones".to_owned());
    }
    Ok(text.to_owned())
}

/// Lists them, or decides one.
pub(super) async fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let root = &settings.run.folder;
    if let (Some(run), Some(person), Some(outcome), Some(note)) =
        (&arguments.run, &arguments.person, arguments.as_outcome, &arguments.note)
    {
        let decision = Decision { person, outcome, note, proof: arguments.proof.as_deref() };
        let signer = super::signing::signer(&settings).await?;
        return decide(context, &settings, &folders::find(root, run)?, &decision, signer.as_ref());
    }
    let mut rows = Vec::new();
    for run in folders::all(root)? {
        let (plan, _) = run.plan()?;
        let kept = run.kept(|_| ())?;
        if let Some(broken) = &kept.broken {
            let message = format!(
                "{} does not verify at line {}, so nobody can say who is undecided in it",
                run.id, broken.line
            );
            return Err(Failure::new(Exit::NotVerified, message));
        }
        for person in kept.sittings.undecided() {
            rows.push(vec![run.id.clone(), plan.tenant.clone(), person, plan.action.to_string()]);
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

/// What was said of one person.
struct Decision<'a> {
    person: &'a str,
    outcome: Outcome,
    note: &'a str,
    proof: Option<&'a Path>,
}

fn decide(
    context: &Context,
    settings: &Settings,
    folder: &Folder,
    decision: &Decision<'_>,
    signer: Option<&SigningKey>,
) -> Result<Exit, Failure> {
    let root = &settings.run.folder;
    let (named, _) = folder.plan()?;
    // A run that is resumed just now may find out by itself, and must not learn of a decision half-way.
    let lock = folders::lock(root, &named.app, &named.url)?;
    let (plan, digest) = folder.plan()?;
    let kept = folder.kept(|_| ())?;
    folder.fit(&kept, &digest, root)?;
    let key = crate::roster::fold(decision.person);
    let open = kept.sittings.undecided();
    if !open.contains(&key) {
        let near = crate::diag::did_you_mean(&key, open.iter().map(String::as_str));
        let hint = near.map_or_else(
            || "`usher unresolved` lists who is".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let key = visible(&key);
        return Err(Failure::usage(format!("{key} is not undecided in {}\n  hint: {hint}", folder.id)));
    }
    let action = plan.action;
    if !action.decided_as().contains(&decision.outcome) {
        let good = crate::diag::listed(action.decided_as().iter().map(|outcome| outcome.as_str()));
        return Err(Failure::usage(format!(
            "`{}` cannot have become of somebody whom `{action}` was asked for\n  hint: there are {good}",
            decision.outcome
        )));
    }
    // All that can be wrong is found before anything is kept.
    let proof = decision.proof.map(picture).transpose()?;
    let job = plan.jobs.iter().find(|job| job.key == key).map(|job| job.id).unwrap_or_default();
    let store = Store::new(&folder.path);
    let opened = Journal::open(&store, Arc::new(super::proceed::utc))?;
    if opened.mended > 0 {
        let bytes = opened.mended;
        context.out.note(&format!(
            "the journal's last line was torn; its {bytes} bytes, which nobody ever saw, are cut away"
        ));
    }
    // What was drawn before this is known is wrong from here on.
    store.discard(&DRAWN)?;
    let mut record = Record::new(opened.journal, store, super::proceed::local, Vec::new());
    let exhibit = proof.map(|png| {
        let about = About {
            kind: ExhibitKind::Picture,
            label: "a person's proof",
            url: "",
            title: "",
            masked: Masked::default(),
        };
        record.keep(&format!("p{job:04}-decided.png"), &png, &about)
    });
    let exhibit = exhibit.transpose()?;
    record.fact(Fact::Decided {
        job,
        person: key.clone(),
        outcome: decision.outcome,
        note: decision.note.to_owned(),
        operator: super::proceed::operator(),
        exhibit: exhibit.clone(),
    })?;
    if let Some(signer) = signer {
        record.fact(super::signing::named(signer))?;
    }
    drop(record);
    super::proceed::write_reports(folder, &folder.told()?.story)?;
    super::signing::told(folder, super::signing::sign(folder, signer))?;
    drop(lock);
    context.out.note(&format!("{} is decided: {}", visible(&key), decision.outcome));
    if let Some(exhibit) = exhibit {
        context.out.note(&format!("kept {}: as it is, nothing in it is covered", visible(&exhibit.file)));
    }
    Ok(Exit::Done)
}

/// The picture that was given as a proof, less what does not show in it.
fn picture(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let failed = |why: String| Failure::files(format!("the proof {shown} {why}"));
    let metadata = std::fs::metadata(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    if !metadata.is_file() {
        return Err(failed("is not a file".to_owned()));
    }
    if metadata.len() > LARGEST {
        return Err(failed(format!("is larger than {} MB", LARGEST / 1024 / 1024)));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    mask::whole(&bytes)
        .map_err(|error| failed(format!("will not do: {error}\n  hint: take a picture as PNG")))
}
