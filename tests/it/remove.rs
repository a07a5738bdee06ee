//! Removing from Heap: exactly the people who are meant, and nobody who must stay.

use crate::harness::{Practice, Usher};

#[test]
fn removes_exactly_those_who_are_meant() {
    let console = Practice::start(&["people=30"]);
    let truth = console.truth();
    let everybody: Vec<String> = truth["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["email"].as_str().unwrap().to_lowercase())
        .collect();
    // Somebody of the second page: the console lists the newest 25 on the first.
    let far = everybody[1].clone();
    let usher = Usher::new().heap_with(&console, "protected = [\"Zoe.Mueller@northwind.example\"]");
    usher.file(
        "leavers.csv",
        format!(
            "email\n\
             meier@northwind.example\n\
             SOFIA.Lindqvist@northwind.example\n\
             {far}\n\
             grace.whitfield@northwind.example\n\
             it-admin@northwind.example\n\
             zoe.mueller@northwind.example\n\
             lena.oneill@northwind.example\n\
             nobody.like.that@elsewhere.example\n\
             priya.raman@northwind.example\n"
        ),
    );
    usher.run(&["remove", "heap", "leavers.csv", "--yes"]).code(4);
    assert_eq!(
        console.applied("remove"),
        ["meier@northwind.example", far.as_str(), "priya.raman@northwind.example"]
    );
    assert_eq!(console.applied("revoke"), ["sofia.lindqvist@northwind.example"]);
    assert_eq!(console.asked("remove").len() + console.asked("revoke").len(), 4, "nothing was tried in vain");
    let gone = [
        "meier@northwind.example",
        "sofia.lindqvist@northwind.example",
        far.as_str(),
        "priya.raman@northwind.example",
    ];
    for person in &everybody {
        let there = !console.people_with(person).is_empty();
        assert_eq!(there, !gone.contains(&person.as_str()), "{person}");
    }
    let outcomes = Usher::outcomes(&usher.runs()[0]);
    let of = |email: &str| outcomes[email].as_str();
    for person in gone {
        assert_eq!(of(person), "removed", "{person}");
    }
    assert_eq!(of("grace.whitfield@northwind.example"), "blocked_owner");
    assert_eq!(of("it-admin@northwind.example"), "blocked_self");
    assert_eq!(of("zoe.mueller@northwind.example"), "blocked_protected");
    assert_eq!(of("lena.oneill@northwind.example"), "near_match");
    assert_eq!(of("nobody.like.that@elsewhere.example"), "already_absent");
    usher.run(&["verify", "last"]).code(0);
    // The same list once more finds nobody left to remove.
    usher.run(&["remove", "heap", "leavers.csv", "--yes"]).code(4);
    assert_eq!(console.asked("remove").len() + console.asked("revoke").len(), 4);
}

#[test]
fn a_list_that_is_too_long_is_refused_whole() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    usher.file(
        "leavers.csv",
        "email\nmeier@northwind.example\nbergmeier@northwind.example\nanna.meier@northwind.example\n\
         michael.chen@northwind.example\nmchen@northwind.example\nannameier@northwind.example\n",
    );
    usher.run(&["remove", "heap", "leavers.csv", "--yes"]).code(4).says("caps.removals");
    assert!(console.asked("remove").is_empty());
    let outcomes = Usher::outcomes(&usher.runs()[0]);
    assert!(outcomes.len() == 6 && outcomes.values().all(|outcome| outcome == "cap_reached"), "{outcomes:?}");
}

#[test]
fn the_last_admin_stays() {
    // Of three people the owner, the signed-in account and one more admin.
    let console = Practice::start(&["people=3"]);
    let usher = Usher::new().heap(&console);
    usher.file("leavers.csv", "email\nmeier@northwind.example\n");
    usher.run(&["remove", "heap", "leavers.csv", "--yes"]).code(0);
    assert_eq!(console.applied("remove"), ["meier@northwind.example"]);
    usher.file("roles.csv", "email,role\nit-admin@northwind.example,Viewer\n");
    usher.run(&["role", "heap", "roles.csv", "--yes"]).code(4);
    assert!(console.asked("role").is_empty());
}
