//! Two rosters held against each other: who came, who went, whose role or state is another one.

use crate::words::Identity;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One person's cells, by column.
pub(super) type Row = BTreeMap<String, String>;

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
pub(super) struct Difference {
    /// People only the later one shows.
    pub(super) came: Vec<(String, Row)>,
    /// People only the earlier one shows.
    pub(super) went: Vec<(String, Row)>,
    /// People both show, with the cells that differ.
    pub(super) changed: Vec<(String, Vec<Change>)>,
}

impl Difference {
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
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let list = value.as_array().or_else(|| value.get("people").and_then(Value::as_array))?;
    let mut all = BTreeMap::new();
    for person in list {
        let mut row = Row::new();
        flatten(person, &mut row);
        let key = row.remove("key").or_else(|| row.get(identity.as_str()).cloned())?;
        all.insert(key.to_lowercase(), row);
    }
    Some(all)
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
pub(super) fn difference(before: &BTreeMap<String, Row>, after: &BTreeMap<String, Row>) -> Difference {
    let missing = |from: &BTreeMap<String, Row>, of: &BTreeMap<String, Row>| -> Vec<(String, Row)> {
        of.iter()
            .filter(|(key, _)| !from.contains_key(*key))
            .map(|(key, row)| (key.clone(), row.clone()))
            .collect()
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
            changed.push((key.clone(), cells));
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
        assert_eq!(found.changed, [("a@x".to_owned(), vec![change])]);
        assert!(difference(&before, &before).is_empty());
        assert_eq!(people(b"no json", Identity::Email), None);
    }
}
