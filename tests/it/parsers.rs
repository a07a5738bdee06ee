//! Every parser under hostile input: nothing panics, nothing runs on without end, every place is inside of its file, and what
//! was taken once is taken again as the same. `PROPTEST_CASES` has more of it tried.

mod mangle;

use mangle::{FILES, mangled};
use proptest::prelude::*;
use std::fmt::Debug;
use std::sync::Arc;
use usher::diag::Diagnostic;
use usher::journal::{self, Entry, seal_line};
use usher::plan::Plan;
use usher::report::{self, Pictures, Story};
use usher::request::{Column, Key, Request, Wants};
use usher::script::{self, App};
use usher::secret::Secret;
use usher::selector;
use usher::settings::{Overrides, Settings};
use usher::sign_in::Seed;
use usher::source::Source;
use usher::template::Template;

/// As many as `PROPTEST_CASES` says, or this share of the usual 256.
fn cases(share: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / share, failure_persistence: None, ..usual }
}

/// Every place is inside of its text, where its line and column say; and it can be drawn.
fn places_hold(problems: &[Diagnostic]) {
    assert!(!problems.is_empty(), "refused without a word");
    for problem in problems {
        let text = &problem.source.text;
        for (spot, _) in problem.labels.iter().filter(|(spot, _)| spot.line > 0) {
            let end = spot.offset.checked_add(spot.length).unwrap();
            assert!(end <= text.len() && text.is_char_boundary(spot.offset), "{spot:?} of {problem:?}");
            let place = problem.source.spot(spot.offset, spot.length);
            assert_eq!((spot.line, spot.column), (place.line, place.column), "{spot:?} of {problem:?}");
        }
        let drawn = problem.render(false, 100);
        assert!(!drawn.contains(|c: char| c.is_control() && c != '\n'), "{drawn:?}");
        assert!(drawn.len() < 50_000 && !problem.one_line().is_empty());
    }
}

/// Reads a file of a pack as the command line does.
fn reads<T: Debug>(bytes: &[u8], read: impl Fn(&Arc<Source>) -> Result<T, Vec<Diagnostic>>) {
    let text = String::from_utf8_lossy(bytes);
    let source = Arc::new(Source::new("a.yaml", text.trim_start_matches('\u{feff}')));
    match read(&source) {
        Ok(read_once) => assert_eq!(format!("{read_once:?}"), format!("{:?}", read(&source).unwrap())),
        Err(problems) => places_hold(&problems),
    }
}

fn wants() -> Wants {
    let options = ["Admin", "Member", "Viewer"].map(str::to_owned).to_vec();
    let column = |name: &str, options: &[String], required| Column {
        name: name.to_owned(),
        options: options.to_vec(),
        required,
    };
    Wants { key: Key::Email, columns: vec![column("role", &options, true), column("team", &[], false)] }
}

/// The request once more, as usher itself would write it.
fn rewritten(request: &Request) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(&request.columns).unwrap();
    for row in &request.rows {
        let cell = |name: &String| {
            if name == "email" { row.key.clone() } else { row.values.get(name).cloned().unwrap_or_default() }
        };
        csv.write_record(request.columns.iter().map(cell)).unwrap();
    }
    csv.into_inner().unwrap()
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn scripts_of_any_kind(bytes in mangled(&FILES.scripts)) {
        reads(&bytes, script::read);
    }

    #[test]
    fn apps_of_any_kind(bytes in mangled(&FILES.apps)) {
        reads(&bytes, App::read);
    }

    #[test]
    fn books_of_any_kind(bytes in mangled(&FILES.books)) {
        reads(&bytes, selector::read);
    }

    #[test]
    fn requests_of_any_kind(
        name in "p(\\.csv|\\.json|\\.tsv)?",
        bytes in mangled(&FILES.requests),
    ) {
        match usher::request::read(&name, &bytes, &wants()) {
            Err(problems) => places_hold(&problems),
            Ok(request) => {
                for note in &request.notes {
                    places_hold(std::slice::from_ref(note));
                }
                let again = usher::request::read("again.csv", &rewritten(&request), &wants());
                let again = again.unwrap_or_else(|problems| panic!("{problems:#?} of {request:#?}"));
                let plain = |request: &Request| -> Vec<_> {
                    request.rows.iter().map(|row| (row.key.clone(), row.values.clone())).collect()
                };
                prop_assert_eq!(plain(&again), plain(&request));
            }
        }
    }

    #[test]
    fn templates_of_any_kind(text in "(\\$\\{|\\}|\\$|person|row|\\.|n|item|new.password|é|\0| |x)*") {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(&template.written, &text);
            let filled = template.fill(|field| Some(field.to_string())).unwrap();
            prop_assert_eq!(Template::parse(&filled).unwrap().parts, template.parts);
        }
    }

    #[test]
    fn seeds_of_codes_of_any_kind(text in "(otpauth:|//|totp|/|\\?|secret=|JBSWY3DPEHPK3PXP|digits=|period=|algorithm=SHA1|&|%|%0|=|é|9{1,30}|-| |[a-z2-7]{1,9})*") {
        if let Err(why) = Seed::read(&Secret::new(text.clone())) {
            prop_assert!(why.len() < 400 && !why.contains("JBSWY3DPEHPK3PXP"), "{}", why);
        }
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn settings_of_any_kind(bytes in mangled(&SETTINGS)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("usher.toml");
        std::fs::write(&file, &bytes).unwrap();
        let read = || Settings::read(&file, true, &Overrides::default());
        match read() {
            Ok(settings) => prop_assert_eq!(format!("{settings:?}"), format!("{:?}", read().unwrap())),
            Err(error) => prop_assert!(format!("{error:#}").len() < 4000, "{error:#}"),
        }
    }

    #[test]
    fn journals_of_any_kind(bytes in mangled(&FILES.journals)) {
        let mut held = 0;
        let read = journal::fold(bytes.as_slice(), |_, _| held += 1).unwrap();
        prop_assert_eq!(read.chain.count, held);
        if let Some(broken) = read.broken {
            prop_assert_eq!(broken.line, held + 1);
            prop_assert!(broken.why.len() < 1000, "{}", broken.why);
        }
    }

    /// Facts that nobody would seal, sealed: whatever stands in a journal that verifies can be told.
    #[test]
    fn facts_of_any_kind_are_told(plan in mangled(&FILES.plans), journal in mangled(&FACTS), times in "[0-9TZ:. -]{0,30}|.{0,9}") {
        let plan = Plan::from_bytes(&plan).unwrap_or_else(|why| {
            assert!(why.len() < 2000, "{why}");
            Plan::from_bytes(&FILES.plans.iter().find(|bytes| Plan::from_bytes(bytes).is_ok()).unwrap().clone()).unwrap()
        });
        prop_assert_eq!(&Plan::from_bytes(&plan.to_bytes()).unwrap(), &plan);
        let mut entries: Vec<Entry> = Vec::new();
        for line in journal.split(|byte| *byte == b'\n') {
            let Ok(fact) = serde_json::from_slice(line) else { continue };
            let prev = entries.last().map_or_else(|| usher::digest::Digest::of(b""), |entry| entry.seal.clone());
            let seq = entries.len() as u64 + 1;
            let at = if seq.is_multiple_of(3) { times.as_str() } else { "2026-03-11T08:00:00.000Z" };
            entries.push(seal_line(seq, at, fact, &prev).0);
        }
        let story = Story::of(&plan, &entries);
        let mut html = Vec::new();
        report::html(&story, &Pictures::unseen(&|_| None), &mut html).unwrap();
        prop_assert!(html.ends_with(b"</html>") || html.ends_with(b"</html>\n"));
        let table = report::csv::results(&story);
        prop_assert_eq!(csv::Reader::from_reader(table.as_slice()).records().filter_map(Result::ok).count(), story.people.len());
        report::csv::undo(&story);
    }
}

/// Settings that are good, as a start.
static SETTINGS: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(|| {
    let one = "[run]\nfolder = \"screenshots\"\nwidth = 1280\n[help]\nwait = \"5m\"\nwebhook = { env = \"HOOK\" }\n[sessions]\nkeep_for = \"7d\"\n[apps.heap]\nurl = \"https://h.test\"\naccount = \"a@x\"\ntenant = \"T\"\norigins = [\"https://l.test\"]\nprotected = [\"ceo@x.test\"]\n[apps.heap.secrets]\npassword = { command = [\"pass\", \"show\"] }\ntotp = { file = \"seed\" }\n[apps.heap.caps]\nremovals = 10\n";
    let two = "[apps]\nheap = { url = \"https://h.test\", account = \"a\", tenant = \"T\", secrets = { password = { keyring = { service = \"u\", user = \"h\" } } } }\n";
    vec![one.into(), two.into()]
});

/// The facts of the good journals, one a line.
static FACTS: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(|| {
    let facts = FILES.journals.iter().map(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.map(|entry| entry["fact"].to_string()).collect::<Vec<_>>().join("\n").into_bytes()
    });
    let facts: Vec<_> = facts.filter(|facts| !facts.is_empty()).collect();
    assert!(facts.len() > 5);
    facts
});
