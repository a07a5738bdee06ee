//! What each real console lays in the way of whoever is careless: nobody else is touched, and what became of it is said.

use crate::harness::{Usher, fact};
use crate::real_people::{DOKUWIKI, Site, Somebody, UNLEASH, WAGTAIL};

/// Two people with one address, which two of the apps allow.
const TWINS: &str = "
twin1   twin   Tia   Twin   0
twin2   Twin   Theo  Twin   1
";

/// Holds that nothing is done to somebody when it cannot be told which of two they are.
fn twins_are_left_alone(site: &Site) {
    let truth = site.truth();
    let twin = Somebody::of(site.kind, "twin3 twin Tina Twin 2").remove(0);
    for action in ["invite", "role", "remove"] {
        let came = site.came_of(action, std::slice::from_ref(&twin), 4);
        assert_eq!(came[&twin.key()], "ambiguous", "{action}");
        let facts = Usher::facts(&site.usher.runs().pop().unwrap());
        assert!(facts.iter().all(|fact| fact["fact"] != "commit_intended"), "{action}");
        assert_eq!(site.truth(), truth);
    }
}

#[test]
fn dokuwiki() {
    let site = Site::start(&DOKUWIKI, 3, &Somebody::of(&DOKUWIKI, TWINS));
    let truth = site.truth();
    // Its question is another one: it is answered with no, whoever is ticked.
    let words = site.real.instance().join("conf/lang/en/lang.php");
    std::fs::create_dir_all(words.parent().unwrap()).unwrap();
    std::fs::write(&words, "<?php $lang['js']['del_confirm'] = 'Really delete everybody?';\n").unwrap();
    let leaver = Somebody::of(&DOKUWIKI, "user001 user001 Ben Becker 0");
    let came = site.came_of("remove", &leaver, 7);
    assert_eq!(came[&leaver[0].key()], "page_disagrees");
    let stopped = fact(&site.usher.runs().pop().unwrap(), "run_stopped", "");
    assert!(stopped["why"].as_str().unwrap().contains("Really delete everybody?"), "{stopped}");
    assert_eq!(site.truth(), truth);

    twins_are_left_alone(&site);
}

#[test]
#[ignore = "needs PyPI and npm: make test-real"]
fn wagtail() {
    let mut besides = Somebody::of(&WAGTAIL, TWINS);
    let sleeper =
        Somebody { active: false, ..Somebody::of(&WAGTAIL, "sleeper sleeper Sue Sleeper 1").remove(0) };
    let boss = Somebody::of(&WAGTAIL, "boss boss Bela Boss 3").remove(0);
    besides.extend([sleeper.clone(), boss.clone()]);
    let site = Site::start(&WAGTAIL, 3, &besides);
    assert_eq!(site.roster(), site.truth());
    twins_are_left_alone(&site);

    // Who cannot sign in any more can still be removed; the account that usher works as cannot, but counts as an administrator.
    let own = Somebody::of(&WAGTAIL, "admin admin Ada Admin 0").remove(0);
    let mut wanted = site.truth();
    let came = site.came_of("remove", &[sleeper.clone(), own.clone(), boss.clone()], 4);
    assert_eq!(came[&sleeper.key()], "removed");
    assert_eq!(came[&own.key()], "blocked_self");
    assert_eq!(came[&boss.key()], "removed");
    assert!(wanted.remove(&sleeper.shown(&WAGTAIL)) && wanted.remove(&boss.shown(&WAGTAIL)));
    assert_eq!(site.truth(), wanted);
}

/// Whoever is removed stays in its table, without an address; so they can come again.
#[test]
#[ignore = "needs PyPI and npm: make test-real"]
fn unleash() {
    let pat = Somebody::of(&UNLEASH, "pat Pat.Plus Pat Plus 1").remove(0);
    let site = Site::start(&UNLEASH, 3, std::slice::from_ref(&pat));
    let mut truth = site.truth();
    assert_eq!(site.came_of("remove", std::slice::from_ref(&pat), 0)[&pat.key()], "removed");
    assert!(truth.remove(&pat.shown(&UNLEASH)));
    assert_eq!(site.truth(), truth);

    let again = Somebody::of(&UNLEASH, "pat pat.PLUS Patricia Plus 0").remove(0);
    assert_eq!(site.came_of("invite", std::slice::from_ref(&again), 0)[&again.key()], "added");
    assert!(truth.insert(again.shown(&UNLEASH)));
    assert_eq!(site.truth(), truth);
    assert_eq!(site.roster(), truth);
    assert_eq!(site.real.ask("mail"), [again.key()]);
}
