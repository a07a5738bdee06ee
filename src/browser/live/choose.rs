//! Choosing an option by its name, in whatever kind of choice the page has, and reading it back.

use super::keys::{ARROW_DOWN, ENTER, HOME_KEY, SPACE};
use super::{Live, PATIENCE};
use crate::browser::answer::{option_target, options, pick, point, said, same, seen, text};
use crate::browser::{Refused, Seen, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::{Value, json};
use std::time::Duration;

impl Live {
    /// Chooses and reads back.
    pub(super) async fn choose_option(&mut self, target: &Target, option: &str) -> Result<Seen, Trouble> {
        let answer = self.ask_for(json!({ "ask": "options" }), target, PATIENCE).await?;
        match text(&answer, "kind") {
            "native_select" => self.choose_native(target, &answer, option).await?,
            "radio_group" => {
                let chosen = pick(target, &answer, option)?;
                if chosen.get("selected").and_then(Value::as_bool) != Some(true) {
                    let radio = option_target(target, "radio", option, true);
                    self.point(point(&self.guarded(&radio).await?)?, true).await?;
                }
            }
            kind @ ("combobox" | "menu") => {
                self.point(point(&self.guarded(target).await?)?, true).await?;
                // The list is drawn somewhere else on the page and may still be on its way: it is waited for by name.
                let role = if kind == "menu" { "menuitem" } else { "option" };
                let choice = option_target(target, role, option, false);
                self.point(point(&self.guarded(&choice).await?)?, true).await?;
            }
            other => {
                let message = format!("`{}` is a {other}, which has no options to choose from", target.name);
                return Err(Refused::new(RefusalKind::NoOption, message).about(target).into());
            }
        }
        let again = self.ask_for(json!({ "ask": "options" }), target, PATIENCE).await?;
        let shown =
            options(&again).into_iter().find(|o| o.get("selected").and_then(Value::as_bool) == Some(true));
        let holds =
            shown.is_some_and(|o| same(text(o, "name"), option)) || same(text(&again, "value"), option);
        if holds {
            return Ok(seen(target, &answer));
        }
        let held = shown.map_or_else(|| text(&again, "value").to_owned(), |o| text(o, "name").to_owned());
        Err(Refused::new(
            RefusalKind::NotHeld,
            format!("`{}` shows \"{held}\" after \"{option}\" was chosen", target.name),
        )
        .about(target)
        .hearing(said(&again))
        .into())
    }

    /// Chooses in a native select by keys. They are guarded like a click: should the page move the focus away meanwhile,
    /// no key reaches whatever has it then. The list is opened first, so that only Enter changes anything.
    async fn choose_native(&self, target: &Target, answer: &Value, option: &str) -> Result<(), Trouble> {
        let chosen = pick(target, answer, option)?;
        if chosen.get("selected").and_then(Value::as_bool) == Some(true) {
            return Ok(());
        }
        if answer.get("list").and_then(Value::as_bool) == Some(true) {
            let reach = json!({ "ask": "options", "reach": chosen.get("index") });
            let shown = self.ask_for(reach, target, PATIENCE).await?;
            self.guarded(target).await?;
            return Ok(self.point(point(pick(target, &shown, option)?)?, true).await?);
        }
        let presses =
            chosen.get("presses").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        self.guarded(target).await?;
        self.ask_for(json!({ "ask": "options" }), target, PATIENCE).await?;
        self.keys(&[&[SPACE]]).await?;
        let opened = self.ask_for(json!({ "ask": "opened" }), target, PATIENCE).await?;
        let stands = |what: &str| opened.get(what).and_then(Value::as_bool) == Some(true);
        if !stands("open") || !stands("focused") {
            self.ask(json!({ "ask": "fired" }), Duration::ZERO).await?;
            let message = format!("the list of `{}` did not open, so no key is sent to it", target.name);
            return Err(Refused::new(RefusalKind::NotHeld, message).about(target).into());
        }
        let mut groups: Vec<&[char]> = vec![&[HOME_KEY]];
        groups.extend(std::iter::repeat_n::<&[char]>(&[ARROW_DOWN], presses));
        groups.push(&[ENTER]);
        self.keys(&groups).await?;
        self.ask(json!({ "ask": "fired" }), Duration::ZERO).await?;
        Ok(())
    }
}
