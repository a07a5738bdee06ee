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
    // The book does not list it: what covers the button is named, and nothing in it is clicked.
    console.knob("overlay", "news");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7).says("is covered by region \"News\"");
    assert!(console.asked("invite").is_empty());
    assert_eq!(console.truth()["clicked_over"], serde_json::json!([]));
    console.knob("overlay", "off");
    // A page that asks before it is left is left.
    console.knob("native_dialog", "leaving");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(console.asked("invite"), ["a1@new.example"]);
}

#[test]
fn what_the_book_lists_is_sent_away_by_what_the_book_names_and_is_on_the_record() {
    for (overlay, button, name) in
        [("cookies", "Only necessary", "cookie_question"), ("nps", "Not now", "survey")]
    {
        let console = Practice::start(&["people=10"]);
        let usher = Usher::new().heap(&console);
        usher.file("people.csv", "email,role\na1@new.example,Member\n");
        console.knob("overlay", overlay);
        usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
        assert_eq!(console.truth()["clicked_over"], serde_json::json!([button]));
        assert_eq!(console.asked("invite"), ["a1@new.example"]);
        let facts = Usher::facts(&usher.runs()[0]);
        assert!(facts.iter().any(|fact| fact["verb"] == "send away" && fact["on"] == name), "{facts:#?}");
    }
}
