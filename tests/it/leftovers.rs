//! However usher ends: no guard, driver, browser or profile stays behind.

use crate::harness::{Practice, Usher};
use crate::watch::{Running, Traces, signal};
use rustix::process::Signal;

#[test]
fn nothing_stays_behind() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\n");
    // At the end everything is gone before usher is.
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    let traces = Traces::of(&usher.runs()[0]);
    assert!(!traces.profile.exists());
    traces.are_gone();

    // Killed in the middle, it cannot clean up itself.
    usher.file("people.csv", "email,role\nb2@new.example,Member\n");
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    let reached = running.reaches_in(&usher, 1, 0, "job_begun");
    assert!(reached.is_some(), "{}", running.said());
    let traces = Traces::of(&usher.runs()[1]);
    assert!(traces.profile.is_dir());
    traces.browser();
    running.kill();
    traces.are_gone();

    // Killed together with the guard that would have cleaned up after it: whoever resumes does that first.
    let known = Usher::facts(&usher.runs()[1]).len();
    let mut running = Running::start(&usher, &["resume", "last"]);
    running.reaches_in(&usher, 1, known, "job_begun").unwrap();
    let orphaned = Traces::of(&usher.runs()[1]);
    signal(orphaned.guard, Signal::KILL);
    running.kill();
    assert!(orphaned.profile.is_dir());
    usher.run(&["resume", "last"]).code(0);
    orphaned.are_gone();
    Traces::of(&usher.runs()[1]).are_gone();
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example"]);
}
