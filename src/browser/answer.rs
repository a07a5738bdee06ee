//! The page's answers, read: what was found, where to click, what was refused and what was there instead.

use super::{Described, Refused, Said, Seen, Target, Trouble};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::Value;
use std::fmt::Write as _;

/// Parameters of addresses whose values tell where one is; every other value may be a token, and is not kept.
const TELLING: [&str; 14] = [
    "page", "paged", "p", "id", "user", "user_id", "s", "q", "query", "search", "filter", "action", "tab",
    "status",
];

/// An address as it may be kept: no credentials, no fragment, and only values that are known to be harmless.
pub(super) fn without_tokens(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else { return String::new() };
    let _ = parsed.set_username("");
    let _ = parsed.set_password(None);
    parsed.set_fragment(None);
    let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
    if pairs.is_empty() {
        parsed.set_query(None);
    } else {
        parsed.query_pairs_mut().clear();
        for (name, value) in pairs {
            let kept = if TELLING.contains(&name.as_str()) { value.as_str() } else { "..." };
            parsed.query_pairs_mut().append_pair(&name, kept);
        }
    }
    parsed.into()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a picture can have"
)]
pub(super) fn pixels(number: f64) -> u32 {
    number.clamp(0.0, 100_000.0) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "a viewport is some thousand pixels wide")]
pub(super) fn round(number: f64) -> i64 {
    number.round() as i64
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A text that may be megabytes long, taken out of its answer.
pub(super) fn long_text(value: &mut Value, name: &str) -> String {
    match value.get_mut(name).map(Value::take) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// Whether an answer says this of itself.
pub(super) fn is(value: &Value, what: &str) -> bool {
    value.get(what).and_then(Value::as_bool) == Some(true)
}

/// The texts of a list of texts.
pub(super) fn texts(value: &Value, what: &str) -> Vec<String> {
    let all = value.get(what).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A number of an answer.
pub(super) fn number(value: &Value, what: &str) -> Option<usize> {
    value.get(what).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok())
}

pub(super) fn point(value: &Value) -> Result<(f64, f64), Trouble> {
    let side = |name: &str| value.pointer(&format!("/point/{name}")).and_then(Value::as_f64);
    side("x").zip(side("y")).ok_or_else(|| Trouble::Broken(anyhow!("the page gave no point to click")))
}

pub(super) fn said(answer: &Value) -> Vec<Said> {
    answer.get("says").cloned().and_then(|says| serde_json::from_value(says).ok()).unwrap_or_default()
}

pub(super) fn options(answer: &Value) -> Vec<&Value> {
    answer.get("options").and_then(Value::as_array).into_iter().flatten().collect()
}

/// The refusal of a page that is not the tenant's. An app whose session is over most often leads to where one signs in.
pub(super) fn elsewhere(url: &str) -> Trouble {
    if url.starts_with("chrome-error:") {
        return Refused::new(RefusalKind::NoPage, "the page could not be loaded").into();
    }
    let origin = url::Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let place = if origin == "null" { "another place" } else { &origin };
    let message = format!("the page is at {place}, which is not the tenant's");
    Refused::new(RefusalKind::SignedOut, message).into()
}

pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub(super) fn seen(target: &Target, answer: &Value) -> Seen {
    let by = target
        .described
        .iter()
        .zip(list(answer, "described"))
        .filter(|(_, hit)| count(hit, "matched") > 0)
        .map(|(description, _)| description.words())
        .collect();
    // A field's own text is what it holds; the page tells it of no secret field.
    let shown =
        Some(text(answer, "text")).filter(|shown| !shown.is_empty()).unwrap_or_else(|| text(answer, "value"));
    Seen { by, text: shown.to_owned(), checked: answer.get("checked").and_then(Value::as_bool) }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn count(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}

/// An element in a few words.
fn outline(element: Option<&Value>) -> String {
    let Some(element) = element else { return "something".to_owned() };
    let side = |name: &str| element.pointer(&format!("/rect/{name}")).and_then(Value::as_f64).unwrap_or(0.0);
    format!(
        "{} \"{}\" <{}> at {:.0},{:.0}",
        text(element, "role"),
        text(element, "name"),
        text(element, "tag"),
        side("x"),
        side("y")
    )
}

/// What hides an element from accessibility, or keeps it from use; none when nothing does.
fn cause(of: &Value) -> Option<String> {
    let hiding = of.get("hiding").filter(|hiding| hiding.is_object())?;
    let on = text(hiding, "on");
    Some(match text(hiding, "how") {
        "modal" => format!("the open modal dialog {on}"),
        "undrawn" => format!("its style: only its label {on} is drawn"),
        how => format!("{how} on {on}"),
    })
}

/// What one description came to.
fn tried(description: &Described, hit: &Value) -> String {
    let mut words = format!("{}: {} found", description.words(), count(hit, "matched"));
    let unheard = count(hit, "unheard");
    if unheard > 0 {
        let mut causes: Vec<String> = list(hit, "hiding").iter().filter_map(cause).collect();
        causes.dedup();
        let (are, by) = (if unheard == 1 { "is" } else { "are" }, causes.join(" and by "));
        let _ = write!(words, ", {unheard} {are} visible but hidden from the accessibility tree by {by}");
    }
    if count(hit, "hidden") > 0 {
        let _ = write!(words, ", {} hidden", count(hit, "hidden"));
    }
    words
}

/// What would have been found, did accessibility have it; and how to describe it instead.
fn unheard(answer: &Value, hits: &[Value]) -> Option<String> {
    let around = list(answer, "around");
    let found = |hit: &&Value| count(hit, "matched") == 0;
    let all: Vec<&Value> =
        hits.iter().filter(found).flat_map(|hit| list(hit, "hiding")).chain(around).collect();
    let first = all.first()?;
    let are = match all.len() - 1 {
        0 => " is".to_owned(),
        more => format!(" and {more} more are"),
    };
    // A commit needs every description, so one that can never find it must go.
    let how = if hits.iter().any(|hit| count(hit, "matched") > 0) { "alone" } else { "as well" };
    Some(format!(
        "{}{are} visible but hidden from the accessibility tree by {}; describe it by css, test_id or xpath {how}",
        outline(first.get("element")),
        cause(first).unwrap_or_else(|| "the page".to_owned()),
    ))
}

/// One of several elements between which nothing decides.
fn rival(hit: &Value) -> String {
    let shown = format!("{} ({})", outline(hit.get("element")), text(hit, "by"));
    let twin = is(hit, "twin");
    match cause(hit) {
        None => shown,
        Some(cause) if twin => {
            format!("{shown}, its twin that is hidden from the accessibility tree by {cause}")
        }
        Some(cause) => format!("{shown}, which is hidden from the accessibility tree by {cause}"),
    }
}

/// Turns what the page answered into a refusal that says what was tried and what was there instead.
pub(super) fn refused(target: &Target, answer: &Value) -> Refused {
    let name = &target.name;
    let hits = list(answer, "described");
    let tried = target.described.iter().zip(hits).map(|(description, hit)| tried(description, hit)).collect();
    let mut near: Vec<String> = Vec::new();
    for like in hits.iter().flat_map(|hit| list(hit, "near")).filter_map(Value::as_str) {
        if !near.iter().any(|known| known == like) {
            near.push(like.to_owned());
        }
    }
    let rivals = || list(answer, "elements").iter().map(rival).collect::<Vec<_>>().join("; ");
    let (kind, message) = match text(answer, "outcome") {
        "none" => {
            let scope = text(answer, "scope");
            let why = text(answer, "why");
            let mut message = format!("`{name}` is not there");
            if !matches!(scope, "" | "ok") || !why.is_empty() {
                let _ = write!(message, ": {}", if why.is_empty() { scope } else { why });
            }
            if let Some(unheard) = unheard(answer, hits) {
                let _ = write!(message, ": {unheard}");
            }
            (if scope == "several" { RefusalKind::Several } else { RefusalKind::NotThere }, message)
        }
        "several" => (RefusalKind::Several, format!("`{name}` could be several: {}", rivals())),
        "disagree" => (
            RefusalKind::Disagree,
            format!("the descriptions of `{name}` mean different things: {}", rivals()),
        ),
        "not_bound" => {
            let region = text(answer, "region");
            let message = match text(answer, "why") {
                "foreign" => {
                    format!("the page names somebody else, {}, before the commit", text(answer, "foreign"))
                }
                "twice" => "the page names more than one person before the commit".to_owned(),
                "unticked" => "the person's row is not ticked before the commit".to_owned(),
                "ticked" => "other rows than the person's are ticked before the commit".to_owned(),
                _ if !region.is_empty() && region != "ok" => {
                    format!("the region that must name the person before the commit is not there ({region})")
                }
                _ => "the page does not name the person before the commit".to_owned(),
            };
            (RefusalKind::NotBound, message)
        }
        "not_held" => {
            let control = text(answer, "control");
            (RefusalKind::NotHeld, format!("`{control}` does not hold any more what was filled in"))
        }
        "not_ready" => {
            let message = match text(answer, "why") {
                "covered" => format!("`{name}` is covered by {}", outline(answer.get("covered_by"))),
                "disabled" => format!("`{name}` is disabled"),
                "moving" => format!("`{name}` does not hold still"),
                "hidden" => format!("`{name}` is hidden"),
                "inert" => {
                    let cause = cause(answer).unwrap_or_else(|| "the page".to_owned());
                    format!("`{name}` is inert: {cause} keeps it from being used")
                }
                "outside" => format!("`{name}` cannot be brought into view"),
                "no_file_field" => format!("`{name}` takes no file"),
                "readonly" | "not_editable" => format!("`{name}` cannot be typed into"),
                other => format!("`{name}` is not ready: {other}"),
            };
            (RefusalKind::NotReady, message)
        }
        "said" => {
            let lines: Vec<String> =
                said(answer).into_iter().map(|said| format!("\"{}\"", said.line)).collect();
            (RefusalKind::Said, format!("the page says {}", lines.join(" and ")))
        }
        other => (RefusalKind::NotReady, format!("`{name}`: the page answered {other}")),
    };
    Refused { kind, message, target: Some(target.clone()), tried, near, said: said(answer) }
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn addresses_keep_no_tokens() {
        assert_eq!(
            without_tokens("https://u:p@x.test/a?action=delete&user=5&_wpnonce=79e9200451#top"),
            "https://x.test/a?action=delete&user=5&_wpnonce=..."
        );
        assert_eq!(without_tokens("https://x.test/a?"), "https://x.test/a");
    }
}
