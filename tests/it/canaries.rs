//! After faults, too, no byte that usher has written holds a secret: the password, the seed of the codes and the codes, the
//! cookies and tokens of every session; and no picture carries more than what shows.

use crate::harness::{Practice, Usher};
use crate::signing_in::{SEED, with};
use crate::watch::{Running, Traces, until};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use usher::secret::Secret;
use usher::sign_in::{Next, Seed};

/// So many digits has a code.
const CODE: usize = 6;
const PASSWORD: &str = "Canary-7f3a!x&y=z";

/// Every file below a folder; links lead elsewhere.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let kind = entry.file_type().unwrap();
        match (kind.is_dir(), kind.is_file()) {
            (true, _) => files(&entry.path(), found),
            (_, true) => found.push(entry.path()),
            _ => {}
        }
    }
}

/// The tokens of the sessions that the app knows now.
fn tokens(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| tokens(one, found)),
        Value::Object(all) => {
            for (name, one) in all {
                match one.as_str() {
                    Some(text) if ["token", "csrf", "tab"].contains(&name.as_str()) && text.len() > 12 => {
                        found.insert(text.to_owned());
                    }
                    _ => tokens(one, found),
                }
            }
        }
        _ => {}
    }
}

fn sessions(console: &Practice, found: &mut BTreeSet<String>) {
    if let Ok(state) = serde_json::from_slice(&std::fs::read(console.state()).unwrap_or_default()) {
        tokens(&state, found);
    }
}

/// The forms in which a secret could stand somewhere.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let percent = secret.bytes().map(|byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if plain { char::from(byte).to_string() } else { "%".to_owned() + &hex(byte).to_uppercase() }
    });
    let hexed = secret.bytes().map(hex).collect::<String>();
    let utf16 = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![secret.as_bytes().to_vec(), percent.collect::<String>().into_bytes(), hexed.into_bytes(), utf16]
}

fn hex(byte: u8) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap();
    [digit(byte >> 4), digit(byte & 15)].iter().collect()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    let mut all = bytes.windows(what.len());
    let Some(first) = all.position(|window| window == what) else { return false };
    // The digits of a code count by themselves: in a longer number or a digest they stand by chance.
    let is_code = what.len() == CODE && what.iter().all(u8::is_ascii_digit);
    let joins = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    !is_code
        || (first..=bytes.len() - CODE)
            .any(|at| bytes[at..].starts_with(what) && !joins(at.checked_sub(1)) && !joins(Some(at + CODE)))
}

/// The one-time codes that were good at some moment since then.
fn codes(since: SystemTime) -> impl Iterator<Item = String> {
    let seed = Seed::read(&Secret::new(SEED.to_owned())).unwrap();
    let step = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap().as_secs() / seed.period();
    let steps = step(since)..=step(SystemTime::now());
    assert!(steps.clone().count() > 0);
    steps.map(move |step| match seed.next(step * seed.period() * 1000, None) {
        Next::Now { code, .. } => code.reveal().to_owned(),
        Next::Wait(_) => panic!("a step that has just begun is long enough"),
    })
}

/// Looks through everything that was written; gives how many files and pictures that was.
#[track_caller]
fn nothing_is_told(fault: &str, folders: &[&Path], said: &str, secrets: &BTreeSet<String>) -> (usize, usize) {
    let mut all = Vec::new();
    for folder in folders {
        files(folder, &mut all);
    }
    let mut pictures = 0;
    let mut written: Vec<(String, Vec<u8>)> = all
        .into_iter()
        .filter_map(|path| Some((path.display().to_string(), std::fs::read(path).ok()?)))
        .collect();
    for (name, bytes) in &written {
        if let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
            pictures += 1;
            while let Some(length) = rest.first_chunk::<4>() {
                let kind = String::from_utf8_lossy(&rest[4..8]).into_owned();
                let shows = ["IHDR", "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "pHYs", "IEND"];
                assert!(shows.contains(&kind.as_str()), "{fault}: {name} has a part {kind}");
                rest = &rest[12 + usize::try_from(u32::from_be_bytes(*length)).unwrap()..];
            }
        }
    }
    written.push(("what it said".to_owned(), said.as_bytes().to_vec()));
    for secret in secrets {
        for form in forms(secret) {
            for (name, bytes) in &written {
                assert!(!holds(bytes, &form), "{fault}: {secret} stands in {name}");
            }
        }
    }
    (written.len(), pictures)
}

/// What happens on the way, once an act is on its way.
type Fault = fn(&Practice, &Usher);

#[test]
fn no_secret_is_left_by_a_run_that_met_with_a_fault() {
    let faults: [(&str, &[&str], Fault); 5] = [
        ("an answer is cut off", &["cut_after=1"], |_, _| {}),
        ("a page does not load", &["half_pages=12"], |_, _| {}),
        ("something covers the button", &["overlay=news"], |_, _| {}),
        ("the session expires", &[], |console, _| drop(console.post("/_expire"))),
        ("usher is killed", &[], |_, _| {}),
    ];
    for (fault, knobs, happens) in faults {
        let mut all =
            vec!["people=8", "second_factor=totp", "storage_token=on", "password=Canary-7f3a!x&y=z"];
        all.extend(knobs);
        let console = Practice::start(&all);
        assert_eq!(console.password, PASSWORD);
        let temporary = tempfile::tempdir().unwrap();
        let usher = with(&console, "form.yaml", "keep_session = true")
            .env("TMPDIR", temporary.path().to_str().unwrap());
        usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Viewer\n");
        let seed = SEED.replace(' ', "");
        let mut secrets: BTreeSet<String> =
            [PASSWORD.to_owned(), SEED.to_owned(), seed.to_uppercase(), seed].into();
        let mut said = String::new();
        let began = SystemTime::now();
        let mut running = Running::start(&usher, &["-vvv", "invite", "heap", "people.csv", "--yes"]);
        let reached = {
            let known = running.reaches(&usher, 0, "proof_kept:armed");
            sessions(&console, &mut secrets);
            known
        };
        assert!(reached.is_some() || fault.contains("covers"), "{fault}: {}", running.said());
        happens(&console, &usher);
        if fault == "usher is killed" {
            said.push_str(&running.said());
            let traces = Traces::of(&usher.runs()[0]);
            running.kill();
            traces.are_gone();
            let again = usher.run(&["-vvv", "resume", "last"]);
            said.push_str(&(again.stdout + &again.stderr));
        } else {
            until("usher ends", 600, || {
                sessions(&console, &mut secrets);
                (!running.is_at_work()).then_some(())
            });
            let done = running.end();
            said.push_str(&(done.stdout + &done.stderr));
        }
        sessions(&console, &mut secrets);
        assert!(secrets.len() >= 6, "{fault}: tokens were found: {}", secrets.len());
        secrets.extend(codes(began));
        let (looked, pictures) = nothing_is_told(fault, &[usher.path(), temporary.path()], &said, &secrets);
        assert!(looked > 8 && pictures > 0, "{fault}: {looked} files, {pictures} pictures");
    }
}

#[test]
fn the_search_finds_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let code = codes(SystemTime::now()).next().unwrap();
    assert_eq!(code.len(), CODE);
    let secrets: BTreeSet<String> = [PASSWORD.to_owned(), code.clone()].into();
    for form in forms(PASSWORD).into_iter().chain(forms(&code)) {
        std::fs::write(folder.path().join("file"), [b"before ", form.as_slice(), b" after"].concat())
            .unwrap();
        let found = std::panic::catch_unwind(|| nothing_is_told("planted", &[folder.path()], "", &secrets));
        assert!(found.is_err(), "{form:?}");
    }
    std::fs::write(folder.path().join("file"), format!("\"bytes\":1{code}, {code}f00")).unwrap();
    nothing_is_told("a longer number", &[folder.path()], "", &secrets);
}
