//! A console that lies, loses answers, stores something else or goes away: done is only what was read back.

mod network;
mod page;
mod session;

use crate::harness::{Practice, Usher, fact};
use crate::watch::Running;

#[test]
fn an_acknowledgement_is_not_believed_and_nobody_is_asked_twice() {
    let console = Practice::start(&["people=5", "toast=lie"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(8);
    let run = usher.runs().remove(0);
    assert_eq!(Usher::outcomes(&run)["a1@new.example"], "unknown_after_commit");
    assert_eq!(console.asked("invite"), ["a1@new.example"], "the run stops at the first undecided person");
    // The console is honest again; the undecided person is left alone by the rest of this run and by the next one.
    console.knob("toast", "truth");
    usher.run(&["resume", "last"]).code(8);
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(8).says("unresolved");
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example"]);
    let listed = usher.run(&["unresolved"]);
    listed.code(8);
    assert!(listed.stdout.contains("a1@new.example") && !listed.stdout.contains("b2@new.example"));
    // A person looks and decides; then it is a request like any other.
    let id = run.file_name().unwrap().to_str().unwrap().to_owned();
    let decided = ["unresolved", &id, "a1@new.example", "--as", "not_reached", "--note", "looked it up"];
    usher.run(&decided).code(0);
    usher.run(&["verify", &id]).code(0);
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(console.applied("invite"), ["b2@new.example", "a1@new.example"]);
}

#[test]
fn another_role_than_was_asked_for_is_a_mismatch() {
    let console = Practice::start(&["people=5", "stores_role=Viewer"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7);
    let run = usher.runs().remove(0);
    assert_eq!(Usher::outcomes(&run)["a1@new.example"], "role_mismatch");
    let why = fact(&run, "job_ended", "a1@new.example")["why"].to_string();
    assert!(why.contains("Viewer") && why.contains("Member"), "{why}");
    assert_eq!(console.asked("invite"), ["a1@new.example"]);
}

#[test]
fn an_answer_that_is_lost_is_decided_by_reading_back() {
    let console = Practice::start(&["people=5", "drop_answer=1"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    let outcomes = Usher::outcomes(&usher.runs()[0]);
    assert_eq!(outcomes["a1@new.example"], "invited_pending");
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example"]);
    // The same answer, but this time nothing was done: never told as done, and never tried again.
    console.knob("fail_before", "1");
    usher.file("more.csv", "email,role\nc3@new.example,Member\nd4@new.example,Member\n");
    usher.run(&["invite", "heap", "more.csv", "--yes"]).code(8);
    let outcomes = Usher::outcomes(&usher.runs()[1]);
    assert_eq!(outcomes["c3@new.example"], "unknown_after_commit");
    assert!(console.people_with("c3@new.example").is_empty());
    usher.run(&["resume", "last"]).code(8);
    assert_eq!(console.asked("invite").iter().filter(|email| *email == "c3@new.example").count(), 1);
    assert_eq!(console.people_with("d4@new.example").len(), 1);
}

#[test]
fn an_app_that_hides_the_invited_proves_nothing() {
    let console = Practice::start(&["people=5", "pending=hidden"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(8);
    assert_eq!(Usher::outcomes(&usher.runs()[0])["a1@new.example"], "unknown_after_commit");
    // It shows them now: the next run finds the invitation, and the old doubt does not stand in the way of saying so.
    console.knob("pending", "shown");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(Usher::outcomes(&usher.runs()[1])["a1@new.example"], "already_pending");
    assert_eq!(console.asked("invite"), ["a1@new.example"]);
}

#[test]
fn an_app_that_goes_down_stops_the_run_and_nobody_is_lost() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file(
        "people.csv",
        "email,role\na1@new.example,Member\nb2@new.example,Member\nc3@new.example,Member\n",
    );
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    running.reaches(&usher, 0, "job_ended").unwrap();
    console.knob("down", "on");
    let run = running.end();
    let outcomes = Usher::outcomes(&usher.runs()[0]);
    let undecided = outcomes.values().any(|outcome| outcome == "unknown_after_commit");
    run.code(if undecided { 8 } else { 7 });
    assert!(outcomes.len() < 3, "{outcomes:?}");
    console.knob("down", "off");
    usher.run(&["resume", "last"]).code(if undecided { 8 } else { 0 });
    for person in ["a1@new.example", "b2@new.example", "c3@new.example"] {
        let asked = console.applied("invite").iter().filter(|email| *email == person).count();
        let outcome = &Usher::outcomes(&usher.runs()[0])[person];
        assert!(asked == 1 || outcome == "unknown_after_commit", "{person}: {asked}, {outcome}");
    }
}
