//! Where secrets come from: files, and a real keyring on a bus of its own.

use crate::harness::{Done, Practice, USHER, Usher};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

const FROM: &str = "{ env = \"HEAP_PASSWORD\" }";

/// usher with its password from elsewhere.
fn with(console: &Practice, from: &str) -> Usher {
    let usher = Usher::new().heap(console);
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    assert!(text.contains(FROM));
    usher.file("usher.toml", text.replace(FROM, from));
    usher
}

#[test]
fn a_password_in_a_file_signs_in_and_one_that_others_can_read_is_refused() {
    let console = Practice::start(&["people=10"]);
    let usher = with(&console, "{ file = \"heap-password\" }");
    let path = usher.file("credentials/heap-password", format!("{}\n", console.password));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let roster = || {
        let mut command = usher.command(&["roster", "heap"]);
        let output = command.env("CREDENTIALS_DIRECTORY", path.parent().unwrap()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = roster();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("mode 644") && said.contains("hint: `chmod 600 /"), "{said}");
    assert!(!said.contains(&console.password), "{said}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    let (code, said) = roster();
    assert_eq!(code, Some(0), "{said}");
    usher.run(&["roster", "heap"]).code(3).says("/heap-password: No such file");
}

/// Runs `usher roster heap` on a bus of its own, with a keyring that these commands have filled.
fn with_keyring(usher: &Usher, fill: &str) -> Done {
    // The daemon goes to the background before the bus knows it; asked too early, the bus would start another one.
    let script = format!(
        "set -e
printf 'of the keyring' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1
owner() {{ dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets; }}
until owner >/dev/null 2>&1; do sleep 0.02; done
{fill}
exec \"$USHER\" roster heap"
    );
    let home = usher.path().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", &script]).current_dir(usher.path());
    command.env("USHER", USHER).env("HOME", &home).env("XDG_RUNTIME_DIR", &home).env("NO_COLOR", "1");
    command
        .env("XDG_STATE_HOME", usher.path().join("state"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    let output = command.output().unwrap();
    Done {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "what is skipped is told")]
fn a_password_in_the_keyring_signs_in() {
    let there = |program: &str| Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    let programs = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
    if !programs.iter().all(|program| there(program).is_ok_and(|found| found.status.success())) {
        eprintln!("skipped: there is no keyring; `make desktop` installs one");
        return;
    }
    let console = Practice::start(&["people=10"]);
    let usher = with(&console, "{ keyring = { service = \"usher\", user = \"heap\" } }");
    let store = format!(
        "printf '%s' '{}' | secret-tool store --label heap service usher username heap",
        console.password
    );
    with_keyring(&usher, &store).code(0);
    let usher = with(&console, "{ keyring = { service = \"usher\", user = \"heap\" } }");
    let other = store.replace("username heap", "username another");
    let none = with_keyring(&usher, &other);
    none.code(3).says("no entry with service `usher` and username `heap`").says("hint: `secret-tool store");
    assert!(!none.stderr.contains(&console.password), "{}", none.stderr);
    let twice = store.replace("service usher", "service usher more x");
    with_keyring(&usher, &format!("{store}\n{twice}")).code(3).says("has 2 entries");
    let locked = format!(
        "{store}\ndbus-send --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null"
    );
    let usher = with(&console, "{ keyring = { service = \"usher\", user = \"heap\" } }");
    let locked = with_keyring(&usher, &locked);
    locked.code(3).says("the keyring is locked, and was not unlocked").says("hint:");
}

#[test]
fn a_system_without_a_keyring_is_told_what_to_use() {
    let console = Practice::start(&["people=10"]);
    let usher = with(&console, "{ keyring = { service = \"usher\", user = \"heap\" } }");
    for address in ["unix:path=/no/such/bus", "nonsense", ""] {
        let mut command = usher.command(&["roster", "heap"]);
        command.env("DBUS_SESSION_BUS_ADDRESS", address).env("XDG_RUNTIME_DIR", usher.path());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{address}: {said}");
        assert!(said.contains("the secret `password` is not to be had") && said.contains("hint:"), "{said}");
    }
}
