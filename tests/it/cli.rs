//! The command line: exit codes, what is said where, and what happens when the world is not as it should be.

use crate::harness::{Practice, ROOT, Usher, copy};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// One person, as a request.
const ADA: &str = "email,role\nada@northwind.example,Member\n";

/// A tenant at this URL, with everything else in order.
fn at(url: &str) -> Usher {
    let usher = Usher::new()
        .tenant("heap", url, "ops@northwind.example", "Northwind", "practice = true")
        .env("HEAP_PASSWORD", "not needed");
    usher.file("people.csv", ADA);
    usher
}

/// Every line of standard output, each an object.
fn lines(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

/// Puts a line into the `[run]` table.
fn run_setting(usher: &Usher, line: &str) {
    let path = usher.path().join("usher.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    usher.file("usher.toml", text.replacen("[run]\n", &format!("[run]\n{line}\n"), 1));
}

/// A program that answers `--version` with this and does nothing else.
fn program(usher: &Usher, name: &str, answer: &str) -> String {
    let path = usher.file(name, format!("#!/bin/sh\necho '{answer}'\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn usage_is_two_and_helps() {
    let usher = Usher::new();
    usher.run(&[]).code(2).says("Usage: usher");
    usher.run(&["invit", "heap", "people.csv"]).code(2).says("invite");
    usher.run(&["invite", "heap"]).code(2).says("<REQUEST>");
    usher.run(&["run", "heap", "invte", "people.csv"]).code(2).says("did you mean `invite`?");
    usher.run(&["verify", "nothing"]).code(2).says("there are no runs");
    usher.run(&["practice", "heap"]).code(2).says("APP/GENERATION");
    usher.run(&["practice", "heap/users-permissions", "--knob", "peple=3"]).code(2).says("people");
}

#[test]
fn settings_that_are_not_there_are_asked_for() {
    let usher = Usher::new();
    usher.file("people.csv", ADA);
    let missing = usher.run(&["invite", "heap", "people.csv", "--config", "other.toml"]);
    missing.code(3).says("other.toml is not there").says("usher init");
    std::fs::remove_file(usher.path().join("usher.toml")).unwrap();
    usher.run(&["invite", "heap", "people.csv"]).code(3).says("usher init");
}

#[test]
fn an_unknown_tenant_is_guessed_at() {
    at("http://127.0.0.1:9")
        .run(&["roster", "heep"])
        .code(3)
        .says("no `[apps.heep]`")
        .says("did you mean `heap`?");
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let usher = at("http://127.0.0.1:9");
    let path = usher.path().join("usher.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    usher.file("usher.toml", text.replace("{ env = \"HEAP_PASSWORD\" }", "\"hunter2hunter2\""));
    let done = usher.run(&["invite", "heap", "people.csv"]);
    done.code(3).says("holds the secret itself").says("usher.toml:11");
    assert!(!format!("{}{}", done.stdout, done.stderr).contains("hunter2"), "{}", done.stderr);
    usher.file("usher.toml", text);
    let mut command = usher.command(&["invite", "heap", "people.csv"]);
    let output = command.env("USHER_APPS__HEAP__SECRETS__PASSWORD", "hunter2hunter2").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("USHER_APPS__HEAP__SECRETS__PASSWORD__ENV=NAME") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn settings_are_checked_with_their_line() {
    let usher = at("http://127.0.0.1:9");
    let path = usher.path().join("usher.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    for (from, to, said) in [
        ("account =", "acount =", "acount"),
        ("http://127.0.0.1:9", "ftp://127.0.0.1", "must begin with https:// or http://"),
        ("http://127.0.0.1:9", "somewhere", "is not a URL"),
        ("\"Northwind\"", "\"\"", "`apps.heap.tenant` is empty"),
        ("[apps.heap]", "[apps.heap", "usher.toml"),
    ] {
        usher.file("usher.toml", good.replacen(from, to, 1));
        usher.run(&["invite", "heap", "people.csv"]).code(3).says(said).says("usher.toml");
    }
}

#[test]
fn variables_and_commands_that_give_no_secret_are_told() {
    let usher =
        Usher::new().tenant("heap", "http://127.0.0.1:9", "a@northwind.example", "N", "practice = true");
    usher.file("people.csv", ADA);
    let mut unset = usher.command(&["invite", "heap", "people.csv", "--yes"]);
    let output = unset.env_remove("HEAP_PASSWORD").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("HEAP_PASSWORD, which is not set"), "{said}");
    let good = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    for (command, said) in [
        ("[\"false\"]", "failed: false: exit status: 1"),
        ("[\"no-such-program-here\"]", "did not start: no-such-program-here"),
        ("[\"true\"]", "the secret `password` is empty"),
        ("[]", "is empty"),
    ] {
        let line = format!("{{ command = {command} }}");
        usher.file("usher.toml", good.replace("{ env = \"HEAP_PASSWORD\" }", &line));
        usher.run(&["invite", "heap", "people.csv", "--yes"]).code(3).says(said);
    }
}

#[test]
fn an_action_the_pack_does_not_have_is_usage() {
    let usher = Usher::new()
        .tenant("wp", "http://127.0.0.1:9", "admin", "Site", "pack = \"wordpres\"")
        .env("WP_PASSWORD", "not needed");
    usher.file("people.csv", ADA);
    usher.run(&["invite", "wp", "people.csv"]).code(3).says("did you mean `wordpress`?");
}

#[test]
fn a_driver_that_is_not_there_is_told() {
    let usher = at("http://127.0.0.1:9");
    run_setting(&usher, "chromedriver = \"/nowhere/chromedriver\"");
    usher
        .run(&["invite", "heap", "people.csv", "--yes"])
        .code(1)
        .says("/nowhere/chromedriver")
        .says("hint: ");
    assert!(usher.runs().is_empty());
}

#[test]
fn a_driver_of_another_version_is_refused() {
    let usher = at("http://127.0.0.1:9");
    let driver = program(&usher, "chromedriver", "ChromeDriver 99.0.1234.5 (0000)");
    run_setting(&usher, &format!("chromedriver = {driver:?}"));
    let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    done.code(1).says("99").says("hint: ");
    assert!(usher.runs().is_empty());
}

#[test]
fn a_webdriver_nobody_serves_is_told() {
    let usher = at("http://127.0.0.1:9");
    let done = usher.run(&["invite", "heap", "people.csv", "--yes", "--webdriver", "http://127.0.0.1:9"]);
    done.code(1).says("http://127.0.0.1:9");
    let done = usher.run(&["roster", "heap", "--json", "--webdriver", "http://127.0.0.1:9"]);
    done.code(1);
    assert_eq!(lines(&done.stdout)[0]["error"]["exit"], 1);
}

#[test]
fn an_app_that_is_down_stops_before_anything_is_done() {
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let usher = at(&format!("http://127.0.0.1:{port}"));
    let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    assert!(!done.status.success() && done.status.code() != Some(2), "{}", done.stderr);
    done.code(4).says("could not be loaded").says("hint: is the app up, and its URL in usher.toml right?");
    assert!(usher.runs().is_empty(), "no run begins while nobody is signed in");
}

#[test]
fn a_wrong_password_is_tried_once() {
    let console = Practice::start(&["people=10"]);
    let usher = Usher::new().heap(&console).env("HEAP_PASSWORD", "correct horse battery staple");
    usher.file("people.csv", ADA);
    let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    done.code(4).says("sign_in_failed").says("Invalid email or password");
    assert!(!format!("{}{}", done.stdout, done.stderr).contains("battery"), "{}", done.stderr);
    let truth = console.truth();
    assert_eq!(truth["sign_in_failures"], 1, "{truth}");
    assert!(console.applied("invite").is_empty());
    assert!(usher.runs().is_empty());
}

#[test]
fn another_account_or_tenant_than_expected_stops_everything() {
    let console = Practice::start(&["people=10"]);
    let wrong = |account: &str, tenant: &str| {
        let more = "practice = true\n[apps.heap.secrets.username]\nenv = \"HEAP_USERNAME\"";
        let usher = Usher::new()
            .tenant("heap", &console.url, account, tenant, more)
            .env("HEAP_USERNAME", &console.account)
            .env("HEAP_PASSWORD", &console.password);
        usher.file("people.csv", ADA);
        usher.run(&["invite", "heap", "people.csv", "--yes"])
    };
    let part = console.account.get(1..).unwrap();
    wrong(part, &console.tenant).code(4).says("wrong_account").says(&console.account);
    wrong(&console.account, "Another Company").code(4).says("wrong_tenant").says("Another Company");
    assert!(console.applied("invite").is_empty());
}

#[test]
fn a_page_that_is_not_the_expected_one_is_refused() {
    let console = Practice::start(&["people=10"]);
    let usher = Usher::new().heap(&console);
    usher.own_pack("heap");
    let book = "packs/selectors/heap/users-permissions.v1.yaml";
    usher.rewrites(book, "\"Users & Permissions\"", "\"People & Teams\"");
    usher.file("people.csv", ADA);
    usher
        .run(&["invite", "heap", "people.csv", "--yes"])
        .code(4)
        .says("ui_unknown")
        .says("users-permissions");
    assert!(console.applied("invite").is_empty());
    assert!(usher.runs().is_empty());
}

#[test]
fn nobody_at_the_terminal_approves_nothing() {
    let console = Practice::start(&["people=10"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", ADA);
    let done = usher.run(&["invite", "heap", "people.csv"]);
    done.code(5).says("the plan was not approved").says("`--yes`");
    assert!(console.applied("invite").is_empty());
    assert!(usher.runs().is_empty());
    let dry = usher.run(&["invite", "heap", "people.csv", "--dry-run"]);
    assert!(dry.code(0).stdout.contains("ada@northwind.example"), "{}", dry.stdout);
    assert!(usher.runs().is_empty() && console.applied("invite").is_empty(), "a dry run does nothing");
}

/// One console for everything that is printed: a run by machine, a run in silence, lists in every format.
#[test]
fn machines_and_quiet_people_get_what_they_asked_for() {
    let console = Practice::start(&["people=10"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", ADA);

    let done = usher.run(&["invite", "heap", "people.csv", "--yes", "--json"]);
    done.code(0);
    let told = lines(&done.stdout);
    assert_eq!(told[0]["fact"]["fact"], "run_begun");
    let run = &usher.runs()[0];
    let facts = Usher::facts(run);
    let printed: Vec<&Value> = told.iter().filter(|line| line["seq"].is_u64()).collect();
    assert_eq!(printed.len(), facts.len(), "each fact is one line");
    for (line, fact) in printed.iter().zip(&facts) {
        assert_eq!(&line["fact"], fact);
    }
    let summary = told.last().unwrap();
    assert!(summary["seq"].is_null(), "the last line is the summary: {summary}");
    assert!(!done.stdout.contains('\u{1b}') && !done.stderr.contains('\u{1b}'));

    usher.file("more.csv", "email,role\nben@northwind.example,Viewer\n");
    let quiet = usher.run(&["invite", "heap", "more.csv", "--yes", "--quiet"]);
    quiet.code(0);
    assert_eq!(quiet.stderr, "", "quiet says nothing when all is well");
    assert_eq!(Usher::outcomes(&usher.runs()[1])["ben@northwind.example"], "invited_pending");

    let again = usher.run(&["invite", "heap", "more.csv", "--yes"]);
    again.code(0).says("already");
    assert!(!again.stderr.contains('\u{1b}') && !again.stdout.contains('\u{1b}'), "NO_COLOR is set");
    assert_eq!(console.applied("invite"), ["ada@northwind.example", "ben@northwind.example"]);

    let csv = usher.run(&["roster", "heap", "--format", "csv"]);
    csv.code(0);
    let rows: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(rows[0], "name,email,role,state");
    assert_eq!(rows.iter().filter(|row| row.contains("ada@northwind.example")).count(), 1, "{}", csv.stdout);
    assert_eq!(rows.len() - 1, console.truth()["people"].as_array().unwrap().len());

    let json: Value =
        serde_json::from_str(&usher.run(&["roster", "heap", "--format", "json"]).code(0).stdout).unwrap();
    assert_eq!(json["people"].as_array().unwrap().len(), rows.len() - 1);

    let runs: Value = serde_json::from_str(&usher.run(&["runs", "--json"]).code(0).stdout).unwrap();
    assert_eq!(runs.as_array().unwrap().len(), usher.runs().len());
    assert_eq!(runs[0]["state"], "ended");
    assert_eq!(runs[0]["people"], 1);
    let id = runs[0]["run"].as_str().unwrap();
    usher.run(&["verify", id]).code(0);
    usher.run(&["verify", "2"]).code(2).says("could be");
    usher.run(&["verify", "no-such-run"]).code(2).says("`usher runs` lists them");
    let table = usher.run(&["runs"]);
    assert!(table.code(0).stdout.contains(id), "{}", table.stdout);
    usher.run(&["unresolved"]).code(0).says("nobody is undecided");
    usher.run(&["leftovers"]).code(0).says("no removal so far");
    usher.run(&["resume", id]).code(0).says("nothing left to do");
}

#[test]
fn init_writes_a_file_that_works_and_never_over_one() {
    let usher = Usher::new();
    usher.run(&["init", "--app", "heap"]).code(3).says("is there already").says("--force");
    let done = usher.run(&["init", "--config", "new.toml", "--app", "heap", "--url", "https://heap.test"]);
    done.code(0);
    usher
        .run(&["roster", "heap", "--config", "new.toml"])
        .code(3)
        .says("scripts")
        .says("set `packs` in usher.toml");
    usher.run(&["runs", "--config", "new.toml"]).code(0);
}

#[test]
fn what_is_told_again_steers_no_terminal() {
    let evil = "x\u{202e}y\u{9b}31m\u{61c}z\u{1b}[2J\u{200f}";
    let usher = Usher::new();
    let run = usher.path().join(evil);
    copy(&Path::new(ROOT).join("tests/journals/good"), &run);
    usher.file("plain/readme.txt", "");
    let raw = |text: &str| text.contains(['\u{202e}', '\u{9b}', '\u{61c}', '\u{1b}', '\u{200f}']);
    for (arguments, code) in [
        (&["verify", evil][..], 0),
        (&["verify", "gone\u{202e}\u{9b}"], 2),
        (&["resume", "gone\u{202e}\u{9b}"], 2),
        (&["report", "gone\u{1b}[2J\u{200f}"], 2),
        (&["roster", evil], 3),
        (&["invite", evil, "people.csv"], 3),
        (&["--config", evil, "runs"], 3),
        (&[evil], 2),
        (&["practice", evil], 2),
        (&["roster", "x", "--format", evil], 2),
        (&["unresolved", "gone\u{202e}\u{9b}", evil, "--as", "added", "--note", "x"], 2),
    ] {
        for json in [false, true] {
            let told = usher.run(&[if json { &["--json"][..] } else { &[] }, arguments].concat());
            assert!(!raw(&told.stdout) && !raw(&told.stderr), "{arguments:?}: {told:?}");
            assert_eq!(told.status.code(), Some(code), "{told:?}");
        }
    }
    let told = usher.run(&["--json", "verify", evil]).stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["verify"]["run"], evil, "the same value all the same");
}
