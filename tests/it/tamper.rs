//! Tampering shows, wherever it is: every byte of a finished run, every line, every file, and whatever stands there instead.
//!
//! The verdict is asked for in this process, so that many thousand changes take seconds. A change that a JSON parser would
//! not notice counts like any other: it is bytes that are sealed.
#![expect(clippy::disallowed_types, reason = "tests make files that are too large")]

use crate::harness::{Usher, copy};
use crate::signed::new_key;
use crate::verify::{DOT, journal_lines, small_facts, small_plan, write_lines};
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use usher::digest::Digest;
use usher::evidence::{ExhibitKind, Store};
use usher::journal::{Fact, Journal};
use usher::verify::{Verdict, verify};

/// The people of the run.
const PEOPLE: [&str; 2] = ["ada@northwind.example", "zoë@northwind.example"];

/// A picture of one dot, of a shade of its own.
fn picture(shade: u8) -> Vec<u8> {
    let mut dot = DOT.to_vec();
    dot[48] ^= shade;
    dot
}

fn verdict(run: &Path) -> Verdict {
    verify(run, None, &mut |_| {})
}

/// A finished run with two people, two rosters and a picture of each, signed; nobody may change it.
fn signed() -> &'static Path {
    static RUN: OnceLock<(Usher, PathBuf)> = OnceLock::new();
    let (_, run) = RUN.get_or_init(|| {
        let usher = Usher::new();
        let key = new_key(&usher.path().join("key"), "", "ada@it-desk-04");
        let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
        usher.file("usher.toml", format!("{text}\n[signing]\nkey = \"key\"\n"));
        let run = usher.path().join("screenshots/good");
        write(&run, key);
        usher.run(&["report", "last"]).code(0);
        usher.run(&["resume", "last"]).code(0);
        let verdict = verdict(&run);
        assert!(verdict.holds() && verdict.signed().is_some(), "{:#?}", verdict.wrong);
        (usher, run)
    });
    run
}

fn write(run: &Path, key: String) {
    let mut plan = small_plan();
    let first = plan.jobs[0].clone();
    plan.jobs = (1..)
        .zip(PEOPLE)
        .map(|(id, person)| usher::plan::Job { id, key: person.into(), line: id + 1, ..first.clone() })
        .collect();
    std::fs::create_dir_all(run).unwrap();
    std::fs::write(run.join("plan.json"), plan.to_bytes()).unwrap();
    let one = small_facts(&plan, "p0001-5-after.png");
    let mut facts = vec![one[0].clone(), Fact::SignerNamed { key, comment: "ada@it-desk-04".into() }];
    let roster = |when: &str| {
        let file = format!("roster-{when}.json");
        let bytes = format!("{{\"people\": [], \"when\": \"{when}\"}}\n");
        std::fs::write(run.join(&file), &bytes).unwrap();
        let Fact::ProofKept { exhibit, .. } = one[5].clone() else { panic!("{:?}", one[5]) };
        let (sha256, kind) = (Digest::of(&bytes), ExhibitKind::Roster);
        let exhibit = usher::evidence::Exhibit { file, sha256, kind, bytes: bytes.len() as u64, ..exhibit };
        Fact::RosterRead {
            when: when.into(),
            people: 3,
            completeness: "counted".into(),
            whole: true,
            exhibit,
        }
    };
    facts.push(roster("before"));
    for (id, person) in (1..).zip(PEOPLE) {
        let name = format!("p{id:04}-5-after.png");
        let bytes = picture(u8::try_from(id).unwrap());
        std::fs::write(run.join(&name), &bytes).unwrap();
        for mut fact in one[1..one.len() - 1].iter().cloned() {
            match &mut fact {
                Fact::JobBegun { job, person: who }
                | Fact::CommitIntended { job, person: who, .. }
                | Fact::JobEnded { job, person: who, .. } => (*job, *who) = (id, person.to_owned()),
                Fact::ProofKept { job, exhibit, .. } => {
                    (*job, exhibit.file, exhibit.sha256) = (id, name.clone(), Digest::of(&bytes));
                }
                Fact::CommitReturned { job, .. } | Fact::PersonReadBack { job, .. } => *job = id,
                _ => {}
            }
            facts.push(fact);
        }
    }
    facts.push(roster("after"));
    facts.push(one[one.len() - 1].clone());
    let clock = std::sync::Arc::new(|| "2026-01-01T00:00:00.000Z".to_owned());
    let mut journal = Journal::create(&Store::new(run), clock).unwrap();
    for fact in facts {
        journal.append(fact).unwrap();
    }
}

/// A copy of the run, to be spoiled.
struct Spoiled {
    _folder: tempfile::TempDir,
    run: PathBuf,
}

impl Spoiled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("good");
        copy(signed(), &run);
        Self { _folder: folder, run }
    }

    /// The same without its signature.
    fn unsigned() -> Self {
        let spoiled = Self::new();
        for name in names(&spoiled.run).iter().filter(|name| name.starts_with("head-")) {
            std::fs::remove_file(spoiled.run.join(name)).unwrap();
        }
        // Nor was one promised: the chain is made anew without the key.
        let lines = journal_lines(&spoiled.run);
        let facts = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["fact"].clone());
        forge(&spoiled.run, facts.filter(|fact| fact["fact"] != "signer_named"));
        for name in ["report.html", "results.csv", "undo.csv"] {
            let _ = std::fs::remove_file(spoiled.run.join(name));
        }
        assert!(verdict(&spoiled.run).holds());
        spoiled
    }

    fn verdict(&self) -> Verdict {
        verdict(&self.run)
    }

    /// The verdict, and everything that was told on the way.
    fn told(&self) -> (Verdict, Vec<String>) {
        let mut lines = Vec::new();
        let verdict = verify(&self.run, None, &mut |line| lines.push(line.what.clone()));
        (verdict, lines)
    }

    /// Holds that the verdict is no, and that it says where.
    #[track_caller]
    fn shows(&self, what: &dyn std::fmt::Debug, wheres: &[&str]) {
        let verdict = self.verdict();
        let wrong = verdict.wrong;
        let told = wrong.iter().any(|line| wheres.iter().any(|place| line.contains(place)));
        assert!(told, "{what:?} should be told at {wheres:?}, and this is: {wrong:#?}");
    }
}

/// Whether the journal or a signature holds a file; the others are drawn from those.
fn vouched(name: &str) -> bool {
    !["report.html", "results.csv", "undo.csv"].contains(&name)
}

fn is_signature(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "sig")
}

fn names(run: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(run).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// Writes a journal of these facts with a chain that holds, as somebody could who has nothing but the folder.
fn forge(run: &Path, facts: impl Iterator<Item = Value>) {
    let mut prev = Digest::of("usher journal");
    let mut lines = Vec::new();
    for (seq, fact) in (1..).zip(facts) {
        let entry = json!({ "seq": seq, "at": "2026-01-01T00:00:00.000Z", "fact": fact, "prev": prev });
        let line = entry.to_string();
        prev = Digest::of(&line);
        lines.push(format!("{},\"seal\":\"{prev}\"}}", line.strip_suffix('}').unwrap()));
    }
    write_lines(run, &lines);
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).unwrap()
    }
}

/// What a byte becomes: some of its bits turned, and what JSON passes over. In a long file it becomes fewer.
fn others(byte: u8, long: bool) -> Vec<u8> {
    let some: &[u8] = if long {
        &[byte ^ 1, if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { b' ' }]
    } else {
        &[0, b' ', b'\n']
    };
    let flips = (0..8).filter(|_| !long).map(|bit| byte ^ (1 << bit));
    let mut all: Vec<u8> = flips.chain(some.iter().copied()).filter(|other| *other != byte).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Every byte of these files, each changed in several ways, by several hands.
fn every_byte(files: &[String], step: usize, places: &(dyn Fn(&str) -> Vec<String> + Sync)) -> usize {
    const HANDS: usize = 2;
    let count = |hand: usize| {
        let spoiled = Spoiled::new();
        let mut count = 0;
        for drawn in ["report.html", "results.csv", "undo.csv"] {
            if !files.iter().any(|name| name == drawn) {
                // It would be drawn anew each time, only to say the same.
                let _ = std::fs::remove_file(spoiled.run.join(drawn));
            }
        }
        for name in files {
            let path = spoiled.run.join(name);
            let good = std::fs::read(&path).unwrap();
            let places = places(name);
            let long = good.len() > 2000;
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            for at in (0..good.len()).step_by(step).skip(hand).step_by(HANDS) {
                for other in others(good[at], long) {
                    let mut bytes = good.clone();
                    bytes[at] = other;
                    std::fs::write(&path, bytes).unwrap();
                    spoiled.shows(&(name, at, other), &places);
                    count += 1;
                }
            }
            std::fs::write(&path, good).unwrap();
        }
        assert!(spoiled.verdict().holds(), "it was put together again");
        count
    };
    let count = &count;
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS).map(|hand| scope.spawn(move || count(hand))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    })
}

#[test]
fn every_byte_of_journal_plan_pictures_and_signature_counts() {
    let files: Vec<String> =
        names(signed()).into_iter().filter(|name| vouched(name) && !is_signature(name)).collect();
    assert!(files.len() >= 7, "{files:?}");
    let places = |name: &str| {
        let place = match name {
            // The very last newline makes a torn line of the last one: the signature covers one more than is left.
            "journal.jsonl" => return vec!["journal line ".to_owned(), "covers 17 entries".to_owned()],
            _ => name,
        };
        vec![place.to_owned()]
    };
    let changes = every_byte(&files, 1, &places);
    assert!(changes > 20_000, "{changes}");
    // The report is long, and drawn for each change.
    let changes = every_byte(&["report.html".to_owned()], 997, &|name| vec![name.to_owned()]);
    assert!(changes > 50, "{changes}");
    let changes = every_byte(&["results.csv".to_owned()], 3, &|name| vec![name.to_owned()]);
    assert!(changes > 90, "{changes}");
}

/// The armour round a signature can be written in more than one way, but never as another signature that fits.
#[test]
fn no_byte_of_a_signature_makes_it_somebody_elses() {
    let spoiled = Spoiled::new();
    let name = names(&spoiled.run).into_iter().find(|name| is_signature(name)).unwrap();
    let path = spoiled.run.join(&name);
    let (good, before) = (std::fs::read(&path).unwrap(), spoiled.verdict());
    let mut refused = 0;
    for at in 0..good.len() {
        for other in others(good[at], true) {
            let mut bytes = good.clone();
            bytes[at] = other;
            std::fs::write(&path, bytes).unwrap();
            let verdict = spoiled.verdict();
            if verdict.holds() {
                assert_eq!(verdict.signatures, before.signatures, "byte {at} as {other}");
            } else {
                assert!(verdict.wrong.iter().any(|line| line.contains(&name)), "{:?}", verdict.wrong);
                refused += 1;
            }
        }
    }
    assert!(refused > good.len(), "{refused} of {}", good.len());
}

#[test]
fn every_line_that_is_removed_swapped_repeated_or_put_in_shows() {
    let spoiled = Spoiled::new();
    let lines = journal_lines(&spoiled.run);
    let broken = |what: &dyn std::fmt::Debug, lines: &[String]| {
        write_lines(&spoiled.run, lines);
        spoiled.shows(what, &["journal line ", "covers 17 entries"]);
    };
    for at in 0..lines.len() {
        let mut some = lines.clone();
        some.remove(at);
        broken(&("removed", at), &some);
        for to in 0..=lines.len() {
            let mut some = lines.clone();
            some.insert(to, lines[at].clone());
            broken(&("repeated", at, to), &some);
            if to > at && to < lines.len() {
                let mut some = lines.clone();
                some.swap(at, to);
                broken(&("swapped", at, to), &some);
            }
        }
        for blank in ["", " ", "{}", "null"] {
            let mut some = lines.clone();
            some.insert(at, blank.to_owned());
            broken(&("put in", at, blank), &some);
        }
    }
}

/// One line of a journal, the same to a JSON parser.
type Change = fn(&str) -> String;

#[test]
fn what_a_json_parser_does_not_notice_shows() {
    let spoiled = Spoiled::new();
    let lines = journal_lines(&spoiled.run);
    let changes: [(&str, Change); 9] = [
        ("a blank", |line| line.replacen(':', ": ", 1)),
        ("a blank at the end", |line| format!("{line} ")),
        ("a carriage return", |line| format!("{line}\r")),
        ("a byte order mark", |line| format!("\u{feff}{line}")),
        ("an escape", |line| line.replacen('a', "\\u0061", 1)),
        ("an upper escape", |line| line.replacen("\"fact\"", "\"f\\u0061ct\"", 1)),
        ("a number", |line| line.replacen("\"seq\":", "\"seq\":0e0", 1)),
        ("a key twice", |line| line.replacen('{', "{\"seq\":1,", 1)),
        ("a key more", |line| line.replacen("\"prev\":", "\"more\":null,\"prev\":", 1)),
    ];
    for at in 0..lines.len() {
        for (what, change) in changes {
            let mut some = lines.clone();
            some[at] = change(&lines[at]);
            assert_ne!(some[at], lines[at], "{what}");
            write_lines(&spoiled.run, &some);
            spoiled.shows(&(what, at), &[&format!("journal line {}:", at + 1)]);
        }
    }
    write_lines(&spoiled.run, &lines);
    let plan = std::fs::read_to_string(spoiled.run.join("plan.json")).unwrap();
    let value: Value = serde_json::from_str(&plan).unwrap();
    for same in [format!("{plan}\n"), value.to_string(), plan.replacen("\"ada", "\"\\u0061da", 1)] {
        std::fs::write(spoiled.run.join("plan.json"), same).unwrap();
        spoiled.shows(&"the same plan in other bytes", &["plan.json gives"]);
    }
}

#[test]
fn every_cut_shows_when_signed_and_is_told_when_not() {
    let (signed, unsigned) = (Spoiled::new(), Spoiled::unsigned());
    for name in ["report.html", "results.csv", "undo.csv"] {
        let _ = std::fs::remove_file(signed.run.join(name));
    }
    let whole = std::fs::read(signed.run.join("journal.jsonl")).unwrap();
    for left in (0..whole.len()).filter(|left| *left < 40 || left % 13 == 0 || whole[left - 1] == b'\n') {
        std::fs::write(signed.run.join("journal.jsonl"), &whole[..left]).unwrap();
        signed.shows(&("cut", left), &["covers 17 entries, and only"]);
    }
    let whole = std::fs::read(unsigned.run.join("journal.jsonl")).unwrap();
    for left in (1..whole.len()).filter(|left| *left < 40 || left % 13 == 0 || whole[left - 1] == b'\n') {
        std::fs::write(unsigned.run.join("journal.jsonl"), &whole[..left]).unwrap();
        let (verdict, lines) = unsigned.told();
        let told = |words: &str| lines.iter().any(|line| line.contains(words));
        assert!(
            told("does not end with the end of a run") || told("the journal is empty"),
            "{left}: {lines:#?}"
        );
        assert!(verdict.signed().is_none());
    }
}

#[test]
fn every_file_that_is_removed_exchanged_or_no_file_shows() {
    let spoiled = Spoiled::new();
    let files: Vec<String> = names(&spoiled.run);
    let aside = tempfile::tempdir().unwrap();
    copy(&spoiled.run, aside.path());
    for name in &files {
        let path = spoiled.run.join(name);
        let good = std::fs::read(&path).unwrap();
        let without = || std::fs::remove_file(&path).unwrap();
        let place = match name.as_str() {
            "journal.jsonl" => "journal line ",
            name if name.starts_with("head-") => "signed",
            name => name,
        };
        let places = [name.as_str(), place];
        without();
        if vouched(name) {
            spoiled.shows(&("removed", name), &places);
        } else {
            // What is drawn can be drawn again; that it is not there is told.
            let missing = format!("{name} is not there");
            assert!(spoiled.told().1.iter().any(|line| line.contains(&missing)));
        }
        std::fs::create_dir(&path).unwrap();
        spoiled.shows(&("a folder", name), &places);
        std::fs::remove_dir(&path).unwrap();
        // The very bytes, but elsewhere: they do not travel with the folder.
        symlink(aside.path().join(name), &path).unwrap();
        spoiled.shows(&("a link", name), &places);
        without();
        symlink(&path, &path).unwrap();
        spoiled.shows(&("a circle", name), &places);
        without();
        // Nobody writes into it: reading it would never end.
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        spoiled.shows(&("a pipe", name), &places);
        without();
        symlink("/dev/zero", &path).unwrap();
        spoiled.shows(&("a device", name), &places);
        without();
        std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        spoiled.shows(&("a terabyte", name), &places);
        for other in files.iter().filter(|other| *other != name) {
            std::fs::copy(aside.path().join(other), &path).unwrap();
            spoiled.shows(&("exchanged", name, other), &places);
        }
        std::fs::write(&path, good).unwrap();
    }
    // Two pictures in each other's place.
    let swap = |from: &str, to: &str| {
        std::fs::copy(aside.path().join(from), spoiled.run.join(to)).unwrap();
        std::fs::copy(aside.path().join(to), spoiled.run.join(from)).unwrap();
    };
    swap("p0001-5-after.png", "p0002-5-after.png");
    spoiled.shows(&"swapped", &["p0001-5-after.png gives"]);
    spoiled.shows(&"swapped", &["p0002-5-after.png gives"]);
}

#[test]
fn a_whole_chain_that_was_made_anew_does_not_fit_the_signature() {
    let spoiled = Spoiled::new();
    let lines = journal_lines(&spoiled.run);
    let facts: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["fact"].clone()).collect();
    forge(&spoiled.run, facts.iter().cloned());
    assert!(spoiled.verdict().holds(), "made anew of the same facts it is the same");
    for at in 0..facts.len() {
        let mut other = facts.clone();
        match other[at].as_object_mut().unwrap().values_mut().filter(|value| value.is_string()).last() {
            Some(text) => *text = json!("another"),
            None => continue,
        }
        forge(&spoiled.run, other.into_iter());
        spoiled.shows(&("made anew", at), &["head-17.txt", "journal line "]);
    }
    // Nor does somebody else's run that is laid under the signature.
    forge(&spoiled.run, facts[..3].iter().chain(&facts[9..]).cloned());
    spoiled.shows(&"one person less", &["head-17.txt"]);
}

/// Somewhere in a value, something else.
fn bend(value: &mut Value, dice: &mut Dice) {
    let size = match value {
        Value::Object(map) => map.len(),
        Value::Array(list) => list.len(),
        _ => 0,
    };
    if size > 0 && dice.below(5) > 0 {
        let at = dice.below(size);
        match value {
            Value::Object(map) => bend(map.values_mut().nth(at).unwrap(), dice),
            Value::Array(list) => bend(&mut list[at], dice),
            _ => {}
        }
        return;
    }
    let deep = (0..200).fold(json!([]), |inner, _| json!([inner]));
    let strange = [
        json!(null),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(u32::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!(""),
        json!("\u{202e}\u{0}\u{1b}[2J"),
        json!("../../etc/passwd"),
        json!("9999-99-99T99:99:99.999Z"),
        json!("é".repeat(3)),
        json!("a".repeat(64)),
        json!("x".repeat(100_000)),
        json!([]),
        json!({}),
        json!(true),
        deep,
        json!("roster-before.json"),
        json!("journal.jsonl"),
        json!("p0001-5-after.png"),
        json!("report.html"),
    ];
    *value = strange[dice.below(strange.len())].clone();
}

/// Whoever hands over a folder may have written anything into it, with a chain that holds.
#[test]
fn nothing_that_is_in_a_folder_makes_it_panic() {
    let spoiled = Spoiled::unsigned();
    let lines = journal_lines(&spoiled.run);
    let facts: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["fact"].clone()).collect();
    let plan: Value = serde_json::from_slice(&std::fs::read(spoiled.run.join("plan.json")).unwrap()).unwrap();
    let mut dice = Dice(0x5eed);
    let mut held = 0;
    for _ in 0..300 {
        let mut bent = facts.clone();
        let mut other = plan.clone();
        for _ in 0..=dice.below(3) {
            if dice.below(3) == 0 {
                bend(&mut other, &mut dice);
            } else {
                let at = dice.below(bent.len());
                bend(&mut bent[at], &mut dice);
            }
        }
        let bytes = serde_json::to_vec(&other).unwrap();
        if let Some(named) = bent[0].get_mut("plan") {
            *named = json!(Digest::of(&bytes));
        }
        std::fs::write(spoiled.run.join("plan.json"), bytes).unwrap();
        forge(&spoiled.run, bent.into_iter());
        held += u32::from(spoiled.verdict().holds());
    }
    assert!(held > 15, "only {held} of the bent runs were whole enough to be drawn");
    // And bytes that are nothing at all.
    let deep = [b"[".repeat(200_000), b"]".repeat(200_000)].concat();
    let mut noise = vec![
        Vec::new(),
        deep,
        b"\xff\xfe\0".to_vec(),
        b"{\"seq\":1e999999}\n".repeat(100),
        b"\n".repeat(5000),
    ];
    for _ in 0..100 {
        let length = dice.below(600);
        noise.push((0..length).map(|_| dice.next().to_le_bytes()[0]).collect());
    }
    for name in names(signed()) {
        let spoiled = Spoiled::new();
        for bytes in &noise {
            std::fs::write(spoiled.run.join(&name), bytes).unwrap();
            assert!(!spoiled.verdict().holds(), "{name}");
        }
    }
    let nothing = tempfile::tempdir().unwrap();
    assert!(!verdict(nothing.path()).holds());
    assert!(!verdict(&nothing.path().join("gone")).holds());
}
