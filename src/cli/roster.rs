//! `usher roster`: who is in an app.

use super::session::Session;
use super::{Context, Exit, Failure, Format, packs};
use crate::plan::words;
use crate::report::terminal;
use crate::roster::Roster;
use crate::safe::visible;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The tenant, by its name in usher.toml
    app: String,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Signs in, reads every list, prints it.
pub(super) async fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let tenant = settings.app(&arguments.app).map_err(|error| Failure::files(error.to_string()))?;
    let pack =
        packs::pack(&settings.run.packs, tenant.pack.as_deref().unwrap_or(&arguments.app), context.out)?;
    let session = Session::open(context, &settings, tenant, &pack).await?;
    let (session, roster) = session.roster(&tenant.url, false).await?;
    let columns: Vec<String> = session
        .view
        .book
        .lists
        .iter()
        .next()
        .map(|(_, list)| {
            let detail = list.detail.iter().flat_map(|detail| detail.shows.keys());
            let also = detail.filter(|name| list.columns.get(name).is_none());
            list.columns.keys().chain(also).map(str::to_owned).collect()
        })
        .unwrap_or_default();
    session.close().await?;
    print(context, arguments.format, &roster, &columns)?;
    Ok(Exit::Done)
}

fn print(context: &Context, format: Format, roster: &Roster, columns: &[String]) -> anyhow::Result<()> {
    let out = context.out;
    if out.json || format == Format::Json {
        out.result(&crate::safe::json(&serde_json::to_string_pretty(roster)?));
        return Ok(());
    }
    let mut headers: Vec<&str> =
        columns.iter().map(String::as_str).filter(|name| *name != "status").collect();
    headers.push("state");
    let cell = |person: &crate::roster::Person, name: &str| match name {
        "state" => person.state.to_string(),
        other => person.columns.get(other).cloned().unwrap_or_default(),
    };
    let rows: Vec<Vec<String>> =
        roster.people.iter().map(|person| headers.iter().map(|name| cell(person, name)).collect()).collect();
    if format == Format::Csv {
        out.result(&crate::report::csv::table(&headers, &rows));
    } else {
        out.result(&terminal::table(&headers, &rows, out.width, out.colour));
        out.note(&format!("{} people; {}", roster.people.len(), visible(&words(&roster.completeness))));
        for note in &roster.notes {
            out.note(&format!("note: {}", visible(note)));
        }
    }
    Ok(())
}
