//! Signed runs: `ssh-keygen` agrees with usher on every signature, a broken key stops a run before it begins, and what is
//! cut off or taken away shows.

use crate::harness::{Practice, Usher};
use crate::verify::{journal_lines, small_facts, small_plan, verify, write_lines, write_run};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use usher::journal::Fact;

/// Makes a key with the real `ssh-keygen`; gives its fingerprint.
pub(crate) fn new_key(file: &Path, passphrase: &str, comment: &str) -> String {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-a", "4", "-N", passphrase, "-C", comment, "-f"])
        .arg(file)
        .status();
    assert!(made.unwrap().success());
    let told = Command::new("ssh-keygen").arg("-lf").arg(file.with_extension("pub")).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    told.split(' ').nth(1).unwrap().to_owned()
}

/// An `allowed_signers` file with one line.
fn allowed(folder: &Path, principal: &str, options: &str, key: &Path) -> PathBuf {
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let file = folder.join("allowed_signers");
    std::fs::write(&file, format!("# who may\n{principal} {options} {public}")).unwrap();
    file
}

/// usher with a run that ended and is about to be signed by this key, as after a crash in that very moment.
pub(crate) fn ended_run(comment: &str) -> (Usher, PathBuf, String) {
    let usher = Usher::new();
    let fingerprint = new_key(&usher.path().join("key"), "", comment);
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    usher.file("usher.toml", format!("{text}\n[signing]\nkey = \"key\"\n"));
    let plan = small_plan();
    let mut facts = small_facts(&plan, "p0001-5-after.png");
    facts.insert(1, Fact::SignerNamed { key: fingerprint.clone(), comment: comment.to_owned() });
    let run = usher.path().join("screenshots/good");
    write_run(&run, &plan, facts);
    usher.run(&["report", "last"]).code(0);
    (usher, run, fingerprint)
}

/// The same, signed.
pub(crate) fn signed_run(comment: &str) -> (Usher, PathBuf, String) {
    let (usher, run, fingerprint) = ended_run(comment);
    usher.run(&["resume", "last"]).code(0).says("ended already");
    (usher, run, fingerprint)
}

/// `ssh-keygen -Y` with a text on its standard input.
fn ssh(folder: &Path, arguments: &[&str], text: &[u8]) -> Output {
    let mut child = Command::new("ssh-keygen")
        .current_dir(folder)
        .arg("-Y")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

/// Holds usher and `ssh-keygen` against each other on one text and its signature.
#[track_caller]
fn both(run: &Path, signers: &Path, name: &str, good: bool) {
    let signature = format!("{name}.sig");
    let text = std::fs::read(run.join(name)).unwrap();
    let signers = signers.display().to_string();
    let arguments = ["verify", "-n", "usher-run", "-I", "ada@x.test", "-f", &signers, "-s", &signature];
    let theirs = ssh(run, &arguments, &text);
    assert_eq!(theirs.status.success(), good, "ssh-keygen: {theirs:?}");
    let ours = Usher::new().run(&["verify", &run.display().to_string(), "--signers", &signers]);
    assert_eq!(ours.status.success(), good, "usher: {}{}", ours.stdout, ours.stderr);
}

#[test]
fn a_run_in_a_browser_is_signed_with_a_key_that_has_a_passphrase() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console).env("USHER_PASSPHRASE", "correct horse");
    let fingerprint = new_key(&usher.path().join("key"), "correct horse", "ada@it-desk-04");
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    usher.file(
        "usher.toml",
        format!("{text}\n[signing]\nkey = \"key\"\npassphrase = {{ env = \"USHER_PASSPHRASE\" }}\n"),
    );
    usher.file("people.csv", "email,role\nada@northwind.example,Member\n");
    let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    done.code(0).says(&format!("signed with {fingerprint} (ada@it-desk-04)"));
    let run = usher.runs().remove(0);
    let signed = verify(&run);
    assert!(
        signed.code(0).stdout.ends_with(&format!("\nsigned by {fingerprint} (ada@it-desk-04)\n")),
        "{}",
        signed.stdout
    );
    let report = std::fs::read_to_string(run.join("report.html")).unwrap();
    assert!(report.contains(&fingerprint) && report.contains("ssh-keygen -Y verify -n usher-run"));
    let head = format!("head-{}.txt", journal_lines(&run).len());
    both(&run, &allowed(usher.path(), "ada@x.test", "", &usher.path().join("key")), &head, true);
    // Every file that the text names is as it says, by a tool that has never heard of usher.
    let sums = Command::new("sha256sum").args(["--check", &head]).current_dir(&run).output().unwrap();
    assert!(sums.status.success() && sums.stderr.is_empty(), "{sums:?}");
    let told = String::from_utf8(sums.stdout).unwrap();
    for file in ["journal.jsonl", "plan.json", "roster-before.json", "report.html", "results.csv"] {
        assert!(told.contains(&format!("{file}: OK")), "{told}");
    }
    assert_eq!(told.lines().count(), std::fs::read_dir(&run).unwrap().count() - 2, "{told}");
    // Neither the key nor its passphrase is anywhere in what travels.
    let secret = std::fs::read_to_string(usher.path().join("key")).unwrap();
    let secret = secret.lines().nth(2).unwrap().as_bytes().to_vec();
    for entry in std::fs::read_dir(&run).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for needle in [b"correct horse".to_vec(), secret.clone()] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    usher.run(&["runs"]).code(0);
}

#[test]
fn ssh_agrees_both_ways_and_so_on_every_change() {
    let (usher, run, _) = signed_run("ada@it-desk-04");
    let key = usher.path().join("key");
    let signers = allowed(usher.path(), "ada@x.test", "namespaces=\"usher-*\"", &key);
    both(&run, &signers, "head-9.txt", true);
    // A signature that ssh made over the same text is as good.
    let ours = std::fs::read(run.join("head-9.txt.sig")).unwrap();
    let text = std::fs::read(run.join("head-9.txt")).unwrap();
    let theirs = ssh(&run, &["sign", "-q", "-n", "usher-run", "-f", &key.display().to_string()], &text);
    assert!(theirs.status.success(), "{theirs:?}");
    std::fs::write(run.join("head-9.txt.sig"), &theirs.stdout).unwrap();
    both(&run, &signers, "head-9.txt", true);
    // One made for another purpose is none.
    let file = ssh(&run, &["sign", "-q", "-n", "file", "-f", &key.display().to_string()], &text);
    std::fs::write(run.join("head-9.txt.sig"), &file.stdout).unwrap();
    both(&run, &signers, "head-9.txt", false);
    std::fs::write(run.join("head-9.txt.sig"), &ours).unwrap();
    // A changed text is refused by both; so is the right one again once it is put back.
    for at in [0, 9, text.len() / 2, text.len() - 1] {
        let mut changed = text.clone();
        changed[at] ^= 1;
        std::fs::write(run.join("head-9.txt"), changed).unwrap();
        both(&run, &signers, "head-9.txt", false);
    }
    std::fs::write(run.join("head-9.txt"), &text).unwrap();
    both(&run, &signers, "head-9.txt", true);
}

#[test]
fn whose_signature_it_is_stands_in_the_allowed_signers() {
    let (usher, run, fingerprint) = signed_run("ada@it-desk-04");
    let key = usher.path().join("key");
    let run = run.display().to_string();
    let with = |options: &str| {
        let signers = allowed(usher.path(), "ada@x.test", options, &key);
        usher.run(&["verify", &run, "--signers", &signers.display().to_string()])
    };
    let good = with("");
    assert!(
        good.code(0).stdout.contains(&format!("signed by {fingerprint} (ada@x.test)")),
        "{}",
        good.stdout
    );
    // The entries are of the first of January 2026.
    with("valid-after=\"20251231\",valid-before=\"20270101\"").code(0);
    for (options, says) in [
        ("namespaces=\"git\"", "may not sign for"),
        ("valid-after=\"20260102\"", "was not valid yet"),
        ("valid-before=\"20251231120000Z\"", "was not valid any more"),
        ("cert-authority", "is not among the allowed signers"),
    ] {
        let done = with(options);
        assert!(done.code(6).stdout.contains(says), "{options}: {}", done.stdout);
        assert!(done.stdout.contains(&fingerprint), "{}", done.stdout);
    }
    new_key(&usher.path().join("other"), "", "eve");
    let signers = allowed(usher.path(), "eve@x.test", "", &usher.path().join("other"));
    let done = usher.run(&["verify", &run, "--signers", &signers.display().to_string()]);
    assert!(done.code(6).stdout.contains("is not among the allowed signers"), "{}", done.stdout);
    usher.file("allowed_signers", "ada@x.test nonsense\n");
    usher.run(&["verify", &run, "--signers", "allowed_signers"]).code(3).says("allowed_signers: line 1");
    usher.run(&["verify", &run, "--signers", "gone"]).code(3).says("failed to read gone");
    let json = usher.run(&["verify", "--json", &run]);
    let told: serde_json::Value = serde_json::from_str(&json.code(0).stdout).unwrap();
    assert_eq!(told["verify"]["signatures"][0]["key"], fingerprint);
    assert_eq!(told["verify"]["signatures"][0]["entries"], 9);
}

#[test]
fn a_run_is_signed_once_and_what_was_signed_stays() {
    let (usher, run, fingerprint) = signed_run("ada@it-desk-04");
    let names = || {
        let mut names: Vec<String> =
            std::fs::read_dir(&run).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let before = names();
    usher.run(&["resume", "last"]).code(0);
    assert_eq!(names(), before);
    // A crash between the text and its signature.
    std::fs::remove_file(run.join("head-9.txt.sig")).unwrap();
    let gone = verify(&run);
    assert!(gone.code(6).stdout.contains(&format!("was to be signed with {fingerprint}")), "{}", gone.stdout);
    usher.run(&["resume", "last"]).code(0);
    assert_eq!(names(), before);
    verify(&run).code(0);
    // Another key than the journal names signs nothing afterwards.
    std::fs::remove_file(run.join("head-9.txt.sig")).unwrap();
    for file in ["key", "key.pub"] {
        std::fs::remove_file(usher.path().join(file)).unwrap();
    }
    new_key(&usher.path().join("key"), "", "eve");
    usher.run(&["resume", "last"]).code(0);
    verify(&run).code(6);
}

#[test]
fn what_was_cut_off_a_signed_run_shows() {
    let (_usher, run, _) = signed_run("ada@it-desk-04");
    for file in ["report.html", "results.csv", "undo.csv"] {
        let _ = std::fs::remove_file(run.join(file));
    }
    verify(&run).code(0);
    let lines = journal_lines(&run);
    for left in 1..lines.len() {
        write_lines(&run, &lines[..left]);
        let cut = verify(&run);
        assert!(
            cut.code(6).stdout.contains(&format!("covers 9 entries, and only {left} of the journal hold")),
            "{}",
            cut.stdout
        );
    }
    // Who takes the signature away as well is left with a run that was never signed, and says so.
    for file in ["head-9.txt", "head-9.txt.sig"] {
        std::fs::remove_file(run.join(file)).unwrap();
    }
    for left in 1..lines.len() {
        write_lines(&run, &lines[..left]);
        let cut = verify(&run);
        assert!(cut.code(0).stdout.contains("no signature covers it"), "{}", cut.stdout);
        assert!(cut.stdout.contains("does not end with the end of a run"), "{}", cut.stdout);
    }
    write_lines(&run, &lines);
    verify(&run).code(6);
}

#[test]
fn nobody_goes_on_with_a_run_whose_signed_head_was_cut_off() {
    let (usher, run, _) = signed_run("ada@it-desk-04");
    let lines = journal_lines(&run);
    // Up to the intent: whoever went on from here would do it a second time.
    write_lines(&run, &lines[..4]);
    usher
        .run(&["resume", "last"])
        .code(6)
        .says("good does not verify: head-9.txt")
        .says("it was cut or changed");
    let decide = ["unresolved", "good", "ada@northwind.example", "--as", "added", "--note", "x"];
    usher.run(&decide).code(6).says("good does not verify: head-9.txt");
    assert_eq!(journal_lines(&run), lines[..4]);
    // Nor is another run begun beside it: whom it left undecided cannot be known.
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    usher.file(
        "usher.toml",
        format!(
            "{text}\n[apps.heap]\nurl = \"http://127.0.0.1:9\"\naccount = \"a@x.test\"\ntenant = \"T\"\n"
        ),
    );
    usher.file("people.csv", "email,role\nada@northwind.example,Member\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(6).says("good does not verify: head-9.txt");
    write_lines(&run, &lines);
    usher.run(&["resume", "last"]).code(0);
}

#[test]
fn a_report_that_another_usher_drew_is_vouched_for_by_the_signature_or_by_nobody() {
    let (_usher, run, _) = signed_run("ada@it-desk-04");
    let report = std::fs::read_to_string(run.join("report.html")).unwrap();
    let ours = format!("content=\"usher {}\"", env!("CARGO_PKG_VERSION"));
    assert!(report.contains(&ours));
    let other = report.replace(&ours, "content=\"usher 0.0.9\"");
    std::fs::write(run.join("report.html"), &other).unwrap();
    let said = verify(&run);
    let told = "report.html was not compared: it says that usher 0.0.9 drew it";
    assert!(said.code(0).stdout.contains(told), "{}", said.stdout);
    // Without the name of another usher a difference is a change.
    std::fs::write(run.join("report.html"), report.replace("Northwind", "Southwind")).unwrap();
    let said = verify(&run);
    assert!(said.code(6).stdout.contains("report.html is not what"), "{}", said.stdout);
    std::fs::write(run.join("report.html"), report.replace(&ours, "content=\"\"")).unwrap();
    verify(&run).code(6);
}

#[test]
fn a_key_that_cannot_sign_stops_usher_before_anything_is_done() {
    let (usher, run, _) = signed_run("ada@it-desk-04");
    let text = std::fs::read_to_string(usher.path().join("usher.toml")).unwrap();
    let text = text.split("\n[signing]").next().unwrap().to_owned();
    let tenant = "\n[apps.heap]\nurl = \"http://127.0.0.1:9\"\naccount = \"a@x.test\"\ntenant = \"T\"\n";
    usher.file("people.csv", "email,role\nada@northwind.example,Member\n");
    new_key(&usher.path().join("locked"), "hunter2", "ada");
    for kind in ["ecdsa", "rsa"] {
        let mut other = Command::new("ssh-keygen");
        other.args(["-q", "-t", kind, "-N", "", "-f", kind]).current_dir(usher.path());
        assert!(other.status().unwrap().success());
    }
    usher.file("open", std::fs::read(usher.path().join("key")).unwrap());
    std::fs::set_permissions(usher.path().join("open"), std::fs::Permissions::from_mode(0o640)).unwrap();
    usher.file("text", "no key");
    std::fs::set_permissions(usher.path().join("text"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let usher = usher.env("WRONG", "hunter3");
    let count = usher.runs().len();
    for (signing, says) in [
        ("key = \"gone\"", "cannot be read: No such file"),
        ("key = \".\"", "is not a file"),
        ("key = \"open\"", "can be got at by others (mode 640)"),
        ("key = \"text\"", "is not a private Ed25519 key"),
        ("key = \"key.pub\"", "can be got at by others"),
        ("key = \"ecdsa\"", "is not a private Ed25519 key"),
        ("key = \"rsa\"", "is of the kind ssh-rsa, and usher signs with Ed25519"),
        ("key = \"locked\"", "has a passphrase"),
        ("key = \"locked\"\npassphrase = { env = \"WRONG\" }", "is not opened by the passphrase"),
        ("key = \"locked\"\npassphrase = { env = \"NOT_SET\" }", "the variable NOT_SET, which is not set"),
    ] {
        usher.file("usher.toml", format!("{text}\n[signing]\n{signing}\n{tenant}"));
        let done = usher.run(&["invite", "heap", "people.csv", "--yes"]);
        done.code(3).says(says);
        assert!(!done.stderr.contains("hunter"), "{}", done.stderr);
        usher
            .run(&["unresolved", "good", "ada@northwind.example", "--as", "added", "--note", "x"])
            .code(3)
            .says(says);
    }
    // The last of them once more, for whoever looks first.
    let doctor = usher.run(&["doctor", "--json"]);
    let findings: serde_json::Value = serde_json::from_str(&doctor.code(1).stdout).unwrap();
    let found = findings.as_array().unwrap().iter().find(|one| one["what"] == "signing key").unwrap();
    assert_eq!(found["state"], "bad");
    assert!(found["found"].as_str().unwrap().contains("NOT_SET"), "{found}");
    assert_eq!(usher.runs().len(), count, "nothing was begun");
    verify(&run).code(0);
}
