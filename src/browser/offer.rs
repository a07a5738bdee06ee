//! What a choice or a menu offers, as refusals tell it: what was asked for, what is there instead, and why neither could be taken.

use super::answer::{is, options, said, text};
use super::{Refused, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::Value;

/// How many of the offered names stand in a message; all of them go beside it.
const FEW: usize = 12;

/// Why one wanted name was not taken, from an answer about what is offered.
pub(super) fn not_offered(target: &Target, answer: &Value, wanted: &str, why: &str) -> Trouble {
    let name = &target.name;
    let all: Vec<&Value> = options(answer);
    let able: Vec<String> = all
        .iter()
        .filter(|option| !is(option, "disabled"))
        .map(|option| text(option, "name").to_owned())
        .collect();
    let count = answer.get("count").and_then(Value::as_u64).unwrap_or(0);
    let (kind, message) = match (text(answer, "outcome"), why) {
        ("no_list", _) => {
            (RefusalKind::NotReady, format!("`{name}` was clicked, and nothing opened that belongs to it"))
        }
        ("several_lists", _) => {
            (RefusalKind::Several, format!("{count} lists are open that could belong to `{name}`"))
        }
        // What a secret control offers is people, or worse; how many there are is all that is told.
        (_, "disabled") if target.secret => {
            (RefusalKind::NoOption, format!("what was asked for is disabled in `{name}`"))
        }
        (_, "disabled") => (
            RefusalKind::NoOption,
            format!("`{name}` has \"{wanted}\", but it is disabled{}", instead(&able)),
        ),
        (_, "several") if target.secret => {
            (RefusalKind::NoOption, format!("`{name}` offers what was asked for several times"))
        }
        (_, "several") => (RefusalKind::NoOption, format!("`{name}` offers \"{wanted}\" several times")),
        _ if target.secret => {
            let message =
                format!("`{name}` does not offer what was asked for among its {} options", able.len());
            (RefusalKind::NoOption, message)
        }
        _ => (RefusalKind::NoOption, format!("`{name}` does not offer \"{wanted}\"{}", instead(&able))),
    };
    let near = if target.secret { Vec::new() } else { able };
    Refused { near, said: said(answer), ..Refused::new(kind, message).about(target) }.into()
}

fn instead(names: &[String]) -> String {
    if names.is_empty() {
        return "; it offers nothing".to_owned();
    }
    let few: Vec<String> = names.iter().take(FEW).cloned().collect();
    let more = names.len().saturating_sub(FEW);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("; it offers {}{rest}", super::answer::quoted(&few))
}
