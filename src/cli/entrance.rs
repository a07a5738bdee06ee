//! How usher comes in to a tenant, put together from usher.toml: what is typed, what was kept, and whom to call.

use super::proceed::{milliseconds, seconds};
use super::secrets::{Secrets, secret};
use super::{Failure, Out, folders};
use crate::browser::{Browser, Live};
use crate::notice::Notice;
use crate::plan::{Pack, View};
use crate::run::{Asked, Halt, StopSignal, picture_of_hold};
use crate::safe::visible;
use crate::secret::Secret;
use crate::settings::{AppSettings, HelpSettings, Settings};
use crate::sign_in::{Door, Help, Kept, KeptFor, Next, Seed, Shelf, Store, Tenancy, Used, Visit};
use crate::template::Field;
use crate::words::{Action, Outcome, State};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

/// Everything a [`Door`] is made of.
pub(super) struct Entrance {
    view: View,
    app: AppSettings,
    typing: Typing,
    store: Store,
    whose: KeptFor,
    caller: Caller,
    command: String,
    by: String,
    visit: Visit,
}

impl Entrance {
    /// Puts it together. No secret is fetched before it is to be typed.
    pub(super) async fn new(
        out: Out,
        settings: &Settings,
        app: &AppSettings,
        pack: &Pack,
    ) -> Result<Self, Failure> {
        let generation = app.generation.as_deref().or_else(|| pack.generations().next());
        let any = generation.and_then(|generation| pack.view(generation, app.practice));
        let view = any.ok_or_else(|| {
            let pinned = app.generation.as_ref().map(|pinned| format!(" `{pinned}`; usher.toml pins it"));
            Failure::files(format!("the pack has no generation{}", pinned.unwrap_or_default()))
        })?;
        let name = settings.apps.iter().find(|(_, known)| {
            (&known.url, &known.account, &known.tenant) == (&app.url, &app.account, &app.tenant)
        });
        let name = name.map_or(pack.app.app.as_str(), |(name, _)| name.as_str());
        Ok(Self {
            view,
            typing: Typing {
                secrets: Secrets::of(app),
                used: Used::of(&folder(settings), &pack.app.app, &app.url, &app.account),
            },
            store: store(settings).await?,
            whose: whose(app, pack),
            caller: Caller {
                out,
                settings: settings.help.clone(),
                window: !settings.run.headless,
                name: name.to_owned(),
                app: pack.app.title.value.clone(),
                tenant: app.tenant.clone(),
                stop: RefCell::default(),
            },
            command: format!("usher login {name}"),
            by: super::proceed::operator(),
            visit: Visit::default(),
            app: app.clone(),
        })
    }

    /// From now on these are the tenant's pages.
    pub(super) fn settle(&mut self, view: &View) {
        self.view = view.clone();
    }

    /// Whoever asks this to stop is not kept waiting for a person.
    pub(super) fn stops_with(&self, stop: &StopSignal) {
        self.caller.stop.replace(stop.clone());
    }

    /// The door.
    pub(super) fn door(&self) -> Door<'_> {
        Door {
            view: &self.view,
            tenancy: Tenancy { url: &self.app.url, account: &self.app.account, tenant: &self.app.tenant },
            secrets: &self.typing,
            can_type: Door::typed(&self.view).iter().all(|name| self.typing.has(name))
                && self.view.script(Action::SignIn, State::Absent).is_some(),
            shelf: Shelf {
                store: &self.store,
                whose: &self.whose,
                keep: self.app.keep_session,
                by: &self.by,
                now: seconds,
                day,
            },
            help: &self.caller,
            command: &self.command,
            visit: &self.visit,
        }
    }

    /// Fetches what is typed at every sign-in, unless a session is kept: what is not to be had is told before a browser starts.
    pub(super) async fn fetch(&self) -> Result<(), Failure> {
        if self.kept()?.is_some_and(|kept| !kept.is_over(seconds())) {
            return Ok(());
        }
        for name in Door::typed(&self.view) {
            if name != CODE {
                self.typing.secrets.get(&name).await?;
            }
        }
        Ok(())
    }

    /// The session that is kept for this tenant and account.
    pub(super) fn kept(&self) -> anyhow::Result<Option<Kept>> {
        self.store.get(&self.whose)
    }

    /// What held usher up before the run.
    pub(super) fn visit(&self) -> &Visit {
        &self.visit
    }

    /// A kept session goes back to where it is kept, as the browser has it now.
    pub(super) async fn put_back(&self, live: &mut Live) {
        let Some(begun) = self.visit.goes_back.get() else { return };
        // A browser that hangs must not keep usher.
        let jar = tokio::time::timeout(Duration::from_secs(10), live.keep()).await;
        let kept = match jar {
            Ok(Ok(jar)) => self.store.put_back(&self.whose, &jar, begun, seconds()),
            Ok(Err(_)) | Err(_) => Err(anyhow::anyhow!("the browser did not hand it out")),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the session could not be kept as it is now");
        }
    }

    /// The halt with a picture of the page that stopped usher, for there is no run yet to keep one.
    pub(super) async fn pictured(&self, live: &mut Live, halt: Halt, runs: &Path) -> Halt {
        let Halt::Refused(outcome, mut refusal) = halt else { return halt };
        if let Some(picture) = picture_of_hold(&self.view, live).await {
            match folders::stopped_picture(runs, &self.view.app.app, &picture.png) {
                Ok(path) => refusal.picture = Some(super::proceed::shown(&path)),
                Err(error) => tracing::warn!(%error, "the picture of what stopped usher could not be kept"),
            }
        }
        Halt::Refused(outcome, refusal)
    }
}

/// Where sessions are kept.
pub(super) async fn store(settings: &Settings) -> Result<Store, Failure> {
    let identity = match &settings.sessions.identity {
        Some(from) => Some(secret("sessions.identity", from).await?),
        None => None,
    };
    let limit =
        settings.sessions.keep_for.map(|period| i64::try_from(period.0.as_secs()).unwrap_or(i64::MAX));
    Ok(Store::new(folder(settings), identity, limit))
}

fn folder(settings: &Settings) -> PathBuf {
    match &settings.sessions.folder {
        Some(folder) => folder.clone(),
        None => folders::state("sessions", || settings.run.folder.join(".sessions")),
    }
}

/// Whose session a tenant's is.
pub(super) fn whose(app: &AppSettings, pack: &Pack) -> KeptFor {
    KeptFor {
        app: pack.app.app.value.clone(),
        url: app.url.clone(),
        tenant: app.tenant.clone(),
        account: app.account.clone(),
    }
}

/// A moment as people read it, UTC.
pub(super) fn day(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds);
    at.map_or_else(|_| "at an unknown time".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// When a session ends, in words.
pub(super) fn ends(kept: &Kept) -> String {
    match kept.ends() {
        None => "until the app ends it".to_owned(),
        Some(at) if at <= seconds() => "over".to_owned(),
        Some(at) => format!("until {} UTC at most", day(at)),
    }
}

/// What usher types, fetched when it is typed; a one-time code is made then, and never twice.
struct Typing {
    secrets: Secrets,
    used: Used,
}

/// The secret that one-time codes are made from, and what stands for such a code in a script.
const SEED: &str = "totp";
const CODE: &str = "code";

impl Typing {
    fn has(&self, name: &str) -> bool {
        self.secrets.has(if name == CODE { SEED } else { name })
    }

    async fn fetched(&self, name: &str) -> Result<Option<Secret>, Halt> {
        let fetched = self.secrets.get(name).await;
        Ok(fetched.map_err(|failure| anyhow::anyhow!(failure.message))?)
    }

    async fn code(&self) -> Result<Option<Secret>, Halt> {
        let Some(seed) = self.fetched(SEED).await? else { return Ok(None) };
        let seed = Seed::read(&seed)
            .map_err(|why| anyhow::anyhow!("the secret `{SEED}` makes no one-time codes: {why}"))?;
        loop {
            match self.used.next(&seed, milliseconds())? {
                Next::Now { code, .. } => return Ok(Some(code)),
                Next::Wait(wait) => {
                    tracing::info!(
                        seconds = wait.as_secs(),
                        "waiting for a one-time code that nobody has used"
                    );
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}

impl crate::run::Secrets for Typing {
    fn ask<'a>(&'a self, field: &'a Field) -> Asked<'a> {
        Box::pin(async move {
            match field {
                Field::Secret(name) if name == CODE => self.code().await,
                Field::Secret(name) => self.fetched(name).await,
                _ => Ok(None),
            }
        })
    }
}

/// Calls a person.
struct Caller {
    out: Out,
    settings: HelpSettings,
    window: bool,
    /// The app, as it is called on the command line.
    name: String,
    /// The app, as people call it.
    app: String,
    tenant: String,
    stop: RefCell<StopSignal>,
}

impl Help for Caller {
    fn has_window(&self) -> bool {
        self.window
    }

    fn patience(&self) -> Duration {
        self.settings.wait.0
    }

    fn is_stopping(&self) -> bool {
        self.stop.borrow().asked()
    }

    fn call<'a>(&'a self, outcome: Outcome, why: &'a str) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            let until = super::proceed::later(self.settings.wait.0);
            let place = match (self.window, outcome) {
                (true, _) => "in usher's browser",
                (false, Outcome::MfaNeeded) => "on your device",
                (false, _) => "in the app",
            };
            let says = format!("{} ({}) says \"{}\"", self.app, self.tenant, visible(why));
            // Also for whoever wanted quiet: nothing goes on without them.
            self.out.error(&format!("usher needs you: {says}\n  {place}, until {}", until.strftime("%H:%M")));
            let notice = Notice {
                title: format!("usher needs you for {}", self.app),
                body: format!("{says}: a person is needed {place}"),
                app: self.name.clone(),
                tenant: self.tenant.clone(),
                outcome: outcome.to_string(),
                until: until.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            };
            super::notice::tell(&self.settings, &notice, self.out).await;
        })
    }
}
