//! What is kept shows nobody but the person it is about, and no secret: looked for in the pixels and in every byte.

use crate::harness::{Practice, USHER, Usher, webdriver};
use crate::watch::until;
use png::{ColorType, Decoder};
use serde_json::{Value, json};
use std::path::Path;
use usher::browser::driver::{Driver, GuardProgram, browser_arguments, find_programs, sandbox, start_under};

/// The two colours that other people's rows are covered with.
const COVER: [[u8; 3]; 2] = [[0xd9, 0xdd, 0xe3], [0xc6, 0xcc, 0xd4]];

struct Picture {
    width: usize,
    height: usize,
    step: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn open(path: &Path) -> Self {
        let file = std::io::Cursor::new(std::fs::read(path).unwrap());
        let mut reader = Decoder::new(file).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        let step = match frame.color_type {
            ColorType::Rgb => 3,
            ColorType::Rgba => 4,
            other => panic!("{other:?}"),
        };
        Self { width: frame.width as usize, height: frame.height as usize, step, bytes }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let place = (y * self.width + x) * self.step;
        [self.bytes[place], self.bytes[place + 1], self.bytes[place + 2]]
    }

    /// The pixels of a box that are not covered, less those in a place that may show.
    fn open_in(&self, of: [usize; 4], but: Option<[usize; 4]>) -> Vec<(usize, usize)> {
        let within =
            |[x, y, w, h]: [usize; 4], px: usize, py: usize| px >= x && px < x + w && py >= y && py < y + h;
        let [left, top, width, height] = of;
        let mut open = Vec::new();
        for y in top..(top + height).min(self.height) {
            for x in left..(left + width).min(self.width) {
                let shows = !COVER.contains(&self.at(x, y));
                if shows && !but.is_some_and(|place| within(place, x, y)) {
                    open.push((x, y));
                }
            }
        }
        open
    }
}

/// A second pair of eyes: a browser that is asked over plain WebDriver where the page shows what.
struct Eyes {
    driver: Driver,
    session: String,
    _profiles: tempfile::TempDir,
}

impl Eyes {
    async fn open() -> Self {
        let profiles = tempfile::tempdir().unwrap();
        let programs = find_programs(None, None).unwrap();
        let guard = GuardProgram { program: USHER.into(), arguments: Vec::new() };
        let driver = start_under(&guard, &programs, profiles.path()).await.unwrap();
        let arguments = browser_arguments(&driver.profile, (1280, 800), true, sandbox());
        let options = json!({ "args": arguments, "binary": programs.browser });
        let mut eyes = Self { driver, session: String::new(), _profiles: profiles };
        let told =
            eyes.ask("", &json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } }));
        eyes.session = format!("/{}", told["sessionId"].as_str().unwrap());
        eyes
    }

    fn ask(&self, path: &str, body: &Value) -> Value {
        webdriver(self.driver.port, "POST", &format!("/session{}{path}", self.session), body)
    }

    fn run(&self, script: &str) -> Value {
        self.ask("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    fn sign_in(&self, console: &Practice) {
        self.ask("/url", &json!({ "url": format!("{}/login?redirect=/app/manage/users", console.url) }));
        self.run(&format!(
            "document.querySelector('[name=email]').value = {:?}; document.querySelector('[name=password]').value = {:?}; document.querySelector('form').submit();",
            console.account, console.password
        ));
        until("the list is there", 30, || {
            (self.run("return document.querySelectorAll('#people tbody tr').length").as_u64() > Some(0))
                .then_some(())
        });
    }

    /// The places of elements, by their text: outwards to nothing, so that only whole pixels of them count.
    fn places(&self, list: &str) -> Vec<(String, [usize; 4])> {
        let script = format!(
            "return {list}.map((e) => {{ const r = e.getBoundingClientRect(); return [e.textContent, Math.ceil(r.left), Math.ceil(r.top), Math.floor(r.right) - Math.ceil(r.left), Math.floor(r.bottom) - Math.ceil(r.top)]; }})"
        );
        let found = self.run(&script);
        let places = found.as_array().unwrap_or_else(|| panic!("{found}")).iter().map(|place| {
            let side = |index: usize| usize::try_from(place[index].as_i64().unwrap()).unwrap();
            (place[0].as_str().unwrap().to_owned(), [side(1), side(2), side(3), side(4)])
        });
        places.collect()
    }
}

fn picture(run: &Path, label: &str) -> Picture {
    let facts = Usher::facts(run);
    let of = |fact: &&Value| fact["fact"] == "proof_kept" && fact["exhibit"]["label"] == label;
    let exhibit = &facts.iter().find(of).unwrap_or_else(|| panic!("no picture {label}"))["exhibit"];
    Picture::open(&run.join(exhibit["file"].as_str().unwrap()))
}

/// Every file below a folder, as bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|e| (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).unwrap()))
        .collect()
}

fn holds(bytes: &[u8], words: &str) -> bool {
    let folded = bytes.to_ascii_lowercase();
    folded.windows(words.len()).any(|window| window == words.to_lowercase().as_bytes())
}

#[tokio::test]
async fn pictures_show_nobody_but_the_person_they_are_about() {
    let console = Practice::start(&["people=9"]);
    let usher = Usher::new().heap(&console);
    let subject = "bergmeier@northwind.example";
    usher.file("changes.csv", format!("email,role\n{subject},Viewer\n"));
    usher.run(&["role", "heap", "changes.csv", "--yes"]).code(0);
    let run = usher.runs().remove(0);

    let eyes = Eyes::open().await;
    eyes.sign_in(&console);
    let rows = eyes.places("[...document.querySelectorAll('#people tbody tr')]");
    assert_eq!(rows.len(), 9);
    let own = |text: &str| text.contains(&format!("Jonas Bergmeier{subject}"));
    let after = picture(&run, "after");
    for (text, place) in &rows {
        let open = after.open_in(*place, None);
        let edges = (open.first(), open.last());
        if own(text) {
            assert!(
                open.len() > place[2] * place[3] / 2,
                "the person's own row is covered: {edges:?} of {place:?}"
            );
        } else {
            assert!(open.is_empty(), "{text} of {place:?} shows {} pixels: {edges:?}", open.len());
        }
    }
    // The dialog as it stood before the act: open above the list, whose other rows are covered around it.
    eyes.run("[...document.querySelectorAll('#people tbody tr')].find((r) => r.textContent.includes('Jonas')).querySelector('button.more').click(); [...document.querySelectorAll('[role=menuitem]')].find((i) => i.textContent.includes('Change role')).click();");
    until("the dialog has come to rest", 20, || {
        (eyes.run("return document.getAnimations().length").as_u64() == Some(0)).then_some(())
    });
    let dialogs = eyes.places("[...document.querySelectorAll('[role=dialog]')]");
    assert_eq!(dialogs.len(), 1);
    // One more pixel on each side, where the dialog's edge falls between two.
    let [x, y, width, height] = dialogs[0].1;
    let dialog = [x - 1, y - 1, width + 2, height + 2];
    let armed = picture(&run, "armed");
    assert!(armed.open_in(dialog, None).len() > width * height / 2, "the dialog is covered");
    for (text, place) in rows.iter().filter(|(text, _)| !own(text)) {
        let open = armed.open_in(*place, Some(dialog));
        assert!(open.is_empty(), "{text} of {place:?} shows {} pixels: {:?}", open.len(), open.first());
    }
    eyes.driver.stop().await.unwrap();
}

#[test]
fn no_byte_of_a_run_holds_a_secret_or_somebody_elses_address() {
    // A word that stands nowhere else.
    let console = Practice::start(&["people=30", "password=Canary-7f3a!x", "viewer_role=off"]);
    let usher = Usher::new().heap(&console);
    let done = usher.file(
        "people.csv",
        "email,role\nnew.one@new.example,Member\nnew.two@new.example,Viewer\nmchen@northwind.example,Member\n",
    );
    let mut said = String::new();
    let run = usher.run(&["-vvv", "invite", "heap", done.to_str().unwrap(), "--yes"]);
    said.push_str(&run.stdout);
    said.push_str(&run.stderr);
    run.code(4);
    usher.file("leavers.csv", "email\nbergmeier@northwind.example\n");
    let run = usher.run(&["remove", "heap", "leavers.csv", "--yes", "--json"]);
    said.push_str(&run.stdout);
    said.push_str(&run.stderr);
    run.code(0);
    assert!(!said.contains("Canary-7f3a"), "the password was told");
    let named =
        ["mchen@northwind.example", "bergmeier@northwind.example", "new.one", "new.two", &console.account];
    let truth = console.truth();
    let everybody = truth["people"].as_array().unwrap();
    assert!(everybody.len() > 25);
    let mut looked = 0;
    for run in usher.runs() {
        for (name, bytes) in files(&run) {
            assert!(!holds(&bytes, "Canary-7f3a"), "the password stands in {name}");
            if name.starts_with("roster-") || name == "plan.json" {
                continue;
            }
            looked += 1;
            for person in everybody {
                let email = person["email"].as_str().unwrap();
                // `meier@` stands within `bergmeier@`.
                if named.iter().any(|named| email.contains(named) || named.contains(email)) {
                    continue;
                }
                assert!(!holds(&bytes, email), "{email} stands in {name}");
            }
        }
    }
    assert!(looked > 10, "{looked} files");
}
