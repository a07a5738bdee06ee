//! The command line: arguments in, an exit code out. The only place that prints, and the only one that may name everything.

mod check;
mod demo;
mod doctor;
mod entrance;
mod exit;
mod folders;
mod init;
mod keyring;
mod live;
mod login;
mod notice;
mod out;
mod packs;
mod passwords;
mod practice;
mod proceed;
mod roster;
mod runs;
mod schema;
mod secrets;
mod session;
mod sessions;
mod signing;
mod unresolved;
mod verify;
mod work;

pub use exit::Exit;
pub use schema::schemas;

use crate::safe;
use crate::settings::{Overrides, Settings};
use crate::words::{Action, Outcome};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use out::Out;
use std::path::PathBuf;
use std::process::ExitCode;
use work::{Beside, How};

/// usher runs admin consoles that have no API: bulk invites, removals and role changes in a real browser, with sealed proof.
#[derive(Debug, Parser)]
#[command(name = "usher", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  usher demo                                      try it: practice console, invites, removals, report
  usher init                                      write a commented usher.toml
  usher roster wordpress                          who is in there
  usher invite wordpress people.csv --dry-run     what would be done, and what not, and why
  usher invite wordpress people.csv               show the plan, ask, do it
  usher remove wordpress leavers.csv --yes        without asking; caps and guards hold nevertheless
  usher resume last                               go on where a run stopped
  usher verify last                               re-compute every digest
  usher check wordpress --live                    does the console still look as the books say? Changes nothing

Exit codes: 0 done, 1 unexpected, 2 usage, 3 files wrong, 4 some people were refused or not reached,
5 not approved, 6 does not verify, 7 stopped and can be resumed, 8 somebody is undecided";

#[derive(Clone, Debug, Args)]
struct Global {
    /// The settings file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    config: Option<PathBuf>,
    /// For machines: one fact per line, then a summary object
    #[arg(long, global = true, help_heading = "Everywhere")]
    json: bool,
    /// Only results and errors
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    quiet: bool,
    /// Tell what is going on; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Everywhere")]
    verbose: u8,
    /// Use a WebDriver that is running already
    #[arg(long, global = true, value_name = "URL", help_heading = "Everywhere")]
    webdriver: Option<String>,
    /// Show the browser's window
    #[arg(long, global = true, help_heading = "Everywhere")]
    headed: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Rehearse the main job: practice console, 12 invites, 3 removals, report, verify
    Demo(demo::Arguments),
    /// Write a commented usher.toml
    Init(init::Arguments),
    /// Show who is in an app
    Roster(roster::Arguments),
    /// Invite the people of a request
    Invite(Target),
    /// Remove the people of a request
    Remove(Target),
    /// Give the people of a request another role
    Role(Target),
    /// Do any action that a pack has
    Run(RunTarget),
    /// List the runs
    Runs,
    /// Make a run's report again and say where it is
    Report(Which),
    /// Re-compute every digest of a run, and check its signatures
    Verify(verify::Arguments),
    /// Go on where a run stopped
    Resume(Resume),
    /// People nobody has decided, and deciding them
    Unresolved(unresolved::Arguments),
    /// What the removals so far left behind
    Leftovers,
    /// Read scripts and books and report everything wrong with them; --live holds them against a real console
    Check(check::Arguments),
    /// Sign in yourself, in a browser you see, for apps with single sign-on, passkeys or CAPTCHAs; usher keeps the session
    Login(login::Arguments),
    /// The sessions that are kept, and forgetting them
    Sessions(sessions::Arguments),
    /// Say what this machine has and lacks
    Doctor,
    /// Start a practice console
    Practice(practice::Arguments),
    /// Print a JSON Schema
    Schema(schema::Arguments),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Keeps the driver company (usher starts this itself)
    #[command(hide = true)]
    Guard(GuardArguments),
}

#[derive(Clone, Debug, Args)]
struct Target {
    /// The tenant, by its name in usher.toml
    app: String,
    /// The request: CSV or JSON, `-` for standard input
    request: PathBuf,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Debug, Args)]
struct RunTarget {
    /// The tenant, by its name in usher.toml
    app: String,
    /// The action
    #[arg(value_parser = action)]
    action: Action,
    /// The request: CSV or JSON, `-` for standard input
    request: PathBuf,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Debug, Args)]
struct Which {
    /// A run's id, a unique beginning of it, `last`, or a folder
    #[arg(default_value = "last")]
    run: String,
}

#[derive(Clone, Debug, Args)]
struct Resume {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    beside: Beside,
}

#[derive(Clone, Debug, Args)]
struct GuardArguments {
    #[arg(long)]
    driver: PathBuf,
    #[arg(long)]
    profile: PathBuf,
}

fn action(word: &str) -> Result<Action, String> {
    let all = [Action::Invite, Action::Remove, Action::Role];
    all.into_iter().find(|action| action.as_str() == word).ok_or_else(|| {
        let near = crate::diag::did_you_mean(word, all.iter().map(|action| action.as_str()));
        near.map_or_else(
            || "there are `invite`, `remove` and `role`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )
    })
}

/// Why a command ended early: a message and the exit code it leads to.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
    fn files(message: impl Into<String>) -> Self {
        Self::new(Exit::Files, message)
    }
    fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }
    fn stopped(message: impl Into<String>) -> Self {
        Self::new(Exit::Stopped, message)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let hint = if is_full(&error) { "\n  hint: make room on that disk, and do it again" } else { "" };
        Self::new(Exit::Unexpected, format!("{error:#}{hint}"))
    }
}

/// Whether a disk has no room left, or not for this user.
fn is_full(error: &anyhow::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let kinds =
        error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    kinds.into_iter().any(|kind| matches!(kind, StorageFull | QuotaExceeded))
}

/// What to do after an error: this, and room is to be made before where there is none.
fn after_room(error: &anyhow::Error, todo: &str) -> String {
    if is_full(error) { format!("make room on that disk; then {todo}") } else { todo.to_owned() }
}

/// What every command gets.
#[derive(Debug)]
pub(crate) struct Context {
    out: Out,
    config: PathBuf,
    asked_for: bool,
    overrides: Overrides,
}

impl Context {
    /// The settings; paths in them are relative to the file they are from.
    fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = Settings::read(&self.config, self.asked_for, &self.overrides)
            .map_err(|error| Failure::files(format!("{error:#}")))?;
        let base = self.config.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(base) = base {
            let paths = [&mut settings.run.folder, &mut settings.run.packs];
            for path in paths.into_iter().chain(settings.sessions.folder.as_mut()) {
                *path = base.join(&*path);
            }
        }
        Ok(settings)
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let out = Out::new(false, false);
            // What somebody typed, or pasted, is told again.
            let told =
                |colour| if colour { error.render().ansi().to_string() } else { error.render().to_string() };
            if error.use_stderr() {
                out.error(&told(out.colour_err));
            } else {
                out.result(&told(out.colour));
            }
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    if let Command::Guard(arguments) = &cli.command {
        // The guard has a runtime of its own and outlives this one.
        let arguments = crate::browser::guard::GuardArguments {
            driver: arguments.driver.clone(),
            profile: arguments.profile.clone(),
        };
        return crate::browser::guard::run_guard(&arguments);
    }
    let out = Out::new(cli.global.quiet, cli.global.json);
    logging(cli.global.verbose, out);
    let context = Context {
        out,
        asked_for: cli.global.config.is_some(),
        config: cli.global.config.unwrap_or_else(|| PathBuf::from("usher.toml")),
        overrides: Overrides { webdriver: cli.global.webdriver, headed: cli.global.headed },
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            out.error(&format!("error: failed to start: {error}"));
            return Exit::Unexpected.into();
        }
    };
    match runtime.block_on(dispatch(&context, cli.command)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if out.json {
                let line = serde_json::json!({ "error": { "message": failure.message, "exit": failure.exit as u8 } });
                out.result(&line.to_string());
            }
            let word = if out.colour_err { "\u{1b}[1;31merror:\u{1b}[0m" } else { "error:" };
            out.error(&format!("{word} {}", safe::lines(&failure.message)));
            failure.exit.into()
        }
    }
}

async fn dispatch(context: &Context, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Demo(arguments) => demo::run(context, &arguments).await,
        Command::Init(arguments) => init::run(context, &arguments),
        Command::Roster(arguments) => roster::run(context, &arguments).await,
        Command::Invite(target) => {
            work::run(context, Action::Invite, &target.app, &target.request, target.how).await
        }
        Command::Remove(target) => {
            work::run(context, Action::Remove, &target.app, &target.request, target.how).await
        }
        Command::Role(target) => {
            work::run(context, Action::Role, &target.app, &target.request, target.how).await
        }
        Command::Run(target) => {
            work::run(context, target.action, &target.app, &target.request, target.how).await
        }
        Command::Runs => runs::list(context),
        Command::Report(which) => runs::report(context, &which.run),
        Command::Verify(arguments) => verify::run(context, &arguments),
        Command::Resume(resume) => work::resume(context, &resume.which.run, resume.beside).await,
        Command::Unresolved(arguments) => unresolved::run(context, &arguments).await,
        Command::Leftovers => runs::leftovers(context),
        Command::Check(arguments) => check::run(context, &arguments).await,
        Command::Login(arguments) => login::run(context, &arguments).await,
        Command::Sessions(arguments) => sessions::run(context, &arguments).await,
        Command::Doctor => doctor::run(context).await,
        Command::Practice(arguments) => practice::run(context, arguments).await,
        Command::Schema(arguments) => Ok(schema::run(context, &arguments)),
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "usher", &mut bytes);
            context.out.result(&String::from_utf8_lossy(&bytes));
            Ok(Exit::Done)
        }
        Command::Man => {
            let mut bytes = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(anyhow::Error::new)?;
            context.out.result(&String::from_utf8_lossy(&bytes));
            Ok(Exit::Done)
        }
        Command::Guard(_) => Err(Failure::usage("the guard is started by usher itself")),
    }
}

fn logging(verbose: u8, out: Out) {
    let level = match verbose {
        0 => "warn",
        1 => "usher=info,warn",
        2 => "usher=debug,info",
        _ => "usher=trace,debug",
    };
    // Libraries that log whole requests would log what is typed; their traces are never let in.
    let filter = tracing_subscriber::EnvFilter::new(format!(
        "{level},hyper=warn,hyper_util=warn,fantoccini=warn,h2=warn"
    ));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| out::Log)
        .with_ansi(out.colour_err)
        .with_target(verbose > 1)
        .try_init();
}

/// Output formats of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// For machines
    Json,
}

/// An outcome's exit code when a run could not even begin.
fn exit_of(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::UnknownAfterCommit => Exit::Undecided,
        _ => Exit::Refused,
    }
}
