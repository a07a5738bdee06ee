//! A judge that finds nothing proves nothing: each kind of wrong is found when it is there.

use super::*;
use serde_json::json;

fn request(at: i64, action: &str, email: &str, role: &str, applied: bool) -> Request {
    let (action, email, role) = (action.to_owned(), email.to_owned(), role.to_owned());
    Request { at, action, email, role, applied, answered: true }
}

fn intended(person: &str) -> Value {
    json!({ "fact": "commit_intended", "job": 1, "person": person })
}

fn became(person: &str, outcome: &str) -> Value {
    json!({ "fact": "job_ended", "job": 1, "person": person, "outcome": outcome, "why": "because" })
}

fn people(all: &[(&str, &str)]) -> People {
    all.iter().map(|(email, role)| ((*email).to_owned(), (*role).to_owned())).collect()
}

/// Ann's role is changed, Ben is so already; then the same request once more.
fn good() -> Round {
    let ended = || json!({ "fact": "run_ended" });
    let run = |facts: Vec<(i64, Value)>| Run {
        action: "role",
        asked: people(&[("ann@x.test", "Admin"), ("ben@x.test", "Viewer")]),
        facts,
        troubles: BTreeSet::new(),
        is_stuck: false,
        unverified: None,
    };
    Round {
        before: people(&[("ann@x.test", "Member"), ("ben@x.test", "Viewer"), ("eve@x.test", "Viewer")]),
        after: people(&[("ann@x.test", "Admin"), ("ben@x.test", "Viewer"), ("eve@x.test", "Viewer")]),
        requests: vec![request(20, "role", "ann@x.test", "Admin", true)],
        runs: vec![
            run(vec![
                (10, intended("ann@x.test")),
                (30, became("ann@x.test", "role_changed")),
                (40, became("ben@x.test", "already_so")),
                (50, ended()),
            ]),
            run(vec![
                (110, became("ann@x.test", "already_so")),
                (120, became("ben@x.test", "already_so")),
                (130, ended()),
            ]),
        ],
        listed: BTreeSet::new(),
    }
}

#[track_caller]
fn finds(spoil: impl FnOnce(&mut Round), wanted: [usize; 5]) -> Tally {
    let mut round = good();
    spoil(&mut round);
    let tally = judge(&round);
    assert_eq!(tally.found(), wanted, "doubles, wrong, lost, untrue, groundless: {tally:#?}");
    tally
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let tally = finds(|_| {}, [0; 5]);
    assert_eq!((tally.people, tally.acts), (2, 1));
}

#[test]
fn a_double_is_found() {
    let again = |at, applied| {
        move |round: &mut Round| {
            round.requests.push(request(at, "role", "ann@x.test", "Admin", applied));
        }
    };
    // Within one intent; by a second one; and once the journal had closed the person.
    finds(again(25, true), [1, 0, 0, 0, 0]);
    finds(again(25, false), [1, 0, 0, 0, 0]);
    finds(again(60, true), [1, 0, 1, 0, 0]);
    finds(|round| round.runs[1].facts.insert(0, (105, intended("ann@x.test"))), [1, 0, 0, 0, 0]);
    let excused = |round: &mut Round| {
        round.requests[0].answered = false;
        again(25, false)(round);
    };
    finds(excused, [0; 5]);
    let handler = |round: &mut Round| {
        round.runs[0].troubles.insert("double_handler=on".to_owned());
        again(25, false)(round);
    };
    finds(handler, [0; 5]);
    // What somebody else undid may be asked for once more.
    let undone = |round: &mut Round| {
        round.requests.push(request(70, "altered_elsewhere", "ann@x.test", "Viewer", true));
        round.requests.push(request(107, "role", "ann@x.test", "Admin", true));
        round.runs[1].facts[0] = (110, became("ann@x.test", "role_changed"));
        round.runs[1].facts.insert(0, (105, intended("ann@x.test")));
    };
    finds(undone, [0; 5]);
    let undecided = |round: &mut Round| {
        round.requests[0].applied = false;
        round.runs[0].facts[1].1 = became("ann@x.test", "unknown_after_commit");
        round.requests.push(request(107, "role", "ann@x.test", "Admin", true));
        round.runs[1].facts[0] = (110, became("ann@x.test", "role_changed"));
        round.runs[1].facts.insert(0, (105, intended("ann@x.test")));
        round.listed.insert("ann@x.test".to_owned());
    };
    finds(undecided, [1, 0, 0, 0, 0]);
}

#[test]
fn a_wrong_person_is_found() {
    finds(|round| round.requests.push(request(60, "role", "eve@x.test", "Admin", false)), [0, 1, 0, 0, 0]);
    finds(|round| round.requests.push(request(25, "remove", "ann@x.test", "", false)), [0, 1, 0, 0, 0]);
    finds(|round| drop(round.after.remove("eve@x.test")), [0, 1, 0, 0, 0]);
    finds(|round| drop(round.after.insert("new@x.test".to_owned(), "Viewer".to_owned())), [0, 1, 0, 0, 0]);
    let role = |round: &mut Round| {
        round.requests[0].role = "Viewer".to_owned();
        round.after.insert("ann@x.test".to_owned(), "Viewer".to_owned());
    };
    finds(role, [0, 1, 0, 2, 0]);
    let elsewhere = |round: &mut Round| {
        round.requests.push(request(60, "removed_elsewhere", "eve@x.test", "", true));
        round.after.remove("eve@x.test");
    };
    finds(elsewhere, [0; 5]);
}

#[test]
fn a_lost_fact_is_found() {
    finds(|round| drop(round.runs[0].facts.remove(0)), [0, 0, 1, 1, 0]);
    finds(|round| drop(round.runs[0].facts.remove(2)), [0, 0, 1, 0, 0]);
    finds(|round| drop(round.runs[0].facts.pop()), [0, 0, 1, 0, 0]);
    finds(|round| round.runs[0].unverified = Some("line 3".to_owned()), [0, 0, 1, 0, 0]);
    finds(|round| round.listed.extend(["ann@x.test".to_owned()]), [0, 0, 1, 0, 0]);
    finds(|round| round.runs[0].is_stuck = true, [0; 5]);
    let stuck = |round: &mut Round| {
        round.runs[0].is_stuck = true;
        round.runs[0].facts.pop();
    };
    finds(stuck, [0, 0, 1, 0, 0]);
}

#[test]
fn an_untrue_claim_is_found() {
    let not_done = |round: &mut Round| {
        round.requests.clear();
        round.after.insert("ann@x.test".to_owned(), "Member".to_owned());
    };
    finds(not_done, [0, 0, 0, 2, 0]);
    finds(|round| round.runs[0].facts[1].1 = became("ann@x.test", "near_match"), [0, 0, 0, 1, 0]);
    finds(|round| round.runs[0].facts[1].1 = became("ann@x.test", "already_so"), [0, 0, 0, 1, 0]);
}

#[test]
fn undecided_without_a_reason_is_found() {
    let unknown = |round: &mut Round| {
        round.runs[0].facts[1].1 = became("ann@x.test", "unknown_after_commit");
        round.listed.insert("ann@x.test".to_owned());
    };
    finds(unknown, [0, 0, 0, 0, 1]);
    let undone = |round: &mut Round| {
        unknown(round);
        round.requests.push(request(25, "altered_elsewhere", "ann@x.test", "Viewer", true));
        round.after.insert("ann@x.test".to_owned(), "Viewer".to_owned());
        round.runs[1].facts[0].1 = became("ann@x.test", "unknown_after_commit");
    };
    let tally = finds(undone, [0; 5]);
    assert_eq!(tally.undecided.len(), 2, "{tally}");
    let never = |round: &mut Round| {
        unknown(round);
        round.requests.clear();
        round.after.insert("ann@x.test".to_owned(), "Member".to_owned());
        round.runs[1].facts[0].1 = became("ann@x.test", "unknown_after_commit");
    };
    finds(never, [0, 0, 0, 0, 1]);
    let reached = |round: &mut Round| {
        never(round);
        round.runs[0].troubles.insert("kills of the browser".to_owned());
    };
    finds(reached, [0; 5]);
    let elsewhere = |round: &mut Round| {
        round.runs[1].facts[0].1 = became("ann@x.test", "unknown_after_commit");
    };
    finds(elsewhere, [0, 0, 0, 0, 1]);
}
