//! Reading lists of people off the page: one page of them, or one stretch of what scrolls or grows.

use super::Live;
use super::frames::{framed, framed_list};
use crate::browser::answer::{is, long_text, said, text, texts};
use crate::browser::{
    Amiss, Go, LIST_PATIENCE, ListQuestion, ListTarget, Refused, Rest, Scroller, Snapshot, Stretch,
    StretchQuestion, Target, Trouble,
};
use crate::words::RefusalKind;
use serde_json::{Value, json};

impl Live {
    /// Remembers a list whose rows nothing but the book tells.
    pub(super) fn met(&mut self, list: &ListTarget) {
        let headed = list.grid.is_none() && list.columns.values().any(|column| column.header.is_some());
        if !headed && !self.plain.contains(list) {
            self.plain.push(list.clone());
        }
    }

    /// Makes a tab the chosen one and waits until the list is not that of the tab before.
    pub(super) async fn turn_to(
        &mut self,
        tab: &Target,
        list: &ListTarget,
        empty: &[String],
    ) -> Result<(), Trouble> {
        let before = self
            .ask_for(json!({ "ask": "list_tab", "list": list, "empty": empty }), tab, LIST_PATIENCE)
            .await?;
        if is(&before, "chosen") {
            return Ok(());
        }
        self.click_on(tab).await?;
        let request = json!({
            "ask": "turned", "list": list, "empty": empty, "before": before.get("shown"), "document": before.get("document"),
        });
        let after = self.ask_for(request, tab, LIST_PATIENCE).await?;
        if is(&after, "turned") {
            return Ok(());
        }
        let why = if after.get("chosen").and_then(Value::as_bool) == Some(false) {
            "does not say that it is chosen"
        } else {
            "does not say whether it is chosen, and the list stayed as it was"
        };
        let message = format!("`{}` was clicked and {why}", tab.name);
        Err(Refused::new(RefusalKind::NotReady, message).about(tab).hearing(said(&after)).into())
    }

    /// Reads one page of a list.
    pub(super) async fn take_snapshot(&mut self, question: &ListQuestion<'_>) -> Result<Snapshot, Trouble> {
        let (path, list) = framed_list(question.list);
        let next = question.next.map(|next| framed(next).1);
        self.met(question.list);
        let request = json!({
            "ask": "snapshot", "list": list, "next": next, "empty": question.empty,
            "unlike": question.unlike, "detail": question.detail,
        });
        let mut answer = self.ask_within(&path, request, question.patience).await?;
        // The same page once more is an answer, too: the control that leads on may not have reacted yet.
        let rests = is(&answer, "settled") || is(&answer, "same");
        let empty = judged(question.list, &answer, rests)?;
        Ok(Snapshot {
            html: long_text(&mut answer, "html"),
            lines: texts(&answer, "lines"),
            next: text(&answer, "next").to_owned(),
            fingerprint: text(&answer, "fingerprint").to_owned(),
            empty,
            amiss: amiss(&answer),
            url: text(&answer, "url").to_owned(),
        })
    }

    /// Reads one stretch of a list.
    pub(super) async fn take_stretch(&mut self, question: &StretchQuestion<'_>) -> Result<Stretch, Trouble> {
        self.met(question.list);
        let scroller = match question.scroller {
            Scroller::None => Value::Null,
            Scroller::Window => json!("window"),
            Scroller::Box(target) => json!(framed(target).1),
        };
        let go = match question.go {
            Go::Top => "top",
            Go::On => "on",
            Go::Wait => "wait",
            Go::Grown => "grown",
            Go::Home => "home",
        };
        let (path, list) = framed_list(question.list);
        let more = question.more.map(|more| framed(more).1);
        let request = json!({
            "ask": "stretch", "list": list, "scroller": scroller, "more": more,
            "empty": question.empty, "go": go, "since": question.since, "detail": question.detail,
            "patience_ms": u64::try_from(question.patience.as_millis()).unwrap_or_default(),
        });
        // The page's own patience begins when the list stands still.
        let answer = self.ask_within(&path, request, LIST_PATIENCE + question.patience).await?;
        if text(&answer, "outcome") == "no_scroller" {
            let message = format!(
                "what list `{}` scrolls in is not there: {}",
                question.list.name,
                text(&answer, "why")
            );
            return Err(Refused::new(RefusalKind::Unreadable, message).hearing(said(&answer)).into());
        }
        let empty = judged(question.list, &answer, is(&answer, "settled"))?;
        let number = |name: &str| answer.get(name).and_then(Value::as_i64);
        Ok(Stretch {
            html: text(&answer, "html").to_owned(),
            lines: texts(&answer, "lines"),
            empty,
            number: number("number").and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
            known: number("known").and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
            bottom: number("bottom"),
            last: number("last").and_then(|n| u64::try_from(n).ok()),
            place: number("place").unwrap_or_default(),
            at_end: is(&answer, "at_end"),
            more: text(&answer, "more").to_owned(),
            rest: match (is(&answer, "busy"), is(&answer, "waited")) {
                (true, _) => Rest::Busy,
                (false, true) => Rest::Waited,
                (false, false) => Rest::Moving,
            },
            amiss: amiss(&answer),
        })
    }
}

fn amiss(answer: &Value) -> Vec<Amiss> {
    [("blank", Amiss::Blank), ("boxed", Amiss::Boxed), ("partial", Amiss::Partial)]
        .into_iter()
        .filter_map(|(name, amiss)| is(answer, name).then_some(amiss))
        .collect()
}

/// Whether the list holds nobody; a refusal when it cannot be read.
fn judged(list: &ListTarget, answer: &Value, rests: bool) -> Result<bool, Trouble> {
    let headers: Vec<_> = list
        .columns
        .iter()
        .map(|(name, column)| {
            column.header.as_ref().map_or_else(|| name.clone(), |header| format!("\"{header}\""))
        })
        .collect();
    let message = match text(answer, "outcome") {
        "empty" => return Ok(true),
        "found" if rests => return Ok(false),
        "found" => format!("list `{}` did not come to rest", list.name),
        "several" => format!("several tables have the columns of list `{}`", list.name),
        _ => format!("no table with rows has the columns of list `{}`: {}", list.name, headers.join(", ")),
    };
    Err(Refused::new(RefusalKind::Unreadable, message).hearing(said(answer)).into())
}
