//! A real browser: the [`Browser`] of a WebDriver session and the in-page library.

use super::answer::{
    elsewhere, option_target, options, pick, pixels, point, refused, round, said, same, seen, text,
    without_tokens,
};
use super::webdriver::{Failed, SCRIPT_TIME, SessionFacts, Wire};
use super::{
    Answer, Armed, Binding, Browser, Cover, ListQuestion, Picture, Refused, Said, SaysTarget, Seen, Snapshot,
    Target, Trouble, Typed, Want,
};
use crate::evidence::Masked;
use crate::evidence::mask::{self, MaskBox, MaskKind};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The in-page library, in one function scope: everything usher asks of a page is one call of it.
const LIBRARY: &str = concat!(
    include_str!("page/text.js"),
    include_str!("page/roles.js"),
    include_str!("page/names.js"),
    include_str!("page/native_names.js"),
    include_str!("page/visible.js"),
    include_str!("page/hit.js"),
    include_str!("page/lines.js"),
    include_str!("page/locate.js"),
    include_str!("page/find.js"),
    include_str!("page/outlines.js"),
    include_str!("page/lists.js"),
    include_str!("page/rows.js"),
    include_str!("page/says.js"),
    include_str!("page/wait.js"),
    include_str!("page/look.js"),
    include_str!("page/snapshot.js"),
    include_str!("page/overlays.js"),
    include_str!("page/masks.js"),
    include_str!("page/act.js"),
    include_str!("page/choose.js"),
    include_str!("page/binding.js"),
    include_str!("page/guard.js"),
    include_str!("page/ask.js"),
);

/// Comes before anything else in every script: on a page of another origin nothing is read, typed or clicked.
const HOME: &str = "const origins = arguments[0].origins; \
     if (origins.length > 0 && !origins.includes(location.origin)) \
     return arguments[1]({ outcome: 'elsewhere', url: location.href }); ";

/// Asks the library that a question before has left in this document; it is sent again only where it is not there.
const ASK: &str = "const kept = window[arguments[0].session + '-ask']; \
     if (kept) kept(arguments[0], arguments[1]); else arguments[1]({ outcome: 'not_installed' });";

/// How long a control may take to be there and ready.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a list may take to show its rows.
const LIST_PATIENCE: Duration = Duration::from_secs(20);
/// How often a picture is taken again because the page moved under it.
const PICTURE_TRIES: u8 = 6;

/// A browser with one page, driven over WebDriver.
pub struct Live {
    wire: Wire,
    says: Vec<SaysTarget>,
    session: String,
    /// The origins usher may be on; anything may be asked of no other page.
    origins: Vec<String>,
}

impl Live {
    pub(super) fn new(wire: Wire) -> Self {
        // The name only has to differ from every name a page uses; who guesses it gains nothing.
        let session = format!("usher-{}", crate::digest::Digest::of(format!("{:?}", Instant::now())).short());
        Self { wire, says: Vec::new(), session, origins: Vec::new() }
    }

    /// Holds the browser to these origins: a page anywhere else is never read, filled or clicked.
    pub fn confine(&mut self, origins: Vec<String>) {
        self.origins = origins;
    }

    /// What the session turned out to be.
    pub fn facts(&self) -> &SessionFacts {
        &self.wire.facts
    }

    /// Ends the session and the browser.
    pub async fn close(self) {
        self.wire.close().await;
    }

    /// One question to the page. A page that navigates away under it is asked again until the time is up.
    async fn ask(&self, mut request: Value, patience: Duration) -> Result<Value, Trouble> {
        let until = Instant::now() + patience;
        request["session"] = json!(self.session);
        request["says"] = json!(self.says);
        request["origins"] = json!(self.origins);
        loop {
            let asked = Instant::now();
            let left = until.saturating_duration_since(asked);
            request["deadline_ms"] = json!(left.as_millis().min(u128::from(u32::MAX)));
            let answer = match self.wire.script(&format!("{HOME}{ASK}"), &request).await {
                Ok(answer) if text(&answer, "outcome") == "not_installed" => {
                    self.wire.script(&format!("'use strict'; {HOME}{LIBRARY}"), &request).await
                }
                other => other,
            };
            match answer {
                Ok(answer) if text(&answer, "outcome") == "error" => {
                    return Err(Trouble::Broken(anyhow!(
                        "the in-page library failed: {}",
                        text(&answer, "why")
                    )));
                }
                Ok(answer) if text(&answer, "outcome") == "elsewhere" => {
                    return Err(elsewhere(text(&answer, "url")));
                }
                Ok(answer) => return Ok(answer),
                // The driver tells a page that was replaced meanwhile as a script that took too long, long before its time
                // is up; the page's own deadline comes first, so before that it is never true.
                Err(Failed::Navigated(why) | Failed::Slow(why)) if Instant::now() < until => {
                    tracing::debug!(why, "the page went away under a question; asking the new one");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                // A page that is replaced just then makes ChromeDriver say at once that the script was too slow
                // (w3c/webdriver issue 1856); one that really was would have had all of its time.
                Err(Failed::Slow(why)) if asked.elapsed() < SCRIPT_TIME && Instant::now() < until => {
                    tracing::debug!(why, "the page went away under a question; asking the new one");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// Asks for a target and turns everything but "found" into a refusal.
    async fn ask_for(&self, request: Value, target: &Target, patience: Duration) -> Result<Value, Trouble> {
        let mut request = request;
        request["target"] = json!(target);
        request["stop_on"] = json!(self.says.iter().map(|says| says.id).collect::<Vec<_>>());
        let answer = self.ask(request, patience).await?;
        match text(&answer, "outcome") {
            "found" | "absent" => Ok(answer),
            _ => Err(refused(target, &answer).into()),
        }
    }

    /// Presses and releases the primary button at a point, in one command: the pointer is moved there first.
    async fn point(&self, (x, y): (f64, f64), press: bool) -> Result<(), Failed> {
        let mut actions = vec![
            json!({ "type": "pointerMove", "duration": 0, "x": round(x), "y": round(y), "origin": "viewport" }),
        ];
        if press {
            actions.push(json!({ "type": "pointerDown", "button": 0 }));
            actions.push(json!({ "type": "pointerUp", "button": 0 }));
        }
        let body = json!({ "actions": [{
            "type": "pointer", "id": "usher-mouse", "parameters": { "pointerType": "mouse" }, "actions": actions,
        }]});
        self.wire.command("actions", Some(&body)).await.map(drop)
    }

    /// Presses keys one after the other; a key in a group is held while the rest of its group is pressed.
    async fn keys(&self, groups: &[&[char]]) -> Result<(), Failed> {
        let mut actions = Vec::new();
        for group in groups {
            actions.extend(group.iter().map(|key| json!({ "type": "keyDown", "value": key.to_string() })));
            actions
                .extend(group.iter().rev().map(|key| json!({ "type": "keyUp", "value": key.to_string() })));
        }
        let body = json!({ "actions": [{ "type": "key", "id": "usher-keys", "actions": actions }]});
        self.wire.command("actions", Some(&body)).await.map(drop)
    }

    /// What is asked of the page about a picture: rectangles to cover, and where the page stands.
    async fn boxes(&self, cover: &Cover<'_>) -> Result<Value, Trouble> {
        let subject = cover.subject.map(|(column, key)| json!({ "column": column, "key": key }));
        let request = json!({
            "ask": "masks", "lists": cover.lists, "subject": subject, "secret": cover.secret, "scope": cover.scope,
        });
        self.ask(request, PATIENCE).await
    }

    /// Finds a control, puts a guard on it that lets one click through to it and nothing else, and gives the answer.
    async fn guarded(&self, target: &Target) -> Result<Value, Trouble> {
        self.ask_for(json!({ "ask": "arm", "once": true }), target, PATIENCE).await
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
            return Err(Refused {
                kind: RefusalKind::NotHeld,
                message,
                target: Some(target.clone()),
                ..Default::default()
            }
            .into());
        }
        let mut groups: Vec<&[char]> = vec![&[HOME_KEY]];
        groups.extend(std::iter::repeat_n::<&[char]>(&[ARROW_DOWN], presses));
        groups.push(&[ENTER]);
        self.keys(&groups).await?;
        self.ask(json!({ "ask": "fired" }), Duration::ZERO).await?;
        Ok(())
    }
}

const SPACE: char = ' ';
const HOME_KEY: char = '\u{e011}';
const ARROW_DOWN: char = '\u{e015}';
const ENTER: char = '\u{e007}';
const CONTROL: char = '\u{e009}';
const DELETE: char = '\u{e017}';

impl Browser for Live {
    async fn open(&mut self, url: &str) -> Result<(), Trouble> {
        match self.wire.command("url", Some(&json!({ "url": url }))).await {
            Err(Failed::Navigated(why)) => Err(Failed::NoPage(why).into()),
            done => done.map(drop).map_err(Trouble::from),
        }
    }

    async fn url(&mut self) -> Result<String, Trouble> {
        Ok(self.wire.command("url", None).await?.as_str().unwrap_or_default().to_owned())
    }

    fn watch(&mut self, says: Vec<SaysTarget>) {
        self.says = says;
    }

    async fn said(&mut self) -> Result<Vec<Said>, Trouble> {
        let answer = self.ask(json!({ "ask": "outline" }), PATIENCE).await?;
        Ok(said(&answer))
    }

    async fn look(&mut self, target: &Target, want: Want, patience: Duration) -> Result<Seen, Trouble> {
        let want = match want {
            Want::Ready => "ready",
            Want::Visible => "visible",
            Want::Absent => "absent",
        };
        let answer = self.ask_for(json!({ "ask": "look", "want": want }), target, patience).await?;
        if want == "absent" && text(&answer, "outcome") != "absent" {
            let message = format!("`{}` is still there", target.name);
            return Err(Refused {
                kind: RefusalKind::NotReady,
                message,
                target: Some(target.clone()),
                ..Default::default()
            }
            .into());
        }
        Ok(seen(target, &answer))
    }

    async fn sees(&mut self, target: &Target) -> Result<bool, Trouble> {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self
                .ask(json!({ "ask": "look", "want": "visible", "target": target }), Duration::ZERO)
                .await?;
            match text(&answer, "outcome") {
                "found" => return Ok(true),
                // What is not there while the page still comes in may be there in a moment.
                "none" | "not_ready"
                    if text(&answer, "ready_state") == "loading" && Instant::now() < until =>
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                "none" if matches!(text(&answer, "scope"), "" | "ok" | "none") => return Ok(false),
                "not_ready" => return Ok(false),
                _ => return Err(refused(target, &answer).into()),
            }
        }
    }

    async fn click(&mut self, target: &Target) -> Result<Seen, Trouble> {
        let answer = self.guarded(target).await?;
        self.point(point(&answer)?, true).await?;
        Ok(seen(target, &answer))
    }

    async fn hover(&mut self, target: &Target) -> Result<Seen, Trouble> {
        let answer = self.ask_for(json!({ "ask": "look", "want": "ready" }), target, PATIENCE).await?;
        self.point(point(&answer)?, false).await?;
        Ok(seen(target, &answer))
    }

    async fn fill(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble> {
        let (typed, secret) = match value {
            Typed::Plain(text) => (text, false),
            Typed::Secret(secret) => (secret.reveal(), true),
        };
        let request = json!({ "ask": "fill", "value": typed, "secret": secret, "way": "insert" });
        let answer = self.ask_for(request, target, PATIENCE).await?;
        if answer.get("holds").and_then(Value::as_bool) == Some(true) {
            return Ok(seen(target, &answer));
        }
        if secret {
            // Nobody outside of the page can compare a secret, and half a password must not be sent.
            let message = format!("`{}` did not take what was typed", target.name);
            return Err(Refused {
                kind: RefusalKind::NotHeld,
                message,
                target: Some(target.clone()),
                ..Default::default()
            }
            .into());
        }
        // The field did not take the text as one insertion; a person's keys are tried once, which a fill may be.
        tracing::debug!(field = target.name, "the field did not hold the inserted text; typing keys");
        self.ask_for(json!({ "ask": "arm" }), target, PATIENCE).await?;
        let mut groups: Vec<Vec<char>> = vec![vec![CONTROL, 'a'], vec![DELETE]];
        groups.extend(typed.chars().map(|c| vec![c]));
        let borrowed: Vec<&[char]> = groups.iter().map(Vec::as_slice).collect();
        // The guard lets keys through to this very field only: a focus that moves away meanwhile gets none of them.
        self.keys(&borrowed).await?;
        self.ask(json!({ "ask": "fired" }), Duration::ZERO).await?;
        let request = json!({ "ask": "look", "want": "ready" });
        let again = self.ask_for(request, target, PATIENCE).await?;
        if text(&again, "value") == typed {
            return Ok(seen(target, &answer));
        }
        Err(Refused {
            kind: RefusalKind::NotHeld,
            message: format!(
                "`{}` does not hold what was typed: it holds \"{}\"",
                target.name,
                text(&again, "value")
            ),
            target: Some(target.clone()),
            said: said(&again),
            ..Default::default()
        }
        .into())
    }

    async fn choose(&mut self, target: &Target, option: &str) -> Result<Seen, Trouble> {
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
                return Err(Refused {
                    kind: RefusalKind::NoOption,
                    message,
                    target: Some(target.clone()),
                    ..Default::default()
                }
                .into());
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
        Err(Refused {
            kind: RefusalKind::NotHeld,
            message: format!("`{}` shows \"{held}\" after \"{option}\" was chosen", target.name),
            target: Some(target.clone()),
            said: said(&again),
            ..Default::default()
        }
        .into())
    }

    async fn check(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble> {
        let answer = self.ask_for(json!({ "ask": "look", "want": "ready" }), target, PATIENCE).await?;
        let first = seen(target, &answer);
        if first.checked == Some(on) {
            return Ok(first);
        }
        self.point(point(&self.guarded(target).await?)?, true).await?;
        let again =
            seen(target, &self.ask_for(json!({ "ask": "look", "want": "ready" }), target, PATIENCE).await?);
        if again.checked == Some(on) {
            return Ok(again);
        }
        let message = format!("`{}` did not become {}", target.name, if on { "ticked" } else { "unticked" });
        Err(Refused {
            kind: RefusalKind::NotHeld,
            message,
            target: Some(target.clone()),
            ..Default::default()
        }
        .into())
    }

    async fn arm(&mut self, target: &Target, binding: &Binding) -> Result<Armed, Trouble> {
        let request = json!({ "ask": "arm", "names": binding.names, "expect": binding.expect, "foreign": binding.foreign });
        let answer = self.ask_for(request, target, PATIENCE).await?;
        Ok(Armed {
            by: seen(target, &answer).by,
            bound: text(&answer, "bound").to_owned(),
            point: point(&answer)?,
        })
    }

    async fn fire(&mut self, armed: &Armed) -> Result<(), Trouble> {
        Ok(self.point(armed.point, true).await?)
    }

    async fn answered(&mut self, patience: Duration) -> Result<Answer, Trouble> {
        let request = json!({ "ask": "fired", "wait": { "gone": true, "says": true } });
        let answer = self.ask(request, patience).await?;
        let guard = answer.get("guard").filter(|guard| guard.is_object());
        let number = |name: &str| {
            guard.and_then(|g| g.get(name)).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok())
        };
        let seen = guard.and_then(|g| g.get("seen")).and_then(Value::as_array);
        // A page may act on the press already, so any trusted event that got through counts as having reached it.
        let through = |event: &&Value| {
            ["trusted", "passed"].iter().all(|k| event.get(*k).and_then(Value::as_bool) == Some(true))
        };
        let reached = u32::from(seen.into_iter().flatten().any(|event| through(&event)));
        let why = seen
            .into_iter()
            .flatten()
            .find_map(|event| event.get("why").and_then(Value::as_str))
            .map(str::to_owned);
        Ok(Answer {
            answered: text(&answer, "answered").to_owned(),
            passed: number("clicks_passed").map(|clicks| clicks.max(reached)),
            blocked: number("clicks_blocked").unwrap_or(0),
            why,
            said: said(&answer),
        })
    }

    async fn snapshot(&mut self, question: &ListQuestion<'_>) -> Result<Snapshot, Trouble> {
        let request = json!({
            "ask": "snapshot", "list": question.list, "next": question.next, "empty": question.empty,
            "unlike": question.unlike,
        });
        let answer = self.ask(request, LIST_PATIENCE).await?;
        let empty = text(&answer, "outcome") == "empty";
        // The same page once more is an answer, too: the control that leads on may not have reacted yet.
        let stands = |what: &str| answer.get(what).and_then(Value::as_bool) == Some(true);
        if !empty && text(&answer, "outcome") == "found" && !stands("settled") && !stands("same") {
            let message = format!("list `{}` did not come to rest", question.list.name);
            return Err(Refused {
                kind: RefusalKind::Unreadable,
                message,
                said: said(&answer),
                ..Default::default()
            }
            .into());
        }
        if !empty && text(&answer, "outcome") != "found" {
            let headers: Vec<_> =
                question.list.columns.values().map(|c| format!("\"{}\"", c.header)).collect();
            let message = match text(&answer, "outcome") {
                "several" => format!("several tables have the columns of list `{}`", question.list.name),
                _ => format!(
                    "no table with rows has the columns of list `{}`: {}",
                    question.list.name,
                    headers.join(", ")
                ),
            };
            return Err(Refused {
                kind: RefusalKind::Unreadable,
                message,
                said: said(&answer),
                ..Default::default()
            }
            .into());
        }
        let lines = answer.get("lines").and_then(Value::as_array).into_iter().flatten();
        Ok(Snapshot {
            html: text(&answer, "html").to_owned(),
            lines: lines.filter_map(Value::as_str).map(str::to_owned).collect(),
            next: text(&answer, "next").to_owned(),
            fingerprint: text(&answer, "fingerprint").to_owned(),
            empty,
            url: text(&answer, "url").to_owned(),
        })
    }

    async fn picture(&mut self, cover: &Cover<'_>) -> Result<Picture, Trouble> {
        let mut before = self.boxes(cover).await?;
        for _ in 0..PICTURE_TRIES {
            let png = self.wire.capture().await?;
            let after = self.boxes(cover).await?;
            let still =
                ["boxes", "scroll", "viewport", "url"].iter().all(|part| before.get(part) == after.get(part));
            if still {
                return self.cover(png, &after).await;
            }
            before = after;
        }
        let message =
            "the page did not hold still for a picture, so nothing could be covered safely".to_owned();
        Err(Refused { kind: RefusalKind::NotReady, message, ..Default::default() }.into())
    }

    async fn outline(&mut self) -> Result<Value, Trouble> {
        let answer = self.ask(json!({ "ask": "outline" }), PATIENCE).await?;
        let url = without_tokens(text(&answer, "url"));
        Ok(json!({ "url": url, "title": answer.get("title"), "nodes": answer.get("nodes") }))
    }
}

impl Live {
    async fn cover(&self, png: Vec<u8>, answer: &Value) -> Result<Picture, Trouble> {
        let ratio = answer.pointer("/viewport/dpr").and_then(Value::as_f64).unwrap_or(1.0);
        let mut masked = Masked::default();
        let mut boxes = Vec::new();
        for place in answer.get("boxes").and_then(Value::as_array).into_iter().flatten() {
            let side = |name: &str| place.get(name).and_then(Value::as_f64).unwrap_or(0.0) * ratio;
            let kind = match text(place, "kind") {
                "secret" => MaskKind::Secret,
                "person" => MaskKind::Person,
                _ => MaskKind::Unknown,
            };
            match kind {
                MaskKind::Secret => masked.secret += 1,
                MaskKind::Person => masked.people += 1,
                MaskKind::Unknown => masked.unknown += 1,
            }
            // Outwards to whole pixels: a covered edge must not show half a letter.
            let (left, top) = (side("x").floor().max(0.0), side("y").floor().max(0.0));
            let (right, bottom) = ((side("x") + side("width")).ceil(), (side("y") + side("height")).ceil());
            boxes.push(MaskBox {
                x: pixels(left),
                y: pixels(top),
                width: pixels(right - left),
                height: pixels(bottom - top),
                kind,
            });
        }
        let covered = tokio::task::spawn_blocking(move || mask::mask(&png, &boxes))
            .await
            .map_err(|error| Trouble::Broken(anyhow!(error)))?
            .map_err(|error| Trouble::Broken(anyhow!("a picture could not be covered: {error}")))?;
        Ok(Picture {
            png: covered,
            url: without_tokens(text(answer, "url")),
            title: text(answer, "title").to_owned(),
            masked,
        })
    }
}
