//! Signing in: forms over several pages and origins, codes, a person's help, kept sessions, and coming in again on the way.

use crate::harness::{Done, Practice, ROOT, Usher};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The seed of the practice console's codes, in groups and small letters as apps show it.
pub(crate) const SEED: &str = "jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp";

/// usher for a practice console whose sign-in is done by one of the scripts in `tests/it/signing_in/`.
pub(crate) fn with(console: &Practice, script: &str, more: &str) -> Usher {
    let usher = Usher::new();
    let packs = usher.own_pack("heap");
    let own =
        |name: &str| std::fs::read_to_string(Path::new(ROOT).join("tests/it/signing_in").join(name)).unwrap();
    usher.file("packs/scripts/heap/sign-in.yaml", own(script));
    usher.file("packs/scripts/heap/step-up.yaml", own("step-up.yaml"));
    std::fs::remove_file(packs.join("selectors/heap/practice.sign-in.v1.yaml")).unwrap();
    usher.file("packs/selectors/heap/sign-in.v1.yaml", own("sign-in.v1.yaml"));
    let mut toml =
        String::from("[run]\npacks = \"packs\"\n[sessions]\nfolder = \"kept\"\n[help]\nwait = \"60s\"\n");
    let _ = write!(
        toml,
        "[apps.heap]\nurl = {:?}\naccount = {:?}\ntenant = {:?}\npractice = true\norigins = {:?}\n{more}\n",
        console.url, console.account, console.tenant, console.origins
    );
    if !more.contains("secrets") {
        toml.push_str(
            "secrets = { password = { env = \"HEAP_PASSWORD\" }, totp = { env = \"HEAP_SEED\" } }\n",
        );
    }
    usher.file("usher.toml", toml);
    usher.env("HEAP_PASSWORD", &console.password).env("HEAP_SEED", SEED)
}

/// The same usher without anything to type.
fn without_secrets(usher: &Usher) {
    change(usher, |toml| {
        toml.lines()
            .filter(|line| !line.starts_with("secrets"))
            .fold(String::new(), |all, line| all + line + "\n")
    });
}

fn change(usher: &Usher, make: impl FnOnce(&str) -> String) {
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    usher.file("usher.toml", make(&text));
}

fn count(console: &Practice, what: &str) -> u64 {
    console.truth()[what].as_u64().unwrap_or_else(|| panic!("the truth has no {what}"))
}

/// Facts of one kind in the journal of the last run.
fn of_kind(usher: &Usher, kind: &str) -> Vec<Value> {
    let run = usher.runs().pop().unwrap();
    Usher::facts(&run).into_iter().filter(|fact| fact["fact"] == kind).collect()
}

/// usher at work, and the lines it says while it is.
struct AtWork {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
    said: String,
}

impl AtWork {
    fn start(usher: &Usher, arguments: &[&str]) -> Self {
        let mut command = usher.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self { child, lines, said: String::new() }
    }

    /// Reads on until a line says this.
    #[track_caller]
    fn until(&mut self, words: &str) {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.lines.read_line(&mut line).unwrap(),
                0,
                "`{words}` was never said:\n{}",
                self.said
            );
            self.said.push_str(&line);
            if line.contains(words) {
                return;
            }
        }
    }

    fn end(mut self) -> Done {
        std::io::Read::read_to_string(&mut self.lines, &mut self.said).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        Done { status: output.status, stdout, stderr: self.said }
    }
}

/// Waits for something that will be so.
#[track_caller]
fn wait_for(what: &str, is: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is() {
        assert!(Instant::now() < until, "{what} never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn every_form_leads_in_at_the_first_try() {
    for (mode, script) in [
        ("form", "form.yaml"),
        ("email_first", "email-first.yaml"),
        ("origins", "email-first.yaml"),
        ("sso", "sso.yaml"),
    ] {
        let console = Practice::start(&["people=10", &format!("sign_in={mode}")]);
        let usher = with(&console, script, "");
        usher.run(&["check", "heap"]).code(0);
        let done = usher.run(&["roster", "heap", "--format", "csv"]);
        done.code(0);
        assert_eq!(done.stdout.lines().count(), 11, "{mode}: {}", done.stdout);
        assert_eq!((count(&console, "sign_ins"), count(&console, "sign_in_failures")), (1, 0), "{mode}");
    }
}

#[test]
fn an_origin_that_nobody_named_gets_no_password() {
    let console = Practice::start(&["people=10", "sign_in=origins"]);
    let usher = with(&console, "email-first.yaml", "");
    change(&usher, |toml| toml.replace(&console.origins[1], "https://elsewhere.test"));
    usher.run(&["roster", "heap"]).code(4).says("which is not the tenant's");
    assert_eq!((count(&console, "sign_ins"), count(&console, "sign_in_failures")), (0, 0));
}

#[test]
fn questions_after_the_password_are_answered_and_the_tenant_is_chosen_by_its_name() {
    let console = Practice::start(&["people=10", "stay_question=on", "tenant_picker=on", "storage_token=on"]);
    let usher = with(&console, "form.yaml", "");
    usher.run(&["roster", "heap"]).code(0);
    // The other tenant of this account, whose name only begins like this one's.
    change(&usher, |toml| {
        toml.replace(&format!("{:?}", console.tenant), &format!("\"{} Sandbox\"", console.tenant))
    });
    usher.run(&["roster", "heap"]).code(0);
    change(&usher, |toml| toml.replace("Sandbox", "Nowhere"));
    usher.run(&["roster", "heap"]).code(4).says("tenant_link");
    assert_eq!(count(&console, "sign_in_failures"), 0);
}

#[test]
fn a_wrong_password_is_typed_once_and_the_account_is_not_locked() {
    let console = Practice::start(&["people=10", "lock_out=3"]);
    let usher = with(&console, "form.yaml", "").env("HEAP_PASSWORD", "wrong");
    for failures in [1, 2] {
        let done = usher.run(&["roster", "heap"]);
        done.code(4)
            .says("sign_in_failed")
            .says("Invalid email or password")
            .says("picture: screenshots/stopped/");
        assert_eq!(count(&console, "sign_in_failures"), failures);
    }
    usher.run(&["roster", "heap"]).code(4).says("Your account is locked");
    let usher = usher.env("HEAP_PASSWORD", &console.password);
    usher.run(&["roster", "heap"]).code(4).says("Your account is locked");
    console.knob("lock_out", "off");
    usher.run(&["roster", "heap"]).code(0);
}

#[test]
fn a_code_is_made_from_the_seed_and_never_used_twice() {
    let console = Practice::start(&["people=10", "second_factor=totp"]);
    let usher = with(&console, "form.yaml", "");
    // The second one comes within the first one's half minute, and waits for a code of its own.
    for sign_ins in [1, 2] {
        usher.run(&["roster", "heap"]).code(0);
        assert_eq!((count(&console, "sign_ins"), count(&console, "codes_tried")), (sign_ins, sign_ins));
    }
    let usher = usher.env("HEAP_SEED", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU");
    usher.run(&["roster", "heap"]).code(4).says("sign_in_failed").says("That code is not right");
    assert_eq!((count(&console, "sign_ins"), count(&console, "codes_tried")), (2, 3));
    change(&usher, |toml| toml.replace(", totp = { env = \"HEAP_SEED\" }", ""));
    usher.run(&["roster", "heap"]).code(1).says("there is no `${secret.code}`");
}

#[test]
fn a_push_is_waited_for_while_a_person_approves_it() {
    let console = Practice::start(&["people=10", "second_factor=push"]);
    let usher = with(&console, "form.yaml", "");
    let chat = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook-4711", chat.local_addr().unwrap());
    change(&usher, |toml| toml.replace("wait = \"60s\"", "wait = \"60s\"\nwebhook = { env = \"CHAT\" }"));
    let usher = usher.env("CHAT", &address);
    let posted = std::thread::spawn(move || {
        let (mut stream, _) = chat.accept().unwrap();
        let mut text = String::new();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        while !text.contains("mfa_needed") {
            let mut byte = [0];
            std::io::Read::read_exact(&mut lines, &mut byte).unwrap();
            text.push(char::from(byte[0]));
        }
        std::io::Write::write_all(
            &mut stream,
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        )
        .unwrap();
        text
    });
    usher.file("people.csv", "email,role\nann@northwind.example,Member\n");
    let mut work = AtWork::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    work.until("usher needs you: Heap (Northwind Analytics) says \"Approve the sign-in on your phone\"");
    assert_eq!(console.post("/_approve")["approved"], 1);
    let done = work.end();
    done.code(0);
    assert!(!done.stderr.contains("hook-4711"), "a webhook's address is a secret: {}", done.stderr);
    let posted = posted.join().unwrap();
    assert!(
        posted.starts_with("POST /hook-4711 ") && posted.contains("Approve the sign-in on your phone"),
        "{posted}"
    );
    assert_eq!(count(&console, "sign_ins"), 1);
    assert_eq!(console.applied("invite"), ["ann@northwind.example"]);
    let held = of_kind(&usher, "held_up");
    assert_eq!((held.len(), held[0]["outcome"].as_str()), (1, Some("mfa_needed")), "{held:#?}");
    assert_eq!(of_kind(&usher, "let_through")[0]["how"], "a person helped");
    let run = usher.runs().pop().unwrap();
    assert!(run.join("p0000-s00-held-up.png").is_file());
    assert!(std::fs::read_to_string(run.join("report.html")).unwrap().contains("a person helped"));
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn signing_in_again_on_the_way_may_need_a_person_too() {
    let console = Practice::start(&["people=10", "latency_ms=60"]);
    let usher = with(&console, "form.yaml", "");
    let people: Vec<String> = (1..=4).map(|n| format!("p{n}@northwind.example")).collect();
    let lines = people.iter().fold(String::new(), |all, one| all + one + ",Member\n");
    usher.file("people.csv", format!("email,role\n{lines}"));
    let mut work = AtWork::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    work.until("1/4");
    console.knob("second_factor", "push");
    console.post("/_expire");
    work.until("usher needs you: Heap (Northwind Analytics) says \"Approve the sign-in on your phone\"");
    console.post("/_approve");
    work.end().code(0);
    assert_eq!(console.applied("invite"), people);
    let outcomes: Vec<Value> =
        of_kind(&usher, "held_up").iter().map(|fact| fact["outcome"].clone()).collect();
    assert_eq!(outcomes, ["session_expired", "mfa_needed"]);
    let how: Vec<Value> = of_kind(&usher, "let_through").iter().map(|fact| fact["how"].clone()).collect();
    assert_eq!(how, ["a person helped", "signed in again by what usher typed"]);
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn nobody_there_is_a_stop_and_a_captcha_is_for_people() {
    let console = Practice::start(&["people=10", "second_factor=push"]);
    let usher = with(&console, "form.yaml", "");
    change(&usher, |toml| toml.replace("60s", "1s"));
    usher
        .run(&["roster", "heap"])
        .code(4)
        .says("mfa_needed")
        .says("nobody helped within 1 s")
        .says("picture: ");
    console.knob("second_factor", "off");
    console.knob("captcha", "on");
    let done = usher.run(&["roster", "heap"]);
    done.code(4)
        .says("captcha: ")
        .says("usher solves no CAPTCHA")
        .says("`usher login heap`")
        .says("picture: ");
    assert!(!done.stderr.contains("usher needs you"), "{}", done.stderr);
    assert_eq!((count(&console, "sign_ins"), count(&console, "sign_in_failures")), (0, 0));
}

#[test]
fn a_kept_session_needs_no_password_until_the_app_ends_it() {
    let console = Practice::start(&["people=10", "rotate_cookie=on", "storage_token=on", "stay_question=on"]);
    let usher = with(&console, "form.yaml", "keep_session = true");
    usher.run(&["sessions"]).code(0).says("no session is kept");
    usher.run(&["roster", "heap"]).code(0);
    without_secrets(&usher);
    // The cookie is another one after each page, so each time it is the one of the run before that leads in.
    for _ in 0..2 {
        usher.run(&["roster", "heap"]).code(0);
    }
    usher.file("people.csv", "email,role\nann@northwind.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    let how = of_kind(&usher, "signed_in")[0]["how"].as_str().unwrap().to_owned();
    assert!(how.starts_with("with the session that "), "{how}");
    assert_eq!(count(&console, "sign_ins"), 1);
    let list = usher.run(&["sessions", "--json"]);
    let list: Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(
        (list[0]["name"].as_str(), list[0]["account"].as_str()),
        (Some("heap"), Some(console.account.as_str()))
    );

    console.post("/_expire");
    let done = usher.run(&["roster", "heap"]);
    done.code(4)
        .says("session_expired")
        .says("is over: the app shows its sign-in form")
        .says("hint: `usher login heap`");
    usher.run(&["sessions"]).says("no session is kept");
}

/// A driver that usher did not start, as on another machine.
struct Driver(Child, String);

impl Driver {
    fn start() -> Self {
        let mut command = std::process::Command::new("chromedriver");
        let mut child = command.arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let told = "started successfully on port ";
        let port = lines
            .into_iter()
            .find_map(|line| Some(line.split_once(told)?.1.trim_end_matches('.').to_owned()));
        Self(child, format!("http://127.0.0.1:{}", port.unwrap()))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_session_is_kept_from_and_for_a_driver_elsewhere() {
    let console = Practice::start(&["people=10", "storage_token=on"]);
    let usher = with(&console, "form.yaml", "keep_session = true");
    let driver = Driver::start();
    usher.run(&["--webdriver", &driver.1, "roster", "heap"]).code(0);
    without_secrets(&usher);
    usher.run(&["--webdriver", &driver.1, "roster", "heap"]).code(0);
    usher.run(&["roster", "heap"]).code(0);
    assert_eq!(count(&console, "sign_ins"), 1);
}

#[test]
fn a_session_is_forgotten_at_ones_word_and_opened_by_nobody_else() {
    let console = Practice::start(&["people=10"]);
    let usher = with(&console, "form.yaml", "keep_session = true");
    usher.run(&["roster", "heap"]).code(0);
    let identity = usher.path().join("kept/identity.txt");
    let mode = |mode| {
        std::fs::set_permissions(&identity, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    mode(0o640);
    usher.run(&["roster", "heap"]).code(1).says("can be read by others").says("chmod 600");
    mode(0o600);
    // Another account of the same tenant has a session of its own, or none.
    change(&usher, |toml| toml.replace(&console.account, "somebody@northwind.example"));
    usher.run(&["sessions", "forget", "heap"]).code(0);
    usher.run(&["roster", "heap"]).code(4);
    change(&usher, |toml| toml.replace("somebody@northwind.example", &console.account));
    let done = usher.run(&["sessions", "forget", "heap"]);
    assert_eq!(done.stdout, "heap: forgotten\n");
    usher.run(&["sessions"]).says("no session is kept");
}

#[test]
fn somebody_else_who_is_signed_in_stops_everything_and_is_not_kept() {
    let console = Practice::start(&["people=10"]);
    let other = console.truth()["people"][3]["email"].as_str().unwrap().to_owned();
    console.knob("signs_in_as", &other);
    let usher = with(&console, "form.yaml", "keep_session = true");
    usher.run(&["roster", "heap"]).code(4).says("wrong_account").says(&other);
    usher.run(&["sessions"]).says("no session is kept");
}

#[test]
fn a_session_that_ends_on_the_way_is_begun_again_and_nobody_is_invited_twice() {
    let console = Practice::start(&["people=10"]);
    let usher = with(&console, "form.yaml", "");
    let people: Vec<String> = (1..=5).map(|n| format!("p{n}@northwind.example")).collect();
    usher.file(
        "people.csv",
        format!("email,role\n{}", people.iter().fold(String::new(), |all, one| all + one + ",Member\n")),
    );
    console.knob("expire_after", "7");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert_eq!(console.applied("invite"), people);
    assert!(count(&console, "sign_ins") > 2, "{}", console.truth());
    let (held, through) = (of_kind(&usher, "held_up"), of_kind(&usher, "let_through"));
    assert!(!held.is_empty() && held.len() == through.len());
    assert!(held.iter().all(|fact| fact["outcome"] == "session_expired"), "{held:#?}");
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn a_password_that_is_refused_on_the_way_is_not_typed_again() {
    let console = Practice::start(&["people=10", "latency_ms=60"]);
    let usher = with(&console, "form.yaml", "");
    let people = (1..=5).fold(String::new(), |all, n| format!("{all}p{n}@northwind.example,Member\n"));
    usher.file("people.csv", format!("email,role\n{people}"));
    let mut work = AtWork::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    work.until("1/5");
    console.knob("password", "another-one");
    console.post("/_expire");
    let done = work.end();
    assert!(matches!(done.status.code(), Some(7 | 8)), "{}", done.stderr);
    done.says("Invalid email or password");
    assert_eq!((count(&console, "sign_ins"), count(&console, "sign_in_failures")), (1, 1));
    assert!(console.applied("invite").len() < 5);
}

#[test]
fn a_kept_session_that_ends_on_the_way_stops_the_run_which_goes_on_afterwards() {
    let console = Practice::start(&["people=10"]);
    let usher = with(&console, "form.yaml", "keep_session = true");
    usher.run(&["roster", "heap"]).code(0);
    let with_secrets = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    without_secrets(&usher);
    let people: Vec<String> = (1..=4).map(|n| format!("p{n}@northwind.example")).collect();
    usher.file(
        "people.csv",
        format!("email,role\n{}", people.iter().fold(String::new(), |all, one| all + one + ",Member\n")),
    );
    console.knob("expire_after", "9");
    let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    assert!(matches!(done.status.code(), Some(7 | 8)), "{}", done.stderr);
    done.says("`usher login heap`");
    let before = console.applied("invite");
    assert!(before.len() < people.len());
    console.knob("expire_after", "off");
    usher.file("usher.toml", with_secrets);
    let done = usher.run(&["resume", "last"]);
    assert!(matches!(done.status.code(), Some(0 | 8)), "{}", done.stderr);
    let after = console.applied("invite");
    let once: std::collections::BTreeSet<&String> = after.iter().collect();
    assert_eq!(once.len(), after.len(), "nobody twice: {after:?}");
    let outcomes = Usher::outcomes(&usher.runs().pop().unwrap());
    for person in &people {
        let done = outcomes[person] == "invited_pending";
        assert!(
            done == after.contains(person) || outcomes[person] == "unknown_after_commit",
            "{person}: {outcomes:?}"
        );
    }
}

#[test]
fn usher_says_once_more_who_it_is_before_a_removal() {
    let console = Practice::start(&["people=10", "step_up=menu"]);
    let usher = with(&console, "form.yaml", "");
    let leavers: Vec<String> =
        [4, 5].map(|at| console.truth()["people"][at]["email"].as_str().unwrap().to_owned()).into();
    usher.file("leavers.csv", format!("email\n{}\n", leavers.join("\n")));
    usher.run(&["remove", "heap", "leavers.csv", "--yes"]).code(0);
    assert_eq!(console.applied("remove"), leavers);
    assert_eq!((count(&console, "step_ups"), count(&console, "sign_ins")), (1, 1));
    let held = of_kind(&usher, "held_up");
    assert_eq!(held.len(), 1, "{held:#?}");
    assert_eq!(of_kind(&usher, "let_through")[0]["how"], "usher said once more who it is");
}

#[test]
fn what_is_asked_after_the_act_is_not_answered() {
    let console = Practice::start(&["people=10", "step_up=commit"]);
    let usher = with(&console, "form.yaml", "");
    let leaver = console.truth()["people"][4]["email"].as_str().unwrap().to_owned();
    usher.file("leavers.csv", format!("email\n{leaver}\n"));
    let done = usher.run(&["remove", "heap", "leavers.csv", "--yes"]);
    done.code(8);
    assert_eq!(
        (console.asked("remove").len(), console.applied("remove").len(), count(&console, "step_ups")),
        (1, 0, 0)
    );
    assert_eq!(console.people_with(&leaver).len(), 1);
}

/// Every token in the console's state.
fn tokens(value: &Value, name: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| tokens(value, name, all)),
        Value::Array(list) => list.iter().for_each(|value| tokens(value, name, all)),
        Value::String(text)
            if text.len() >= 16
                && ["token", "csrf", "tab", "ticket"].iter().any(|word| name.contains(word)) =>
        {
            all.push(text.clone());
        }
        _ => {}
    }
}

/// Everything secret that this sitting knows: what was typed, and what the console gave out.
fn canaries(console: &Practice, state: &Path) -> Vec<String> {
    let state: Value = serde_json::from_str(&std::fs::read_to_string(state).unwrap()).unwrap();
    let mut all = vec![
        console.password.clone(),
        SEED.to_owned(),
        SEED.replace(' ', ""),
        SEED.replace(' ', "").to_uppercase(),
    ];
    tokens(&state["tenant"], "", &mut all);
    assert!(all.len() > 5, "the console gave out no token: {state:#}");
    all
}

fn files_below(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() { files_below(&path, all) } else { all.push(path) }
    }
}

fn is_in(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn no_secret_is_in_any_byte_that_usher_writes() {
    let console = Practice::start(&[
        "people=10",
        "second_factor=totp",
        "stay_question=on",
        "storage_token=on",
        "step_up=menu",
        "rotate_cookie=on",
    ]);
    let temp = tempfile::tempdir().unwrap();
    let usher =
        with(&console, "form.yaml", "keep_session = true").env("TMPDIR", temp.path().to_str().unwrap());
    let leaver = console.truth()["people"][4]["email"].as_str().unwrap().to_owned();
    usher.file("leavers.csv", format!("email\n{leaver}\n"));
    let work = AtWork::start(&usher, &["-vvv", "remove", "heap", "leavers.csv", "--yes"]);
    // In the middle of the run: the browser's profile, and what every process was started with.
    wait_for("the commit", || {
        usher
            .runs()
            .pop()
            .is_some_and(|run| Usher::facts(&run).iter().any(|fact| fact["fact"] == "commit_intended"))
    });
    let mut looked = 0;
    let mut files = Vec::new();
    files_below(temp.path(), &mut files);
    let held: Vec<(PathBuf, Vec<u8>)> =
        files.into_iter().filter_map(|path| Some((path.clone(), std::fs::read(path).ok()?))).collect();
    let lines: Vec<Vec<u8>> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .collect();
    let done = work.end();
    done.code(0);
    let secrets = canaries(&console, &console.state());
    for secret in &secrets {
        for (path, bytes) in &held {
            looked += 1;
            assert!(!is_in(bytes, secret), "`{secret}` is in {}", path.display());
        }
        assert!(!lines.iter().any(|line| is_in(line, secret)), "`{secret}` is on a command line");
        assert!(
            !is_in(done.stderr.as_bytes(), secret) && !is_in(done.stdout.as_bytes(), secret),
            "`{secret}` was said"
        );
    }
    assert!(looked > 500, "the profile was not there to be looked at: {looked}");
    let mut files = Vec::new();
    files_below(usher.path(), &mut files);
    assert!(files.len() > 8, "{files:?}");
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        for secret in &secrets {
            assert!(!is_in(&bytes, secret), "`{secret}` is in {}", path.display());
        }
    }
}

/// A screen without a monitor, and the hands of the person in front of it.
struct Desk {
    screen: Child,
    display: String,
}

impl Desk {
    /// None on a machine that lacks what stands in for a desk; `make test` installs it.
    #[expect(
        clippy::print_stderr,
        reason = "whoever reads the test's output is to know why nothing was tested"
    )]
    fn new() -> Option<Self> {
        let mut command = std::process::Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]);
        let Ok(mut screen) = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
            eprintln!("skipped: there is no Xvfb; `make desktop` installs it");
            return None;
        };
        let mut number = String::new();
        BufReader::new(screen.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { screen, display: format!(":{}", number.trim()) })
    }

    /// Does something by mouse and keyboard.
    #[track_caller]
    fn hands(&self, words: &[&str]) {
        let done =
            std::process::Command::new("xdotool").args(words).env("DISPLAY", &self.display).output().unwrap();
        assert!(done.status.success(), "xdotool {words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Waits for the window of this title and puts the keyboard at the beginning of its page.
    fn at(&self, title: &str) {
        self.hands(&["search", "--sync", "--onlyvisible", "--name", title]);
        self.hands(&["mousemove", "60", "600", "click", "1"]);
    }

    /// Fills fields in one after the other, and sends them off.
    fn types(&self, texts: &[&str]) {
        for text in texts {
            self.hands(&["key", "Tab"]);
            self.hands(&["type", text]);
        }
        self.hands(&["key", "Return"]);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.screen.kill();
        let _ = self.screen.wait();
    }
}

#[test]
fn a_person_signs_in_in_a_browser_that_they_see_and_usher_goes_on_without_them() {
    let console = Practice::start(&["people=10", "stay_question=on"]);
    let usher = with(&console, "form.yaml", "");
    without_secrets(&usher);
    usher.run(&["login", "heap"]).code(1).says("there is no screen to show a browser on");
    let Some(desk) = Desk::new() else { return };
    let usher = usher.env("DISPLAY", &desk.display);

    let work = AtWork::start(&usher, &["login", "heap"]);
    desk.at("Log in");
    desk.types(&[&console.account, &console.password]);
    desk.at("Stay signed in");
    desk.types(&[" ", ""]);
    let done = work.end();
    done.code(0).says("sign in there as it-admin@northwind.example");
    assert!(done.stdout.contains("the session is kept"), "{}", done.stdout);
    assert_eq!((count(&console, "sign_ins"), count(&console, "sign_in_failures")), (1, 0));
    usher.run(&["roster", "heap"]).code(0);
    assert_eq!(count(&console, "sign_ins"), 1);
}

#[test]
fn a_captcha_is_left_to_the_person_in_front_of_the_browser() {
    let Some(desk) = Desk::new() else { return };
    let console = Practice::start(&["people=10", "captcha=on"]);
    let usher = with(&console, "form.yaml", "").env("DISPLAY", &desk.display);
    let mut work = AtWork::start(&usher, &["--headed", "roster", "heap"]);
    work.until("usher needs you: Heap (Northwind Analytics) says \"Complete the CAPTCHA to continue\"");
    desk.at("Are you human");
    desk.types(&[" ", ""]);
    work.end().code(0);
    assert_eq!(count(&console, "sign_ins"), 1);
}
