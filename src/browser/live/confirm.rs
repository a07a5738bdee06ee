//! Typing a phrase that the page asks for, so that somebody means it; and giving a file to a field.

use super::frames::framed;
use super::keys::replacing;
use super::{Live, PATIENCE};
use crate::browser::answer::{is, refused, said, seen, text};
use crate::browser::driver::upload::{Upload, upload};
use crate::browser::{Refused, Seen, Target, Trouble};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};

/// The name under which WebDriver hands over an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Live {
    /// Types the phrase with real keys, where the page asks for exactly this phrase, and reads back.
    pub(super) async fn type_phrase(&self, target: &Target, phrase: &str) -> Result<Seen, Trouble> {
        let (path, inner) = framed(target);
        let request = json!({ "ask": "confirm", "phrase": phrase, "target": inner });
        let answer = self.ask_within(&path, request, PATIENCE).await?;
        match text(&answer, "outcome") {
            "found" if is(&answer, "focused") => {}
            "found" => {
                let message = format!("`{}` does not take the focus, so nothing was typed", target.name);
                return Err(Refused::new(RefusalKind::NotReady, message).about(target).into());
            }
            "not_asked" => return Err(not_asked(target, phrase, &answer)),
            _ => return Err(refused(target, &answer).into()),
        }
        self.keys(&replacing(phrase)).await?;
        self.lower_guard(target).await?;
        let request = json!({ "ask": "look", "want": "visible", "filled_in": true });
        let again = self.ask_for(request, target, PATIENCE).await?;
        if text(&again, "value") == phrase {
            return Ok(seen(target, &answer));
        }
        let message = if target.secret {
            format!("`{}` does not hold the phrase that was typed", target.name)
        } else {
            format!("`{}` holds \"{}\" after \"{phrase}\" was typed", target.name, text(&again, "value"))
        };
        Err(Refused::new(RefusalKind::NotHeld, message).about(target).hearing(said(&again)).into())
    }

    /// Gives a file to a field and reads back that it has it. The driver reads the file itself.
    pub(super) async fn give_file(&self, target: &Target, path: &str) -> Result<Seen, Trouble> {
        let file = upload(path).map_err(|why| {
            let message = if target.secret {
                format!("`{}` needs a file, and what is named is none that can be given to it", target.name)
            } else {
                format!("`{}` needs a file: {why}", target.name)
            };
            Refused::new(RefusalKind::Rule, message).about(target)
        })?;
        let answer = self.ask_for(json!({ "ask": "file" }), target, PATIENCE).await?;
        let field = answer.pointer(&format!("/field/{ELEMENT}")).and_then(Value::as_str);
        let field = field.ok_or_else(|| Trouble::Broken(anyhow!("the page handed over no field")))?;
        let keys = json!({ "text": file.path.to_string_lossy() });
        self.wire.command(&format!("element/{field}/value"), Some(&keys)).await?;
        let gave = self.ask(json!({ "ask": "gave", "name": file.name, "size": file.size }), PATIENCE).await?;
        if is(&gave, "holds") { Ok(seen(target, &answer)) } else { Err(not_given(target, &file, &gave)) }
    }
}

fn not_asked(target: &Target, phrase: &str, answer: &Value) -> Trouble {
    let near = text(answer, "near");
    let message = if target.secret {
        format!("the page does not ask for the phrase that `{}` should hold", target.name)
    } else if near.is_empty() {
        format!("the page does not ask for this phrase, \"{phrase}\", at `{}`", target.name)
    } else {
        format!(
            "the page does not ask for this phrase, \"{phrase}\"; at `{}` it says \"{near}\"",
            target.name
        )
    };
    Refused::new(RefusalKind::NotBound, message).about(target).hearing(said(answer)).into()
}

fn not_given(target: &Target, file: &Upload, gave: &Value) -> Trouble {
    let held: Vec<&str> = gave
        .get("files")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|held| text(held, "name"))
        .collect();
    let holds = if held.is_empty() { "no file".to_owned() } else { format!("\"{}\"", held.join("\", \"")) };
    let message = format!("`{}` holds {holds} after \"{}\" was given to it", target.name, file.name);
    Refused::new(RefusalKind::NotHeld, message).about(target).hearing(said(gave)).into()
}
