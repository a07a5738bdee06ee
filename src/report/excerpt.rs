//! A few lines of a file the run was made from, with the place that matters marked.

use crate::journal::PlaceRef;
use crate::plan::Plan;

/// Lines shown above the one that matters, and below it.
const ABOVE: u32 = 2;
const BELOW: u32 = 1;

/// Some lines of a script or a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt<'a> {
    /// The file's name.
    pub(super) file: &'a str,
    /// The line that matters, from 1.
    pub(super) line: u32,
    /// The column, from 1.
    pub(super) column: u32,
    /// How many characters are meant.
    pub(super) length: usize,
    /// Lines by number.
    pub(super) lines: Vec<(u32, &'a str)>,
}

impl Excerpt<'_> {
    /// `file:line:column`.
    pub(super) fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }

    /// Characters before the marked ones.
    pub(super) fn indent(&self) -> usize {
        self.column.saturating_sub(1) as usize
    }

    /// Columns the line numbers need.
    pub(super) fn gutter(&self) -> usize {
        self.lines.last().map_or(1, |(number, _)| number.to_string().len())
    }
}

/// The lines round a place; none when the plan does not hold the file or the line.
pub(super) fn excerpt<'a>(plan: &'a Plan, place: &PlaceRef) -> Option<Excerpt<'a>> {
    let input = plan.inputs.iter().find(|input| input.name == place.file)?;
    around(&input.name, &input.text, place)
}

/// The lines round a place of a text.
pub(super) fn around<'a>(name: &'a str, text: &'a str, place: &PlaceRef) -> Option<Excerpt<'a>> {
    let all: Vec<&str> = text.lines().collect();
    let wanted = all.get(place.line.checked_sub(1)? as usize)?;
    let column = place.column.max(1);
    let first = place.line.saturating_sub(ABOVE).max(1);
    let last = place.line.saturating_add(BELOW);
    let lines = (first..=last)
        .filter_map(|number| all.get(number as usize - 1).map(|text| (number, text.trim_end())))
        .collect();
    Some(Excerpt { file: name, line: place.line, column, length: word(wanted, column), lines })
}

/// How many characters belong to what stands at a column: up to the end of its word, at least one.
fn word(line: &str, column: u32) -> usize {
    let rest = line.chars().skip(column as usize - 1);
    let ends = |character: &char| !matches!(character, ',' | '}' | ']' | '#' | ' ');
    rest.take_while(ends).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn shows_the_place_and_its_neighbours() {
        let plan = sample::plan();
        let place = PlaceRef { file: sample::SCRIPT_NAME.to_owned(), line: 10, column: 15 };
        let found = excerpt(&plan, &place).unwrap();
        assert_eq!(found.lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [8, 9, 10, 11]);
        assert_eq!((found.length, found.gutter()), ("role_select:".len(), 2));
        assert_eq!(excerpt(&plan, &PlaceRef { line: 900, ..place.clone() }), None);
        assert_eq!(excerpt(&plan, &PlaceRef { line: 0, ..place.clone() }), None);
        assert_eq!(excerpt(&plan, &PlaceRef { file: "other.yaml".to_owned(), ..place }), None);
    }
}
