//! Several browsers over one plan: everybody once, one journal, and whoever is killed leaves nobody in the dark.

use crate::harness::{Practice, Usher};
use crate::kill::{Victim, Watched};
use serde_json::Value;
use std::collections::BTreeSet;

const PEOPLE: usize = 11;

fn request(usher: &Usher) -> BTreeSet<String> {
    let mut text = String::from("email,role\n");
    let people: BTreeSet<String> = (0..PEOPLE).map(|number| format!("new{number}@corp.example")).collect();
    for person in &people {
        text.push_str(person);
        text.push_str(",Member\n");
    }
    usher.file("people.csv", text);
    people
}

fn invited(console: &Practice) -> BTreeSet<String> {
    let asked = console.asked("invite");
    let once: BTreeSet<String> = asked.iter().cloned().collect();
    assert_eq!(once.len(), asked.len(), "somebody was invited twice: {asked:?}");
    once
}

/// The most jobs that were begun and not ended at once.
fn at_once(facts: &[Value]) -> usize {
    let (mut open, mut most) = (0, 0);
    for fact in facts {
        match fact["fact"].as_str().unwrap() {
            "job_begun" => open += 1,
            "job_ended" => open -= 1,
            _ => {}
        }
        most = most.max(open);
    }
    most
}

#[test]
fn a_plan_is_shared_by_several_browsers() {
    let console = Practice::start(&["people=60", "page_size=25"]);
    let usher = Usher::new().with_profiles_of_its_own().heap_with(&console, "sessions = 2\n");
    let people = request(&usher);
    usher.run(&["invite", "heap", "people.csv", "--yes", "--sessions", "3"]).code(0);
    assert_eq!(invited(&console), people);
    let run = usher.runs().pop().unwrap();
    let facts = Usher::facts(&run);
    let ways: Vec<&str> = facts
        .iter()
        .filter(|fact| fact["fact"] == "signed_in")
        .map(|fact| fact["how"].as_str().unwrap())
        .collect();
    assert_eq!(ways.len(), 3, "{ways:?}");
    assert_eq!(ways[1], "with the session of the browser beside it");
    assert_eq!(at_once(&facts), 3);
    assert!(Usher::outcomes(&run).values().all(|outcome| outcome == "invited_pending"));
    usher.run(&["verify", "last"]).code(0);
    assert!(usher.profiles().is_empty(), "every browser was ended");
}

#[test]
fn killed_among_several_browsers_nobody_is_invited_twice() {
    let console = Practice::start(&["people=60", "page_size=25"]);
    let usher = Usher::new().with_profiles_of_its_own().heap_with(&console, "sessions = 3\n");
    let people = request(&usher);
    let arguments = ["invite", "heap", "people.csv", "--yes"];
    let mut watched = Watched::start(&usher, &arguments);
    watched.until("the eighth intent", |facts| Watched::count(facts, "commit_intended") == 8);
    watched.kill(Victim::Usher);
    let mut watched = Watched::start(&usher, &["resume", "last", "--sessions", "2"]);
    watched.until("another intent", |facts| Watched::count(facts, "commit_intended") == 1);
    watched.kill(Victim::Browser);
    usher.run(&["resume", "last"]).code(0);
    assert_eq!(invited(&console), people);
    let outcomes = Usher::outcomes(&usher.runs().pop().unwrap());
    assert_eq!(outcomes.len(), PEOPLE);
    assert!(outcomes.values().all(|outcome| outcome == "invited_pending"), "{outcomes:?}");
    usher.run(&["verify", "last"]).code(0);
}
