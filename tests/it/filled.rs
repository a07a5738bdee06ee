//! What was filled in is held against the page once more before an act, and as the act begins.

use crate::kill::until;
use crate::site::{Site, binding, browser, css, refused, role, target};
use usher::browser::{Act, Binding, Browser as _, Target, Typed};
use usher::journal::RefusalKind;
use usher::secret::Secret;

const FORM: &str = "<!doctype html><title>form</title><main><p>ada@x.example</p>\
    <label>Role <select id=role><option>Viewer<option>Editor</select></label>\
    <label><input type=checkbox id=mail> Mail</label>\
    <label>Phone <input id=phone></label><label>Code <input id=code type=password></label>\
    <label>Note <input id=note></label><button id=save>Save</button></main><script>\
    const spoils = {\
      role: () => { role.selectedIndex = 0; }, mail: () => { mail.checked = false; },\
      phone: () => { phone.value = ''; }, code: () => { code.value = 'ABC'; },\
      case: () => { phone.value = 'ABC '; }, gone: () => phone.remove(),\
      anew: () => { const other = phone.cloneNode(); other.value = 'other'; phone.replaceWith(other); },\
    };\
    const [when, what] = location.search.slice(1).split('-');\
    if (when === 'typed') note.addEventListener('input', () => spoils[what]());\
    if (when === 'press') save.addEventListener('pointermove', () => spoils[what]());\
    save.addEventListener('click', () => fetch('/sent/' + role.value));\
    </script>";

fn controls() -> [Target; 4] {
    ["role", "mail", "phone", "code"].map(|id| target(id, vec![css(&format!("#{id}"))]))
}

#[tokio::test]
async fn a_page_that_puts_old_values_back_gets_no_act() {
    let site = Site::start(|path| if path.starts_with("/form") { FORM } else { "" });
    let (driver, mut live, _profiles) = browser().await;
    let save = target("save_button", vec![role("Save")]);
    let [choice, mail, phone, code] = controls();
    let note = target("note", vec![css("#note")]);
    let bound = Binding {
        names: target("main", vec![css("main")]),
        filled: controls().into(),
        ..binding("", "ada@x.example", &[])
    };
    let says = "does not hold any more what was filled in";
    for (what, changed) in [
        ("typed-role", Some("`role`")),
        ("typed-mail", Some("`mail`")),
        ("typed-phone", Some("`phone`")),
        ("typed-code", Some("`code`")),
        ("typed-anew", Some("`phone`")),
        ("typed-case", None),
        ("typed-gone", None),
        ("press-role", None),
    ] {
        live.open(&format!("{}/form?{what}", site.url)).await.unwrap();
        live.choose(&choice, &["Editor".to_owned()]).await.unwrap();
        live.check(&mail, true).await.unwrap();
        live.fill(&phone, Typed::Plain("abc")).await.unwrap();
        live.fill(&code, Typed::Secret(&Secret::new("abc".to_owned()))).await.unwrap();
        live.fill(&note, Typed::Plain("a")).await.unwrap();
        let armed = live.arm(&save, &Act::Click, &bound).await;
        if let Some(control) = changed {
            refused(armed, RefusalKind::NotHeld, &[control, says]);
            continue;
        }
        let armed = armed.unwrap();
        live.fire(&armed).await.unwrap();
        let answer = live.answered(std::time::Duration::from_millis(300)).await.unwrap();
        let held_back = what == "press-role";
        assert_eq!(answer.passed == Some(0), held_back, "{what}: {answer:?}");
        assert_eq!(answer.why.is_some_and(|why| why.contains(says)), held_back, "{what}");
    }
    // Only where nothing was put back, or the field is gone, or written in the page's own way.
    until("both are sent", || (site.count_below("/sent/") == 2).then_some(()));
    assert_eq!(site.count("/sent/Editor"), 2);
    live.close().await;
    driver.stop().await.unwrap();
}
