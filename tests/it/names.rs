//! Roles and names, case by case, before two judges: what is written down, and the browser's own accessibility tree.
//!
//! A case is an element of a page in `names/`: `data-is` holds its role and its name as ARIA, HTML-AAM and accname 1.2
//! have them, after `hidden` where accessibility is not to have it at all. Where Chromium says otherwise, `data-chromium`
//! holds what it says and `data-why` why that is not followed. `data-eyes="no"`: it is heard, but nobody sees it.

use crate::harness::webdriver;
use crate::site::{Site, binding, browser, css, refused, role as button, target};
use crate::watch::until;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization as _;
use usher::browser::driver::Driver;
use usher::browser::{Act, Binding, Browser as _, Described, Live, Scope, Target, Want};
use usher::journal::RefusalKind;

const SOON: Duration = Duration::from_millis(600);

const PAGES: [&str; 8] = ["content", "references", "fields", "css", "roles", "shadow", "hidden", "modal"];

fn page(path: &str) -> &'static str {
    match path {
        "/content" => include_str!("names/content.html"),
        "/references" => include_str!("names/references.html"),
        "/fields" => include_str!("names/fields.html"),
        "/css" => include_str!("names/css.html"),
        "/roles" => include_str!("names/roles.html"),
        "/shadow" => include_str!("names/shadow.html"),
        "/hidden" => include_str!("names/hidden.html"),
        "/modal" => include_str!("names/modal.html"),
        "/silent" => {
            "<div id=app aria-hidden=true><main><p>ada@x.example</p><label>Email <input></label><button id=b data-testid=go onclick=\"fetch('/clicked')\">Save</button></main></div>"
        }
        "/inert" => "<div class='old page' inert><button>Save</button></div>",
        "/gone" => {
            "<button style='display: none'>Save</button><button hidden>Save</button><button hidden>Gone</button><div id=app aria-hidden=true><button>Save</button></div>"
        }
        "/clones" => {
            "<header aria-hidden=true class=sticky><button class=save>Save</button></header><main><button class=save onclick=\"fetch('/saved')\">Save</button></main><footer inert><button class=save>Save</button></footer>"
        }
        "/behind" => {
            "<button class=save>Save</button><button>Other</button><dialog id=ask aria-label=Sure><button class=save onclick=\"fetch('/sure')\">Save</button></dialog><script>ask.showModal();</script>"
        }
        "/stacked" => {
            "<button>Save</button><dialog id=above><button onclick=\"fetch('/above')\">Save</button></dialog><dialog id=below><p>Sure?</p><button>Save</button></dialog><script>below.showModal(); above.showModal();</script>"
        }
        "/undrawn" => {
            "<input type=checkbox id=tick style='display: none'><label for=tick id=label onclick=\"fetch('/ticked')\">Notify</label>"
        }
        _ => "",
    }
}

/// Asks the library that usher has left in the page about every element of it, and searches for all that it says there is.
const JUDGE: &str = r"
const [usedToo, done] = arguments;
const name = Object.getOwnPropertyNames(window).find((name) => /^usher-.*-ask$/.test(name));
const look = (want, described, deadline_ms) => new Promise((go) =>
  window[name]({ ask: 'look', want, target: { name: 'case', described: [described], in: null }, says: [], deadline_ms }, go));
const all = [];
const walk = (root) => { for (const element of root.querySelectorAll('*')) { all.push(element); if (element.shadowRoot) walk(element.shadowRoot); } };
const matched = (answer) => answer.described[0].matched;
(async () => {
  walk(document.body);
  const said = [];
  for (const [index, element] of all.entries()) {
    element.setAttribute('data-testid', 'case-' + index);
    const { element: outline } = await look('present', { by: 'test_id', value: 'case-' + index }, 0);
    said.push(outline);
  }
  const lost = [];
  const searches = new Map();
  for (const { role, name } of said) {
    if (role === 'generic' || role === 'none') continue;
    for (const names of name === '' ? [[]] : [[], [name]]) {
      const key = JSON.stringify([role, names.map((name) => name.toLowerCase())]);
      const search = searches.get(key) || { role, names, count: 0 };
      searches.set(key, Object.assign(search, { count: search.count + 1 }));
    }
  }
  for (const { role, names, count } of searches.values()) {
    const found = matched(await look('present', { by: 'role', role, names }, 0));
    if (found !== count) lost.push(role + ' ' + names + ': ' + count + ' are there, ' + found + ' found');
  }
  const cases = [];
  for (const [index, element] of all.entries()) {
    if (element.dataset.is === undefined) continue;
    const { role, name } = said[index];
    let used = null;
    if (usedToo && name !== '') {
      const { outcome, why } = await look('ready', { by: 'role', role, names: [name] }, 0);
      used = outcome !== 'none' && !(outcome === 'not_ready' && why === 'inert');
    }
    cases.push({ id: element.id, dataset: Object.assign({}, element.dataset), role, name, used });
  }
  done({ cases, lost });
})().catch((error) => done({ error: String(error.stack) }));
";

/// A name as everybody hears it: what differs only in what cannot be heard is the same.
fn heard(name: &str) -> String {
    let unheard = |letter: &char| matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}');
    let heard: String = name.nfc().filter(|letter| !unheard(letter)).collect();
    heard.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Role and name in one line. A part without a meaning of its own is called `generic` by some and `none` by others.
fn line(role: &str, name: &str) -> String {
    let role = match role {
        "none" => "generic",
        "image" => "img",
        other => other,
    };
    format!("{role} {}", heard(name)).trim_end().to_owned()
}

fn line_of(written: &str) -> String {
    let (role, name) = written.split_once(' ').unwrap_or((written, ""));
    line(role, name)
}

/// The second judge's window: the session that usher itself has open.
struct Tree {
    port: u16,
    session: String,
}

impl Tree {
    fn of(driver: &Driver) -> Self {
        let sessions = webdriver(driver.port, "GET", "/sessions", &json!({}));
        let id = sessions[0]["id"].as_str().unwrap_or_else(|| panic!("{sessions}"));
        Self { port: driver.port, session: id.to_owned() }
    }

    fn judge(&self, used_too: bool) -> Value {
        let body = json!({ "script": JUDGE, "args": [used_too] });
        webdriver(self.port, "POST", &format!("/session/{}/execute/async", self.session), &body)
    }

    /// What the browser's own tree has: by the mark that `judge` leaves on every element, its role and name.
    fn says(&self) -> BTreeMap<String, String> {
        let ask = |command: &str, parameters: Value| {
            let body = json!({ "cmd": command, "params": parameters });
            webdriver(self.port, "POST", &format!("/session/{}/goog/cdp/execute", self.session), &body)
        };
        let tree = ask("Accessibility.getFullAXTree", json!({}));
        let told: BTreeMap<u64, String> = tree["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|node| {
                let word = |what: &str| node[what]["value"].as_str().unwrap_or_default();
                Some((node["backendDOMNodeId"].as_u64()?, line(word("role"), word("name"))))
            })
            .collect();
        let mut marked = BTreeMap::new();
        let mut left = vec![ask("DOM.getDocument", json!({ "depth": -1, "pierce": true }))["root"].clone()];
        while let Some(node) = left.pop() {
            let attributes = node["attributes"].as_array().map(Vec::as_slice).unwrap_or_default();
            if let Some(mark) = attributes.chunks(2).find(|pair| pair[0] == "data-testid") {
                let says = node["backendNodeId"].as_u64().and_then(|id| told.get(&id).cloned());
                marked.insert(mark[1].as_str().unwrap().to_owned(), says.unwrap_or_else(|| line("none", "")));
            }
            for inner in ["children", "shadowRoots"] {
                left.extend(node[inner].as_array().into_iter().flatten().cloned());
            }
        }
        marked
    }
}

/// What is wrong with one case, by each judge.
fn wrong(case: &Value, tree: &str) -> Vec<String> {
    let data = |name: &str| case["dataset"][name].as_str();
    let is = data("is").unwrap();
    let hidden = is.strip_prefix("hidden ");
    let mut wrong = Vec::new();
    let ours = format!("{} {}", case["role"].as_str().unwrap(), case["name"].as_str().unwrap());
    if ours.trim_end() != hidden.unwrap_or(is) {
        wrong.push(format!("it is `{is}`, usher says `{ours}`"));
    }
    let usable = hidden.is_none() && data("eyes") != Some("no");
    if case["used"].as_bool().is_some_and(|used| used != usable) {
        wrong.push(format!("by role and name it is {}found", if usable { "not " } else { "" }));
    }
    assert_eq!(data("chromium").is_some(), data("why").is_some(), "{case}");
    let wanted = hidden.map_or_else(|| line_of(is), |_| line_of("none"));
    // A later Chromium may have come round.
    if tree != wanted && data("chromium").map(line_of).as_deref() != Some(tree) {
        wrong.push(format!("it is `{is}`, Chromium says `{tree}`"));
    }
    wrong
}

#[tokio::test]
async fn roles_and_names_are_those_of_the_standards() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let mut complaints = Vec::new();
    let mut judged = 0;
    for page in PAGES {
        live.open(&format!("{}/{page}", site.url)).await.unwrap();
        // Any question leaves the library in the page.
        live.outline().await.unwrap();
        let tree = Tree::of(&driver);
        let found = tree.judge(matches!(page, "hidden" | "modal"));
        let cases = found["cases"].as_array().unwrap_or_else(|| panic!("{page}: {found}"));
        let says = tree.says();
        for case in cases {
            let mark = case["dataset"]["testid"].as_str().unwrap();
            let complain = |wrong| format!("{page}.html #{}: {wrong}", case["id"].as_str().unwrap());
            complaints.extend(wrong(case, &says[mark]).into_iter().map(complain));
        }
        judged += cases.len();
        let lost = found["lost"].as_array().unwrap();
        complaints.extend(lost.iter().map(|lost| format!("{page}.html: {}", lost.as_str().unwrap())));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(judged > 500, "only {judged} cases were judged");
    live.close().await;
    driver.stop().await.unwrap();
}

/// A message without the places of its elements, which depend on fonts.
fn unplaced(message: &str) -> String {
    let place = |word: &str| word.split_once(',').is_some_and(|(x, _)| x.parse::<i32>().is_ok());
    let mut kept: Vec<&str> = Vec::new();
    for word in message.split(' ') {
        if place(word) && kept.last() == Some(&"at") {
            kept.pop();
        } else {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// How a look for a control is refused.
async fn refusal(live: &mut Live, described: Vec<Described>, kind: RefusalKind) -> (String, Vec<String>) {
    let refused = refused(live.look(&save(described), Want::Ready, SOON).await, kind, &[]);
    (unplaced(&refused.message), refused.tried)
}

fn save(described: Vec<Described>) -> Target {
    target("save_button", described)
}

fn one(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

#[tokio::test]
async fn what_accessibility_does_not_have_is_told_and_can_be_described_otherwise() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);
    let xpath = || Described::Xpath { value: "//button[.='Save']".to_owned() };
    let role = |role: &str, names| Described::Role { role: Some(role.to_owned()), names };

    live.open(&at("/silent")).await.unwrap();
    let by = "visible but hidden from the accessibility tree by aria-hidden on <div id=\"app\">";
    for (described, outline, words) in [
        (button("Save"), "button \"Save\" <button>", "button named \"Save\""),
        (Described::Text { texts: one("Save") }, "button \"Save\" <button>", "text \"Save\""),
        (Described::Label { texts: one("Email") }, "textbox \"Email\" <input>", "labelled \"Email\""),
    ] {
        let (message, tried) = refusal(&mut live, vec![described], RefusalKind::NotThere).await;
        assert_eq!(
            message,
            format!(
                "`save_button` is not there: {outline} is {by}; describe it by css, test_id or xpath as well"
            )
        );
        assert_eq!(tried, [format!("{words}: 0 found, 1 is {by}")]);
    }
    // The place in which it is looked for may be what is hidden.
    let main = Box::new(Scope::Control(target("content", vec![role("main", Vec::new())])));
    let inside = Target { inside: Some(main), ..save(vec![css("#b")]) };
    let lost = refused(live.look(&inside, Want::Ready, SOON).await, RefusalKind::NotThere, &[]);
    assert_eq!(
        unplaced(&lost.message),
        format!(
            "`save_button` is not there: `content` is not on the page: main \"\" <main> is {by}; describe it by css, test_id or xpath as well"
        )
    );
    // What is not about accessibility finds it, and a click arrives as a person's does.
    for described in [css("#b"), xpath(), Described::TestId { value: "go".to_owned() }] {
        let both = save(vec![button("Save"), described.clone()]);
        assert_eq!(live.click(&both).await.unwrap().by, [described.words()]);
    }
    until("the clicks arrive", 10, || (site.count("/clicked") == 3).then_some(()));
    // A commit needs every description, so the one that can never find it must go.
    let both = save(vec![button("Save"), css("#b")]);
    let bound = Binding { names: target("page", vec![css("body")]), ..binding("", "ada@x.example", &[]) };
    let commit = refused(live.arm(&both, &Act::Click, &bound).await, RefusalKind::NotThere, &[]);
    assert_eq!(
        unplaced(&commit.message),
        format!(
            "`save_button` is not there: only some of its descriptions find it, and a commit needs them all: \
             button \"Save\" <button> is {by}; describe it by css, test_id or xpath alone"
        )
    );
    live.arm(&save(vec![css("#b"), xpath()]), &Act::Click, &bound).await.unwrap();

    // What is inert can be seen and not be used, however it is described.
    live.open(&at("/inert")).await.unwrap();
    let by = "visible but hidden from the accessibility tree by inert on <div class=\"old page\">";
    let (message, tried) = refusal(&mut live, vec![button("Save")], RefusalKind::NotThere).await;
    assert_eq!(
        message,
        format!(
            "`save_button` is not there: button \"Save\" <button> is {by}; describe it by css, test_id or xpath as well"
        )
    );
    assert_eq!(tried, [format!("button named \"Save\": 0 found, 1 is {by}")]);
    for described in [css("button"), xpath()] {
        let (message, _) = refusal(&mut live, vec![described], RefusalKind::NotReady).await;
        assert_eq!(
            message,
            "`save_button` is inert: inert on <div class=\"old page\"> keeps it from being used"
        );
    }

    // What nobody sees stays hidden.
    live.open(&at("/gone")).await.unwrap();
    let by = "visible but hidden from the accessibility tree by aria-hidden on <div id=\"app\">";
    let (_, tried) = refusal(&mut live, vec![button("Save")], RefusalKind::NotThere).await;
    assert_eq!(tried, [format!("button named \"Save\": 0 found, 1 is {by}, 2 hidden")]);
    let (message, tried) = refusal(&mut live, vec![button("Gone")], RefusalKind::NotThere).await;
    assert_eq!(message, "`save_button` is not there");
    assert_eq!(tried, ["button named \"Gone\": 0 found, 1 hidden"]);

    // A page's own kind of field has labels like any other.
    live.open(&at("/shadow")).await.unwrap();
    let newsletter = vec![Described::Label { texts: one("Newsletter") }, css("#face")];
    assert_eq!(live.look(&save(newsletter), Want::Ready, SOON).await.unwrap().by.len(), 2);

    // A tick box that is drawn by its label alone.
    live.open(&at("/undrawn")).await.unwrap();
    let (_, tried) = refusal(&mut live, vec![role("checkbox", one("Notify"))], RefusalKind::NotThere).await;
    let by = "visible but hidden from the accessibility tree by its style: only its label <label id=\"label\"> is drawn";
    assert_eq!(tried, [format!("checkbox named \"Notify\": 0 found, 1 is {by}")]);
    live.click(&save(vec![css("#tick")])).await.unwrap();
    until("the click arrives", 10, || (site.count("/ticked") == 1).then_some(()));
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_copy_that_only_shows_is_no_second_match() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let at = |path: &str| format!("{}{path}", site.url);
    let twin = "button \"Save\" <button> (css), its twin that is hidden from the accessibility tree by";

    // Copies beside it: a header that stays in place while the page scrolls, a page that is on its way out.
    live.open(&at("/clones")).await.unwrap();
    live.click(&save(vec![button("Save")])).await.unwrap();
    live.click(&save(vec![button("Save"), css("main .save")])).await.unwrap();
    until("the clicks arrive", 10, || (site.count("/saved") == 2).then_some(()));
    let (message, _) = refusal(&mut live, vec![css(".save")], RefusalKind::Several).await;
    assert_eq!(
        message,
        format!(
            "`save_button` could be several: {twin} aria-hidden on <header class=\"sticky\">; \
             button \"Save\" <button> (css); {twin} inert on <footer>"
        )
    );
    let (message, _) =
        refusal(&mut live, vec![button("Save"), css("header .save")], RefusalKind::Disagree).await;
    assert_eq!(
        message,
        format!(
            "the descriptions of `save_button` mean different things: button \"Save\" <button> (role); \
             {twin} aria-hidden on <header class=\"sticky\">"
        )
    );

    // A modal dialog makes the page behind it inert.
    live.open(&at("/behind")).await.unwrap();
    live.click(&save(vec![button("Save")])).await.unwrap();
    until("the click arrives", 10, || (site.count("/sure") == 1).then_some(()));
    let (message, _) = refusal(&mut live, vec![css(".save")], RefusalKind::Several).await;
    assert_eq!(
        message,
        format!(
            "`save_button` could be several: {twin} the open modal dialog <dialog id=\"ask\">; \
             button \"Save\" <button> (css)"
        )
    );
    for described in [button("Other"), css("button + button")] {
        let (message, _) = refusal(&mut live, vec![described.clone()], RefusalKind::NotReady).await;
        assert_eq!(
            message,
            "`save_button` is inert: the open modal dialog <dialog id=\"ask\"> keeps it from being used"
        );
        // It is on the page all the same.
        assert!(live.sees(&save(vec![described])).await.unwrap());
    }
    // Of two modal dialogs the upper one is in use.
    live.open(&at("/stacked")).await.unwrap();
    live.click(&save(vec![button("Save")])).await.unwrap();
    until("the click arrives", 10, || (site.count("/above") == 1).then_some(()));
    let (message, _) = refusal(&mut live, vec![css("#below button")], RefusalKind::NotReady).await;
    assert_eq!(
        message,
        "`save_button` is inert: the open modal dialog <dialog id=\"above\"> keeps it from being used"
    );
    live.close().await;
    driver.stop().await.unwrap();
}
