//! The error catalogue of packs: `tests/diagnostics/packs/`, one folder for each message, golden.
//!
//! A case is laid over `base/`, a good pack, so that it holds nothing but the mistake.

use crate::harness::{ROOT, Usher, copy, folders, golden};
use std::path::Path;

/// What `usher check` says of a case, and how it leaves.
fn checked(case: &Path, base: &Path) -> String {
    let usher = Usher::new();
    usher.file("usher.toml", "[run]\npacks = \".\"\n");
    copy(base, usher.path());
    copy(case, usher.path());
    let done = usher.run(&["check"]);
    let here = usher.path().display().to_string();
    assert!(!done.stderr.contains(&here), "a source is to be named from the packs' root:\n{}", done.stderr);
    format!("{}{}exit code {}\n", done.stderr, done.stdout, done.status.code().unwrap())
}

#[test]
fn every_mistake_is_told_with_place_and_hint() {
    let root = Path::new(ROOT).join("tests/diagnostics/packs");
    let base = root.join("base");
    let cases: Vec<_> = folders(&root).into_iter().filter(|case| *case != base).collect();
    assert!(cases.len() > 50, "only {} cases were found", cases.len());
    for case in cases {
        let said = checked(&case, &base);
        golden(&case.join("expected.txt"), &said);
        let name = case.file_name().unwrap().to_string_lossy();
        let wanted = match &*name {
            "good" | "one-description" | "only-practice" => "exit code 0",
            _ => "exit code 3",
        };
        assert!(said.ends_with(&format!("{wanted}\n")), "{name}:\n{said}");
    }
}

#[test]
fn all_problems_of_all_files_come_in_one_run() {
    let root = Path::new(ROOT).join("tests/diagnostics/packs");
    let said = checked(&root.join("several-files-at-once"), &root.join("base"));
    for place in [
        "scripts/shop/app.yaml:13:10",
        "scripts/shop/invite.yaml:3:1",
        "scripts/shop/invite.yaml:10:5",
        "scripts/shop/remove.yaml:2:9",
        "selectors/shop/members.v1.yaml:",
    ] {
        assert!(said.contains(place), "`{place}` is not in:\n{said}");
    }
    for hint in ["did you mean `summary`?", "did you mean `click`?", "did you mean `remove`?"] {
        assert!(said.contains(hint), "`{hint}` is not in:\n{said}");
    }
}

/// Whoever adds a message adds its case: every message in the source is somewhere in the catalogue.
#[test]
fn every_message_has_its_case() {
    let root = Path::new(ROOT).join("tests/diagnostics/packs");
    let mut catalogue = String::new();
    for case in folders(&root) {
        catalogue.push_str(&std::fs::read_to_string(case.join("expected.txt")).unwrap_or_default());
    }
    // Long messages are broken into lines there.
    let squeezed =
        |text: &str| text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    let catalogue = squeezed(&catalogue);
    let mut seen = 0;
    let mut missing = Vec::new();
    for file in [
        "script/mod.rs",
        "script/rules.rs",
        "selector/mod.rs",
        "selector/list.rs",
        "plan/check.rs",
        "plan/pack.rs",
        "source.rs",
    ] {
        let text = std::fs::read_to_string(Path::new(ROOT).join("src").join(file)).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for call in text.split("Diagnostic::error(").chain(text.split("Diagnostic::warning(")).skip(1) {
            let call = call.split("Diagnostic::").next().unwrap();
            let Some(message) = call.split('"').nth(1).filter(|_| call.find('"') < call.find(".at")) else {
                continue;
            };
            let longest = message.split(['{', '}']).step_by(2).max_by_key(|part| part.len()).unwrap();
            if !catalogue.contains(&squeezed(longest)) {
                missing.push(format!("no case shows `{message}` ({file})"));
            }
            seen += 1;
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(seen > 40, "only {seen} messages were found");
}
