//! Boxes and switches, brought to a state and read back; tabs, selected and read back; items of menus.

use super::{Live, PATIENCE};
use crate::browser::answer::{is, point, said, seen, text};
use crate::browser::offer::not_offered;
use crate::browser::{Refused, Seen, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::{Value, json};

/// The two kinds of things that are on or off, each with a verb of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tick {
    /// A checkbox, which says something in a form.
    Box,
    /// A switch, which is a thing by itself.
    Switch,
}

impl Tick {
    const fn word(self) -> &'static str {
        match self {
            Self::Box => "checkbox",
            Self::Switch => "switch",
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Box => "check",
            Self::Switch => "toggle",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Box => Self::Switch,
            Self::Switch => Self::Box,
        }
    }
}

/// The word of a state.
pub(super) const fn state_word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

impl Live {
    /// Brings a box or switch to a state, unless it is there already, and reads back.
    pub(super) async fn bring(&self, target: &Target, tick: Tick, on: bool) -> Result<Seen, Trouble> {
        let mut now = self.tick(target, tick, None).await?;
        // One that is neither on nor off may need a second click to come to the state that is not next to it.
        let clicks = if text(&now, "state") == "mixed" { 2 } else { 1 };
        for _ in 0..clicks {
            if text(&now, "state") == state_word(on) {
                break;
            }
            let part = json!({ "ask": "arm", "once": true, "part": { "of": "box" } });
            let answer = self.ask_for(part, target, PATIENCE).await?;
            self.point(point(&answer)?, true).await?;
            now = self.tick(target, tick, Some(on)).await?;
        }
        if text(&now, "state") == state_word(on) {
            return Ok(Seen { checked: Some(on), ..seen(target, &now) });
        }
        let message = format!(
            "`{}` did not become {}; it is {}",
            target.name,
            state_word(on),
            Some(text(&now, "state")).filter(|state| !state.is_empty()).unwrap_or("in no state it says")
        );
        Err(Refused::new(RefusalKind::NotHeld, message).about(target).hearing(said(&now)).into())
    }

    /// How a box or switch stands; the other kind is refused, and so is what is neither.
    pub(super) async fn tick(
        &self,
        target: &Target,
        tick: Tick,
        want: Option<bool>,
    ) -> Result<Value, Trouble> {
        let answer =
            self.ask_for(json!({ "ask": "box", "want": want.map(state_word) }), target, PATIENCE).await?;
        let name = &target.name;
        let message = match text(&answer, "kind") {
            kind if kind == tick.word() && !text(&answer, "state").is_empty() => return Ok(answer),
            kind if kind == tick.word() => format!("`{name}` does not say whether it is on or off"),
            kind if kind == tick.other().word() => {
                let (word, verb) = (tick.other().word(), tick.other().verb());
                format!("`{name}` is a {word}, not a {}; use `{verb}`", tick.word())
            }
            kind => format!("`{name}` is a {kind}, not a {}", tick.word()),
        };
        Err(Refused::new(RefusalKind::NotReady, message).about(target).into())
    }

    /// Selects a tab, unless it is selected already, and reads back.
    pub(super) async fn select_tab(&self, target: &Target) -> Result<Seen, Trouble> {
        let first = self.ask_for(json!({ "ask": "tab" }), target, PATIENCE).await?;
        if is(&first, "selected") {
            return Ok(seen(target, &first));
        }
        if !is(&first, "tab") {
            let message = format!("`{}` is a {}, not a tab; use `click`", target.name, text(&first, "role"));
            return Err(Refused::new(RefusalKind::NotReady, message).about(target).into());
        }
        self.point(point(&self.guarded(target).await?)?, true).await?;
        let request = json!({ "ask": "tab", "want": true, "panel_was": first.get("panel") });
        let now = self.ask_for(request, target, PATIENCE).await?;
        if is(&now, "selected") {
            return Ok(seen(target, &now));
        }
        let message = format!("`{}` was clicked, and is not the selected tab", target.name);
        Err(Refused::new(RefusalKind::NotHeld, message).about(target).hearing(said(&now)).into())
    }

    /// Opens a button's menu and clicks the one item of this name in it.
    pub(super) async fn choose_item(&self, target: &Target, item: &str) -> Result<Seen, Trouble> {
        self.open_menu(target, item).await?;
        let part = json!({ "of": "item", "wanted": item });
        let answer = self.click_part(target, part).await?;
        if text(&answer, "outcome") == "found" {
            return Ok(seen(target, &answer));
        }
        Err(not_offered(target, &answer, item, text(&answer, "why")))
    }

    /// Opens the menu of a button that holds an item; a menu that is open already is left open.
    pub(super) async fn open_menu(&self, target: &Target, item: &str) -> Result<(), Trouble> {
        let first = self.ask_for(json!({ "ask": "menu", "begin": true }), target, PATIENCE).await?;
        if is(&first, "open") {
            return Ok(());
        }
        let request = json!({ "ask": "arm", "once": true, "opens": true });
        let click = self.ask_for(request.clone(), target, PATIENCE).await?;
        self.point(point(&click)?, true).await?;
        let part = json!({ "ask": "present", "part": { "of": "item", "wanted": item } });
        let answer = self.ask_part(part, target).await?;
        if text(&answer, "outcome") == "no_list" {
            // The page may show its buttons before they react. The click commits nothing, so it is done once more.
            let again = self.ask_for(request, target, PATIENCE).await?;
            self.point(point(&again)?, true).await?;
        }
        Ok(())
    }
}
