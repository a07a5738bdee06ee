//! A list of people in a book: its columns, what its rows are where no table tells, and what of that cannot be.

use super::{Basis, Control};
use crate::diag::Diagnostic;
use crate::source::{At, Pairs, Several, Source};
use crate::words::State;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A list of people.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The page it is on.
    pub page: At<String>,
    /// A tab, filter or link of the page that is clicked before the list is read, unless it says that it is chosen already.
    pub tab: Option<At<String>>,
    /// Its columns: our name and the header the page shows.
    pub columns: Pairs<At<Column>>,
    /// What its rows, cells and headers are, when they are plain elements without the roles of a table.
    pub grid: Option<At<Grid>>,
    /// Where on the page it is, when its headers do not say enough.
    #[serde(rename = "in")]
    pub inside: Option<At<String>>,
    /// The control that leads to its next page; `${n}` in it is the number of that page. At most one of `next`, `more` and `scroll`.
    pub next: Option<At<Control>>,
    /// The control that loads more of it into the same page; it is clicked until it is gone or disabled.
    pub more: Option<At<Control>>,
    /// What is scrolled, step by step to its end, so that it shows all of its rows: `window`, or the control that is its box.
    pub scroll: Option<At<String>>,
    /// The app's own count, as a whole line of the page: `${n}` is the count, any other `${...}` a number that is ignored.
    #[serde(default)]
    pub count: Several<String>,
    /// What it says when it holds nobody.
    #[serde(default)]
    pub empty: Several<String>,
    /// An exact search: the page that shows only this person, or the field that narrows the list to them.
    pub find: Option<At<Find>>,
    /// The column that tells its rows apart, where it does not show what people are matched by; `detail` says the rest.
    pub key: Option<At<String>>,
    /// The column that stands for the key in rows that show none, so that they are read and counted; nobody is ever
    /// addressed by it.
    pub or_key: Option<At<String>>,
    /// The person's own page, where the list does not show everything.
    pub detail: Option<At<Detail>>,
    /// A second way to everybody, which the list is held against: a CSV file that the app gives away.
    pub export: Option<At<Export>>,
    /// The state of its people when it has no status column.
    pub holds: Option<At<State>>,
    /// Who says so.
    pub basis: Option<At<Basis>>,
}

/// An exact search of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Find {
    /// A page of the book with the person's key in its path.
    Page(String),
    /// A field of the list's own page.
    Field(FindField),
}

/// A field that narrows a list to the person whose key is typed into it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindField {
    /// The field.
    pub fill: String,
    /// What starts the search, where typing alone does not.
    pub click: Option<String>,
}

/// A file of everybody.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The control that gives it away; it commits nothing.
    pub click: At<String>,
    /// What it says of people: our name of the column, and its header in the file.
    pub columns: Pairs<At<String>>,
}

/// The page of one person, reached from their row.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// The control in the person's row that leads there; it commits nothing.
    pub open: At<String>,
    /// What the page shows of the person: our name of the column, and the control that holds it. A group of boxes holds the
    /// names of those that are ticked, a single box `on` or `off`.
    pub shows: Pairs<At<String>>,
}

/// A column of a list: its header, and the part of the cell that counts. One of the two at least.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// The header's text; `#2` is the second cell of a `grid` without headers.
    pub header: Option<String>,
    /// A CSS selector inside the cell; inside the row, when there is no header.
    pub css: Option<At<String>>,
    /// The cell shows an icon, and what a screen reader says of it counts.
    pub heard: bool,
}

impl List {
    /// The controls that lead on in it, which stand in the book without a name of their own.
    pub fn leading_on(&self) -> impl Iterator<Item = &At<Control>> {
        self.next.iter().chain(&self.more)
    }

    pub(super) fn codes(&self) -> Vec<&At<String>> {
        self.grid
            .iter()
            .flat_map(|grid| std::iter::once(&grid.rows).chain(&grid.cells).chain(&grid.headers))
            .chain(self.columns.iter().filter_map(|(_, column)| column.css.as_ref()))
            .collect()
    }

    /// The controls it names: where it is, what is scrolled, the tab it is on.
    pub fn controls(&self) -> impl Iterator<Item = &At<String>> {
        self.inside.iter().chain(self.scrolled_box()).chain(&self.tab)
    }

    /// What is scrolled, if it is a control and not the window.
    pub fn scrolled_box(&self) -> Option<&At<String>> {
        self.scroll.as_ref().filter(|scroll| scroll.value != "window")
    }
}

impl Column {
    /// What it is found by, for messages.
    pub fn words(&self) -> &str {
        self.header.as_deref().or(self.css.as_ref().map(|css| css.value.as_str())).unwrap_or_default()
    }
}

/// What the rows, cells and headers of a list are that is made of plain elements.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// A CSS selector of its rows, one for each person.
    pub rows: At<String>,
    /// A CSS selector of the cells in a row; without it the whole row is one cell.
    pub cells: Option<At<String>>,
    /// A CSS selector of the headers, as many as a row has cells; without it a column is named by its position, `#1` first.
    pub headers: Option<At<String>>,
}

/// What is wrong with the shape of a list: ways to go on that exclude each other, columns that nothing can find.
pub(super) fn shape(source: &Arc<Source>, name: &At<String>, list: &List, problems: &mut Vec<Diagnostic>) {
    let ways = [list.next.is_some(), list.more.is_some(), list.scroll.is_some()];
    if ways.into_iter().filter(|way| *way).count() > 1 {
        problems.push(
            Diagnostic::error(source, format!("list `{name}` goes on in more than one way"))
                .at(name.spot, "at most one of `next`, `more` and `scroll` belongs here"),
        );
    }
    // A page may show only some of the numbers, so a number that is not there is no proof of the end.
    if let Some(next) = list.next.as_ref().filter(|next| next.is_numbered() && list.count.is_empty()) {
        problems.push(
            Diagnostic::error(source, "pages that are found by their number need a `count`")
                .at(next.spot, "a number that is not shown does not say that the list ends"),
        );
    }
    let grid = list.grid.as_ref();
    let columns = || list.columns.iter().map(|(_, column)| column);
    if grid.is_none() && list.inside.is_none() && columns().all(|column| column.header.is_none()) {
        problems.push(
            Diagnostic::error(source, format!("no column of list `{name}` has a header"))
                .at(name.spot, "which table of the page is it?")
                .hint("say where it is with `in`, or what its rows are with `grid`"),
        );
    }
    if let Some(headers) = grid.filter(|grid| grid.cells.is_none()).and_then(|grid| grid.headers.as_ref()) {
        problems.push(
            Diagnostic::error(source, "`headers` head cells, and this grid has none")
                .at(headers.spot, "`cells` is missing"),
        );
    }
    let numbered =
        |header: &str| header.strip_prefix('#').is_some_and(|n| n.parse::<u16>().is_ok_and(|n| n > 0));
    if grid.is_some_and(|grid| grid.headers.is_none()) {
        for column in
            columns().filter(|column| column.header.as_deref().is_some_and(|header| !numbered(header)))
        {
            problems.push(
                Diagnostic::error(source, "a grid without `headers` has no such column")
                    .at(column.spot, "no header to find it by")
                    .hint("name the cell by its position, such as `\"#2\"`, or by `{ css: SELECTOR }` in the row"),
            );
        }
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Column;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a header, `{ header: TEXT, css: SELECTOR }` or `{ header: TEXT, heard: true }`")
            }
            fn visit_str<E>(self, header: &str) -> Result<Column, E> {
                Ok(Column { header: Some(header.to_owned()), ..Column::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Column, A::Error> {
                let part = ColumnPart::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                if part.css.is_none() && !(part.heard && part.header.is_some()) {
                    return Err(serde::de::Error::custom(
                        "`css` is missing, or `heard: true` beside a header",
                    ));
                }
                Ok(Column { header: part.header, css: part.css, heard: part.heard })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ColumnPart {
    /// The header's text; without it the part is looked for in the whole row.
    header: Option<String>,
    /// A CSS selector inside the cell.
    css: Option<At<String>>,
    /// The cell shows an icon, and what a screen reader says of it counts.
    #[serde(default)]
    heard: bool,
}

impl JsonSchema for Column {
    fn schema_name() -> Cow<'static, str> {
        "Column".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "The header's text, `{ header: TEXT, css: SELECTOR }` when only a part of the cell counts, `{ header: TEXT, heard: true }` when the cell shows an icon, or `{ css: SELECTOR }` where there is no header.",
            "anyOf": [{ "type": "string" }, generator.subschema_for::<ColumnPart>()]
        })
    }
}
