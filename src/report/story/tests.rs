//! The fold, held against runs that went every way a run can go.

use super::*;
use crate::journal::Fact;
use crate::report::sample::{self, Tape};
use crate::words::Family;

fn whole() -> Story {
    let plan = sample::plan();
    Story::of(&plan, &sample::entries(&plan, &sample::stub))
}

#[test]
fn tells_what_became_of_everybody() {
    let outcomes: Vec<&str> = whole().people.iter().map(|person| person.outcome().as_str()).collect();
    let expected = [
        "invited_pending",
        "added",
        "already_member",
        "near_match",
        "role_unavailable",
        "domain_not_allowed",
        "unknown_after_commit",
        "invited_pending",
        "already_pending",
        "not_reached",
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn counts_by_family_and_says_it_in_a_sentence() {
    let story = whole();
    assert_eq!(story.count(Family::Done), 3);
    assert_eq!(story.unresolved().count(), 1);
    let verdict = "2 people invited, 1 added, 2 already there, 3 refused, 1 not reached; 1 undecided";
    assert_eq!(crate::report::verdict(&story), verdict);
}

#[test]
fn a_revision_counts_and_the_first_word_stays() {
    let story = whole();
    let person = story.person(2).unwrap();
    assert_eq!(person.ended.as_ref().unwrap().outcome, Outcome::InvitedPending);
    assert_eq!((person.revisions.len(), person.outcome()), (1, Outcome::Added));
    assert_eq!(person.why(), "the final roster shows the person as active");
}

#[test]
fn a_resumed_run_counts_only_the_time_at_work() {
    let story = whole();
    assert_eq!(story.run.resumed[0].mended, 118);
    assert_eq!(story.run.stretches.len(), 2);
    assert!(story.worked().unwrap() < 120_000, "{:?}", story.worked());
    let person = story.person(8).unwrap();
    assert_eq!((person.resumed.len(), person.intents.len(), person.film.len()), (1, 1, 3));
    assert!(person.took().unwrap() < 10_000, "the hours between are nobody's work");
    assert_eq!(person.film[2].session, Some(1));
    assert_eq!(story.run.sessions.len(), 2);
}

#[test]
fn an_intent_without_an_outcome_is_undecided() {
    let plan = sample::plan();
    let mut tape = Tape::new(&sample::stub);
    tape.begin(&plan).armed(1, "mara.okafor@northwind.example");
    let story = Story::of(&plan, &tape.entries);
    assert!(story.is_torn());
    assert_eq!(story.person(1).unwrap().outcome(), Outcome::UnknownAfterCommit);
    assert_eq!(story.person(2).unwrap().outcome(), Outcome::NotReached);
    assert_eq!(story.person(3).unwrap().outcome(), Outcome::AlreadyMember, "the plan had settled it");
}

#[test]
fn a_persons_decision_settles_the_undecided() {
    let plan = sample::plan();
    let mut story = whole();
    let head = story.run.stretches.last().unwrap().1.clone();
    let mut tape = Tape::new(&sample::stub);
    tape.wait(9_000_000).add(Fact::Decided {
        job: 7,
        person: plan.jobs[6].key.clone(),
        outcome: Outcome::InvitedPending,
        note: "the app's audit log shows the invitation".to_owned(),
        operator: "grace@it-desk-01".to_owned(),
        exhibit: None,
    });
    story.take(&tape.entries[0]);
    let person = story.person(7).unwrap();
    assert_eq!(person.outcome(), Outcome::InvitedPending);
    let last = person.revisions.last().unwrap();
    assert_eq!((last.from, last.by.as_deref()), (Outcome::UnknownAfterCommit, Some("grace@it-desk-01")));
    assert_eq!(story.run.stretches.last().unwrap().1, head, "deciding later is no work of the run");
}

#[test]
fn a_job_that_ends_twice_keeps_both_words() {
    let plan = sample::plan();
    let mut tape = Tape::new(&sample::stub);
    let (key, nobody) = ("mara.okafor@northwind.example", BTreeMap::new());
    tape.begin(&plan).ended(1, key, Outcome::UnknownAfterCommit, "unclear", &nobody);
    tape.ended(1, key, Outcome::InvitedPending, "read back", &nobody);
    let story = Story::of(&plan, &tape.entries);
    let person = story.person(1).unwrap();
    assert_eq!(person.outcome(), Outcome::InvitedPending);
    assert_eq!(person.revisions[0].from, Outcome::UnknownAfterCommit);
}

#[test]
fn a_job_the_plan_lacks_is_told_nevertheless() {
    let plan = sample::plan();
    let mut tape = Tape::new(&sample::stub);
    tape.ended(99, "ghost@northwind.example", Outcome::Removed, "gone", &BTreeMap::new());
    let story = Story::of(&plan, &tape.entries);
    assert_eq!(story.people.len(), 11);
    assert_eq!(story.person(99).unwrap().key, "ghost@northwind.example");
}

#[test]
fn live_and_later_are_the_same() {
    let plan = sample::plan();
    let entries = sample::entries(&plan, &sample::stub);
    let mut live = Story::new(plan.clone());
    for entry in &entries {
        live.take(entry);
    }
    assert_eq!(format!("{live:?}"), format!("{:?}", Story::of(&plan, &entries)));
}

#[test]
fn a_brief_story_tells_the_same_line_about_everybody() {
    let mut plan = sample::plan();
    let mut brief = Story::brief(&mut plan);
    assert_eq!(plan, sample::plan(), "the plan is left as it was");
    let mut whole = Story::new(plan.clone());
    for entry in sample::entries(&plan, &sample::stub) {
        brief.take(&entry);
        whole.take(&entry);
        for (short, long) in brief.people.iter().zip(&whole.people) {
            let line = |person: &Person| {
                let why = person.why().to_owned();
                (person.key.clone(), person.outcome(), why, person.took(), person.ended.is_some())
            };
            assert_eq!(line(short), line(long), "entry {}", entry.seq);
        }
    }
    assert_eq!(brief.people.len(), whole.people.len());
    let kept = |story: &Story| story.people.iter().map(|person| person.film.len()).sum::<usize>();
    assert!(kept(&brief) < kept(&whole), "pictures are the report's");
}
