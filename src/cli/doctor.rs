//! `usher doctor`: what this machine has and lacks.

use super::{Context, Exit, Failure};
use crate::browser::driver::{State, examine};
use crate::report::terminal;

/// Looks and tells.
pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let run = &settings.run;
    let findings = examine(run.chromedriver.as_deref(), run.browser.as_deref(), &run.folder);
    let bad = findings.iter().any(|finding| finding.state == State::Bad);
    let out = context.out;
    if out.json {
        let all: Vec<_> = findings
            .iter()
            .map(
                |f| serde_json::json!({ "what": f.what, "state": f.state, "found": f.found, "hint": f.hint }),
            )
            .collect();
        out.result(&serde_json::Value::from(all).to_string());
    } else {
        let rows: Vec<Vec<String>> = findings
            .iter()
            .map(|finding| {
                let mark = match finding.state {
                    State::Good => "good",
                    State::Warning => "look",
                    State::Bad => "bad",
                };
                vec![
                    mark.to_owned(),
                    finding.what.to_owned(),
                    finding.found.clone(),
                    finding.hint.clone().unwrap_or_default(),
                ]
            })
            .collect();
        out.result(&terminal::table(&["", "what", "found", "what to do"], &rows, out.width, out.colour));
    }
    Ok(if bad { Exit::Unexpected } else { Exit::Done })
}
