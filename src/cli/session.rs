//! A browser, ready: driver started under its guard, session begun, signed in, generation found out.

use super::secrets::Secrets;
use super::{Context, Exit, Failure, Out, exit_of};
use crate::browser::driver::{self, Driver, Traces};
use crate::browser::{Browser, Connect, Live, begin};
use crate::journal::{Fact, Refusal};
use crate::plan::{Pack, View};
use crate::roster::Roster;
use crate::run::{Halt, Locator, Reader};
use crate::secret::Secret;
use crate::settings::{AppSettings, RunSettings};
use crate::sign_in::{SignedIn, Tenancy, detect, sign_in};
use crate::template::Field;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A signed-in browser.
pub(super) struct Session {
    /// The browser.
    pub(super) live: Live,
    /// The driver, when it is ours.
    driver: Option<Driver>,
    /// What the page said of who is signed in.
    pub(super) signed_in: SignedIn,
    /// The pack as this tenant needs it.
    pub(super) view: View,
}

impl Session {
    /// Starts everything. The URL's origin is all the browser is sent to.
    pub(super) async fn open(
        context: &Context,
        run: &RunSettings,
        app: &AppSettings,
        pack: &Pack,
    ) -> Result<Self, Failure> {
        let secrets = secrets(app).await?;
        let (mut live, driver) = browser(context.out, run).await?;
        match Self::enter(&mut live, app, pack, &secrets).await {
            Ok((signed_in, view)) => Ok(Self { live, driver, signed_in, view }),
            Err(halt) => {
                live.close().await;
                if let Some(driver) = driver {
                    driver.stop().await?;
                }
                Err(failure(halt, context.out))
            }
        }
    }

    async fn enter(
        live: &mut Live,
        app: &AppSettings,
        pack: &Pack,
        secrets: &BTreeMap<String, Secret>,
    ) -> Result<(SignedIn, View), Halt> {
        confine(live, app, pack)?;
        let signed_in = signed(live, app, pack, secrets).await?;
        let view = generation(live, app, pack).await?;
        Ok((signed_in, view))
    }

    /// The facts of the session, as the journal keeps them.
    pub(super) fn facts(&self, app: &AppSettings) -> [Fact; 2] {
        let facts = self.live.facts();
        let pictures = if facts.fast_pictures {
            "lossless PNG by the vendor's command"
        } else {
            "WebDriver screenshots"
        };
        [
            Fact::SessionBegun {
                browser: facts.browser.clone(),
                driver: facts.driver.clone(),
                platform: facts.platform.clone(),
                viewport: facts.viewport,
                sandbox: facts.sandbox,
                input: "trusted: pointer actions, insertText, keys where a field listens to them".to_owned(),
                pictures: pictures.to_owned(),
                traces: self.traces().cloned(),
            },
            Fact::SignedIn {
                account: self.signed_in.account.clone(),
                tenant: app.tenant.clone(),
                generation: self.view.generation.clone(),
                book: self
                    .view
                    .books
                    .iter()
                    .map(|file| file.source.name.clone())
                    .collect::<Vec<_>>()
                    .join(", "),
            },
        ]
    }

    /// What a later sitting must make sure is dead.
    pub(super) fn traces(&self) -> Option<&Traces> {
        self.driver.as_ref().map(Driver::traces)
    }

    /// Reads everybody; a roster that cannot be read ends the session and is told.
    pub(super) async fn roster(mut self, url: &str, out: Out) -> Result<(Self, Roster), Failure> {
        let read = Reader::new(&self.view, url).roster(&mut self.live, true).await;
        match read.map_err(|trouble| Halt::of(trouble, &Locator::new(&self.view), None)) {
            Ok(roster) => Ok((self, roster)),
            Err(halt) => {
                self.close().await?;
                Err(failure(halt, out))
            }
        }
    }

    /// Ends browser and driver.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        // A browser that hangs must not keep usher; the guard ends it.
        let _ = tokio::time::timeout(Duration::from_secs(10), self.live.close()).await;
        match self.driver {
            Some(driver) => driver.stop().await,
            None => Ok(()),
        }
    }
}

/// Holds a browser to the origins of a tenant and its app.
pub(super) fn confine(live: &mut Live, app: &AppSettings, pack: &Pack) -> anyhow::Result<()> {
    let tenant = url::Url::parse(&app.url)?;
    let own = tenant.origin().ascii_serialization();
    live.confine(std::iter::once(own).chain(pack.app.origins.values().cloned()).collect());
    Ok(())
}

/// Signs in.
pub(super) async fn signed(
    browser: &mut impl Browser,
    app: &AppSettings,
    pack: &Pack,
    secrets: &BTreeMap<String, Secret>,
) -> Result<SignedIn, Halt> {
    let tenancy = Tenancy { url: &app.url, account: &app.account, tenant: &app.tenant };
    let any = pack.generations().next().and_then(|generation| pack.view(generation, app.practice));
    let any = any.ok_or_else(|| Halt::Broken(anyhow::anyhow!("the pack has no generation")))?;
    let source = |field: &Field| match field {
        Field::Secret(name) => secrets.get(name).cloned(),
        _ => None,
    };
    sign_in(browser, &any, tenancy, &source).await
}

/// Finds out the generation of the tenant's pages, unless usher.toml pins it.
pub(super) async fn generation(
    browser: &mut impl Browser,
    app: &AppSettings,
    pack: &Pack,
) -> Result<View, Halt> {
    let view = match &app.generation {
        Some(pinned) => pack.view(pinned, app.practice).ok_or_else(|| {
            Halt::Broken(anyhow::anyhow!("the pack has no generation `{pinned}`; usher.toml pins it"))
        })?,
        None => detect(browser, pack, app.practice, &app.url).await?,
    };
    // A list that cannot be read is most often a page that says why.
    browser.watch(Locator::new(&view).says()?);
    browser.expect(Locator::new(&view).interrupts()?);
    browser.keep_secret(Locator::new(&view).secrets());
    Ok(view)
}

/// A browser of ours under a guard, or a session on a driver that is running already.
pub(super) async fn browser(out: Out, run: &RunSettings) -> Result<(Live, Option<Driver>), Failure> {
    let viewport = (run.width, run.height);
    if let Some(url) = &run.webdriver {
        let connect =
            Connect { url: url.clone(), browser: None, profile: None, headless: run.headless, viewport };
        return Ok((begin(&connect).await?, None));
    }
    let programs =
        driver::find_programs(run.chromedriver.as_deref(), run.browser.as_deref()).map_err(|missing| {
            Failure::new(Exit::Unexpected, missing.to_string().replace("\nhint:", "\n  hint:"))
        })?;
    if let Some(browser) = programs.browser.clone() {
        let chromedriver = programs.driver.clone();
        let versions = tokio::task::spawn_blocking(move || {
            anyhow::Ok((driver::version_of(&browser)?, driver::version_of(&chromedriver)?))
        });
        let (browser, chromedriver) = versions.await.context("failed to ask for versions")??;
        driver::versions_agree(&browser, &chromedriver).map_err(|mismatch| {
            Failure::new(Exit::Unexpected, mismatch.to_string().replace("\nhint:", "\n  hint:"))
        })?;
    }
    if matches!(driver::sandbox(), driver::Sandbox::OffBecauseRoot) {
        tracing::info!("running as root: the browser's sandbox is off");
        if !out.quiet && !out.json {
            out.note(
                "warning: as root the browser runs without its sandbox; a user of its own would be safer",
            );
        }
    }
    let driver = driver::start(&programs, &profiles()).await?;
    let connect = Connect {
        url: driver.url.clone(),
        browser: programs.browser.clone(),
        profile: Some(driver.profile.clone()),
        headless: run.headless,
        viewport,
    };
    match begin(&connect).await {
        Ok(live) => Ok((live, Some(driver))),
        Err(error) => {
            driver.stop().await?;
            Err(error.into())
        }
    }
}

/// Where profiles are made: below the system's temporary folder, one root for each user.
fn profiles() -> PathBuf {
    std::env::temp_dir().join(format!("usher-profiles-{}", rustix::process::getuid().as_raw()))
}

/// Everything that is to be typed at signing in.
pub(super) async fn secrets(app: &AppSettings) -> Result<BTreeMap<String, Secret>, Failure> {
    Secrets::of(app).all().await
}

/// A halt before a run began, as the command line tells it.
pub(super) fn failure(halt: Halt, out: Out) -> Failure {
    match halt {
        Halt::Broken(error) => error.into(),
        Halt::Refused(outcome, refusal) => {
            let _ = out;
            Failure::new(exit_of(outcome), format!("{outcome}: {}", told(&refusal)))
        }
    }
}

/// A refusal in a few lines.
pub(super) fn told(refusal: &Refusal) -> String {
    use std::fmt::Write as _;
    let mut text = refusal.message.clone();
    for (what, place) in [("script", &refusal.script), ("book", &refusal.book)] {
        if let Some(place) = place {
            let _ = write!(text, "\n  {what}: {}:{}:{}", place.file, place.line, place.column);
        }
    }
    if let Some(said) = &refusal.said {
        let _ = write!(text, "\n  the page says: \"{said}\"");
    }
    for tried in &refusal.tried {
        let _ = write!(text, "\n  tried: {tried}");
    }
    if let Some(hint) = &refusal.hint {
        let _ = write!(text, "\n  hint: {hint}");
    }
    text
}
