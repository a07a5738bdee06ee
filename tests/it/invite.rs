//! Inviting into Heap: who is invited, who is left alone and why. The judge is the console's own record.

use crate::harness::{Practice, Usher, fact, file_of};

/// The people of the truth, one JSON text each.
fn people(console: &Practice) -> Vec<String> {
    console.truth()["people"].as_array().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn invites_exactly_those_who_are_not_there() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let before = people(&console);
    usher.file(
        "people.csv",
        "email,role\n\
         meier@northwind.example,Member\n\
         eier@northwind.example,Viewer\n\
         ADA.Lovelace@Northwind.EXAMPLE,Member\n\
         SOFIA.lindqvist@northwind.example,Member\n\
         tom.okafor@northwind.example,Admin\n\
         priya.raman+new@northwind.example,Admin\n\
         michael.chen@contractor.example,Member\n",
    );
    let run = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    run.code(0);
    assert_eq!(
        console.applied("invite"),
        [
            "eier@northwind.example",
            "ada.lovelace@northwind.example",
            "priya.raman+new@northwind.example",
            "michael.chen@contractor.example"
        ]
    );
    let after = people(&console);
    assert_eq!(after.len(), before.len() + 4);
    assert!(before.iter().all(|person| after.contains(person)), "somebody else was touched");
    assert_eq!(console.people_with("priya.raman+new@northwind.example")[0]["role"], "Admin");
    assert_eq!(console.people_with("eier@northwind.example")[0]["role"], "Viewer");
    let outcomes = Usher::outcomes(&usher.runs()[0]);
    let of = |email: &str| outcomes[email].as_str();
    assert_eq!(of("meier@northwind.example"), "already_member");
    assert_eq!(of("tom.okafor@northwind.example"), "already_member");
    assert_eq!(of("sofia.lindqvist@northwind.example"), "already_pending");
    assert_eq!(of("ada.lovelace@northwind.example"), "invited_pending");
    assert_eq!(outcomes.len(), 7);
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn stops_when_no_seat_is_left_and_goes_on_when_there_are_more() {
    let console = Practice::start(&["people=6", "seat_cap=8"]);
    let usher = Usher::new().heap(&console);
    usher.file(
        "people.csv",
        "email,role\na1@new.example,Member\nb2@new.example,Member\nc3@new.example,Member\nd4@new.example,Member\n",
    );
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7).says("Upgrade to invite more people");
    let run = usher.runs().remove(0);
    assert_eq!(console.applied("invite"), ["a1@new.example", "b2@new.example"]);
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example", "c3@new.example"]);
    let outcomes = Usher::outcomes(&run);
    assert_eq!(outcomes["c3@new.example"], "seat_limit");
    assert!(!outcomes.contains_key("d4@new.example"), "nobody after them was reached: {outcomes:?}");
    let results = file_of(&run, "results.csv");
    assert!(results.lines().any(|l| l.contains("d4@new.example") && l.contains("not_reached")), "{results}");
    // More seats were bought: whoever is left gets theirs, whoever was refused stays refused in this run.
    console.knob("seat_cap", "off");
    usher.run(&["resume", "last"]).code(4);
    assert_eq!(console.applied("invite"), ["a1@new.example", "b2@new.example", "d4@new.example"]);
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(console.applied("invite").len(), 4);
}

#[test]
fn a_role_that_is_not_offered_is_refused_and_says_what_is() {
    let console = Practice::start(&["people=5", "viewer_role=off"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Viewer\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(4);
    let run = usher.runs().remove(0);
    let outcomes = Usher::outcomes(&run);
    assert_eq!(outcomes["a1@new.example"], "role_unavailable");
    assert_eq!(outcomes["b2@new.example"], "invited_pending");
    assert_eq!(console.asked("invite"), ["b2@new.example"]);
    let ended = fact(&run, "job_ended", "a1@new.example");
    let refusal = &ended["refusal"];
    let message = refusal["message"].as_str().unwrap();
    assert!(message.contains("\"Admin\", \"Member\"") && message.contains("\"Viewer\""), "{message}");
    assert!(refusal["script"]["file"].as_str().unwrap().ends_with("invite.yaml"), "{refusal}");
    assert!(run.join(refusal["picture"].as_str().unwrap()).is_file(), "{refusal}");
}

#[test]
fn a_renamed_commit_button_stops_the_run_before_anybody_is_touched() {
    let console = Practice::start(&["people=5", "button_label=Send Invitation"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7).says("Send Invitation");
    assert!(console.asked("invite").is_empty(), "somebody was touched");
    let run = usher.runs().remove(0);
    let stopped = fact(&run, "run_stopped", "");
    assert_eq!(stopped["outcome"], "ui_unknown");
    let refusal = &stopped["refusal"];
    assert!(refusal["script"]["file"].as_str().unwrap().ends_with("invite.yaml"), "{refusal}");
    assert!(refusal["script"]["line"].as_u64().unwrap() > 1);
    assert!(refusal["book"]["file"].as_str().unwrap().contains("users-permissions"), "{refusal}");
    assert!(
        refusal["near"].as_array().unwrap().iter().any(|near| near.as_str().unwrap() == "Send Invitation"),
        "{refusal}"
    );
    assert!(run.join(refusal["picture"].as_str().unwrap()).is_file(), "{refusal}");
    // Nobody lost their turn: with the old name back, the very same run is finished.
    console.knob("button_label", "Send Invite");
    usher.run(&["resume", "last"]).code(0);
    assert_eq!(console.applied("invite"), ["a1@new.example", "b2@new.example"]);
}

#[test]
fn scim_and_missing_rights_are_told_as_what_they_are() {
    let console = Practice::start(&["people=5", "scim=on"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7).says("identity provider");
    let run = usher.runs().remove(0);
    let outcomes = Usher::outcomes(&run);
    assert_eq!(outcomes["a1@new.example"], "managed_by_scim");
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    console.knob("scim", "off");
    console.knob("signed_in_role", "Member");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(4).says("permission_denied");
    assert_eq!(usher.runs().len(), 1, "no run begins where the people cannot even be read");
    assert!(console.asked("invite").is_empty());
}

#[test]
fn a_list_that_does_not_react_yet_is_read_whole_all_the_same() {
    let console = Practice::start(&["people=30", "slow_ready_ms=800"]);
    let usher = Usher::new().heap(&console);
    let roster = usher.run(&["roster", "heap", "--format", "csv"]);
    roster.code(0);
    assert_eq!(roster.stdout.lines().count(), 31, "{}", roster.stdout);
}

#[test]
fn a_slow_page_with_other_words_is_the_same_page() {
    let console = Practice::start(&[
        "people=8",
        "labels=b",
        "latency_ms=120",
        "slow_ready_ms=700",
        "late_rows_ms=2500",
    ]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Viewer\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example"]);
    let run = usher.runs().remove(0);
    let facts = Usher::facts(&run);
    let clicked = facts.iter().find(|fact| fact["on"] == "invite_button").unwrap();
    assert!(clicked.to_string().contains("Add User"), "{clicked}");
}
