//! The door: how usher comes in at the start of a sitting, and comes in again when the app asks for it on the way.

use super::held_up::{minutes, wants_a_person, with_hint};
use super::help::{Help, until_signed_in};
use super::shown::shown;
use super::store::{Kept, KeptFor, Store};
use super::{SignedIn, Tenancy};
use crate::browser::{Browser, Jar, Target, Trouble, Want};
use crate::journal::{Refusal, RefusalKind};
use crate::plan::View;
use crate::run::{
    Halt, Held, Locator, Passed, Reader, Reentry, SecretSource, Stepper, Values, Where, address,
};
use crate::words::{Action, Outcome, State};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::time::{Duration, Instant};

/// How long the app may take to let usher go on after it said once more who it is.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the sessions of this account are kept.
#[derive(Clone, Copy)]
pub struct Shelf<'a> {
    /// The store.
    pub store: &'a Store,
    /// Whose session it is.
    pub whose: &'a KeptFor,
    /// The session is kept also after a sign-in by script.
    pub keep: bool,
    /// Who runs usher, for the record.
    pub by: &'a str,
    /// Now, in seconds since 1970.
    pub now: fn() -> i64,
    /// Such a moment as people read it.
    pub day: fn(i64) -> String,
}

/// Who came in, and how.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Who, as the page shows it.
    pub signed_in: SignedIn,
    /// How, in words.
    pub how: String,
}

/// How usher comes in.
pub struct Door<'a> {
    /// The pack, as this tenant needs it.
    pub view: &'a View,
    /// Where to, and who must be shown there.
    pub tenancy: Tenancy<'a>,
    /// What is typed.
    pub secrets: SecretSource<'a>,
    /// Everything that the sign-in script types is to be had.
    pub can_type: bool,
    /// Where sessions are kept.
    pub shelf: Shelf<'a>,
    /// A person's help.
    pub help: &'a dyn Help,
    /// The command by which a person signs in, for messages.
    pub command: &'a str,
    /// What came of it.
    pub visit: &'a Visit,
}

/// What came of coming in.
#[derive(Debug, Default)]
pub struct Visit {
    /// What held usher up and is not on the record yet.
    pub held: RefCell<Vec<Held>>,
    /// The session that goes back to where it is kept when it ends: when it was begun.
    pub goes_back: Cell<Option<i64>>,
    /// The app did not let usher in again; it is not asked once more.
    pub refused: Cell<bool>,
}

impl Door<'_> {
    /// Comes in: with the kept session, else by what is typed. A session that is over is not tried again.
    pub async fn enter<B: Browser>(&self, browser: &mut B) -> Result<Entered, Halt> {
        let mut over = None;
        if let Some(kept) = self.shelf.store.get(self.shelf.whose)? {
            if kept.is_over((self.shelf.now)()) {
                over = Some(format!(
                    "the session kept on {} has reached its end",
                    (self.shelf.day)(kept.created)
                ));
            } else {
                match self.by_kept(browser, &kept).await {
                    Ok(entered) => return Ok(entered),
                    Err(Halt::Refused(Outcome::SessionExpired, refusal)) => {
                        over = Some(format!(
                            "the session kept on {} is over: {}",
                            (self.shelf.day)(kept.created),
                            refusal.message
                        ));
                        // The app's own sign-in form says so for certain; a page elsewhere may be there for other reasons.
                        if refusal.kind == RefusalKind::SignedOut && refusal.book.is_some() {
                            self.shelf.store.forget(self.shelf.whose)?;
                        }
                    }
                    Err(halt) => return Err(halt),
                }
            }
        }
        if self.can_type {
            return self.by_script(browser).await;
        }
        Err(self
            .expired(over.as_deref().unwrap_or("no session is kept, and usher.toml names nothing to type")))
    }

    /// Lets a person sign in themselves, in the browser's window, and keeps the session.
    pub async fn by_person<B: Browser>(&self, browser: &mut B) -> Result<Entered, Halt> {
        self.prepare(browser)?;
        browser.open(&self.entry()?).await.map_err(|trouble| self.halt(trouble))?;
        if !until_signed_in(browser, self.view, self.help).await? {
            let message = format!("nobody was signed in after {}", minutes(self.help.patience()));
            return Err(Halt::rule(Outcome::SignInFailed, message));
        }
        let signed_in = self.who(browser).await?;
        self.keep(browser).await?;
        Ok(Entered { signed_in, how: "by a person".to_owned() })
    }

    /// Comes in beside a browser that is in already: with its session, else by what is typed.
    pub async fn beside<B: Browser>(&self, browser: &mut B, jar: &Jar) -> Result<Entered, Halt> {
        match self.restored(browser, jar).await {
            Ok(signed_in) => {
                Ok(Entered { signed_in, how: "with the session of the browser beside it".to_owned() })
            }
            Err(Halt::Refused(Outcome::SessionExpired, _)) if self.can_type => self.by_script(browser).await,
            Err(halt) => Err(halt),
        }
    }

    async fn by_kept<B: Browser>(&self, browser: &mut B, kept: &Kept) -> Result<Entered, Halt> {
        let signed_in = self.restored(browser, &kept.jar).await?;
        self.visit.goes_back.set(Some(kept.created));
        let how = format!("with the session that {} kept on {}", kept.by, (self.shelf.day)(kept.created));
        Ok(Entered { signed_in, how })
    }

    /// Who is in with this session; one that leads nowhere is over.
    async fn restored<B: Browser>(&self, browser: &mut B, jar: &Jar) -> Result<SignedIn, Halt> {
        self.prepare(browser)?;
        browser.gates(Locator::new(self.view).gates()?);
        let restored = browser.restore(jar, &self.entry()?).await;
        let inside = match restored {
            Ok(()) => self.who(browser).await,
            Err(trouble) => Err(self.halt(trouble)),
        };
        browser.gates(Vec::new());
        match inside {
            // The page that should show who is signed in does not: for a password that is a wrong one, here the session is over.
            Err(Halt::Refused(Outcome::SignInFailed, refusal)) if refusal.said.is_none() => {
                Err(Halt::Refused(Outcome::SessionExpired, refusal))
            }
            inside => inside,
        }
    }

    /// Does the sign-in script, once, and looks who is in.
    async fn by_script<B: Browser>(&self, browser: &mut B) -> Result<Entered, Halt> {
        self.prepare(browser)?;
        let typed = self.script(browser, Action::SignIn).await;
        typed.map_err(|halt| match halt {
            // Where one signs in there is no session yet that could be over.
            Halt::Refused(Outcome::SessionExpired, refusal) => {
                let hint = "if this tenant signs in there, name it among its `origins` in usher.toml";
                with_hint(Outcome::SignInFailed, &refusal, hint)
            }
            halt => halt,
        })?;
        let signed_in = self.who(browser).await?;
        if self.shelf.keep {
            self.keep(browser).await?;
        }
        Ok(Entered { signed_in, how: "by what usher typed".to_owned() })
    }

    /// Who the page shows, once no person is needed for it any more.
    async fn who<B: Browser>(&self, browser: &mut B) -> Result<SignedIn, Halt> {
        self.held_up(browser, async |browser| shown(browser, self.view, self.tenancy).await).await
    }

    fn entry(&self) -> anyhow::Result<String> {
        address(self.tenancy.url, &self.view.app.entry)
    }

    async fn script<B: Browser>(&self, browser: &mut B, action: Action) -> Result<(), Halt> {
        let Some(script) = self.view.script(action, State::Absent) else {
            return Err(Halt::Broken(anyhow::anyhow!("the pack has no `{action}` script")));
        };
        let locator = Locator::signing_in(self.view);
        let values = self.values();
        let reader = Reader::new(self.view, self.tenancy.url);
        let stepper = Stepper {
            locator: &locator,
            base: self.tenancy.url,
            reader: &reader,
            values: &values,
            secrets: Some(self.secrets),
        };
        for (index, step) in script.script.steps.iter().enumerate() {
            let at = Where { script, number: u32::try_from(index + 1).unwrap_or(u32::MAX), step };
            let done = async |browser: &mut B| {
                if let Some(when) = &step.when
                    && !stepper.holds(browser, at, when).await?
                {
                    return Ok(());
                }
                match step.verbs().first() {
                    Some(&verb) => stepper.step(browser, at, verb).await.map(drop),
                    None => Ok(()),
                }
            };
            self.held_up(browser, done).await?;
        }
        Ok(())
    }

    /// Comes in again after the app has ended the session.
    async fn again<B: Browser>(&self, browser: &mut B, refusal: &Refusal) -> Result<String, Halt> {
        if self.is_in(browser).await? {
            // The app led elsewhere, or said something that was not so for long.
            return match refusal.kind {
                RefusalKind::SignedOut if refusal.book.is_none() => {
                    Err(Halt::Refused(Outcome::UiUnknown, Box::new(refusal.clone())))
                }
                _ => Ok("the session was there still".to_owned()),
            };
        }
        self.visit.goes_back.set(None);
        let entered = if self.can_type {
            self.by_script(browser).await?
        } else if self.help.has_window() {
            let why = "the app ended the session; sign in again in usher's browser";
            self.help.call(Outcome::SessionExpired, why).await;
            self.by_person(browser).await?
        } else {
            return Err(self.expired("the app ended the session"));
        };
        Ok(format!("signed in again {}", entered.how))
    }

    /// Whether the entry page, loaded afresh, shows somebody who is signed in.
    async fn is_in<B: Browser>(&self, browser: &mut B) -> Result<bool, Halt> {
        self.prepare(browser)?;
        let Some(sign) = Locator::new(self.view).signed_in() else { return Ok(false) };
        browser.gates(Locator::new(self.view).gates()?);
        let seen = match browser.open(&self.entry()?).await {
            Ok(()) => browser.look(&sign, Want::Visible, PATIENCE).await,
            Err(trouble) => Err(trouble),
        };
        browser.gates(Vec::new());
        match seen {
            Ok(_) => Ok(true),
            Err(Trouble::Refused(_)) => Ok(false),
            Err(Trouble::Broken(error)) => Err(Halt::Broken(error)),
        }
    }

    /// Says once more who usher is.
    async fn step_up<B: Browser>(&self, browser: &mut B) -> Result<String, Halt> {
        self.prepare(browser)?;
        self.script(browser, Action::StepUp).await?;
        // As long as the form stands nobody knows whether it was taken, and it is filled in once only. It may make room for a
        // sign that the page is busy, and come again.
        let form = Locator::new(self.view).gates()?.into_iter().find(|gate| gate.kind == RefusalKind::StepUp);
        if let Some(field) = form.as_ref().and_then(|form| form.sees.first()) {
            self.is_gone(browser, field).await.map_err(|trouble| self.not_taken(trouble))?;
        }
        Ok("usher said once more who it is".to_owned())
    }

    async fn is_gone(&self, browser: &mut impl Browser, field: &Target) -> Result<(), Trouble> {
        for _ in 0..2 {
            browser.look(field, Want::Absent, PATIENCE).await?;
            browser.rest().await?;
        }
        browser.look(field, Want::Absent, Duration::ZERO).await.map(drop)
    }

    fn not_taken(&self, trouble: Trouble) -> Halt {
        match self.halt(trouble) {
            Halt::Refused(_, refusal) if refusal.said.is_none() => {
                Halt::Refused(Outcome::SignInFailed, refusal)
            }
            halt => halt,
        }
    }

    /// Keeps what the browser holds.
    pub async fn keep<B: Browser>(&self, browser: &mut B) -> Result<(), Halt> {
        let jar = browser.keep().await.map_err(|trouble| self.halt(trouble))?;
        let Shelf { store, whose, by, now, .. } = self.shelf;
        let begun = now();
        store.put(whose, &jar, by, begun)?;
        self.visit.goes_back.set(Some(begun));
        Ok(())
    }

    /// What is watched for and covered on the pages of the sign-in.
    fn prepare(&self, browser: &mut impl Browser) -> Result<(), Halt> {
        let locator = Locator::signing_in(self.view);
        browser.gates(Vec::new());
        browser.watch(locator.says()?);
        browser.expect(locator.interrupts()?);
        browser.keep_secret(locator.secrets());
        Ok(())
    }

    fn values(&self) -> Values {
        let (account, tenant) = (self.tenancy.account.to_owned(), self.tenancy.tenant.to_owned());
        Values { key: account.clone(), account, tenant, ..Values::default() }
    }

    fn halt(&self, trouble: Trouble) -> Halt {
        Halt::of(trouble, &Locator::signing_in(self.view), None)
    }

    fn expired(&self, why: &str) -> Halt {
        let refusal = Refusal {
            kind: RefusalKind::SignedOut,
            message: why.to_owned(),
            hint: Some(format!("`{}` lets a person sign in, and keeps the session", self.command)),
            ..Refusal::default()
        };
        Halt::Refused(Outcome::SessionExpired, Box::new(refusal))
    }

    /// The names of the secrets that the sign-in script types in any case; what it types only when the page asks for it may
    /// be missing until then.
    pub fn typed(view: &View) -> Vec<String> {
        let script = view.script(Action::SignIn, State::Absent);
        let steps = script.into_iter().flat_map(|file| &file.script.steps);
        let templates = steps.filter(|step| step.when.is_none()).flat_map(|step| step.templates());
        let mut names = Vec::new();
        for template in templates {
            names.extend(template.secrets().map(str::to_owned));
        }
        names
    }
}

impl<B: Browser> Reentry<B> for Door<'_> {
    fn passes(&self, outcome: Outcome, refusal: &Refusal) -> bool {
        let asks = refusal.kind == RefusalKind::StepUp
            || outcome == Outcome::SessionExpired
            || wants_a_person(outcome, refusal);
        asks && !self.visit.refused.get()
    }

    fn pass<'a>(
        &'a self,
        browser: &'a mut B,
        outcome: Outcome,
        refusal: &'a Refusal,
    ) -> Pin<Box<dyn Future<Output = Result<Passed, Halt>> + 'a>> {
        Box::pin(async move {
            let begun = Instant::now();
            let passed = self.passed(browser, outcome, refusal).await;
            // Whatever was not taken is not offered again in this sitting: accounts are locked that way.
            self.visit.refused.set(passed.is_err());
            let held = self.visit.held.take();
            Ok(Passed { how: passed?, waited: begun.elapsed(), held })
        })
    }
}

impl Door<'_> {
    async fn passed<B: Browser>(
        &self,
        browser: &mut B,
        outcome: Outcome,
        refusal: &Refusal,
    ) -> Result<String, Halt> {
        let how = if refusal.kind == RefusalKind::StepUp {
            self.step_up(browser).await?
        } else if outcome == Outcome::SessionExpired {
            return self.again(browser, refusal).await;
        } else {
            self.person_helps(browser, &Locator::new(self.view), outcome, refusal).await?
        };
        // A person may have signed in as somebody else, or to another tenant.
        self.prepare(browser)?;
        self.who(browser).await?;
        Ok(how)
    }
}
