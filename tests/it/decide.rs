//! A person decides what nobody knows: what they say is held to sense, their proof is an exhibit, and it is signed again.
#![expect(clippy::disallowed_types, reason = "tests make files that are too large, and hold locks")]

use crate::harness::{Done, Practice, Usher, entries, fact, file_of};
use crate::signed::new_key;
use crate::verify::{DOT, journal_lines, small_facts, small_plan, verify, write_run};
use std::path::{Path, PathBuf};
use std::process::Command;
use usher::journal::Fact;
use usher::words::{Action, Outcome};

const ADA: &str = "ada@northwind.example";

/// usher with a run that stopped at Ada, whom it had been asked to do this with.
fn undecided(action: Action) -> (Usher, PathBuf) {
    let mut plan = small_plan();
    plan.action = action;
    let mut facts = small_facts(&plan, "p0001-5-after.png");
    for fact in &mut facts {
        match fact {
            Fact::JobEnded { outcome, why, .. } => {
                *outcome = Outcome::UnknownAfterCommit;
                *why = "nothing shows it".into();
            }
            Fact::RunEnded { .. } => {
                let outcome = Some(Outcome::UnknownAfterCommit);
                *fact = Fact::RunStopped { why: "somebody is undecided".into(), outcome, refusal: None };
            }
            _ => {}
        }
    }
    let usher = Usher::new();
    let run = usher.path().join("screenshots/good");
    write_run(&run, &plan, facts);
    usher.run(&["report", "last"]).code(0);
    (usher, run)
}

fn decide(usher: &Usher, outcome: &str, note: &str, more: &[&str]) -> Done {
    usher.run(&[&["unresolved", "good", ADA, "--as", outcome, "--note", note], more].concat())
}

/// Nothing was written: not a fact, not a file.
#[track_caller]
fn untouched(run: &Path, before: &[String]) {
    assert_eq!(journal_lines(run), before);
    let strange: Vec<_> = std::fs::read_dir(run)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("decided") || name.starts_with('.'))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn a_decision_is_a_fact_with_its_proof_and_its_note() {
    let (usher, run) = undecided(Action::Invite);
    assert!(usher.run(&["unresolved"]).code(8).stdout.contains(ADA));
    usher.file("what i saw; rm -rf ..PNG\u{202e}", DOT);
    let note = "the app's audit log shows <b>no</b> invitation";
    let done = decide(&usher, "not_reached", note, &["--proof", "what i saw; rm -rf ..PNG\u{202e}"]);
    done.code(0).says("ada@northwind.example is decided: not_reached").says("nothing in it is covered");
    let decided = fact(&run, "decided", ADA);
    assert_eq!(decided["note"], note);
    assert_eq!(decided["outcome"], "not_reached");
    assert_eq!(decided["exhibit"]["file"], "p0001-decided.png");
    assert!(!decided["operator"].as_str().unwrap().is_empty());
    assert_eq!(std::fs::read(run.join("p0001-decided.png")).unwrap(), DOT);
    usher.run(&["unresolved"]).code(0);
    let verified = verify(&run);
    assert!(verified.code(0).stdout.contains("p0001-decided.png"), "{}", verified.stdout);
    let report = file_of(&run, "report.html");
    for wanted in [
        "audit log shows &lt;b&gt;no&lt;/b&gt; invitation",
        "A person's proof",
        "p0001-decided.png",
        "usher did not take it",
    ] {
        assert!(report.contains(wanted), "the report does not say {wanted}");
    }
    // What stopped the run is settled, and the run never comes to this person again.
    assert!(!report.contains("Needs your attention"));
    assert!(file_of(&run, "results.csv").contains("not_reached"));
    // The proof is held like every other exhibit.
    std::fs::write(run.join("p0001-decided.png"), &DOT[..40]).unwrap();
    let changed = verify(&run);
    assert!(changed.code(6).stdout.contains("p0001-decided.png gives"), "{}", changed.stdout);
    // And nobody is decided twice.
    decide(&usher, "added", "again", &[]).code(2).says("is not undecided in good");
}

#[test]
fn what_shows_in_no_picture_is_left_out_of_the_proof() {
    let (usher, run) = undecided(Action::Invite);
    // A text within the picture, such as where and by whom it was taken.
    let text = [&[0, 0, 0, 11][..], b"tEXtplace\0here!", &0xb50b_94ec_u32.to_be_bytes()].concat();
    let mut picture = DOT.to_vec();
    picture.splice(33..33, text);
    usher.file("proof.png", picture);
    decide(&usher, "added", "seen", &["--proof", "proof.png"]).code(0);
    assert_eq!(std::fs::read(run.join("p0001-decided.png")).unwrap(), DOT);
}

#[test]
fn a_proof_that_is_none_is_refused_and_nothing_is_written() {
    let (usher, run) = undecided(Action::Invite);
    let before = journal_lines(&run);
    usher.file("text.png", "a note, not a picture");
    usher.file("empty.png", "");
    usher.file("torn.png", &DOT[..50]);
    let mut bent = DOT.to_vec();
    bent[45] ^= 0xff;
    usher.file("bent.png", bent);
    usher.file("photo.png", b"\xff\xd8\xff\xe0\0\x10JFIF");
    let large = usher.file("large.png", DOT);
    std::fs::File::options().write(true).open(large).unwrap().set_len(21 * 1024 * 1024).unwrap();
    let pipe = usher.path().join("pipe.png");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (proof, says) in [
        ("gone.png", "cannot be read: No such file"),
        (".", "is not a file"),
        ("pipe.png", "is not a file"),
        ("/dev/zero", "is not a file"),
        ("large.png", "is larger than 20 MB"),
        ("text.png", "not a whole PNG"),
        ("empty.png", "not a whole PNG"),
        ("photo.png", "not a whole PNG"),
        ("torn.png", "will not do"),
        ("bent.png", "will not do"),
    ] {
        decide(&usher, "added", "seen", &["--proof", proof]).code(3).says(says).says(proof);
        untouched(&run, &before);
    }
}

#[test]
fn a_decision_that_makes_no_sense_is_refused_and_nothing_is_written() {
    let (usher, run) = undecided(Action::Invite);
    let before = journal_lines(&run);
    for (outcome, note, says) in [
        ("removed", "x", "`removed` cannot have become of somebody whom `invite` was asked for"),
        ("role_changed", "x", "there are `added`"),
        ("unknown_after_commit", "x", "not an outcome a person can decide on"),
        ("captcha", "x", "not an outcome a person can decide on"),
        ("near_match", "x", "not an outcome a person can decide on"),
        ("acknowledged_unverified", "x", "not an outcome a person can decide on"),
        ("addded", "x", "did you mean `added`?"),
        ("added", "", "say how you know"),
        ("added", " \t ", "say how you know"),
        ("added", "two\nlines", "one line"),
        ("added", "\u{1b}[2Jgone", "control characters"),
        ("added", "turned \u{202e}round", "hidden ones"),
        ("added", &"long".repeat(1000), "at most 2000 characters"),
    ] {
        decide(&usher, outcome, note, &[]).code(2).says(says);
        untouched(&run, &before);
    }
    for (person, says) in [
        ("ben@northwind.example", "is not undecided in good"),
        ("adaa@northwind.example", "did you mean `ada@northwind.example`?"),
        ("\u{1b}[2J", "is not undecided in good"),
        ("", "is not undecided in good"),
    ] {
        usher.run(&["unresolved", "good", person, "--as", "added", "--note", "x"]).code(2).says(says);
        untouched(&run, &before);
    }
    usher.run(&["unresolved", "good", ADA]).code(2);
    usher.run(&["unresolved", "--as", "added", "--note", "x"]).code(2);
    usher.run(&["unresolved", "gone", ADA, "--as", "added", "--note", "x"]).code(2);
    // In another action other words make sense.
    let (usher, run) = undecided(Action::Remove);
    decide(&usher, "added", "x", &[]).code(2).says("`added` cannot have become");
    decide(&usher, "removed", "it is gone from both lists", &[]).code(0);
    verify(&run).code(0);
}

#[test]
fn nobody_is_decided_in_a_copy_in_a_spoiled_run_or_while_usher_is_at_work() {
    let (usher, run) = undecided(Action::Invite);
    let before = journal_lines(&run);
    let copied = usher.path().join("elsewhere/good");
    crate::harness::copy(&run, &copied);
    let copied = copied.display().to_string();
    usher.run(&["unresolved", &copied, ADA, "--as", "added", "--note", "x"]).code(6).says("is a copy");
    let plan = std::fs::read(run.join("plan.json")).unwrap();
    std::fs::write(run.join("plan.json"), [plan.as_slice(), b"\n"].concat()).unwrap();
    decide(&usher, "added", "x", &[]).code(6).says("is not the plan that was run");
    std::fs::write(run.join("plan.json"), plan).unwrap();
    // Another usher works on the tenant: what it just read must stay so until it is done.
    let locks = usher.path().join("state/usher/locks");
    let lock = std::fs::read_dir(&locks).unwrap().next().unwrap().unwrap().path();
    let held = std::fs::File::open(lock).unwrap();
    held.lock().unwrap();
    decide(&usher, "added", "x", &[]).code(7).says("another usher is working on shop");
    untouched(&run, &before);
    drop(held);
    let mut lines = before.clone();
    lines[2] = lines[2].replace("ada@", "eve@");
    crate::verify::write_lines(&run, &lines);
    decide(&usher, "added", "x", &[]).code(6).says("does not verify at line 3");
    untouched(&run, &lines);
}

#[test]
fn whoever_decides_signs_and_what_was_signed_before_stays() {
    let console = Practice::start(&["people=5", "toast=lie"]);
    let usher = Usher::new().heap(&console);
    let ada = new_key(&usher.path().join("ada"), "", "ada@it-desk-04");
    let grace = new_key(&usher.path().join("grace"), "", "grace@it-desk-01");
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    let signs_with = |key: &str| {
        usher.file("usher.toml", format!("{text}\n[signing]\nkey = {key:?}\n"));
    };
    signs_with("ada");
    usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(8);
    let run = usher.runs().remove(0);
    let stopped = journal_lines(&run).len();
    let signed = verify(&run);
    assert!(
        signed.code(0).stdout.ends_with(&format!("signed by {ada} (ada@it-desk-04)\n")),
        "{}",
        signed.stdout
    );
    // The rest of the run, in another sitting, signs again.
    console.knob("toast", "truth");
    usher.run(&["resume", "last"]).code(8);
    let ended = journal_lines(&run).len();
    signs_with("grace");
    let decided = ["unresolved", "last", "a1@new.example", "--as", "not_reached", "--note", "looked it up"];
    usher.run(&decided).code(0);
    let whole = journal_lines(&run).len();
    let done = verify(&run);
    for (count, key, comment) in [
        (stopped, &ada, "ada@it-desk-04"),
        (ended, &ada, "ada@it-desk-04"),
        (whole, &grace, "grace@it-desk-01"),
    ] {
        let line = format!("head-{count}.txt: {count} entries, signed by {key} ({comment})");
        assert!(done.code(0).stdout.contains(&line), "`{line}` is not in {}", done.stdout);
    }
    assert!(done.stdout.ends_with(&format!("signed by {grace} (grace@it-desk-01)\n")), "{}", done.stdout);
    assert!(file_of(&run, "report.html").contains(&grace));
    // Without the decision's signature the run is not what it says.
    let head = run.join(format!("head-{whole}.txt.sig"));
    let signature = std::fs::read(&head).unwrap();
    std::fs::remove_file(&head).unwrap();
    let gone = verify(&run);
    assert!(gone.code(6).stdout.contains(&format!("was to be signed with {grace}")), "{}", gone.stdout);
    std::fs::write(&head, signature).unwrap();
    verify(&run).code(0);
}

#[test]
fn a_decision_without_a_key_is_told_as_not_covered() {
    let (usher, run, _) = {
        let (usher, run) = undecided(Action::Invite);
        let mut plan = small_plan();
        plan.action = Action::Invite;
        let key = new_key(&usher.path().join("key"), "", "ada");
        let (entries, ..) = entries(&run.join("journal.jsonl"));
        let mut facts: Vec<Fact> = entries.into_iter().map(|entry| entry.fact).collect();
        facts.insert(1, Fact::SignerNamed { key: key.clone(), comment: "ada".into() });
        facts.pop();
        facts.push(Fact::RunEnded { outcomes: std::collections::BTreeMap::new() });
        write_run(&run, &plan, facts);
        (usher, run, key)
    };
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    usher.file("usher.toml", format!("{text}\n[signing]\nkey = \"key\"\n"));
    usher.run(&["report", "last"]).code(0);
    usher.run(&["resume", "last"]).code(8);
    verify(&run).code(0);
    usher.file("usher.toml", text);
    decide(&usher, "added", "seen in the list", &[]).code(0);
    let done = verify(&run);
    assert!(done.code(0).stdout.contains("entries 10 to 10 came after the signed head"), "{}", done.stdout);
    assert!(done.stdout.contains("; 1 later entries are not covered"), "{}", done.stdout);
    assert!(file_of(&run, "report.html").contains("not signed"));
}

/// A decision whose report cannot be drawn leaves none, and not the one from before it.
#[test]
fn no_report_outlives_a_decision_that_it_does_not_know() {
    let (usher, run) = undecided(Action::Invite);
    std::fs::create_dir(run.join(".results.csv.part")).unwrap();
    decide(&usher, "not_reached", "looked", &[]).code(1).says("results.csv");
    assert_eq!(fact(&run, "decided", ADA)["outcome"], "not_reached");
    assert!(!run.join("report.html").exists());
    verify(&run).code(0);
    std::fs::remove_dir(run.join(".results.csv.part")).unwrap();
    usher.run(&["report", "last"]).code(0);
    assert!(run.join("report.html").is_file());
    verify(&run).code(0);
}
