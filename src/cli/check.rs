//! `usher check`: everything that is wrong with scripts and books, at once.

use super::{Context, Exit, Failure, packs};
use crate::diag::{Severity, any_error};
use crate::plan::Pack;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The pack; all of them when absent
    app: Option<String>,
}

/// Reads packs and reports.
pub(super) fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let root = &settings.run.packs;
    let known = packs::apps(root)?;
    let apps = match &arguments.app {
        Some(app) if known.contains(app) => vec![app.clone()],
        Some(app) => {
            let near = crate::diag::did_you_mean(app, known.iter().map(String::as_str));
            let hint = near.map_or_else(
                || format!("there are {}", crate::diag::listed(known.iter().map(String::as_str))),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Failure::files(format!("there is no pack `{app}`\n  hint: {hint}")));
        }
        None => known,
    };
    let mut failed = false;
    for app in apps {
        let files = packs::files(root, &app)?;
        let count = files.scripts.len() + files.books.len() + usize::from(files.about.is_some());
        let problems = match Pack::read(&files) {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        };
        packs::show(&problems, context.out);
        failed |= any_error(&problems);
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let warnings = problems.len() - errors;
        let verdict = match (errors, warnings) {
            (0, 0) => "good".to_owned(),
            (0, warnings) => format!("good, {warnings} to look at"),
            (errors, warnings) => format!("{errors} wrong, {warnings} to look at"),
        };
        if !context.out.json {
            context.out.result(&format!("{app}: {count} files, {verdict}"));
        }
    }
    Ok(if failed { Exit::Files } else { Exit::Done })
}
