//! Killed at every kind of fact, and taken up again: each person at most once, and nobody forgotten.
#![expect(clippy::print_stdout, reason = "what a test skips or met is told with its result")]

use crate::harness::{Done, Practice, Usher, fact};
use crate::watch::{Running, Traces, signal, until};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::path::Path;

const PEOPLE: [&str; 8] = [
    "a1@new.example",
    "b2@new.example",
    "c3@new.example",
    "d4@new.example",
    "e5@new.example",
    "f6@new.example",
    "g7@new.example",
    "h8@new.example",
];

fn request(people: &[&str], role: &str) -> String {
    let rows = people.iter().map(|person| format!("{person},{role}\n"));
    std::iter::once("email,role\n".to_owned()).chain(rows).collect()
}

/// No request of this action was ever made twice for one person.
#[track_caller]
fn nobody_twice(console: &Practice, action: &str) {
    let asked = console.asked(action);
    let once: BTreeSet<&String> = asked.iter().collect();
    assert_eq!(once.len(), asked.len(), "somebody twice: {asked:?}");
}

/// Whether the run left somebody undecided; everybody else was asked for exactly once.
#[track_caller]
fn everybody_once(console: &Practice, run: &Path, action: &str, people: &[&str]) -> bool {
    let outcomes = Usher::outcomes(run);
    let applied = console.applied(action);
    let mut undecided = false;
    for person in people {
        let times = applied.iter().filter(|email| email == person).count();
        let outcome = outcomes.get(*person).unwrap_or_else(|| panic!("{person} was forgotten: {outcomes:?}"));
        if outcome == "unknown_after_commit" {
            undecided = true;
            assert!(times <= 1, "{person}: {times}");
        } else {
            assert_eq!(times, 1, "{person}, {outcome}");
        }
    }
    nobody_twice(console, action);
    undecided
}

/// Runs to the end by kill after kill: each sitting is killed at the first new fact of the next kind.
fn killed_at(
    usher: &Usher,
    console: &Practice,
    first: &[&str],
    action: &str,
    kinds: &[&str],
    mut between: impl FnMut(usize, &Path),
) -> Done {
    let mut known = 0;
    for (index, kind) in kinds.iter().enumerate() {
        let arguments = if index == 0 { first } else { &["resume", "last"][..] };
        let mut running = Running::start(usher, arguments);
        let reached = running.reaches(usher, known, kind);
        let Some(reached) = reached else { panic!("it ended before {kind}: {}", running.said()) };
        running.kill();
        let run = usher.runs().remove(0);
        known = Usher::facts(&run).len();
        println!("killed at {kind}: wanted {reached} facts, there were {known}");
        nobody_twice(console, action);
        between(index, &run);
    }
    usher.run(&["resume", "last"])
}

#[test]
fn an_invite_survives_a_kill_at_every_kind_of_fact() {
    let console = Practice::start(&["people=6"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", request(&PEOPLE, "Member"));
    let kinds = [
        "run_begun",
        "session_begun",
        "signed_in",
        "roster_read",
        "job_begun",
        "person_read",
        "step_done",
        "proof_kept:armed",
        "commit_intended",
        "run_resumed",
        "commit_returned",
        "proof_kept:answer",
        "person_read_back",
        "proof_kept:after",
        "job_ended",
        "roster_read:after",
    ];
    let done = killed_at(
        &usher,
        &console,
        &["invite", "heap", "people.csv", "--yes"],
        "invite",
        &kinds,
        |index, run| {
            if kinds[index] == "step_done" {
                // What was being written when the power went: the last line torn, which nobody ever saw.
                let journal = run.join("journal.jsonl");
                let bytes = std::fs::read(&journal).unwrap();
                let whole = bytes.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
                let line = bytes[..whole - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
                let mut torn = bytes[..whole].to_vec();
                torn.extend_from_slice(&bytes[line..line + 40]);
                std::fs::write(&journal, torn).unwrap();
            }
            if kinds[index] == "proof_kept:armed" {
                assert_eq!(fact(run, "run_resumed", "")["mended"], 40, "the torn line is mended, and said");
                // A plan that was changed is not the plan that was approved.
                let plan = std::fs::read_to_string(run.join("plan.json")).unwrap();
                std::fs::write(run.join("plan.json"), plan.replace("c3@new.example", "x3@new.example"))
                    .unwrap();
                usher.run(&["resume", "last"]).code(6);
                usher.run(&["verify", "last"]).code(6);
                std::fs::write(run.join("plan.json"), plan).unwrap();
                // The request may change as it likes: the plan is what is run.
                usher.file("people.csv", "email,role\nsomebody.else@new.example,Admin\n");
            }
        },
    );
    let run = usher.runs().remove(0);
    let undecided = everybody_once(&console, &run, "invite", &PEOPLE);
    done.code(if undecided { 8 } else { 0 });
    assert!(console.people_with("somebody.else@new.example").is_empty());
    assert_eq!(usher.runs().len(), 1);
    usher.run(&["resume", "last"]).code(if undecided { 8 } else { 0 }).says("nothing left");
    usher.run(&["verify", "last"]).code(0);
    everybody_once(&console, &run, "invite", &PEOPLE);
}

#[test]
fn a_removal_survives_kills_around_the_act() {
    let console = Practice::start(&["people=30"]);
    let usher = Usher::new().heap(&console);
    let leavers = [
        "bergmeier@northwind.example",
        "mchen@northwind.example",
        "annameier@northwind.example",
        "tom.okafor2@northwind.example",
        "meier@northwind.example",
    ];
    let rows: Vec<String> = leavers.iter().map(|person| format!("{person}\n")).collect();
    usher.file("leavers.csv", format!("email\n{}", rows.concat()));
    let before = console.truth()["people"].as_array().unwrap().len();
    let kinds = ["commit_intended", "proof_kept:answer", "commit_returned", "person_read_back"];
    let done =
        killed_at(&usher, &console, &["remove", "heap", "leavers.csv", "--yes"], "remove", &kinds, |_, _| {});
    let run = usher.runs().remove(0);
    let undecided = everybody_once(&console, &run, "remove", &leavers);
    done.code(if undecided { 8 } else { 0 });
    assert_eq!(
        console.truth()["people"].as_array().unwrap().len(),
        before - console.applied("remove").len(),
        "nobody else went"
    );
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn a_dead_driver_or_browser_stops_the_run_and_the_next_sitting_goes_on() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", request(&PEOPLE[..5], "Viewer"));
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    running.reaches(&usher, 0, "job_ended").unwrap();
    let run = usher.runs().remove(0);
    let traces = Traces::of(&run);
    signal(traces.driver, Signal::KILL);
    let stopped = running.end();
    assert!(matches!(stopped.status.code(), Some(7 | 8)), "{stopped:?}");
    stopped.says("usher resume");
    traces.are_gone();
    nobody_twice(&console, "invite");

    let known = Usher::facts(&run).len();
    let mut running = Running::start(&usher, &["resume", "last"]);
    running.reaches(&usher, known, "job_ended").unwrap();
    let traces = Traces::of(&run);
    signal(traces.browser(), Signal::KILL);
    let stopped = running.end();
    assert!(matches!(stopped.status.code(), Some(7 | 8)), "{stopped:?}");
    traces.are_gone();

    let known = Usher::facts(&run).len();
    let mut running = Running::start(&usher, &["resume", "last"]);
    running.reaches(&usher, known, "commit_intended").unwrap();
    let traces = Traces::of(&run);
    signal(traces.browser(), Signal::KILL);
    let stopped = running.end();
    assert!(matches!(stopped.status.code(), Some(7 | 8)), "{stopped:?}");
    traces.are_gone();

    let done = usher.run(&["resume", "last"]);
    let undecided = everybody_once(&console, &run, "invite", &PEOPLE[..5]);
    done.code(if undecided { 8 } else { 0 });
    usher.run(&["verify", "last"]).code(0);
}

/// Killed after the last entry of a second sitting and before its report is drawn: the report of the first does not stay.
#[test]
fn a_kill_between_the_end_and_the_report_leaves_none_that_is_wrong() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", request(&PEOPLE[..2], "Member"));
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    running.reaches(&usher, 0, "job_begun").unwrap();
    running.signal(Signal::INT);
    running.end().code(7);
    let run = usher.runs().remove(0);
    assert!(run.join("report.html").is_file());
    usher.run(&["verify", "last"]).code(0);

    let known = Usher::facts(&run).len();
    let mut running = Running::start(&usher, &["resume", "last"]);
    // From its last reading on usher needs the driver for one thing only: to end the browser, before it draws the report.
    let known = running.reaches(&usher, known, "roster_read:after").unwrap();
    let traces = Traces::of(&run);
    signal(traces.driver, Signal::STOP);
    running.reaches(&usher, known, "run_ended").unwrap();
    assert!(running.is_at_work(), "{}", running.said());
    running.kill();
    traces.are_gone();
    assert!(!run.join("report.html").exists(), "the report of the first sitting, or one too early");
    usher.run(&["verify", "last"]).code(0);
    usher.run(&["resume", "last"]).code(0).says("nothing left");
    assert!(run.join("report.html").is_file());
    usher.run(&["verify", "last"]).code(0);
    everybody_once(&console, &run, "invite", &PEOPLE[..2]);
}

#[test]
fn the_same_request_after_a_crash_touches_nobody_twice() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", request(&PEOPLE[..3], "Member"));
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    let known = running.reaches(&usher, 0, "job_ended").unwrap();
    running.reaches(&usher, known, "commit_intended").unwrap();
    running.kill();
    let known = console.asked("invite").len();
    let traces = Traces::of(&usher.runs()[0]);
    traces.are_gone();
    // Not resumed but begun afresh: whoever is in doubt is not asked for again while they do not show.
    let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    nobody_twice(&console, "invite");
    let outcomes = Usher::outcomes(&usher.runs()[1]);
    assert_eq!(outcomes["a1@new.example"], "already_pending");
    if console.people_with("b2@new.example").is_empty() {
        assert_eq!(outcomes["b2@new.example"], "unknown_after_commit");
        assert_eq!(known, 1);
        done.code(8).says("unresolved");
    } else {
        assert_eq!(outcomes["b2@new.example"], "already_pending");
        done.code(0);
    }
    // The old run is resumed after the new one has done its part; still nobody twice.
    let first = usher.runs()[0].file_name().unwrap().to_str().unwrap().to_owned();
    usher.run(&["resume", &first]);
    until("everybody is there once", 1, || (console.applied("invite").len() == 3).then_some(()));
    nobody_twice(&console, "invite");
}
