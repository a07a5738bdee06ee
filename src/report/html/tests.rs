//! The page, held against hostile names, missing pictures, and itself.

use super::*;
use crate::report::sample;

fn drawn(story: &Story, read: &dyn Fn(&str) -> Option<Vec<u8>>, room: u64) -> String {
    let mut page = Vec::new();
    draw_page(story, &Pictures::unseen(read), room, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn html(story: &Story, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> String {
    drawn(story, read, album::ROOM)
}

fn page() -> String {
    let plan = sample::plan();
    html(&Story::of(&plan, &sample::entries(&plan, &sample::stub)), &sample::stub)
}

#[test]
fn the_same_story_gives_the_same_bytes() {
    assert_eq!(page(), page());
}

#[test]
fn it_says_which_usher_drew_it() {
    let page = page();
    assert_eq!(drawn_by(page.as_bytes()), Some(VERSION));
    assert_eq!(drawn_by(&page.as_bytes()[60..200]), None);
    assert_eq!(drawn_by(b"<meta name=\"generator\" content=\"usher \xff\""), None);
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let page = page();
    assert!(page.contains("Sam &lt;script&gt;alert(1)&lt;/script&gt; O'Neil"));
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert_eq!(page.matches("<script>").count(), 1, "only our own");
    assert!(!page.contains("<img src=x"));
    assert!(!page.contains("javascript:"));
}

#[test]
fn nothing_from_outside_turns_the_text_round() {
    let turned = "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{9b}1mf\u{1b}[2Jg";
    let mut plan = sample::plan();
    for text in [&mut plan.title, &mut plan.tenant, &mut plan.app, &mut plan.request.name, &mut plan.usher] {
        turned.clone_into(text);
    }
    for input in &mut plan.inputs {
        input.text.insert_str(0, turned);
    }
    plan.notes.push(turned.to_owned());
    for job in &mut plan.jobs {
        job.values.insert("name".to_owned(), turned.to_owned());
        job.found.row.insert("role".to_owned(), turned.to_owned());
    }
    let mut entries = sample::entries(&plan, &sample::stub);
    for entry in &mut entries {
        entry.at.push_str(turned);
        if let crate::journal::Fact::ProofKept { exhibit, .. } = &mut entry.fact {
            turned.clone_into(&mut exhibit.title);
            turned.clone_into(&mut exhibit.label);
        }
        if let crate::journal::Fact::JobEnded { why, .. } = &mut entry.fact {
            why.push_str("`\u{202e}code`");
        }
    }
    let page = html(&Story::of(&plan, &entries), &sample::stub);
    let raw = |character: char| {
        character.is_control() && character != '\n' || crate::safe::visible(&character.to_string()).len() > 4
    };
    let found: Vec<&str> = page.lines().filter(|line| line.contains(raw)).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(page.contains("a&lt;U+202E&gt;b"), "it is shown instead");
}

#[test]
fn it_loads_nothing_from_anywhere() {
    let page = page();
    for attribute in page.split(" src=\"").skip(1) {
        assert!(attribute.starts_with("data:"), "{}", &attribute[..40]);
    }
    for attribute in page.split(" href=\"").skip(1) {
        assert!(attribute.starts_with('#'), "{}", &attribute[..40]);
    }
}

#[test]
fn links_inside_the_page_lead_somewhere() {
    let page = page();
    for target in page.split(" href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target}");
    }
}

#[test]
fn a_picture_that_is_not_the_sealed_one_is_not_shown() {
    let plan = sample::plan();
    let story = Story::of(&plan, &sample::entries(&plan, &sample::stub));
    let forged = html(&story, &|file| (file != "p001-s05-armed.png").then(|| b"another".to_vec()));
    assert!(!forged.contains("data:image"));
    assert!(forged.contains("This file is not the one that was sealed"));
    assert!(forged.contains("This file is not in the run's folder"));
}

#[test]
fn too_many_pictures_lie_beside_it() {
    let even = |file: &str| Some(file.bytes().cycle().take(100).collect::<Vec<u8>>());
    let plan = sample::plan();
    let story = Story::of(&plan, &sample::entries(&plan, &even));
    let page = drawn(&story, &even, 1_050);
    assert_eq!(page.matches("src=\"data:").count(), 10);
    assert!(page.contains("src=\"./p009-s00-already-there.png\""));
    assert!(page.contains("pictures are not embedded"));
    // One that is known to hold is not read to be named.
    let read = std::cell::Cell::new(0);
    let counted = |file: &str| {
        read.set(read.get() + u32::from(file.starts_with('p')));
        even(file)
    };
    let mut again = Vec::new();
    let known = Pictures { read: &counted, hold: &|_| Some(100) };
    draw_page(&story, &known, 1_050, &mut again).unwrap();
    assert!(again == page.as_bytes());
    assert_eq!(read.get(), 10);
}

#[test]
fn both_lines_of_a_refusal_are_drawn() {
    let page = page();
    assert!(page.contains("scripts/heap/invite.yaml:10:15"));
    assert!(page.contains("selectors/heap/users-permissions.v3.yaml:9:3"));
    assert!(page.contains("^^^^^^^^^^^^"));
}

#[test]
fn the_rosters_tell_who_else_was_at_work() {
    let page = page();
    assert!(page.contains("<bdi>role</bdi>: <bdi>Admin</bdi> → <bdi>Member</bdi>"));
    assert!(page.contains("not this run") && page.contains("this run</a>"));
}

#[test]
fn a_plan_without_a_journal_can_be_drawn() {
    let page = html(&Story::new(sample::plan()), &sample::stub);
    assert!(page.contains("not ended"));
}

#[test]
fn a_stop_that_no_person_tells_is_told_by_itself() {
    let plan = sample::plan();
    let mut tape = sample::Tape::new(&sample::stub);
    tape.begin(&plan).add(crate::journal::Fact::RunStopped {
        why: "mara.okafor@northwind.example: nothing matched".to_owned(),
        outcome: Some(crate::words::Outcome::UiUnknown),
        refusal: Some(sample::no_such_role()),
    });
    let page = html(&Story::of(&plan, &tape.entries), &sample::stub);
    assert!(page.contains("The run stopped. </b><bdi>mara.okafor@northwind.example: nothing matched"));
    assert!(page.contains("scripts/heap/invite.yaml:10:15"));
    let drawn = crate::report::terminal::summary(&Story::of(&plan, &tape.entries), 80, false);
    assert!(drawn.contains("stopped: mara.okafor@northwind.example: nothing matched\n    --> scripts/heap/invite.yaml:10:15\n"), "{drawn}");
}
