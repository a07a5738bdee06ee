//! `usher check`: everything that is wrong with scripts and books, at once; with `--live`, what a real console says of them.

use super::{Context, Exit, Failure, live, packs};
use crate::diag::{Severity, any_error};
use crate::plan::Pack;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The pack; all of them when absent. With --live the tenant, by its name in usher.toml
    app: Option<String>,
    /// Walk through the tenant's console and hold the books against it; nothing in it is changed
    #[arg(long, requires = "app")]
    live: bool,
    /// The person whose row and page are looked at; somebody harmless is chosen when absent
    #[arg(long, value_name = "KEY", requires = "live")]
    person: Option<String>,
    /// Write the next version of the books, with what was seen marked and dated, without asking
    #[arg(long, requires = "live")]
    yes: bool,
}

/// Reads packs and reports; with `--live` holds one of them against a console.
pub(super) async fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    match (&arguments.app, arguments.live) {
        (Some(app), true) => live::run(context, app, arguments.person.as_deref(), arguments.yes).await,
        _ => files(context, arguments),
    }
}

fn files(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
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
