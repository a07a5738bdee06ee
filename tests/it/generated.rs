//! What usher prints about itself: schemas that are fresh, packs that name them, completions, the manual, help.

use crate::harness::{ROOT, Usher};
use std::path::{Path, PathBuf};

fn usher(arguments: &[&str]) -> String {
    let done = Usher::new().run(arguments);
    done.code(0);
    assert!(done.stderr.is_empty(), "{arguments:?}: {}", done.stderr);
    done.stdout
}

#[test]
fn schemas_are_fresh() {
    for kind in ["app", "book", "request", "script", "settings"] {
        let path = Path::new(ROOT).join(format!("scripts/schema/{kind}.json"));
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            usher(&["schema", kind]) == kept,
            "{} is stale; `make schema` writes it anew",
            path.display()
        );
        let schema: serde_json::Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    Usher::new().run(&["schema", "scirpt"]).code(2).says("script");
}

/// Every shipped YAML file.
fn shipped() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for side in ["scripts", "selectors"] {
        for app in crate::harness::folders(&Path::new(ROOT).join(side)) {
            let entries = std::fs::read_dir(app).unwrap().map(|entry| entry.unwrap().path());
            files.extend(entries.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")));
        }
    }
    files.sort();
    files
}

#[test]
fn shipped_files_name_their_schema() {
    let files = shipped();
    assert!(files.len() >= 15, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("# yaml-language-server: $schema=").unwrap_or_default();
        let kind = match file.strip_prefix(ROOT).unwrap() {
            path if path.starts_with("selectors") => "book",
            path if path.ends_with("app.yaml") => "app",
            _ => "script",
        };
        let schema = file.parent().unwrap().join(named);
        assert!(named.ends_with(&format!("/{kind}.json")), "{}: `{first}`", file.display());
        assert!(schema.is_file(), "{} names {}, which is not there", file.display(), schema.display());
    }
}

#[test]
fn shipped_packs_are_good() {
    let done = Usher::new().run(&["check"]);
    done.code(0);
    for app in crate::harness::folders(&Path::new(ROOT).join("selectors")) {
        let name = app.file_name().unwrap().to_string_lossy().into_owned();
        assert!(done.stdout.contains(&format!("{name}: ")), "{}", done.stdout);
    }
    assert!(!done.stderr.contains("error:"), "{}", done.stderr);
}

#[test]
fn one_pack_is_checked_by_its_name() {
    let done = Usher::new().run(&["check", "wordpress"]);
    assert!(done.code(0).stdout.starts_with("wordpress: "), "{}", done.stdout);
    Usher::new().run(&["check", "wordpres"]).code(3).says("did you mean `wordpress`?");
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = usher(&["completions", shell]);
        assert!(text.contains("usher") && text.contains("resume"), "{shell}: {text}");
        assert!(!text.contains("did you mean"), "{shell}");
    }
}

#[test]
fn the_manual_is_a_manual_page() {
    let text = usher(&["man"]);
    assert!(text.contains(".TH usher 1") && text.contains("Exit codes"), "{text}");
}

#[test]
fn every_command_has_help() {
    let whole = usher(&["--help"]);
    let list = whole.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"invite") && commands.contains(&"verify"), "{commands:?}");
    assert!(!commands.contains(&"guard"), "the guard is usher's own");
    for command in commands.iter().filter(|command| **command != "help") {
        let text = usher(&[command, "--help"]);
        assert!(text.contains(&format!("Usage: usher {command}")), "{command}: {text}");
        assert!(text.contains("--config <FILE>"), "{command}: {text}");
    }
    for code in 0..=8 {
        assert!(whole.contains(&format!("{code} ")), "exit code {code} is not explained");
    }
    assert!(usher(&["--version"]).starts_with("usher "));
}
