//! Faults of the network: connections that are cut, gateways that answer in the app's place, pages that break off.

use crate::harness::{Practice, Usher};

const TWO: &str = "email,role\na1@new.example,Member\nb2@new.example,Member\n";
const BOTH: [&str; 2] = ["a1@new.example", "b2@new.example"];

/// Runs the same request again without faults: everybody is in the wanted state, each by one request that took effect.
#[track_caller]
fn comes_to_its_end(usher: &Usher, console: &Practice) {
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    for person in BOTH {
        assert_eq!(console.people_with(person).len(), 1, "{person}");
        assert_eq!(console.applied("invite").iter().filter(|email| *email == person).count(), 1, "{person}");
    }
    assert_eq!(console.truth()["people"].as_array().unwrap().len(), 7, "nobody else");
}

#[test]
fn an_answer_that_the_line_swallows_is_read_back() {
    for knob in ["cut_after", "cut_before"] {
        let console = Practice::start(&["people=5"]);
        let usher = Usher::new().heap(&console);
        usher.file("people.csv", TWO);
        console.knob(knob, "1");
        usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
        let outcomes = Usher::outcomes(&usher.runs()[0]);
        assert!(BOTH.iter().all(|person| outcomes[*person] == "invited_pending"), "{outcomes:?}");
        // Chromium itself sends a request again whose connection, used before, was cut without an answer. usher's click
        // was one, and cannot be told from here; what took effect is what counts.
        let facts = Usher::facts(&usher.runs()[0]);
        let acts: Vec<_> = facts.iter().filter(|fact| fact["fact"] == "commit_returned").collect();
        assert!(acts.len() == 2 && acts.iter().all(|act| act["passed"] == 1), "{acts:?}");
        assert_eq!(console.asked("invite"), [BOTH[0], BOTH[0], BOTH[1]], "{knob}");
        comes_to_its_end(&usher, &console);
    }
}

#[test]
fn what_answers_in_the_apps_place_is_never_the_app() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", TWO);
    for (knob, on, says) in [
        ("bad_gateway", "on", "is not there"),
        ("retry_after", "90", "is not there"),
        ("unplugged", "on", "the page could not be loaded"),
    ] {
        console.knob(knob, on);
        usher.run(&["invite", "heap", "people.csv", "--yes"]).code(4).says(says).says("hint:");
        assert!(console.asked("invite").is_empty() && usher.runs().is_empty(), "{knob}");
        console.knob(knob, "off");
    }
    comes_to_its_end(&usher, &console);
}
