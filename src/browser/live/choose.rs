//! Choosing by name, in whatever kind of choice the page has, until exactly what was wanted is chosen; then it is read back.

use super::keys::BACKSPACE;
use super::{Live, PATIENCE};
use crate::browser::answer::{is, number, options, point, quoted, said, seen, text, texts};
use crate::browser::offer::not_offered;
use crate::browser::{Refused, Seen, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How often a set of choices is looked at anew before it is given up.
const ROUNDS: usize = 200;

/// How long a list in whose field one may type must be quiet before a key is tried.
const QUICK_MS: u32 = 600;

/// One step on the way to the wanted set.
enum Next {
    /// Click this choice: its number and its name.
    Click(usize, String),
    /// Type this name, so that the list shows it.
    Type(String),
    /// Take away the last chip.
    Erase,
    /// Everything is chosen as wanted.
    Nothing,
}

impl Live {
    /// Chooses exactly the wanted names, whatever was chosen before, and reads back.
    pub(super) async fn choose_options(
        &mut self,
        target: &Target,
        wanted: &[String],
    ) -> Result<Seen, Trouble> {
        let first = self.choice(target, wanted, json!({ "begin": true })).await?;
        can_choose(target, &first, wanted)?;
        if is(&first, "holds") && !is(&first, "open") {
            return Ok(seen(target, &first));
        }
        match (text(&first, "kind"), wanted) {
            ("native_select", [one]) => self.choose_native(target, &first, one).await?,
            ("combobox" | "menu", [one]) if !is(&first, "multiple") && number(&first, "chips") == Some(0) => {
                let aliases = self.choose_one(target, &first, one).await?;
                return self.shows(target, &first, wanted, &[aliases]).await;
            }
            _ => return self.choose_set(target, first, wanted).await,
        }
        self.shows(target, &first, wanted, &aliases(&first)).await
    }

    /// What a choice offers and shows.
    pub(super) async fn choice(
        &self,
        target: &Target,
        wanted: &[String],
        more: Value,
    ) -> Result<Value, Trouble> {
        let mut request = more;
        request["ask"] = json!("choice");
        request["wanted"] = json!(wanted);
        self.ask_for(request, target, PATIENCE).await
    }

    /// Chooses one name in a list that opens; gives every text under which it may be shown then.
    async fn choose_one(&self, target: &Target, first: &Value, wanted: &str) -> Result<Vec<String>, Trouble> {
        if !is(first, "open") {
            self.open_list(target, first).await?;
        }
        let part = json!({ "of": "choice", "wanted": wanted });
        // Where one may type there is more to try than to wait, so the first look is a short one.
        let mut quick = part.clone();
        if is(first, "editable") {
            quick["quiet_ms"] = json!(QUICK_MS);
        }
        let mut answer = self.click_part(target, quick).await?;
        if text(&answer, "outcome") == "no_list" {
            self.open_again(target, first).await?;
            answer = self.click_part(target, part.clone()).await?;
        }
        let missing = text(&answer, "why") == "none" || text(&answer, "outcome") == "no_list";
        if missing && is(&answer, "searchable") && self.press(target, "field", Some(wanted), &[]).await? {
            answer = self.click_part(target, part).await?;
        }
        match answer.get("part").filter(|part| part.is_object()) {
            Some(part) => Ok(texts(part, "aliases")),
            None => Err(not_offered(target, &answer, wanted, text(&answer, "why"))),
        }
    }

    /// Clicks one choice after the other until exactly the wanted ones are chosen.
    async fn choose_set(&self, target: &Target, first: Value, wanted: &[String]) -> Result<Seen, Trouble> {
        let opens = matches!(text(&first, "kind"), "combobox" | "menu");
        let mut state = first.clone();
        let mut aliases = aliases(&first);
        let mut clicked = BTreeSet::new();
        let mut typed = BTreeSet::new();
        let mut erased = 0;
        for _ in 0..ROUNDS {
            if is(&state, "holds") && !clicked.is_empty() {
                break;
            }
            if opens && !is(&state, "open") {
                self.open_list(target, &first).await?;
            }
            if opens {
                state = self.opened(target, &first, wanted).await?;
            }
            for (own, fit) in aliases.iter_mut().zip(fits(&state)) {
                let known = texts(fit, "aliases");
                if known.len() > 1 {
                    *own = known;
                }
            }
            match next(target, &state, wanted, &typed)? {
                Next::Nothing => break,
                Next::Erase => {
                    erased += 1;
                    if erased > number(&first, "chips").unwrap_or(0) {
                        return Err(not_held(target, &state, wanted));
                    }
                    self.press(target, "field", Some(""), &[BACKSPACE]).await?;
                    state = self.choice(target, wanted, json!({})).await?;
                }
                Next::Type(name) => {
                    if !self.press(target, "field", Some(&name), &[]).await? {
                        return Err(not_offered(target, &state, &name, "none"));
                    }
                    typed.insert(name);
                }
                Next::Click(index, name) => {
                    if !clicked.insert(name.clone()) {
                        return Err(not_held(target, &state, wanted));
                    }
                    state = self.click_choice(target, &state, wanted, index, &name).await?;
                }
            }
        }
        self.shows(target, &first, wanted, &aliases).await
    }

    /// What the list of a control offers that has just been opened.
    async fn opened(&self, target: &Target, first: &Value, wanted: &[String]) -> Result<Value, Trouble> {
        let mut state = self.choice(target, wanted, json!({ "open": true })).await?;
        if text(&state, "offer") == "none" {
            self.open_again(target, first).await?;
            state = self.choice(target, wanted, json!({ "open": true })).await?;
        }
        match text(&state, "offer") {
            "one" => Ok(state),
            "none" => Err(not_offered(target, &json!({ "outcome": "no_list" }), "", "")),
            _ => Err(not_offered(target, &json!({ "outcome": "several_lists" }), "", "")),
        }
    }

    /// Clicks one choice of several and waits until it stands otherwise.
    async fn click_choice(
        &self,
        target: &Target,
        state: &Value,
        wanted: &[String],
        index: usize,
        name: &str,
    ) -> Result<Value, Trouble> {
        let part = json!({ "of": "choice", "index": index, "name": name });
        let answer = self.ask_part(json!({ "ask": "arm", "once": true, "part": part }), target).await?;
        if text(&answer, "outcome") != "found" {
            return Err(not_offered(target, &answer, name, "none"));
        }
        // In a native list of several a plain click would drop all the others.
        let adds = text(state, "kind") == "native_list" && is(state, "multiple");
        if adds {
            self.point_adding(point(&answer)?).await?;
        } else {
            self.point(point(&answer)?, true).await?;
        }
        let selected = options(state).get(index).and_then(|option| option.get("selected")).cloned();
        self.choice(
            target,
            wanted,
            json!({ "unlike": { "index": index, "name": name, "selected": selected } }),
        )
        .await
    }

    /// Holds what the control shows against what was chosen, and closes its list if that is still open.
    pub(super) async fn shows(
        &self,
        target: &Target,
        first: &Value,
        wanted: &[String],
        aliases: &[Vec<String>],
    ) -> Result<Seen, Trouble> {
        let opens = matches!(text(first, "kind"), "combobox" | "menu");
        let request = json!({ "ask": "held", "aliases": aliases, "opens": opens, "may_stay": is(first, "multiple") || aliases.len() > 1 });
        let mut now = self.ask_for(request.clone(), target, PATIENCE).await?;
        if is(&now, "open") {
            let held = is(&now, "holds");
            self.close_list(target, first).await?;
            let mut again = request;
            again["may_stay"] = json!(false);
            now = self.ask_for(again, target, PATIENCE).await?;
            if is(&now, "open") {
                let message = format!("the list of `{}` does not close", target.name);
                return Err(Refused::new(RefusalKind::NotReady, message)
                    .about(target)
                    .hearing(said(&now))
                    .into());
            }
            // A control that does not name what is chosen in it has shown it while its list was open.
            if held {
                return Ok(seen(target, first));
            }
        }
        if is(&now, "holds")
            || (text(first, "kind") == "menu" && self.holds_inside(target, first, wanted).await?)
        {
            return Ok(seen(target, first));
        }
        Err(not_held(target, &now, wanted))
    }

    /// Whether a button that does not show what is chosen in its menu holds it: the menu is opened once more to see.
    async fn holds_inside(&self, target: &Target, first: &Value, wanted: &[String]) -> Result<bool, Trouble> {
        self.open_list(target, first).await?;
        let state = self.choice(target, wanted, json!({ "open": true })).await?;
        if is(&state, "open") {
            self.close_list(target, first).await?;
        }
        Ok(is(&state, "holds"))
    }
}

/// What the control shows is not what was chosen in it.
fn not_held(target: &Target, now: &Value, wanted: &[String]) -> Trouble {
    let name = &target.name;
    let shown = match now.get("shown") {
        Some(_) => texts(now, "shown"),
        None => {
            options(now).iter().filter(|o| is(o, "selected")).map(|o| text(o, "name").to_owned()).collect()
        }
    };
    let message = if target.secret {
        format!("`{name}` shows {} chosen after {} were", shown.len(), wanted.len())
    } else if shown.is_empty() {
        format!("`{name}` shows nothing after {} was chosen", quoted(wanted))
    } else {
        format!("`{name}` shows {} after {} was chosen", quoted(&shown), quoted(wanted))
    };
    Refused::new(RefusalKind::NotHeld, message).about(target).hearing(said(now)).into()
}

/// Every text under which each wanted name may be shown once it is chosen.
fn aliases(state: &Value) -> Vec<Vec<String>> {
    fits(state).into_iter().map(|fit| texts(fit, "aliases")).collect()
}

/// Which choice each wanted name means.
pub(super) fn fits(state: &Value) -> Vec<&Value> {
    state.get("fits").and_then(Value::as_array).into_iter().flatten().collect()
}

/// Refuses what cannot be chosen from at all, and more names than a choice takes.
pub(super) fn can_choose(target: &Target, state: &Value, wanted: &[String]) -> Result<(), Trouble> {
    let (name, kind) = (&target.name, text(state, "kind"));
    let sets = is(state, "multiple") || matches!(kind, "native_list" | "listbox" | "checkbox_group");
    let message = match (kind, wanted) {
        ("suggestions", _) => format!("`{name}` is a text field with suggestions; use `fill`"),
        ("other", _) => match text(state, "role") {
            role @ ("textbox" | "searchbox" | "spinbutton") => {
                format!("`{name}` is a {role}, which has no options to choose from; use `fill`")
            }
            "checkbox" => format!("`{name}` is a checkbox, which has no options to choose from; use `check`"),
            "switch" => format!("`{name}` is a switch, which has no options to choose from; use `toggle`"),
            "tab" => format!("`{name}` is a tab, which has no options to choose from; use `tab`"),
            role => format!("`{name}` is a {role}, which has no options to choose from"),
        },
        (_, []) if !sets => format!("nothing was named that `{name}` should be"),
        ("radio_group" | "native_select", [_, _, ..]) => {
            format!("`{name}` takes one option, and {} were named", wanted.len())
        }
        _ => return Ok(()),
    };
    Err(Refused::new(RefusalKind::NoOption, message).about(target).into())
}

/// What is to be done next, so that exactly the wanted ones are chosen.
fn next(
    target: &Target,
    state: &Value,
    wanted: &[String],
    typed: &BTreeSet<String>,
) -> Result<Next, Trouble> {
    let all = options(state);
    let named =
        |index: usize| all.get(index).map(|option| text(option, "name").to_owned()).unwrap_or_default();
    if is(state, "multiple") || wanted.len() > 1 {
        let stray = state.get("stray").and_then(Value::as_array).into_iter().flatten();
        if let Some(index) = stray.filter_map(Value::as_u64).find_map(|index| usize::try_from(index).ok()) {
            return Ok(Next::Click(index, named(index)));
        }
    }
    if is(state, "editable") && number(state, "stray_chips").unwrap_or(0) > 0 {
        return Ok(Next::Erase);
    }
    for (fit, name) in fits(state).into_iter().zip(wanted) {
        match (text(fit, "state"), number(fit, "index")) {
            _ if is(fit, "chip") => {}
            ("one", Some(_)) if is(fit, "selected") => {}
            ("one", Some(index)) => return Ok(Next::Click(index, named(index))),
            ("none", _) if is(state, "editable") && !typed.contains(name) => {
                return Ok(Next::Type(name.clone()));
            }
            (why, _) => return Err(not_offered(target, state, name, why)),
        }
    }
    Ok(Next::Nothing)
}
