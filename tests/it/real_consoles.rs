//! The real consoles by themselves: each starts with its people in it, changes a label, and leaves nothing behind.

use crate::real::Real;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Everybody's value of this name, in order.
fn all(people: &[Value], name: &str) -> Vec<Value> {
    people.iter().map(|person| person[name].clone()).collect()
}

/// The processes that stand in this folder or carry its name with them.
fn processes_of(folder: &Path) -> Vec<PathBuf> {
    let belongs = |process: &Path| {
        let carried = std::fs::read(process.join("environ")).unwrap_or_default();
        let named = String::from_utf8_lossy(&carried).contains(&*folder.to_string_lossy());
        named || std::fs::read_link(process.join("cwd")).is_ok_and(|at| at.starts_with(folder))
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let processes = entries
        .filter(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes()[0].is_ascii_digit()));
    processes.filter(|process| belongs(process)).collect()
}

/// Holds that a label of a page can be changed underneath, and back.
fn changes_a_label(console: &Real, path: &str, label: &str) {
    let reads = |label: &str| {
        let page = console.page(path);
        page.split('>').any(|text| text.split('<').next().unwrap().trim() == label)
    };
    assert!(reads(label) && !reads("Who &amp; What"));
    console.relabel(label, "Who & What");
    assert!(reads("Who &amp; What") && !reads(label));
    console.relabel("Who & What", label);
    assert!(reads(label));
}

/// Ends it, after it was seen to run, and holds that neither process nor folder is left.
fn leaves_nothing(console: Real) {
    let folder = console.instance().canonicalize().unwrap();
    assert!(!processes_of(&folder).is_empty());
    drop(console);
    assert_eq!(processes_of(&folder), Vec::<PathBuf>::new());
    assert!(!folder.exists());
}

#[test]
fn dokuwiki() {
    let console =
        Real::start("dokuwiki", "zoe\tzoe@corp.test\tZoe: Z\\Y\teditors,user\n", &[("PEOPLE", "7")]);
    let people = console.truth();
    let logins =
        ["admin", "user000", "user001", "user002", "user003", "user004", "user005", "user006", "zoe"];
    assert_eq!(all(&people, "login"), logins);
    let zoe = serde_json::json!({ "login": "zoe", "name": "Zoe: Z\\Y", "email": "zoe@corp.test", "groups": ["editors", "user"] });
    assert_eq!(people[8], zoe);
    assert_eq!(console.ask("mail"), Vec::<String>::new());

    changes_a_label(&console, "/doku.php?do=login", "Username");
    leaves_nothing(console);
}

#[test]
#[ignore = "needs PyPI: make test-real"]
fn wagtail() {
    let zoe = "zoe\tzoe@corp.test\tZoë\tZ & Co\tAdministrator,Editors\tinactive\n";
    let console = Real::start("wagtail", zoe, &[]);
    let people = console.truth();
    assert_eq!(people.len(), 1 + 45 + 1);
    let groups =
        |count: &str| people.iter().filter(|person| person["groups"] == serde_json::json!([count])).count();
    assert_eq!((groups("Editors"), groups("Moderators")), (24, 22), "they alternate, and Zoë");
    assert_eq!(people[0]["username"], "admin");
    let zoe = serde_json::json!({
        "id": 47, "username": "zoe", "email": "zoe@corp.test", "first_name": "Zoë", "last_name": "Z & Co",
        "active": false, "superuser": true, "groups": ["Editors"],
    });
    assert_eq!(people[46], zoe);

    changes_a_label(&console, "/admin/login/", "Username");
    leaves_nothing(console);
}

#[test]
#[ignore = "needs npm: make test-real"]
fn unleash() {
    let zoe = "zoe@example.com\tZoë <Z>\tAdmin\n";
    let console = Real::start("unleash", zoe, &[("PEOPLE", "154")]);
    let people = console.truth();
    assert_eq!(people.len(), 1 + 154 + 1);
    let count = |role: &str| people.iter().filter(|person| person["role"] == role).count();
    assert_eq!((count("Admin"), count("Editor"), count("Viewer")), (2, 77, 77));
    assert_eq!(people[0]["username"], "admin");
    let emails = all(&people[1..], "email");
    let wanted = (0..154).map(|n| format!("user{n:03}@example.com")).chain(["zoe@example.com".to_owned()]);
    assert_eq!(emails, wanted.collect::<Vec<_>>());
    assert_eq!(
        (people[155]["name"].as_str(), people[155]["role"].as_str()),
        (Some("Zoë <Z>"), Some("Admin"))
    );
    assert_eq!(console.ask("mail"), Vec::<String>::new());

    // The browser changes labels here, so a page only says what is to be changed.
    let told = || console.page("/login").contains(r#"[["Sign in","Who & What"]]"#);
    console.relabel("Sign in", "Who & What");
    assert!(told());
    console.relabel("Who & What", "Sign in");
    assert!(!told());
    leaves_nothing(console);
}
