//! The main job: read the request and the roster, make the plan, show it, ask, run it; and resuming a run.

use super::proceed::{Sitting, finish, sit};
use super::session::Session;
use super::{Context, Exit, Failure, folders, packs, signing};
use crate::digest::Digest;
use crate::evidence::Store;
use crate::plan::{self, Input, InputKind, Pack, PackFiles, Parts, Plan, Since, View};
use crate::report::{Story, terminal};
use crate::request::{self, Column, Key, Wants};
use crate::run::Progress;
use crate::settings::{AppSettings, RunSettings};
use crate::signature::SigningKey;
use crate::source::Source;
use crate::words::{Action, Identity};
use clap::Args;
use std::path::Path;
use std::sync::Arc;

/// How a run is asked for.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct How {
    /// Only show the plan
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask; never lifts a cap or a guard
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) beside: Beside,
}

/// How many browsers it has.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Beside {
    /// So many browsers side by side, where the app bears it [default: `sessions` in usher.toml, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(super) sessions: Option<u8>,
}

/// Does an action for the people of a request.
pub(super) async fn run(
    context: &Context,
    action: Action,
    app: &str,
    request: &Path,
    how: How,
) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let tenant = settings.app(app).map_err(|error| Failure::files(error.to_string()))?;
    let signer = signing::signer(&settings).await?;
    let pack = packs::pack(&settings.run.packs, tenant.pack.as_deref().unwrap_or(app), context.out)?;
    if pack.app.does.get(action.as_str()).is_none() {
        let does = crate::diag::listed(pack.app.does.keys());
        return Err(Failure::usage(format!("the pack of {} does {does}, not `{action}`", pack.app.title)));
    }
    let bytes = packs::request(request)?;
    let wants = wants(&pack, tenant, action)?;
    // The report names the request by its file's name: where it lay on this machine is nobody else's business.
    let name = request
        .file_name()
        .map_or_else(|| "standard input".to_owned(), |name| name.to_string_lossy().into_owned());
    let read =
        request::read(&name, &bytes, &wants).map_err(|problems| packs::told(&problems, context.out))?;
    packs::show(&read.notes, context.out);
    let lock = folders::lock(&settings.run.folder, &pack.app.app, &tenant.url)?;
    let earlier = folders::earlier(&settings.run.folder, &pack.app.app, &tenant.url, None)?;
    let session = Session::open(context, &settings, tenant, &pack).await?;
    let (session, roster) = session.roster(&tenant.url, false).await?;
    let mut plan = plan::build(&Parts {
        view: &session.view,
        action,
        request: &read,
        roster: &roster,
        created: super::proceed::utc(),
        url: tenant.url.clone(),
        tenant: tenant.tenant.clone(),
        account: tenant.account.clone(),
        practice: tenant.practice,
        protected: &protected(tenant),
        cap: tenant.caps.removals,
        undecided: &earlier.undecided,
    });
    plan.notes.extend(earlier.shrunk(&plan));
    let before = Before { previous: earlier.head, signer };
    let exit = go(context, &settings.run, tenant, session, plan, roster, before, how).await;
    drop(lock);
    exit
}

impl Beside {
    /// How many browsers a run of this tenant has.
    fn of(self, tenant: &AppSettings) -> usize {
        usize::from(self.sessions.or(tenant.sessions).unwrap_or(1))
    }
}

/// What is known before a run, and goes into its record.
struct Before {
    /// The last seal of this tenant's previous run.
    previous: Option<Digest>,
    /// The key that signs its end.
    signer: Option<SigningKey>,
}

#[expect(
    clippy::too_many_arguments,
    reason = "it is the second half of one function, split for reading only"
)]
async fn go(
    context: &Context,
    run: &RunSettings,
    tenant: &AppSettings,
    session: Session,
    mut plan: Plan,
    roster: crate::roster::Roster,
    before: Before,
    how: How,
) -> Result<Exit, Failure> {
    let out = context.out;
    if out.json && how.dry_run {
        out.result(&serde_json::json!({ "plan": plan }).to_string());
    } else if how.dry_run {
        out.result(&terminal::plan_table(&plan, out.width, out.colour));
    } else if !out.json {
        out.note(&terminal::plan_table(&plan, out.width, out.colour_err));
    }
    let to_run = plan.to_run().count();
    if how.dry_run {
        session.close().await?;
        let people = plan.jobs.len();
        let left = people - to_run - Story::new(plan).count(crate::words::Family::Already);
        return Ok(if left == 0 { Exit::Done } else { Exit::Refused });
    }
    let question =
        format!("{} {to_run} {} at {} ({})?", verb(plan.action), people(to_run), plan.tenant, plan.url);
    if to_run > 0 && !how.yes && !out.ask(&question) {
        session.close().await?;
        let hint = if out.can_ask {
            "nothing was done"
        } else {
            "nobody is at the terminal to say yes; `--yes` says it beforehand"
        };
        return Err(Failure::new(Exit::NotApproved, format!("the plan was not approved\n  hint: {hint}")));
    }
    let folder = folders::new_run(&run.folder, &plan.app, plan.action.as_str())?;
    let bytes = plan.to_bytes();
    Store::new(&folder.path).write_whole("plan.json", &bytes)?;
    let digest = Digest::of(&bytes);
    drop(bytes);
    let watched = Story::brief(&mut plan);
    let view = session.view.clone();
    let sitting = Sitting {
        context,
        folder: &folder,
        plan: &plan,
        digest,
        view: &view,
        tenant,
        roster,
        progress: Progress::default(),
        watched,
        resumed: None,
        since: Since::default(),
        previous: before.previous,
        signer: before.signer.as_ref(),
        blocked: std::collections::BTreeMap::new(),
        run,
        sessions: how.beside.of(tenant),
    };
    let ended = sat(context, &folder, before.signer.as_ref(), sit(sitting, session).await)?;
    finish(context, &folder, before.signer.as_ref(), &ended)
}

/// A sitting that broke off still leaves a report of how far it came; what broke it off is told in any case.
fn sat(
    context: &Context,
    folder: &folders::Folder,
    signer: Option<&SigningKey>,
    ended: Result<crate::run::Ended, Failure>,
) -> Result<crate::run::Ended, Failure> {
    if ended.is_err()
        && let Ok(told) = folder.told()
    {
        if let Err(error) = super::proceed::write_reports(folder, &told.story) {
            tracing::debug!(%error, "no report of the broken sitting");
        }
        if let Err(error) = signing::sign(folder, signer) {
            context.out.error(&format!("warning: {} is not signed: {error:#}", folder.id));
        }
    }
    ended
}

/// Goes on where a run stopped. Scripts and books are the ones the plan was made from.
pub(super) async fn resume(context: &Context, which: &str, beside: Beside) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let folder = folders::find(&settings.run.folder, which)?;
    let (named, _) = folder.plan()?;
    // Only under the lock is what is read still so when it is acted upon.
    let lock = folders::lock(&settings.run.folder, &named.app, &named.url)?;
    drop(named);
    let (mut plan, digest) = folder.plan()?;
    let mut watched = Story::brief(&mut plan);
    let kept = folder.kept(|entry| watched.take(entry))?;
    folder.fit(&kept, &digest, &settings.run.folder)?;
    let so_far = kept.sittings.progress();
    if so_far.ended && so_far.doubts.is_empty() {
        context.out.note(&format!("{} ended already; there is nothing left to do", folder.id));
        drop((plan, watched));
        let story = folder.told()?.story;
        // usher may have been killed after the last entry, before it drew the report or signed. What was signed is as it
        // was when it ended, and is left so.
        if !signing::is_signed(&folder, &story) {
            super::proceed::write_reports(&folder, &story)?;
            signing::sign_at_last(&folder, &story, signing::signer(&settings).await?.as_ref())?;
        }
        return Ok(Exit::of(&story, true));
    }
    let tenant = settings
        .apps
        .values()
        .find(|tenant| {
            (&tenant.url, &tenant.account, &tenant.tenant) == (&plan.url, &plan.account, &plan.tenant)
        })
        .ok_or_else(|| {
            Failure::files(format!(
                "usher.toml has no tenant \"{}\" with the URL {} and the account {}",
                plan.tenant, plan.url, plan.account
            ))
        })?;
    let signer = signing::signer(&settings).await?;
    let pack = frozen(&plan).map_err(|problems| packs::told(&problems, context.out))?;
    let earlier = folders::earlier(&settings.run.folder, &plan.app, &plan.url, Some(&folder.id))?;
    super::proceed::end_old_browsers(kept.browsers).await?;
    let mut pinned = tenant.clone();
    pinned.generation = Some(plan.generation.clone());
    pinned.practice = plan.practice;
    let session = Session::open(context, &settings, &pinned, &pack).await.map_err(still_stopped)?;
    let (session, roster) =
        session.roster(&plan.url, !so_far.doubts.is_empty()).await.map_err(still_stopped)?;
    let view = session.view.clone();
    let sitting = Sitting {
        context,
        folder: &folder,
        plan: &plan,
        digest,
        view: &view,
        tenant,
        roster,
        progress: so_far,
        watched,
        resumed: kept.head,
        since: Since::of(&plan, &protected(tenant), tenant.caps.removals),
        previous: None,
        signer: signer.as_ref(),
        blocked: earlier.undecided,
        run: &settings.run,
        sessions: beside.of(tenant),
    };
    let ended = sat(context, &folder, signer.as_ref(), sit(sitting, session).await)?;
    let exit = finish(context, &folder, signer.as_ref(), &ended);
    drop(lock);
    exit
}

/// What kept a run from going on leaves it as it was: nobody was refused, and it can be resumed.
fn still_stopped(failure: Failure) -> Failure {
    let exit = if failure.exit == Exit::Refused { Exit::Stopped } else { failure.exit };
    Failure { exit, ..failure }
}

/// The people whom usher.toml protects, case-folded.
fn protected(tenant: &AppSettings) -> Vec<String> {
    tenant.protected.iter().map(|key| crate::roster::fold(key)).collect()
}

/// The pack as it was when the plan was made.
pub(super) fn frozen(plan: &Plan) -> Result<Pack, Vec<crate::diag::Diagnostic>> {
    let mut files = PackFiles { app: plan.app.clone(), ..PackFiles::default() };
    for Input { kind, name, text, .. } in &plan.inputs {
        let source = Arc::new(Source::new(name, text));
        match kind {
            InputKind::App => files.about = Some(source),
            InputKind::Script => files.scripts.push(source),
            InputKind::Book => files.books.push(source),
        }
    }
    Pack::read(&files).map(|(pack, _)| pack)
}

/// What a request must bring for an action: the key, and what the scripts take in any generation the tenant may have.
fn wants(pack: &Pack, tenant: &AppSettings, action: Action) -> Result<Wants, Failure> {
    let generation = match &tenant.generation {
        Some(pinned) => pinned.clone(),
        None => pack.generations().next().unwrap_or_default().to_owned(),
    };
    let view: View = pack.view(&generation, tenant.practice).ok_or_else(|| {
        Failure::files(format!("the pack of {} has no generation `{generation}`", pack.app.title))
    })?;
    let takes = view.takes(action);
    let columns = takes
        .into_iter()
        .map(|(name, options, optional)| Column { name, options, required: !optional })
        .collect();
    let key = match pack.app.identity.value {
        Identity::Email => Key::Email,
        Identity::Username => Key::Username,
    };
    Ok(Wants { key, columns })
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Invite => "Invite",
        Action::Remove => "Remove",
        Action::Role => "Change the role of",
        Action::SignIn | Action::StepUp => "Sign in",
    }
}

fn people(count: usize) -> &'static str {
    if count == 1 { "person" } else { "people" }
}
