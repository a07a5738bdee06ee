//! A journal in memory, written fact by fact.

use super::{BOOK_NAME, Bytes, map};
use crate::digest::Digest;
use crate::evidence::{Exhibit, ExhibitKind, Masked};
use crate::journal::{Entry, Fact, Refusal, seal_line};
use crate::plan::Plan;
use crate::words::{Outcome, State};
use std::collections::BTreeMap;

/// Writes a journal in memory, a second and a bit between facts.
pub(in crate::report) struct Tape<'a> {
    pub(in crate::report) entries: Vec<Entry>,
    prev: Digest,
    ms: i64,
    bytes: Bytes<'a>,
}

impl<'a> Tape<'a> {
    pub(in crate::report) fn new(bytes: Bytes<'a>) -> Self {
        Self { entries: Vec::new(), prev: Digest::of("root"), ms: 1_773_220_442_123, bytes }
    }

    pub(in crate::report) fn wait(&mut self, ms: i64) -> &mut Self {
        self.ms += ms;
        self
    }

    pub(in crate::report) fn add(&mut self, fact: Fact) -> &mut Self {
        self.ms += 317;
        let at = format!("{:.3}", jiff::Timestamp::from_millisecond(self.ms).unwrap());
        let (entry, _) = seal_line(self.entries.len() as u64 + 1, &at, fact, &self.prev);
        self.prev = entry.seal.clone();
        self.entries.push(entry);
        self
    }

    fn exhibit(&self, file: &str, kind: ExhibitKind, label: &str, title: &str) -> Exhibit {
        let bytes = (self.bytes)(file).unwrap_or_default();
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let local = jiff::Timestamp::from_millisecond(self.ms).unwrap().to_zoned(zone);
        Exhibit {
            file: file.to_owned(),
            kind,
            label: label.to_owned(),
            sha256: Digest::of(&bytes),
            bytes: bytes.len() as u64,
            url: "https://heapanalytics.com/app/manage/users".to_owned(),
            title: title.to_owned(),
            local_time: local.strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
            masked: Masked { secret: 0, people: 7, unknown: u32::from(label == "refused") },
        }
    }

    pub(in crate::report) fn picture(&mut self, job: u32, step: u32, label: &str) -> &mut Self {
        let file = format!("p{job:03}-s{step:02}-{}.png", label.replace(' ', "-"));
        let exhibit = self.exhibit(&file, ExhibitKind::Picture, label, "Users & Permissions - Heap");
        self.add(Fact::ProofKept { job, step, exhibit })
    }

    pub(super) fn roster(&mut self, when: &str, people: u32) -> &mut Self {
        let exhibit = self.exhibit(
            &format!("roster-{when}.json"),
            ExhibitKind::Roster,
            when,
            "Users & Permissions - Heap",
        );
        let completeness = format!("counted: the app says {people}, {people} rows were read");
        self.add(Fact::RosterRead { when: when.to_owned(), people, completeness, whole: true, exhibit })
    }

    pub(super) fn session(&mut self) -> &mut Self {
        self.add(Fact::SessionBegun {
            browser: "Chromium 144.0.7559.96".to_owned(),
            driver: "ChromeDriver 144.0.7559.96".to_owned(),
            platform: "Debian 12".to_owned(),
            viewport: (1280, 800),
            sandbox: true,
            input: "pointer actions".to_owned(),
            pictures: "lossless PNG through the driver".to_owned(),
            traces: None,
        });
        self.add(Fact::SignedIn {
            account: "usher@northwind.example".to_owned(),
            tenant: "Northwind Traders".to_owned(),
            generation: "users-permissions".to_owned(),
            book: BOOK_NAME.to_owned(),
            how: "by what usher typed".to_owned(),
        })
    }

    /// Everything up to the commit, and its intent.
    pub(in crate::report) fn armed(&mut self, job: u32, key: &str) -> &mut Self {
        let step = |step, verb: &str, on: &str, line| Fact::StepDone {
            job,
            step,
            verb: verb.to_owned(),
            on: on.to_owned(),
            by: vec!["role and name".to_owned()],
            line,
        };
        self.add(Fact::JobBegun { job, person: key.to_owned() });
        self.add(Fact::PersonRead { job, state: State::Absent, row: BTreeMap::new() });
        self.picture(job, 0, "before").add(step(1, "open", "people_page", 7)).add(step(
            2,
            "click",
            "invite_button",
            8,
        ));
        self.add(step(3, "fill", "email_field", 9))
            .add(step(4, "choose", "role_select", 10))
            .picture(job, 5, "armed");
        self.add(Fact::CommitIntended {
            job,
            step: 5,
            person: key.to_owned(),
            on: "send_button".to_owned(),
            by: vec!["role and name".to_owned(), "css".to_owned()],
            line: 11,
            bound: format!("the dialog \"Invite users\" holds {key}"),
        })
    }

    pub(super) fn invited(&mut self, job: u32, key: &str, role: &str) -> &mut Self {
        let after = map(&[("role", role), ("status", "Pending")]);
        self.armed(job, key).wait(640);
        self.add(Fact::CommitReturned {
            job,
            step: 5,
            answer: "the dialog went away".to_owned(),
            passed: 1,
            blocked: 0,
            sent_again: 0,
            said: vec!["Invitation sent".to_owned()],
        });
        self.read_back(job, &after).ended(
            job,
            key,
            Outcome::InvitedPending,
            "read back on a fresh load: one row, pending",
            &after,
        )
    }

    pub(super) fn read_back(&mut self, job: u32, row: &BTreeMap<String, String>) -> &mut Self {
        self.wait(900).add(Fact::PersonReadBack {
            job,
            state: State::Pending,
            row: row.clone(),
            whole: true,
            tries: 2,
        });
        self.picture(job, 6, "after")
    }

    pub(in crate::report) fn ended(
        &mut self,
        job: u32,
        key: &str,
        outcome: Outcome,
        why: &str,
        after: &BTreeMap<String, String>,
    ) -> &mut Self {
        self.add(Fact::JobEnded {
            job,
            person: key.to_owned(),
            outcome,
            why: why.to_owned(),
            refusal: None,
            before: BTreeMap::new(),
            after: after.clone(),
        })
    }

    pub(in crate::report) fn refused(
        &mut self,
        job: u32,
        key: &str,
        outcome: Outcome,
        refusal: Refusal,
    ) -> &mut Self {
        self.add(Fact::JobEnded {
            job,
            person: key.to_owned(),
            outcome,
            why: refusal.message.clone(),
            refusal: Some(refusal),
            before: BTreeMap::new(),
            after: BTreeMap::new(),
        })
    }

    pub(in crate::report) fn begin(&mut self, plan: &Plan) -> &mut Self {
        self.add(Fact::RunBegun {
            format: crate::journal::FORMAT,
            usher: plan.usher.clone(),
            run: "2026-03-11-heap-invite-7q2f".to_owned(),
            plan: Digest::of(plan.to_bytes()),
            app: plan.app.clone(),
            title: plan.title.clone(),
            url: plan.url.clone(),
            tenant: plan.tenant.clone(),
            account: plan.account.clone(),
            action: plan.action,
            people: 10,
            operator: "ada@it-desk-04".to_owned(),
            previous: Some(Digest::of("the run before")),
        })
    }
}
