//! A person's help: called when the app wants somebody to approve, to prove that they are there, or to sign in themselves.

use crate::browser::{Browser, Trouble};
use crate::plan::View;
use crate::run::{Halt, Locator};
use crate::words::Outcome;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// How often the page is looked at while a person is at work on it.
const LOOK_AGAIN: Duration = Duration::from_millis(400);

/// What lets usher call a person.
pub trait Help {
    /// The browser has a window that the person can use.
    fn has_window(&self) -> bool;
    /// How long usher waits for them.
    fn patience(&self) -> Duration;
    /// Somebody asked usher to stop, so nobody is waited for any more.
    fn is_stopping(&self) -> bool;
    /// Calls them, saying why.
    fn call<'a>(&'a self, outcome: Outcome, why: &'a str) -> Pin<Box<dyn Future<Output = ()> + 'a>>;
}

/// Waits until the page does not say any more what it wants a person for.
pub(super) async fn until_unsaid(
    browser: &mut impl Browser,
    locator: &Locator<'_>,
    outcome: Outcome,
    help: &dyn Help,
) -> Result<bool, Halt> {
    let until = Instant::now() + help.patience();
    // Between two pages nothing is said for a moment, so it has to be gone twice.
    let mut gone = 0_u8;
    while gone < 2 {
        if Instant::now() >= until || help.is_stopping() {
            return Ok(false);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        let still = match browser.said().await {
            Ok(said) => locator.meaning(&said).is_some_and(|(means, _)| means == outcome),
            Err(trouble) => at_work(trouble)?,
        };
        gone = if still { 0 } else { gone + 1 };
    }
    Ok(true)
}

/// Waits until the page shows that somebody is signed in.
pub(super) async fn until_signed_in(
    browser: &mut impl Browser,
    view: &View,
    help: &dyn Help,
) -> Result<bool, Halt> {
    let until = Instant::now() + help.patience();
    let sign = Locator::new(view).signed_in();
    let sign = sign.ok_or_else(|| anyhow::anyhow!("no book describes what shows who is signed in"))?;
    loop {
        let there = match browser.sees(&sign).await {
            Ok(there) => there,
            Err(trouble) => !at_work(trouble)?,
        };
        if there || Instant::now() >= until || help.is_stopping() {
            return Ok(there);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// A page that is elsewhere, or on its way, says that the person is at work; a browser that is gone says that they are not.
fn at_work(trouble: Trouble) -> Result<bool, Halt> {
    match trouble {
        Trouble::Refused(_) => Ok(true),
        Trouble::Broken(error) => {
            Err(Halt::Broken(error.context("the browser that a person was at work in is gone")))
        }
    }
}
