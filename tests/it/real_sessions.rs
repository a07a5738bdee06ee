//! Kept sessions on the real consoles: one leads in without a password until the app's own store does not know it any more.

use crate::harness::{Done, Usher, fact};
use crate::kill::Watched;
use crate::real::Real;
use crate::real_people::UNLEASH;
use crate::wordpress::WordPress;
use serde_json::Value;
use std::fmt::Write as _;

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
    site.real.ask("end-sessions");
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

#[test]
fn wordpress() {
    let site = Site::wordpress();
    leads_in_until_it_is_over(&site);
    assert_eq!(site.real.posts_to("/wp-login.php"), 2);
    is_begun_again_on_the_way(&site);
    assert_eq!(site.real.posts_to("/wp-login.php"), 3);
}

#[test]
#[ignore = "needs npm: make test-real"]
fn unleash() {
    let site = Site::unleash();
    leads_in_until_it_is_over(&site);
    is_begun_again_on_the_way(&site);
}
