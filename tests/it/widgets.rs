//! Choices, boxes, tabs and menus as the web has them, on small pages: one meaning for each verb, strict, and read back.

use crate::site::{Site, binding, browser, css, refused, target};
use crate::watch::until;
use std::time::Duration;
use usher::browser::{
    Act, Binding, Browser as _, ColumnTarget, Described, Gesture, ListTarget, Live, Pattern, Scope, Target,
    Trouble, Want,
};
use usher::journal::RefusalKind;

const SOON: Duration = Duration::from_millis(600);

macro_rules! page {
    ($name:literal) => {
        concat!(include_str!("widgets/say.html"), include_str!(concat!("widgets/", $name, ".html")))
    };
}

fn page(path: &str) -> &'static str {
    match path {
        "/native" => page!("native"),
        "/portal" => page!("portal"),
        "/filter" => page!("filter"),
        "/groups" => page!("groups"),
        "/menus" => page!("menus"),
        "/switches" => page!("switches"),
        "/tabs" => page!("tabs"),
        "/commits" | "/commits?turned" => page!("commits"),
        "/files" => page!("files"),
        "/confirm" => page!("confirm"),
        "/hover" => page!("hover"),
        "/search" => page!("search"),
        _ => "",
    }
}

fn by_role(role: &str, name: &str) -> Target {
    let described = Described::Role { role: Some(role.to_owned()), names: vec![name.to_owned()] };
    target(&format!("{}_{role}", name.to_lowercase().replace(' ', "_")), vec![described])
}

fn by_css(value: &str) -> Target {
    target(value, vec![css(value)])
}

fn names(several: &[&str]) -> Vec<String> {
    several.iter().map(|name| (*name).to_owned()).collect()
}

/// What the page says of itself.
async fn out(live: &mut Live) -> String {
    live.look(&by_css("#out"), Want::Visible, SOON).await.unwrap().text
}

async fn choose(live: &mut Live, target: &Target, wanted: &[&str]) -> Result<usher::browser::Seen, Trouble> {
    live.choose(target, &names(wanted)).await
}

#[tokio::test]
async fn native_selects_hold_exactly_what_was_chosen() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/native", site.url)).await.unwrap();
    let one = by_role("combobox", "Role");
    choose(&mut live, &one, &["administrator"]).await.unwrap();
    assert_eq!(out(&mut live).await, "adm | Red |");
    choose(&mut live, &one, &["Editor"]).await.unwrap();
    choose(&mut live, &by_role("listbox", "Teams"), &["Green", "Blue"]).await.unwrap();
    choose(&mut live, &by_role("listbox", "Plan"), &["Enterprise"]).await.unwrap();
    assert_eq!(out(&mut live).await, "Editor | Green+Blue | Enterprise");
    choose(&mut live, &by_role("listbox", "Teams"), &[]).await.unwrap();
    assert_eq!(out(&mut live).await, "Editor | | Enterprise");

    let offered = "it offers \"Viewer\", \"Editor\", \"Administrator\"";
    for (wanted, words) in [
        ("Ghost", ["does not offer \"Ghost\"", offered]),
        ("View", ["does not offer \"View\"", offered]),
        ("Owner", ["has \"Owner\", but it is disabled", offered]),
        ("Auditor", ["has \"Auditor\", but it is disabled", offered]),
    ] {
        let refused = refused(choose(&mut live, &one, &[wanted]).await, RefusalKind::NoOption, &words);
        assert_eq!(refused.near, ["Viewer", "Editor", "Administrator"]);
    }
    refused(
        choose(&mut live, &one, &["Viewer", "Editor"]).await,
        RefusalKind::NoOption,
        &["takes one option, and 2 were named"],
    );
    refused(choose(&mut live, &one, &[]).await, RefusalKind::NoOption, &["nothing was named"]);
    let secret = Target { secret: true, ..one.clone() };
    let told = refused(
        choose(&mut live, &secret, &["Ghost"]).await,
        RefusalKind::NoOption,
        &["among its 3 options"],
    );
    assert!(told.near.is_empty() && !told.message.contains("Ghost"), "{told:?}");
    refused(
        choose(&mut live, &by_role("combobox", "Deaf"), &["Editor"]).await,
        RefusalKind::NotHeld,
        &["shows \"Viewer\""],
    );
    refused(
        choose(&mut live, &by_role("combobox", "Country"), &["France"]).await,
        RefusalKind::NoOption,
        &["use `fill`"],
    );
    refused(
        choose(&mut live, &by_role("textbox", "Note"), &["France"]).await,
        RefusalKind::NoOption,
        &["use `fill`"],
    );
    assert_eq!(out(&mut live).await, "Editor | | Enterprise");
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_elsewhere_on_the_page_belongs_to_its_control() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/portal", site.url)).await.unwrap();
    let role = by_role("combobox", "Role");
    choose(&mut live, &role, &["admin"]).await.unwrap();
    assert_eq!(out(&mut live).await, "Admin");
    let teams = by_role("combobox", "Teams");
    choose(&mut live, &teams, &["Blue", "Green"]).await.unwrap();
    assert_eq!(out(&mut live).await, "Green, Blue");
    // What is open hides the rest from hearing; nothing is left open.
    live.look(&role, Want::Ready, SOON).await.unwrap();
    // The region that names the person is hidden from hearing as well while the list is open, and still names them.
    let chosen = site.count("/chosen/Editor");
    let binding = binding("Invite", "ada@x.example", &[]);
    let armed = live.arm(&role, &Act::Choose("Editor".to_owned()), &binding).await.unwrap();
    assert_eq!(site.count("/chosen/Editor"), chosen);
    live.fire(&armed).await.unwrap();
    assert_eq!(live.answered(Duration::from_secs(10)).await.unwrap().passed, Some(1));
    assert_eq!(out(&mut live).await, "Editor");
    let missing = choose(&mut live, &role, &["Editors"]).await;
    let missing = refused(missing, RefusalKind::NoOption, &["it offers \"Viewer\", \"Editor\", \"Admin\""]);
    assert_eq!(missing.near, ["Viewer", "Editor", "Admin"]);
    live.open(&format!("{}/portal", site.url)).await.unwrap();
    refused(
        choose(&mut live, &role, &["Owner"]).await,
        RefusalKind::NoOption,
        &["has \"Owner\", but it is disabled"],
    );
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_field_that_filters_is_opened_cleared_and_waited_for() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let open = format!("{}/filter", site.url);
    live.open(&open).await.unwrap();
    // The options' names run on: the whole name counts first, then what it begins with.
    choose(&mut live, &by_role("combobox", "Role"), &["viewer"]).await.unwrap();
    assert_eq!(out(&mut live).await, "plain: Viewer");
    choose(&mut live, &by_role("combobox", "Role"), &["Owner Users who own everything"]).await.unwrap();
    assert_eq!(out(&mut live).await, "plain: Owner");
    choose(&mut live, &by_role("combobox", "Keyed"), &["Green"]).await.unwrap();
    assert_eq!(out(&mut live).await, "keyed: Green");
    choose(&mut live, &by_role("combobox", "Late"), &["Somebody"]).await.unwrap();
    assert_eq!(out(&mut live).await, "late: Somebody");
    choose(&mut live, &by_role("combobox", "Tags"), &["newer", "new"]).await.unwrap();
    assert_eq!(out(&mut live).await, "tags: newer+new");

    live.open(&open).await.unwrap();
    for wanted in ["Vie", "Users"] {
        refused(
            choose(&mut live, &by_role("combobox", "Role"), &[wanted]).await,
            RefusalKind::NoOption,
            &["does not offer"],
        );
    }
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_opens_may_be_a_search_a_tree_or_a_box_of_boxes() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let open = format!("{}/search", site.url);
    live.open(&open).await.unwrap();
    choose(&mut live, &by_role("combobox", "Team"), &["Green"]).await.unwrap();
    assert_eq!(out(&mut live).await, "team Green");
    choose(&mut live, &by_role("combobox", "Place"), &["Europe"]).await.unwrap();
    assert_eq!(out(&mut live).await, "place Europe");
    choose(&mut live, &by_role("combobox", "Place"), &["France"]).await.unwrap();
    assert_eq!(out(&mut live).await, "place France");
    for wanted in ["Option 3", "Option 180"] {
        choose(&mut live, &by_css("#long"), &[wanted]).await.unwrap();
        assert_eq!(out(&mut live).await, format!("long {wanted}"));
    }
    choose(&mut live, &by_css("#days"), &["Wed", "Tue"]).await.unwrap();
    assert_eq!(out(&mut live).await, "days Tue, Wed");
    refused(
        choose(&mut live, &by_role("combobox", "Place"), &["Italy"]).await,
        RefusalKind::NoOption,
        &["\"Europe\", \"France\", \"Spain\", \"France and colonies\""],
    );
    let all = choose(&mut live, &by_css("#long"), &["Option 200"]).await;
    let all = refused(all, RefusalKind::NoOption, &["does not offer \"Option 200\"", "and 188 more"]);
    assert_eq!(all.near.len(), 200);
    live.open(&open).await.unwrap();
    refused(
        choose(&mut live, &by_role("combobox", "Team"), &["Yellow"]).await,
        RefusalKind::NoOption,
        &["does not offer \"Yellow\""],
    );
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn groups_hold_exactly_the_wanted_set() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let open = format!("{}/groups", site.url);
    live.open(&open).await.unwrap();
    choose(&mut live, &by_role("group", "Access"), &["All"]).await.unwrap();
    assert_eq!(out(&mut live).await, "all+Low+read+write+S+Red");
    choose(&mut live, &by_css("#cards"), &["Admin"]).await.unwrap();
    choose(&mut live, &by_role("radiogroup", "Drawn"), &["High"]).await.unwrap();
    choose(&mut live, &by_css("#boxes"), &["Send", "Manage people", "read"]).await.unwrap();
    choose(&mut live, &by_role("listbox", "Size"), &["M"]).await.unwrap();
    choose(&mut live, &by_role("listbox", "Colours"), &["Blue", "Green"]).await.unwrap();
    assert_eq!(out(&mut live).await, "all+admin+High+read+send+Manage people+M+Green+Blue");
    choose(&mut live, &by_css("#boxes"), &[]).await.unwrap();
    assert_eq!(out(&mut live).await, "all+admin+High+M+Green+Blue");

    refused(
        choose(&mut live, &by_role("group", "Access"), &["Own"]).await,
        RefusalKind::NoOption,
        &["is disabled", "\"None\", \"All\""],
    );
    refused(
        choose(&mut live, &by_role("group", "Access"), &["All", "None"]).await,
        RefusalKind::NoOption,
        &["takes one option"],
    );
    refused(
        choose(&mut live, &by_role("listbox", "Size"), &["L"]).await,
        RefusalKind::NoOption,
        &["is disabled"],
    );
    refused(
        choose(&mut live, &by_css("#mixed"), &["One"]).await,
        RefusalKind::NoOption,
        &["no options to choose from"],
    );
    refused(
        choose(&mut live, &by_css("#boxes"), &["Sen"]).await,
        RefusalKind::NoOption,
        &["does not offer \"Sen\""],
    );
    assert_eq!(out(&mut live).await, "all+admin+High+M+Green+Blue");
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn the_menu_of_a_button_is_the_one_that_it_opened() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let open = format!("{}/menus", site.url);
    live.open(&open).await.unwrap();
    for (button, item, said) in [
        ("Actions", "Delete", "menu Delete"),
        ("Bare", "Delete", "bare Delete"),
        ("Slow", "edit", "bare Edit"),
        ("Owner", "Revoke", "owned Revoke"),
    ] {
        live.menu(&by_role("button", button), item).await.unwrap();
        assert_eq!(out(&mut live).await, said);
    }
    choose(&mut live, &by_css("#radio"), &["Editor"]).await.unwrap();
    assert_eq!(out(&mut live).await, "radio Editor");
    // What a button does not show is read in its menu.
    choose(&mut live, &by_css("#icon"), &["Grid"]).await.unwrap();
    assert_eq!(out(&mut live).await, "view Grid");
    refused(
        choose(&mut live, &by_css("#icon"), &["Stuck"]).await,
        RefusalKind::NotHeld,
        &["after \"Stuck\" was chosen"],
    );
    for (button, item, words) in [
        ("Actions", "Remove", ["does not offer \"Remove\"", "\"Edit\", \"Delete\""]),
        ("Bare", "Remove", ["does not offer \"Remove\"", "\"Edit\", \"Delete\""]),
        ("Bare", "Move", ["has \"Move\", but it is disabled", "\"Edit\", \"Delete\""]),
    ] {
        live.open(&open).await.unwrap();
        let missing = live.menu(&by_role("button", button), item).await;
        assert_eq!(refused(missing, RefusalKind::NoOption, &words).near, ["Edit", "Delete"]);
    }
    live.open(&open).await.unwrap();
    refused(choose(&mut live, &by_css("#two"), &["Red"]).await, RefusalKind::Several, &["2 lists are open"]);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn boxes_and_switches_come_to_the_wanted_state_each_by_its_own_verb() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/switches", site.url)).await.unwrap();
    for (on, checks) in [(true, ["#plain", "#drawn", "#aria"]), (false, ["#aria", "#drawn", "#plain"])] {
        for check in checks {
            assert_eq!(live.check(&by_css(check), on).await.unwrap().checked, Some(on), "{check}");
            assert_eq!(live.check(&by_css(check), on).await.unwrap().checked, Some(on), "{check}");
        }
    }
    assert_eq!(out(&mut live).await, "aria false");
    for (name, on, said) in
        [("Updates", true, "switch true"), ("Updates", false, "switch false"), ("Late", true, "late true")]
    {
        live.toggle(&by_role("switch", name), on).await.unwrap();
        assert_eq!(out(&mut live).await, said);
        live.toggle(&by_role("switch", name), on).await.unwrap();
        assert_eq!(out(&mut live).await, said, "what is so already is left alone");
    }
    live.toggle(&by_role("button", "Bold"), false).await.unwrap();
    assert_eq!(out(&mut live).await, "pressed false");
    live.toggle(&by_role("switch", "Native"), true).await.unwrap();

    refused(
        live.toggle(&by_role("switch", "Stuck"), true).await,
        RefusalKind::NotHeld,
        &["did not become on; it is off"],
    );
    refused(
        live.toggle(&by_css("#plain"), true).await,
        RefusalKind::NotReady,
        &["is a checkbox, not a switch; use `check`"],
    );
    refused(
        live.check(&by_css("#switch"), true).await,
        RefusalKind::NotReady,
        &["is a switch, not a checkbox; use `toggle`"],
    );
    refused(
        live.check(&by_css("#button"), true).await,
        RefusalKind::NotReady,
        &["is a button, not a checkbox"],
    );
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_tab_is_selected_once() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/tabs", site.url)).await.unwrap();
    let members = by_role("tab", "Members");
    live.tab(&by_role("tab", "General")).await.unwrap();
    assert_eq!(out(&mut live).await, "-", "it was selected already");
    live.tab(&members).await.unwrap();
    live.tab(&members).await.unwrap();
    assert_eq!(out(&mut live).await, "tab Members 1");
    live.tab(&by_role("link", "Security")).await.unwrap();
    live.tab(&by_role("button", "Details")).await.unwrap();
    refused(live.tab(&by_role("tab", "Dead")).await, RefusalKind::NotHeld, &["is not the selected tab"]);
    refused(
        live.tab(&by_role("button", "Other")).await,
        RefusalKind::NotReady,
        &["is a button, not a tab; use `click`"],
    );
    live.close().await;
    driver.stop().await.unwrap();
}

/// The row of a person, as a scope.
fn row_of(key: &str) -> Scope {
    let column = |header: &str| ColumnTarget { header: Some(header.to_owned()), css: None, heard: false };
    let list = ListTarget {
        name: "people".to_owned(),
        key: "email".to_owned(),
        columns: [("name".to_owned(), column("Name")), ("email".to_owned(), column("Email"))].into(),
        grid: None,
        inside: None,
        place: None,
    };
    Scope::Row { list, column: "email".to_owned(), key: key.to_owned() }
}

fn in_row(key: &str, target: Target) -> Target {
    Target { inside: Some(Box::new(row_of(key))), ..target }
}

/// A commit in a row is bound to the row itself.
fn bound_to(key: &str) -> Binding {
    let names = in_row(key, target("row", Vec::new()));
    Binding {
        names,
        expect: Pattern::Token(key.to_owned()),
        foreign: vec!["ben@x.example".to_owned()],
        filled: Vec::new(),
    }
}

/// Every way to commit in a row: the control, the act, and what the page's server hears of it.
fn row_commits() -> Vec<(Target, Act, &'static str)> {
    let ada = |target| in_row("ada@x.example", target);
    vec![
        (ada(by_role("combobox", "Role")), Act::Choose("editor".to_owned()), "/saved/ada/role/Editor"),
        (ada(by_role("button", "Team")), Act::Choose("Green".to_owned()), "/saved/ada/team/Green"),
        (ada(by_role("switch", "Updates")), Act::Toggle(true), "/saved/ada/updates"),
        (ada(by_role("checkbox", "Mail")), Act::Check(true), "/saved/ada/mail"),
        (ada(by_role("button", "More")), Act::Item("Suspend".to_owned()), "/saved/ada/item/Suspend"),
    ]
}

#[tokio::test]
async fn a_choice_a_switch_or_an_item_that_acts_at_once_is_made_once() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    for (control, act, saved) in row_commits() {
        live.open(&format!("{}/commits", site.url)).await.unwrap();
        let armed = live.arm(&control, &act, &bound_to("ada@x.example")).await.unwrap();
        assert!(armed.bound.contains("ada@x.example"), "{armed:?}");
        assert_eq!(site.count(saved), 0, "arming changes nothing: {act:?}");
        live.fire(&armed).await.unwrap();
        live.fire(&armed).await.unwrap();
        let answer = live.answered(Duration::from_secs(10)).await.unwrap();
        assert_eq!(answer.passed, Some(1), "{act:?}: {answer:?}");
        assert_eq!(answer.answered, "saved", "{act:?}: {answer:?}");
        assert!(answer.blocked > 0, "{act:?}: {answer:?}");
        until("the act arrives", 10, || (site.count(saved) > 0).then_some(()));
        live.open(&format!("{}/two", site.url)).await.unwrap();
        assert_eq!(site.count(saved), 1, "{act:?}");
    }
    assert_eq!(site.count_below("/saved/"), row_commits().len(), "nothing else was saved, and nobody else");
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_swapped_or_is_so_already_is_not_acted_on() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    let open = format!("{}/commits", site.url);
    for (control, act, _) in row_commits() {
        site.halt();
        live.open(&open).await.unwrap();
        let armed = live.arm(&control, &act, &bound_to("ada@x.example")).await.unwrap();
        let before = site.count("/swapped");
        site.go();
        until("the page has swapped its controls", 20, || (site.count("/swapped") > before).then_some(()));
        live.fire(&armed).await.unwrap();
        let answer = live.answered(Duration::from_millis(300)).await.unwrap();
        assert_eq!(answer.passed, Some(0), "{act:?}: {answer:?}");
        assert!(answer.blocked > 0 && answer.why.is_some(), "{act:?}: {answer:?}");
    }
    // Somebody else has turned it meanwhile: the click would turn it back.
    for (control, act, _) in
        row_commits().into_iter().filter(|(_, act, _)| matches!(act, Act::Toggle(_) | Act::Check(_)))
    {
        site.halt();
        live.open(&format!("{open}?turned")).await.unwrap();
        let armed = live.arm(&control, &act, &bound_to("ada@x.example")).await.unwrap();
        let before = site.count("/swapped");
        site.go();
        until("the page has turned its switches", 20, || (site.count("/swapped") > before).then_some(()));
        live.fire(&armed).await.unwrap();
        let answer = live.answered(Duration::from_millis(300)).await.unwrap();
        assert_eq!(answer.passed, Some(0), "{act:?}: {answer:?}");
        assert!(answer.why.is_some_and(|why| why.contains("does not stand any more")), "{act:?}");
    }
    site.halt();
    live.open(&open).await.unwrap();
    let ada = |target| in_row("ada@x.example", target);
    for (control, act, words) in [
        (ada(by_role("combobox", "Role")), Act::Choose("Viewer".to_owned()), "already \"Viewer\""),
        (ada(by_role("button", "Team")), Act::Choose("Red".to_owned()), "already \"Red\""),
        (ada(by_role("switch", "Updates")), Act::Toggle(false), "already \"off\""),
        (ada(by_role("checkbox", "Mail")), Act::Check(false), "already \"off\""),
    ] {
        live.open(&open).await.unwrap();
        let armed = live.arm(&control, &act, &bound_to("ada@x.example")).await;
        refused(armed, RefusalKind::HeldBack, &[words]);
    }
    for (control, act, words) in [
        (ada(by_role("combobox", "Role")), Act::Choose("Owner".to_owned()), "is disabled"),
        (ada(by_role("combobox", "Role")), Act::Choose("Edit".to_owned()), "does not offer \"Edit\""),
        (ada(by_role("button", "Team")), Act::Choose("Gree".to_owned()), "does not offer \"Gree\""),
        (ada(by_role("button", "More")), Act::Item("Delete".to_owned()), "does not offer \"Delete\""),
    ] {
        live.open(&open).await.unwrap();
        let armed = live.arm(&control, &act, &bound_to("ada@x.example")).await;
        refused(armed, RefusalKind::NoOption, &[words]);
    }
    // Where the page names somebody else, nothing is armed for this person.
    for (control, act, _) in row_commits() {
        live.open(&open).await.unwrap();
        let other = Binding {
            names: in_row("ben@x.example", target("row", Vec::new())),
            ..bound_to("ada@x.example")
        };
        refused(live.arm(&control, &act, &other).await, RefusalKind::NotBound, &["names somebody else"]);
    }
    assert_eq!(site.count_below("/saved/") + site.count("/stolen"), 0);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_that_loses_the_focus_before_the_act_changes_nothing() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/commits", site.url)).await.unwrap();
    let role = in_row("ada@x.example", by_role("combobox", "Role"));
    let act = Act::Choose("Admin".to_owned());
    let armed = live.arm(&role, &act, &bound_to("ada@x.example")).await.unwrap();
    assert!(matches!(armed.gesture, Gesture::Keys(2)), "{armed:?}");
    live.hover(&by_css("#out")).await.unwrap();
    site.go();
    until("the page has swapped its controls", 20, || (site.count("/swapped") > 0).then_some(()));
    assert_eq!(site.count_below("/saved/"), 0);
    live.fire(&armed).await.unwrap();
    let answer = live.answered(Duration::from_millis(300)).await.unwrap();
    assert_eq!(answer.passed, Some(0), "{answer:?}");
    assert_eq!(site.count_below("/saved/") + site.count("/stolen"), 0);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_field_is_given_a_file_that_is_there() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/files", site.url)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("ada @home.png");
    std::fs::write(&photo, b"1234567").unwrap();
    let photo = photo.to_str().unwrap();
    for (field, said) in [
        (target("photo_field", vec![Described::Label { texts: vec!["Photo".to_owned()] }]), "shown"),
        (by_css("#labelled"), "labelled"),
        (by_role("button", "Choose a picture"), "hidden"),
        (by_css("#hidden"), "hidden"),
        (by_css("#cleared"), "cleared"),
    ] {
        live.upload(&field, photo).await.unwrap();
        assert_eq!(out(&mut live).await, format!("{said}: ada @home.png 7"));
    }
    refused(
        live.upload(&by_css("#shown"), "/nowhere/ada.png").await,
        RefusalKind::Rule,
        &["there is no file `/nowhere/ada.png`"],
    );
    refused(
        live.upload(&by_css("#shown"), folder.path().to_str().unwrap()).await,
        RefusalKind::Rule,
        &["a folder"],
    );
    refused(
        live.upload(&by_role("button", "No file"), photo).await,
        RefusalKind::NotReady,
        &["takes no file"],
    );
    assert_eq!(out(&mut live).await, "cleared: ada @home.png 7");
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_phrase_is_typed_only_where_the_page_asks_for_it() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/confirm", site.url)).await.unwrap();
    let mut typed = String::new();
    for (field, phrase) in [
        ("#word", "DELETE"),
        ("#mail", "ada@x.example"),
        ("#team", "delete Red Team forever"),
        ("#hint", "REMOVE"),
    ] {
        live.type_to_confirm(&by_css(field), phrase).await.unwrap();
        typed.push_str(phrase);
        assert_eq!(out(&mut live).await, typed, "with real keys");
    }
    for (field, phrase, words) in [
        ("#word", "delete", ["does not ask for this phrase, \"delete\"", "it says \"Confirmation"]),
        ("#word", "DELE", ["does not ask for this phrase", "#word"]),
        // What a button is called is not what the page asks for.
        ("#word", "PURGE", ["does not ask for this phrase", "#word"]),
        ("#mail", "ben@x.example", ["does not ask for this phrase, \"ben@x.example\"", "#mail"]),
        ("#mail", "da@x.example", ["does not ask for this phrase", "#mail"]),
        ("#team", "delete Blue Team forever", ["does not ask for this phrase", "#team"]),
    ] {
        refused(live.type_to_confirm(&by_css(field), phrase).await, RefusalKind::NotBound, &words);
    }
    assert_eq!(out(&mut live).await, typed, "nothing was typed where nothing was asked for");
    refused(live.type_to_confirm(&by_css("#eats"), "OK").await, RefusalKind::NotHeld, &["holds \"O\""]);
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_shows_only_under_the_pointer_is_shown_and_used() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    live.open(&format!("{}/hover", site.url)).await.unwrap();
    let remove = in_row("ada@x.example", by_role("button", "Remove"));
    assert!(!live.sees(&remove).await.unwrap());
    live.hover(&in_row("ada@x.example", target("row", Vec::new()))).await.unwrap();
    live.click(&remove).await.unwrap();
    assert_eq!(out(&mut live).await, "removed ada");
    // A box without a name is known by its row.
    let described = Described::Role { role: Some("checkbox".to_owned()), names: Vec::new() };
    live.check(&in_row("ada@x.example", target("row_box", vec![described])), true).await.unwrap();
    assert_eq!(out(&mut live).await, "ticked ada");
    live.close().await;
    driver.stop().await.unwrap();
}
