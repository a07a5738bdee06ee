//! `usher runs`, `report` and `leftovers`: what was done so far.

use super::proceed::{shown, write_reports};
use super::{Context, Exit, Failure, folders};
use crate::report::{self, terminal};
use crate::words::{Action, Family};

/// Lists the runs, newest last.
pub(super) fn list(context: &Context) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let runs = folders::all(&settings.run.folder)?;
    let out = context.out;
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for run in &runs {
        let told = match run.told() {
            Ok(told) => told,
            Err(error) => {
                rows.push(vec![
                    run.id.clone(),
                    String::new(),
                    String::new(),
                    String::new(),
                    format!("cannot be read: {error:#}"),
                ]);
                continue;
            }
        };
        let (story, plan) = (&told.story, &told.story.plan);
        let state = match (told.broken.is_some(), told.ended, story.count(Family::Undecided)) {
            (true, _, _) => "does not verify".to_owned(),
            (_, _, undecided) if undecided > 0 => format!("{undecided} undecided"),
            (_, true, _) => "ended".to_owned(),
            _ => "can be resumed".to_owned(),
        };
        let done = story.count(Family::Done) + story.count(Family::Already);
        lines.push(serde_json::json!({
            "run": run.id, "app": plan.app, "tenant": plan.tenant, "action": plan.action,
            "people": told.people, "done": done, "state": state,
        }));
        rows.push(vec![
            run.id.clone(),
            format!("{} {}", plan.action, plan.tenant),
            told.people.to_string(),
            done.to_string(),
            state,
        ]);
    }
    if out.json {
        out.result(&serde_json::Value::from(lines).to_string());
    } else if rows.is_empty() {
        out.note(&format!("there are no runs in {}", settings.run.folder.display()));
    } else {
        out.result(&terminal::table(&["run", "what", "people", "so", "state"], &rows, out.width, out.colour));
    }
    Ok(Exit::Done)
}

/// Draws a run's report again from its folder.
pub(super) fn report(context: &Context, which: &str) -> Result<Exit, Failure> {
    let root = context.settings().map_or_else(|_| "screenshots".into(), |settings| settings.run.folder);
    let folder = folders::find(&root, which)?;
    let told = folder.told()?;
    if let Some(broken) = &told.broken {
        context
            .out
            .error(&format!("warning: the journal breaks at line {}; the report ends there", broken.line));
    }
    let story = told.story;
    let path = write_reports(&folder, &story)?;
    if context.out.json {
        context.out.result(&report::json::summary(&story).to_string());
    } else {
        context.out.note(&report::verdict(&story));
        context.out.result(&shown(&path));
    }
    Ok(Exit::Done)
}

/// What removals so far left behind, by run and person.
pub(super) fn leftovers(context: &Context) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let mut rows = Vec::new();
    for run in folders::all(&settings.run.folder)? {
        let Ok(story) = run.told().map(|told| told.story) else { continue };
        if story.plan.action != Action::Remove {
            continue;
        }
        let Ok(pack) = super::work::frozen(&story.plan) else { continue };
        for person in story.people.iter().filter(|person| person.family() == Family::Done) {
            for leftover in &pack.app.leftovers {
                rows.push(vec![
                    story.plan.tenant.clone(),
                    person.key.clone(),
                    leftover.what.value.clone(),
                    leftover.todo.value.clone(),
                ]);
            }
        }
    }
    let out = context.out;
    if out.json {
        let lines: Vec<_> = rows
            .iter()
            .map(|row| serde_json::json!({ "tenant": row[0], "person": row[1], "what": row[2], "todo": row[3] }))
            .collect();
        out.result(&serde_json::Value::from(lines).to_string());
    } else if rows.is_empty() {
        out.note("no removal so far left anything behind that the packs know of");
    } else {
        out.result(&terminal::table(
            &["tenant", "person", "what stays", "what to do"],
            &rows,
            out.width,
            out.colour,
        ));
    }
    Ok(Exit::Done)
}
