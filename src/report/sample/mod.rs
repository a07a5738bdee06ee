//! A run for tests and for the eye: everything that can become of a person, a crash, a resume, and hostile names.

mod tape;
mod whole;

pub(super) use tape::Tape;
pub(super) use whole::{entries, no_such_role};

use crate::digest::Digest;
use crate::plan::{Found, Input, InputKind, Job, Plan, RequestPart, RosterPart, Todo};
use crate::words::{Action, Identity, Outcome};
use std::collections::BTreeMap;

pub(super) const SCRIPT_NAME: &str = "scripts/heap/invite.yaml";
pub(super) const BOOK_NAME: &str = "selectors/heap/users-permissions.v3.yaml";
const SCRIPT: &str = "app: heap\naction: invite\nsummary: invite a person to the account\nfor: [users-permissions]\nwhen: absent\nsteps:\n  - open: people_page\n  - click: invite_button\n  - fill: { email_field: \"${person.email}\" }\n  - choose: { role_select: \"${person.role}\" }\n  - commit: { click: send_button }\n    names: invite_dialog\nread_back:\n  list: people\n  shows: { status: [pending, active] }\n";
const BOOK: &str = "app: heap\ngeneration: users-permissions\nversion: 3\nchecked: 2026-03-02\npages: { people_page: /app/manage/users }\ncontrols:\n  invite_button: { role: button, name: [Invite Users] }\n  email_field: { label: Email address, in: invite_dialog }\n  role_select: { label: Role, in: invite_dialog }\n  send_button: { role: button, name: [Send Invite], in: invite_dialog }\n  invite_dialog: { role: dialog, name: Invite users }\n";

/// Bytes of a file of the run's folder.
pub(super) type Bytes<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// Bytes that are no picture, good enough for tests.
#[expect(clippy::unnecessary_wraps, reason = "it stands where a file may be missing")]
pub(super) fn stub(file: &str) -> Option<Vec<u8>> {
    Some(match file {
        "roster-before.json" => roster(&[
            ("ada@northwind.example", "Admin"),
            ("priya.raman@northwind.example", "Member"),
            ("old.hand@northwind.example", "Viewer"),
        ]),
        "roster-after.json" => roster(&[
            ("ada@northwind.example", "Member"),
            ("priya.raman@northwind.example", "Member"),
            ("mara.okafor@northwind.example", "Member"),
            ("nadia.haddad@northwind.example", "Viewer"),
        ]),
        _ => format!("PNG of {file}").into_bytes(),
    })
}

fn roster(people: &[(&str, &str)]) -> Vec<u8> {
    let people: Vec<_> = people
        .iter()
        .map(|(key, role)| serde_json::json!({ "key": key, "shown": key, "state": "active", "list": "people", "columns": { "email": key, "role": role } }))
        .collect();
    serde_json::json!({ "people": people }).to_string().into_bytes()
}

pub(super) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
}

/// Ten people: 1 and 2 invited, 3 and 9 already there, 4 to 6 refused, 7 undecided, 8 across a crash, 10 not reached.
pub(super) fn plan() -> Plan {
    let run = || Todo::Run { script: SCRIPT_NAME.to_owned() };
    let settled = |outcome, why: &str| Todo::Settled { outcome, why: why.to_owned() };
    let people = [
        ("mara.okafor@northwind.example", "Mara Okafor", "Member", run()),
        ("jonas.lind@northwind.example", "Jonas Lind", "Viewer", run()),
        (
            "priya.raman@northwind.example",
            "Priya Raman",
            "Member",
            settled(Outcome::AlreadyMember, "the roster shows an active member with this address"),
        ),
        (
            "tomasz.bak@northwind.example",
            "Tomasz Bąk",
            "Member",
            settled(
                Outcome::NearMatch,
                "nobody has this address, but `tomasz.bak@northwind.test` has the same name",
            ),
        ),
        ("lea.fontaine@contractor.example", "Léa Fontaine", "Auditor", run()),
        ("sam.oneil@elsewhere.example", "Sam <script>alert(1)</script> O'Neil", "Member", run()),
        ("hugo.almeida@northwind.example", "Hugo Almeida", "Admin", run()),
        ("nadia.haddad@northwind.example", "نادية حداد", "Viewer", run()),
        ("kenji.sato@northwind.example", "佐藤 健二", "Member", run()),
        ("zoe.marsh@northwind.example", "Zoë Marsh", "Member", run()),
    ];
    let jobs = people.into_iter().zip(1..).map(|((key, name, role, todo), id)| Job {
        id,
        key: key.to_owned(),
        line: id + 1,
        values: map(&[
            ("email", key),
            ("name", name),
            ("role", role),
            ("ticket", "IT-2207"),
            ("reason", "spring onboarding"),
        ]),
        found: Found::default(),
        todo,
    });
    let input = |kind, name: &str, text: &str| Input {
        kind,
        name: name.to_owned(),
        sha256: Digest::of(text),
        text: text.to_owned(),
    };
    Plan {
        format: crate::plan::FORMAT,
        usher: "0.1.0".to_owned(),
        created: "2026-03-11T08:12:40.000Z".to_owned(),
        app: "heap".to_owned(),
        title: "Heap".to_owned(),
        url: "https://heapanalytics.com".to_owned(),
        tenant: "Northwind Traders".to_owned(),
        account: "usher@northwind.example".to_owned(),
        action: Action::Invite,
        identity: Identity::Email,
        generation: "users-permissions".to_owned(),
        practice: false,
        inputs: vec![
            input(InputKind::App, "scripts/heap/app.yaml", "title: Heap\nidentity: email\n"),
            input(InputKind::Script, SCRIPT_NAME, SCRIPT),
            input(InputKind::Book, BOOK_NAME, BOOK),
        ],
        request: RequestPart {
            name: "spring-cohort.csv".to_owned(),
            sha256: Digest::of("request"),
            people: 10,
        },
        roster: RosterPart {
            people: 41,
            completeness: "counted: the app says 41, 41 rows were read".to_owned(),
            sha256: Digest::of("roster"),
        },
        admins: 3,
        cap: 5,
        protected: Vec::new(),
        notes: vec!["9 of 50 seats are free".to_owned()],
        jobs: jobs.collect(),
    }
}
