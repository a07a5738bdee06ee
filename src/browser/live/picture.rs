//! Pictures of the viewport, covered before they leave memory.

use super::frames::{Path, framed, framed_list};
use super::{Live, PATIENCE};
use crate::browser::answer::{pixels, text, without_tokens};
use crate::browser::{Cover, ListTarget, Picture, Refused, Target, Trouble};
use crate::evidence::Masked;
use crate::evidence::mask::{self, MaskBox, MaskKind};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};

/// How often a picture is taken again because the page moved under it.
const PICTURE_TRIES: u8 = 6;

impl Live {
    /// Takes a picture during which the page held still.
    pub(super) async fn take_picture(&mut self, cover: &Cover<'_>) -> Result<Picture, Trouble> {
        cover.lists.iter().for_each(|list| self.met(list));
        let mut before = self.boxes(cover).await?;
        if text(&before, "outcome") == "blank" {
            let message = "the page broke off before it began, so there is nothing to be pictured";
            return Err(Refused::new(RefusalKind::NoPage, message).into());
        }
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
        Err(Refused::new(RefusalKind::NotReady, message).into())
    }

    /// What is asked of the page about a picture: rectangles to cover, and where the page stands.
    async fn boxes(&self, cover: &Cover<'_>) -> Result<Value, Trouble> {
        let subject: Vec<Value> =
            cover.subject.iter().map(|(column, key)| json!({ "column": column, "key": key })).collect();
        let ask = |lists: &[ListTarget], scope: Option<&Target>| json!({ "ask": "masks", "lists": lists, "subject": subject, "secret": cover.secret, "scope": scope });
        let lists: Vec<(Path, ListTarget)> = cover.lists.iter().map(|list| framed_list(list)).collect();
        let scope = cover.scope.map(framed);
        let acting = scope.iter().map(|(path, _)| path).chain(lists.iter().map(|(path, _)| path));
        let path = acting.into_iter().find(|path| !path.is_empty()).cloned().unwrap_or_default();
        let within = |inside: &Path| -> Vec<ListTarget> {
            lists.iter().filter(|(path, _)| path == inside).map(|(_, list)| list.clone()).collect()
        };
        let Some(outermost) = path.first() else {
            return self.ask(ask(&within(&path), scope.as_ref().map(|(_, scope)| scope)), PATIENCE).await;
        };
        // The frame in which usher acts is covered from inside; around it everything is as on any page.
        let mut outer = self.ask(ask(&within(&Vec::new()), Some(outermost)), PATIENCE).await?;
        let offset = self.enter(&path).await;
        let inner = match &offset {
            Ok(_) => self.ask(ask(&within(&path), scope.as_ref().map(|(_, scope)| scope)), PATIENCE).await,
            Err(_) => Ok(Value::Null),
        };
        self.leave().await?;
        let (x, y) = offset?;
        let moved = inner?.get("boxes").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(boxes) = outer.get_mut("boxes").and_then(Value::as_array_mut) {
            boxes.extend(moved.into_iter().map(|mut place| {
                for (side, by) in [("x", x), ("y", y)] {
                    place[side] = json!(place.get(side).and_then(Value::as_f64).unwrap_or_default() + by);
                }
                place
            }));
        }
        Ok(outer)
    }

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
