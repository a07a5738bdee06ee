//! The law of the architecture, read from the source text: who may name whom, and where the world outside is touched.

mod text;

use crate::harness::ROOT;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use text::{File, crates, named, sources};

/// Every module and the modules it may name, lowest first: a module may only name one that stands above it here,
/// so no circle is possible. `diag` and `source` are two halves of one thing (a place in a text, and the text).
const MAY_NAME: &[(&str, &[&str])] = &[
    ("digest", &[]),
    ("safe", &[]),
    ("secret", &[]),
    ("template", &[]),
    ("words", &[]),
    ("diag", &["safe", "source"]),
    ("source", &["diag"]),
    // What is asked, what is there, what will be done: scripts, books and requests meet only in the plan.
    ("script", &["words", "template", "source", "diag"]),
    ("selector", &["words", "template", "source", "diag"]),
    ("request", &["safe", "digest", "source", "diag"]),
    ("roster", &["words", "digest"]),
    (
        "plan",
        &["words", "safe", "template", "digest", "source", "diag", "script", "selector", "request", "roster"],
    ),
    // Doing and keeping.
    ("evidence", &["digest"]),
    ("browser", &["words", "secret", "diag", "digest", "evidence"]),
    ("journal", &["words", "safe", "digest", "evidence", "browser"]),
    ("signature", &["digest", "secret", "evidence", "journal"]),
    (
        "run",
        &[
            "words", "template", "secret", "source", "script", "selector", "roster", "plan", "evidence",
            "browser", "journal",
        ],
    ),
    ("sign_in", &["words", "secret", "digest", "diag", "plan", "browser", "journal", "run"]),
    // Showing, telling, rehearsing, and the edge.
    ("report", &["words", "safe", "digest", "plan", "evidence", "journal", "signature"]),
    ("verify", &["safe", "digest", "plan", "evidence", "journal", "signature", "report"]),
    ("notice", &["secret"]),
    ("practice", &[]),
    ("settings", &["safe", "diag"]),
    (
        "cli",
        &[
            "words",
            "template",
            "safe",
            "secret",
            "digest",
            "source",
            "diag",
            "script",
            "selector",
            "request",
            "roster",
            "plan",
            "evidence",
            "browser",
            "journal",
            "run",
            "sign_in",
            "report",
            "notice",
            "practice",
            "settings",
            "signature",
            "verify",
        ],
    ),
];

/// The one edge against the stream: where a text and what is wrong with it need each other.
const HALVES: (&str, &str) = ("diag", "source");

/// Where only a part of a module may be named.
const ONLY: &[(&str, &str, &[&str])] = &[
    // A fact says which processes must be dead before anybody acts again; that record is all it knows of browsers.
    ("journal", "browser", &["driver::Traces"]),
    ("report", "evidence", &["Exhibit", "ExhibitKind", "Masked", "is_plain"]),
];

/// Every outside crate of Cargo.toml and where it may be named.
const DOORS: &[(&str, &[&str])] = &[
    // Sessions at rest are encrypted in one place.
    ("age", &["sign_in/store.rs"]),
    (
        "anyhow",
        &[
            // The edges: what is left when neither a file nor the page is at fault.
            "cli/",
            "settings/",
            "browser/",
            "sign_in/",
            "run/",
            "journal/file.rs",
            "evidence/store.rs",
            // What the store says of a file that it cannot read is told on.
            "verify/record.rs",
            "practice/",
        ],
    ),
    ("axum", &["practice/"]),
    ("base64", &["browser/webdriver.rs", "report/html/"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/mod.rs"]),
    ("clap_mangen", &["cli/mod.rs"]),
    ("comfy_table", &["report/terminal/"]),
    ("config", &["settings/"]),
    ("csv", &["report/csv.rs", "roster/export.rs"]),
    ("encoding_rs", &["request/decode.rs"]),
    ("fantoccini", &["browser/webdriver.rs"]),
    ("futures_util", &["run/engine.rs"]),
    ("http", &["browser/webdriver.rs"]),
    ("hyper_util", &["browser/webdriver.rs"]),
    ("indicatif", &["report/terminal/"]),
    ("jiff", &["cli/", "report/", "practice/"]),
    ("maud", &["report/html/", "practice/"]),
    ("miette", &["diag/draw.rs"]),
    ("png", &["evidence/mask.rs"]),
    ("rustix", &["browser/driver/", "browser/guard.rs", "cli/"]),
    ("schemars", &[""]),
    ("scraper", &["roster/"]),
    // A keyring is spoken to over the desktop's bus, in one place.
    ("secret_service", &["cli/keyring.rs"]),
    ("serde", &[""]),
    ("serde_json", &[""]),
    ("serde_saphyr", &["source.rs"]),
    ("sha2", &["digest.rs"]),
    // Keys and signatures are SSH's, in one place.
    ("ssh_key", &["signature/key.rs"]),
    ("strsim", &["diag/mod.rs", "practice/catalogue.rs"]),
    ("thiserror", &["browser/driver", "evidence/mask.rs", "roster/unreadable.rs"]),
    ("tokio", &["browser/", "cli/", "notice/", "practice/", "run/", "sign_in/"]),
    // One-time codes are made in one place, and taken in another that must not know the first.
    ("totp_rs", &["practice/code.rs", "sign_in/code.rs"]),
    ("tracing", &["browser/", "cli/", "practice/", "run/"]),
    ("tracing_subscriber", &["cli/mod.rs"]),
    ("unicode_normalization", &["request/clean.rs", "roster/fold.rs"]),
    ("unicode_security", &["request/look_alike.rs"]),
    ("ureq", &["notice/webhook.rs"]),
    ("url", &["browser/", "cli/session.rs", "run/", "settings/read.rs", "sign_in/code.rs", "template.rs"]),
    ("zeroize", &["secret.rs"]),
];

/// Modules that know neither disk nor clock nor network nor chance.
const PURE: &[&str] = &[
    "words", "template", "digest", "safe", "diag", "source", "script", "selector", "request", "roster",
    "plan",
];

/// Files that may touch the disk.
const DISK: &[&str] = &[
    "cli/",
    "settings/read.rs",
    "journal/file.rs",
    "evidence/medium.rs",
    "evidence/store.rs",
    "browser/driver/",
    "browser/guard.rs",
    // Which one-time codes were used must outlive the process.
    "sign_in/used.rs",
    // Kept sessions, and how both are written.
    "sign_in/store.rs",
    "sign_in/private.rs",
    "practice/store.rs",
    "practice/token.rs",
];

/// Files that may ask what time it is; everybody else is told.
const CLOCK: &[&str] = &["cli/proceed.rs", "cli/folders.rs", "practice/live.rs"];

/// Files that may write to the terminal.
const PRINTS: &[&str] = &["cli/", "report/terminal/", "browser/guard.rs"];

/// Longer than this, a file must say why it is.
const LONG: usize = 400;

/// The files that are longer, and why.
const LONG_FOR_A_REASON: &[(&str, &str)] = &[
    ("browser/fake.rs", "one trait, implemented once more, over a console made of memory"),
    ("browser/live.rs", "one trait, implemented once: every question to the page and its answer"),
    ("plan/check.rs", "every way in which the files of a pack can contradict each other"),
    ("run/engine.rs", "the commit protocol of a whole run, in its order"),
    ("run/job.rs", "the commit protocol of one person, in its order"),
    ("source.rs", "a whole schema checker that keeps places"),
];

/// Everything in these files that is against the law, one line each.
fn broken(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    let order: BTreeMap<&str, usize> =
        MAY_NAME.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
    let known: Vec<&str> = DOORS.iter().map(|(name, _)| *name).collect();
    for file in files {
        let name = &file.name;
        let mut against = |what: String| wrong.push(format!("src/{name}: {what}"));
        if let Some(module) = file.module() {
            match MAY_NAME.iter().find(|(known, _)| *known == module) {
                None => against(format!("`{module}` is not in the table of modules")),
                Some((_, may)) => {
                    for (other, rest) in named(file).into_iter().filter(|(other, _)| other != module) {
                        if !order.contains_key(other.as_str()) {
                            against(format!("names `crate::{other}`, which is no module"));
                        } else if !may.contains(&other.as_str()) {
                            against(format!("`{module}` may not name `{other}` ({rest})"));
                        }
                        let part = ONLY.iter().find(|(from, to, _)| *from == module && *to == other);
                        if let Some((_, _, parts)) = part
                            && !parts.contains(&rest.as_str())
                        {
                            against(format!(
                                "of `{other}`, `{module}` may only name {parts:?}, not `{rest}`"
                            ));
                        }
                    }
                }
            }
        }
        for used in crates(file, &known) {
            let (_, doors) = DOORS.iter().find(|(name, _)| *name == used).unwrap();
            if !file.below(doors) {
                against(format!("the crate `{used}` has its doors elsewhere: {doors:?}"));
            }
        }
        if file.module().is_some_and(|module| PURE.contains(&module)) {
            for impure in [
                &["std", "::", "fs"][..],
                &["std", "::", "env"],
                &["std", "::", "net"],
                &["std", "::", "io"],
                &["std", "::", "process"],
                &["std", "::", "thread"],
                &["std", "::", "time", "::", "Instant"],
                &["std", "::", "time", "::", "SystemTime"],
                &["Instant", "::", "now"],
                &["SystemTime"],
                &["tokio", "::"],
                &["rand", "::"],
                &["async"],
                &["await"],
            ] {
                if file.has(impure) {
                    against(format!("is to be pure, but has `{}`", impure.concat()));
                }
            }
        }
        if !file.below(DISK) {
            for disk in
                [&["std", "::", "fs"][..], &["tokio", "::", "fs"], &["File", "::"], &["OpenOptions", "::"]]
            {
                if file.has(disk) {
                    against(format!("may not touch the disk, but has `{}`", disk.concat()));
                }
            }
        }
        if !file.below(CLOCK) {
            for clock in
                [&["SystemTime", "::", "now"][..], &["Timestamp", "::", "now"], &["Zoned", "::", "now"]]
            {
                if file.has(clock) {
                    against(format!("is told the time, but has `{}`", clock.concat()));
                }
            }
        }
        if !file.below(PRINTS) {
            for print in ["print", "println", "eprint", "eprintln", "dbg"] {
                if file.has(&[print, "!"]) {
                    against(format!("prints: `{print}!`"));
                }
            }
            for stream in ["stdout", "stderr"] {
                if file.has(&["io", "::", stream]) {
                    against(format!("prints: `io::{stream}`"));
                }
            }
        }
        if !file.text.starts_with("//! ") {
            against("does not open with a sentence that says what it is for".to_owned());
        }
        let own = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
        if own > LONG && !LONG_FOR_A_REASON.iter().any(|(long, _)| long == name) {
            against(format!("has {own} lines; over {LONG} it needs a reason in tests/it/layers.rs"));
        }
    }
    wrong
}

#[test]
fn the_law_holds() {
    let files = sources();
    assert!(files.len() > 100, "only {} files were found", files.len());
    let wrong = broken(&files);
    assert!(wrong.is_empty(), "against the law:\n{}", wrong.join("\n"));
}

/// All of the in-page library is one script: of two functions of one name the last would silently be everybody's.
#[test]
fn every_page_file_is_in_the_library_and_no_name_is_given_twice() {
    let folder = Path::new(ROOT).join("src/browser/page");
    let library = std::fs::read_to_string(Path::new(ROOT).join("src/browser/live.rs")).unwrap();
    let mut owner: BTreeMap<String, String> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        assert!(library.contains(&format!("page/{file}")), "page/{file} is in no library");
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for line in text.lines() {
            let words = line.trim_start_matches("async ");
            let declared = ["function* ", "function ", "const ", "let ", "class "]
                .iter()
                .find_map(|kind| words.strip_prefix(kind))
                .map(|rest| {
                    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()
                });
            if let Some(name) = declared {
                let first = owner.insert(name.clone(), file.clone());
                assert_eq!(first, None, "page/{file} declares `{name}` as well");
            }
        }
    }
    assert!(owner.len() > 100, "only {} names were found", owner.len());
}

#[test]
fn no_module_is_named_in_a_circle() {
    for (at, (module, may)) in MAY_NAME.iter().enumerate() {
        for other in *may {
            let below = MAY_NAME.iter().position(|(name, _)| name == other).unwrap();
            let halves = (*module, *other) == HALVES;
            assert!(below < at || halves, "`{module}` may name `{other}`, which stands below it");
        }
    }
    let trio = ["script", "selector", "request"];
    for (module, may) in MAY_NAME {
        assert!(!may.contains(&"cli"), "nobody names the command line, `{module}` neither");
        let meets = trio.iter().filter(|one| may.contains(one)).count();
        assert!(!trio.contains(module) || meets == 0, "`{module}` must not know the other two");
        if PURE.contains(module) {
            assert!(may.iter().all(|other| PURE.contains(other)), "`{module}` is pure and may name {may:?}");
        }
        for edge in ["settings", "practice", "sign_in"] {
            assert!(*module == "cli" || !may.contains(&edge), "only the command line names `{edge}`");
        }
        assert!(
            ["cli", "sign_in"].contains(module) || !may.contains(&"run"),
            "`{module}` may not name `run`"
        );
    }
}

#[test]
fn every_module_and_every_crate_has_its_place() {
    let files = sources();
    let modules: BTreeSet<&str> = files.iter().filter_map(File::module).collect();
    let table: BTreeSet<&str> = MAY_NAME.iter().map(|(name, _)| *name).collect();
    assert_eq!(modules, table);
    let manifest = std::fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
    let list = manifest.split("[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let wanted: BTreeSet<String> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim().replace('-', "_"))
        .collect();
    let doors: BTreeSet<String> = DOORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(wanted, doors, "a new dependency must choose its door, a dropped one leaves it");
}

/// What is allowed must also be used, or the table says less than the truth.
#[test]
fn nothing_is_allowed_that_nobody_needs() {
    let files = sources();
    let known: Vec<&str> = DOORS.iter().map(|(name, _)| *name).collect();
    for (name, doors) in DOORS {
        for door in *doors {
            let through = files.iter().any(|file| file.below(&[door]) && crates(file, &known).contains(name));
            assert!(through, "nobody uses the door `{door}` of `{name}`");
        }
    }
    let mut idle = Vec::new();
    for (module, may) in MAY_NAME.iter().filter(|(module, _)| *module != "cli") {
        for other in *may {
            let own = files.iter().filter(|file| file.module() == Some(module));
            let names = own.flat_map(named).any(|(named, _)| named == *other);
            if !names {
                idle.push(format!("`{module}` may name `{other}` and does not"));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
    for (places, what) in [(DISK, "the disk"), (CLOCK, "the clock"), (PRINTS, "the terminal")] {
        for place in places {
            assert!(
                files.iter().any(|file| file.below(&[place])),
                "`{place}` may use {what} and is not there"
            );
        }
    }
    for (long, _) in LONG_FOR_A_REASON {
        assert!(files.iter().any(|file| file.name == *long), "`{long}` is not there any more");
    }
}

/// The checker itself, on texts that break each rule.
#[test]
fn the_checker_sees_what_is_planted() {
    let says = |name: &str, text: &str| broken(&[File::of(name, &format!("//! A file.\n{text}"))]).join("\n");
    let bad = [
        ("run/a.rs", "use crate::report::Story;", "`run` may not name `report`"),
        ("run/a.rs", "use crate::{words::Action, cli::Exit};", "`run` may not name `cli`"),
        ("run/a.rs", "fn a() { crate::cli::main(); }", "`run` may not name `cli`"),
        ("run.rs", "use super::report::Story;", "`run` may not name `report`"),
        ("run/a.rs", "use super::super::report::Story;", "`run` may not name `report`"),
        ("run/mod.rs", "use super::report::Story;", "`run` may not name `report`"),
        (
            "script/a.rs",
            "use crate::{\n    words::{Action, State},\n    selector::Book,\n};",
            "`script` may not name `selector`",
        ),
        ("request/a.rs", "use crate::script::Script;", "`request` may not name `script`"),
        ("browser/live.rs", "use crate::plan::View;", "`browser` may not name `plan`"),
        ("journal/mod.rs", "use crate::browser::Live;", "may only name"),
        ("report/story/mod.rs", "use crate::run::Halt;", "`report` may not name `run`"),
        ("report/story/mod.rs", "use crate::evidence::Store;", "may only name"),
        ("desk/mod.rs", "", "`desk` is not in the table"),
        ("plan/a.rs", "fn a() { std::fs::read(\"x\"); }", "is to be pure"),
        ("plan/a.rs", "use std::time::Instant;", "is to be pure"),
        ("plan/a.rs", "async fn a() {}", "is to be pure"),
        ("plan/a.rs", "use tokio::time::sleep;", "is to be pure"),
        ("run/a.rs", "fn a() { std::fs::write(\"x\", \"y\"); }", "may not touch the disk"),
        ("run/a.rs", "fn a() { println!(\"x\"); }", "prints: `println!`"),
        ("run/a.rs", "fn a() { std::io::stderr(); }", "prints: `io::stderr`"),
        ("run/a.rs", "fn a() { jiff::Zoned::now(); }", "is told the time"),
        ("run/a.rs", "use fantoccini::Client;", "`fantoccini` has its doors elsewhere"),
        ("browser/live.rs", "use {fantoccini::Client};", "`fantoccini` has its doors elsewhere"),
        ("plan/a.rs", "fn a() -> anyhow::Result<()> { Ok(()) }", "`anyhow` has its doors elsewhere"),
        ("journal/a.rs", "fn a() { ::sha2::Sha256::digest(b\"\"); }", "`sha2` has its doors elsewhere"),
        ("run/a.rs", "use serde_saphyr as yaml;", "`serde_saphyr` has its doors elsewhere"),
        ("cli/a.rs", "#[derive(maud::Render)]\nstruct A;", "`maud` has its doors elsewhere"),
    ];
    for (name, text, wanted) in bad {
        let said = says(name, text);
        assert!(said.contains(wanted), "{name}: `{text}` gave: {said}");
    }
    let good = [
        ("run/a.rs", "// use crate::report::Story;\n/* println!(\"\"); /* nested */ */"),
        ("run/a.rs", "const A: &str = \"use crate::cli::Exit; println!()\";"),
        (
            "run/a.rs",
            "const A: &str = r#\"a \" crate::cli::x\"#; const B: char = '\"'; const C: char = '\\'';",
        ),
        ("run/a.rs", "fn a<'a>(x: &'a str) {}"),
        (
            "run/a.rs",
            "#[cfg(test)]\nmod tests { fn a() { std::fs::read(\"x\"); println!(\"{}\", [1; 2][0]); } }",
        ),
        ("run/a.rs", "#[cfg(test)]\nmod tests;"),
        ("run/a.rs", "use crate::words::{Action, Outcome};\nuse super::engine::Engine;"),
        ("journal/mod.rs", "pub struct A { traces: Option<crate::browser::driver::Traces> }"),
        ("cli/a.rs", "use crate::report::{self, csv, csv::table};\nfn a() { report::csv::results(); }"),
    ];
    for (name, text) in good {
        assert_eq!(says(name, text), "", "{name}: {text}");
    }
    let after = "#[cfg(test)]\nmod tests { fn a() {} }\nfn b() { println!(); }";
    assert!(says("run/a.rs", after).contains("prints"), "what stands behind the tests counts");
    assert!(broken(&[File::of("run/a.rs", "fn a() {}")]).join("").contains("does not open with a sentence"));
    assert!(says("run/a.rs", &"\n".repeat(LONG)).contains("it needs a reason"));
}
