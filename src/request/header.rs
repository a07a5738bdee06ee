//! Which column of the file is which: the key, what is wanted, what is kept for the record, and what nobody uses.

use super::clean::{near, shorten, squeezed};
use super::complaints::Complaints;
use super::table::Table;
use super::{Column, Key, RECORD_COLUMNS, Wants};
use crate::diag::listed;

/// What a column of the file is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Key,
    /// The index of the wanted column.
    Wanted(usize),
    Record(&'static str),
    Unused,
}

impl Use {
    /// The name its values are known by.
    pub(super) fn name(self, wants: &Wants) -> Option<&str> {
        match self {
            Self::Key => Some(wants.key.column()),
            Self::Wanted(index) => wants.columns.get(index).map(|column| column.name.as_str()),
            Self::Record(name) => Some(name),
            Self::Unused => None,
        }
    }
}

/// Other words for a column, squeezed; they count only when the column's own name is not there.
fn synonyms(name: &str) -> &'static [&'static str] {
    match name {
        "email" => {
            &["mail", "emailaddress", "mailaddress", "useremail", "workemail", "primaryemail", "emailid"]
        }
        "username" => &["login", "userlogin", "loginname", "useraccount"],
        _ => &[],
    }
}

/// Finds the use of every column, and says what is missing, doubled or not used.
pub(super) fn assign(table: &Table, wants: &Wants, complaints: &mut Complaints) -> Vec<Use> {
    let names = table.columns.iter().map(|(name, _)| squeezed(name)).collect();
    let mut header = Header { table, wants, names, uses: vec![Use::Unused; table.columns.len()], complaints };
    let mut missing = Vec::new();
    for (index, column) in wants.columns.iter().enumerate() {
        if !header.take(&column.name, Use::Wanted(index), false) && column.required {
            missing.push(column);
        }
    }
    let keyed = header.take(wants.key.column(), Use::Key, true);
    for name in RECORD_COLUMNS {
        header.take(name, Use::Record(name), false);
    }
    // What was meant by a name that is nearly right is asked last, of the columns that then are still free.
    if !table.columns.is_empty() {
        for column in missing {
            header.missing(column);
        }
        if !keyed {
            header.keyless();
        }
    }
    header.unused();
    header.uses
}

struct Header<'a> {
    table: &'a Table,
    wants: &'a Wants,
    names: Vec<String>,
    uses: Vec<Use>,
    complaints: &'a mut Complaints,
}

impl Header<'_> {
    /// Gives a use to the one column of this name, or of the one synonym that is there; false when there is none.
    fn take(&mut self, name: &str, purpose: Use, is_key: bool) -> bool {
        let wanted = squeezed(name);
        let with = |names: &[String], uses: &[Use], is: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let free = names.iter().zip(uses).enumerate();
            free.filter(|(_, (name, purpose))| **purpose == Use::Unused && is(name))
                .map(|(index, _)| index)
                .collect()
        };
        let mut found = with(&self.names, &self.uses, &|name| name == wanted);
        let own = !found.is_empty();
        if !own {
            found = with(&self.names, &self.uses, &|name| synonyms(&wanted).contains(&name));
        }
        let Some(first) = found.first().copied() else { return false };
        self.set(first, purpose);
        if found.len() > 1 {
            let places: Vec<_> =
                found.iter().take(3).filter_map(|index| self.table.columns.get(*index)).collect();
            self.complaints.error(
                || match (own, is_key) {
                    (true, _) => format!("the column `{name}` stands there twice"),
                    (false, true) => format!("several columns could be the key, `{name}`"),
                    (false, false) => format!("several columns could be `{name}`"),
                },
                |it| {
                    let it = places.iter().fold(it, |it, (_, spot)| it.at(*spot, "this one?"));
                    it.hint(format!("name exactly one of them `{name}`"))
                },
            );
            // One complaint is enough: the others are not also said to be unused.
            for index in found.into_iter().skip(1) {
                self.set(index, Use::Record(""));
            }
        }
        true
    }

    fn set(&mut self, index: usize, purpose: Use) {
        if let Some(slot) = self.uses.get_mut(index) {
            *slot = purpose;
        }
    }

    /// The free column whose name is most like one of these words. It is claimed: one complaint about it is enough.
    fn claim_near(&mut self, words: &[&str]) -> Option<(String, crate::diag::Spot)> {
        let mut free =
            self.names.iter().enumerate().filter(|(index, _)| self.uses.get(*index) == Some(&Use::Unused));
        let (index, _) = free.find(|(_, name)| near(name, words.iter().copied()).is_some())?;
        self.set(index, Use::Record(""));
        self.table.columns.get(index).cloned()
    }

    fn missing(&mut self, column: &Column) {
        let meant = self.claim_near(&[&squeezed(&column.name)]);
        let first = self.table.columns.first().map(|(_, spot)| *spot).unwrap_or_default();
        let needed = self.needed();
        self.complaints.error(
            || format!("the column `{}` is missing", column.name),
            |it| match meant {
                Some((name, spot)) => it
                    .at(spot, "did you mean this one?")
                    .hint(format!("is `{}` meant? the columns are {needed}", shorten(&name))),
                None => it.at(first, "the columns are named here").hint(format!("the columns are {needed}")),
            },
        );
    }

    fn keyless(&mut self) {
        let name = self.wants.key.column();
        let words: Vec<&str> = std::iter::once(name).chain(synonyms(name).iter().copied()).collect();
        let meant = self.claim_near(&words);
        let mut headers = self.table.columns.iter();
        let person = headers.find(|(header, _)| self.wants.key == Key::Email && header.contains('@'));
        let first = person.or(self.table.columns.first()).map(|(_, spot)| *spot).unwrap_or_default();
        let needed = self.needed();
        self.complaints.error(
            || format!("no column holds the key, `{name}`"),
            |it| match (meant, person) {
                (Some((meant, spot)), _) => it
                    .at(spot, "did you mean this one?")
                    .hint(format!("is `{}` meant? name it `{name}`", shorten(&meant))),
                (None, Some(_)) => it
                    .at(first, "this is a person")
                    .hint(format!("the first line must name the columns: {needed}")),
                (None, None) => it
                    .at(first, "the columns are named here")
                    .hint(format!("one column must be named `{name}`; the columns are {needed}")),
            },
        );
    }

    fn needed(&self) -> String {
        let key = std::iter::once(self.wants.key.column());
        listed(key.chain(self.wants.columns.iter().map(|column| column.name.as_str())))
    }

    fn unused(&mut self) {
        for ((name, spot), _) in
            self.table.columns.iter().zip(&self.uses).filter(|(_, it)| **it == Use::Unused)
        {
            let absent = |column: &&Column| {
                let wanted = squeezed(&column.name);
                !column.required && !self.names.contains(&wanted)
            };
            let wants = self.wants;
            self.complaints.note(
                || {
                    if name.trim().is_empty() {
                        "a column without a name is not used".to_owned()
                    } else {
                        format!("column `{}` is not used", shorten(name))
                    }
                },
                |it| {
                    let words = wants.columns.iter().filter(absent).map(|column| column.name.as_str());
                    let meant = near(name, words.chain(RECORD_COLUMNS));
                    it.at(*spot, "not used").hint_if(meant.map(|meant| format!("did you mean `{meant}`?")))
                },
            );
        }
    }
}
