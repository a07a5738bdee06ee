//! Nobody twice: neither under one key nor under two that look the same.

use super::Row;
use super::clean::shorten;
use super::complaints::Complaints;
use super::look_alike::Skeletons;
use std::collections::HashMap;

/// The rows so far, by key and by what the key looks like.
pub(super) struct Unique {
    pub(super) read: Vec<Row>,
    by_key: HashMap<String, usize>,
    by_look: HashMap<String, usize>,
    skeletons: Skeletons,
}

impl Unique {
    pub(super) fn new() -> Self {
        Self {
            read: Vec::new(),
            by_key: HashMap::new(),
            by_look: HashMap::new(),
            skeletons: Skeletons::new(),
        }
    }

    /// Keeps a row, unless its key or the look of its key is there already.
    pub(super) fn place(&mut self, row: Row, complaints: &mut Complaints) {
        if let Some(first) = self.by_key.get(&row.key).and_then(|index| self.read.get(*index)) {
            let same = first.values == row.values;
            complaints.error(
                || format!("`{}` stands in the file twice", shorten(&row.written)),
                |it| {
                    let it = it.at(row.spot, "here again").at(first.spot, "first seen here");
                    it.hint(if same {
                        "delete one of the two"
                    } else {
                        "they want different things; keep the right one"
                    })
                },
            );
            return;
        }
        let index = self.read.len();
        let look = self.skeletons.of(&row.key);
        let twin = self.by_look.get(&look).and_then(|index| self.read.get(*index));
        if let Some(twin) = twin {
            let message = || {
                format!(
                    "`{}` looks like `{}` and is not the same",
                    shorten(&row.written),
                    shorten(&twin.written)
                )
            };
            let labels =
                |it: crate::diag::Diagnostic| it.at(row.spot, "this one").at(twin.spot, "and this one");
            // In ASCII alone `1` and `l`, `rn` and `m` may well be two people; beyond it somebody is in disguise.
            if row.key.is_ascii() && twin.key.is_ascii() {
                complaints.note(message, |it| labels(it).hint("check that two people are meant"));
            } else {
                complaints.error(message, |it| labels(it).hint("keep the one that is meant"));
            }
        } else {
            self.by_look.insert(look, index);
        }
        self.by_key.insert(row.key.clone(), index);
        self.read.push(row);
    }
}
