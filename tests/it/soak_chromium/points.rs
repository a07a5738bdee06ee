//! usher, the driver and the browser are killed at each fact of a small run, each time on a fresh console.

use super::{Fault, Moment, Run, Stage, Wish, judge};
use crate::kill::{Seeded, Victim};
use crate::soak::{Tally, number};

const VICTIMS: [Victim; 3] = [Victim::Usher, Victim::Driver, Victim::Browser];

/// Two who are new, and one who is there already.
fn wish() -> Wish {
    let row = |(email, role): (&str, &str)| (email.to_owned(), role.to_owned());
    let rows = [
        ("ada.new@else.example", "Member"),
        ("MCHEN@northwind.example", "Member"),
        ("ada.new+team@else.example", "Viewer"),
    ];
    Wish { action: "invite", rows: rows.map(row).into() }
}

/// One run through these faults.
fn through(faults: Vec<(Moment, Fault)>) -> (Run, Tally) {
    let stage = Stage::new();
    let mut tally = Tally { rounds: 1, ..Tally::default() };
    let run = stage.run(&wish(), vec![faults], &mut tally);
    let record = stage.round(vec![run.clone()]);
    tally.add(judge(&record));
    if !tally.is_clean() {
        eprintln!("{tally:#?}\n{record:#?}");
    }
    (run, tally)
}

/// Every point: who is killed, and at which fact of so many.
fn points(facts: usize) -> Vec<(Victim, usize)> {
    VICTIMS.into_iter().flat_map(|victim| (1..=facts).map(move |fact| (victim, fact))).collect()
}

fn killed_at(points: impl IntoIterator<Item = (Victim, usize)>) -> Tally {
    let mut total = Tally::default();
    for (victim, fact) in points {
        let (_, tally) = through(vec![(Moment::Fact(fact), Fault::Kill(victim))]);
        eprintln!("{victim:?} killed at fact {fact}: {tally}");
        total.add(tally);
    }
    total
}

#[test]
fn a_kill_at_any_fact_loses_nobody() {
    let (run, tally) = through(Vec::new());
    assert!(tally.is_clean() && tally.acts == 2, "{tally:#?}");
    let mut points = points(run.facts.len());
    assert!(points.len() > 60, "the plan is long enough: {}", points.len());
    let mut seeded = Seeded(number("SEED", 1));
    let sample: Vec<_> = (0..4).map(|_| points.swap_remove(seeded.within(0..points.len()))).collect();
    let total = killed_at(sample);
    assert!(total.is_clean(), "{total:#?}");
    // At the very last fact usher may be gone before it can be killed.
    assert!(total.faults.values().sum::<usize>() >= 3, "{total}");
}

/// All of them; the summary is left for make to print.
#[test]
#[ignore = "a quarter of an hour: make soak-kills"]
fn soak_kills_at_every_fact() {
    let (run, _) = through(Vec::new());
    let points = points(run.facts.len());
    let count = points.len();
    let total = killed_at(points);
    let summary = format!("in Chromium, a kill at each of {count} points: {total}\n");
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/soak-kills.txt"), summary).unwrap();
    assert!(total.is_clean(), "{total:#?}");
}
