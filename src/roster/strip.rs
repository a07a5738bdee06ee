//! A list that is read in overlapping stretches - scrolled, or loaded bit by bit - put together by where its rows stand.
//!
//! A row that is in two stretches must count once, and two rows with one key must stay two. So rows are never told apart by
//! what they say, only by their number in the list or by their place on the page; what contradicts that makes the list doubtful.

use super::fold::at_most;
use super::page::{PageRead, RowRead, Sheet, Way, read_sheet};
use super::{Shape, Unreadable};
use scraper::ElementRef;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many pixels may a row stand elsewhere and still be the same; rows are several times as high.
const TOLERANCE: i64 = 4;

/// Doubts of one kind that are told; the first ones say it all.
const MOST_DOUBTS: usize = 3;

/// Where a row stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Its number, where the page tells it.
    index: Option<u64>,
    left: i64,
    top: i64,
    height: i64,
}

impl Spot {
    /// What the snapshot says of a row: `data-at` in pixels of everything that can be scrolled to, and `aria-rowindex`.
    pub(super) fn of(row: ElementRef<'_>) -> Option<Self> {
        let mut sides = row.attr("data-at")?.split(',').map(|side| side.parse().ok());
        let mut side = || sides.next().flatten();
        let (left, top, height) = (side()?, side()?, side()?);
        let index = row.attr("aria-rowindex").and_then(|index| index.parse().ok());
        Some(Self { index, left, top, height })
    }

    fn is_at(&self, other: &Self) -> bool {
        (self.left - other.left).abs() <= TOLERANCE && (self.top - other.top).abs() <= TOLERANCE
    }
}

/// What a stretch of a list showed besides its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// Rows on the page that were told before and stand as they stood.
    pub known: u64,
    /// How far down the list's box reaches, where the page tells it.
    pub bottom: Option<i64>,
    /// The number of the list's last row, where the page tells it.
    pub last: Option<u64>,
}

/// What a stretch brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// The people who are new in it, or stand otherwise than before, by their keys.
    pub keys: Vec<String>,
    /// How many rows were told in it.
    pub rows: usize,
}

/// A row of the strip.
#[derive(Debug)]
struct Seen {
    spot: Spot,
    read: RowRead,
}

/// A list as far as it has been read.
#[derive(Debug, Default)]
pub struct Strip {
    rows: Vec<Seen>,
    by_top: BTreeMap<i64, Vec<usize>>,
    by_index: HashMap<u64, usize>,
    by_key: HashMap<String, Vec<usize>>,
    counts: BTreeSet<u64>,
    empty: bool,
    doubts: Vec<String>,
    unsure: Vec<String>,
    /// How many rows were on the page in the last stretch.
    there: u64,
    bottom: Option<i64>,
    last: Option<u64>,
    stretches: u32,
    /// By how much everything stands further to the right and lower on the page now than in the strip.
    offset: (i64, i64),
}

impl Strip {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows have been read.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No row has been read.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As many rows have been read as the app counts, and nothing speaks against them.
    pub fn is_counted(&self) -> bool {
        let rows =
            self.rows.iter().filter(|row| !matches!(row.read, RowRead::Other(_) | RowRead::Detail)).count()
                as u64;
        self.doubts.is_empty() && self.counts.len() == 1 && self.counts.first() == Some(&rows)
    }

    /// Reads one more stretch and lays it where it belongs.
    pub fn add(
        &mut self,
        shape: &Shape,
        html: &str,
        lines: &[String],
        edges: Edges,
    ) -> Result<Brought, Unreadable> {
        let sheet = read_sheet(shape, html, lines)?;
        self.note(&sheet);
        // What only takes up the room of rows that are elsewhere is no row.
        let is_row = |read: &RowRead| !matches!(read, RowRead::Other(text) if text.is_empty());
        let mut rows: Vec<(Spot, RowRead)> = Vec::new();
        for (spot, read) in sheet.rows.into_iter().filter(|(_, read)| is_row(read)) {
            match spot {
                Some(spot) => rows.push((spot, read)),
                None => self.doubt(format!("the page does not tell where the row `{}` stands", words(&read))),
            }
        }
        let key =
            |read: &RowRead| if let RowRead::Person(person) = read { Some(person.key.clone()) } else { None };
        let brought =
            Brought { keys: rows.iter().filter_map(|(_, read)| key(read)).collect(), rows: rows.len() };
        self.follow(&rows, edges.known);
        let (right, down) = self.offset;
        self.there = edges.known + rows.len() as u64;
        self.bottom = edges.bottom.map(|bottom| bottom - down);
        self.last = edges.last;
        self.stretches += 1;
        for (mut spot, read) in rows {
            spot.left -= right;
            spot.top -= down;
            self.lay(Seen { spot, read });
        }
        Ok(brought)
    }

    /// Something that speaks against the list.
    pub fn doubt(&mut self, why: impl Into<String>) {
        let why = why.into();
        if self.doubts.len() < MOST_DOUBTS && !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }

    /// Something speaks against it.
    pub fn is_doubted(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// Something that speaks against its being whole, unless the app's own count says so.
    pub fn unsure(&mut self, why: &str) {
        if !self.unsure.iter().any(|known| known == why) {
            self.unsure.push(why.to_owned());
        }
    }

    fn note(&mut self, sheet: &Sheet) {
        self.empty |= sheet.empty;
        match &sheet.count {
            Some(Ok(count)) => {
                self.counts.insert(*count);
            }
            Some(Err(several)) => self.counts.extend(several),
            None => {}
        }
    }

    /// Finds out whether everything stands elsewhere than before, because something above the list or a scroll bar came or
    /// went. It is told from people who are in both stretches, once in each. Whoever stands elsewhere than the others say is a
    /// second row with the same key, or has changed places; then somebody else stands where they stood, which is doubted there.
    fn follow(&mut self, rows: &[(Spot, RowRead)], known: u64) {
        let numbered = rows.iter().all(|(spot, _)| spot.index.is_some());
        if self.stretches == 0 || known > 0 || numbered {
            return;
        }
        let mut once: HashMap<&str, Option<Spot>> = HashMap::new();
        for (spot, read) in rows {
            if let RowRead::Person(person) = read {
                once.entry(&person.key).and_modify(|known| *known = None).or_insert(Some(*spot));
            }
        }
        let (mut right, mut down) = (Vec::new(), Vec::new());
        for (key, spot) in once {
            if let (Some(spot), Some([before])) = (spot, self.by_key.get(key).map(Vec::as_slice))
                && let Some(Seen { spot: before, .. }) = self.rows.get(*before)
            {
                right.push(spot.left - before.left - self.offset.0);
                down.push(spot.top - before.top - self.offset.1);
            }
        }
        if down.is_empty() {
            self.doubt("two parts of the list do not overlap, so what is between them is not known");
        }
        if let (Some(right), Some(down)) = (agreed(&right), agreed(&down)) {
            self.offset = (self.offset.0 + right, self.offset.1 + down);
        } else {
            self.doubt("rows changed places while the list was read");
        }
    }

    fn lay(&mut self, seen: Seen) {
        let Some(at) = self.at(&seen.spot) else { return self.push(seen) };
        let Some(known) = self.rows.get_mut(at) else { return };
        match (&known.read, &seen.read) {
            (RowRead::Person(one), RowRead::Person(other)) if one.key == other.key => known.read = seen.read,
            (RowRead::Person(one), RowRead::Person(other)) => {
                let (one, other) = (at_most(&one.shown, 100), at_most(&other.shown, 100));
                self.doubt(format!(
                    "where `{one}` stood, `{other}` stood later: the list moved while it was read"
                ));
                self.push(seen);
            }
            // What was filled in later is what is there; what was there and is not filled in now has been seen.
            (RowRead::Person(_), _) => {}
            (_, RowRead::Person(person)) => {
                self.by_key.entry(person.key.clone()).or_default().push(at);
                known.read = seen.read;
            }
            _ => known.read = seen.read,
        }
    }

    fn at(&self, spot: &Spot) -> Option<usize> {
        if let Some(index) = spot.index {
            return self.by_index.get(&index).copied();
        }
        let near = self.by_top.range(spot.top - TOLERANCE..=spot.top + TOLERANCE).flat_map(|(_, at)| at);
        near.copied().find(|at| self.rows.get(*at).is_some_and(|row| row.spot.is_at(spot)))
    }

    fn push(&mut self, seen: Seen) {
        let at = self.rows.len();
        if let RowRead::Person(person) = &seen.read {
            self.by_key.entry(person.key.clone()).or_default().push(at);
        }
        match seen.spot.index {
            Some(index) => {
                self.by_index.entry(index).or_insert(at);
            }
            None => self.by_top.entry(seen.spot.top).or_default().push(at),
        }
        self.rows.push(seen);
    }

    /// The whole list as one page of it, its rows in order.
    pub fn end(mut self, way: Way) -> PageRead {
        self.rows.sort_by_key(|row| (row.spot.index, row.spot.top, row.spot.left));
        let mut unsure = self.room();
        unsure.append(&mut self.unsure);
        let count = match self.counts.len() {
            0 => None,
            1 => self.counts.first().copied().map(Ok),
            _ => Some(Err(self.counts.into_iter().collect())),
        };
        // A heading that stays in view while its people are scrolled is met in many places.
        let mut others = BTreeSet::new();
        let read = self.rows.into_iter().map(|row| row.read);
        let read = read.filter(|read| !matches!(read, RowRead::Other(text) if !others.insert(text.clone())));
        PageRead { count, empty: self.empty, way, doubts: self.doubts, unsure, ..PageRead::of(read) }
    }

    /// Where rows could be that were never shown.
    fn room(&self) -> Vec<String> {
        let mut unsure = Vec::new();
        let lowest = self.rows.iter().map(|row| row.spot.height).filter(|height| *height > TOLERANCE).min();
        let Some(lowest) = lowest else { return unsure };
        let room = |free: i64| free >= lowest - TOLERANCE;
        // Where all rows are on the page at once, none can be hidden between them.
        if self.there != self.rows.len() as u64 {
            let mut reached: Option<(i64, Option<u64>)> = None;
            for Seen { spot, read } in &self.rows {
                let gap = reached.is_some_and(|(bottom, index)| match (index, spot.index) {
                    (Some(index), Some(next)) => next > index + 1,
                    _ => room(spot.top - bottom),
                });
                if gap {
                    unsure.push(format!(
                        "there is room for rows before `{}` that were never shown",
                        words(read)
                    ));
                    break;
                }
                let bottom = reached.map_or(i64::MIN, |(bottom, _)| bottom).max(spot.top + spot.height);
                reached = Some((bottom, spot.index));
            }
        }
        let last = self.rows.iter().map(|row| row.spot.index).collect::<Option<Vec<_>>>();
        if let (Some(last), Some(said)) = (last.and_then(|all| all.into_iter().max()), self.last) {
            if last < said {
                unsure
                    .push(format!("the page numbers {said} rows, and {last} is the last one that was shown"));
            }
            return unsure;
        }
        let bottom = self.rows.iter().map(|row| row.spot.top + row.spot.height).max();
        if let (Some(rows), Some(list)) = (bottom, self.bottom)
            && room(list - rows)
        {
            unsure.push("there is room for rows below the last one that was shown".to_owned());
        }
        unsure
    }
}

/// What most of these agree on; nothing having moved wins a tie, and nothing else does.
fn agreed(shifts: &[i64]) -> Option<i64> {
    let mut sorted = shifts.to_vec();
    sorted.sort_unstable();
    let agree = |shift: i64| {
        let below = sorted.partition_point(|other| *other < shift - TOLERANCE);
        sorted.partition_point(|other| *other <= shift + TOLERANCE) - below
    };
    let still = agree(0);
    let most = sorted.iter().copied().max_by_key(|shift| agree(*shift));
    let Some(shift) = most.filter(|shift| agree(*shift) > still) else { return Some(0) };
    let rival = sorted.iter().any(|other| (other - shift).abs() > TOLERANCE && agree(*other) == agree(shift));
    (!rival).then_some(shift)
}

fn words(read: &RowRead) -> String {
    match read {
        RowRead::Person(person) => at_most(&person.shown, 100),
        RowRead::Keyless(text) | RowRead::Ambiguous(text) | RowRead::Other(text) => at_most(text, 100),
        RowRead::Detail => "the details of a row".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::{ColumnShape, State};
    use std::fmt::Write as _;

    fn shape() -> Shape {
        let column = |name: &str| ColumnShape {
            name: name.to_lowercase(),
            header: Some(name.to_owned()),
            css: None,
            heard: false,
        };
        Shape {
            list: "people".to_owned(),
            key: "email".to_owned(),
            or_key: None,
            columns: vec![column("Name"), column("Email")],
            count: vec!["${n} people".to_owned()],
            empty: Vec::new(),
            states: Vec::new(),
            otherwise: State::Active,
        }
    }

    /// Rows of people, each 40 pixels high: place, number in the list or none, key.
    fn html(rows: &[(i64, Option<u64>, &str)]) -> String {
        let mut html = "<table><thead><tr><th>Name</th><th>Email</th></tr></thead><tbody>".to_owned();
        for (top, index, key) in rows {
            let index = index.map_or_else(String::new, |index| format!(" aria-rowindex={index}"));
            let _ = match *key {
                "spacer" => write!(html, "<tr data-at='0,{top},4000'><td colspan=2></td></tr>"),
                "detail" => {
                    write!(html, "<tr data-at='0,{top},40' data-part=detail><td colspan=2>x@y.test</td></tr>")
                }
                key => write!(html, "<tr data-at='0,{top},40'{index}><td>-</td><td>{key}</td></tr>"),
            };
        }
        html + "</tbody></table>"
    }

    fn add(strip: &mut Strip, known: u64, rows: &[(i64, Option<u64>, &str)]) -> Brought {
        strip.add(&shape(), &html(rows), &[], Edges { known, bottom: None, last: None }).unwrap()
    }

    fn keys(page: &PageRead) -> Vec<&str> {
        page.people.iter().map(|person| person.key.split('@').next().unwrap_or_default()).collect()
    }

    const A: (i64, Option<u64>, &str) = (0, None, "a@x.test");
    const B: (i64, Option<u64>, &str) = (40, None, "b@x.test");
    const C: (i64, Option<u64>, &str) = (80, None, "c@x.test");

    #[test]
    fn a_row_in_two_stretches_is_one_and_two_rows_with_one_key_are_two() {
        let mut strip = Strip::new();
        assert_eq!(add(&mut strip, 0, &[A, B]).keys, ["a@x.test", "b@x.test"]);
        // A pixel or two are nothing; the same key further down is another row.
        add(&mut strip, 0, &[(42, None, "b@x.test"), C, (120, None, "a@x.test")]);
        let page = strip.end(Way::Scrolled);
        assert_eq!(keys(&page), ["a", "b", "c", "a"]);
        assert!(page.doubts.is_empty() && page.unsure.is_empty(), "{page:?}");
    }

    #[test]
    fn what_came_above_the_list_moves_all_of_it() {
        let mut strip = Strip::new();
        add(&mut strip, 0, &[A, B, C]);
        add(
            &mut strip,
            0,
            &[(40 + 77, None, "b@x.test"), (80 + 77, None, "c@x.test"), (120 + 77, None, "d@x.test")],
        );
        // What stands still from then on stands there; and a scroll bar that comes moves it sideways.
        add(&mut strip, 2, &[(160 + 77, None, "e@x.test")]);
        let html = html(&[(160 + 77, None, "e@x.test"), (200 + 77, None, "b@x.test")]).replace("'0,", "'8,");
        strip.add(&shape(), &html, &[], Edges::default()).unwrap();
        let page = strip.end(Way::Scrolled);
        assert_eq!(keys(&page), ["a", "b", "c", "d", "e", "b"]);
        assert!(page.doubts.is_empty() && page.unsure.is_empty(), "{page:?}");
    }

    #[test]
    fn what_cannot_be_laid_together_is_doubted() {
        let doubts = |second: &[(i64, Option<u64>, &str)]| {
            let mut strip = Strip::new();
            add(&mut strip, 0, &[A, B, C]);
            add(&mut strip, 0, second);
            strip.end(Way::Scrolled).doubts.join("; ")
        };
        assert_eq!(doubts(&[B, C, (120, None, "d@x.test")]), "");
        assert!(doubts(&[(200, None, "d@x.test")]).contains("do not overlap"));
        // One row went up, another one down.
        assert!(doubts(&[(40, None, "c@x.test"), (80, None, "b@x.test")]).contains("changed places"));
        assert!(
            doubts(&[B, (80, None, "z@x.test")]).contains("where `c@x.test` stood, `z@x.test` stood later")
        );
        let mut numbered = Strip::new();
        add(&mut numbered, 0, &[(0, Some(2), "a@x.test"), (40, Some(3), "b@x.test")]);
        add(&mut numbered, 0, &[(0, Some(3), "z@x.test")]);
        let page = numbered.end(Way::Scrolled);
        assert_eq!(keys(&page), ["a", "z", "b"]);
        assert!(page.doubts.join("").contains("where `b@x.test` stood"), "{page:?}");
    }

    #[test]
    fn numbers_are_believed_before_places() {
        let mut strip = Strip::new();
        add(&mut strip, 0, &[(0, Some(2), "a@x.test"), (40, Some(3), "b@x.test")]);
        // Measured anew, the rows stand elsewhere.
        add(&mut strip, 0, &[(90, Some(3), "b@x.test"), (130, Some(4), "b@x.test")]);
        let page = strip.end(Way::Scrolled);
        assert_eq!(keys(&page), ["a", "b", "b"]);
        assert!(page.doubts.is_empty() && page.unsure.is_empty(), "{page:?}");
    }

    #[test]
    fn room_for_rows_that_were_never_shown_is_told() {
        let mut strip = Strip::new();
        add(&mut strip, 0, &[A, B]);
        add(&mut strip, 1, &[(160, None, "e@x.test")]);
        let told = strip.end(Way::Scrolled).unsure.join("; ");
        assert_eq!(told, "there is room for rows before `e@x.test` that were never shown");
        let mut numbered = Strip::new();
        add(&mut numbered, 0, &[(0, Some(2), "a@x.test")]);
        add(&mut numbered, 0, &[(40, Some(4), "b@x.test")]);
        assert!(numbered.end(Way::Scrolled).unsure.join("").contains("never shown"));
        let mut told = Strip::new();
        let rows = html(&[(0, Some(2), "a@x.test"), (40, Some(3), "b@x.test")]);
        told.add(&shape(), &rows, &[], Edges { last: Some(7), ..Edges::default() }).unwrap();
        assert!(told.end(Way::Scrolled).unsure.join("").contains("numbers 7 rows, and 3 is the last one"));
        let mut short = Strip::new();
        let edges = Edges { known: 0, bottom: Some(80 + 36), last: None };
        short.add(&shape(), &html(&[A, B]), &[], edges).unwrap();
        assert!(short.end(Way::Scrolled).unsure.join("").contains("below the last one"));
    }

    #[test]
    fn what_is_filled_in_later_counts_and_what_only_takes_room_does_not() {
        let mut strip = Strip::new();
        add(&mut strip, 0, &[A, (40, None, ""), (80, None, "spacer")]);
        add(&mut strip, 1, &[B, (80, None, "detail"), (120, None, "c@x.test")]);
        let page = strip.end(Way::Loaded);
        assert_eq!(keys(&page), ["a", "b", "c"]);
        assert!(page.keyless.is_empty() && page.others.is_empty(), "{page:?}");
    }

    #[test]
    fn the_count_of_the_app_is_met_or_not() {
        let mut strip = Strip::new();
        let lines = |strip: &mut Strip, rows: &[(i64, Option<u64>, &str)], said: &str| {
            let known = u64::from(!strip.is_empty());
            strip
                .add(&shape(), &html(rows), &[said.to_owned()], Edges { known, bottom: None, last: None })
                .unwrap();
            strip.is_counted()
        };
        assert!(!lines(&mut strip, &[A, B], "3 people"));
        assert!(lines(&mut strip, &[C], "3 people"));
        assert!(!lines(&mut strip, &[], "4 people"));
        assert_eq!(strip.end(Way::Scrolled).count, Some(Err(vec![3, 4])));
    }
}
