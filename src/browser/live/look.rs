//! Looking: a control as it is wanted, the first of several, or whether one is there at all.

use super::frames::framed;
use super::{Live, PATIENCE};
use crate::browser::answer::{is, number, refused, said, seen, text};
use crate::browser::{Refused, Seen, Target, Trouble, Want};
use crate::words::RefusalKind;
use serde_json::json;
use std::time::{Duration, Instant};

impl Live {
    /// Waits until a control is as wanted.
    pub(super) async fn look_at(
        &self,
        target: &Target,
        want: Want,
        patience: Duration,
    ) -> Result<Seen, Trouble> {
        let want = match want {
            Want::Ready => "ready",
            Want::Visible => "visible",
            Want::OnTop => "top",
            Want::Absent => "absent",
        };
        let answer = self.ask_for(json!({ "ask": "look", "want": want }), target, patience).await?;
        if want == "absent" && text(&answer, "outcome") != "absent" {
            let message = format!("`{}` is still there", target.name);
            return Err(Refused::new(RefusalKind::NotReady, message).about(target).into());
        }
        Ok(seen(target, &answer))
    }

    /// Waits until the first of some controls is visible. Whatever the page says meanwhile ends it.
    pub(super) async fn first_of(&self, targets: &[Target], patience: Duration) -> Result<Seen, Trouble> {
        if let [one] = targets {
            return self.look_at(one, Want::Visible, patience).await;
        }
        let (paths, inner): (Vec<_>, Vec<_>) = targets.iter().map(framed).unzip();
        if !paths.windows(2).all(|pair| pair.first() == pair.last()) {
            let message = "one of several controls is waited for on one page only, not in different frames";
            return Err(Refused::new(RefusalKind::Rule, message).into());
        }
        let stops: Vec<usize> = self.says.iter().map(|says| says.id).collect();
        let request = json!({ "ask": "first", "targets": inner, "stop_on": stops });
        let path = paths.first().map(Vec::as_slice).unwrap_or_default();
        let answer = self.ask_within(path, request, patience).await?;
        let at = number(&answer, "at").and_then(|at| targets.get(at));
        match (text(&answer, "outcome"), at) {
            ("found", Some(target)) => Ok(seen(target, &answer)),
            ("none", _) => {
                let names = targets.iter().map(|target| format!("`{}`", target.name)).collect::<Vec<_>>();
                let message = format!("none of {} came", names.join(", "));
                let refused = Refused::new(RefusalKind::NotThere, message).hearing(said(&answer));
                Err(match targets.first() {
                    Some(target) => refused.about(target).into(),
                    None => refused.into(),
                })
            }
            _ => match targets.first() {
                Some(target) => Err(refused(target, &answer).into()),
                None => Err(Refused::new(RefusalKind::Rule, "nothing is waited for").into()),
            },
        }
    }

    /// Whether a control is visible now, without waiting for it.
    pub(super) async fn is_visible(&self, target: &Target) -> Result<bool, Trouble> {
        let until = Instant::now() + PATIENCE;
        loop {
            let (path, inner) = framed(target);
            let request = json!({ "ask": "look", "want": "visible", "target": inner });
            let answer = match self.ask_within(&path, request, Duration::ZERO).await {
                // A frame that is not there shows nothing.
                Err(Trouble::Refused(refused))
                    if !path.is_empty() && refused.kind == RefusalKind::NotThere =>
                {
                    return Ok(false);
                }
                other => other?,
            };
            match text(&answer, "outcome") {
                "found" => return Ok(true),
                // What is not there while the page still comes in may be there in a moment.
                "none" | "not_ready" if is(&answer, "unfinished") && Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                "none" if matches!(text(&answer, "scope"), "" | "ok" | "none") => return Ok(false),
                "not_ready" => return Ok(false),
                _ => return Err(refused(target, &answer).into()),
            }
        }
    }
}
