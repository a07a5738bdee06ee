//! A length of time as usher.toml writes it: `30s`, `5m`, `12h`, `7d`.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::time::Duration;

/// A length of time, written `30s`, `5m`, `12h` or `7d`. Scripts wait for less and have milliseconds instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub Duration);

impl Period {
    /// Reads one; the error says how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text.get(digits.len()..).unwrap_or_default();
        let number: u64 = digits
            .parse()
            .map_err(|_| format!("`{text}` is not a length of time: write `30s`, `5m`, `12h` or `7d`"))?;
        let each: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err(format!("`{text}` has no unit: write `30s`, `5m`, `12h` or `7d`")),
        };
        let seconds = number.checked_mul(each).filter(|seconds| *seconds <= LONGEST);
        let seconds = seconds.ok_or_else(|| format!("`{text}` is more than ten years"))?;
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// Ten years: more is a slip, and what is added to a date must stay a date.
const LONGEST: u64 = 10 * 366 * 24 * 60 * 60;

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = self.0.as_secs();
        let (number, unit) = [(24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m")]
            .into_iter()
            .find(|(each, _)| seconds > 0 && seconds.is_multiple_of(*each))
            .map_or((seconds, "s"), |(each, unit)| (seconds / each, unit));
        serializer.serialize_str(&format!("{number}{unit}"))
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+(s|m|h|d)$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_written() {
        for (text, seconds) in [("0s", 0), ("30s", 30), ("5m", 300), ("12h", 43_200), ("7d", 604_800)] {
            let period = Period::parse(text).unwrap();
            assert_eq!(period.0.as_secs(), seconds);
            assert_eq!(serde_json::to_value(period).unwrap(), text);
        }
        for text in ["", "5", "m", "5 m", "-5m", "1.5h", "5w", "5M", "99999999999999999999d", "4000d"] {
            Period::parse(text).unwrap_err();
        }
    }
}
