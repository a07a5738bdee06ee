//! Making a commit ready, whatever it does: what opens is opened, what would be undone is refused, and the guard is put on
//! the very option, item or box. Nothing takes effect here.

use super::Live;
use super::choose::can_choose;
use super::frames::framed;
use super::popup::{native_keys, presses};
use super::switches::{Tick, state_word};
use crate::browser::answer::{is, point, seen, text};
use crate::browser::offer::not_offered;
use crate::browser::{Act, Armed, Binding, Gesture, Refused, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::{Value, json};
use std::slice;

impl Live {
    /// Finds the control, brings it to where one gesture does the act, binds it to the person and guards it.
    pub(super) async fn make_ready(
        &self,
        target: &Target,
        act: &Act,
        binding: &Binding,
    ) -> Result<Armed, Trouble> {
        match act {
            Act::Click => self.guard(target, binding, json!({}), "").await,
            Act::Check(on) => self.guard_tick(target, binding, Tick::Box, *on).await,
            Act::Toggle(on) => self.guard_tick(target, binding, Tick::Switch, *on).await,
            Act::Item(item) => {
                self.open_menu(target, item).await?;
                self.guard(target, binding, json!({ "part": { "of": "item", "wanted": item } }), item).await
            }
            Act::Choose(option) => self.guard_option(target, binding, option).await,
        }
    }

    /// The guard on what the request says, and what it is bound by.
    async fn guard(
        &self,
        target: &Target,
        binding: &Binding,
        more: Value,
        wanted: &str,
    ) -> Result<Armed, Trouble> {
        let mut request = more;
        request["ask"] = json!("arm");
        let (path, names) = framed(&binding.names);
        let filled = binding.filled.iter().map(framed).filter(|(own, _)| *own == path);
        request["names"] = json!(names);
        request["filled"] = json!(filled.map(|(_, inner)| inner).collect::<Vec<_>>());
        request["expect"] = json!(binding.expect);
        request["foreign"] = json!(binding.foreign);
        let answer = self.ask_part(request, target).await?;
        if text(&answer, "outcome") != "found" {
            return Err(not_offered(target, &answer, wanted, text(&answer, "why")));
        }
        if answer.get("part").is_some_and(|part| is(part, "multiple")) {
            self.lower_guard(target).await?;
            return Err(holds_a_set(target));
        }
        if answer.get("part").is_some_and(|part| is(part, "selected")) {
            return Err(self.already(target, wanted).await?);
        }
        Ok(Armed {
            by: seen(target, &answer).by,
            bound: text(&answer, "bound").to_owned(),
            gesture: point(&answer).map_or(Gesture::Keys(0), Gesture::Click),
        })
    }

    async fn guard_tick(
        &self,
        target: &Target,
        binding: &Binding,
        tick: Tick,
        on: bool,
    ) -> Result<Armed, Trouble> {
        let now = self.tick(target, tick, None).await?;
        match text(&now, "state") {
            state if state == state_word(on) => return Err(self.already(target, state_word(on)).await?),
            "mixed" => {
                let message =
                    format!("`{}` is neither on nor off, so nobody knows what a click would do", target.name);
                return Err(Refused::new(RefusalKind::NotReady, message).about(target).into());
            }
            _ => {}
        }
        self.guard(target, binding, json!({ "part": { "of": "box" } }), state_word(on)).await
    }

    async fn guard_option(&self, target: &Target, binding: &Binding, option: &str) -> Result<Armed, Trouble> {
        let state =
            self.choice(target, slice::from_ref(&option.to_owned()), json!({ "begin": true })).await?;
        can_choose(target, &state, slice::from_ref(&option.to_owned()))?;
        if is(&state, "multiple") {
            return Err(holds_a_set(target));
        }
        if is(&state, "holds") {
            return Err(self.already(target, option).await?);
        }
        let part = json!({ "of": "choice", "wanted": option });
        match text(&state, "kind") {
            "native_select" => {
                let presses = presses(target, &state, option)?;
                self.open_native(target).await?;
                let more = json!({ "part": { "of": "control" }, "select": option });
                let armed = self.guard(target, binding, more, option).await?;
                return Ok(Armed { gesture: Gesture::Keys(presses), ..armed });
            }
            "combobox" | "menu" if !is(&state, "open") => {
                self.open_list(target, &state).await?;
                let request = json!({ "ask": "present", "part": part });
                let answer = self.ask_part(request, target).await?;
                if text(&answer, "outcome") == "no_list" {
                    self.open_again(target, &state).await?;
                }
            }
            _ => {}
        }
        self.guard(target, binding, json!({ "part": part }), option).await
    }

    /// What is so already is not done again: where it is a switch, the act would undo it.
    async fn already(&self, target: &Target, wanted: &str) -> Result<Trouble, Trouble> {
        self.lower_guard(target).await?;
        let message = if target.secret {
            format!("`{}` is already what it should become, so the commit was not made", target.name)
        } else {
            format!("`{}` is already \"{wanted}\", so the commit was not made", target.name)
        };
        Ok(Refused::new(RefusalKind::HeldBack, message).about(target).into())
    }

    /// Does the one gesture of an armed commit.
    pub(super) async fn gesture(&self, armed: &Armed) -> Result<(), Trouble> {
        match armed.gesture {
            Gesture::Click(at) => Ok(self.point(at, true).await?),
            Gesture::Keys(presses) => Ok(self.keys(&native_keys(presses)).await?),
        }
    }
}

fn holds_a_set(target: &Target) -> Trouble {
    let message = format!(
        "`{}` holds a set of choices, and a commit does one thing; use `check` on one of its boxes",
        target.name
    );
    Refused::new(RefusalKind::NotReady, message).about(target).into()
}
