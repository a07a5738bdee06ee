//! A real browser: the [`Browser`] of a WebDriver session and the in-page library.

mod arm;
mod between;
mod choose;
mod confirm;
mod download;
mod fill;
mod frames;
mod inspect;
mod keep;
mod keys;
mod lists;
mod look;
mod picture;
mod popup;
mod switches;
mod unserved;

use self::between::Between;
use self::frames::framed;
use super::answer::{elsewhere, is, number, point, refused, round, said, seen, text, without_tokens};
use super::webdriver::{Failed, SCRIPT_TIME, SessionFacts, Wire};
use super::{
    Act, Answer, Armed, Binding, Browser, Cover, GateTarget, Headers, Inspect, Inspected, InterruptTarget,
    Jar, ListQuestion, ListTarget, Picture, Refused, Said, SaysTarget, Seen, Snapshot, Stretch,
    StretchQuestion, Target, Trouble, Typed, Waited, Want,
};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};
use switches::Tick;

/// The in-page library, in one function scope: everything usher asks of a page is one call of it.
const LIBRARY: &str = concat!(
    include_str!("page/text.js"),
    include_str!("page/roles.js"),
    include_str!("page/names.js"),
    include_str!("page/native_names.js"),
    include_str!("page/visible.js"),
    include_str!("page/hiding.js"),
    include_str!("page/hit.js"),
    include_str!("page/lines.js"),
    include_str!("page/locate.js"),
    include_str!("page/bulk.js"),
    include_str!("page/find.js"),
    include_str!("page/outlines.js"),
    include_str!("page/lists.js"),
    include_str!("page/grids.js"),
    include_str!("page/rows.js"),
    include_str!("page/says.js"),
    include_str!("page/wait.js"),
    include_str!("page/look.js"),
    include_str!("page/served.js"),
    include_str!("page/snapshot.js"),
    include_str!("page/rest.js"),
    include_str!("page/frame.js"),
    include_str!("page/scroll.js"),
    include_str!("page/tabs.js"),
    include_str!("page/overlays.js"),
    include_str!("page/masks.js"),
    include_str!("page/still.js"),
    include_str!("page/act.js"),
    include_str!("page/popups.js"),
    include_str!("page/choices.js"),
    include_str!("page/parts.js"),
    include_str!("page/seek.js"),
    include_str!("page/choose.js"),
    include_str!("page/switches.js"),
    include_str!("page/upload.js"),
    include_str!("page/phrase.js"),
    include_str!("page/filled.js"),
    include_str!("page/binding.js"),
    include_str!("page/changes.js"),
    include_str!("page/guard.js"),
    include_str!("page/inspect.js"),
    include_str!("page/ask.js"),
);

/// Comes before anything else in every script: on a page of another origin nothing is read, typed or clicked.
const HOME: &str = "const origins = arguments[0].origins; \
     if (origins.length > 0 && !origins.includes(window.origin)) \
     return arguments[1]({ outcome: 'elsewhere', url: location.href }); ";

/// Asks the library that a question before has left in this document; it is sent again only where it is not there.
const ASK: &str = "const kept = window[arguments[0].session + '-ask']; \
     if (kept) kept(arguments[0], arguments[1]); else arguments[1]({ outcome: 'not_installed' });";

/// Leaves the library in a document that did not have it, and asks it.
const FIRST: &str = "stay(arguments[0].session); answer(arguments[0], arguments[1]);";

/// How long the browser may be at a place that is not the tenant's before that counts.
const PASSING_THROUGH: Duration = Duration::from_secs(3);

/// How long a control may take to be there and ready.
const PATIENCE: Duration = Duration::from_secs(10);

/// A browser with one page, driven over WebDriver.
pub struct Live {
    wire: Wire,
    says: Vec<SaysTarget>,
    session: String,
    /// The origins usher may be on; anything may be asked of no other page.
    origins: Vec<String>,
    /// Where secrets show.
    secret: Vec<Target>,
    between: RefCell<between::Between>,
    serving: RefCell<unserved::Serving>,
    /// A commit is armed: nothing may be clicked but what it is for.
    armed: Cell<bool>,
    /// What is known of the next picture.
    ahead: RefCell<picture::Ahead>,
    /// In which frames it is.
    armed_in: RefCell<frames::Path>,
    /// Lists that have been met and are not told by the headers of a table: what is in their rows is about other people.
    plain: Vec<ListTarget>,
}

impl Live {
    pub(super) fn new(wire: Wire) -> Self {
        // The name only has to differ from every name a page uses; who guesses it gains nothing.
        let session = format!("usher-{}", crate::digest::Digest::of(format!("{:?}", Instant::now())).short());
        Self {
            wire,
            says: Vec::new(),
            session,
            origins: Vec::new(),
            secret: Vec::new(),
            between: RefCell::default(),
            serving: RefCell::default(),
            armed: Cell::new(false),
            ahead: RefCell::default(),
            armed_in: RefCell::default(),
            plain: Vec::new(),
        }
    }

    /// Holds the browser to these origins: a page anywhere else is never read, filled or clicked.
    pub fn confine(&mut self, origins: Vec<String>) {
        self.origins = origins;
    }

    /// The origins it is held to.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// What the session turned out to be.
    pub fn facts(&self) -> &SessionFacts {
        &self.wire.facts
    }

    /// Ends the session and the browser.
    pub async fn close(self) {
        self.wire.close().await;
    }

    /// Has the library in each new document before anybody asks. Where that cannot be had, the first question brings it.
    pub(super) async fn settle_in(&self) {
        let source = format!("'use strict'; (() => {{ {LIBRARY} stay({}); }})();", json!(self.session));
        let settled =
            self.wire.vendor("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source })).await;
        if let Err(failed) = settled {
            tracing::debug!(?failed, "the library is sent to each page when it is first asked");
        }
    }

    /// One question to the page. A page that navigates away under it is asked again until the time is up.
    async fn ask(&self, mut request: Value, patience: Duration) -> Result<Value, Trouble> {
        let begun = Instant::now();
        let until = begun + patience;
        request["session"] = json!(self.session);
        request["says"] = json!(self.says);
        request["origins"] = json!(self.origins);
        request["secret_places"] = json!(self.secret);
        request["plain"] = json!(self.plain);
        loop {
            let asked = Instant::now();
            let left = until.saturating_duration_since(asked);
            request["deadline_ms"] = json!(left.as_millis().min(u128::from(u32::MAX)));
            let answer = match self.wire.script(&format!("{HOME}{ASK}"), &request).await {
                Ok(answer) if text(&answer, "outcome") == "not_installed" => {
                    self.wire.script(&format!("'use strict'; {HOME}{LIBRARY}{FIRST}"), &request).await
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
                // Who is signed in elsewhere already is sent through there and back by the pages themselves.
                Ok(answer) if text(&answer, "outcome") == "elsewhere" => {
                    if Instant::now() >= begun + PASSING_THROUGH {
                        return Err(elsewhere(text(&answer, "url")));
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
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

    /// Asks about a target where it is; whatever the page says of the watched statements ends the question.
    async fn ask_about(
        &self,
        mut request: Value,
        target: &Target,
        patience: Duration,
    ) -> Result<Value, Trouble> {
        let (path, inner) = framed(target);
        request["target"] = json!(inner);
        request["stop_on"] = json!(self.says.iter().map(|says| says.id).collect::<Vec<_>>());
        self.ask_within(&path, request, patience).await
    }

    /// Asks for a target and turns everything but "found" into a refusal.
    async fn ask_for(&self, request: Value, target: &Target, patience: Duration) -> Result<Value, Trouble> {
        let answer = self.ask_about(request, target, patience).await?;
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

    /// Clicks with Control held, which in a native list of several adds or takes away one option.
    async fn point_adding(&self, (x, y): (f64, f64)) -> Result<(), Failed> {
        let pause = json!({ "type": "pause", "duration": 0 });
        let key = |way: &str| json!({ "type": way, "value": keys::CONTROL.to_string() });
        let body = json!({ "actions": [
            { "type": "key", "id": "usher-keys", "actions": [key("keyDown"), pause, pause, key("keyUp")] },
            { "type": "pointer", "id": "usher-mouse", "parameters": { "pointerType": "mouse" }, "actions": [
                { "type": "pointerMove", "duration": 0, "x": round(x), "y": round(y), "origin": "viewport" },
                { "type": "pointerDown", "button": 0 }, { "type": "pointerUp", "button": 0 }, pause,
            ] },
        ] });
        self.wire.command("actions", Some(&body)).await.map(drop)
    }

    /// Presses keys one after the other; a key in a group is held while the rest of its group is pressed.
    async fn keys(&self, groups: &[impl AsRef<[char]>]) -> Result<(), Failed> {
        let mut actions = Vec::new();
        for group in groups.iter().map(AsRef::as_ref) {
            actions.extend(group.iter().map(|key| json!({ "type": "keyDown", "value": key.to_string() })));
            actions
                .extend(group.iter().rev().map(|key| json!({ "type": "keyUp", "value": key.to_string() })));
        }
        let body = json!({ "actions": [{ "type": "key", "id": "usher-keys", "actions": actions }]});
        self.wire.command("actions", Some(&body)).await.map(drop)
    }

    /// Finds a control, puts a guard on it that lets one click through to it and nothing else, and gives the answer.
    async fn guarded(&self, target: &Target) -> Result<Value, Trouble> {
        self.ask_for(json!({ "ask": "arm", "once": true }), target, PATIENCE).await
    }

    /// Takes down the guard that stands where this target is.
    async fn lower_guard(&self, target: &Target) -> Result<(), Trouble> {
        let (path, _) = framed(target);
        let lower = || self.ask(json!({ "ask": "fired" }), Duration::ZERO);
        if path.is_empty() {
            return lower().await.map(drop);
        }
        let entered = self.enter(&path).await;
        let lowered = match &entered {
            Ok(_) => lower().await.map(drop),
            Err(_) => Ok(()),
        };
        self.leave().await?;
        entered?;
        lowered
    }
}

impl Live {
    /// Clicks a control that commits nothing.
    async fn click_on(&mut self, target: &Target) -> Result<Seen, Trouble> {
        let answer = self.guarded(target).await?;
        self.point(point(&answer)?, true).await?;
        Ok(seen(target, &answer))
    }
}

impl Browser for Live {
    async fn open(&mut self, url: &str) -> Result<(), Trouble> {
        self.armed.set(false);
        self.between.borrow_mut().came.fill(0);
        self.go_to(url).await
    }

    async fn url(&mut self) -> Result<String, Trouble> {
        Ok(self.wire.command("url", None).await?.as_str().unwrap_or_default().to_owned())
    }

    fn keep_secret(&mut self, places: Vec<Target>) {
        self.secret = places;
    }

    fn expect(&mut self, interrupts: Vec<InterruptTarget>) {
        let came = vec![0; interrupts.len()];
        let mut between = self.between.borrow_mut();
        *between = Between { expected: interrupts, came, ..std::mem::take(&mut *between) };
    }

    fn gates(&mut self, gates: Vec<GateTarget>) {
        self.between.borrow_mut().gates = gates;
    }

    fn sent_away(&mut self) -> Vec<String> {
        std::mem::take(&mut self.between.borrow_mut().gone)
    }

    fn waited(&mut self) -> Vec<Waited> {
        self.serving.borrow_mut().told()
    }

    async fn rest(&mut self) -> Result<(), Trouble> {
        self.ask_on(json!({ "ask": "rest" }), PATIENCE).await.map(drop)
    }

    async fn read(&mut self, targets: &[Target]) -> Result<Vec<String>, Trouble> {
        // Most are on one page; each frame is a page of its own.
        let mut held = Vec::new();
        let places: Vec<_> = targets.iter().map(framed).collect();
        for part in places.chunk_by(|(one, _), (other, _)| one == other) {
            let inner: Vec<&Target> = part.iter().map(|(_, inner)| inner).collect();
            let request = json!({ "ask": "holding", "targets": inner });
            let path = part.first().map(|(path, _)| path.as_slice()).unwrap_or_default();
            let answer = self.ask_within(path, request, PATIENCE).await?;
            if text(&answer, "outcome") != "found" {
                let (_, target) = number(&answer, "missing")
                    .and_then(|missing| part.get(missing))
                    .ok_or_else(|| Trouble::Broken(anyhow!("the page did not say what is missing")))?;
                return Err(refused(target, &answer).into());
            }
            let holds = answer.get("holds").and_then(Value::as_array).into_iter().flatten();
            held.extend(holds.map(|value| value.as_str().unwrap_or_default().to_owned()));
        }
        Ok(held)
    }

    async fn accept(&mut self, text: &str) -> Result<(), Trouble> {
        self.answer_with_yes(text).await
    }

    fn watch(&mut self, says: Vec<SaysTarget>) {
        self.says = says;
    }

    async fn said(&mut self) -> Result<Vec<Said>, Trouble> {
        let answer = self.ask(json!({ "ask": "outline" }), PATIENCE).await?;
        Ok(said(&answer))
    }

    async fn look(&mut self, target: &Target, want: Want, patience: Duration) -> Result<Seen, Trouble> {
        self.look_at(target, want, patience).await
    }

    async fn look_for_any(&mut self, targets: &[Target], patience: Duration) -> Result<Seen, Trouble> {
        self.first_of(targets, patience).await
    }

    async fn sees(&mut self, target: &Target) -> Result<bool, Trouble> {
        self.is_visible(target).await
    }

    async fn click(&mut self, target: &Target) -> Result<Seen, Trouble> {
        self.click_on(target).await
    }

    async fn download(&mut self, target: &Target) -> Result<Vec<u8>, Trouble> {
        self.given_away(target).await
    }

    async fn hover(&mut self, target: &Target) -> Result<Seen, Trouble> {
        let answer = self.ask_for(json!({ "ask": "look", "want": "ready" }), target, PATIENCE).await?;
        self.point(point(&answer)?, false).await?;
        Ok(seen(target, &answer))
    }

    async fn fill(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble> {
        self.fill_in(target, value).await
    }

    async fn choose(&mut self, target: &Target, wanted: &[String]) -> Result<Seen, Trouble> {
        self.choose_options(target, wanted).await
    }

    async fn check(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble> {
        self.bring(target, Tick::Box, on).await
    }

    async fn toggle(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble> {
        self.bring(target, Tick::Switch, on).await
    }

    async fn tab(&mut self, target: &Target) -> Result<Seen, Trouble> {
        self.select_tab(target).await
    }

    async fn menu(&mut self, target: &Target, item: &str) -> Result<Seen, Trouble> {
        self.choose_item(target, item).await
    }

    async fn upload(&mut self, target: &Target, path: &str) -> Result<Seen, Trouble> {
        self.give_file(target, path).await
    }

    async fn type_to_confirm(&mut self, target: &Target, phrase: &str) -> Result<Seen, Trouble> {
        self.type_phrase(target, phrase).await
    }

    async fn arm(&mut self, target: &Target, act: &Act, binding: &Binding) -> Result<Armed, Trouble> {
        let (path, _) = framed(target);
        if path != framed(&binding.names).0 {
            let message = format!("`{}` and `{}` are not in the same frame", target.name, binding.names.name);
            return Err(Refused::new(RefusalKind::NotBound, message).about(target).into());
        }
        self.armed.set(false);
        let armed = self.make_ready(target, act, binding).await?;
        self.armed.set(true);
        self.armed_in.replace(path);
        Ok(armed)
    }

    async fn fire(&mut self, armed: &Armed) -> Result<(), Trouble> {
        self.gesture(armed).await
    }

    async fn answered(&mut self, patience: Duration) -> Result<Answer, Trouble> {
        let request = json!({ "ask": "fired", "wait": { "gone": true, "says": true } });
        let path = self.armed_in.take();
        let answer = match self.ask_within(&path, request, patience).await {
            // The frame went away with the answer, and the guard with it.
            Err(Trouble::Refused(_)) if !path.is_empty() => json!({ "answered": "document" }),
            other => other?,
        };
        self.armed.set(false);
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
            sent_again: number("sent_again").unwrap_or(0),
            turned_away: is(&answer, "turned_away"),
            why,
            said: said(&answer),
        })
    }

    async fn turn(&mut self, tab: &Target, list: &ListTarget, empty: &[String]) -> Result<(), Trouble> {
        self.turn_to(tab, list, empty).await
    }

    async fn snapshot(&mut self, question: &ListQuestion<'_>) -> Result<Snapshot, Trouble> {
        self.take_snapshot(question).await
    }

    async fn stretch(&mut self, question: &StretchQuestion<'_>) -> Result<Stretch, Trouble> {
        self.take_stretch(question).await
    }

    fn foresee(&mut self, cover: &Cover<'_>) {
        self.foresees(cover);
    }

    async fn picture(&mut self, cover: &Cover<'_>) -> Result<Picture, Trouble> {
        self.take_picture(cover).await
    }

    async fn inspect(&mut self, question: &Inspect<'_>) -> Result<Inspected, Trouble> {
        self.inspect_target(question).await
    }

    async fn headers(&mut self, list: &ListTarget) -> Result<Headers, Trouble> {
        self.headers_of(list).await
    }

    async fn keep(&mut self) -> Result<Jar, Trouble> {
        self.fill_jar().await
    }

    async fn restore(&mut self, jar: &Jar, url: &str) -> Result<(), Trouble> {
        self.empty_jar(jar, url).await
    }

    async fn outline(&mut self) -> Result<Value, Trouble> {
        let answer = self.ask(json!({ "ask": "outline" }), PATIENCE).await?;
        let url = without_tokens(text(&answer, "url"));
        Ok(json!({ "url": url, "title": answer.get("title"), "nodes": answer.get("nodes") }))
    }
}
