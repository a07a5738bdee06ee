//! Changing roles in Heap.

use crate::harness::{Practice, Usher, file_of};

#[test]
fn changes_roles_of_active_and_pending_people() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    usher.file(
        "changes.csv",
        "email,role\n\
         bergmeier@northwind.example,Admin\n\
         anna.meier@northwind.example,viewer\n\
         sofia.lindqvist@northwind.example,Viewer\n\
         grace.whitfield@northwind.example,Member\n\
         mchen@contractor.example,Member\n",
    );
    let run = usher.run(&["role", "heap", "changes.csv", "--yes"]);
    run.code(4);
    assert_eq!(console.applied("role"), ["bergmeier@northwind.example", "sofia.lindqvist@northwind.example"]);
    assert_eq!(console.asked("role").len(), 2);
    let role = |email: &str| console.people_with(email)[0]["role"].as_str().unwrap().to_owned();
    assert_eq!(role("bergmeier@northwind.example"), "Admin");
    assert_eq!(role("meier@northwind.example"), "Admin");
    assert_eq!(role("sofia.lindqvist@northwind.example"), "Viewer");
    assert_eq!(role("grace.whitfield@northwind.example"), "Owner");
    let folder = usher.runs().remove(0);
    let outcomes = Usher::outcomes(&folder);
    let of = |email: &str| outcomes[email].as_str();
    assert_eq!(of("bergmeier@northwind.example"), "role_changed");
    assert_eq!(of("sofia.lindqvist@northwind.example"), "role_changed");
    assert_eq!(of("anna.meier@northwind.example"), "already_so");
    assert_eq!(of("grace.whitfield@northwind.example"), "blocked_owner");
    assert_eq!(of("mchen@contractor.example"), "near_match");
    // What takes it back is itself a request, and it does.
    let undo = file_of(&folder, "undo.csv");
    usher.file("undo.csv", &undo);
    usher.run(&["role", "heap", "undo.csv", "--yes"]).code(0);
    assert_eq!(role("bergmeier@northwind.example"), "Member", "{undo}");
    assert_eq!(role("sofia.lindqvist@northwind.example"), "Member", "{undo}");
    assert_eq!(console.asked("role").len(), 4);
}
