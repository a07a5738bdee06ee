//! A walk in the terminal: book by book what each description finds, script by script how its steps went, and what is red
//! with both of its lines.

use super::excerpt::joined;
use super::paint::Paint;
use crate::journal::{PlaceRef, Refusal};
use crate::report::excerpt::{Excerpt, around};
use crate::report::phrase::number;
use crate::report::walk::{Control, Light, Script, Walk};
use crate::safe::{cut, visible};
use crate::words::Family;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use std::fmt::Write as _;

/// Narrower than this, tables would only break words; lines stand below each other then.
const WIDE: usize = 90;
/// In a table of controls a sign stands before the name, and one before each description.
const SIGNS: [usize; 2] = [0, 2];

/// What a walk came to, `width` columns wide.
pub fn walk(walk: &Walk, width: usize, colour: bool) -> String {
    let paint = Paint::new(colour);
    let mut out = String::new();
    let title = format!("{} in {}: looked at, nothing changed", visible(&walk.title), visible(&walk.tenant));
    let _ = writeln!(out, "{}", paint.bold(&title));
    let generation =
        if walk.generation.is_empty() { String::new() } else { format!(", generation {}", walk.generation) };
    let at = format!("as {} at {}{}", visible(&walk.account), visible(&walk.url), visible(&generation));
    let _ = writeln!(out, "{}", paint.dim(&at));
    for file in files(walk) {
        let own: Vec<&Control> = walk.controls.iter().filter(|control| control.book.file == file).collect();
        let _ = writeln!(out, "\n{}", paint.bold(&visible(file)));
        out.push_str(&if width < WIDE { stacked(&own, width, paint) } else { controls(&own, width, colour) });
    }
    for script in &walk.scripts {
        scripts(&mut out, script, width, paint, colour);
    }
    out.push('\n');
    for note in &walk.notes {
        let _ = writeln!(out, "note: {}\n", visible(note));
    }
    for (name, refusal) in walk.refusals() {
        red(&mut out, walk, (&name, refusal), width, paint);
    }
    let _ = writeln!(out, "{}", summary(walk, width, paint));
    out
}

/// The books' files in their order, each once.
fn files(walk: &Walk) -> Vec<&str> {
    let mut files: Vec<&str> = Vec::new();
    for control in &walk.controls {
        if !files.contains(&control.book.file.as_str()) {
            files.push(&control.book.file);
        }
    }
    files
}

fn summary(walk: &Walk, width: usize, paint: Paint) -> String {
    let controls = counts(paint, |light| walk.count(light));
    let all = format!("{} controls and lists: ", number(walk.controls.len()));
    let scripts = counts(paint, |light| walk.scripts.iter().filter(|script| script.light == light).count());
    let all_scripts = match walk.scripts.len() {
        0 => return format!("{}{controls}", paint.bold(&all)),
        1 => "1 script: ".to_owned(),
        many => format!("{} scripts: ", number(many)),
    };
    let parted = if width < WIDE { "\n" } else { "; " };
    format!("{}{controls}{parted}{}{scripts}", paint.bold(&all), paint.bold(&all_scripts))
}

fn counts(paint: Paint, count: impl Fn(Light) -> usize) -> String {
    let words = [(Light::Green, "green"), (Light::Yellow, "not seen"), (Light::Red, "red")];
    let each = words.map(|(light, word)| {
        let told = format!("{} {word}", number(count(light)));
        if count(light) == 0 { told } else { paint.family(family(light), &told) }
    });
    each.join(", ")
}

const fn family(light: Light) -> Family {
    match light {
        Light::Green => Family::Done,
        Light::Yellow => Family::Refused,
        Light::Red => Family::Stopped,
    }
}

/// A sign that says the same as its colour.
const fn sign(light: Light) -> &'static str {
    match light {
        Light::Green => "✓",
        Light::Yellow => "·",
        Light::Red => "x",
    }
}

fn signed(paint: Paint, light: Light, text: &str) -> String {
    format!("{} {text}", paint.family(family(light), sign(light)))
}

/// A table of controls: each of their descriptions in a row of its own.
fn controls(controls: &[&Control], width: usize, colour: bool) -> String {
    let mut table = bare(width, colour);
    for control in controls {
        let mut needs = packed(&needed(&control.needed, &control.book.file), width / 4).into_iter();
        let mut lines = lines(control).into_iter();
        let mut name = format!("{}:{}", visible(&control.name), control.book.line);
        let mut sign = lit(control.light, colour);
        loop {
            let (line, need) = (lines.next(), needs.next());
            if line.is_none() && need.is_none() {
                break;
            }
            let (light, words, basis) = line.unwrap_or_default();
            let mark = light.map_or_else(|| Cell::new(""), |light| lit(light, colour));
            let words = if light.is_some() { Cell::new(words) } else { dim(&words, colour) };
            let need = dim(&need.unwrap_or_default(), colour);
            table.add_row([sign, Cell::new(name), mark, words, dim(basis, colour), need]);
            (sign, name) = (Cell::new(""), String::new());
        }
    }
    drawn(table, &SIGNS)
}

/// Words in lines of at most so many columns.
fn packed(words: &[String], most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= most) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.clone()),
        }
    }
    lines
}

/// What stands below each other beside a control's name: its descriptions, each with its light and basis, then its notes.
fn lines(control: &Control) -> Vec<(Option<Light>, String, &'static str)> {
    let descriptions = control.descriptions.iter().map(|one| {
        let finds =
            if one.light == Light::Red { format!(": {}", visible(&one.finds)) } else { String::new() };
        (Some(one.light), format!("{}{finds}", visible(&one.words)), one.basis.unwrap_or_default())
    });
    let notes = control.notes.iter().map(|note| (None, visible(note), ""));
    let mut lines: Vec<_> = descriptions.chain(notes).collect();
    if lines.is_empty() {
        lines.push((None, String::new(), ""));
    }
    lines
}

/// The same for a narrow terminal.
fn stacked(controls: &[&Control], width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let room = width.saturating_sub(6).max(20);
    for control in controls {
        let name = format!("{}:{}", visible(&control.name), control.book.line);
        let needed = needed(&control.needed, &control.book.file).join(" ");
        let needed = if needed.is_empty() { needed } else { format!("  needed by {needed}") };
        let needed = cut(&needed, room.saturating_sub(name.chars().count()).max(20));
        let _ = writeln!(out, "  {}{}", signed(paint, control.light, &name), paint.dim(&needed));
        for (light, words, basis) in lines(control) {
            let basis = if basis.is_empty() { String::new() } else { format!(" ({basis})") };
            let words = cut(&format!("{words}{basis}"), room);
            let line = match light {
                Some(light) => signed(paint, light, &words),
                None => format!("  {}", paint.dim(&words)),
            };
            let _ = writeln!(out, "    {line}");
        }
    }
    out
}

/// A script with its steps.
fn scripts(out: &mut String, script: &Script, width: usize, paint: Paint, colour: bool) {
    let person =
        script.person.as_ref().map(|person| format!(", for {}", visible(person))).unwrap_or_default();
    let _ = writeln!(out, "\n{}{}", paint.bold(&visible(&script.file)), paint.dim(&person));
    if let Some(why) = &script.why_not {
        let _ = writeln!(out, "  {}", signed(paint, script.light, &visible(why)));
        return;
    }
    let mut table = bare(width, colour);
    for step in &script.steps {
        let notes = step.notes.iter().map(|note| visible(note)).collect::<Vec<_>>().join("; ");
        table.add_row([
            lit(step.light, colour),
            dim(&step.line.to_string(), colour),
            Cell::new(format!("{} {}", step.verb, visible(&step.on))),
            Cell::new(step.how),
            dim(&notes, colour),
        ]);
    }
    out.push_str(&drawn(table, &SIGNS[..1]));
}

/// A sign in its colour.
fn lit(light: Light, colour: bool) -> Cell {
    let cell = Cell::new(sign(light));
    let shade = match light {
        Light::Green => Color::DarkGreen,
        Light::Yellow => Color::DarkYellow,
        Light::Red => Color::DarkRed,
    };
    if colour { cell.fg(shade) } else { cell }
}

fn dim(text: &str, colour: bool) -> Cell {
    let cell = Cell::new(text);
    if colour { cell.add_attribute(Attribute::Dim) } else { cell }
}

/// What is red: what was tried, what is there instead, both lines, and what to do.
fn red(out: &mut String, walk: &Walk, (name, refusal): (&str, &Refusal), width: usize, paint: Paint) {
    let _ = writeln!(out, "{}: {}: {}", paint.red("red"), visible(name), visible(&refusal.message));
    let known = [&refusal.script, &refusal.book].into_iter().flatten();
    let excerpts: Vec<Excerpt<'_>> = known.filter_map(|place| found(walk, place)).collect();
    out.push_str(&joined(&excerpts, width, paint));
    let mut line = |name: &str, words: &str| {
        if !words.is_empty() {
            let room = width.saturating_sub(name.len() + 4).max(30);
            let _ = writeln!(out, "  {name}: {}", cut(&visible(words), room));
        }
    };
    line("tried", &refusal.tried.join("; "));
    line("near", &refusal.near.join(", "));
    line("the page said", refusal.said.as_deref().unwrap_or_default());
    if let Some(hint) = &refusal.hint {
        let _ = writeln!(out, "  hint: {}", visible(hint));
    }
    out.push('\n');
}

fn found<'a>(walk: &'a Walk, place: &PlaceRef) -> Option<Excerpt<'a>> {
    let (name, text) = walk.texts.get_key_value(&place.file)?;
    around(name, text, place)
}

/// The lines that need a control, without the folders of their files, each file once; the book's own without its name.
fn needed(places: &[PlaceRef], book: &str) -> Vec<String> {
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for place in places {
        let name = place.file.rsplit('/').next().unwrap_or(&place.file).trim_end_matches(".yaml");
        let file = if place.file == book { "" } else { name };
        let line = place.line.to_string();
        let known = files.iter().any(|(known, lines)| *known == file && lines.contains(&line));
        if known {
            continue;
        }
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, lines)) => lines.push(line),
            None => files.push((file, vec![line])),
        }
    }
    files.into_iter().map(|(file, lines)| format!("{file}:{}", lines.join(","))).collect()
}

fn bare(width: usize, colour: bool) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width.saturating_sub(2).max(20)).unwrap_or(u16::MAX));
    if colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// The table as text, indented; signs stand close to what they are of.
fn drawn(mut table: Table, signs: &[usize]) -> String {
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if signs.contains(&number) { 1 } else { 2 }));
    }
    let mut out = String::new();
    for line in table.to_string().lines() {
        let _ = writeln!(out, "  {}", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::walk::{Description, Step};
    use std::collections::BTreeMap;

    const BOOK: &str = "selectors/heap/g.v1.yaml";
    const SCRIPT: &str = "scripts/heap/invite.yaml";

    fn place(file: &str, line: u32, column: u32) -> PlaceRef {
        PlaceRef { file: file.to_owned(), line, column }
    }

    fn description(words: &str, light: Light) -> Description {
        let finds = if light == Light::Red { "finds nothing" } else { "ok" };
        Description { words: words.to_owned(), light, finds: finds.to_owned(), basis: Some("vendor-doc") }
    }

    fn control(name: &str, light: Light, line: u32, descriptions: Vec<Description>) -> Control {
        let needed = vec![place(SCRIPT, 2, 5), place(SCRIPT, 3, 5), place(BOOK, 9, 3)];
        let notes = vec!["disabled now".to_owned()];
        Control {
            name: name.to_owned(),
            light,
            book: place(BOOK, line, 3),
            needed,
            descriptions,
            notes,
            refusal: None,
        }
    }

    fn sample() -> Walk {
        let refusal = Refusal {
            message: "`send` is not found by button named \"Send\"".to_owned(),
            script: Some(place(SCRIPT, 2, 5)),
            book: Some(place(BOOK, 2, 3)),
            tried: vec!["button named \"Send\": 0 found".to_owned()],
            near: vec!["Send \u{1b}[2Jnow".to_owned()],
            hint: Some("write a new version of the book".to_owned()),
            ..Refusal::default()
        };
        let send =
            vec![description("button named \"Send\"", Light::Red), description("css #send", Light::Green)];
        let red = Control { refusal: Some(refusal.clone()), ..control("send", Light::Red, 2, send) };
        let step = Step {
            line: 2,
            verb: "commit",
            on: "send".to_owned(),
            light: Light::Red,
            how: "refused",
            notes: vec!["names nobody before it is filled in".to_owned()],
            refusal: Some(refusal),
        };
        let script = Script {
            file: SCRIPT.to_owned(),
            summary: String::new(),
            light: Light::Red,
            person: Some("a@x.test".to_owned()),
            why_not: None,
            steps: vec![step],
        };
        Walk {
            title: "Heap".to_owned(),
            tenant: "Corp".to_owned(),
            account: "usher@x.test".to_owned(),
            url: "https://x.test".to_owned(),
            generation: "g".to_owned(),
            controls: vec![control("form", Light::Green, 1, vec![description("dialog", Light::Green)]), red],
            scripts: vec![script],
            texts: BTreeMap::from([
                (BOOK.to_owned(), "  form: {}\n  send: {}\n".to_owned()),
                (SCRIPT.to_owned(), "a\n  - commit: send\n".to_owned()),
            ]),
            ..Walk::default()
        }
    }

    #[test]
    fn everything_is_told_once_and_what_is_red_with_both_lines() {
        let expected = r#"
Heap in Corp: looked at, nothing changed
as usher@x.test at https://x.test, generation g

selectors/heap/g.v1.yaml
  ✓ form:1  ✓ dialog                              vendor-doc  invite:2,3 :9
              disabled now
  x send:2  x button named "Send": finds nothing  vendor-doc  invite:2,3 :9
            ✓ css #send                           vendor-doc
              disabled now

scripts/heap/invite.yaml, for a@x.test
  x 2  commit send  refused  names nobody before it is filled in

red: send: `send` is not found by button named "Send"
   --> scripts/heap/invite.yaml:2:5
  1 | a
  2 |   - commit: send
    |     ^^^^^^^
   ::: selectors/heap/g.v1.yaml:2:3
  1 |   form: {}
  2 |   send: {}
    |   ^^^^^
  tried: button named "Send": 0 found
  near: Send ␛[2Jnow
  hint: write a new version of the book

2 controls and lists: 1 green, 0 not seen, 1 red; 1 script: 0 green, 0 not seen, 1 red
"#;
        assert_eq!(format!("\n{}", walk(&sample(), 100, false)), expected);
    }

    #[test]
    fn a_narrow_terminal_gets_lines_below_each_other() {
        let drawn = walk(&sample(), 60, false);
        let expected = r#"
  x send:2  needed by invite:2,3 :9
    x button named "Send": finds nothing (vendor-doc)
    ✓ css #send (vendor-doc)
      disabled now
"#;
        assert!(drawn.contains(expected), "{drawn}");
        assert!(drawn.lines().all(|line| line.chars().count() <= 60), "{drawn}");
    }

    #[test]
    fn colour_is_only_colour() {
        let drawn = walk(&sample(), 100, true);
        let plain: String = drawn
            .split('\u{1b}')
            .map(|part| part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest))
            .collect();
        let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(trimmed(&plain), trimmed(&walk(&sample(), 100, false)));
    }
}
