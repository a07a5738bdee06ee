//! `usher sessions`: the sessions that are kept, and forgetting them.

use super::entrance::{day, ends, store, whose};
use super::proceed::seconds;
use super::{Context, Exit, Failure, packs};
use crate::report::terminal;
use crate::sign_in::Kept;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Forget the session of an app, or all of them; signing out in the app is a thing of its own
    Forget {
        /// The tenants, by their names in usher.toml
        #[arg(required_unless_present = "all")]
        apps: Vec<String>,
        /// Everything that is kept, also what cannot be opened
        #[arg(long, conflicts_with = "apps")]
        all: bool,
    },
}

/// Lists or forgets.
pub(super) async fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let out = context.out;
    let store = store(&settings).await?;
    match &arguments.what {
        Some(What::Forget { all: true, .. }) => {
            let count = store.forget_all()?;
            out.result(&format!("{count} forgotten"));
        }
        Some(What::Forget { apps, .. }) => {
            for name in apps {
                let app = settings.app(name).map_err(|error| Failure::files(error.to_string()))?;
                let pack = packs::pack(&settings.run.packs, app.pack.as_deref().unwrap_or(name), out)?;
                let was = store.forget(&whose(app, &pack))?;
                out.result(&format!("{name}: {}", if was { "forgotten" } else { "nothing was kept" }));
            }
        }
        None => {
            let all = store.all()?;
            let name = |kept: &Kept| {
                let known = settings
                    .apps
                    .iter()
                    .find(|(_, app)| kept.whose.is_of(&app.url, &app.tenant, &app.account));
                known.map_or_else(
                    || format!("{} (not in usher.toml)", kept.whose.app),
                    |(name, _)| name.clone(),
                )
            };
            if out.json {
                let lines = all.iter().map(|kept| {
                    serde_json::json!({
                        "name": name(kept), "app": kept.whose.app, "tenant": kept.whose.tenant, "url": kept.whose.url,
                        "account": kept.whose.account, "origins": kept.jar.origins, "by": kept.by,
                        "created": kept.created, "used": kept.used, "ends": kept.ends(), "over": kept.is_over(seconds()),
                    })
                });
                out.result(&serde_json::Value::Array(lines.collect()).to_string());
            } else if all.is_empty() {
                out.note("no session is kept; `usher login APP` keeps one");
            } else {
                let rows: Vec<Vec<String>> = all.iter().map(|kept| row(&name(kept), kept)).collect();
                out.result(&terminal::table(
                    &["app", "account", "tenant", "since", "used", "by", "ends"],
                    &rows,
                    out.width,
                    out.colour,
                ));
            }
        }
    }
    Ok(Exit::Done)
}

fn row(name: &str, kept: &Kept) -> Vec<String> {
    vec![
        name.to_owned(),
        kept.whose.account.clone(),
        kept.whose.tenant.clone(),
        day(kept.created),
        day(kept.used),
        kept.by.clone(),
        ends(kept),
    ]
}
