//! A server that does not serve: it asks to slow down, it broke, or something in front of the app answers in its place. What
//! was only opened is opened once more, within bounds; where anything was done on the page since, nothing is done again.

use super::{Live, PATIENCE};
use crate::browser::answer::{is, number, text};
use crate::browser::webdriver::Failed;
use crate::browser::{Refused, Trouble, Waited};
use crate::words::{Outcome, RefusalKind};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How long usher waits in all, in one session, for a server that asks to slow down.
const SLOWED: Duration = Duration::from_secs(90);

/// How long a server that asks to slow down is left alone before it is asked how long.
const A_MOMENT: Duration = Duration::from_secs(1);

/// The first pause before something is opened once more; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(250);

/// What the browser calls a server that is not to be reached just now. Whatever else it says stays as it is.
const PASSING: [&str; 8] = [
    "ERR_CONNECTION_",
    "ERR_EMPTY_RESPONSE",
    "ERR_TIMED_OUT",
    "ERR_NETWORK_",
    "ERR_INTERNET_",
    "ERR_ADDRESS_UNREACHABLE",
    "ERR_INCOMPLETE_",
    "ERR_CONTENT_LENGTH_MISMATCH",
];

/// What is known of the server that is asked.
#[derive(Debug)]
pub(super) struct Serving {
    /// What was opened and has not answered any question yet.
    opened: Option<String>,
    /// Some page was there already: what is not there now may be there again in a moment.
    arrived: bool,
    /// How much longer usher waits where it is asked to slow down.
    left: Duration,
    /// Since when what was opened is waited for, and what for.
    waiting: Option<(Instant, Outcome, String)>,
    /// The next pause.
    pause: Duration,
    /// What was waited for and came, until somebody asks.
    waited: Vec<Waited>,
}

impl Default for Serving {
    fn default() -> Self {
        Self { opened: None, arrived: false, left: SLOWED, waiting: None, pause: PAUSE, waited: Vec::new() }
    }
}

impl Serving {
    /// What was waited for since this was last asked.
    pub(super) fn told(&mut self) -> Vec<Waited> {
        std::mem::take(&mut self.waited)
    }

    /// The page has answered something: from now on it is not opened again.
    fn came(&mut self) {
        self.opened = None;
        self.arrived = true;
        if let Some((since, outcome, why)) = self.waiting.take() {
            self.waited.push(Waited { outcome, why, waited: since.elapsed() });
        }
    }

    /// Begins to wait, and gives the pause; none where the time for it is over.
    fn pause(&mut self, outcome: Outcome, why: &str) -> Option<Duration> {
        let (since, ..) = self.waiting.get_or_insert_with(|| (Instant::now(), outcome, why.to_owned()));
        if outcome != Outcome::RateLimited && since.elapsed() + self.pause > PATIENCE {
            return None;
        }
        let pause = self.pause;
        self.pause *= 2;
        Some(pause)
    }

    /// Takes what is waited where the server asks to slow down from what is left for it.
    fn slowed(&mut self, wait: Duration) -> bool {
        let may = wait <= self.left;
        self.left = self.left.saturating_sub(if may { wait } else { Duration::ZERO });
        may
    }
}

impl Live {
    /// Opens an address. Where a server that was there a moment ago cannot be reached, it may be starting anew.
    pub(super) async fn go_to(&self, url: &str) -> Result<(), Trouble> {
        self.ahead.take();
        {
            let mut serving = self.serving.borrow_mut();
            (serving.waiting, serving.pause) = (None, PAUSE);
            serving.opened = Some(url.to_owned());
        }
        self.load(url).await
    }

    async fn load(&self, url: &str) -> Result<(), Trouble> {
        loop {
            let why = match self.wire.command("url", Some(&json!({ "url": url }))).await {
                Err(Failed::Navigated(why) | Failed::NoPage(why)) => why,
                done => return done.map(drop).map_err(Trouble::from),
            };
            let passing = PASSING.iter().any(|error| why.contains(error));
            let pause = {
                let mut serving = self.serving.borrow_mut();
                let may = passing && serving.arrived;
                may.then(|| {
                    serving.pause(Outcome::UiUnknown, &format!("the page could not be loaded: {why}"))
                })
            };
            let Some(pause) = pause.flatten() else { return Err(Failed::NoPage(why).into()) };
            tracing::warn!(why, "the page could not be loaded; it is opened once more in a moment");
            tokio::time::sleep(pause).await;
        }
    }

    /// A question to a page that may not have been served: then it is opened once more, if nothing was done on it since.
    pub(super) async fn ask_served(&self, mut request: Value, patience: Duration) -> Result<Value, Trouble> {
        loop {
            request["opened"] = json!(self.serving.borrow().opened.is_some());
            let answer = match self.ask_through(request.clone(), patience).await {
                // The driver may take the browser's own page of an error for what was opened.
                Err(Trouble::Refused(refused)) if refused.kind == RefusalKind::NoPage => {
                    self.reach_again(*refused).await?;
                    continue;
                }
                other => other?,
            };
            if text(&answer, "outcome") != "unserved" {
                // What still comes in has not said yet what it is.
                if !is(&answer, "unfinished") {
                    self.serving.borrow_mut().came();
                }
                return Ok(answer);
            }
            self.serve_again(&answer).await?;
        }
    }

    /// Waits and opens once more what could not be reached, though a page was there before; or gives the refusal.
    async fn reach_again(&self, refused: Refused) -> Result<(), Trouble> {
        let pause = {
            let mut serving = self.serving.borrow_mut();
            let url = serving.opened.clone().filter(|_| serving.arrived && !self.armed.get());
            url.and_then(|url| Some((url, serving.pause(Outcome::UiUnknown, &refused.message)?)))
        };
        let Some((url, pause)) = pause else { return Err(refused.into()) };
        tokio::time::sleep(pause).await;
        self.load(&url).await
    }

    /// Waits and opens once more what was not served; or gives the refusal.
    async fn serve_again(&self, answer: &Value) -> Result<(), Trouble> {
        let opened = self.serving.borrow().opened.clone();
        let Some(url) = opened.filter(|_| !self.armed.get()) else { return Err(unserved(answer, None)) };
        let status = number(answer, "status").unwrap_or_default();
        let mut wait = None;
        if asks_for_patience(status) {
            if !self.serving.borrow_mut().slowed(A_MOMENT) {
                return Err(unserved(answer, None));
            }
            tokio::time::sleep(A_MOMENT).await;
            if text(answer, "asked") == "document" {
                let told = self.ask(json!({ "ask": "served" }), PATIENCE).await?;
                if number(&told, "status").is_some_and(|status| status > 0 && !asks_for_patience(status)) {
                    return self.load(&url).await;
                }
                wait = number(&told, "wait_s").and_then(|seconds| u64::try_from(seconds).ok());
            }
        }
        let wait = wait.map(Duration::from_secs);
        let slows = is_slowed(status, wait);
        let outcome = if slows { Outcome::RateLimited } else { Outcome::UiUnknown };
        let pause = self.serving.borrow_mut().pause(outcome, &words(answer, wait));
        let Some(pause) = pause.map(|pause| wait.unwrap_or(pause)) else {
            return Err(unserved(answer, wait));
        };
        if slows && !self.serving.borrow_mut().slowed(pause) {
            return Err(unserved(answer, wait));
        }
        tracing::warn!(
            seconds = pause.as_secs_f32(),
            "{}; it is opened once more after that",
            words(answer, wait)
        );
        tokio::time::sleep(pause).await;
        self.load(&url).await
    }
}

/// Statuses that may go with how long to wait.
fn asks_for_patience(status: usize) -> bool {
    matches!(status, 429 | 503)
}

/// Whether the server asks to slow down: a service that is down and says for how long does, too.
fn is_slowed(status: usize, wait: Option<Duration>) -> bool {
    status == 429 || status == 503 && wait.is_some()
}

/// What the server answered in the place of what was wanted.
fn words(answer: &Value, wait: Option<Duration>) -> String {
    let status = number(answer, "status").unwrap_or_default();
    let mut words = match text(answer, "asked") {
        "data" => format!("the server answered {status} to what the page asked it for"),
        _ if status == 0 => "the page broke off while it came in, or has not come in yet".to_owned(),
        _ => format!("the server answered {status}"),
    };
    if let Some(wait) = wait {
        let _ = write!(words, " and asks to wait {} s", wait.as_secs());
    }
    let line = text(answer, "line");
    if !line.is_empty() {
        let _ = write!(words, ": \"{line}\"");
    }
    words
}

/// The refusal of a page that was not served.
pub(super) fn unserved(answer: &Value, wait: Option<Duration>) -> Trouble {
    let slows = is_slowed(number(answer, "status").unwrap_or_default(), wait);
    let kind = if slows { RefusalKind::SlowDown } else { RefusalKind::NoPage };
    Refused::new(kind, words(answer, wait)).hearing(crate::browser::answer::said(answer)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_breaks_is_waited_for_so_long_and_one_that_asks_as_long_as_it_asks() {
        let mut serving = Serving::default();
        let mut sum = Duration::ZERO;
        while let Some(pause) = serving.pause(Outcome::UiUnknown, "the server answered 502") {
            // The clock stands still here, so each pause alone is held against the bound.
            assert!(pause <= PATIENCE);
            sum += pause;
        }
        assert!(sum >= PATIENCE, "{sum:?}");
        assert!(serving.slowed(Duration::from_mins(1)));
        assert!(!serving.slowed(Duration::from_mins(1)), "not beyond what there is for all of the session");
        assert!(serving.slowed(Duration::from_secs(30)));
        serving.came();
        assert_eq!(serving.told().len(), 1);
        assert!(serving.told().is_empty());
    }
}
