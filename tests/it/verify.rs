//! Tampering shows: a real run spoiled in every way, the cases of `tests/journals/`, and every single bit of a short one.
//!
//! The cases under `tests/journals/` are files that were written once; a format that no longer reads them has broken
//! every auditor's folder. `cargo test --test it makes_the_journals -- --ignored` writes them anew, for a new format.

use crate::harness::{Done, Practice, ROOT, Usher, copy, entries, folders, golden};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use usher::digest::Digest;
use usher::evidence::{Exhibit, ExhibitKind, Masked, Store};
use usher::journal::{Fact, Journal};
use usher::plan::{Found, Input, InputKind, Job, Plan, RequestPart, RosterPart, Todo};
use usher::words::{Action, Identity, Outcome, State};

/// One finished run in a real browser, made once; nobody may change it.
fn finished() -> &'static Path {
    static RUN: OnceLock<PathBuf> = OnceLock::new();
    RUN.get_or_init(|| {
        let console = Practice::start(&["people=10"]);
        let usher = Usher::new().heap(&console);
        usher.file("people.csv", "email,role\nada@northwind.example,Member\nben@northwind.example,Viewer\n");
        usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
        let run = usher.runs().remove(0);
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("finished").join(run.file_name().unwrap());
        if kept.parent().unwrap().is_dir() {
            std::fs::remove_dir_all(kept.parent().unwrap()).unwrap();
        }
        copy(&run, &kept);
        kept
    })
}

/// Verifies a folder by its path, from somewhere else, without settings.
pub(crate) fn verify(folder: &Path) -> Done {
    let usher = Usher::new();
    std::fs::remove_file(usher.path().join("usher.toml")).unwrap();
    usher.run(&["verify", &folder.display().to_string()])
}

/// Verifies a copy of the finished run that was changed.
fn spoiled(spoil: impl FnOnce(&Path)) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join(finished().file_name().unwrap());
    copy(finished(), &run);
    spoil(&run);
    verify(&run)
}

pub(crate) fn journal_lines(run: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(run.join("journal.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

pub(crate) fn write_lines(run: &Path, lines: &[String]) {
    std::fs::write(run.join("journal.jsonl"), lines.join("\n") + "\n").unwrap();
}

pub(crate) fn pictures(run: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(run).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "png")).collect();
    all.sort();
    all
}

/// Changes one bit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_run_travels_alone_and_verifies_elsewhere() {
    let done = spoiled(|_| {});
    done.code(0);
    let (entries, broken, torn) = entries(&finished().join("journal.jsonl"));
    assert_eq!((broken, torn), (None, 0));
    let head = entries.last().unwrap().seal.as_str();
    assert!(done.stdout.contains(&format!("head {head}")), "{}", done.stdout);
    assert!(done.stdout.contains(&format!("{} entries", entries.len())), "{}", done.stdout);
    assert!(done.stdout.contains("no signature covers it"), "{}", done.stdout);
    assert!(pictures(finished()).len() >= 4, "each of two people has an armed and an after picture");
    for picture in pictures(finished()) {
        assert!(done.stdout.contains(&*picture.file_name().unwrap().to_string_lossy()), "{}", done.stdout);
    }
    let quiet = Usher::new().run(&["verify", "--quiet", &finished().display().to_string()]);
    assert_eq!(quiet.code(0).stdout.lines().count(), 2, "{}", quiet.stdout);
    let json = Usher::new().run(&["verify", "--json", &finished().display().to_string()]);
    let verdict: serde_json::Value = serde_json::from_str(&json.code(0).stdout).unwrap();
    assert_eq!(verdict["verify"]["ok"], true);
    assert_eq!(verdict["verify"]["head"], head);
}

#[test]
fn whatever_is_changed_in_a_real_run_shows() {
    for file in ["journal.jsonl", "plan.json", "report.html", "results.csv", "undo.csv"] {
        let done = spoiled(|run| flip(&run.join(file)));
        done.code(6);
    }
    for at in 0..pictures(finished()).len() {
        let done = spoiled(|run| flip(&pictures(run)[at]));
        assert!(done.code(6).stdout.contains("WRONG"), "{}", done.stdout);
    }
    let missing = spoiled(|run| std::fs::remove_file(&pictures(run)[0]).unwrap());
    assert!(missing.code(6).stdout.contains("is missing"), "{}", missing.stdout);
    let replaced = spoiled(|run| {
        let all = pictures(run);
        std::fs::copy(&all[1], &all[0]).unwrap();
    });
    assert!(replaced.code(6).stdout.contains("the journal says"), "{}", replaced.stdout);
    let added = spoiled(|run| std::fs::write(run.join("p9999-extra.png"), b"x").unwrap());
    assert!(added.code(0).stdout.contains("p9999-extra.png is not in the journal"), "{}", added.stdout);
}

#[test]
fn a_byte_anywhere_in_a_real_run_shows() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    copy(finished(), &run);
    for entry in std::fs::read_dir(&run).unwrap() {
        let path = entry.unwrap().path();
        let good = std::fs::read(&path).unwrap();
        // As many places of each, and other ones in each.
        for at in (0..good.len()).skip(good.len() % 13).step_by(good.len() / 9 + 1) {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&path, bytes).unwrap();
            assert!(
                !usher::verify::verify(&run, None, &mut |_| {}).holds(),
                "byte {at} of {}",
                path.display()
            );
        }
        std::fs::write(&path, good).unwrap();
    }
    assert!(usher::verify::verify(&run, None, &mut |_| {}).holds());
}

#[test]
fn whatever_is_moved_in_a_real_journal_shows() {
    let count = journal_lines(finished()).len();
    assert!(count > 10, "{count}");
    for at in [0, 1, count / 2, count - 2] {
        let broken = |change: &dyn Fn(&mut Vec<String>)| {
            let done = spoiled(|run| {
                let mut lines = journal_lines(run);
                change(&mut lines);
                write_lines(run, &lines);
            });
            assert!(done.code(6).stdout.contains("journal line"), "{}", done.stdout);
        };
        broken(&|lines| drop(lines.remove(at)));
        broken(&|lines| lines.swap(at, at + 1));
        broken(&|lines| lines.insert(at, lines[at].clone()));
        broken(&|lines| lines.insert(at, String::new()));
    }
    // The end of a chain is not held by the chain: the report that was drawn from all of it gives the cut away.
    let cut = spoiled(|run| {
        let mut lines = journal_lines(run);
        lines.pop();
        write_lines(run, &lines);
    });
    assert!(cut.code(6).stdout.contains("report.html is not what"), "{}", cut.stdout);
    let torn = spoiled(|run| {
        let bytes = std::fs::read(run.join("journal.jsonl")).unwrap();
        std::fs::write(run.join("journal.jsonl"), &bytes[..bytes.len() - 9]).unwrap();
    });
    assert!(torn.code(6).stdout.contains("the last line is torn"), "{}", torn.stdout);
}

#[test]
fn a_report_that_is_gone_is_drawn_again_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join(finished().file_name().unwrap());
    copy(finished(), &run);
    for file in ["report.html", "results.csv"] {
        std::fs::remove_file(run.join(file)).unwrap();
    }
    let path = run.display().to_string();
    let gone = verify(&run);
    assert!(gone.code(0).stdout.contains("report.html is not there"), "{}", gone.stdout);
    Usher::new().run(&["report", &path]).code(0);
    for file in ["report.html", "results.csv"] {
        assert!(
            std::fs::read(run.join(file)).unwrap() == std::fs::read(finished().join(file)).unwrap(),
            "{file}"
        );
    }
    verify(&run).code(0);
}

#[test]
fn a_broken_run_is_not_resumed() {
    let usher = Usher::new();
    let run = usher.path().join("screenshots").join(finished().file_name().unwrap());
    copy(finished(), &run);
    flip(&run.join("journal.jsonl"));
    usher.run(&["resume", "last"]).code(6).says("does not verify at line");
    let runs = usher.run(&["runs"]);
    assert!(runs.code(0).stdout.contains("does not verify"), "{}", runs.stdout);
}

#[test]
fn every_kind_of_tampering_has_its_case() {
    let cases = folders(&Path::new(ROOT).join("tests/journals"));
    assert!(cases.len() >= 18, "{cases:?}");
    for case in cases {
        let done = verify(&case);
        let code = done.status.code().unwrap();
        golden(&case.join("expected.txt"), &format!("{}{}exit code {code}\n", done.stdout, done.stderr));
        let name = case.file_name().unwrap().to_string_lossy();
        let wanted = if ["good", "signed", "torn-tail", "cut-at-the-end"].contains(&&*name) { 0 } else { 6 };
        assert_eq!(code, wanted, "{name}:\n{}{}", done.stdout, done.stderr);
    }
}

/// The journal of the good case.
fn good_journal() -> Vec<u8> {
    std::fs::read(Path::new(ROOT).join("tests/journals/good/journal.jsonl")).unwrap()
}

/// Whether a reader of these bytes is told that something is not right.
fn noticed(file: &Path, bytes: &[u8]) -> bool {
    std::fs::write(file, bytes).unwrap();
    let (_, broken, torn) = entries(file);
    broken.is_some() || torn > 0
}

#[test]
fn every_single_bit_of_a_journal_counts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.jsonl");
    let good = good_journal();
    assert!(!noticed(&file, &good));
    for at in 0..good.len() {
        for bit in [0, 5, 7] {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            assert!(noticed(&file, &bytes), "bit {bit} of byte {at} does not count");
        }
    }
}

#[test]
fn every_part_of_a_plan_counts() {
    let good = Path::new(ROOT).join("tests/journals/good");
    let plan = std::fs::read(good.join("plan.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    copy(&good, &run);
    // A blank more or less is another plan too: it is the bytes that are approved.
    for at in (0..plan.len()).step_by(plan.len() / 40) {
        let mut bytes = plan.clone();
        bytes[at] ^= 1;
        std::fs::write(run.join("plan.json"), bytes).unwrap();
        verify(&run).code(6);
    }
    std::fs::write(run.join("plan.json"), [plan.as_slice(), b"\n"].concat()).unwrap();
    verify(&run).code(6);
}

#[test]
fn what_is_no_run_does_not_verify() {
    let folder = tempfile::tempdir().unwrap();
    for (plan, journal) in [
        (b"".as_slice(), b"".as_slice()),
        (b"{}", b"{}\n"),
        (b"\xff\xfe\0", b"\xff\xfe\0\n\n\n"),
        (b"null", b"\n"),
        (br#"{"format": 99}"#, b"[]\n"),
    ] {
        std::fs::write(folder.path().join("plan.json"), plan).unwrap();
        std::fs::write(folder.path().join("journal.jsonl"), journal).unwrap();
        let done = verify(folder.path());
        done.code(6);
        assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    }
    std::fs::copy(Path::new(ROOT).join("tests/journals/good/plan.json"), folder.path().join("plan.json"))
        .unwrap();
    std::fs::remove_file(folder.path().join("journal.jsonl")).unwrap();
    let gone = verify(folder.path());
    assert!(gone.code(6).stdout.contains("journal.jsonl is missing"), "{}", gone.stdout);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// No bytes make it panic, and none pass for a journal.
    #[test]
    fn garbage_is_no_journal(bytes in proptest::collection::vec(any::<u8>(), 1..400)) {
        let folder = tempfile::tempdir().unwrap();
        prop_assert!(noticed(&folder.path().join("journal.jsonl"), &bytes));
    }

    /// A good journal into which anything is put, or from which anything inside is taken, is none any more.
    #[test]
    fn spliced_journals_are_noticed(
        at in any::<prop::sample::Index>(),
        taken in 0_usize..200,
        put in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let good = good_journal();
        let from = at.index(good.len());
        let to = (from + taken).min(good.len());
        let bytes = [&good[..from], &put, &good[to..]].concat();
        // Whole lines taken from the end leave a shorter chain that holds; the plan's case is `cut-at-the-end`.
        let shorter = good.starts_with(&bytes) && (bytes.is_empty() || bytes.ends_with(b"\n"));
        prop_assume!(bytes != good && !shorter);
        let folder = tempfile::tempdir().unwrap();
        prop_assert!(noticed(&folder.path().join("journal.jsonl"), &bytes));
    }
}

/// A picture of one dot.
pub(crate) const DOT: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63,
    0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42,
    0x60, 0x82,
];

pub(crate) fn small_plan() -> Plan {
    let text = "app: shop\n".to_owned();
    Plan {
        format: 1,
        usher: "0.1.0".into(),
        created: "2026-01-01T00:00:00.000Z".into(),
        app: "shop".into(),
        title: "Shop".into(),
        url: "https://shop.test".into(),
        tenant: "Northwind".into(),
        account: "ops@northwind.example".into(),
        action: Action::Invite,
        identity: Identity::Email,
        generation: "members".into(),
        practice: false,
        inputs: vec![Input {
            kind: InputKind::App,
            name: "scripts/shop/app.yaml".into(),
            sha256: Digest::of(&text),
            text,
        }],
        request: RequestPart { name: "people.csv".into(), sha256: Digest::of("people"), people: 1 },
        roster: RosterPart { people: 3, completeness: "counted".into(), sha256: Digest::of("roster") },
        admins: 1,
        cap: 5,
        notes: Vec::new(),
        protected: Vec::new(),
        jobs: vec![Job {
            id: 1,
            key: "ada@northwind.example".into(),
            line: 2,
            values: BTreeMap::from([("role".into(), "Member".into())]),
            found: Found::default(),
            todo: Todo::Run { script: "scripts/shop/invite.yaml".into() },
        }],
    }
}

pub(crate) fn small_facts(plan: &Plan, picture: &str) -> Vec<Fact> {
    let person = plan.jobs[0].key.clone();
    let exhibit = Exhibit {
        file: picture.into(),
        kind: ExhibitKind::Picture,
        label: "after".into(),
        sha256: Digest::of(DOT),
        bytes: DOT.len() as u64,
        url: "https://shop.test/people".into(),
        title: "People".into(),
        local_time: "2026-01-01 01:00:00 +01:00".into(),
        masked: Masked { secret: 0, people: 2, unknown: 0 },
    };
    let row =
        BTreeMap::from([("email".to_owned(), person.clone()), ("role".to_owned(), "Member".to_owned())]);
    vec![
        Fact::RunBegun {
            format: 1,
            usher: plan.usher.clone(),
            run: "good".into(),
            plan: Digest::of(plan.to_bytes()),
            app: plan.app.clone(),
            title: plan.title.clone(),
            url: plan.url.clone(),
            tenant: plan.tenant.clone(),
            account: plan.account.clone(),
            action: plan.action,
            people: 1,
            operator: "ops@here".into(),
            previous: None,
        },
        Fact::JobBegun { job: 1, person: person.clone() },
        Fact::CommitIntended {
            job: 1,
            step: 5,
            person: person.clone(),
            on: "send_button".into(),
            by: vec!["button named \"Send\"".into()],
            line: 13,
            bound: person.clone(),
        },
        Fact::CommitReturned {
            sent_again: 0,
            job: 1,
            step: 5,
            answer: "the control went away".into(),
            passed: 1,
            blocked: 0,
            said: Vec::new(),
        },
        Fact::PersonReadBack { job: 1, state: State::Active, row: row.clone(), whole: true, tries: 1 },
        Fact::ProofKept { job: 1, step: 5, exhibit },
        Fact::JobEnded {
            job: 1,
            person,
            outcome: Outcome::Added,
            why: "the list shows the person".into(),
            refusal: None,
            before: BTreeMap::new(),
            after: row,
        },
        Fact::RunEnded { outcomes: BTreeMap::from([(Outcome::Added, 1)]) },
    ]
}

pub(crate) fn write_run(folder: &Path, plan: &Plan, facts: Vec<Fact>) {
    if folder.is_dir() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("plan.json"), plan.to_bytes()).unwrap();
    std::fs::write(folder.join("p0001-5-after.png"), DOT).unwrap();
    let clock = Arc::new(|| "2026-01-01T00:00:00.000Z".to_owned());
    let mut journal = Journal::create(&Store::new(folder), clock).unwrap();
    for fact in facts {
        journal.append(fact).unwrap();
    }
}

/// usher was killed after the last entry of a later sitting, and an earlier one had left its report.
#[test]
fn a_report_of_the_sitting_before_is_drawn_again() {
    let plan = small_plan();
    let mut facts = small_facts(&plan, "p0001-5-after.png");
    let end = facts.pop().unwrap();
    facts.push(Fact::RunStopped { why: "asked to stop".into(), outcome: None, refusal: None });
    let usher = Usher::new();
    let run = usher.path().join("screenshots/good");
    write_run(&run, &plan, facts);
    usher.run(&["report", "last"]).code(0);
    verify(&run).code(0);
    let clock = Arc::new(|| "2026-01-01T00:00:00.000Z".to_owned());
    let mut journal = Journal::open(&Store::new(&run), clock).unwrap().journal;
    let (usher_version, operator) = (String::new(), "ops@host".to_owned());
    let resumed = Fact::RunResumed {
        usher: usher_version,
        operator,
        mended: 0,
        in_doubt: 0,
        protected: Vec::new(),
        cap: None,
    };
    journal.append(resumed).unwrap();
    journal.append(end).unwrap();
    drop(journal);
    verify(&run).code(6);
    usher.run(&["resume", "last"]).code(0).says("nothing left");
    verify(&run).code(0);
    assert!(usher.runs().len() == 1 && run.join("results.csv").is_file());
}

#[test]
#[ignore = "writes the cases of tests/journals anew; they are kept so that a new format cannot forget old runs"]
fn makes_the_journals() {
    let root = Path::new(ROOT).join("tests/journals");
    let plan = small_plan();
    let make = |name: &str, spoil: &dyn Fn(&Path)| {
        let folder = root.join(name);
        write_run(&folder, &plan, small_facts(&plan, "p0001-5-after.png"));
        spoil(&folder);
    };
    let lines = |run: &Path, change: &dyn Fn(&mut Vec<String>)| {
        let mut all = journal_lines(run);
        change(&mut all);
        write_lines(run, &all);
    };
    make("good", &|_| {});
    make("byte-changed", &|run| {
        lines(run, &|all| all[6] = all[6].replace("ada@northwind.example", "eve@northwind.example"));
    });
    make("entry-removed", &|run| lines(run, &|all| drop(all.remove(3))));
    make("entries-swapped", &|run| lines(run, &|all| all.swap(2, 3)));
    make("entry-repeated", &|run| lines(run, &|all| all.insert(3, all[2].clone())));
    make("cut-at-the-end", &|run| lines(run, &|all| drop(all.pop())));
    make("torn-tail", &|run| {
        let bytes = std::fs::read(run.join("journal.jsonl")).unwrap();
        std::fs::write(run.join("journal.jsonl"), &bytes[..bytes.len() - 40]).unwrap();
    });
    make("empty-journal", &|run| std::fs::write(run.join("journal.jsonl"), b"").unwrap());
    make("picture-replaced", &|run| {
        let mut dot = DOT.to_vec();
        dot[48] ^= 1;
        std::fs::write(run.join("p0001-5-after.png"), dot).unwrap();
    });
    make("picture-missing", &|run| std::fs::remove_file(run.join("p0001-5-after.png")).unwrap());
    make("plan-changed", &|run| {
        let text = std::fs::read_to_string(run.join("plan.json")).unwrap();
        std::fs::write(run.join("plan.json"), text.replace("\"Member\"", "\"Admin\"")).unwrap();
    });
    make("plan-unreadable", &|run| std::fs::write(run.join("plan.json"), b"{\"format\": 1}\n").unwrap());
    make("plan-of-the-future", &|run| {
        let text = std::fs::read_to_string(run.join("plan.json")).unwrap();
        std::fs::write(run.join("plan.json"), text.replacen("\"format\": 1", "\"format\": 2", 1)).unwrap();
    });
    // Signed with a key that was made for it and is nowhere any more.
    let (usher, run, _) = crate::signed::ended_run("ada@it-desk-04");
    for drawn in ["report.html", "results.csv", "undo.csv"] {
        let _ = std::fs::remove_file(run.join(drawn));
    }
    usher.run(&["resume", "last"]).code(0);
    copy(&run, &root.join("signed"));
    copy(&run, &root.join("signed-and-cut"));
    lines(&root.join("signed-and-cut"), &|all| drop(all.pop()));
    let mut other = small_plan();
    other.inputs[0].text = "app: another shop\n".into();
    write_run(&root.join("input-changed"), &other, small_facts(&other, "p0001-5-after.png"));
    write_run(&root.join("name-leads-out"), &plan, small_facts(&plan, "../../../etc/hostname"));
    write_run(&root.join("does-not-begin"), &plan, small_facts(&plan, "p0001-5-after.png").split_off(1));
}
