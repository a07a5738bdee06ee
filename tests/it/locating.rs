//! One match or stop, on pages made to mislead: the real browser through the library, the page's own server as judge.

use crate::site::{Site, binding, browser, css, dialog, refused, role, target};
use crate::watch::until;
use std::time::Duration;
use usher::browser::{Act, Browser as _, ColumnTarget, ListTarget, SaysTarget, Scope, Target, Typed, Want};
use usher::journal::RefusalKind;

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
        "/long" => {
            "<main id=m><button id=step>Step</button><div role=status></div><ul id=list></ul></main><script>const l = document.getElementById('list');\
             l.innerHTML = Array.from({ length: 700 }, (_, n) => '<li><span>Person ' + n + '</span> <button>More</button></li>').join('');\
             const row = (n, inside) => l.children[n].querySelector(inside);\
             const steps = [\
               () => { row(300, 'span').setAttribute('role', 'button'); row(300, 'span').setAttribute('aria-label', 'Save'); },\
               () => { row(300, 'span').removeAttribute('role'); row(300, 'span').removeAttribute('aria-label'); },\
               () => { row(7, 'span').attachShadow({ mode: 'open' }).innerHTML = '<button>Save</button> saved in the shadow'; },\
               () => { l.children[7].remove(); },\
               () => { l.insertAdjacentHTML('beforeend', '<li><button>Save</button></li>'); },\
               () => { m.prepend(l); l.firstElementChild.innerHTML = '<button>Save</button>'; },\
               () => { l.lastElementChild.remove(); row(400, 'span').firstChild.data = 'has been saved'; },\
               () => { l.remove(); },\
               () => { m.append(l); l.lastElementChild.outerHTML = '<li>has been saved <input type=submit value=Save></li>'; },\
               () => { l.firstElementChild.innerHTML = ''; },\
               () => { l.remove(); queueMicrotask(() => { l.firstElementChild.innerHTML = '<button>Save</button>'; m.append(l); }); },\
             ];\
             step.onclick = () => steps.shift()();</script>"
        }
        _ => "",
    }
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
    let column = |header: &str| ColumnTarget { header: Some(header.to_owned()), css: None, heard: false };
    let list = ListTarget {
        name: "people".to_owned(),
        key: "email".to_owned(),
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

/// What was found in a long list is kept while nothing in it changes, and not a moment longer.
#[tokio::test]
async fn what_changes_in_a_long_list_is_known_at_once() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let texts = vec!["has been saved".to_owned(), "saved in the shadow".to_owned()];
    let says = vec![SaysTarget { id: 0, texts, inside: None }];
    live.open(&format!("{}/long", site.url)).await.unwrap();
    let save = target("save_button", vec![role("Save")]);
    let step = target("step_button", vec![css("#step")]);
    // How often it is there after each step of the page, and whether the page says that it has been saved.
    let steps = [
        (1, false),
        (0, false),
        (1, true),
        (0, false),
        (1, false),
        (2, false),
        (1, true),
        (0, false),
        (2, true),
        (1, true),
        (2, true),
    ];
    let (mut found, mut said) = (0, false);
    for (at, after) in steps.into_iter().enumerate() {
        for look in 0..3 {
            let seen = live.look(&save, Want::Visible, Duration::ZERO).await;
            match found {
                0 => drop(refused(seen, RefusalKind::NotThere, &[])),
                1 => assert_eq!(seen.unwrap().by.len(), 1, "look {look} before step {at}"),
                _ => drop(refused(seen, RefusalKind::Several, &[])),
            }
            live.watch(says.clone());
            assert_eq!(!live.said().await.unwrap().is_empty(), said, "look {look} before step {at}");
            live.watch(Vec::new());
        }
        live.click(&step).await.unwrap();
        (found, said) = after;
    }
    refused(live.look(&save, Want::Visible, Duration::ZERO).await, RefusalKind::Several, &[]);
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
            live.arm(&button, &Act::Click, &binding("Remove", other, &[])).await,
            RefusalKind::NotBound,
            &["does not name the person"],
        );
    }
    refused(
        live.arm(&button, &Act::Click, &binding("Remove", "remove", &["ben@x.example", "ada@x.example"]))
            .await,
        RefusalKind::NotBound,
        &["names somebody else, ada@x.example"],
    );
    assert_eq!(site.count("/removed"), 0);
    let armed = live
        .arm(&button, &Act::Click, &binding("Remove", "ada@x.example", &["ben@x.example"]))
        .await
        .unwrap();
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
    let armed = live.arm(&button, &Act::Click, &binding("Invite", "ada@x.example", &[])).await.unwrap();
    site.go();
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
    let drifted = live.arm(&renamed, &Act::Click, &binding("Remove", "ada@x.example", &[])).await;
    let drifted = refused(drifted, RefusalKind::NotThere, &["needs them all"]);
    assert!(drifted.tried.iter().any(|tried| tried.contains("\"Delete\": 0 found")), "{drifted:?}");
    live.close().await;
    driver.stop().await.unwrap();
}
