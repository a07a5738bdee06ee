//! One page of a list: its table found by its headers, its rows read into people.

use super::fold::{at_most, fold};
use super::grid::{Grid, Row, Section, grids};
use super::pieces::Pieces;
use super::strip::Spot;
use super::text::Text;
use super::unreadable::Unreadable;
use super::{Person, Shape, count, header, key, measure};
use scraper::{ElementRef, Html, Selector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So much of a row is kept to say which one it is.
const ROW_TEXT: usize = 200;
/// So many rows of a long list are parsed at a time.
const PIECE: usize = 500;
/// So much of a cell is kept as a value.
const CELL_TEXT: usize = 4096;

/// What one page of a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRead {
    /// The people.
    pub people: Vec<Person>,
    /// Rows whose key cell holds no key, as they are shown.
    pub keyless: Vec<String>,
    /// Rows whose key cell holds several keys, as they are shown.
    pub ambiguous: Vec<String>,
    /// Rows of one wide cell that are no people: headings, "Load more".
    pub others: Vec<String>,
    /// The app's own count, or all of them where it contradicts itself.
    pub count: Option<Result<u64, Vec<u64>>>,
    /// The page says that nobody is there.
    pub empty: bool,
    /// How it was read on from the page before.
    #[serde(default)]
    pub way: Way,
    /// Why it may not be read right, whatever the app counts.
    #[serde(default)]
    pub doubts: Vec<String>,
    /// Why its end may not be the list's; only the app's own count can tell.
    #[serde(default)]
    pub unsure: Vec<String>,
}

/// How a list goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Page after page; a list of one page, too.
    #[default]
    Paged,
    /// It was scrolled to its end.
    Scrolled,
    /// More of it was loaded until there was no more.
    Loaded,
    /// Several lists, which go on in different ways.
    Mixed,
}

/// What one row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowRead {
    /// Somebody.
    Person(Person),
    /// It shows no key.
    Keyless(String),
    /// It shows several keys.
    Ambiguous(String),
    /// One wide cell: a heading, a message.
    Other(String),
    /// More of the row above.
    Detail,
}

/// What stands on a page, row by row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) rows: Vec<(Option<Spot>, RowRead)>,
    pub(super) count: Option<Result<u64, Vec<u64>>>,
    pub(super) empty: bool,
}

impl PageRead {
    /// Rows in their order.
    pub(super) fn of(rows: impl IntoIterator<Item = RowRead>) -> Self {
        let mut page = Self::default();
        for row in rows {
            match row {
                RowRead::Person(person) => page.people.push(person),
                RowRead::Keyless(text) => page.keyless.push(text),
                RowRead::Ambiguous(text) => page.ambiguous.push(text),
                RowRead::Other(text) if text.is_empty() => page.others.push("(blank)".to_owned()),
                RowRead::Other(text) => page.others.push(text),
                RowRead::Detail => {}
            }
        }
        page
    }
}

/// A wanted column where it was found.
struct Place<'a> {
    name: &'a str,
    selector: Option<Selector>,
    heard: bool,
    start: usize,
    span: usize,
}

/// Reads one page: the snapshot's markup and the visible lines beside it.
pub fn read_page(shape: &Shape, html: &str, lines: &[String]) -> Result<PageRead, Unreadable> {
    let sheet = read_sheet(shape, html, lines)?;
    let rows = sheet.rows.into_iter().map(|(_, row)| row);
    Ok(PageRead { count: sheet.count, empty: sheet.empty, ..PageRead::of(rows) })
}

/// Reads one page row by row.
pub(super) fn read_sheet(shape: &Shape, html: &str, lines: &[String]) -> Result<Sheet, Unreadable> {
    read_in_pieces(shape, html, lines, PIECE)
}

/// Reads one page, so many rows of it at a time.
pub(super) fn read_in_pieces(
    shape: &Shape,
    html: &str,
    lines: &[String],
    rows: usize,
) -> Result<Sheet, Unreadable> {
    if !shape.columns.iter().any(|column| column.name == shape.key) {
        return Err(Unreadable::NoKeyColumn(shape.key.clone()));
    }
    if let Some(why) = measure::refuse(html) {
        return Err(Unreadable::Markup(why.to_owned()));
    }
    let mut read = Sheet { empty: lines.iter().any(|line| says_empty(shape, line)), ..Sheet::default() };
    let counts = count::find(&shape.count, lines);
    read.count = match counts.as_slice() {
        [] => None,
        [one] => Some(Ok(*one)),
        _ => Some(Err(counts)),
    };
    // The header must be known before the first row.
    let is_headed = |pieces: &Pieces<'_>| with_table(shape, &pieces.around(), |_, _, _| Ok(())).is_ok();
    if let Some(pieces) = Pieces::of(html, rows).filter(is_headed) {
        let mut widest = 0;
        for piece in pieces.each() {
            with_table(shape, &piece, |grid, _, _| {
                widest = widest.max(widest_of(grid));
                Ok(())
            })?;
        }
        for piece in pieces.each() {
            with_table(shape, &piece, |grid, header, places| {
                Table { shape, places, widest, read: &mut read }.read(grid, header)
            })?;
        }
        return Ok(read);
    }
    let whole = with_table(shape, html, |grid, header, places| {
        Table { shape, places, widest: widest_of(grid), read: &mut read }.read(grid, header)
    });
    match whole {
        // Many consoles take the table away when nobody is in it.
        Err(Unreadable::NoTable { .. }) if read.empty => Ok(read),
        whole => whole.map(|()| read),
    }
}

/// Parses markup and has its one table read.
fn with_table<'s>(
    shape: &'s Shape,
    html: &str,
    read: impl FnOnce(&Grid<'_>, usize, Vec<Place<'s>>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let document = Html::parse_fragment(html);
    let grids = grids(&document);
    let (grid, header, places) = table_of(shape, &grids)?;
    read(grid, header, places)
}

/// How many columns the widest row of a table covers.
fn widest_of(grid: &Grid<'_>) -> usize {
    let wide = grid.rows.iter().filter(|row| row.section == Section::Body && row.cells.len() > 1);
    wide.map(Row::width).max().unwrap_or_default()
}

fn says_empty(shape: &Shape, text: &str) -> bool {
    shape.empty.iter().any(|empty| count::is_as(empty, text))
}

/// The one table that has all columns, and its header row.
fn table_of<'s, 'g, 'a>(
    shape: &'s Shape,
    grids: &'g [Grid<'a>],
) -> Result<(&'g Grid<'a>, usize, Vec<Place<'s>>), Unreadable> {
    let wanted = || shape.columns.iter().filter_map(|column| column.header.clone()).collect::<Vec<_>>();
    let mut found: Option<(&'g Grid<'a>, usize, Vec<Place<'s>>)> = None;
    let mut tables = 0;
    let mut is_table = vec![false; grids.len()];
    for (index, grid) in grids.iter().enumerate() {
        // A table inside of a row of the table is a part of that row. Parents come before their children.
        let inside = grid.parent.and_then(|parent| is_table.get(parent).copied()).unwrap_or_default();
        let found_here = if inside { None } else { header::row_of(shape, grid)? };
        if let Some(slot) = is_table.get_mut(index) {
            *slot = inside || found_here.is_some();
        }
        if let Some((row, starts)) = found_here {
            tables += 1;
            let mut places = Vec::new();
            for (column, (start, span)) in shape.columns.iter().zip(starts) {
                let selector =
                    column.css.as_ref().map(|css| Selector::parse(css)).transpose().map_err(|_| {
                        Unreadable::BadCss {
                            column: column.name.clone(),
                            css: column.css.clone().unwrap_or_default(),
                        }
                    })?;
                places.push(Place { name: &column.name, selector, heard: column.heard, start, span });
            }
            found = Some((grid, row, places));
        }
    }
    if tables > 1 {
        return Err(Unreadable::SeveralTables { tables, wanted: wanted() });
    }
    found.ok_or_else(|| Unreadable::NoTable {
        wanted: wanted(),
        seen: grids.iter().take(5).map(header::seen).collect(),
    })
}

/// A table that is being read, or a piece of one.
struct Table<'s, 'r> {
    shape: &'s Shape,
    places: Vec<Place<'s>>,
    /// Of the whole table.
    widest: usize,
    read: &'r mut Sheet,
}

impl Table<'_, '_> {
    fn read(mut self, grid: &Grid<'_>, header: usize) -> Result<(), Unreadable> {
        let columns = grid.rows.get(header).map_or(0, Row::width);
        let widest = self.widest;
        for (index, row) in grid.rows.iter().enumerate() {
            if row.element.attr("data-part") == Some("cut") {
                // It says more than any row of people does, so nobody can say whom it shows.
                let read = RowRead::Ambiguous("a row too long to be read".to_owned());
                self.read.rows.push((Spot::of(row.element), read));
                continue;
            }
            let aside = row.section != Section::Body || row.cells.is_empty() || index == header;
            let above = header != header::NONE && index < header;
            if aside || header::is_header(self.shape, row, above) {
                continue;
            }
            let read = if row.element.attr("data-part") == Some("detail") {
                // What a row shows of itself when it is expanded is no other row.
                Some(RowRead::Detail)
            } else if row.cells.len() == 1 && columns.max(widest) > 1 {
                self.single(row)
            } else if row.width() < widest || (grid.is_plain && columns > 0 && row.width() != columns) {
                // A cell that reaches over from the row above pushes the others aside, and plain divs are in one order only
                // where a row has as many as there are headers: nothing here stands where it should.
                Some(RowRead::Keyless(row_text(row)))
            } else {
                Some(self.row(row)?)
            };
            self.read.rows.extend(read.map(|read| (Spot::of(row.element), read)));
        }
        Ok(())
    }

    /// A row of one wide cell is a heading or a message, unless somebody's address is in it.
    fn single(&mut self, row: &Row<'_>) -> Option<RowRead> {
        let text = row_text(row);
        if says_empty(self.shape, &text) {
            self.read.empty = true;
            None
        } else if text.contains('@') {
            Some(RowRead::Keyless(text))
        } else {
            Some(RowRead::Other(text))
        }
    }

    fn row(&self, row: &Row<'_>) -> Result<RowRead, Unreadable> {
        let mut columns = BTreeMap::new();
        let mut found = key::Read::None;
        for place in &self.places {
            let (text, parts) = cell_text(row, place);
            if place.name == self.shape.key {
                found = key::read(&text, place.name != "email", parts);
            }
            columns.insert(place.name.to_owned(), at_most(&text.apart(), CELL_TEXT));
        }
        let instead = self.shape.or_key.as_ref().and_then(|column| columns.get(column));
        match (found, instead) {
            (key::Read::One(shown), _) => self.person(row, shown, columns).map(RowRead::Person),
            (key::Read::None, Some(name)) if !name.is_empty() => {
                self.person(row, name.clone(), columns.clone()).map(RowRead::Person)
            }
            (key::Read::None, _) => Ok(RowRead::Keyless(row_text(row))),
            (key::Read::Ambiguous, _) => Ok(RowRead::Ambiguous(row_text(row))),
        }
    }

    fn person(
        &self,
        row: &Row<'_>,
        shown: String,
        columns: BTreeMap<String, String>,
    ) -> Result<Person, Unreadable> {
        let state = self.shape.state(columns.get("status").map(String::as_str))?;
        let detail = row.element.attr("data-detail").map(str::to_owned);
        Ok(Person { key: fold(&shown), shown, columns, state, list: self.shape.list.clone(), detail })
    }
}

/// The text of a column's cell, or of the parts that its CSS means, and how many those are.
fn cell_text(row: &Row<'_>, place: &Place<'_>) -> (Text, usize) {
    let mut text = Text::default();
    let mut parts = 0;
    if place.heard {
        let heard = row.covering(place.start, place.span).filter_map(|cell| cell.element.attr("data-heard"));
        return (Text::plain(&heard.collect::<Vec<_>>().join(" ")), 1);
    }
    for cell in row.covering(place.start, place.span) {
        let Some(selector) = &place.selector else {
            text.add(cell.element);
            parts += 1;
            continue;
        };
        let mut last: Option<ElementRef<'_>> = None;
        // A part that may stand anywhere in the row may be a whole cell.
        let whole = place.span == header::ANYWHERE.1 && selector.matches(&cell.element);
        let parts_inside = if whole { Vec::new() } else { cell.element.select(selector).collect() };
        for part in whole.then_some(cell.element).into_iter().chain(parts_inside) {
            // What is inside of a part is said with it.
            let inside = last.is_some_and(|last| part.ancestors().any(|around| around.id() == last.id()));
            if !inside {
                text.add(part);
                parts += 1;
                last = Some(part);
            }
        }
    }
    (text, parts)
}

/// A row as it is shown, shortened.
fn row_text(row: &Row<'_>) -> String {
    let mut text = Text::default();
    row.cells.iter().for_each(|cell| text.add(cell.element));
    at_most(&text.apart(), ROW_TEXT)
}
