//! A file of everybody that the app gives away, held against the list that it shows: a second way to the same people.

use super::fold::{at_most, fold};
use super::{Completeness, Roster};
use std::collections::{BTreeMap, BTreeSet};

/// So many differences are told.
const TOLD: usize = 3;

/// Reads a CSV file: of each line the cells of these columns, by our name of each and its header in the file.
pub fn read_export(
    columns: &[(String, String)],
    bytes: &[u8],
) -> Result<Vec<BTreeMap<String, String>>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let headers: Vec<String> =
        reader.headers().map_err(|error| format!("it is no CSV file: {error}"))?.iter().map(fold).collect();
    let place = |header: &str| {
        let header_folded = fold(header);
        let mut at = headers.iter().enumerate().filter(|(_, one)| **one == header_folded).map(|(at, _)| at);
        match (at.next(), at.next()) {
            (Some(at), None) => Ok(at),
            (None, _) => Err(format!("it has no column `{header}`; it has {}", headers.join(", "))),
            (Some(_), Some(_)) => Err(format!("it has several columns `{header}`")),
        }
    };
    let places: Vec<(&str, usize)> = columns
        .iter()
        .map(|(name, header)| Ok((name.as_str(), place(header)?)))
        .collect::<Result<_, String>>()?;
    let mut lines = Vec::new();
    for line in reader.records() {
        let line = line.map_err(|error| format!("it is no CSV file: {error}"))?;
        let cell = |at: usize| line.get(at).unwrap_or_default().to_owned();
        lines.push(places.iter().map(|(name, at)| ((*name).to_owned(), cell(*at))).collect());
    }
    Ok(lines)
}

impl Roster {
    /// Holds the list against the app's own file of everybody. Where both agree nobody is missing, whatever else is known;
    /// where they do not, nobody knows which of them is right.
    pub fn held_against(&mut self, key: &str, export: &[BTreeMap<String, String>]) {
        let compared: BTreeSet<&str> =
            export.first().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let words = |cells: &BTreeMap<String, String>| -> Vec<String> {
            // Blanks around what parts several values are the page's own.
            compared
                .iter()
                .map(|name| fold(cells.get(*name).map_or("", String::as_str)).replace(' ', ""))
                .collect()
        };
        let mut shown: BTreeMap<Vec<String>, i64> = BTreeMap::new();
        for person in &self.people {
            let mut cells = person.columns.clone();
            cells.insert(key.to_owned(), person.shown.clone());
            *shown.entry(words(&cells)).or_default() += 1;
        }
        for line in export {
            *shown.entry(words(line)).or_default() -= 1;
        }
        let differ: Vec<String> = shown
            .iter()
            .filter(|(_, times)| **times != 0)
            .take(TOLD)
            .map(|(cells, times)| {
                let where_ = if *times > 0 { "the list" } else { "the export" };
                format!("`{}` is only in {where_}", at_most(&cells.join(", "), 120))
            })
            .collect();
        if !differ.is_empty() {
            let why = format!("the list and the app's own export differ: {}", differ.join("; "));
            self.completeness = Completeness::Unproven { why };
        } else if self.unread == 0 && !export.is_empty() {
            let count = export.len() as u64;
            self.completeness = Completeness::Counted { count };
            self.notes.push(format!("the app's own export has the same {count} people"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::{Person, State};

    fn roster(people: &[(&str, &str)]) -> Roster {
        let person = |(email, role): &(&str, &str)| Person {
            key: fold(email),
            shown: (*email).to_owned(),
            columns: [("email".to_owned(), (*email).to_owned()), ("role".to_owned(), (*role).to_owned())]
                .into(),
            state: State::Active,
            list: "people".to_owned(),
            detail: None,
        };
        let completeness = Completeness::Unproven { why: "no count".to_owned() };
        let people = people.iter().map(person).collect();
        Roster { people, completeness, pages: 1, ended: true, unread: 0, notes: Vec::new() }
    }

    fn export(text: &str) -> Vec<BTreeMap<String, String>> {
        let columns = [("email", "Email"), ("role", "Groups")]
            .map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()));
        read_export(&columns, text.as_bytes()).unwrap()
    }

    #[test]
    fn agreeing_proves_and_differing_unproves() {
        let mut agrees = roster(&[("Ada@x.test", "editors, user"), ("ben@x.test", "user")]);
        agrees.held_against(
            "email",
            &export("User,Email,Groups\nben,ben@x.test,user\nada,ada@X.test,\"editors,user\"\n"),
        );
        assert_eq!(agrees.completeness, Completeness::Counted { count: 2 });
        for (other, words) in [
            ("Email,Groups\nada@x.test,\"editors,user\"\n", "`ben@x.test, user` is only in the list"),
            (
                "Email,Groups\nada@x.test,\"editors,user\"\nben@x.test,user\ncleo@x.test,user\n",
                "`cleo@x.test, user` is only in the export",
            ),
            (
                "Email,Groups\nada@x.test,\"editors,user\"\nben@x.test,admin\n",
                "`ben@x.test, admin` is only in the export",
            ),
            (
                "Email,Groups\nada@x.test,\"editors,user\"\nben@x.test,user\nben@x.test,user\n",
                "is only in the export",
            ),
        ] {
            let mut differs = roster(&[("ada@x.test", "editors, user"), ("ben@x.test", "user")]);
            differs.held_against("email", &export(other));
            assert!(
                matches!(&differs.completeness, Completeness::Unproven { why } if why.contains(words)),
                "{differs:?}"
            );
        }
    }

    #[test]
    fn a_file_that_is_none_is_told() {
        let columns = [("email".to_owned(), "Email".to_owned())];
        assert!(
            read_export(&columns, b"User,Name\n")
                .unwrap_err()
                .contains("no column `Email`; it has user, name")
        );
        assert!(read_export(&columns, b"Email,Email\n").unwrap_err().contains("several"));
        assert!(read_export(&columns, b"Email,Name\na@x.test\n").unwrap_err().contains("no CSV file"));
        assert_eq!(read_export(&columns, b"\xef\xbb\xbfEmail\n\"a@x.test\"\n").unwrap().len(), 1);
    }
}
