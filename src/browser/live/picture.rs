//! Pictures of the viewport, covered before they leave memory.

use super::frames::{Path, framed, framed_list};
use super::{Live, PATIENCE};
use crate::browser::answer::{is, pixels, text, without_tokens};
use crate::browser::{Cover, ListTarget, Picture, Refused, Target, Trouble};
use crate::evidence::Masked;
use crate::evidence::mask::{self, MaskBox, MaskKind};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};
use std::time::Duration;

/// How often a picture is taken again because the page moved under it.
const PICTURE_TRIES: u8 = 6;

/// Questions that a picture often follows.
const TELL: [&str; 3] = ["arm", "fired", "look"];

/// How much of a page is to be left open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Everything that is not somebody else's.
    Most,
    /// The place where usher acts.
    Scope,
}

impl Live {
    /// Takes a picture during which what is left open held still. Of a page that never does, less and less is left open.
    pub(super) async fn take_picture(&mut self, cover: &Cover<'_>) -> Result<Picture, Trouble> {
        cover.lists.iter().for_each(|list| self.met(list));
        let mut told = self.ahead.take().told(cover);
        for (open, tries) in [(Open::Most, PICTURE_TRIES), (Open::Scope, 1)] {
            let mut before = match told.take() {
                Some(reading) => reading,
                None => self.boxes(cover, open, &[]).await?,
            };
            if text(&before.answer, "outcome") == "blank" {
                let message = "the page broke off before it began, so there is nothing to be pictured";
                return Err(Refused::new(RefusalKind::NoPage, message).into());
            }
            for _ in 0..tries {
                let png = self.wire.capture().await?;
                // It is painted over while the page says whether that still fits.
                let covered = covered(png, &before.answer);
                let after = self.boxes(cover, open, &before.readings).await?;
                let is_same = ["boxes", "scroll", "viewport", "url"]
                    .iter()
                    .all(|part| before.answer.get(part) == after.answer.get(part));
                if is_same && after.still {
                    return covered.await;
                }
                before = after;
            }
        }
        tracing::debug!("the page did not hold still for a picture; all of it is covered");
        let png = self.wire.capture().await?;
        let mut page = self.boxes(cover, Open::Scope, &[]).await?.answer;
        let all = json!({ "x": 0, "y": 0, "width": u32::MAX, "height": u32::MAX, "kind": "unknown" });
        page["boxes"] = json!([all]);
        covered(png, &page).await
    }

    /// What is asked of the page about a picture: rectangles to cover, where the page stands, and whether all of that has
    /// held since the readings before.
    async fn boxes(&self, cover: &Cover<'_>, open: Open, since: &[String]) -> Result<Reading, Trouble> {
        let ask = |lists: &[ListTarget], scope: Option<&Target>| question(cover, lists, scope, open, since);
        let lists: Vec<(Path, ListTarget)> = cover.lists.iter().map(|list| framed_list(list)).collect();
        let scope = cover.scope.map(framed);
        let acting = scope.iter().map(|(path, _)| path).chain(lists.iter().map(|(path, _)| path));
        let path = acting.into_iter().find(|path| !path.is_empty()).cloned().unwrap_or_default();
        let within = |inside: &Path| -> Vec<ListTarget> {
            lists.iter().filter(|(path, _)| path == inside).map(|(_, list)| list.clone()).collect()
        };
        let Some(outermost) = path.first() else {
            let scope = scope.as_ref().map(|(_, scope)| scope);
            return Ok(Reading::of(self.ask(ask(&within(&path), scope), PATIENCE).await?));
        };
        // The frame in which usher acts is covered from inside; around it everything is as on any page.
        let outer = self.ask(ask(&within(&Vec::new()), Some(outermost)), PATIENCE).await?;
        let offset = self.enter(&path).await;
        let inner = match &offset {
            Ok(_) => self.ask(ask(&within(&path), scope.as_ref().map(|(_, scope)| scope)), PATIENCE).await,
            Err(_) => Ok(Value::Null),
        };
        self.leave().await?;
        let (x, y) = offset?;
        let (mut outer, inner) = (Reading::of(outer), Reading::of(inner?));
        outer.still &= inner.still;
        outer.readings.extend(inner.readings);
        let moved = inner.answer.get("boxes").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(boxes) = outer.answer.get_mut("boxes").and_then(Value::as_array_mut) {
            boxes.extend(moved.into_iter().map(|mut place| {
                for (side, by) in [("x", x), ("y", y)] {
                    place[side] = json!(place.get(side).and_then(Value::as_f64).unwrap_or_default() + by);
                }
                place
            }));
        }
        Ok(outer)
    }

    /// Has what is asked of the page next tell, too, what the picture after it has to cover.
    pub(super) fn foresees(&mut self, cover: &Cover<'_>) {
        cover.lists.iter().for_each(|list| self.met(list));
        self.ahead.replace(Ahead { question: unframed(cover), reading: None });
    }

    /// A question to the window's own page, which may tell that, and its answer.
    pub(super) async fn ask_ahead(&self, mut request: Value, patience: Duration) -> Result<Value, Trouble> {
        if TELL.contains(&text(&request, "ask"))
            && let Some(question) = &self.ahead.borrow().question
        {
            request["covering"] = question.clone();
        }
        let mut answer = self.ask_served(request, patience).await?;
        // The page tells nothing where it could not.
        if let Some(told) = answer.get_mut("covering").map(Value::take).filter(Value::is_object) {
            self.ahead.borrow_mut().reading = Some(Reading::of(told));
        }
        Ok(answer)
    }
}

/// Begins to paint over a picture what a page has told, and gives it when that is done.
fn covered(png: Vec<u8>, answer: &Value) -> impl Future<Output = Result<Picture, Trouble>> + use<> {
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
    let (url, title) = (without_tokens(text(answer, "url")), text(answer, "title").to_owned());
    let painted = tokio::task::spawn_blocking(move || mask::mask(&png, &boxes));
    async move {
        let png = painted
            .await
            .map_err(|error| Trouble::Broken(anyhow!(error)))?
            .map_err(|error| Trouble::Broken(anyhow!("a picture could not be covered: {error}")))?;
        Ok(Picture { png, url, title, masked })
    }
}

/// The question about what a picture has to cover.
fn question(
    cover: &Cover<'_>,
    lists: &[ListTarget],
    scope: Option<&Target>,
    open: Open,
    since: &[String],
) -> Value {
    let subject: Vec<Value> =
        cover.subject.iter().map(|(column, key)| json!({ "column": column, "key": key })).collect();
    json!({
        "ask": "masks", "lists": lists, "subject": subject, "secret": cover.secret, "scope": scope,
        "closed": open == Open::Scope, "since": since,
    })
}

/// The question where everything is on the window's own page; elsewhere one question does not do.
fn unframed(cover: &Cover<'_>) -> Option<Value> {
    let (path, scope) = cover.scope.map(framed).unzip();
    let (paths, lists): (Vec<Path>, Vec<ListTarget>) =
        cover.lists.iter().map(|list| framed_list(list)).unzip();
    let is_unframed = paths.iter().chain(&path).all(Vec::is_empty);
    is_unframed.then(|| question(cover, &lists, scope.as_ref(), Open::Most, &[]))
}

/// What the next picture has to cover, as far as it is known before it is taken.
#[derive(Default)]
pub(super) struct Ahead {
    question: Option<Value>,
    /// What the page told when it was last asked about something else. It watches since then whether that holds.
    reading: Option<Reading>,
}

impl Ahead {
    /// What was told about this picture.
    fn told(self, cover: &Cover<'_>) -> Option<Reading> {
        self.reading.filter(|_| self.question == unframed(cover))
    }
}

/// A page's answer about what is to be covered, or those of a page and a frame in it.
struct Reading {
    answer: Value,
    /// It is as the reading before, and was so all the time.
    still: bool,
    /// By what the page knows it again, where it watches from this reading on.
    readings: Vec<String>,
}

impl Reading {
    fn of(answer: Value) -> Self {
        let readings = answer.get("number").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
        Self { still: is(&answer, "still"), readings, answer }
    }
}
