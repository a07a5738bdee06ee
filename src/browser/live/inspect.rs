//! Looking at a control without touching it: what each description finds, whether the page names a person, what is offered.

use super::frames::{framed, framed_list};
use super::{Live, PATIENCE};
use crate::browser::answer::{is, number, refused, said, text, texts};
use crate::browser::{
    Binding, Bound, Choice, Headers, Hit, Inspect, Inspected, ListTarget, Refused, Target, Trouble,
};
use crate::words::RefusalKind;
use serde_json::{Value, json};

impl Live {
    /// Finds out what a target is like.
    pub(super) async fn inspect_target(&self, question: &Inspect<'_>) -> Result<Inspected, Trouble> {
        let (path, _) = framed(question.target);
        let mut request = json!({ "ask": "inspect", "hidden_too": question.hidden_too });
        if let Some(binding) = question.binding {
            let (named_in, names) = framed(&binding.names);
            if named_in != path {
                return Ok(elsewhere(question.target, binding));
            }
            request["names"] = json!(names);
            request["expect"] = json!(binding.expect);
            request["foreign"] = json!(binding.foreign);
        }
        match self.ask_about(request, question.target, question.patience).await {
            Ok(answer) => Ok(inspected(question.target, &answer)),
            // The frame it should be in is not there, so none of its descriptions could look.
            Err(Trouble::Refused(refused)) if !path.is_empty() => Ok(unseen(question.target, refused)),
            Err(trouble) => Err(trouble),
        }
    }

    /// Finds out which headers of a list are there.
    pub(super) async fn headers_of(&self, list: &ListTarget) -> Result<Headers, Trouble> {
        let (path, inner) = framed_list(list);
        let request = json!({ "ask": "headers", "list": inner });
        let answer = self.ask_within(&path, request, PATIENCE).await?;
        Ok(Headers {
            found: texts(&answer, "found"),
            heads: texts(&answer, "heads"),
            lines: texts(&answer, "lines"),
        })
    }
}

fn inspected(target: &Target, answer: &Value) -> Inspected {
    let whole = text(answer, "outcome") == "one";
    let each = answer.get("each").and_then(Value::as_array).into_iter().flatten().map(hit).collect();
    let scope = text(answer, "scope");
    let element = answer.get("element");
    let of = |name: &str| element.map(|element| text(element, name).to_owned()).unwrap_or_default();
    Inspected {
        each,
        refused: (!whole).then(|| Box::new(refused(target, answer))),
        in_scope: whole || scope.is_empty() || scope == "ok",
        role: of("role"),
        called: of("name"),
        enabled: is(answer, "enabled"),
        choice: answer.get("choice").filter(|choice| choice.is_object()).map(|told| choice(target, told)),
        bound: answer.get("binding").filter(|bound| bound.is_object()).map(|told| bound(target, told)),
        said: said(answer),
    }
}

fn hit(told: &Value) -> Hit {
    let times = |name: &str| number(told, name).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let element = told.get("element").filter(|element| element.is_object());
    Hit {
        matched: times("matched"),
        hidden: times("hidden"),
        same: is(told, "same"),
        element: element
            .map(|one| format!("{} \"{}\"", text(one, "role"), text(one, "name")))
            .unwrap_or_default(),
        near: texts(told, "near"),
    }
}

fn choice(target: &Target, told: &Value) -> Choice {
    // What a secret control offers is people, or worse.
    let are_told = told.get("offers").is_some_and(Value::is_array) && !target.secret;
    Choice { kind: text(told, "kind").to_owned(), offers: are_told.then(|| texts(told, "offers")) }
}

fn bound(target: &Target, told: &Value) -> Bound {
    if let Some(line) = told.get("bound").and_then(Value::as_str) {
        return Bound::By(line.to_owned());
    }
    let mut answer = told.clone();
    answer["outcome"] = json!("not_bound");
    let silent = matches!(text(told, "why"), "missing" | "unticked") && text(told, "region") == "ok";
    Bound::Not { why: refused(target, &answer).message, silent }
}

/// The control and what should name the person are not on one page.
fn elsewhere(target: &Target, binding: &Binding) -> Inspected {
    let message = format!("`{}` and `{}` are not in the same frame", target.name, binding.names.name);
    unseen(target, Box::new(Refused::new(RefusalKind::NotBound, message).about(target)))
}

fn unseen(target: &Target, refused: Box<Refused>) -> Inspected {
    let each = vec![Hit::default(); target.described.len()];
    let said = refused.said.clone();
    Inspected { each, refused: Some(refused), said, ..Inspected::default() }
}
