//! A real WordPress for one test, and what its own database, mail and web server know of it.

use crate::harness::Usher;
use crate::real::Real;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// A running WordPress.
pub(crate) struct WordPress {
    pub(crate) real: Real,
}

/// One person in its database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    pub(crate) id: u64,
    pub(crate) login: String,
    /// As it is stored.
    pub(crate) email: String,
    /// The role's name in small letters; empty for none.
    pub(crate) role: String,
}

/// Everything of the people that must not change by itself: rows of `wp_users`, of `wp_usermeta`, and what they own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tables {
    /// By id.
    pub(crate) users: BTreeMap<u64, String>,
    /// By id: everything but the session tokens, and nothing of the account that signs in.
    pub(crate) about: BTreeMap<u64, Vec<String>>,
    /// Posts: `id author status title`, those of the signed-in account left out.
    pub(crate) posts: Vec<String>,
}

impl Tables {
    /// These people alone.
    pub(crate) fn only(&self, keep: impl Fn(u64) -> bool) -> Self {
        let mut some = self.clone();
        some.users.retain(|id, _| keep(*id));
        some.about.retain(|id, _| keep(*id));
        some
    }
}

impl WordPress {
    /// Starts one with 45 people, an administrator, and these: login, e-mail, first name, last name, role, number of posts,
    /// parted by blanks or tabs, one person a line; `-` is an empty field.
    pub(crate) fn start(people: &str) -> Self {
        let field = |field: &str| if field == "-" { String::new() } else { field.to_owned() };
        let lines = people.lines().map(|line| {
            let fields: Vec<String> = line.split_whitespace().map(field).collect();
            format!("{}\n", fields.join("\t"))
        });
        let people: String = lines.filter(|line| line != "\n").collect();
        Self { real: Real::start("wordpress", &people, &[]) }
    }

    pub(crate) fn told(&self, name: &str) -> &str {
        self.real.told(name)
    }

    /// Everybody, by its database.
    pub(crate) fn truth(&self) -> Vec<Member> {
        let member = |row: Value| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            Member {
                id: row["id"].as_u64().unwrap(),
                login: text("login"),
                email: text("email"),
                role: text("role"),
            }
        };
        self.real.truth().into_iter().map(member).collect()
    }

    /// Everybody with this address, whatever its case.
    pub(crate) fn with(&self, email: &str) -> Vec<Member> {
        self.truth().into_iter().filter(|m| m.email.to_lowercase() == email.to_lowercase()).collect()
    }

    /// The address of every mail it sent, in order.
    pub(crate) fn mail(&self) -> Vec<String> {
        self.real.ask("mail")
    }

    /// How much mail there is, in bytes: cheap enough to be asked a thousand times.
    pub(crate) fn mail_size(&self) -> u64 {
        std::fs::metadata(self.told("mail")).map_or(0, |about| about.len())
    }

    /// How often its web server was sent a form at this path, whatever became of it.
    pub(crate) fn posts_to(&self, path: &str) -> usize {
        self.real.posts_to(path)
    }

    /// What the database answers, a line for each row, its columns parted by tabs.
    pub(crate) fn sql(&self, statement: &str) -> Vec<String> {
        let socket = format!("--socket={}", self.told("socket"));
        let output = Command::new("mariadb")
            .args(["--no-defaults", &socket, "--user=root", "--default-character-set=utf8mb4"])
            .args(["--batch", "--skip-column-names", "wp", "--execute", statement])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Does something inside WordPress itself, as its own code would.
    pub(crate) fn php(&self, code: &str) {
        let folder = self.real.instance();
        let code = format!(
            "$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1']; \
             require {:?} . '/wp-load.php'; {code}",
            folder.join("www").display().to_string()
        );
        let output = Command::new("php")
            .arg("-c")
            .arg(folder.join("php.ini"))
            .args(["-r", &code])
            .env("USHER_CONSOLE", folder.canonicalize().unwrap())
            .env("USHER_CONSOLE_URL", self.told("url"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
    }

    /// The tables as they are now. `account` is the id of the account that usher signs in as.
    pub(crate) fn tables(&self, account: u64) -> Tables {
        let row = |line: String| {
            let id = line.split('\t').next().unwrap().parse().unwrap();
            (id, line)
        };
        let mut about: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        let lines = self.sql(&format!(
            "select user_id, meta_key, meta_value from wp_usermeta \
             where meta_key <> 'session_tokens' and user_id <> {account} order by user_id, meta_key, meta_value"
        ));
        for (id, line) in lines.into_iter().map(row) {
            about.entry(id).or_default().push(line);
        }
        Tables {
            users: self.sql("select * from wp_users order by ID").into_iter().map(row).collect(),
            about,
            posts: self.sql(&format!(
                "select ID, post_author, post_status, post_title from wp_posts where post_author <> {account} order by ID"
            )),
        }
    }
}

impl Usher {
    /// Adds a tenant `wordpress`: this console, as its administrator. `more` is further TOML of its table.
    pub(crate) fn wordpress(self, console: &WordPress, more: &str) -> Self {
        self.wordpress_as(console, console.told("admin"), console.told("password"), more)
    }

    /// The same, as somebody else.
    pub(crate) fn wordpress_as(self, console: &WordPress, account: &str, password: &str, more: &str) -> Self {
        self.real(&console.real, "wordpress", account, password, more)
    }
}
