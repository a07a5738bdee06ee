//! `usher check APP --live`: a real console walked through without changing it, the books held against it, and, on the
//! admin's word, their next versions written.
#![expect(clippy::disallowed_types, reason = "the command line writes the books it was told to write")]

use super::entrance::Entrance;
use super::session::{self, close, told};
use super::{Context, Exit, Failure, Out, packs};
use crate::browser::{Browser, Live};
use crate::journal::Refusal;
use crate::plan::{BookFile, Pack, View};
use crate::report::terminal::{self, Busy};
use crate::report::walk::{self as shown, Light};
use crate::run::{
    Bounds, Finding, Found, Grade, Halt, How, Line, Walk, Walked, WalkedStep, Witness, not_walked, walk,
};
use crate::selector::{self, Next};
use crate::settings::{AppSettings, Settings};
use crate::source::{Source, Spot};
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// What came of a walk, or of the way to it.
struct Went {
    view: View,
    walk: Walk,
    halted: Option<Refusal>,
}

/// Walks, reports, and asks whether the books are to be continued.
pub(super) async fn run(
    context: &Context,
    app: &str,
    person: Option<&str>,
    yes: bool,
) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let tenant = settings.app(app).map_err(|error| Failure::files(error.to_string()))?;
    let pack_name = tenant.pack.as_deref().unwrap_or(app);
    let pack = packs::pack(&settings.run.packs, pack_name, context.out)?;
    let entrance = Entrance::new(context.out, &settings, tenant, &pack).await?;
    entrance.fetch().await?;
    let (mut live, driver) = session::browser(context.out, &settings.run).await?;
    let went = go(context.out, &mut live, tenant, &pack, &entrance, person).await;
    entrance.put_back(&mut live).await;
    close(live, driver).await?;
    let went = went?;
    let report = report(tenant, &pack, &went);
    print(context.out, &report);
    let written = if report.is_good() {
        next_books(context.out, &settings, (tenant, pack_name), &went, yes)?
    } else {
        Vec::new()
    };
    if context.out.json {
        context.out.result(&summary(&report, &written).to_string());
    }
    Ok(if report.is_good() { Exit::Done } else { Exit::Refused })
}

/// Signs in and walks. What the page would not do is part of what comes back.
async fn go(
    out: Out,
    live: &mut Live,
    tenant: &AppSettings,
    pack: &Pack,
    entrance: &Entrance,
    person: Option<&str>,
) -> Result<Went, Failure> {
    let bounds = Bounds { url: &tenant.url, account: &tenant.account, protected: &tenant.protected, person };
    let busy = Busy::new(out.live);
    session::confine(live, tenant, pack)?;
    let mut witness = Witness::new(live);
    busy.tell("signing in");
    if let Err(halt) = entrance.door().enter(&mut witness).await {
        return halted(&mut witness, tenant, pack, bounds, (halt, false)).await;
    }
    let view = match session::generation(&mut witness, tenant, pack).await {
        Ok(view) => view,
        Err(halt) => return halted(&mut witness, tenant, pack, bounds, (halt, true)).await,
    };
    let mut tell = |what: &str| {
        tracing::info!(what, "looking");
        busy.tell(what);
    };
    let walk = walk(&mut witness, &view, bounds, &mut tell).await?;
    let halted = walk.refusal.clone();
    Ok(Went { view, walk, halted })
}

/// What was seen until usher was stopped, at signing in or on an unknown page.
async fn halted(
    witness: &mut Witness<'_, impl Browser>,
    tenant: &AppSettings,
    pack: &Pack,
    bounds: Bounds<'_>,
    (halt, signed_in): (Halt, bool),
) -> Result<Went, Failure> {
    let refusal = match halt {
        Halt::Broken(error) => return Err(error.into()),
        Halt::Refused(outcome, refusal) => {
            Refusal { message: format!("{outcome}: {}", refusal.message), ..*refusal }
        }
    };
    let pinned = tenant.generation.as_deref();
    let generation = pinned.or_else(|| pack.generations().next()).unwrap_or_default();
    let view = pack.view(generation, tenant.practice);
    let view = view.ok_or_else(|| Failure::files(told(&refusal)))?;
    let walk = not_walked(witness, &view, bounds, signed_in).await?;
    Ok(Went { view, walk, halted: Some(refusal) })
}

/// What was found, as it is shown.
fn report(tenant: &AppSettings, pack: &Pack, went: &Went) -> shown::Walk {
    let sources = went.view.books.iter().map(|file| &file.source);
    let sources = sources.chain(went.view.scripts.iter().map(|file| &file.source)).chain([&went.view.about]);
    shown::Walk {
        title: pack.app.title.value.clone(),
        tenant: tenant.tenant.clone(),
        account: tenant.account.clone(),
        url: tenant.url.clone(),
        generation: went.view.generation.clone(),
        controls: went.walk.findings.iter().map(control).collect(),
        scripts: went.walk.scripts.iter().map(script).collect(),
        notes: went.walk.notes.clone(),
        halted: went.halted.clone(),
        texts: sources.map(|source| (source.name.clone(), source.text.clone())).collect(),
    }
}

const fn light(grade: Grade) -> Light {
    match grade {
        Grade::Good => Light::Green,
        Grade::Open => Light::Yellow,
        Grade::Bad => Light::Red,
    }
}

fn control(finding: &Finding) -> shown::Control {
    shown::Control {
        name: finding.name.clone(),
        light: light(finding.grade),
        book: finding.book.clone(),
        needed: finding.needs.clone(),
        descriptions: finding.lines.iter().map(description).collect(),
        notes: finding.notes.clone(),
        refusal: finding.refusal.clone(),
    }
}

fn description(line: &Line) -> shown::Description {
    let (light, finds) = match &line.found {
        Found::One => (Light::Green, "ok".to_owned()),
        Found::Nothing => (Light::Red, "finds nothing".to_owned()),
        Found::Several(count) => (Light::Red, format!("finds {count}")),
        Found::Else(what) => (Light::Red, format!("means something else: {what}")),
        Found::Unseen => (Light::Yellow, "not looked for".to_owned()),
    };
    shown::Description {
        words: line.words.clone(),
        light,
        finds,
        basis: line.basis.map(selector::Basis::as_str),
    }
}

fn script(walked: &Walked) -> shown::Script {
    shown::Script {
        file: walked.file.clone(),
        summary: walked.summary.clone(),
        light: light(walked.grade()),
        person: walked.person.clone(),
        why_not: walked.why_not.clone(),
        steps: walked.steps.iter().map(step).collect(),
    }
}

fn step(walked: &WalkedStep) -> shown::Step {
    let (light, how) = match walked.how {
        How::Done => (Light::Green, "done"),
        How::Located => (Light::Green, "located"),
        How::Skipped => (Light::Green, "left out"),
        How::NotShown => (Light::Yellow, "not shown now"),
        How::NotReached => (Light::Yellow, "not reached"),
        How::Refused => (Light::Red, "refused"),
    };
    shown::Step {
        line: walked.place.line,
        verb: walked.verb,
        on: walked.on.clone(),
        light,
        how,
        notes: walked.notes.clone(),
        refusal: walked.refusal.clone(),
    }
}

fn print(out: Out, report: &shown::Walk) {
    if out.json {
        for control in &report.controls {
            out.result(&serde_json::json!({ "control": control }).to_string());
        }
        return;
    }
    if out.quiet && report.is_good() {
        return;
    }
    out.result(&terminal::walk(report, out.width, out.colour));
}

fn summary(report: &shown::Walk, written: &[String]) -> serde_json::Value {
    serde_json::json!({ "summary": {
        "app": report.title,
        "tenant": report.tenant,
        "generation": report.generation,
        "green": report.count(Light::Green),
        "yellow": report.count(Light::Yellow),
        "red": report.count(Light::Red),
        "good": report.is_good(),
        "scripts": report.scripts,
        "notes": report.notes,
        "halted": report.halted,
        "written": written,
    }})
}

/// A book that can be continued, and how.
struct Continued<'a> {
    file: &'a BookFile,
    next: Next,
    /// How many of its descriptions were seen to hold.
    seen: usize,
}

/// Asks whether the books are to be continued, and writes what was allowed. The names of the written files come back.
fn next_books(
    out: Out,
    settings: &Settings,
    (tenant, pack): (&AppSettings, &str),
    went: &Went,
    yes: bool,
) -> Result<Vec<String>, Failure> {
    if tenant.practice {
        out.note("a practice console confirms nothing about the real one: no book is continued");
        return Ok(Vec::new());
    }
    let today: String = super::proceed::local().chars().take(10).collect();
    let mut written = Vec::new();
    for continued in continued(went, &today)? {
        let path = next_path(&continued);
        let what = format!("{path} {}, dated {today}", marked(&continued));
        if !yes && !out.can_ask {
            out.note(&format!("hint: `--yes` writes {what}"));
            continue;
        }
        if yes || (!out.json && out.ask(&format!("Write {what}?"))) {
            write(&settings.run.packs, pack, &path, &continued.next.text)?;
            out.note(&format!("wrote {path}; it is used from now on, the older version stays"));
            written.push(path);
        }
    }
    Ok(written)
}

fn marked(continued: &Continued<'_>) -> String {
    let (seen, new) = (continued.seen, continued.next.marked);
    let all = if seen == 1 { "1 description".to_owned() } else { format!("{seen} descriptions") };
    match new {
        0 => format!("with {all} confirmed-live as before"),
        new => format!("with {all} marked confirmed-live, {new} of them anew"),
    }
}

/// The next version of each book that has something new to say.
fn continued<'a>(went: &'a Went, today: &str) -> Result<Vec<Continued<'a>>, Failure> {
    let mut all = Vec::new();
    for file in went.view.books.iter().filter(|file| !file.practice) {
        let (spots, seen) = seen(&went.walk, &file.source.name);
        if spots.is_empty() {
            continue;
        }
        let next = selector::next_version(&file.source, &file.book, &spots, today);
        let next = next.map_err(|why| {
            Failure::files(format!(
                "{} cannot be continued: {why}\n  hint: write its next version by hand",
                file.source.name
            ))
        })?;
        if next.marked > 0 || file.book.checked.value != today {
            all.push(Continued { file, next, seen });
        }
    }
    Ok(all)
}

/// The mappings of a book all of whose descriptions were seen to hold, and how many descriptions those are.
fn seen(walk: &Walk, file: &str) -> (Vec<Spot>, usize) {
    let lines = walk.findings.iter().filter(|finding| finding.book.file == file);
    let lines: Vec<&Line> = lines.flat_map(|finding| &finding.lines).collect();
    let not: BTreeSet<Spot> = lines
        .iter()
        .filter(|line| !matches!(line.found, Found::One | Found::Unseen))
        .map(|line| line.part)
        .collect();
    let held: Vec<&&Line> =
        lines.iter().filter(|line| line.found == Found::One && !not.contains(&line.part)).collect();
    let spots: BTreeSet<Spot> = held.iter().map(|line| line.part).collect();
    (spots.into_iter().collect(), held.len())
}

fn next_path(continued: &Continued<'_>) -> String {
    let folder = continued.file.source.name.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default();
    format!("{folder}/{}", continued.next.file_name)
}

/// Writes a book beside the others, if the pack is good with it. A file that is there is left alone.
fn write(root: &Path, pack: &str, path: &str, text: &str) -> Result<(), Failure> {
    let mut files = packs::files(root, pack)?;
    if files.books.iter().any(|book| book.name == path) {
        return Err(Failure::files(format!("{path} is there already; nothing was written")));
    }
    files.books.push(Arc::new(Source::new(path, text)));
    if let Err(problems) = Pack::read(&files) {
        let first = problems.first().map(crate::diag::Diagnostic::one_line).unwrap_or_default();
        return Err(Failure::files(format!("{path} was not written: {first}")));
    }
    let whole = root.join(path);
    let mut file =
        std::fs::File::create_new(&whole).with_context(|| format!("failed to create {}", whole.display()))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("failed to write {}", whole.display()))?;
    Ok(())
}
