//! Lists and menus that a control opens: opened by a click or a key, asked for a part, closed again; nothing is chosen here.

use super::choose::fits;
use super::frames::framed;
use super::keys::{ARROW_DOWN, ENTER, ESCAPE, HOME_KEY, SPACE};
use super::{Live, PATIENCE};
use crate::browser::answer::{is, number, point, refused, text};
use crate::browser::offer::not_offered;
use crate::browser::{Refused, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::{Value, json};
use std::time::Duration;

impl Live {
    /// Asks about a part of a control; what is offered instead is an answer, too.
    pub(super) async fn ask_part(&self, request: Value, target: &Target) -> Result<Value, Trouble> {
        let answer = self.ask_about(request, target, PATIENCE).await?;
        match text(&answer, "outcome") {
            "found" | "no_choice" | "no_list" | "several_lists" => Ok(answer),
            _ => Err(refused(target, &answer).into()),
        }
    }

    /// Puts a guard on a part and clicks it; the answer is the page's, whether it was there to be clicked or not.
    pub(super) async fn click_part(&self, target: &Target, part: Value) -> Result<Value, Trouble> {
        let answer = self.ask_part(json!({ "ask": "arm", "once": true, "part": part }), target).await?;
        if text(&answer, "outcome") == "found" {
            self.point(point(&answer)?, true).await?;
        }
        Ok(answer)
    }

    /// Opens the list of a control by a click; by a key where it is too small to be clicked.
    pub(super) async fn open_list(&self, target: &Target, state: &Value) -> Result<(), Trouble> {
        let request = json!({ "ask": "arm", "once": true, "opens": true, "part": { "of": "control" } });
        if is(state, "tiny") {
            self.ask_for(json!({ "ask": "remember" }), target, PATIENCE).await?;
            return self.press(target, "field", None, &[ARROW_DOWN]).await.map(drop);
        }
        let answer = self.ask_for(request, target, PATIENCE).await?;
        Ok(self.point(point(&answer)?, true).await?)
    }

    /// Opens a list that a first click has not opened. Opening commits nothing, so it is tried once more: by a key where the
    /// control takes keys, by another click where the page may only not have reacted yet.
    pub(super) async fn open_again(&self, target: &Target, state: &Value) -> Result<(), Trouble> {
        if text(state, "kind") == "combobox" {
            return self.press(target, "field", None, &[ARROW_DOWN]).await.map(drop);
        }
        self.open_list(target, state).await
    }

    /// Focuses a part of the control, puts a text in where one is given, and presses keys that reach nothing else.
    pub(super) async fn press(
        &self,
        target: &Target,
        of: &str,
        value: Option<&str>,
        keys: &[char],
    ) -> Result<bool, Trouble> {
        let (path, inner) = framed(target);
        let request = json!({ "ask": "type", "part": { "of": of }, "value": value, "target": inner });
        let answer = self.ask_within(&path, request, Duration::from_millis(500)).await?;
        if text(&answer, "outcome") != "found" || !is(&answer, "focused") {
            self.lower_guard(target).await?;
            return Ok(false);
        }
        if !keys.is_empty() {
            self.keys(&each(keys)).await?;
        }
        self.lower_guard(target).await?;
        Ok(true)
    }

    /// Closes a list that stays open: by Escape where the focus is in it, else by its control.
    pub(super) async fn close_list(&self, target: &Target, first: &Value) -> Result<(), Trouble> {
        if self.press(target, "focus", None, &[ESCAPE]).await? {
            return Ok(());
        }
        self.open_list(target, first).await
    }

    /// Chooses in a native select by keys. They are guarded like a click: should the page move the focus away meanwhile,
    /// no key reaches whatever has it then. The list is opened first, so that only Enter changes anything.
    pub(super) async fn choose_native(
        &self,
        target: &Target,
        first: &Value,
        wanted: &str,
    ) -> Result<(), Trouble> {
        let presses = presses(target, first, wanted)?;
        self.open_native(target).await?;
        // The guard stays until what was chosen is read back.
        Ok(self.keys(&native_keys(presses)).await?)
    }

    /// Opens the list of a native select and makes sure that it is open and has the keys.
    pub(super) async fn open_native(&self, target: &Target) -> Result<(), Trouble> {
        let request = json!({ "ask": "type", "part": { "of": "field" }, "want": "ready" });
        self.ask_for(request, target, PATIENCE).await?;
        self.keys(&[[SPACE]]).await?;
        let opened = self.ask_for(json!({ "ask": "opened" }), target, PATIENCE).await?;
        if !is(&opened, "open") || !is(&opened, "focused") {
            self.lower_guard(target).await?;
            let message = format!("the list of `{}` did not open, so no key is sent to it", target.name);
            return Err(Refused::new(RefusalKind::NotHeld, message).about(target).into());
        }
        Ok(())
    }
}

/// How often the arrow is pressed in the open list of a native select until the wanted option is reached.
pub(super) fn presses(target: &Target, state: &Value, wanted: &str) -> Result<usize, Trouble> {
    let fit = fits(state).into_iter().next();
    let presses = fit.and_then(|fit| number(fit, "presses"));
    presses.ok_or_else(|| not_offered(target, state, wanted, fit.map_or("none", |fit| text(fit, "state"))))
}

/// The keys that choose in the open list of a native select.
pub(super) fn native_keys(presses: usize) -> Vec<[char; 1]> {
    let mut keys = vec![HOME_KEY];
    keys.extend(std::iter::repeat_n(ARROW_DOWN, presses));
    keys.push(ENTER);
    each(&keys)
}

/// Each key as a group of its own.
fn each(keys: &[char]) -> Vec<[char; 1]> {
    keys.iter().map(|key| [*key]).collect()
}
