//! Pages inside of frames: a target in one is asked for there, and clicked where the frame stands in the window.

use super::{Live, PATIENCE};
use crate::browser::answer::{is, refused, text};
use crate::browser::{ListTarget, Refused, Scope, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::{Value, json};
use std::time::Duration;

/// The frames around something, the outermost first.
pub(super) type Path = Vec<Target>;

/// The frames around a target, and the target as it is looked for inside of them.
pub(super) fn framed(target: &Target) -> (Path, Target) {
    let mut inner = target.clone();
    let path = match inner.inside.take().map(|scope| *scope) {
        None => Vec::new(),
        Some(Scope::Frame(frame)) => {
            let (mut path, frame) = framed(&frame);
            path.push(frame);
            path
        }
        Some(Scope::Control(outer)) => {
            let (path, outer) = framed(&outer);
            inner.inside = Some(Box::new(Scope::Control(outer)));
            path
        }
        Some(Scope::Row { list, column, key }) => {
            let (path, list) = framed_list(&list);
            inner.inside = Some(Box::new(Scope::Row { list, column, key }));
            path
        }
    };
    (path, inner)
}

/// The same for a list.
pub(super) fn framed_list(list: &ListTarget) -> (Path, ListTarget) {
    let mut inner = list.clone();
    let Some(region) = inner.inside.take() else { return (Vec::new(), inner) };
    let (path, region) = framed(&region);
    // A list that is said to be in a frame as a whole is looked for all over its page.
    let whole = region.described.is_empty() && region.inside.is_none();
    inner.inside = (!whole).then(|| Box::new(region));
    (path, inner)
}

impl Live {
    /// Asks inside of frames, and comes back out. A point of the answer is one of the window.
    pub(super) async fn ask_within(
        &self,
        path: &[Target],
        request: Value,
        patience: Duration,
    ) -> Result<Value, Trouble> {
        if path.is_empty() {
            return self.ask_ahead(request, patience).await;
        }
        let clicks = text(&request, "ask") == "arm";
        let offset = self.enter(path).await;
        let answer = match &offset {
            Ok(_) => self.ask_on(request, patience).await,
            Err(_) => Ok(Value::Null),
        };
        self.leave().await?;
        let (x, y) = offset?;
        let mut answer = answer?;
        let side = |name: &str| answer.pointer(&format!("/point/{name}")).and_then(Value::as_f64);
        let Some((at_x, at_y)) = side("x").zip(side("y")) else { return Ok(answer) };
        let point = json!({ "x": at_x + x, "y": at_y + y });
        if let Some(outermost) = path.first().filter(|_| clicks) {
            self.reaches(outermost, &point).await?;
        }
        answer["point"] = point;
        Ok(answer)
    }

    /// Goes into frames, and says where the page of the last one begins in the window.
    pub(super) async fn enter(&self, path: &[Target]) -> Result<(f64, f64), Trouble> {
        let mut offset = (0.0, 0.0);
        for frame in path {
            let answer = self.ask_on(json!({ "ask": "frame", "target": frame }), PATIENCE).await?;
            if text(&answer, "outcome") != "found" {
                return Err(refused(frame, &answer).into());
            }
            let side = |name: &str| answer.pointer(&format!("/offset/{name}")).and_then(Value::as_f64);
            offset.0 += side("x").unwrap_or_default();
            offset.1 += side("y").unwrap_or_default();
            let into = json!({ "id": answer.get("frame") });
            self.wire.command("frame", Some(&into)).await?;
        }
        Ok(offset)
    }

    /// Goes back to the window's own page.
    pub(super) async fn leave(&self) -> Result<(), Trouble> {
        Ok(self.wire.command("frame", Some(&json!({ "id": null }))).await.map(drop)?)
    }

    /// Whether a click at a point of the window reaches the frame, and not something above it.
    async fn reaches(&self, frame: &Target, point: &Value) -> Result<(), Trouble> {
        let request = json!({ "ask": "frame", "target": frame, "point": point });
        let answer = self.ask(request, PATIENCE).await?;
        if is(&answer, "hits") {
            return Ok(());
        }
        let message = format!("what is in frame `{}` is covered, or out of the window", frame.name);
        Err(Refused::new(RefusalKind::NotReady, message).about(frame).into())
    }
}
