//! Kept sessions on the real consoles: one leads in without a password until the app's own store does not know it any more.

use crate::harness::{Done, Usher, fact};
use crate::kill::{Watched, until};
use crate::real::Real;
use crate::real_people::UNLEASH;
use crate::wordpress::WordPress;
use age::x25519::Identity;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A console whose sessions usher keeps.
struct Site {
    app: &'static str,
    real: Real,
    usher: Usher,
}

impl Site {
    fn wordpress() -> Self {
        let real = WordPress::start("").real;
        Self::with("wordpress", real)
    }

    fn unleash() -> Self {
        let real = Real::start(UNLEASH.app, "", &[("PEOPLE", "3")]);
        Self::with(UNLEASH.app, real)
    }

    fn with(app: &'static str, real: Real) -> Self {
        let (account, password) = (real.told("admin").to_owned(), real.told("password").to_owned());
        let usher = Usher::new().real(&real, app, &account, &password, "keep_session = true");
        Self { app, real, usher }
    }

    /// The addresses of everybody, by its own database, in order.
    fn everybody(&self) -> Vec<String> {
        let people = self.real.truth();
        let mut all: Vec<String> =
            people.iter().filter_map(|person| person["email"].as_str()).map(str::to_owned).collect();
        all.sort();
        all
    }

    /// The sessions that it holds itself.
    fn sessions(&self) -> Vec<String> {
        self.real.ask("sessions")
    }

    /// Writes a request for these, and says what their addresses are.
    fn request(&self, names: &[&str]) -> Vec<String> {
        let (columns, role) = if self.app == UNLEASH.app {
            ("email,name,role", "Viewer")
        } else {
            ("email,username,role", "Author")
        };
        let mut request = format!("{columns}\n");
        let addresses: Vec<String> = names.iter().map(|name| format!("{name}@example.com")).collect();
        for (address, name) in addresses.iter().zip(names) {
            writeln!(request, "{address},{name},{role}").unwrap();
        }
        self.usher.file("people.csv", request);
        addresses
    }

    fn roster(&self) -> Done {
        self.usher.run(&["roster", self.app, "--format", "csv"])
    }

    fn invite(&self) -> Done {
        self.usher.run(&["invite", self.app, "people.csv", "--yes"])
    }

    /// Does something while usher.toml names nothing that could be typed.
    fn without_secrets(&self, act: impl FnOnce()) {
        let with = std::fs::read_to_string(self.usher.path().join("usher.toml")).unwrap();
        let table = format!("[apps.{}.secrets]", self.app);
        self.usher.file("usher.toml", with.split_once(&table).unwrap().0);
        act();
        self.usher.file("usher.toml", with);
    }
}

/// The facts of one kind in the last run.
fn of_kind(usher: &Usher, kind: &str) -> Vec<Value> {
    let run = usher.runs().pop().unwrap();
    Usher::facts(&run).into_iter().filter(|fact| fact["fact"] == kind).collect()
}

/// The kept session does everything by itself until the console has forgotten it; then nothing is done to anybody.
fn leads_in_until_it_is_over(site: &Site) {
    let first = site.roster();
    first.code(0);
    let sessions = site.sessions();
    assert_eq!(sessions.len(), 1);

    site.without_secrets(|| {
        assert_eq!(site.roster().code(0).stdout, first.stdout);
        let mut wanted = site.everybody();
        wanted.extend(site.request(&["ann"]));
        wanted.sort();
        site.invite().code(0);
        assert_eq!(site.everybody(), wanted);
        let signed_in = fact(&site.usher.runs().pop().unwrap(), "signed_in", "");
        assert!(signed_in["how"].as_str().unwrap().starts_with("with the session that "), "{signed_in}");
        assert_eq!(site.sessions(), sessions, "nobody signed in since");

        site.real.ask("end-sessions");
        assert_eq!(site.sessions(), Vec::<String>::new());
        site.request(&["ben"]);
        site.invite()
            .code(4)
            .says("session_expired")
            .says("is over: the app shows its sign-in form")
            .says(&format!("hint: `usher login {}`", site.app));
        assert_eq!((site.everybody(), site.usher.runs().len()), (wanted, 1));
        site.usher.run(&["sessions"]).code(0).says("no session is kept");
        site.roster().code(4).says("no session is kept").says(&format!("`usher login {}`", site.app));
    });

    site.roster().code(0);
    assert_eq!(site.sessions().len(), 1);
}

/// The console forgets the session in the middle of a run: usher comes in again, and everybody is invited once.
fn is_begun_again_on_the_way(site: &Site) {
    let before = site.everybody();
    let new = site.request(&["one", "two", "three", "four", "five"]);
    let mut sitting = Watched::start(&site.usher, &["invite", site.app, "people.csv", "--yes"]);
    sitting.until("the first to be invited", |facts| Watched::count(facts, "job_ended") > 0);
    sitting.meanwhile(|| {
        site.real.ask("end-sessions");
    });
    came_through(site, sitting, before, &new);
}

/// Lets it come to its end: usher signed in again once, and everybody was invited once.
fn came_through(site: &Site, sitting: Watched<'_>, before: Vec<String>, new: &[String]) {
    let status = sitting.end();
    let run = site.usher.runs().pop().unwrap();
    assert_eq!(status.code(), Some(0), "{:#?}", Usher::facts(&run));
    let (held, through) = (of_kind(&site.usher, "held_up"), of_kind(&site.usher, "let_through"));
    assert_eq!((held.len(), through.len()), (1, 1), "{held:#?} {through:#?}");
    assert_eq!(held[0]["outcome"], "session_expired");
    assert_eq!(through[0]["how"], "signed in again by what usher typed");
    let mut wanted: Vec<String> = before.into_iter().chain(new.iter().cloned()).collect();
    wanted.sort();
    assert_eq!(site.everybody(), wanted);
    let outcomes = Usher::outcomes(&run);
    assert!(new.iter().all(|one| outcomes[one] == "added"), "{outcomes:?}");
    let mut mails = site.real.ask("mail");
    mails.retain(|mail| new.contains(mail));
    assert_eq!(mails, new, "nobody twice");
    assert_eq!(site.sessions().len(), 1);
    site.usher.run(&["verify", "last"]).code(0);
    // What was begun on the way is kept as well.
    site.without_secrets(|| {
        site.roster().code(0);
    });
}

/// The console forgets the session before an act that the page already shows the form of: the act is lost, and whoever it
/// was for is left to a person. Whoever comes after them is invited by the next sitting.
fn what_is_lost_is_not_asked_for_again(site: &Site) {
    let before = site.everybody();
    let new = site.request(&["six", "seven", "eight"]);
    let mut sitting = Watched::start(&site.usher, &["invite", site.app, "people.csv", "--yes"]);
    // What is left to do on the page asks the console for nothing, but for the act itself.
    sitting.until("the second to be filled in", |facts| {
        facts.iter().any(|fact| fact["job"] == 2 && fact["verb"] == "choose")
    });
    sitting.meanwhile(|| {
        site.real.ask("end-sessions");
    });
    assert_eq!(sitting.end().code(), Some(8));

    let run = site.usher.runs().pop().unwrap();
    assert_eq!(fact(&run, "let_through", "")["how"], "signed in again by what usher typed");
    let told = |person: &str, outcome: &str| (person.to_owned(), outcome.to_owned());
    let mut wanted = BTreeMap::from([told(&new[0], "added"), told(&new[1], "unknown_after_commit")]);
    assert_eq!(Usher::outcomes(&run), wanted);
    site.usher.run(&["resume", "last"]).code(8);
    wanted.extend([told(&new[2], "added")]);
    assert_eq!(Usher::outcomes(&run), wanted);
    let intended = Usher::facts(&run).into_iter().filter(|fact| fact["fact"] == "commit_intended");
    assert_eq!(intended.count(), new.len());

    let came = [new[0].clone(), new[2].clone()];
    let mut wanted: Vec<String> = before.into_iter().chain(came.iter().cloned()).collect();
    wanted.sort();
    assert_eq!(site.everybody(), wanted);
    let mut mails = site.real.ask("mail");
    mails.retain(|mail| new.contains(mail));
    assert_eq!(mails, came);
}

/// The file of the kept session, and what opens it.
fn kept(site: &Site) -> (PathBuf, Identity) {
    let folder = site.usher.path().join("state/usher/sessions");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut sealed = files.filter(|path| path.extension().is_some_and(|ending| ending == "age"));
    let identity = std::fs::read_to_string(folder.join("identity.txt")).unwrap();
    (sealed.next().unwrap(), identity.lines().last().unwrap().parse().unwrap())
}

/// What the kept session says of itself, and what the browser held.
fn opened(site: &Site) -> (String, Value) {
    let (path, identity) = kept(site);
    let opened = String::from_utf8(age::decrypt(&identity, &std::fs::read(path).unwrap()).unwrap()).unwrap();
    let (first, held) = opened.split_once('\n').unwrap();
    (first.to_owned(), serde_json::from_str(held).unwrap())
}

/// What it holds of the localStorage of the console's pages.
fn stored(site: &Site) -> Map<String, Value> {
    opened(site).1["storage"][site.real.told("url")]["local"].as_object().unwrap().clone()
}

/// Lets it hold something else there, as if the pages had stored that.
fn store(site: &Site, local: Map<String, Value>) {
    let (first, mut held) = opened(site);
    held["storage"][site.real.told("url")]["local"] = local.into();
    let (path, identity) = kept(site);
    let sealed = age::encrypt(&identity.to_public(), format!("{first}\n{held}").as_bytes()).unwrap();
    std::fs::write(path, sealed).unwrap();
}

/// What the pages keep in the browser goes along; a welcome that they keep as seen there is only a matter of comfort.
fn what_pages_store_is_kept(site: &Site) {
    site.roster().code(0);
    let is_welcome = |key: &String| key.contains("welcome-dialog");
    let before = stored(site);
    assert!(before.keys().any(is_welcome), "{:?}", before.keys().collect::<Vec<_>>());
    site.without_secrets(|| {
        let mut local = before.clone();
        local.insert("put by a test".to_owned(), "\u{2028}'\"</script>".into());
        store(site, local.clone());
        site.roster().code(0);
        let now = stored(site);
        assert_eq!(now["put by a test"], local["put by a test"]);
        assert!(now.keys().any(is_welcome));

        local.retain(|key, _| !is_welcome(key));
        store(site, local);
        site.roster().code(0);
        assert!(stored(site).keys().any(is_welcome), "it came again, and was sent away");
        store(site, Map::new());
        site.roster().code(0);
    });
}

#[test]
fn wordpress() {
    let site = Site::wordpress();
    leads_in_until_it_is_over(&site);
    assert_eq!(site.real.posts_to("/wp-login.php"), 2);
    is_begun_again_on_the_way(&site);
    assert_eq!(site.real.posts_to("/wp-login.php"), 3);
    what_is_lost_is_not_asked_for_again(&site);
}

#[test]
#[ignore = "needs npm: make test-real"]
fn unleash() {
    let site = Site::unleash();
    what_pages_store_is_kept(&site);
    assert_eq!(site.sessions().len(), 1);
    leads_in_until_it_is_over(&site);
    is_begun_again_on_the_way(&site);
    what_is_lost_is_not_asked_for_again(&site);
}

/// WordPress asks on its own whether the session still holds, and lays a form of its own over the page when it does not.
#[test]
fn wordpress_lays_its_sign_in_over_the_page() {
    let site = Site::wordpress();
    // It asks once a minute; a test has no time for that.
    let prepended = site.real.instance().join("prepend.php");
    let asks =
        "<script>window.wp && wp.heartbeat && setInterval(() => wp.heartbeat.connectNow(), 100)</script>";
    let more = format!(
        "\nif (PHP_SAPI === 'cli-server') {{ ob_start(fn ($page) => str_replace('</body>', '{asks}</body>', $page)); }}\n"
    );
    let all = std::fs::read_to_string(&prepended).unwrap() + &more;
    std::fs::write(&prepended, all).unwrap();

    let before = site.everybody();
    let new = site.request(&["one", "two", "three"]);
    let mut sitting = Watched::start(&site.usher, &["invite", site.app, "people.csv", "--yes"]);
    // One more step, and nobody has asked for anything yet.
    sitting.until("the form to be filled in", |facts| facts.iter().any(|fact| fact["verb"] == "fill"));
    sitting.meanwhile(|| {
        site.real.ask("end-sessions");
        until("the form", || {
            let log = std::fs::read_to_string(site.real.instance().join("log/web.log")).unwrap();
            log.contains("GET /wp-login.php?interim-login=1").then_some(())
        });
    });
    came_through(&site, sitting, before, &new);
    let held = of_kind(&site.usher, "held_up");
    assert_eq!(held[0]["why"], "Session expired", "{held:#?}");
}
