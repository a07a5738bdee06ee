//! `usher doctor`: what this machine has and lacks.

use super::{Context, Exit, Failure};
use crate::browser::driver::{Finding, State, examine};
use crate::report::terminal;
use crate::settings::Settings;

/// Looks and tells.
pub(super) async fn run(context: &Context) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let run = &settings.run;
    let mut findings = examine(run.chromedriver.as_deref(), run.browser.as_deref(), &run.folder);
    findings.push(signer(&settings).await);
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

/// The key that runs are signed with.
async fn signer(settings: &Settings) -> Finding {
    let finding = |state, found: String, hint: Option<&str>| Finding {
        what: "signing key",
        state,
        found,
        hint: hint.map(str::to_owned),
    };
    match super::signing::signer(settings).await {
        Ok(Some(key)) => {
            let name = key.name();
            finding(State::Good, format!("{} {}", name.fingerprint, name.comment), None)
        }
        Ok(None) => {
            let hint = "name an Ed25519 SSH key: `key = \"~/.ssh/id_ed25519\"` in `[signing]` of usher.toml";
            finding(State::Warning, "none: runs are not signed".to_owned(), Some(hint))
        }
        Err(failure) => {
            let (found, hint) = failure.message.split_once("\n  hint: ").unwrap_or((&failure.message, ""));
            finding(State::Bad, found.to_owned(), Some(hint).filter(|hint| !hint.is_empty()))
        }
    }
}
