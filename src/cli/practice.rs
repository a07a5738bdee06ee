//! `usher practice`: an admin console to rehearse on.

use super::{Context, Exit, Failure};
use crate::practice::{Options, consoles, start};
use std::path::PathBuf;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The console, as APP/GENERATION
    #[arg(required_unless_present = "list")]
    console: Option<String>,
    /// The port; any free one when 0
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where its state is kept; a fresh temporary file when absent
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Turns a knob; `--list` names them
    #[arg(long = "knob", value_name = "NAME=VALUE")]
    knobs: Vec<String>,
    /// List the consoles and their knobs
    #[arg(long)]
    list: bool,
}

/// Serves until it is ended.
pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<Exit, Failure> {
    let out = context.out;
    if arguments.list {
        out.result(&list());
        return Ok(Exit::Done);
    }
    let console = arguments.console.unwrap_or_default();
    let (app, generation) = console.split_once('/').ok_or_else(|| {
        Failure::usage(format!(
            "`{console}` is not APP/GENERATION\n  hint: `usher practice --list` names them"
        ))
    })?;
    let mut knobs = Vec::new();
    for knob in &arguments.knobs {
        let (name, value) =
            knob.split_once('=').ok_or_else(|| Failure::usage(format!("`{knob}` is not NAME=VALUE")))?;
        knobs.push((name.to_owned(), value.to_owned()));
    }
    let options = Options {
        app: app.to_owned(),
        generation: generation.to_owned(),
        port: arguments.port,
        state: arguments.state,
        knobs,
    };
    let running = start(options)
        .await
        .map_err(|error| Failure::usage(format!("{error:#}").replace("\nhint:", "\n  hint:")))?;
    if out.json {
        let mut line = serde_json::json!({
            "url": running.url, "account": running.account, "password": running.password, "tenant": running.tenant,
            "state": running.state, "truth": format!("{}/_truth", running.url),
        });
        if !running.origins.is_empty() {
            line["origins"] = running.origins.clone().into();
        }
        out.result(&line.to_string());
    } else {
        let over = |origin: &String| ["\nsigns in over     ", origin].concat();
        let origins: String = running.origins.iter().map(over).collect();
        out.result(&format!(
            "practice console  {}{origins}\ntenant            {}\naccount           {}\npassword          {}\nthe truth         {}/_truth",
            running.url, running.tenant, running.account, running.password, running.url
        ));
        out.note("Ctrl-C ends it");
    }
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(anyhow::Error::new)?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended.map_err(anyhow::Error::new)?,
        _ = terminate.recv() => {}
    }
    running.stop().await?;
    Ok(Exit::Done)
}

fn list() -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for console in consoles() {
        let _ = writeln!(text, "{}/{}  {}", console.app, console.generation, console.summary);
        for knob in console.knobs {
            let _ = writeln!(
                text,
                "  {:<16} {:<28} default {:<10} {}",
                knob.name, knob.values, knob.default, knob.meaning
            );
        }
    }
    text
}
