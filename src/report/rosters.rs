//! Two rosters held against each other: who came, who went, whose role or state is another one.

use crate::words::Identity;
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One person's cells, by column.
pub(super) type Row = BTreeMap<String, String>;

/// The columns that [`told`] looks at.
const TOLD: [&str; 3] = ["role", "status", "state"];

/// The cells that are worth telling: a last sign-in or an avatar changes by itself. The state is what usher reads from
/// the status, so it is told only where the app shows no status.
pub(super) fn told(row: &Row) -> impl Iterator<Item = (&str, &str)> {
    let state = if row.contains_key("status") { "status" } else { "state" };
    let columns = ["role", state].into_iter();
    columns.filter_map(|column| row.get(column).map(|cell| (column, cell.as_str())))
}

/// A cell that differs: its column, before, after.
pub(super) type Change = (String, String, String);

/// What differs between two rosters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference<'a> {
    /// People only the later one shows.
    pub(super) came: Vec<(&'a str, &'a Row)>,
    /// People only the earlier one shows.
    pub(super) went: Vec<(&'a str, &'a Row)>,
    /// People both show, with the cells that differ.
    pub(super) changed: Vec<(&'a str, Vec<Change>)>,
}

impl Difference<'_> {
    /// Whether both rosters say the same.
    pub(super) fn is_empty(&self) -> bool {
        self.came.is_empty() && self.went.is_empty() && self.changed.is_empty()
    }
}

/// The people of a roster's file by folded key: a list of people, or an object that holds one.
///
/// A cell may stand beside the key or in inner `columns`; whichever way the roster module writes it, a reader years
/// later must still be able to draw the report.
pub(super) fn people(bytes: &[u8], identity: Identity) -> Option<BTreeMap<String, Row>> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let people = People { identity, is_within: false }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    people
}

/// Reads a roster's file person by person, since all that it says of many people would take ten times its own room. Gives
/// nothing where there is no list, or somebody in it has no key.
#[derive(Clone, Copy)]
struct People {
    identity: Identity,
    /// This is what stands under `people`.
    is_within: bool,
}

impl<'de> DeserializeSeed<'de> for People {
    type Value = Option<BTreeMap<String, Row>>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for People {
    type Value = Option<BTreeMap<String, Row>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of people")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = Some(BTreeMap::new());
        while let Some(person) = list.next_element::<Value>()? {
            let mut row = Row::new();
            flatten(&person, &mut row);
            let key = row.remove("key").or_else(|| row.get(self.identity.as_str()).cloned());
            row.retain(|column, _| TOLD.contains(&column.as_str()));
            match (&mut all, key) {
                (Some(all), Some(key)) => drop(all.insert(key.to_lowercase(), row)),
                _ => all = None,
            }
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all = None;
        while let Some(name) = members.next_key::<String>()? {
            if name == "people" && !self.is_within {
                all = members.next_value_seed(Self { is_within: true, ..self })?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(all)
    }
}

fn flatten(value: &Value, row: &mut Row) {
    let members = || value.as_object().into_iter().flatten();
    for (name, text) in members().filter_map(|(name, inner)| Some((name, inner.as_str()?))) {
        // What stands outside counts: an app may well have a column that is called `key` or `state`.
        row.entry(name.to_lowercase()).or_insert_with(|| text.to_owned());
    }
    for (_, inner) in members().filter(|(_, inner)| inner.is_object()) {
        flatten(inner, row);
    }
}

/// What differs from one roster to a later one, in the order of keys.
pub(super) fn difference<'a>(
    before: &'a BTreeMap<String, Row>,
    after: &'a BTreeMap<String, Row>,
) -> Difference<'a> {
    let missing = |from: &BTreeMap<String, Row>, of: &'a BTreeMap<String, Row>| -> Vec<(&'a str, &'a Row)> {
        of.iter().filter(|(key, _)| !from.contains_key(*key)).map(|(key, row)| (key.as_str(), row)).collect()
    };
    let mut changed = Vec::new();
    for (key, earlier) in before {
        let Some(later) = after.get(key) else { continue };
        let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_default();
        let columns: BTreeSet<&str> = told(earlier).chain(told(later)).map(|(column, _)| column).collect();
        let cells: Vec<Change> = columns
            .into_iter()
            .map(|column| (column.to_owned(), cell(earlier, column), cell(later, column)))
            .filter(|(_, from, to)| from != to)
            .collect();
        if !cells.is_empty() {
            changed.push((key.as_str(), cells));
        }
    }
    Difference { came: missing(before, after), went: missing(after, before), changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_who_came_who_went_and_who_changed() {
        let before =
            br#"[{"key":"a@x","state":"active","columns":{"role":"Admin","key":"7"}},{"key":"b@x","state":"active"}]"#;
        let after =
            br#"{"people":[{"email":"A@x","role":"Member","state":"active","seen":"now"},{"key":"c@x"}]}"#;
        let before = people(before, Identity::Email).unwrap();
        let after = people(after, Identity::Email).unwrap();
        let found = difference(&before, &after);
        assert_eq!(found.came[0].0, "c@x");
        assert_eq!(found.went[0].0, "b@x");
        let change = ("role".to_owned(), "Admin".to_owned(), "Member".to_owned());
        assert_eq!(found.changed, [("a@x", vec![change])]);
        assert!(difference(&before, &before).is_empty());
        let none: [&[u8]; 6] = [
            b"no json",
            br#"{"people":"none"}"#,
            br#"{"people":{"people":[]}}"#,
            br#"[{"key":"a@x"},{"role":"Admin"}]"#,
            br#"[{"key":"a@x"}] and more"#,
            b"7",
        ];
        for bytes in none {
            assert_eq!(people(bytes, Identity::Email), None, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
