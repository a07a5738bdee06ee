//! Tables and grids in a snapshot: rows of cells and which columns they cover.

use super::walk::{Step, walk};
use scraper::{ElementRef, Html};

/// One cell and the columns it covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) element: ElementRef<'a>,
    /// A `th`, a `columnheader`, or any cell of a `thead`.
    pub(super) is_header: bool,
    pub(super) start: usize,
    pub(super) span: usize,
}

/// In which part of its table a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Head,
    Body,
    Foot,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) element: ElementRef<'a>,
    pub(super) section: Section,
    pub(super) cells: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    /// How many columns its cells cover.
    pub(super) fn width(&self) -> usize {
        self.cells.last().map_or(0, |cell| cell.start + cell.span)
    }

    /// The cells that stand in these columns.
    pub(super) fn covering(&self, start: usize, span: usize) -> impl Iterator<Item = &Cell<'a>> {
        self.cells.iter().filter(move |cell| cell.start < start + span && start < cell.start + cell.span)
    }
}

/// One table, its own rows only.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    /// The table around it.
    pub(super) parent: Option<usize>,
    /// Plain divs, which only their order makes columns.
    pub(super) is_plain: bool,
    pub(super) rows: Vec<Row<'a>>,
}

/// All tables of a snapshot in document order.
pub(super) fn grids(html: &Html) -> Vec<Grid<'_>> {
    let mut finder = Finder { grids: Vec::new(), frames: Vec::new(), kinds: Vec::new() };
    walk(html.root_element(), &mut |step| {
        match step {
            Step::Enter(element) => finder.enter(element),
            Step::Leave(_) => finder.leave(),
            Step::Text(_) => {}
        }
        true
    });
    finder.grids
}

/// What an element is to the table it stands in.
#[derive(Clone, Copy)]
enum Kind {
    Grid,
    Section,
    Row,
    Cell,
    Other,
}

/// Where in a table the walk is.
struct Frame<'a> {
    grid: usize,
    section: Section,
    in_row: bool,
    in_cell: bool,
    /// Header cells that reach down into the rows below, and how many rows are left to them.
    above: Vec<(usize, Cell<'a>)>,
    /// The same of the row at hand.
    below: Vec<(usize, Cell<'a>)>,
}

struct Finder<'a> {
    grids: Vec<Grid<'a>>,
    frames: Vec<Frame<'a>>,
    kinds: Vec<Kind>,
}

impl<'a> Finder<'a> {
    fn enter(&mut self, element: ElementRef<'a>) {
        let kind = self.kind(element);
        self.kinds.push(kind);
        match kind {
            Kind::Grid => {
                let parent = self.frames.last().map(|frame| frame.grid);
                let grid = self.grids.len();
                self.frames.push(Frame {
                    grid,
                    section: Section::Body,
                    in_row: false,
                    in_cell: false,
                    above: Vec::new(),
                    below: Vec::new(),
                });
                let is_plain = element.attr("data-grid").is_some();
                self.grids.push(Grid { parent, is_plain, rows: Vec::new() });
            }
            Kind::Row => self.row(element),
            Kind::Cell => self.cell(element),
            Kind::Section => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.section =
                        if element.value().name() == "thead" { Section::Head } else { Section::Foot };
                }
            }
            Kind::Other => {}
        }
    }

    fn leave(&mut self) {
        let kind = self.kinds.pop();
        if let Some(Kind::Grid) = kind {
            self.frames.pop();
        }
        let Some(frame) = self.frames.last_mut() else { return };
        match kind {
            Some(Kind::Row) => {
                frame.in_row = false;
                let row = self.grids.get_mut(frame.grid).and_then(|grid| grid.rows.last_mut());
                reach_down(frame, row);
            }
            Some(Kind::Cell) => frame.in_cell = false,
            Some(Kind::Section) => {
                frame.section = Section::Body;
                frame.above.clear();
            }
            _ => {}
        }
    }

    fn row(&mut self, element: ElementRef<'a>) {
        let Some(frame) = self.frames.last_mut() else { return };
        frame.in_row = true;
        if let Some(grid) = self.grids.get_mut(frame.grid) {
            grid.rows.push(Row { element, section: frame.section, cells: Vec::new() });
        }
    }

    fn cell(&mut self, element: ElementRef<'a>) {
        let Some(frame) = self.frames.last_mut() else { return };
        frame.in_cell = true;
        let Some(row) = self.grids.get_mut(frame.grid).and_then(|grid| grid.rows.last_mut()) else { return };
        let is_header = match element.attr("role") {
            Some(role) => role == "columnheader",
            None => element.value().name() == "th" || row.section == Section::Head,
        };
        let number = |name: &str| element.attr(name).and_then(|number| number.trim().parse::<usize>().ok());
        // Browsers themselves let no cell cover more than 1000 columns.
        let span = number("colspan").or_else(|| number("aria-colspan")).unwrap_or(1).clamp(1, 1000);
        // Where columns are not all on the page, a cell says which one it is in.
        let said =
            number("aria-colindex").filter(|index| (1..=100_000).contains(index)).map(|index| index - 1);
        let start = said.unwrap_or_else(|| if is_header { free(row, &frame.above) } else { row.width() });
        let cell = Cell { element, is_header, start, span };
        let rows = number("rowspan").unwrap_or(1).clamp(1, 1000);
        if is_header && rows > 1 {
            frame.below.push((rows - 1, cell));
        }
        row.cells.push(cell);
    }

    fn kind(&self, element: ElementRef<'a>) -> Kind {
        let name = element.value().name();
        let role = element.attr("role").map(|role| role.split_whitespace().next().unwrap_or_default());
        match role {
            Some("table" | "grid" | "treegrid") => return Kind::Grid,
            None if name == "table" => return Kind::Grid,
            _ => {}
        }
        let Some(frame) = self.frames.last().filter(|frame| !frame.in_cell) else { return Kind::Other };
        match (role, name) {
            (Some("row"), _) | (None, "tr") if !frame.in_row => Kind::Row,
            (Some("cell" | "gridcell" | "columnheader" | "rowheader"), _) | (None, "td" | "th")
                if frame.in_row =>
            {
                Kind::Cell
            }
            (_, "thead" | "tfoot") if !frame.in_row => Kind::Section,
            _ => Kind::Other,
        }
    }
}

/// The first column of a row of headers that no cell covers yet, neither its own nor one from a row above.
fn free<'a>(row: &Row<'a>, above: &[(usize, Cell<'a>)]) -> usize {
    let mut start = row.width();
    while let Some((_, cell)) =
        above.iter().find(|(_, cell)| (cell.start..cell.start + cell.span).contains(&start))
    {
        start = cell.start + cell.span;
    }
    start
}

/// At the end of a row of headers: those from the rows above that reach into it are headers of it, too.
fn reach_down<'a>(frame: &mut Frame<'a>, row: Option<&mut Row<'a>>) {
    let headers = row.filter(|row| !row.cells.is_empty() && row.cells.iter().all(|cell| cell.is_header));
    if let Some(row) = headers {
        row.cells.extend(frame.above.iter().map(|(_, cell)| *cell));
        row.cells.sort_by_key(|cell| cell.start);
    }
    frame.above.retain(|(left, _)| *left > 1);
    frame.above.iter_mut().for_each(|(left, _)| *left -= 1);
    frame.above.append(&mut frame.below);
}
