//! Faults of the page: it lies, moves, covers, replaces, answers for somebody else, or does a thing twice.

use crate::harness::{Practice, Usher, fact, file_of};

const INVITED: &str = "email,role\na1@new.example,Member\nb2@new.example,Member\n";
const LEAVERS: &str = "email\nmeier@northwind.example\npriya.raman@northwind.example\n";

/// A console, and an usher in front of it with one request for each action.
fn stage() -> (Practice, Usher) {
    let console = Practice::start(&["people=30"]);
    let usher = Usher::new().heap(&console);
    usher.file("invite.csv", INVITED);
    usher.file("remove.csv", LEAVERS);
    usher.file("role.csv", "email,role\nbergmeier@northwind.example,Admin\nmchen@northwind.example,Viewer\n");
    (console, usher)
}

fn run(usher: &Usher, action: &str) -> crate::harness::Done {
    usher.run(&[action, "heap", &format!("{action}.csv"), "--yes"])
}

/// Nothing at all was sent for any person.
#[track_caller]
fn nothing_was_sent(console: &Practice, fault: &str) {
    for action in ["invite", "remove", "revoke", "role"] {
        assert!(console.asked(action).is_empty(), "{fault}: {:?}", console.asked(action));
    }
}

#[test]
fn a_list_that_cannot_be_proven_whole_removes_nobody() {
    let (console, usher) = stage();
    for (knob, fault, off, says) in [
        ("count", "more", "truth", "the app counts 33, 30 rows were read"),
        ("count", "none", "truth", "the page does not show the count"),
        ("shuffles", "on", "off", "the list moved"),
    ] {
        console.knob(knob, fault);
        run(&usher, "remove").code(4).says(says).says("could not be proven whole");
        nothing_was_sent(&console, fault);
        console.knob(knob, off);
    }
    // Two rows with one address: this person is ambiguous, and the other one is served.
    console.knob("doubled", "meier@northwind.example");
    run(&usher, "remove").code(4).says("more than one row").says("make the rows tell apart");
    assert_eq!(console.asked("remove"), ["priya.raman@northwind.example"]);
    console.knob("doubled", "off");
    // Who is gone already leaves a near match behind, which is for a person to look at.
    run(&usher, "remove").code(4).says("near match");
    assert_eq!(console.applied("remove"), ["priya.raman@northwind.example", "meier@northwind.example"]);
}

#[test]
fn the_control_or_the_person_of_a_commit_that_is_another_one_stops_it() {
    let (console, usher) = stage();
    for (knob, action, value, says) in [
        ("next_row", "remove", "on", "the page names somebody else, bergmeier@northwind.example"),
        ("rerender", "remove", "on", "the guard held the commit back"),
        ("typing", "invite", "eats", "does not hold what was typed"),
        ("typing", "invite", "appends", "does not hold what was typed"),
        ("native_dialog", "invite", "alert", "Have you heard of our new plans?"),
    ] {
        let off = if knob == "typing" { "plain" } else { "off" };
        console.knob(knob, value);
        run(&usher, action).code(7).says(says).says("hint:");
        nothing_was_sent(&console, value);
        console.knob(knob, off);
    }
    // Of what was held back nobody is in doubt: the same requests go through when the page is itself again.
    run(&usher, "remove").code(0);
    run(&usher, "invite").code(0);
    assert_eq!(console.asked("remove"), ["meier@northwind.example", "priya.raman@northwind.example"]);
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example"]);
}

#[test]
fn what_a_page_says_is_not_what_happened() {
    let (console, usher) = stage();
    // Failure is told, and it was done; then nothing is told.
    console.knob("toast", "wrong");
    run(&usher, "invite").code(0);
    console.knob("toast", "none");
    run(&usher, "remove").code(0);
    console.knob("toast", "truth");
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example"]);
    assert_eq!(console.asked("remove"), ["meier@northwind.example", "priya.raman@northwind.example"]);
    // A row that shows at once and is taken back is no invitation.
    console.knob("rolls_back", "on");
    usher.file("invite.csv", "email,role\nc3@new.example,Member\nd4@new.example,Member\n");
    run(&usher, "invite").code(8).says("a fresh load does not show it").says("usher unresolved");
    assert_eq!(console.asked("invite"), ["a1@new.example", "b2@new.example", "c3@new.example"]);
    console.knob("rolls_back", "off");
    run(&usher, "invite").code(8);
    assert_eq!(console.asked("invite").len(), 4, "the one in doubt is left alone, the other one is invited");
    assert!(console.people_with("c3@new.example").is_empty());
}

#[test]
fn a_button_that_does_something_else_stops_the_run_at_the_first_person() {
    let (console, usher) = stage();
    console.knob("acts_otherwise", "on");
    run(&usher, "role").code(8).says("bergmeier@northwind.example").says("usher unresolved");
    assert_eq!(console.applied("remove"), ["bergmeier@northwind.example"]);
    assert!(console.asked("role").is_empty());
    assert_eq!(console.people_with("mchen@northwind.example")[0]["role"], "Member");
}

#[test]
fn a_click_that_the_page_sends_twice_is_told() {
    let (console, usher) = stage();
    console.knob("double_handler", "on");
    let done = run(&usher, "invite");
    done.code(0).says("a1@new.example: for one click the page sent to the same address more than once");
    let run_folder = usher.runs().remove(0);
    assert_eq!(fact(&run_folder, "commit_returned", "")["sent_again"], 1);
    assert!(file_of(&run_folder, "report.html").contains("usher clicked once"));
    usher.run(&["verify", "last"]).code(0);
    assert_eq!(console.applied("invite"), ["a1@new.example", "b2@new.example"]);
    // A page that sends once is not accused.
    console.knob("double_handler", "off");
    let done = run(&usher, "remove");
    assert!(!done.code(0).stderr.contains("more than once"), "{}", done.stderr);
}
