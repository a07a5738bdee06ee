//! What comes in between: interrupts that the book lets usher send away, and native dialogs.

use super::unserved::unserved;
use super::{Live, PATIENCE};
use crate::browser::answer::{number, point, refused, text};
use crate::browser::{GateTarget, InterruptTarget, Refused, Trouble};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a native dialog may take to open after the click that asks for it.
const DIALOG_PATIENCE: Duration = Duration::from_secs(5);

/// How long something that was sent away may stay before it counts as having come again.
const SOON_GONE: Duration = Duration::from_secs(3);

/// What is known of interrupts.
#[derive(Debug, Default)]
pub(super) struct Between {
    /// What may come.
    pub(super) expected: Vec<InterruptTarget>,
    /// How often each has come on this page.
    pub(super) came: Vec<u32>,
    /// What was sent away, until somebody asks.
    pub(super) gone: Vec<String>,
    /// Pages at which nothing goes on.
    pub(super) gates: Vec<GateTarget>,
}

impl Live {
    /// A question that what comes in between may interrupt: it is sent away, and the question asked again. While a commit
    /// is armed nothing is sent away.
    pub(super) async fn ask_on(&self, request: Value, patience: Duration) -> Result<Value, Trouble> {
        let answer = self.ask_through(request, patience).await?;
        if text(&answer, "outcome") == "unserved" { Err(unserved(&answer, None)) } else { Ok(answer) }
    }

    /// The same, and that the page was not served is an answer.
    pub(super) async fn ask_through(&self, mut request: Value, patience: Duration) -> Result<Value, Trouble> {
        let until = Instant::now() + patience;
        let may = !self.armed.get();
        loop {
            {
                let between = self.between.borrow();
                let sees = between.expected.iter().filter(|_| may).map(|interrupt| &interrupt.sees);
                request["interrupts"] = json!(sees.collect::<Vec<_>>());
                let gates = between.gates.iter().filter(|_| may);
                let gates = gates.map(|gate| json!({ "sees": gate.sees, "unless": gate.unless }));
                request["gates"] = gates.collect();
            }
            let left = until.saturating_duration_since(Instant::now());
            let answer = self.ask(request.clone(), left).await?;
            match text(&answer, "outcome") {
                "interrupted" => self.send_away(number(&answer, "interrupt").unwrap_or(0)).await?,
                "gate" => return Err(self.at_gate(number(&answer, "gate").unwrap_or(0))),
                _ => return Ok(answer),
            }
        }
    }

    fn at_gate(&self, number: usize) -> Trouble {
        let between = self.between.borrow();
        let Some(gate) = between.gates.get(number) else {
            return Trouble::Broken(anyhow!("the page names a gate that nobody asked for"));
        };
        let message = match gate.kind {
            RefusalKind::StepUp => "the app asks usher to say once more who it is",
            _ => "the app shows its sign-in form: nobody is signed in any more",
        };
        let refused = Refused::new(gate.kind, message);
        match gate.sees.first() {
            Some(sees) => refused.about(sees).into(),
            None => refused.into(),
        }
    }

    async fn send_away(&self, number: usize) -> Result<(), Trouble> {
        let interrupt = {
            let mut between = self.between.borrow_mut();
            let came = between.came.get_mut(number).map_or(0, |came| {
                *came += 1;
                *came
            });
            let Some(interrupt) = between.expected.get(number).cloned() else { return Ok(()) };
            if came > interrupt.most {
                let message = format!(
                    "`{}` comes again and again, or does not go away: it was sent away {} times on this page",
                    interrupt.sees.name, interrupt.most
                );
                return Err(Refused::new(RefusalKind::NotReady, message).about(&interrupt.sees).into());
            }
            between.gone.push(interrupt.sees.name.clone());
            interrupt
        };
        tracing::debug!(what = interrupt.sees.name, "something came in between; it is sent away");
        let arm = json!({ "ask": "arm", "once": true, "target": interrupt.click });
        let look = json!({ "ask": "look", "want": "absent", "target": interrupt.sees });
        let until = Instant::now() + PATIENCE;
        let armed = loop {
            let armed = self.ask(arm.clone(), SOON_GONE).await?;
            if text(&armed, "outcome") == "found" {
                break armed;
            }
            // It may be going away by itself, and then what sends it away goes with it.
            if text(&self.ask(look.clone(), Duration::ZERO).await?, "outcome") == "absent" {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(refused(&interrupt.click, &armed).into());
            }
        };
        self.point(point(&armed)?, true).await?;
        // A page may show a thing before it reacts to clicks: what is still there then is sent away, and counted, once more.
        self.ask(look, SOON_GONE).await?;
        Ok(())
    }

    /// Waits for the native dialog and answers it: with yes when it says exactly this, else with no.
    pub(super) async fn answer_with_yes(&self, wanted: &str) -> Result<(), Trouble> {
        let until = Instant::now() + DIALOG_PATIENCE;
        let said = loop {
            match self.wire.dialog_text().await? {
                Some(said) => break said,
                None if Instant::now() < until => tokio::time::sleep(Duration::from_millis(20)).await,
                None => {
                    let message = format!("no native dialog came; \"{wanted}\" was expected");
                    return Err(Refused::new(RefusalKind::NotReady, message).into());
                }
            }
        };
        let is_it = words(&said) == words(wanted);
        self.wire.answer_dialog(is_it).await?;
        if is_it {
            return Ok(());
        }
        let message = format!("a native dialog says \"{said}\", not \"{wanted}\"; it was answered with no");
        Err(Refused::new(RefusalKind::Dialog, message).into())
    }
}

/// A text by its words; how they are parted does not matter.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
