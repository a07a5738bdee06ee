//! Typing into a field and reading back what it holds: one insertion, then a person's keys, then a refusal.

use super::keys::replacing;
use super::{Live, PATIENCE};
use crate::browser::answer::{is, said, seen, text};
use crate::browser::{Refused, Seen, Target, Trouble, Typed};
use crate::words::RefusalKind;
use serde_json::json;

impl Live {
    /// Types and reads back.
    pub(super) async fn fill_in(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble> {
        let (typed, secret) = match value {
            Typed::Plain(text) => (text, false),
            Typed::Secret(secret) => (secret.reveal(), true),
        };
        let request = json!({ "ask": "fill", "value": typed, "secret": secret, "way": "insert" });
        let answer = self.ask_for(request, target, PATIENCE).await?;
        if is(&answer, "holds") {
            return Ok(seen(target, &answer));
        }
        if secret {
            // Nobody outside of the page can compare a secret, and half a password must not be sent.
            let message = format!("`{}` did not take what was typed", target.name);
            return Err(Refused::new(RefusalKind::NotHeld, message).about(target).into());
        }
        // The field did not take the text as one insertion; a person's keys are tried once, which a fill may be.
        tracing::debug!(field = target.name, "the field did not hold the inserted text; typing keys");
        self.ask_for(json!({ "ask": "arm" }), target, PATIENCE).await?;
        // The guard lets keys through to this very field only: a focus that moves away meanwhile gets none of them.
        self.keys(&replacing(typed)).await?;
        self.lower_guard(target).await?;
        let request = json!({ "ask": "look", "want": "ready", "filled_in": true });
        let again = self.ask_for(request, target, PATIENCE).await?;
        if text(&again, "value") == typed {
            return Ok(seen(target, &answer));
        }
        Err(Refused::new(
            RefusalKind::NotHeld,
            format!("`{}` does not hold what was typed: it holds \"{}\"", target.name, text(&again, "value")),
        )
        .about(target)
        .hearing(said(&again))
        .into())
    }
}
