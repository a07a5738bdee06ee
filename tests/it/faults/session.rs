//! Faults of the session: another tenant, a page that does not want to be left, and what lies over the page.

use crate::harness::{Practice, Usher};

#[test]
fn another_tenant_and_news_that_nobody_listed_stop_before_anybody_is_touched() {
    let console = Practice::start(&["people=10"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", "email,role\na1@new.example,Member\n");
    console.knob("tenant", "Southwind");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(4).says("wrong_tenant").says("Southwind");
    console.knob("tenant", &console.tenant);
    // The book lists nothing that may be sent away: what covers the button is named, and not clicked.
    console.knob("overlay", "news");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7).says("is covered by region \"News\"");
    assert!(console.asked("invite").is_empty());
    console.knob("overlay", "off");
    // A page that asks before it is left is left.
    console.knob("native_dialog", "leaving");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(console.asked("invite"), ["a1@new.example"]);
}
