//! What changed since a plan was approved - usher.toml, or the person's own row - is heeded when the run is taken up again.

use crate::harness::{Practice, Usher, fact, file_of};
use crate::operator::colleague;
use crate::watch::{Running, Traces};
use rustix::process::Signal;
use std::path::PathBuf;

/// usher with a request of these people, stopped after the first of them.
fn begun(usher: &Usher, action: &str, people: &[&str]) -> PathBuf {
    let rows: Vec<String> = people.iter().map(|person| format!("{person}\n")).collect();
    let header = if action == "role" { "email,role\n" } else { "email\n" };
    usher.file("people.csv", format!("{header}{}", rows.concat()));
    let mut running = Running::start(usher, &[action, "heap", "people.csv", "--yes"]);
    running.reaches(usher, 0, "job_begun").unwrap();
    running.signal(Signal::INT);
    running.end().code(7);
    usher.runs().remove(0)
}

/// Writes another usher.toml: what the tenant's table says beside what it needs.
fn rewritten(usher: &Usher, plain: &str, more: &str) {
    usher.file("usher.toml", plain.replace("practice = true\n", &format!("practice = true\n{more}\n")));
}

fn toml(usher: &Usher) -> String {
    std::fs::read_to_string(usher.path().join("usher.toml")).unwrap()
}

/// Somebody else gives a person another role meanwhile.
fn colleague_gives(console: &Practice, person: &str, role: &str) {
    colleague(console, "role", &["email,role\n", person, ",", role, "\n"].concat());
}

#[test]
fn whoever_is_protected_or_made_an_admin_since_the_plan_stays() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let plain = toml(&usher);
    rewritten(&usher, &plain, "protected = [\"zoe.mueller@northwind.example\"]");
    let run = begun(
        &usher,
        "remove",
        &[
            "bergmeier@northwind.example",
            "mchen@northwind.example",
            "michael.chen@northwind.example",
            "annameier@northwind.example",
            "zoe.mueller@northwind.example",
        ],
    );
    assert_eq!(console.applied("remove"), ["bergmeier@northwind.example"]);
    // Somebody is protected now; that somebody else is not any more lifts nothing of what was approved.
    rewritten(&usher, &plain, "protected = [\"MChen@northwind.example\"]\ncaps = { removals = 100 }");
    colleague_gives(&console, "michael.chen@northwind.example", "Admin");
    let resumed = usher.run(&["resume", "last"]);
    resumed.code(4).says("usher.toml is stricter than when the plan was made: it protects mchen@northwind");
    assert_eq!(console.applied("remove"), ["bergmeier@northwind.example", "annameier@northwind.example"]);
    assert_eq!(console.asked("remove").len(), 2, "nothing was tried in vain");
    let outcomes = Usher::outcomes(&run);
    for (person, outcome) in [
        ("mchen@northwind.example", "blocked_protected"),
        ("michael.chen@northwind.example", "role_mismatch"),
        ("zoe.mueller@northwind.example", "blocked_protected"),
    ] {
        assert_eq!(outcomes[person], outcome, "{person}");
    }
    let heeded = fact(&run, "run_resumed", "");
    assert_eq!(heeded["protected"], serde_json::json!(["mchen@northwind.example"]));
    assert_eq!(heeded["cap"], serde_json::Value::Null, "a raised cap is for the next plan");
    let why = fact(&run, "job_ended", "michael.chen@northwind.example")["why"].clone();
    assert_eq!(why, "was Member when the plan was made, and is Admin now");
    let report = file_of(&run, "report.html");
    assert!(report.contains("usher.toml is stricter than when the plan was made: it protects mchen@"));
    assert!(report.contains("is Admin now"));
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn a_cap_that_was_lowered_since_the_plan_holds_for_the_whole_run() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let plain = toml(&usher);
    let leavers = [
        "bergmeier@northwind.example",
        "mchen@northwind.example",
        "michael.chen@northwind.example",
        "annameier@northwind.example",
    ];
    let run = begun(&usher, "remove", &leavers);
    // As many as the run asked for in all: it goes on.
    rewritten(&usher, &plain, "caps = { removals = 4 }");
    let known = Usher::facts(&run).len();
    let mut running = Running::start(&usher, &["resume", "last"]);
    running.reaches(&usher, known, "job_begun").unwrap();
    running.signal(Signal::INT);
    running.end().code(7).says("it allows 4 removals at most");
    assert_eq!(console.applied("remove"), leavers[..2]);
    // One fewer: with the two who went already, the two who are left are one too many, so neither goes.
    rewritten(&usher, &plain, "caps = { removals = 3 }");
    usher.run(&["resume", "last"]).code(4).says("it allows 3 removals at most");
    assert_eq!(console.asked("remove"), leavers[..2]);
    let outcomes = Usher::outcomes(&run);
    assert_eq!(
        leavers.map(|who| outcomes[who].as_str()),
        ["removed", "removed", "cap_reached", "cap_reached"]
    );
    assert_eq!(fact(&run, "run_resumed", "")["cap"], 3);
    let why = fact(&run, "job_ended", leavers[3])["why"].to_string();
    assert!(why.contains("4 removals are more than the 3"), "{why}");
    assert!(file_of(&run, "report.html").contains("it allows 3 removals at most"));
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn a_role_that_somebody_else_has_changed_since_the_plan_is_left_alone() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let run = begun(
        &usher,
        "role",
        &[
            "bergmeier@northwind.example,Viewer",
            "mchen@northwind.example,Viewer",
            "michael.chen@northwind.example,Viewer",
            "annameier@northwind.example,Viewer",
        ],
    );
    colleague_gives(&console, "mchen@northwind.example", "Admin");
    colleague_gives(&console, "michael.chen@northwind.example", "Viewer");
    usher.run(&["resume", "last"]).code(4);
    let role = |email: &str| console.people_with(email)[0]["role"].as_str().unwrap().to_owned();
    assert_eq!(role("mchen@northwind.example"), "Admin");
    assert_eq!(role("annameier@northwind.example"), "Viewer", "the next person's turn came all the same");
    let outcomes = Usher::outcomes(&run);
    assert_eq!(outcomes["mchen@northwind.example"], "role_mismatch");
    assert_eq!(outcomes["michael.chen@northwind.example"], "already_so");
    assert_eq!(console.asked("role").len(), 4, "two of ours, two of the colleague's");
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn whoever_is_in_doubt_and_protected_since_is_read_back_and_not_asked_for_again() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let plain = toml(&usher);
    let (first, second) = ("bergmeier@northwind.example", "annameier@northwind.example");
    usher.file("people.csv", format!("email\n{first}\n{second}\n"));
    let mut running = Running::start(&usher, &["remove", "heap", "people.csv", "--yes"]);
    running.reaches(&usher, 0, "commit_intended").unwrap();
    running.kill();
    let run = usher.runs().remove(0);
    Traces::of(&run).are_gone();
    rewritten(&usher, &plain, &format!("protected = [\"{first}\", \"{second}\"]"));
    let asked = console.asked("remove").len();
    usher.run(&["resume", "last"]).code(4);
    assert_eq!(console.asked("remove").len(), asked, "nobody is asked for any more");
    let outcomes = Usher::outcomes(&run);
    let gone = console.people_with(first).is_empty();
    assert_eq!(outcomes[first], if gone { "removed" } else { "blocked_protected" });
    assert_eq!(outcomes[second], "blocked_protected");
    assert_eq!(console.people_with(second).len(), 1);
    usher.run(&["verify", "last"]).code(0);
}
