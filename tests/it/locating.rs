//! One match or stop, on pages made to mislead: the real browser through the library, the page's own server as judge.

use crate::harness::USHER;
use crate::watch::until;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use usher::browser::driver::{Driver, GuardProgram, find_programs, start_under};
use usher::browser::{
    Binding, Browser as _, ColumnTarget, Connect, Described, ListTarget, Live, Pattern, Refused, Scope,
    Target, Trouble, Typed, Want, begin,
};
use usher::journal::RefusalKind;

/// A server of fixed pages that remembers what it was asked for. It ends with its listener.
pub(crate) struct Site {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(crate) fn start(page: fn(&str) -> &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if answer(stream, page, &heard).is_none() {
                    return;
                }
            }
        });
        Self { url, asked }
    }

    /// How often it was asked for this.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(self.url.trim_start_matches("http://")) {
            let _ = stream.write_all(b"GET /end HTTP/1.1\r\n\r\n");
        }
    }
}

/// Answers one request; none when it was the last.
fn answer(mut stream: TcpStream, page: fn(&str) -> &'static str, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    if path == "/end" {
        return None;
    }
    while lines.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
    heard.lock().unwrap().push(path.clone());
    // The page asks whether it may go on; the test says so by asking for `/go` itself.
    let go = heard.lock().unwrap().iter().any(|asked| asked == "/go");
    let body = if path == "/may" { if go { "yes" } else { "no" } } else { page(&path) };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    Some(())
}

fn page(path: &str) -> &'static str {
    match path {
        "/two" => "<main><button>Save</button><p>and again</p><button>Save</button></main>",
        "/disagree" => "<main><button id=one>Save</button><button id=two>Delete everything</button></main>",
        "/covered" => {
            "<main><button>Save</button><div role=dialog aria-label=Cookies style='position:fixed;inset:0;background:#fff'>Cookies</div></main>"
        }
        "/disabled" => "<main><fieldset disabled><button>Save</button></fieldset></main>",
        "/moving" => {
            "<main><button style='position:relative'>Save</button></main><script>const b = document.querySelector('button'); let x = 0; (function go() { b.style.left = (x = (x + 7) % 300) + 'px'; requestAnimationFrame(go); })();</script>"
        }
        "/late" => {
            "<main id=m></main><script>setTimeout(() => { m.innerHTML = '<button>Save</button>'; }, 400);</script>"
        }
        "/near" => "<main><button>Save changes</button></main>",
        "/eats" => {
            "<main><label>Email <input id=eats></label><label>Name <input id=holds></label></main><script>eats.addEventListener('input', () => { eats.value = eats.value.slice(0, 3); });</script>"
        }
        "/stolen" => {
            "<main id=m><div role=dialog aria-label=Invite><p>ada@x.example</p><button id=b onclick=\"fetch('/sent')\">Send</button></div></main><script>const look = async () => { if (await (await fetch('/may')).text() === 'yes') { b.outerHTML = '<button onclick=\"fetch(&quot;/stolen-click&quot;)\" onmousedown=\"fetch(&quot;/stolen-press&quot;)\">Send</button>'; fetch('/swapped'); } else setTimeout(look, 30); }; look();</script>"
        }
        "/dialog" => {
            "<main><div role=dialog aria-label=Remove><p>Remove Ada (ada@x.example) from the account?</p><button onclick=\"fetch('/removed')\">Remove</button></div></main>"
        }
        "/list" => {
            "<main><table><thead><tr><th>Name</th><th>Email</th><th></th></tr></thead><tbody>\
             <tr><td>Jonas Bergmeier</td><td>bergmeier@x.example</td><td><button onclick=\"fetch('/bergmeier')\">More</button></td></tr>\
             <tr><td>Anna Meier</td><td>Meier@X.example</td><td><button onclick=\"fetch('/meier')\">More</button></td></tr>\
             <tr><td>Anna Meier</td><td>twice@x.example</td><td><button>More</button></td></tr>\
             <tr><td>Anna Meier</td><td>Twice@x.example</td><td><button>More</button></td></tr>\
             </tbody></table></main>"
        }
        _ => "",
    }
}

fn role(name: &str) -> Described {
    Described::Role { role: Some("button".to_owned()), names: vec![name.to_owned()] }
}

fn css(value: &str) -> Described {
    Described::Css { value: value.to_owned() }
}

fn target(name: &str, described: Vec<Described>) -> Target {
    Target { name: name.to_owned(), described, inside: None, secret: false, place: None }
}

fn dialog(name: &str) -> Target {
    let described = Described::Role { role: Some("dialog".to_owned()), names: vec![name.to_owned()] };
    target("dialog", vec![described])
}

fn binding(name: &str, key: &str, foreign: &[&str]) -> Binding {
    Binding {
        names: dialog(name),
        expect: Pattern::Token(key.to_owned()),
        foreign: foreign.iter().map(|key| (*key).to_owned()).collect(),
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(
    result: Result<T, Trouble>,
    kind: RefusalKind,
    words: &[&str],
) -> Box<Refused> {
    match result {
        Err(Trouble::Refused(refused)) => {
            assert_eq!(refused.kind, kind, "{refused:?}");
            for words in words {
                assert!(refused.message.contains(words), "`{words}` is not in: {refused:?}");
            }
            refused
        }
        other => panic!("it should have been refused as {kind:?}: {other:?}"),
    }
}

/// A browser of the test's own, under usher's guard: it is gone when the test is, however it ends.
pub(crate) async fn browser() -> (Driver, Live, tempfile::TempDir) {
    let profiles = tempfile::tempdir().unwrap();
    let programs = find_programs(None, None).unwrap();
    let guard = GuardProgram { program: USHER.into(), arguments: Vec::new() };
    let driver = start_under(&guard, &programs, profiles.path()).await.unwrap();
    let connect = Connect {
        url: driver.url.clone(),
        browser: programs.browser.clone(),
        profile: Some(driver.profile.clone()),
        headless: true,
        viewport: (1000, 700),
    };
    let live = begin(&connect).await.unwrap();
    (driver, live, profiles)
}

const SOON: Duration = Duration::from_millis(600);

#[tokio::test]
async fn one_match_or_stop() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);
    let save = target("save_button", vec![role("Save")]);

    live.open(&at("/two")).await.unwrap();
    let several = refused(
        live.look(&save, Want::Ready, SOON).await,
        RefusalKind::Several,
        &["`save_button` could be several"],
    );
    assert_eq!(several.message.matches("button \"Save\"").count(), 2, "both are shown: {several:?}");

    live.open(&at("/disagree")).await.unwrap();
    let both = target("save_button", vec![role("Save"), css("#two")]);
    refused(
        live.look(&both, Want::Ready, SOON).await,
        RefusalKind::Disagree,
        &["mean different things", "\"Save\"", "\"Delete everything\""],
    );
    let agreeing = target("save_button", vec![role("Save"), css("#one")]);
    assert_eq!(live.look(&agreeing, Want::Ready, SOON).await.unwrap().by.len(), 2);

    for (path, words) in [
        ("/covered", "is covered by dialog \"Cookies\""),
        ("/disabled", "is disabled"),
        ("/moving", "does not hold still"),
    ] {
        live.open(&at(path)).await.unwrap();
        refused(live.look(&save, Want::Ready, SOON).await, RefusalKind::NotReady, &[words]);
    }
    live.open(&at("/late")).await.unwrap();
    live.look(&save, Want::Ready, Duration::from_secs(20)).await.unwrap();

    live.open(&at("/near")).await.unwrap();
    let near = refused(live.look(&save, Want::Ready, SOON).await, RefusalKind::NotThere, &["is not there"]);
    assert_eq!(near.near, ["Save changes"]);

    // What was typed is read back: a field that eats a part of it is no field that holds it.
    live.open(&at("/eats")).await.unwrap();
    let field = |id: &str| target("email_field", vec![css(id)]);
    live.fill(&field("#holds"), Typed::Plain("ada@x.example")).await.unwrap();
    refused(
        live.fill(&field("#eats"), Typed::Plain("ada@x.example")).await,
        RefusalKind::NotHeld,
        &["does not hold what was typed", "\"ada\""],
    );

    // A person's row is the row of their whole key.
    live.open(&at("/list")).await.unwrap();
    let column = |header: &str| ColumnTarget { header: Some(header.to_owned()), css: None };
    let list = ListTarget {
        name: "people".to_owned(),
        columns: [("name".to_owned(), column("Name")), ("email".to_owned(), column("Email"))].into(),
        grid: None,
        inside: None,
        place: None,
    };
    let more = |key: &str| Target {
        inside: Some(Box::new(Scope::Row {
            list: list.clone(),
            column: "email".to_owned(),
            key: key.to_owned(),
        })),
        ..target("row_menu", vec![role("More")])
    };
    live.click(&more("meier@x.example")).await.unwrap();
    until("the click arrives", 10, || (site.count("/meier") == 1).then_some(()));
    assert_eq!(site.count("/bergmeier"), 0);
    let nobody = live.look(&more("eier@x.example"), Want::Ready, SOON).await;
    refused(nobody, RefusalKind::NotThere, &["`row_menu` is not there"]);
    refused(live.look(&more("twice@x.example"), Want::Ready, SOON).await, RefusalKind::Several, &[]);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_commit_is_for_this_person_and_lands_on_this_control() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);
    let inside = |name: &str, button: &str| Target {
        inside: Some(Box::new(Scope::Control(dialog(name)))),
        ..target("confirm_button", vec![role(button)])
    };

    // The dialog names Ada; it is armed for nobody else, and not for a key that only looks like hers.
    live.open(&at("/dialog")).await.unwrap();
    let button = inside("Remove", "Remove");
    for other in ["da@x.example", "ada@x.example.org"] {
        refused(
            live.arm(&button, &binding("Remove", other, &[])).await,
            RefusalKind::NotBound,
            &["does not name the person"],
        );
    }
    refused(
        live.arm(&button, &binding("Remove", "remove", &["ben@x.example", "ada@x.example"])).await,
        RefusalKind::NotBound,
        &["names somebody else, ada@x.example"],
    );
    assert_eq!(site.count("/removed"), 0);
    let armed = live.arm(&button, &binding("Remove", "ada@x.example", &["ben@x.example"])).await.unwrap();
    assert!(armed.bound.contains("ada@x.example"));
    // Twice into the same guard: the second is held back.
    live.fire(&armed).await.unwrap();
    live.fire(&armed).await.unwrap();
    let answer = live.answered(Duration::from_millis(300)).await.unwrap();
    assert_eq!((answer.passed, answer.blocked), (Some(1), 1), "{answer:?}");
    until("the click arrives", 10, || (site.count("/removed") > 0).then_some(()));
    assert_eq!(site.count("/removed"), 1);

    // Between arming and acting the page puts another button in its place.
    live.open(&at("/stolen")).await.unwrap();
    let button = inside("Invite", "Send");
    let armed = live.arm(&button, &binding("Invite", "ada@x.example", &[])).await.unwrap();
    TcpStream::connect(site.url.trim_start_matches("http://"))
        .unwrap()
        .write_all(b"GET /go HTTP/1.1\r\n\r\n")
        .unwrap();
    until("the page has swapped its buttons", 20, || (site.count("/swapped") == 1).then_some(()));
    live.fire(&armed).await.unwrap();
    let answer = live.answered(Duration::from_millis(300)).await.unwrap();
    assert_eq!(answer.passed, Some(0), "{answer:?}");
    assert!(answer.why.is_some() && answer.blocked > 0, "{answer:?}");
    // A later page of the same server comes after whatever the click could have sent.
    live.open(&at("/two")).await.unwrap();
    assert_eq!(site.count("/stolen-click") + site.count("/stolen-press") + site.count("/sent"), 0);

    // A commit that one of its descriptions does not find any more is not made, though the other would find it.
    live.open(&at("/dialog")).await.unwrap();
    let renamed = Target {
        inside: Some(Box::new(Scope::Control(dialog("Remove")))),
        ..target("confirm_button", vec![role("Delete"), css("button")])
    };
    let drifted = live.arm(&renamed, &binding("Remove", "ada@x.example", &[])).await;
    let drifted = refused(drifted, RefusalKind::NotThere, &["needs them all"]);
    assert!(drifted.tried.iter().any(|tried| tried.contains("\"Delete\": 0 found")), "{drifted:?}");
    live.close().await;
    driver.stop().await.unwrap();
}
