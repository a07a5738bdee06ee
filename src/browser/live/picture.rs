//! Pictures of the viewport, covered before they leave memory.

use super::{Live, PATIENCE};
use crate::browser::answer::{pixels, text, without_tokens};
use crate::browser::{Cover, Picture, Refused, Trouble};
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
        let subject = cover.subject.map(|(column, key)| json!({ "column": column, "key": key }));
        let request = json!({
            "ask": "masks", "lists": cover.lists, "subject": subject, "secret": cover.secret, "scope": cover.scope,
        });
        self.ask(request, PATIENCE).await
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
