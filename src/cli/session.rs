//! A browser, ready: driver started under its guard, session begun, signed in, generation found out.

use super::entrance::Entrance;
use super::{Context, Exit, Failure, Out, exit_of};
use crate::browser::driver::{self, Driver};
use crate::browser::{Browser, Connect, Live, begin};
use crate::journal::{Fact, Refusal, RefusalKind};
use crate::plan::{Pack, View};
use crate::roster::Roster;
use crate::run::{Halt, Held, Locator, Passed, Reader, Reentry, picture_of_hold, watch_out};
use crate::settings::{AppSettings, RunSettings, Settings};
use crate::sign_in::{Entered, detect};
use anyhow::Context as _;
use std::path::PathBuf;
use std::time::Duration;

/// One more browser beside the first, signed in as the same account.
pub(super) struct Companion {
    /// The browser.
    pub(super) live: Live,
    driver: Option<Driver>,
}

impl Companion {
    /// Ends browser and driver.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        close(self.live, self.driver).await
    }
}

/// A signed-in browser.
pub(super) struct Session {
    /// The browser.
    pub(super) live: Live,
    /// The driver, when it is ours.
    driver: Option<Driver>,
    /// How usher came in, and how it comes in again.
    pub(super) entrance: Entrance,
    /// Who is signed in, and how they came in.
    pub(super) entered: Entered,
    /// The pack as this tenant needs it.
    pub(super) view: View,
}

impl Session {
    /// Starts everything. The URL's origin is all the browser is sent to.
    pub(super) async fn open(
        context: &Context,
        settings: &Settings,
        app: &AppSettings,
        pack: &Pack,
    ) -> Result<Self, Failure> {
        let mut entrance = Entrance::new(context.out, settings, app, pack).await?;
        entrance.fetch().await?;
        let (mut live, driver) = browser(context.out, &settings.run).await?;
        match Self::enter(&mut live, app, pack, &entrance).await {
            Ok((entered, view)) => {
                entrance.visit().held.borrow_mut().extend(live.waited().into_iter().map(Held::from));
                entrance.settle(&view);
                Ok(Self { live, driver, entrance, entered, view })
            }
            Err(halt) => {
                let halt = entrance.pictured(&mut live, halt, &settings.run.folder).await;
                entrance.put_back(&mut live).await;
                close(live, driver).await?;
                Err(failure(halt))
            }
        }
    }

    async fn enter(
        live: &mut Live,
        app: &AppSettings,
        pack: &Pack,
        entrance: &Entrance,
    ) -> Result<(Entered, View), Halt> {
        confine(live, app, pack)?;
        let entered = entrance.door().enter(live).await?;
        let view = generation(live, app, pack).await?;
        Ok((entered, view))
    }

    /// One more browser beside this one, with this one's session where the app lets it in, and the facts of it.
    pub(super) async fn companion(
        &mut self,
        out: Out,
        run: &RunSettings,
        app: &AppSettings,
    ) -> Result<(Companion, [Fact; 2]), Failure> {
        let jar = self.live.keep().await;
        let jar = jar.map_err(|trouble| failure(Halt::of(trouble, &Locator::new(&self.view), None)))?;
        // What is to be said of this machine was said of the first one.
        let (mut live, driver) = browser(Out { quiet: true, ..out }, run).await?;
        live.confine(self.live.origins().to_vec());
        let entered = match self.entrance.door().beside(&mut live, &jar).await {
            Ok(entered) => watch_out(&self.view, &mut live).map(|()| entered).map_err(Halt::Broken),
            Err(halt) => Err(halt),
        };
        match entered {
            Ok(entered) => {
                let facts = facts(&live, driver.as_ref(), &entered, &self.view, app);
                Ok((Companion { live, driver }, facts))
            }
            Err(halt) => {
                close(live, driver).await?;
                Err(failure(halt))
            }
        }
    }

    /// The facts of the session, as the journal keeps them.
    pub(super) fn facts(&self, app: &AppSettings) -> [Fact; 2] {
        facts(&self.live, self.driver.as_ref(), &self.entered, &self.view, app)
    }

    /// Reads everybody; a roster that cannot be read ends the session and is told. Where an act is in doubt, what the app asks
    /// may belong to it: then usher does not say once more who it is.
    pub(super) async fn roster(mut self, url: &str, in_doubt: bool) -> Result<(Self, Roster), Failure> {
        let mut read = self.read(url).await;
        // The app may ask who usher is between its first page and its list.
        if let Err(Halt::Refused(outcome, refusal)) = &read
            && !(in_doubt && refusal.kind == RefusalKind::StepUp)
        {
            let door = self.entrance.door();
            if Reentry::<Live>::passes(&door, *outcome, refusal) {
                let picture = picture_of_hold(&self.view, &mut self.live).await;
                let why = refusal.in_its_words().to_owned();
                let outcome = *outcome;
                match door.pass(&mut self.live, outcome, refusal).await {
                    Ok(Passed { how, waited, held }) => {
                        let outer = Held { outcome, why, picture, how, waited };
                        self.entrance.visit().held.borrow_mut().extend(held.into_iter().chain([outer]));
                        read = match watch_out(&self.view, &mut self.live) {
                            Ok(()) => self.read(url).await,
                            Err(error) => Err(error.into()),
                        };
                    }
                    Err(halt) => read = Err(halt),
                }
            }
        }
        self.entrance.visit().held.borrow_mut().extend(self.live.waited().into_iter().map(Held::from));
        match read {
            Ok(roster) => Ok((self, roster)),
            Err(halt) => {
                self.close().await?;
                Err(failure(halt))
            }
        }
    }

    async fn read(&mut self, url: &str) -> Result<Roster, Halt> {
        let read = Reader::new(&self.view, url).roster(&mut self.live, true).await;
        read.map_err(|trouble| Halt::of(trouble, &Locator::new(&self.view), None))
    }

    /// Ends browser and driver. A session that is kept goes back as it is now: an app may have changed its cookies.
    pub(super) async fn close(mut self) -> anyhow::Result<()> {
        self.entrance.put_back(&mut self.live).await;
        close(self.live, self.driver).await
    }
}

/// The facts of a session, as the journal keeps them.
fn facts(
    live: &Live,
    driver: Option<&Driver>,
    entered: &Entered,
    view: &View,
    app: &AppSettings,
) -> [Fact; 2] {
    let facts = live.facts();
    let pictures =
        if facts.fast_pictures { "lossless PNG by the vendor's command" } else { "WebDriver screenshots" };
    let books = view.books.iter().map(|file| file.source.name.clone()).collect::<Vec<_>>();
    [
        Fact::SessionBegun {
            browser: facts.browser.clone(),
            driver: facts.driver.clone(),
            platform: facts.platform.clone(),
            viewport: facts.viewport,
            sandbox: facts.sandbox,
            input: "trusted: pointer actions, insertText, keys where a field listens to them".to_owned(),
            pictures: pictures.to_owned(),
            // What a later sitting must make sure is dead.
            traces: driver.map(Driver::traces).cloned(),
        },
        Fact::SignedIn {
            account: entered.signed_in.account.clone(),
            how: entered.how.clone(),
            tenant: app.tenant.clone(),
            generation: view.generation.clone(),
            book: books.join(", "),
        },
    ]
}

/// Ends a browser and its driver.
pub(super) async fn close(live: Live, driver: Option<Driver>) -> anyhow::Result<()> {
    // A browser that hangs, or whose window was closed, must not keep usher; the guard ends it.
    let _ = tokio::time::timeout(Duration::from_secs(10), live.close()).await;
    match driver {
        Some(driver) => driver.stop().await,
        None => Ok(()),
    }
}

/// Holds a browser to the origins of a tenant and its app.
pub(super) fn confine(live: &mut Live, app: &AppSettings, pack: &Pack) -> anyhow::Result<()> {
    let tenant = url::Url::parse(&app.url)?;
    let own = tenant.origin().ascii_serialization();
    let further = pack.app.origins.values().chain(&app.origins).cloned();
    live.confine(std::iter::once(own).chain(further).collect());
    Ok(())
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
    watch_out(&view, browser)?;
    Ok(view)
}

/// A browser of ours under a guard, or a session on a driver that is running already.
pub(super) async fn browser(out: Out, run: &RunSettings) -> Result<(Live, Option<Driver>), Failure> {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if !run.headless && run.webdriver.is_none() && cfg!(target_os = "linux") && !screen {
        return Err(Failure::new(
            Exit::Unexpected,
            "there is no screen to show a browser on: DISPLAY is not set\n  hint: do it at a desk and copy nothing but the session's file and identity here, or use `--webdriver URL` of a machine with a screen",
        ));
    }
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

/// A halt before a run began, as the command line tells it.
pub(super) fn failure(halt: Halt) -> Failure {
    match halt {
        Halt::Broken(error) => error.into(),
        Halt::Refused(outcome, refusal) => {
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
    if let Some(picture) = &refusal.picture {
        let _ = write!(text, "\n  picture: {picture}");
    }
    for tried in &refusal.tried {
        let _ = write!(text, "\n  tried: {tried}");
    }
    if let Some(hint) = &refusal.hint {
        let _ = write!(text, "\n  hint: {hint}");
    }
    text
}
