//! `usher login`: a person signs in, in a browser they can see, and the session is kept.

use super::entrance::{Entrance, ends};
use super::session::{browser, close, confine, failure};
use super::{Context, Exit, Failure, packs};
use crate::settings::Period;
use crate::sign_in::Entered;
use std::time::Duration;

/// How long a person may take when neither the command nor usher.toml says.
const WAIT: Duration = Duration::from_mins(10);

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The tenant, by its name in usher.toml
    app: String,
    /// How long you may take, such as `10m`
    #[arg(long, value_parser = Period::parse, value_name = "TIME")]
    wait: Option<Period>,
}

/// Opens the browser, waits for the person, looks who is signed in, keeps the session.
pub(super) async fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let out = context.out;
    let mut settings = context.settings()?;
    settings.run.headless = false;
    let wait = arguments.wait.map_or(WAIT, |period| period.0);
    settings.help.wait = Period(wait);
    let app = settings.app(&arguments.app).map_err(|error| Failure::files(error.to_string()))?.clone();
    let pack = packs::pack(&settings.run.packs, app.pack.as_deref().unwrap_or(&arguments.app), out)?;
    let entrance = Entrance::new(out, &settings, &app, &pack).await?;
    let (mut live, driver) = browser(out, &settings.run).await?;
    confine(&mut live, &app, &pack)?;
    out.note(&format!(
        "a browser is open at {}\nsign in there as {}, in whatever way it asks; usher waits {} s and types nothing",
        app.url,
        app.account,
        wait.as_secs()
    ));
    let door = entrance.door();
    let entered = tokio::select! {
        entered = door.by_person(&mut live) => entered,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped; no session was kept").into()),
    };
    let entered: Entered = match entered {
        Ok(entered) => entered,
        Err(halt) => {
            let halt = entrance.pictured(&mut live, halt, &settings.run.folder).await;
            close(live, driver).await?;
            return Err(failure(halt));
        }
    };
    close(live, driver).await?;
    let kept = entrance.kept()?;
    let until = kept.as_ref().map_or_else(String::new, ends);
    if out.json {
        let told = serde_json::json!({
            "account": entered.signed_in.account, "tenant": app.tenant, "url": app.url,
            "ends": kept.and_then(|kept| kept.ends()),
        });
        out.result(&told.to_string());
    } else {
        out.result(&format!("signed in as {}; the session is kept, {until}", entered.signed_in.account));
    }
    Ok(Exit::Done)
}
