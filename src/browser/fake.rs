//! A browser made of memory, over a small console made of memory: the engine can be run through thousands of crashes
//! without a page ever being drawn.
//!
//! It speaks the names of the shipped Heap pack's controls and answers as the practice console does.

use super::{
    Answer, Armed, Binding, Browser, Cover, Headers, Hit, Inspect, Inspected, InterruptTarget, ListQuestion,
    ListTarget, Pattern, Picture, Refused, Said, SaysTarget, Scope, Seen, Snapshot, Stretch, StretchQuestion,
    Target, Trouble, Typed, Want,
};
use crate::words::RefusalKind;
use anyhow::anyhow;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

/// A person of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakePerson {
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// `Active` or `Pending`.
    pub status: String,
}

/// What goes wrong with the next act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    #[default]
    None,
    /// The act takes effect, and its answer is lost.
    AnswerLost,
    /// The act never arrives, and nobody says so.
    NeverArrives,
    /// The power goes between the sealed intent and the act.
    PowerCut,
}

/// The console: its people, and every act that took effect, in order.
#[derive(Clone, Debug, Default)]
pub struct FakeConsole {
    /// Everybody.
    pub people: Vec<FakePerson>,
    /// What took effect: action and address.
    pub done: Vec<(String, String)>,
    /// What goes wrong with the next act.
    pub mishap: Mishap,
}

/// A browser on such a console.
pub struct Fake {
    console: Rc<RefCell<FakeConsole>>,
    says: Vec<SaysTarget>,
    fields: BTreeMap<String, String>,
    /// Whose row menu or dialog is open.
    subject: Option<String>,
    armed: Option<String>,
    url: String,
}

impl Fake {
    /// A fresh browser.
    pub fn new(console: Rc<RefCell<FakeConsole>>) -> Self {
        Self {
            console,
            says: Vec::new(),
            fields: BTreeMap::new(),
            subject: None,
            armed: None,
            url: String::new(),
        }
    }

    fn row_key(target: &Target) -> Option<&str> {
        match target.inside.as_deref() {
            Some(Scope::Row { key, .. }) => Some(key),
            _ => None,
        }
    }

    fn act(&mut self, control: &str) -> bool {
        let mut console = self.console.borrow_mut();
        let field = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let subject = self.subject.clone().unwrap_or_default();
        let mishap = std::mem::take(&mut console.mishap);
        assert!(mishap != Mishap::PowerCut, "power cut");
        if mishap == Mishap::NeverArrives {
            return true;
        }
        let (action, email) = match control {
            "send_button" => {
                let (email, role) = (field("email_field"), field("role_select"));
                console.people.push(FakePerson { email: email.clone(), role, status: "Pending".to_owned() });
                ("invite", email)
            }
            "confirm_remove_button" | "confirm_revoke_button" => {
                console.people.retain(|person| person.email != subject);
                ("remove", subject)
            }
            "save_role_button" => {
                let role = field("new_role_select");
                if let Some(person) = console.people.iter_mut().find(|person| person.email == subject) {
                    person.role = role;
                }
                ("role", subject)
            }
            other => (other, subject),
        };
        let (action, email) = (action.to_owned(), email);
        console.done.push((action, email));
        mishap != Mishap::AnswerLost
    }

    fn seen(target: &Target) -> Seen {
        Seen { by: target.described.iter().map(super::Described::words).collect(), ..Seen::default() }
    }
}

impl Browser for Fake {
    async fn open(&mut self, url: &str) -> Result<(), Trouble> {
        url.clone_into(&mut self.url);
        self.fields.clear();
        self.subject = None;
        self.armed = None;
        Ok(())
    }

    async fn url(&mut self) -> Result<String, Trouble> {
        Ok(self.url.clone())
    }

    fn watch(&mut self, says: Vec<SaysTarget>) {
        self.says = says;
    }

    fn expect(&mut self, _: Vec<InterruptTarget>) {}

    fn sent_away(&mut self) -> Vec<String> {
        Vec::new()
    }

    async fn said(&mut self) -> Result<Vec<Said>, Trouble> {
        Ok(Vec::new())
    }

    async fn rest(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn read(&mut self, target: &Target) -> Result<String, Trouble> {
        Ok(self.fields.get(&target.name).cloned().unwrap_or_default())
    }

    async fn accept(&mut self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn look(&mut self, target: &Target, _: Want, _: Duration) -> Result<Seen, Trouble> {
        Ok(Self::seen(target))
    }

    async fn sees(&mut self, target: &Target) -> Result<bool, Trouble> {
        let key = Self::row_key(target);
        Ok(key.is_some_and(|key| self.console.borrow().people.iter().any(|person| person.email == key)))
    }

    async fn click(&mut self, target: &Target) -> Result<Seen, Trouble> {
        if target.name == "row_menu" {
            self.subject = Self::row_key(target).map(str::to_owned);
        }
        Ok(Self::seen(target))
    }

    async fn hover(&mut self, target: &Target) -> Result<Seen, Trouble> {
        Ok(Self::seen(target))
    }

    async fn fill(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble> {
        if let Typed::Plain(text) = value {
            self.fields.insert(target.name.clone(), text.to_owned());
        }
        Ok(Self::seen(target))
    }

    async fn choose(&mut self, target: &Target, wanted: &[String]) -> Result<Seen, Trouble> {
        self.fields.insert(target.name.clone(), wanted.join("; "));
        Ok(Self::seen(target))
    }

    async fn check(&mut self, target: &Target, _: bool) -> Result<Seen, Trouble> {
        Ok(Self::seen(target))
    }

    async fn toggle(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble> {
        self.check(target, on).await
    }

    async fn tab(&mut self, target: &Target) -> Result<Seen, Trouble> {
        Ok(Self::seen(target))
    }

    async fn menu(&mut self, target: &Target, _: &str) -> Result<Seen, Trouble> {
        self.click(target).await
    }

    async fn arm(&mut self, target: &Target, binding: &Binding) -> Result<Armed, Trouble> {
        let named =
            self.subject.clone().or_else(|| self.fields.get("email_field").cloned()).unwrap_or_default();
        if binding.expect != Pattern::Token(named.clone()) {
            let message = "the page does not name the person before the commit".to_owned();
            return Err(Refused { kind: RefusalKind::NotBound, message, ..Refused::default() }.into());
        }
        self.armed = Some(target.name.clone());
        Ok(Armed { by: Self::seen(target).by, bound: named, point: (0.0, 0.0) })
    }

    async fn fire(&mut self, _: &Armed) -> Result<(), Trouble> {
        let control = self.armed.take().ok_or_else(|| Trouble::Broken(anyhow!("nothing is armed")))?;
        if self.act(&control) {
            return Ok(());
        }
        let message = "the answer was lost".to_owned();
        Err(Refused { kind: RefusalKind::NoPage, message, ..Refused::default() }.into())
    }

    async fn answered(&mut self, _: Duration) -> Result<Answer, Trouble> {
        Ok(Answer { answered: "gone".to_owned(), passed: Some(1), ..Answer::default() })
    }

    async fn snapshot(&mut self, _: &ListQuestion<'_>) -> Result<Snapshot, Trouble> {
        let console = self.console.borrow();
        let mut html = String::from(
            "<table><thead><tr><th>Name</th><th>Email</th><th>Role</th><th>Status</th></tr></thead><tbody>",
        );
        for FakePerson { email, role, status } in &console.people {
            let _ = write!(html, "<tr><td>-</td><td>{email}</td><td>{role}</td><td>{status}</td></tr>");
        }
        html.push_str("</tbody></table>");
        Ok(Snapshot {
            html,
            lines: vec![format!("{} users", console.people.len())],
            next: "none".to_owned(),
            fingerprint: String::new(),
            empty: false,
            url: self.url.clone(),
        })
    }

    async fn stretch(&mut self, question: &StretchQuestion<'_>) -> Result<Stretch, Trouble> {
        let StretchQuestion { list, empty, since, .. } = question;
        let snapshot = self
            .snapshot(&ListQuestion {
                list,
                next: None,
                empty,
                unlike: None,
                detail: None,
                patience: super::LIST_PATIENCE,
            })
            .await?;
        // Everything is there at once, each row below the one before.
        let mut html = String::new();
        for (number, row) in snapshot.html.split("<tr>").enumerate() {
            if number > 0 {
                let _ = write!(html, "<tr data-at=\"0,{},40\">", number * 40);
            }
            html.push_str(row);
        }
        let lines = snapshot.lines;
        Ok(Stretch {
            html,
            lines,
            number: since + 1,
            at_end: true,
            more: "none".to_owned(),
            ..Stretch::default()
        })
    }

    async fn picture(&mut self, _: &Cover<'_>) -> Result<Picture, Trouble> {
        Ok(Picture { png: b"a picture".to_vec(), url: self.url.clone(), ..Picture::default() })
    }

    async fn inspect(&mut self, question: &Inspect<'_>) -> Result<Inspected, Trouble> {
        let hit = Hit { matched: 1, same: true, ..Hit::default() };
        let each = vec![hit; question.target.described.len()];
        Ok(Inspected { each, enabled: true, ..Inspected::default() })
    }

    async fn headers(&mut self, list: &ListTarget) -> Result<Headers, Trouble> {
        Ok(Headers { found: list.columns.keys().cloned().collect(), ..Headers::default() })
    }

    async fn outline(&mut self) -> Result<Value, Trouble> {
        Ok(json!({ "url": self.url, "title": "", "nodes": [] }))
    }
}
