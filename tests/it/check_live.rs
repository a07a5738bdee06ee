//! `usher check --live`: a console walked through without changing it, green as it is, red when one of its labels changes,
//! and the next version of its book written on the admin's word.

mod pages;

use crate::harness::{Done, Practice, ROOT, Usher, copy};
use crate::real::Real;
use crate::site::Site;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The controls that a walk told, by their names, and its summary.
#[track_caller]
fn told(done: &Done) -> (BTreeMap<String, Value>, Value) {
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let controls = lines.iter().filter(|line| line["control"].is_object());
    let controls =
        controls.map(|line| (line["control"]["name"].as_str().unwrap().to_owned(), line["control"].clone()));
    (controls.collect(), lines.last().unwrap()["summary"].clone())
}

/// The names of the controls that stand so.
fn all(controls: &BTreeMap<String, Value>, light: &str) -> Vec<String> {
    controls.iter().filter(|(_, control)| control["light"] == light).map(|(name, _)| name.clone()).collect()
}

/// Walks and holds that everything is as the books say.
#[track_caller]
fn green(usher: &Usher, app: &str) -> (BTreeMap<String, Value>, Value) {
    let done = usher.run(&["check", app, "--live", "--json"]);
    let (controls, summary) = told(done.code(0));
    assert_eq!(all(&controls, "red"), [""; 0], "{}", done.stdout);
    assert_eq!(summary["good"], true);
    (controls, summary)
}

/// Walks and holds that this control alone is red; what is told of it comes back.
#[track_caller]
fn red(usher: &Usher, app: &str, control: &str) -> Value {
    let done = usher.run(&["check", app, "--live", "--json"]);
    let (controls, summary) = told(done.code(4));
    assert_eq!(all(&controls, "red"), [control], "{}", done.stdout);
    assert_eq!(summary["good"], false);
    controls[control].clone()
}

/// How a script's step went, by the script's file and its verb.
fn step<'a>(summary: &'a Value, script: &str, verb: &str) -> &'a Value {
    let mut scripts = summary["scripts"].as_array().unwrap().iter();
    let script = scripts.find(|one| one["file"].as_str().unwrap().ends_with(script)).unwrap();
    script["steps"].as_array().unwrap().iter().find(|step| step["verb"] == verb).unwrap()
}

/// Every request a practice console got that could have changed something, but for signing in.
fn changes(console: &Practice) -> Vec<Value> {
    let truth = console.truth();
    let requests = truth["requests"].as_array().unwrap().iter();
    requests.filter(|request| request["action"] != "sign_in").cloned().collect()
}

#[test]
fn a_practice_console_is_green_and_confirms_nothing() {
    let console = Practice::start(&[]);
    let usher = Usher::new().heap(&console);
    let people = console.truth()["people"].clone();
    let (controls, summary) = green(&usher, "heap");
    let not_shown = ["cookie_question", "necessary_button", "not_now_button", "problem", "survey"];
    assert_eq!(all(&controls, "yellow"), not_shown, "nothing went wrong, and nothing lay over the page");
    assert_eq!(controls["send_button"]["notes"], serde_json::json!(["disabled now"]));
    assert_eq!(
        controls["people"]["notes"][0],
        "38 people, counted: the app says 38, and as many rows were read"
    );
    assert_eq!(step(&summary, "invite.yaml", "commit")["notes"][0], "names nobody before it is filled in");
    let named = step(&summary, "remove.yaml", "commit")["notes"][0].as_str().unwrap();
    assert!(named.starts_with("the page names the person: \"Remove "), "{named}");
    assert_eq!(changes(&console), Vec::<Value>::new());
    assert_eq!(console.truth()["people"], people);

    // With a word beforehand it still writes nothing: a practice console is not the real one.
    let packs = usher.path().join("packs");
    let own = format!("[run]\nfolder = \"screenshots\"\npacks = {packs:?}\n");
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    let tenant = text.split_once("[apps.").unwrap().1;
    usher.file("own.toml", format!("{own}[apps.{tenant}"));
    copy(&Path::new(ROOT).join("scripts/heap"), &packs.join("scripts/heap"));
    copy(&Path::new(ROOT).join("selectors/heap"), &packs.join("selectors/heap"));
    let done = usher.run(&["--config", "own.toml", "check", "heap", "--live", "--yes"]);
    done.code(0).says("a practice console confirms nothing");
    assert!(
        done.stdout.contains("\n27 controls and lists: 26 green, 1 not seen, 0 red\n")
            || done.stdout.contains(" 0 red\n")
    );
    assert_eq!(std::fs::read_dir(packs.join("selectors/heap")).unwrap().count(), 4);
}

#[test]
fn a_button_that_reads_otherwise_is_red_and_says_how() {
    let console = Practice::start(&["button_label=Send it now"]);
    let usher = Usher::new().heap(&console);
    let send = red(&usher, "heap", "send_button");
    assert_eq!(send["refusal"]["near"][0], "Send it now");
    assert_eq!(send["descriptions"][0]["finds"], "finds nothing");
    assert_eq!(send["descriptions"][1]["finds"], "ok");
    let done = usher.run(&["check", "heap", "--live"]);
    done.code(4);
    for part in [
        "red: send_button: `send_button` is not found by button named \"Send Invite\"; only css button[type=submit] finds it, a button called \"Send it now\"",
        "scripts/heap/invite.yaml:14:22",
        "selectors/heap/practice.users-permissions.v1.yaml:21:3",
        "hint: the page has \"Send it now\"; if it was renamed, write a new version of the book",
    ] {
        assert!(done.stdout.contains(part), "`{part}` is not in:\n{}", done.stdout);
    }
    assert_eq!(changes(&console), Vec::<Value>::new());

    // A button with another label that the book knows of is as good as before.
    console.knob("button_label", "Send Invite");
    console.knob("labels", "b");
    green(&usher, "heap");
}

#[test]
fn a_tenant_and_a_person_are_needed_that_are_there() {
    Usher::new().run(&["check", "--live"]).code(2);
    Usher::new().run(&["check", "heap", "--yes"]).code(2);
    Usher::new().run(&["check", "nowhere", "--live"]).code(3);
    let console = Practice::start(&["scim=on"]);
    let usher = Usher::new().heap(&console);
    let done = usher.run(&["check", "heap", "--live", "--person", "nobody@x.test", "--json"]);
    let (controls, summary) = told(done.code(4));
    assert_eq!(all(&controls, "red"), ["people"], "{}", done.stdout);
    let said = controls["people"]["refusal"]["said"].as_str().unwrap();
    assert!(said.contains("identity provider"), "{said}");
    assert_eq!(summary["scripts"][1]["why_not"], "not reached: no list could be read");

    console.knob("scim", "off");
    let done = usher.run(&["check", "heap", "--live", "--person", "bergmeyer@northwind.example"]);
    assert!(done.code(4).stdout.contains("hint: there is bergmeier@northwind.example"), "{}", done.stdout);
    assert_eq!(changes(&console), Vec::<Value>::new());
}

#[test]
fn somebody_elses_console_is_not_walked_through() {
    let console = Practice::start(&[]);
    let usher =
        Usher::new().tenant("heap", &console.url, &console.account, "Other Analytics", "practice = true");
    let usher = usher.env("HEAP_PASSWORD", &console.password);
    let done = usher.run(&["check", "heap", "--live"]);
    let told = &done.code(4).stdout;
    assert!(told.contains("red: stopped: wrong_tenant: the page shows the tenant"), "{told}");
    assert!(!told.contains("scripts/heap/remove.yaml"), "{told}");
    let requests = console.truth()["requests"].as_array().unwrap().len();
    assert_eq!(requests, 1, "it signed in, and that was all");
}

/// usher with the small pack, one of whose files may read otherwise.
fn tiny(site: &Site, (file, old, new): (&str, &str, &str)) -> Usher {
    let usher = Usher::new();
    for (path, text) in pages::PACK {
        let text = if path.ends_with(file) { text.replace(old, new) } else { (*text).to_owned() };
        usher.file(path, text);
    }
    usher.file("usher.toml", "[run]\nfolder = \"screenshots\"\npacks = \".\"\n");
    usher.tenant("tiny", &site.url, "usher@x.test", "Corp", "").env("TINY_PASSWORD", "a password")
}

#[test]
fn what_cannot_be_reached_without_filling_in_is_told_and_nothing_is_changed() {
    let site = Site::start(pages::page);
    let usher = tiny(&site, ("", "", ""));
    let (controls, summary) = green(&usher, "tiny");
    assert_eq!(all(&controls, "yellow"), ["second", "send", "team", "why"]);
    assert_eq!(controls["send"]["notes"], serde_json::json!(["not reached: nothing was filled in before"]));
    assert_eq!(controls["team"]["notes"], serde_json::json!(["only where `team` is given"]));
    assert_eq!(controls["why"]["notes"], serde_json::json!(["`why` is not shown now"]));
    assert_eq!(controls["remove"]["notes"], serde_json::json!(["disabled now"]));
    assert_eq!(controls["role"]["notes"], serde_json::json!(["a native select of 2"]));
    let remove = &summary["scripts"][1];
    assert_eq!(remove["person"], "ada@x.test", "neither an admin nor usher's own account");
    assert_eq!(step(&summary, "remove.yaml", "type_to_confirm")["how"], "located");
    assert_eq!(
        step(&summary, "role.yaml", "commit")["notes"][0],
        "the page names the person: \"ada@x.test\""
    );
    assert_eq!(site.count_below("/changed"), 0);

    // Another person's page: a walk asks as a run does whether the page names them.
    let done = usher.run(&["check", "tiny", "--live", "--person", "ben@x.test", "--json"]);
    let (controls, _) = told(done.code(4));
    assert_eq!(all(&controls, "red"), ["title"]);
    let message = controls["title"]["refusal"]["message"].as_str().unwrap();
    assert!(message.contains("does not name ben@x.test before `remove`"), "{message}");

    // What was seen is marked, what was not stays as it was.
    usher.run(&["check", "tiny", "--live", "--yes"]).code(0).says("wrote selectors/tiny/one.v2.yaml");
    let book = std::fs::read_to_string(usher.path().join("selectors/tiny/one.v2.yaml")).unwrap();
    for line in [
        "detect: [{ basis: confirmed-live, role: heading, name: People }]",
        "  next: { basis: confirmed-live, role: button, name: Next }",
        "  send: { role: button, name: Send, in: second }",
        "also: [{ css: \"#go\", basis: confirmed-live }] }",
        "  role: { label: Role, basis: confirmed-live, also: [{ basis: confirmed-live, css: \"#role\" }] }",
        "  people:\n    basis: confirmed-live\n    page: people\n",
    ] {
        assert!(book.contains(line), "`{line}` is not in:\n{book}");
    }
    usher.run(&["check", "tiny"]).code(0);
    assert_eq!(site.count_below("/changed"), 0);
}

#[test]
fn descriptions_that_mean_another_thing_or_several_are_red() {
    let site = Site::start(pages::page);
    let usher = tiny(&site, ("one.v1.yaml", "css: \"#go\"", "css: \"#other\""));
    let remove = red(&usher, "tiny", "remove");
    assert_eq!(remove["descriptions"][0]["finds"], "ok");
    assert_eq!(remove["descriptions"][1]["finds"], "means something else: button \"Remove everybody\"");
    assert_eq!(remove["refusal"]["kind"], "disagree");
    assert_eq!(remove["refusal"]["script"]["file"], "scripts/tiny/remove.yaml");

    let usher = tiny(&site, ("one.v1.yaml", "css: \"#go\"", "css: button"));
    let remove = red(&usher, "tiny", "remove");
    assert_eq!(remove["descriptions"][1]["finds"], "finds 2");

    let usher = tiny(&site, ("one.v1.yaml", "label: Role, basis", "label: Rank, basis"));
    let role = red(&usher, "tiny", "role");
    assert!(
        role["refusal"]["message"].as_str().unwrap().ends_with("; a commit needs all of its descriptions")
    );
    assert_eq!(site.count_below("/changed"), 0);
}

/// What the wiki knows of its people, byte by byte.
fn accounts(console: &Real) -> Vec<u8> {
    std::fs::read(console.instance().join("conf/users.auth.php")).unwrap()
}

#[test]
fn dokuwiki_is_green_red_when_a_label_changes_and_its_book_goes_on() {
    let console = Real::start("dokuwiki", "", &[]);
    let before = accounts(&console);
    let usher = Usher::new().real(&console, "dokuwiki", "admin", console.told("password"), "");
    let (controls, summary) = green(&usher, "dokuwiki");
    assert_eq!(all(&controls, "yellow"), ["error"]);
    assert_eq!(controls["people.next"]["light"], "green", "its list has two pages");
    assert_eq!(step(&summary, "remove.yaml", "check")["how"], "located");

    console.relabel("Delete Selected", "Erase");
    let delete = red(&usher, "dokuwiki", "delete_button");
    let message = delete["refusal"]["message"].as_str().unwrap();
    assert!(message.contains("`delete_button`") && message.contains("\"Erase\""), "{message}");
    assert_eq!(delete["refusal"]["near"][0], "Erase");
    assert_eq!(delete["refusal"]["script"]["file"], "scripts/dokuwiki/remove.yaml");
    console.relabel("Erase", "Delete Selected");

    // At signing in, in a form of a script, in what a list says that holds nobody: each for itself.
    let labels = [
        ("Username", "Login name", "username_field"),
        ("Groups:", "Teams:", "groups_field"),
        ("No users found. 46 users total.", "Nobody is found. 46 users total.", "people"),
    ];
    for (label, other, _) in &labels {
        console.relabel(label, other);
    }
    let done = usher.run(&["check", "dokuwiki", "--live", "--json"]);
    let (controls, _) = told(done.code(4));
    assert_eq!(all(&controls, "red"), ["groups_field", "new_groups_field", "people", "username_field"]);
    for (_, other, control) in &labels {
        assert_eq!(controls[*control]["refusal"]["near"][0], *other, "{}", controls[*control]);
    }
    for (label, other, _) in &labels {
        console.relabel(other, label);
    }

    // A header: nobody can be read then, and so nobody's row is looked at.
    console.relabel("Real Name", "Full Name");
    let people = red(&usher, "dokuwiki", "people");
    assert_eq!(people["refusal"]["near"], serde_json::json!(["Full Name"]));
    console.relabel("Full Name", "Real Name");
    assert_eq!(accounts(&console), before, "nobody was changed");

    // A pack of one's own, one of whose descriptions was never seen live.
    let books = usher.own_pack("dokuwiki").join("selectors/dokuwiki");
    let (old, new) = ("delete_button: { role: button", "delete_button: { basis: public-code, role: button");
    usher.rewrites("packs/selectors/dokuwiki/usermanager.v1.yaml", old, new);
    let first = std::fs::read_to_string(books.join("usermanager.v1.yaml")).unwrap();

    usher
        .run(&["check", "dokuwiki", "--live"])
        .code(0)
        .says("hint: `--yes` writes selectors/dokuwiki/usermanager.v2.yaml");
    assert!(!books.join("usermanager.v2.yaml").exists(), "nobody has said yes");
    usher
        .run(&["check", "dokuwiki", "--live", "--yes"])
        .code(0)
        .says("wrote selectors/dokuwiki/usermanager.v2.yaml");
    let second = std::fs::read_to_string(books.join("usermanager.v2.yaml")).unwrap();
    assert!(second.contains("delete_button: { basis: confirmed-live, role: button"), "{second}");
    let differ = first.lines().zip(second.lines()).filter(|(one, other)| one != other).count();
    assert_eq!((first.lines().count(), differ), (second.lines().count(), 3), "version, day and basis");
    usher.run(&["check", "dokuwiki"]).code(0);

    // From now on it is the one that is used, and it has nothing new to be told.
    let done = usher.run(&["check", "dokuwiki", "--live", "--yes"]);
    done.code(0);
    assert!(done.stdout.contains("\nselectors/dokuwiki/usermanager.v2.yaml\n"), "{}", done.stdout);
    assert!(!done.stderr.contains("wrote"), "{}", done.stderr);
    usher.file("people.csv", "email,username,name,role\nzoe@corp.test,zoe,Zoe,user\n");
    usher.run(&["invite", "dokuwiki", "people.csv", "--dry-run", "--json"]).code(0);
    assert_eq!(accounts(&console), before);
}

/// A real console: green, red by this label, and its people as they were.
fn real_label(console: &Real, usher: &Usher, app: &str, (label, other, control): (&str, &str, &str)) {
    let people = console.truth();
    green(usher, app);
    console.relabel(label, other);
    let found = red(usher, app, control);
    assert_eq!(found["refusal"]["near"][0], other, "{found}");
    console.relabel(other, label);
    green(usher, app);
    assert_eq!(console.truth(), people);
}

#[test]
#[ignore = "needs PyPI and npm: make test-real"]
fn real_wagtail_is_green_and_red_when_a_label_changes() {
    let console = Real::start("wagtail", "", &[]);
    let more = "sign_in_as = \"admin\"";
    let usher = Usher::new().real(&console, "wagtail", "admin@corp.test", console.told("password"), more);
    real_label(&console, &usher, "wagtail", ("Yes, delete", "Erase them", "delete_button"));
}

#[test]
#[ignore = "needs PyPI and npm: make test-real"]
fn real_unleash_is_green_and_red_when_a_label_changes() {
    let console = Real::start("unleash", "", &[]);
    let usher = Usher::new().real(&console, "unleash", "admin", console.told("password"), "");
    real_label(&console, &usher, "unleash", ("Create user", "Make them", "create_button"));
}
