//! What comes in between and around a step: native dialogs, interrupts, frames, ticked rows, pages that take their time. The
//! real browser on small pages, the page's own server as judge.

use crate::site::{Site, binding, browser, css, dialog, refused, role, target};
use crate::watch::until;
use std::time::Duration;
use usher::browser::{
    Act, Binding, Browser as _, ColumnTarget, Cover, Described, InterruptTarget, ListTarget, Live, Pattern,
    SaysTarget, Scope, Target, Typed, Want,
};
use usher::journal::RefusalKind;

const SOON: Duration = Duration::from_millis(600);

fn page(path: &str) -> &'static str {
    match path {
        "/confirm" => {
            "<main><button onclick=\"if (confirm('Really delete\\n the selected item?')) fetch('/yes'); else fetch('/no')\">Delete</button><p id=p>ada@x.example</p></main>"
        }
        "/late-alert" => {
            "<main><button>Save</button></main><script>setTimeout(() => alert('Have you heard of our plans?'), 300);</script>"
        }
        "/quiet" => "<main><button onclick=\"fetch('/done')\">Delete</button></main>",
        "/banner" => {
            "<main><button onclick=\"fetch('/saved')\">Save</button></main>\
             <div role=dialog aria-label=Cookies style='position:fixed;inset:0;background:#fff'><button onclick='this.parentElement.remove()'>Accept</button></div>"
        }
        "/deaf-banner" => {
            "<main><button onclick=\"fetch('/saved-then')\">Save</button></main><script>let clicks = 0;</script>\
             <div role=dialog aria-label=Cookies style='position:fixed;inset:0;background:#fff'><button onclick='clicks += 1; if (clicks > 1) this.parentElement.remove()'>Accept</button></div>"
        }
        "/again" => {
            "<main><button>Save</button></main><script>const show = () => { const box = document.createElement('div'); box.setAttribute('role', 'dialog'); box.setAttribute('aria-label', 'Cookies'); box.style = 'position:fixed;inset:0;background:#fff'; box.innerHTML = '<button>Accept</button>'; box.firstChild.onclick = () => { box.remove(); fetch('/sent-away'); setTimeout(show, 30); }; document.body.append(box); }; show();</script>"
        }
        "/late-banner" => {
            "<main><div role=dialog aria-label=Remove><p>ada@x.example</p><button onclick=\"fetch('/removed')\">Remove</button></div></main><script>const look = async () => { if (await (await fetch('/may')).text() === 'yes') { document.body.insertAdjacentHTML('beforeend', `<div role=dialog aria-label=Cookies style='position:fixed;inset:auto 0 0 0;background:#fff'><button onclick=\"fetch('/accepted'); this.parentElement.remove()\">Accept</button></div>`); fetch('/shown'); } else setTimeout(look, 30); }; look();</script>"
        }
        "/stacked" => {
            "<main><div role=dialog aria-label=Below style='position:fixed;inset:0;background:#fff'>below</div><div role=dialog aria-label=Above style='position:fixed;inset:0;background:#fff'>above</div></main>"
        }
        "/outer" => {
            "<main><h1>Console</h1><div style='height:900px'></div><iframe title=Users src=/middle style='border:7px solid;padding:5px;width:600px;height:300px'></iframe></main>"
        }
        "/middle" => {
            "<p>Inside</p><iframe title=Inner src=/inner style='margin:40px;width:400px;height:150px'></iframe>"
        }
        "/inner" => {
            "<div role=dialog aria-label=Invite><label>Email <input id=email></label><button onclick=\"fetch('/sent?' + email.value)\">Send</button></div>"
        }
        "/laid-over" => {
            "<main><button>Save</button></main><div id=over hidden style='position:fixed;inset:0;background:#fff'><iframe title='Session expired' src=/quiet></iframe></div>\
             <script>onclick = () => { over.hidden = false; };</script>"
        }
        "/covered-frame" => {
            "<iframe title=Users src=/middle style='width:600px;height:300px'></iframe><div style='position:absolute;inset:0;background:#fff'>above</div>"
        }
        "/rows" => {
            "<main><table><thead><tr><th></th><th>Email</th></tr></thead><tbody>\
             <tr><td><input type=checkbox></td><td>ada@x.example</td></tr>\
             <tr><td><input type=checkbox></td><td>ben@x.example</td></tr>\
             <tr hidden><td><input type=checkbox id=unseen></td><td>cleo@x.example</td></tr></tbody></table>\
             <button onclick=\"fetch('/deleted')\">Delete Selected</button></main>"
        }
        "/waits" => {
            "<main id=main><p>ada@x.example</p><button onclick=\"this.remove(); fetch('/created').then(() => setTimeout(tell, 150)); setTimeout(work)\">Create</button></main>\
             <script>const work = () => { for (const end = performance.now() + 400; performance.now() < end;); };\
             const tell = () => main.insertAdjacentHTML('beforeend', '<div class=error>Nothing was added</div><div class=error>No such address: zoe.</div><button>Create</button>');</script>"
        }
        "/held" => {
            "<form><input id=mail value=ada@x.example><input type=password id=word value=canary><section hidden><fieldset id=groups>\
             <label><input type=checkbox checked> Editors</label><label><input type=checkbox> Admins</label><label><input type=checkbox checked> Authors</label>\
             </fieldset><input type=checkbox id=active checked><select id=role><option>Viewer<option selected>Editor</select></section><p id=text>Two <b>words</b></p></form>"
        }
        "/secret" => {
            "<main><a href=/help>Help me</a><div role=dialog aria-label=Added id=added><h2>Added canary-in-a-heading</h2><a href=/x>https://x.example/invite/canary-in-a-link</a><button>canary-in-a-button</button></div></main>"
        }
        "/search" => {
            "<main><label>Search <input id=q></label><ul id=list><li>ada<li>ben</ul></main><script>let due; q.oninput = () => { clearTimeout(due); due = setTimeout(() => { list.setAttribute('aria-busy', 'true'); setTimeout(() => { list.innerHTML = '<li>' + q.value; list.removeAttribute('aria-busy'); }, 700); }, 250); };</script>"
        }
        _ => "",
    }
}

fn save() -> Target {
    target("save_button", vec![role("Save")])
}

fn button(name: &str) -> Target {
    target("button", vec![role(name)])
}

fn inside(outer: Target, described: Vec<Described>) -> Target {
    Target { inside: Some(Box::new(Scope::Control(outer))), ..target("inside", described) }
}

fn cookies(most: u32) -> Vec<InterruptTarget> {
    let banner = Target { name: "cookie_banner".to_owned(), ..dialog("Cookies") };
    vec![InterruptTarget { click: inside(banner.clone(), vec![role("Accept")]), sees: banner, most }]
}

fn frame(title: &str, outer: Option<Target>) -> Target {
    let described = vec![css(if title == "Users" { "iframe[title=Users]" } else { "iframe[title=Inner]" })];
    Target {
        inside: outer.map(|outer| Box::new(Scope::Frame(outer))),
        ..target(&format!("{}_frame", title.to_lowercase()), described)
    }
}

fn in_inner(described: Vec<Described>) -> Target {
    let inner = frame("Inner", Some(frame("Users", None)));
    Target { inside: Some(Box::new(Scope::Frame(inner))), ..target("framed", described) }
}

#[tokio::test]
async fn native_dialogs_are_answered_by_their_text_alone() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);

    live.open(&at("/confirm")).await.unwrap();
    live.click(&button("Delete")).await.unwrap();
    // How the words are parted into lines does not matter; which they are does.
    live.accept("Really delete the selected item?").await.unwrap();
    until("the page is told yes", 10, || (site.count("/yes") == 1).then_some(()));

    live.click(&button("Delete")).await.unwrap();
    refused(
        live.accept("Really delete everything?").await,
        RefusalKind::Dialog,
        &["says \"Really delete\n the selected item?\"", "answered with no"],
    );
    until("the page is told no", 10, || (site.count("/no") == 1).then_some(()));

    // One that nobody expects is answered with no by whatever comes next, which then refuses.
    live.click(&button("Delete")).await.unwrap();
    refused(
        live.look(&button("Delete"), Want::Ready, SOON).await,
        RefusalKind::Dialog,
        &["a native dialog was open", "Really delete"],
    );
    until("the page is told no again", 10, || (site.count("/no") == 2).then_some(()));
    live.look(&button("Delete"), Want::Ready, Duration::from_secs(10)).await.unwrap();

    // One that opens while the page is being asked is told as well.
    live.open(&at("/late-alert")).await.unwrap();
    refused(
        live.look(&button("Nothing"), Want::Ready, Duration::from_secs(10)).await,
        RefusalKind::Dialog,
        &["a native dialog was open", "Have you heard of our plans?"],
    );
    live.look(&save(), Want::Ready, Duration::from_secs(10)).await.unwrap();

    live.open(&at("/quiet")).await.unwrap();
    live.click(&button("Delete")).await.unwrap();
    refused(live.accept("Really?").await, RefusalKind::NotReady, &["no native dialog came", "\"Really?\""]);
    assert_eq!(site.count("/yes"), 1);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn interrupts_are_sent_away_and_never_around_a_commit() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);

    // Nobody said that it may be sent away: it is in the way.
    live.open(&at("/banner")).await.unwrap();
    refused(
        live.look(&save(), Want::Ready, SOON).await,
        RefusalKind::NotReady,
        &["covered by button \"Accept\""],
    );
    live.expect(cookies(1));
    live.click(&save()).await.unwrap();
    until("the click arrives", 10, || (site.count("/saved") == 1).then_some(()));
    assert_eq!(live.sent_away(), ["cookie_banner"]);
    assert!(live.sent_away().is_empty());

    live.open(&at("/again")).await.unwrap();
    live.expect(cookies(2));
    refused(
        live.look(&button("Nothing"), Want::Ready, Duration::from_secs(10)).await,
        RefusalKind::NotReady,
        &["`cookie_banner` comes again and again", "2 times"],
    );
    until("it was sent away twice", 10, || (site.count("/sent-away") == 2).then_some(()));

    // A page may show its banner before it reacts.
    live.open(&at("/deaf-banner")).await.unwrap();
    live.click(&save()).await.unwrap();
    until("the click arrives", 10, || (site.count("/saved-then") == 1).then_some(()));

    // Between arming and acting nothing is sent away, whatever else is asked meanwhile.
    live.open(&at("/late-banner")).await.unwrap();
    let remove = inside(dialog("Remove"), vec![role("Remove")]);
    let armed = live.arm(&remove, &Act::Click, &binding("Remove", "ada@x.example", &[])).await.unwrap();
    site.go();
    until("the banner is there", 10, || (site.count("/shown") == 1).then_some(()));
    assert!(!live.sees(&button("Nothing")).await.unwrap());
    live.fire(&armed).await.unwrap();
    live.answered(SOON).await.unwrap();
    until("the commit arrives", 10, || (site.count("/removed") == 1).then_some(()));
    assert_eq!(site.count("/accepted"), 0);
    live.look(&remove, Want::Visible, Duration::from_secs(10)).await.unwrap();
    until("afterwards it may be", 10, || (site.count("/accepted") > 0).then_some(()));

    live.expect(Vec::new());
    live.open(&at("/stacked")).await.unwrap();
    live.look(&dialog("Above"), Want::OnTop, Duration::from_secs(10)).await.unwrap();
    refused(live.look(&dialog("Below"), Want::OnTop, SOON).await, RefusalKind::NotReady, &["is covered"]);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_in_frames_is_found_bound_and_hit() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);

    live.open(&at("/outer")).await.unwrap();
    live.fill(&in_inner(vec![css("#email")]), Typed::Plain("ada@x.example")).await.unwrap();
    let send = in_inner(vec![role("Send"), css("button")]);
    let names = Binding { names: in_inner(vec![css("[role=dialog]")]), ..binding("", "ada@x.example", &[]) };
    refused(
        live.arm(
            &send,
            &Act::Click,
            &Binding { expect: Pattern::Token("ben@x.example".to_owned()), ..names.clone() },
        )
        .await,
        RefusalKind::NotBound,
        &["does not name the person"],
    );
    refused(
        live.arm(&send, &Act::Click, &binding("Invite", "ada@x.example", &[])).await,
        RefusalKind::NotBound,
        &["not in the same frame"],
    );
    let armed = live.arm(&send, &Act::Click, &names).await.unwrap();
    live.fire(&armed).await.unwrap();
    live.fire(&armed).await.unwrap();
    let answer = live.answered(SOON).await.unwrap();
    assert_eq!((answer.passed, answer.blocked), (Some(1), 1), "{answer:?}");
    until("it is sent", 10, || (site.count("/sent?ada@x.example") == 1).then_some(()));
    assert!(live.sees(&send).await.unwrap());
    assert!(!live.sees(&in_inner(vec![role("Nothing")])).await.unwrap());
    // A picture covers frames that usher does not act in, since nobody can tell whom they show.
    let elsewhere = live
        .picture(&Cover { scope: Some(&target("title", vec![css("h1")])), ..Cover::default() })
        .await
        .unwrap();
    assert!(elsewhere.masked.unknown > 0);

    live.open(&at("/covered-frame")).await.unwrap();
    refused(live.click(&send).await, RefusalKind::NotReady, &["`users_frame`", "covered"]);
    live.open(&at("/quiet")).await.unwrap();
    assert!(!live.sees(&send).await.unwrap(), "a frame that is not there shows nothing");
    live.close().await;
    driver.stop().await.unwrap();
}

fn rows() -> ListTarget {
    let column = ColumnTarget { header: Some("Email".to_owned()), css: None, heard: false };
    ListTarget {
        name: "people".to_owned(),
        columns: [("email".to_owned(), column)].into(),
        key: "email".to_owned(),
        grid: None,
        inside: None,
        place: None,
    }
}

fn row_of(key: &str) -> Target {
    let scope = Scope::Row { list: rows(), column: "email".to_owned(), key: key.to_owned() };
    Target { inside: Some(Box::new(scope)), ..target("row", Vec::new()) }
}

async fn tick(live: &mut Live, key: &str, on: bool) {
    let described = vec![css("input[type=checkbox]")];
    let ticked = Target { described, ..row_of(key) };
    live.check(&ticked, on).await.unwrap();
}

#[tokio::test]
async fn a_commit_for_ticked_rows_is_for_one_row_and_theirs() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/rows", site.url)).await.unwrap();
    let delete = target("delete_button", vec![role("Delete Selected"), css("button")]);
    let ticked = |key: &str| Binding {
        names: row_of(key),
        expect: Pattern::Ticked(rows()),
        foreign: Vec::new(),
        filled: Vec::new(),
    };
    let not = async |live: &mut Live, key: &str, words: &str| {
        refused(live.arm(&delete, &Act::Click, &ticked(key)).await, RefusalKind::NotBound, &[words]);
    };
    not(&mut live, "ada@x.example", "the person's row is not ticked").await;
    tick(&mut live, "ben@x.example", true).await;
    not(&mut live, "ada@x.example", "other rows than the person's are ticked").await;
    tick(&mut live, "ada@x.example", true).await;
    not(&mut live, "ada@x.example", "other rows than the person's are ticked").await;
    tick(&mut live, "ben@x.example", false).await;
    let armed = live.arm(&delete, &Act::Click, &ticked("ada@x.example")).await.unwrap();
    assert!(armed.bound.starts_with("ticked: ada@x.example"), "{armed:?}");
    live.fire(&armed).await.unwrap();
    live.answered(SOON).await.unwrap();
    until("it is deleted", 10, || (site.count("/deleted") == 1).then_some(()));
    not(&mut live, "zoe@x.example", "is not there").await;
    live.close().await;
    driver.stop().await.unwrap();
}

/// A button may be gone only while the page waits for its answer, and an app may stack what it says to it. The page is so busy
/// that nobody looks at it before the answer is there.
#[tokio::test]
async fn what_a_page_says_late_and_in_several_boxes_is_heard() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.watch(vec![SaysTarget {
        id: 0,
        texts: vec!["No such address".to_owned()],
        inside: Some(target("error", vec![css(".error")])),
    }]);
    live.open(&format!("{}/waits", site.url)).await.unwrap();
    let create = target("create_button", vec![role("Create"), css("main button")]);
    let bound = Binding {
        names: target("main", vec![css("main")]),
        expect: Pattern::Token("ada@x.example".to_owned()),
        foreign: Vec::new(),
        filled: Vec::new(),
    };
    let armed = live.arm(&create, &Act::Click, &bound).await.unwrap();
    live.fire(&armed).await.unwrap();
    let answer = live.answered(Duration::from_secs(10)).await.unwrap();
    let said: Vec<(usize, &str)> = answer.said.iter().map(|said| (said.id, said.line.as_str())).collect();
    assert_eq!((said, answer.passed), (vec![(0, "No such address: zoe.")], Some(1)));
    assert_eq!(site.count("/created"), 1);
    live.close().await;
    driver.stop().await.unwrap();
}

/// What is in a frame is no part of the page around it, but what the frame is called is.
#[tokio::test]
async fn what_a_frame_is_called_is_heard_while_it_shows() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.watch(vec![
        SaysTarget { id: 0, texts: vec!["Delete".to_owned()], inside: None },
        SaysTarget {
            id: 1,
            texts: vec!["session expired".to_owned()],
            inside: Some(target("over", vec![css("#over")])),
        },
    ]);
    live.open(&format!("{}/laid-over", site.url)).await.unwrap();
    assert!(live.said().await.unwrap().is_empty());
    let save = target("save_button", vec![role("Save")]);
    live.click(&save).await.unwrap();
    let said = live.said().await.unwrap();
    let said: Vec<(usize, &str)> = said.iter().map(|said| (said.id, said.line.as_str())).collect();
    assert_eq!(said, [(1, "Session expired")]);
    refused(live.click(&save).await, RefusalKind::Said, &["Session expired"]);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_controls_hold_is_read_also_where_it_does_not_show() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/held", site.url)).await.unwrap();
    let at = |id: &str| target("held", vec![css(id)]);
    let held = live.read(&["#mail", "#groups", "#active", "#role", "#text", "#word"].map(at)).await.unwrap();
    assert_eq!(held, ["ada@x.example", "Editors, Authors", "on", "Editor", "Two words", ""]);
    refused(live.read(&[at("#mail"), at("input")]).await, RefusalKind::Several, &["`held` could be several"]);

    // A search that waits until somebody has stopped typing, and then for its answer.
    live.open(&format!("{}/search", site.url)).await.unwrap();
    live.fill(&target("search_field", vec![css("#q")]), Typed::Plain("zoe")).await.unwrap();
    live.rest().await.unwrap();
    assert_eq!(live.read(&[target("list", vec![css("#list")])]).await.unwrap(), ["zoe"]);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_shows_where_the_book_says_secret_gets_into_no_answer() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/secret", site.url)).await.unwrap();
    let link = Described::Role { role: Some("link".to_owned()), names: vec!["Help".to_owned()] };
    let wanted = target("help_link", vec![link, css("button, a")]);
    let told = async |live: &mut Live| {
        let refused = refused(live.look(&wanted, Want::Ready, SOON).await, RefusalKind::Several, &[]);
        let near = live.look(&button("canary"), Want::Ready, SOON).await;
        format!("{refused:?}{near:?}{}", live.outline().await.unwrap())
    };
    let before = told(&mut live).await;
    for canary in ["canary-in-a-heading", "canary-in-a-link", "canary-in-a-button"] {
        assert!(before.contains(canary), "{canary} would be told: {before}");
    }
    live.keep_secret(vec![target("added_dialog", vec![css("#added")])]);
    let after = told(&mut live).await;
    assert!(!after.contains("canary-in"), "{after}");
    assert!(after.contains("Help me"), "{after}");
    live.close().await;
    driver.stop().await.unwrap();
}
