//! The page's answers, read: what was found, where to click, what was refused and what was there instead.

use super::{Refused, Said, Seen, Target, Trouble};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::Value;

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

/// The refusal of a page that is not the tenant's.
pub(super) fn elsewhere(url: &str) -> Trouble {
    let message = if url.starts_with("chrome-error:") {
        "the page could not be loaded".to_owned()
    } else {
        let origin = url::Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        format!(
            "the page is at {}, which is not the tenant's",
            if origin == "null" { "another place" } else { &origin }
        )
    };
    Refused::new(RefusalKind::NoPage, message).into()
}

pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub(super) fn seen(target: &Target, answer: &Value) -> Seen {
    let described = answer.get("described").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let by = target
        .described
        .iter()
        .zip(described)
        .filter(|(_, hit)| hit.get("matched").and_then(Value::as_u64).unwrap_or(0) > 0)
        .map(|(description, _)| description.words())
        .collect();
    // A field's own text is what it holds; the page tells it of no secret field.
    let shown =
        Some(text(answer, "text")).filter(|shown| !shown.is_empty()).unwrap_or_else(|| text(answer, "value"));
    Seen { by, text: shown.to_owned(), checked: answer.get("checked").and_then(Value::as_bool) }
}

/// Turns what the page answered into a refusal that says what was tried and what was there instead.
pub(super) fn refused(target: &Target, answer: &Value) -> Refused {
    let name = &target.name;
    let hits = answer.get("described").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let count = |hit: &Value, key: &str| hit.get(key).and_then(Value::as_u64).unwrap_or(0);
    let tried = target
        .described
        .iter()
        .zip(hits)
        .map(|(description, hit)| {
            let hidden = match count(hit, "hidden") {
                0 => String::new(),
                hidden => format!(", {hidden} hidden"),
            };
            format!("{}: {} found{hidden}", description.words(), count(hit, "matched"))
        })
        .collect();
    let mut near: Vec<String> = Vec::new();
    for hit in hits {
        for like in hit.get("near").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !near.iter().any(|known| known == like) {
                near.push(like.to_owned());
            }
        }
    }
    let outline = |value: Option<&Value>| {
        value.map_or_else(
            || "something".to_owned(),
            |v| {
                let rect =
                    |side: &str| v.pointer(&format!("/rect/{side}")).and_then(Value::as_f64).unwrap_or(0.0);
                format!(
                    "{} \"{}\" <{}> at {:.0},{:.0}",
                    text(v, "role"),
                    text(v, "name"),
                    text(v, "tag"),
                    rect("x"),
                    rect("y")
                )
            },
        )
    };
    let elements = || {
        let all = answer.get("elements").and_then(Value::as_array).into_iter().flatten();
        all.map(|hit| format!("{} ({})", outline(hit.get("element")), text(hit, "by"))).collect::<Vec<_>>()
    };
    let (kind, message) = match text(answer, "outcome") {
        "none" => {
            let scope = text(answer, "scope");
            let why = text(answer, "why");
            let message = if (scope.is_empty() || scope == "ok") && why.is_empty() {
                format!("`{name}` is not there")
            } else {
                format!("`{name}` is not there: {}", if why.is_empty() { scope } else { why })
            };
            (if scope == "several" { RefusalKind::Several } else { RefusalKind::NotThere }, message)
        }
        "several" => (RefusalKind::Several, format!("`{name}` could be several: {}", elements().join("; "))),
        "disagree" => (
            RefusalKind::Disagree,
            format!("the descriptions of `{name}` mean different things: {}", elements().join("; ")),
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
        "not_ready" => {
            let message = match text(answer, "why") {
                "covered" => format!("`{name}` is covered by {}", outline(answer.get("covered_by"))),
                "disabled" => format!("`{name}` is disabled"),
                "moving" => format!("`{name}` does not hold still"),
                "hidden" => format!("`{name}` is hidden"),
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
