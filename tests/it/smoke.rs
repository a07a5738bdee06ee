//! The main job once, whole: a practice console, a request, the truth.

use crate::harness::{Practice, Usher};

#[test]
fn invites_into_the_practice_console() {
    let console = Practice::start(&["people=30"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\nada@northwind.example,Member\nben+x@northwind.example,Viewer\n");
    let run = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    run.code(0);
    assert_eq!(console.people_with("ada@northwind.example").len(), 1, "{}", run.stderr);
    assert_eq!(console.applied("invite"), ["ada@northwind.example", "ben+x@northwind.example"]);
    usher.run(&["verify", "last"]).code(0);
}
