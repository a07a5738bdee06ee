//! A walk in the terminal: book by book what each description finds, script by script how its steps went, and what is red
//! with both of its lines.

use super::excerpt::joined;
use super::paint::Paint;
use crate::journal::{PlaceRef, Refusal};
use crate::report::excerpt::{Excerpt, around};
use crate::report::phrase::number;
use crate::report::safe::{cut, visible};
use crate::report::walk::{Control, Light, Script, Walk};
use crate::words::Family;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Row, Table, Width, presets};
use std::fmt::Write as _;

/// Narrower than this, tables would only break words; lines stand below each other then.
const WIDE: usize = 90;
/// The most columns for the lines that need a control; the descriptions matter more.
const NEEDS: u16 = 24;

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
        out.push_str(&if width < WIDE {
            stacked(&own, width, paint)
        } else {
            controls(&own, width, paint, colour)
        });
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
    let _ = writeln!(out, "{}", summary(walk, paint));
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

fn summary(walk: &Walk, paint: Paint) -> String {
    let mut words: Vec<String> = Vec::new();
    for (light, word) in [(Light::Green, "green"), (Light::Yellow, "not seen"), (Light::Red, "red")] {
        let count = walk.count(light);
        let told = format!("{} {word}", number(count));
        words.push(if count == 0 { told } else { paint.family(family(light), &told) });
    }
    let all = format!("{} controls and lists: ", number(walk.controls.len()));
    format!("{}{}", paint.bold(&all), words.join(", "))
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
fn controls(controls: &[&Control], width: usize, paint: Paint, colour: bool) -> String {
    let mut table = bare(width, colour);
    for control in controls {
        let name = signed(paint, control.light, &format!("{}:{}", visible(&control.name), control.book.line));
        let needed = needed(&control.needed, &control.book.file);
        let mut lines: Vec<[String; 2]> = control
            .descriptions
            .iter()
            .map(|one| {
                let words = match one.light {
                    Light::Red => format!("{}: {}", visible(&one.words), visible(&one.finds)),
                    _ => visible(&one.words),
                };
                [signed(paint, one.light, &words), one.basis.unwrap_or_default().to_owned()]
            })
            .collect();
        lines.extend(control.notes.iter().map(|note| [format!("- {}", visible(note)), String::new()]));
        for (number, [words, basis]) in lines.into_iter().enumerate() {
            let first = number == 0;
            let row: Vec<Cell> = vec![
                Cell::new(if first { name.as_str() } else { "" }),
                Cell::new(words),
                Cell::new(paint.dim(&basis)),
                Cell::new(paint.dim(if first { &needed } else { "" })),
            ];
            table.add_row(Row::from(row));
        }
    }
    if let Some(needs) = table.column_mut(3) {
        needs.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(NEEDS)));
    }
    drawn(table, 2)
}

/// The same for a narrow terminal.
fn stacked(controls: &[&Control], width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let room = width.saturating_sub(6).max(20);
    for control in controls {
        let name = format!("{}:{}", visible(&control.name), control.book.line);
        let _ = writeln!(out, "  {}", signed(paint, control.light, &name));
        for one in &control.descriptions {
            let basis = one.basis.map(|basis| format!(" ({basis})")).unwrap_or_default();
            let finds =
                if one.light == Light::Red { format!(": {}", visible(&one.finds)) } else { String::new() };
            let words = format!("{}{finds}{basis}", visible(&one.words));
            let _ = writeln!(out, "    {}", signed(paint, one.light, &cut(&words, room)));
        }
        for note in &control.notes {
            let _ = writeln!(out, "      {}", paint.dim(&cut(&visible(note), room)));
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
        let what = format!("{} {}", step.verb, visible(&step.on));
        let how = step.how.to_owned();
        let notes = step.notes.iter().map(|note| visible(note)).collect::<Vec<_>>().join("; ");
        table.add_row([
            signed(paint, step.light, &paint.dim(&step.line.to_string())),
            what,
            how,
            paint.dim(&notes),
        ]);
    }
    out.push_str(&drawn(table, 2));
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
fn needed(places: &[PlaceRef], book: &str) -> String {
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for place in places {
        let name = place.file.rsplit('/').next().unwrap_or(&place.file).trim_end_matches(".yaml");
        let file = if place.file == book { "" } else { name };
        let line = place.line.to_string();
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, lines)) => lines.push(line),
            None => files.push((file, vec![line])),
        }
    }
    let each = files.into_iter().map(|(file, lines)| format!("{file}:{}", lines.join(",")));
    each.collect::<Vec<_>>().join(" ")
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

fn drawn(mut table: Table, indent: usize) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut out = String::new();
    for line in table.to_string().lines() {
        let _ = writeln!(out, "{}{}", " ".repeat(indent), line.trim_end());
    }
    out
}
