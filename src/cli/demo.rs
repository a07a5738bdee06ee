//! `usher demo`: the main job on a practice console: 12 invitations, 3 removals, reports, verification.
#![expect(clippy::disallowed_methods, reason = "the demo writes its own settings and requests")]

use super::{Context, Exit, Failure, How, folders, verify, work};
use crate::practice::{Options, start};
use crate::settings::Overrides;
use crate::words::Action;
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where the demo keeps its runs
    #[arg(long, default_value = "screenshots")]
    folder: PathBuf,
    /// Where `scripts/` and `selectors/` are
    #[arg(long, default_value = ".")]
    packs: PathBuf,
}

const PEOPLE: &str = "\
email,role,name,ticket
ada.okonkwo@northwind.example,Member,Ada Okonkwo,HR-4101
ben.larsson@northwind.example,Member,Ben Larsson,HR-4101
chiara.moretti@northwind.example,Viewer,Chiara Moretti,HR-4102
dmitri.volkov@northwind.example,Member,Dmitri Volkov,HR-4102
elif.demir@northwind.example,Admin,Elif Demir,HR-4103
farah.haddad@northwind.example,Viewer,Farah Haddad,HR-4103
gustavo.reyes+analytics@northwind.example,Member,Gustavo Reyes,HR-4104
hana.suzuki@northwind.example,Member,Hana Suzuki,HR-4104
ines.carvalho@northwind.example,Viewer,Ines Carvalho,HR-4105
jonas.weber@northwind.example,Member,Jonas Weber,HR-4105
kofi.mensah@northwind.example,Member,Kofi Mensah,HR-4106
lucia.fernandez@northwind.example,Viewer,Lucia Fernandez,HR-4106
";

/// Runs it.
pub(super) async fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let out = context.out;
    let console = start(Options {
        app: "heap".to_owned(),
        generation: "users-permissions".to_owned(),
        port: 0,
        state: None,
        knobs: Vec::new(),
    })
    .await?;
    out.note(&format!("practice console at {} ({})\n", console.url, console.tenant));
    std::fs::create_dir_all(&arguments.folder)
        .with_context(|| format!("failed to make {}", arguments.folder.display()))?;
    let files = scratch()?;
    let ended = both(context, arguments, &files, &console).await;
    console.stop().await?;
    std::fs::remove_dir_all(&files).context("failed to clear up after the demo")?;
    ended
}

async fn both(
    context: &Context,
    arguments: &Arguments,
    files: &Path,
    console: &crate::practice::Running,
) -> Result<Exit, Failure> {
    let out = context.out;
    let people = files.join("people.csv");
    let leavers = files.join("leavers.csv");
    std::fs::write(&people, PEOPLE).context("failed to write the demo's request")?;
    let three =
        ["meier@northwind.example", "priya.raman+heap@northwind.example", "d.kowalski@partner.example"];
    std::fs::write(
        &leavers,
        format!("email,ticket\n{}\n", three.map(|key| format!("{key},HR-4090")).join("\n")),
    )
    .context("failed to write the demo's request")?;
    let password = files.join("password");
    std::fs::write(&password, &console.password).context("failed to write the demo's password")?;
    let settings = format!(
        "[run]\nfolder = {}\npacks = {}\n\n[apps.heap]\nurl = {}\naccount = {}\ntenant = {}\npractice = true\n\n[apps.heap.secrets]\npassword = {{ command = [\"cat\", {}] }}\n",
        quoted(&absolute(&arguments.folder)?),
        quoted(&absolute(&arguments.packs)?),
        quoted(&console.url),
        quoted(&console.account),
        quoted(&console.tenant),
        quoted(&password.display().to_string()),
    );
    let config = files.join("usher.toml");
    std::fs::write(&config, settings).context("failed to write the demo's settings")?;
    let inner = Context {
        out,
        config,
        asked_for: true,
        overrides: Overrides {
            webdriver: context.overrides.webdriver.clone(),
            headed: context.overrides.headed,
        },
    };
    let how = How { dry_run: false, yes: true, beside: super::Beside { sessions: None } };
    let mut worst = Exit::Done;
    for (action, request) in [(Action::Invite, &people), (Action::Remove, &leavers)] {
        out.note(&format!(
            "usher {action} heap {} --yes\n",
            request.file_name().unwrap_or_default().to_string_lossy()
        ));
        let exit = work::run(&inner, action, "heap", request, how).await?;
        let run = folders::find(&arguments.folder, "last")?;
        let quiet = Context {
            out: super::Out { quiet: true, ..out },
            config: inner.config.clone(),
            asked_for: true,
            overrides: Overrides::default(),
        };
        let verified = verify::run(&quiet, &verify::Arguments::of(&run.path))?;
        for exit in [exit, verified] {
            if exit != Exit::Done {
                worst = exit;
            }
        }
        out.note("");
    }
    Ok(worst)
}

fn scratch() -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;
    let folder = std::env::temp_dir().join(format!("usher-demo-{}", std::process::id()));
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .with_context(|| format!("failed to make {}", folder.display()))?;
    Ok(folder)
}

fn absolute(path: &Path) -> anyhow::Result<String> {
    Ok(path.canonicalize().with_context(|| format!("{} is not there", path.display()))?.display().to_string())
}

fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
