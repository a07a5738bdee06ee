//! What the real consoles differ in, and who is in one: by its own database, and as usher shows them.

use crate::harness::Usher;
use crate::real::Real;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who is in a console or is to come.
#[derive(Clone, Debug)]
pub(crate) struct Somebody {
    pub(crate) login: String,
    /// As it is written into a request.
    pub(crate) email: String,
    pub(crate) first: String,
    pub(crate) last: String,
    /// As a request asks for it.
    pub(crate) role: &'static str,
    pub(crate) active: bool,
}

/// Somebody as a roster shows them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) key: String,
    /// Where the app shows one.
    pub(crate) username: Option<String>,
    pub(crate) name: String,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) state: String,
}

/// A console, as far as the tests of all of them must know it. It is at once the name of its script, its pack and its tenant.
pub(crate) struct Kind {
    pub(crate) app: &'static str,
    /// Who usher signs in as, as its pages show it.
    pub(crate) account: &'static str,
    /// What everybody's address ends with.
    pub(crate) domain: &'static str,
    /// Further TOML of its tenant.
    pub(crate) more: &'static str,
    /// The columns of a request, in their order.
    pub(crate) takes: &'static [&'static str],
    /// Roles that it knows. Nobody whom its script puts in has the last one.
    pub(crate) roles: &'static [&'static str],
    /// What becomes of somebody whose login is somebody else's and whose address ends otherwise than in this world.
    pub(crate) refuses: &'static str,
    /// It writes to whoever is invited.
    pub(crate) mails: bool,
    /// Where its form for new people is sent to, and nothing else is; its web server's log has it.
    pub(crate) form: Option<&'static str>,
    /// A line of its `PEOPLE_FILE`.
    line: fn(&Somebody) -> Vec<String>,
    /// A row of its truth as a roster would show it.
    shows: fn(&Value) -> Shown,
    /// What no file of a run may hold, besides the administrator's password.
    pub(crate) secrets: fn(&Site) -> Vec<String>,
}

pub(crate) const DOKUWIKI: Kind = Kind {
    app: "dokuwiki",
    account: "admin",
    domain: "corp.test",
    more: "",
    takes: &["email", "username", "name", "role"],
    roles: &["user", "editors, user", "editors, team, user"],
    refuses: "ambiguous",
    mails: true,
    form: None,
    line: |one| vec![one.login.clone(), one.email.clone(), one.name(), one.role.replace(", ", ",")],
    shows: |row| Shown {
        key: text(row, "email").to_lowercase(),
        username: Some(text(row, "login")),
        name: text(row, "name"),
        roles: all(&row["groups"]),
        state: "active".to_owned(),
    },
    secrets: |_| Vec::new(),
};

pub(crate) const WAGTAIL: Kind = Kind {
    app: "wagtail",
    account: "admin@corp.test",
    domain: "corp.test",
    more: "sign_in_as = \"admin\"\nnew_passwords = [\"sh\", \"-c\", \"cat >>passwords\"]",
    takes: &["email", "username", "first_name", "last_name", "role"],
    roles: &["Editors", "Moderators", "Editors; Moderators", "Administrator"],
    refuses: "ambiguous",
    mails: false,
    form: Some("/admin/users/new/"),
    line: |one| {
        let role = one.role.replace("; ", ",");
        vec![
            one.login.clone(),
            one.email.clone(),
            one.first.clone(),
            one.last.clone(),
            role,
            state(one.active),
        ]
    },
    shows: |row| {
        let mut roles = all(&row["groups"]);
        if row["superuser"] == true {
            // Nobody can take it from themselves, so one's own page does not show it; the list has another word for it.
            let own = row["username"] == "admin";
            roles.insert(if own { "Admin" } else { "Administrator" }.to_owned());
        }
        let name = format!("{} {}", text(row, "first_name"), text(row, "last_name"));
        let username = text(row, "username");
        Shown {
            key: text(row, "email").to_lowercase(),
            name: if name == " " { username.clone() } else { name },
            username: Some(username),
            roles,
            state: state(row["active"] == true),
        }
    },
    secrets: handed_over,
};

pub(crate) const UNLEASH: Kind = Kind {
    app: "unleash",
    account: "admin",
    domain: "example.com",
    more: "",
    takes: &["email", "name", "role"],
    roles: &["Viewer", "Editor", "Admin"],
    refuses: "invalid_key",
    mails: true,
    form: None,
    line: |one| vec![one.email.clone(), one.name(), one.role.to_owned()],
    shows: |row| {
        let or_username = |name: &str| row[name].as_str().or(row["username"].as_str()).unwrap().to_owned();
        Shown {
            key: or_username("email").to_lowercase(),
            username: None,
            name: or_username("name"),
            roles: BTreeSet::from([text(row, "role")]),
            state: "active".to_owned(),
        }
    },
    secrets: invitation_links,
};

fn state(active: bool) -> String {
    if active { "active" } else { "inactive" }.to_owned()
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap().to_owned()
}

fn all(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The roles in a text, however it parts them.
pub(crate) fn roles(text: &str) -> BTreeSet<String> {
    text.split([',', ';', '\n']).map(str::trim).filter(|role| !role.is_empty()).map(str::to_owned).collect()
}

/// The first passwords that usher made and handed to the program of usher.toml.
fn handed_over(site: &Site) -> Vec<String> {
    let lines = std::fs::read_to_string(site.usher.path().join("passwords")).unwrap_or_default();
    let passwords: Vec<String> =
        lines.lines().map(|line| text(&serde_json::from_str(line).unwrap(), "password")).collect();
    assert!(!passwords.is_empty() && passwords.iter().all(|password| password.len() == 22));
    passwords
}

/// What the links hold that Unleash mailed: whoever has one is let in.
fn invitation_links(site: &Site) -> Vec<String> {
    let mail = std::fs::read_to_string(site.real.told("mail")).unwrap();
    let mail = mail.replace("=\n", "").replace("=3D", "=");
    let ends = |letter: char| letter.is_whitespace() || "\"<&".contains(letter);
    let links = mail.split("/new-user?token=").skip(1);
    let tokens: BTreeSet<String> = links.map(|link| link.split(ends).next().unwrap().to_owned()).collect();
    assert!(!tokens.is_empty() && tokens.iter().all(|token| token.len() > 30), "{tokens:?}");
    tokens.into_iter().chain(["/new-user".to_owned(), "token=".to_owned()]).collect()
}

impl Somebody {
    /// People of a table: login, address before the `@` or a whole one, first name, last name, and which of the roles.
    pub(crate) fn of(kind: &Kind, table: &str) -> Vec<Self> {
        let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        rows.filter(|row| !row.is_empty())
            .map(|row| {
                let [login, address, first, last, role] = row[..] else { panic!("{row:?}") };
                let whole = address.contains('@');
                Self {
                    login: login.to_owned(),
                    email: if whole { address.to_owned() } else { format!("{address}@{}", kind.domain) },
                    first: first.to_owned(),
                    last: last.to_owned(),
                    role: kind.roles[role.parse::<usize>().unwrap() % kind.roles.len()],
                    active: true,
                }
            })
            .collect()
    }

    pub(crate) fn key(&self) -> String {
        self.email.to_lowercase()
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// As a roster of this console shows them once they are in.
    pub(crate) fn shown(&self, kind: &Kind) -> Shown {
        Shown {
            key: self.key(),
            username: kind.takes.contains(&"username").then(|| self.login.clone()),
            name: self.name(),
            roles: roles(self.role),
            state: state(self.active),
        }
    }

    fn cell(&self, column: &str) -> String {
        match column {
            "email" => self.email.clone(),
            "username" => self.login.clone(),
            "name" => self.name(),
            "first_name" => self.first.clone(),
            "last_name" => self.last.clone(),
            "role" => self.role.to_owned(),
            other => panic!("{other}"),
        }
    }
}

/// A running console, and a usher of its own that knows it.
pub(crate) struct Site {
    pub(crate) kind: &'static Kind,
    pub(crate) real: Real,
    pub(crate) usher: Usher,
}

impl Site {
    /// Starts one with so many people, and these. One run may remove twenty.
    pub(crate) fn start(kind: &'static Kind, people: u32, besides: &[Somebody]) -> Self {
        let lines: Vec<String> = besides.iter().map(|one| (kind.line)(one).join("\t") + "\n").collect();
        let real = Real::start(kind.app, &lines.concat(), &[("PEOPLE", &people.to_string())]);
        let usher = Usher::new().with_profiles_of_its_own();
        let more = format!("caps = {{ removals = 20 }}\n{}", kind.more);
        let usher = usher.real(&real, kind.app, kind.account, real.told("password"), &more);
        Self { kind, real, usher }
    }

    /// Everybody, by its own database.
    pub(crate) fn truth(&self) -> BTreeSet<Shown> {
        let rows = self.real.truth();
        let shown: BTreeSet<Shown> = rows.iter().map(self.kind.shows).collect();
        assert_eq!(shown.len(), rows.len());
        shown
    }

    /// Everybody, by `usher roster`, which must be sure that nobody is missing because the app's own count says so.
    #[track_caller]
    pub(crate) fn roster(&self) -> BTreeSet<Shown> {
        let printed = self.usher.run(&["roster", self.kind.app, "--format", "json"]);
        let roster: Value = serde_json::from_str(&printed.code(0).stdout).unwrap();
        let people = roster["people"].as_array().unwrap();
        assert_eq!(roster["completeness"], serde_json::json!({ "proof": "counted", "count": people.len() }));
        let shown: BTreeSet<Shown> = people
            .iter()
            .map(|person| Shown {
                key: text(person, "key"),
                username: person["columns"]["username"].as_str().map(str::to_owned),
                name: text(&person["columns"], "name"),
                roles: roles(&text(&person["columns"], "role")),
                state: text(person, "state"),
            })
            .collect();
        assert_eq!(shown.len(), people.len(), "nobody is shown twice");
        shown
    }

    /// A run of this action about these, to its end: what became of everybody.
    #[track_caller]
    pub(crate) fn came_of(&self, action: &str, people: &[Somebody], code: i32) -> BTreeMap<String, String> {
        let request = match action {
            "remove" => people.iter().fold("email\n".to_owned(), |all, one| all + &one.email + "\n"),
            "role" => people.iter().fold("email,role\n".to_owned(), |all, one| {
                format!("{all}\"{}\",\"{}\"\n", one.email, one.role)
            }),
            _ => self.request(people),
        };
        self.usher.file("request.csv", request);
        self.usher.run(&[action, self.kind.app, "request.csv", "--yes"]).code(code);
        Usher::outcomes(&self.usher.runs().pop().unwrap())
    }

    /// A request for these, with every column that the console takes.
    pub(crate) fn request(&self, people: &[Somebody]) -> String {
        let row = |cells: Vec<String>| cells.join(",") + "\n";
        let mut request = row(self.kind.takes.iter().map(|column| (*column).to_owned()).collect());
        for one in people {
            let cell = |column: &&str| format!("\"{}\"", one.cell(column).replace('"', "\"\""));
            request += &row(self.kind.takes.iter().map(cell).collect());
        }
        request
    }
}
