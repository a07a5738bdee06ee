//! Held up: the app wants a person before it goes on. One is called, and waited for; then the step is done once more.

use super::door::Door;
use super::help::until_unsaid;
use crate::browser::Browser;
use crate::journal::Refusal;
use crate::run::{Halt, Held, Locator, picture_of_hold};
use crate::words::Outcome;
use std::time::{Duration, Instant};

/// How often one step may be held up by what a person has to do.
const MOST_CALLS: u8 = 3;

impl Door<'_> {
    /// Does something; where the app wants a person meanwhile, calls one, and does it again after them.
    pub(super) async fn held_up<B: Browser, T>(
        &self,
        browser: &mut B,
        act: impl AsyncFn(&mut B) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        let mut calls = 0;
        loop {
            let (outcome, refusal) = match act(browser).await {
                Err(Halt::Refused(outcome, refusal))
                    if wants_a_person(outcome, &refusal) && calls < MOST_CALLS =>
                {
                    (outcome, refusal)
                }
                other => return other,
            };
            calls += 1;
            let picture = picture_of_hold(self.view, browser).await;
            let begun = Instant::now();
            let how = self.person_helps(browser, &Locator::signing_in(self.view), outcome, &refusal).await?;
            let why = refusal.in_its_words().to_owned();
            let held = Held { outcome, why, picture, how, waited: begun.elapsed() };
            self.visit.held.borrow_mut().push(held);
        }
    }

    /// Calls a person and waits until what the app wanted of them is done.
    pub(super) async fn person_helps<B: Browser>(
        &self,
        browser: &mut B,
        locator: &Locator<'_>,
        outcome: Outcome,
        refusal: &Refusal,
    ) -> Result<String, Halt> {
        let why = refusal.in_its_words();
        if outcome == Outcome::Captcha && !self.help.has_window() {
            let hint = format!(
                "usher solves no CAPTCHA; `{}` lets a person do it, and `--headed` shows the browser of a run",
                self.command
            );
            return Err(with_hint(outcome, refusal, &hint));
        }
        self.help.call(outcome, why).await;
        if until_unsaid(browser, locator, outcome, self.help).await? {
            return Ok("a person helped".to_owned());
        }
        let hint = format!(
            "nobody helped within {}; `help.wait` in usher.toml says how long usher waits",
            minutes(self.help.patience())
        );
        Err(with_hint(outcome, refusal, &hint))
    }
}

/// The page itself says that a person has to do something; only that can be seen to be over.
pub(super) fn wants_a_person(outcome: Outcome, refusal: &Refusal) -> bool {
    matches!(outcome, Outcome::MfaNeeded | Outcome::Captcha) && refusal.said.is_some()
}

pub(super) fn with_hint(outcome: Outcome, refusal: &Refusal, hint: &str) -> Halt {
    Halt::Refused(outcome, Box::new(Refusal { hint: Some(hint.to_owned()), ..refusal.clone() }))
}

/// A time as people say it.
pub(super) fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 120 && seconds.is_multiple_of(60) {
        format!("{} minutes", seconds / 60)
    } else {
        format!("{seconds} s")
    }
}
