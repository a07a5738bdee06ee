//! The rows: keys that hold, values that fit, and nobody twice.

use super::address::{Wrong, wrong_email, wrong_username};
use super::clean::{self, folded, near, shorten};
use super::complaints::Complaints;
use super::header::Use;
use super::place::of_character;
use super::table::{Cell, Record, Table};
use super::unique::Unique;
use super::{Column, Key, Row, Wants};
use crate::diag::{Spot, listed};
use crate::safe::from_inert;
use crate::source::Source;
use std::collections::BTreeMap;

/// Reads every record into a row; those without a key that holds are complained about and left out.
pub(super) fn read(
    source: &Source,
    table: &Table,
    uses: &[Use],
    wants: &Wants,
    complaints: &mut Complaints,
) -> Vec<Row> {
    if table.records.is_empty() {
        let spot = table.columns.first().map(|(_, spot)| *spot).unwrap_or_default();
        complaints.error(
            || "there are no people in the file".to_owned(),
            |it| {
                if spot.line > 0 {
                    it.at(spot, "the columns are named here, and nothing follows")
                } else {
                    it
                }
            },
        );
        return Vec::new();
    }
    let has_key = uses.contains(&Use::Key);
    let mut rows = Rows {
        text: &source.text,
        is_sheet: table.is_sheet,
        uses,
        needed: needed(uses, wants),
        wants,
        complaints,
        unique: Unique::new(),
    };
    for record in &table.records {
        rows.record(record, has_key);
    }
    rows.unique.read
}

/// The required columns and where they stand: found once, because a file may be wide and long.
fn needed<'a>(uses: &[Use], wants: &'a Wants) -> Vec<(usize, &'a Column)> {
    let wanted = uses.iter().enumerate().filter_map(|(at, purpose)| match purpose {
        Use::Wanted(index) => Some((at, wants.columns.get(*index)?)),
        _ => None,
    });
    wanted.filter(|(_, column)| column.required).collect()
}

struct Rows<'a> {
    text: &'a str,
    is_sheet: bool,
    uses: &'a [Use],
    needed: Vec<(usize, &'a Column)>,
    wants: &'a Wants,
    complaints: &'a mut Complaints,
    unique: Unique,
}

impl Rows<'_> {
    fn record(&mut self, record: &Record, has_key: bool) {
        let mut key = None;
        let mut values = BTreeMap::new();
        let mut spots = BTreeMap::new();
        for cell in &record.cells {
            match self.uses.get(cell.column).copied().unwrap_or(Use::Unused) {
                Use::Key => key = Some(cell),
                Use::Wanted(index) => {
                    if let Some((column, value)) = self.wanted(index, cell) {
                        spots.insert(column.clone(), cell.spot);
                        values.insert(column, value);
                    }
                }
                Use::Record(name) if !name.is_empty() => {
                    let value = clean::value(&cell.text);
                    if !value.is_empty() {
                        values.insert(name.to_owned(), value);
                        spots.insert(name.to_owned(), cell.spot);
                    }
                }
                _ => {}
            }
        }
        self.required(record);
        let spot = key.map_or(record.spot, |cell| cell.spot);
        let Some((key, written)) = has_key.then(|| self.key(key, spot)).flatten() else { return };
        let row = Row { line: record.spot.line, key, written, values, spot, spots };
        self.unique.place(row, self.complaints);
    }

    /// The key, folded and as it was written; complained about unless it holds.
    fn key(&mut self, cell: Option<&Cell>, spot: Spot) -> Option<(String, String)> {
        let column = self.wants.key.column();
        let (written, hidden) = clean::key(cell.map_or("", |cell| cell.text.as_str()));
        if written.is_empty() {
            self.complaints
                .error(|| format!("there is no `{column}` here"), |it| it.at(spot, "nothing here"));
            return None;
        }
        if let Some(hidden) = hidden {
            let place = of_character(self.text, spot, hidden);
            self.complaints.note(
                || {
                    format!(
                        "an invisible character, U+{:04X}, was removed from `{}`",
                        u32::from(hidden),
                        shorten(&written)
                    )
                },
                |it| it.at(place, "it stood here"),
            );
        }
        let wrong = match self.wants.key {
            Key::Email => wrong_email(&written),
            Key::Username => wrong_username(&written),
        };
        if let Some(wrong) = wrong {
            self.wrong(wrong, spot);
            return None;
        }
        Some((written.to_lowercase(), written))
    }

    fn wrong(&mut self, wrong: Wrong, spot: Spot) {
        let place = wrong.character.map_or(spot, |letter| of_character(self.text, spot, letter));
        self.complaints.error(|| wrong.message, |it| it.at(place, wrong.label).hint_if(wrong.hint));
    }

    /// A wanted value under its column's name; an option is spelled as the script spells it.
    fn wanted(&mut self, index: usize, cell: &Cell) -> Option<(String, String)> {
        let column = self.wants.columns.get(index)?;
        let mut value = clean::value(&cell.text);
        if self.is_sheet {
            // So is written what no spreadsheet is to calculate, also by usher itself. A key keeps its apostrophe: it may be its own.
            value = from_inert(&value);
        }
        if value.is_empty() {
            return None;
        }
        let bad = |letter: char| {
            (letter.is_control() && letter != '\n' && letter != '\r' && letter != '\t')
                || clean::is_reordering(letter)
        };
        if let Some(letter) = value.chars().find(|letter| bad(*letter)) {
            let place = of_character(self.text, cell.spot, letter);
            self.complaints.error(
                || {
                    format!(
                        "the value of `{}` holds a control character, U+{:04X}",
                        column.name,
                        u32::from(letter)
                    )
                },
                |it| it.at(place, "in here"),
            );
            return None;
        }
        if column.options.is_empty() {
            if column.name.eq_ignore_ascii_case("email")
                && let Some(wrong) = wrong_email(&value)
            {
                self.wrong(wrong, cell.spot);
            }
            return Some((column.name.clone(), value));
        }
        if let Some(value) = chosen(&column.options, &value) {
            return Some((column.name.clone(), value));
        }
        self.complaints.error(
            || format!("`{}` is not one of the values of `{}`", shorten(&value), column.name),
            |it| {
                let options = column.options.iter().map(String::as_str);
                let known = listed(options.clone());
                let hint = match near(&value, options) {
                    Some(near) => format!("did you mean `{near}`? the values are {known}"),
                    None => format!("the values are {known}"),
                };
                it.at(cell.spot, "not one of them").hint(hint)
            },
        );
        None
    }

    /// Complains about required cells that are empty or not there; a column that is missing altogether was said before.
    fn required(&mut self, record: &Record) {
        for (at, column) in &self.needed {
            let cell = record.cells.iter().find(|cell| cell.column == *at);
            if cell.is_some_and(|cell| !clean::is_blank(&cell.text)) {
                continue;
            }
            let spot = cell.map_or(record.spot, |cell| cell.spot);
            self.complaints.error(|| missing(column), |it| it.at(spot, "nothing here"));
        }
    }
}

/// One of the options, or several of them parted by `;`, for a choice of several; written as the options are.
fn chosen(options: &[String], value: &str) -> Option<String> {
    let option = |value: &str| {
        let meant = folded(value);
        let alike = || options.iter().find(|option| folded(option) == meant);
        options.iter().find(|option| *option == value).or_else(alike)
    };
    if let Some(option) = option(value) {
        return Some(option.clone());
    }
    let parts: Option<Vec<&str>> =
        value.split(';').map(|part| option(part.trim()).map(String::as_str)).collect();
    parts.map(|parts| parts.join("; "))
}

fn missing(column: &Column) -> String {
    format!("there is no `{}` here", column.name)
}
