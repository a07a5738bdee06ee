//! A browser made of memory, over a small console made of memory: the engine can be run through thousands of crashes
//! without a page ever being drawn.
//!
//! It speaks the names of the shipped Heap pack's controls and answers as the practice console does.

use super::{
    Act, Answer, Armed, Binding, Browser, Cover, GateTarget, Gesture, Headers, Hit, Inspect, Inspected,
    InterruptTarget, Jar, ListQuestion, ListTarget, Pattern, Picture, Refused, Rest, Said, SaysTarget, Scope,
    Seen, Snapshot, Stretch, StretchQuestion, Target, Trouble, Typed, Waited, Want,
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
    /// What was chosen and typed is gone again when the act is made ready.
    Forgets,
    /// What is chosen is gone again when it is read back.
    PutsBack,
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
    /// The list of people never ends: every page and every stretch of it shows somebody new.
    pub endless: bool,
    /// So many people a page of the list; all of them on one when absent.
    pub rows_a_page: Option<usize>,
}

/// A browser on such a console.
pub struct Fake {
    console: Rc<RefCell<FakeConsole>>,
    says: Vec<SaysTarget>,
    fields: BTreeMap<String, String>,
    /// Whose row menu or dialog is open.
    subject: Option<String>,
    armed: Option<(String, Act)>,
    url: String,
    /// How many pages of the list have been read.
    pages: u32,
    /// Which page of the list is open.
    page: usize,
    /// Where it is in the sequence of its pauses; none when it never pauses.
    pace: Option<u64>,
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
            pages: 0,
            page: 0,
            pace: None,
        }
    }

    /// Lets other browsers have a turn before most of what it does, in a sequence that this number begins.
    #[must_use]
    pub fn paced(mut self, seed: u64) -> Self {
        self.pace = Some(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        self
    }

    async fn pause(&mut self) {
        let Some(state) = &mut self.pace else { return };
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        for _ in 0..*state % 5 {
            tokio::task::yield_now().await;
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
        self.pause().await;
        url.clone_into(&mut self.url);
        self.fields.clear();
        self.subject = None;
        self.armed = None;
        self.page = 0;
        Ok(())
    }

    async fn url(&mut self) -> Result<String, Trouble> {
        Ok(self.url.clone())
    }

    fn watch(&mut self, says: Vec<SaysTarget>) {
        self.says = says;
    }

    fn keep_secret(&mut self, _: Vec<Target>) {}

    fn expect(&mut self, _: Vec<InterruptTarget>) {}

    fn gates(&mut self, _: Vec<GateTarget>) {}

    fn sent_away(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn waited(&mut self) -> Vec<Waited> {
        Vec::new()
    }

    async fn said(&mut self) -> Result<Vec<Said>, Trouble> {
        Ok(Vec::new())
    }

    async fn rest(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn read(&mut self, targets: &[Target]) -> Result<Vec<String>, Trouble> {
        let held = |target: &Target| self.fields.get(&target.name).cloned().unwrap_or_default();
        Ok(targets.iter().map(held).collect())
    }

    async fn accept(&mut self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn look(&mut self, target: &Target, _: Want, _: Duration) -> Result<Seen, Trouble> {
        Ok(Self::seen(target))
    }

    async fn look_for_any(&mut self, targets: &[Target], _: Duration) -> Result<Seen, Trouble> {
        Ok(targets.first().map(Self::seen).unwrap_or_default())
    }

    async fn sees(&mut self, target: &Target) -> Result<bool, Trouble> {
        let key = Self::row_key(target);
        Ok(key.is_some_and(|key| self.console.borrow().people.iter().any(|person| person.email == key)))
    }

    async fn click(&mut self, target: &Target) -> Result<Seen, Trouble> {
        self.pause().await;
        if target.name == "row_menu" {
            self.subject = Self::row_key(target).map(str::to_owned);
        }
        self.page += usize::from(target.name.rsplit('.').next() == Some("next"));
        Ok(Self::seen(target))
    }

    async fn download(&mut self, _: &Target) -> Result<Vec<u8>, Trouble> {
        let console = self.console.borrow();
        let lines = console.people.iter().map(|person| format!("{},{}\n", person.email, person.role));
        Ok(format!("Email,Role\n{}", lines.collect::<String>()).into_bytes())
    }

    async fn hover(&mut self, target: &Target) -> Result<Seen, Trouble> {
        Ok(Self::seen(target))
    }

    async fn fill(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble> {
        self.pause().await;
        if let Typed::Plain(text) = value {
            self.fields.insert(target.name.clone(), text.to_owned());
        }
        Ok(Self::seen(target))
    }

    async fn choose(&mut self, target: &Target, wanted: &[String]) -> Result<Seen, Trouble> {
        self.pause().await;
        let puts_back = self.console.borrow().mishap == Mishap::PutsBack;
        if puts_back {
            self.console.borrow_mut().mishap = Mishap::None;
            let message = format!("`{}` shows what it showed before", target.name);
            return Err(Refused::new(RefusalKind::NotHeld, message).into());
        }
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

    async fn upload(&mut self, target: &Target, path: &str) -> Result<Seen, Trouble> {
        self.fill(target, Typed::Plain(path)).await
    }

    async fn type_to_confirm(&mut self, target: &Target, phrase: &str) -> Result<Seen, Trouble> {
        self.fill(target, Typed::Plain(phrase)).await
    }

    async fn arm(&mut self, target: &Target, act: &Act, binding: &Binding) -> Result<Armed, Trouble> {
        self.pause().await;
        let named =
            self.subject.clone().or_else(|| self.fields.get("email_field").cloned()).unwrap_or_default();
        if binding.expect != Pattern::Token(named.clone()) {
            let message = "the page does not name the person before the commit".to_owned();
            return Err(Refused::new(RefusalKind::NotBound, message).into());
        }
        let forgets = self.console.borrow().mishap == Mishap::Forgets;
        if let Some(control) = binding.filled.last().filter(|_| forgets) {
            self.console.borrow_mut().mishap = Mishap::None;
            self.fields.remove(&control.name);
            let message = format!("`{}` does not hold any more what was filled in", control.name);
            return Err(Refused::new(RefusalKind::NotHeld, message).into());
        }
        self.armed = Some((target.name.clone(), act.clone()));
        Ok(Armed { by: Self::seen(target).by, bound: named, gesture: Gesture::Click((0.0, 0.0)) })
    }

    async fn fire(&mut self, _: &Armed) -> Result<(), Trouble> {
        self.pause().await;
        let (control, act) = self.armed.take().ok_or_else(|| Trouble::Broken(anyhow!("nothing is armed")))?;
        if let Act::Choose(option) | Act::Item(option) = act {
            self.fields.insert(control.clone(), option);
        }
        if self.act(&control) {
            return Ok(());
        }
        let message = "the answer was lost".to_owned();
        Err(Refused::new(RefusalKind::NoPage, message).into())
    }

    async fn answered(&mut self, _: Duration) -> Result<Answer, Trouble> {
        self.pause().await;
        Ok(Answer { answered: "gone".to_owned(), passed: Some(1), ..Answer::default() })
    }

    async fn turn(&mut self, _: &Target, _: &ListTarget, _: &[String]) -> Result<(), Trouble> {
        Ok(())
    }

    async fn snapshot(&mut self, _: &ListQuestion<'_>) -> Result<Snapshot, Trouble> {
        self.pause().await;
        let console = self.console.borrow();
        let mut html = String::from(
            "<table><thead><tr><th>Name</th><th>Email</th><th>Role</th><th>Status</th></tr></thead><tbody>",
        );
        self.pages += 1;
        let stranger = FakePerson {
            email: format!("p{}@x.test", self.pages),
            role: "Member".to_owned(),
            status: "Active".to_owned(),
        };
        let rows = console.rows_a_page.unwrap_or(usize::MAX);
        let from = self.page.saturating_mul(rows).min(console.people.len());
        let to = from.saturating_add(rows).min(console.people.len());
        let people = if console.endless {
            std::slice::from_ref(&stranger)
        } else {
            console.people.get(from..to).unwrap_or_default()
        };
        let goes_on = console.endless || to < console.people.len();
        for FakePerson { email, role, status } in people {
            let _ = write!(html, "<tr><td>-</td><td>{email}</td><td>{role}</td><td>{status}</td></tr>");
        }
        html.push_str("</tbody></table>");
        Ok(Snapshot {
            html,
            lines: vec![format!("{} users", console.people.len())],
            next: if goes_on { "enabled" } else { "none" }.to_owned(),
            fingerprint: self.pages.to_string(),
            empty: false,
            amiss: Vec::new(),
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
        // Each row stands below the one before; one that never ends stands below all that were.
        let endless = self.console.borrow().endless;
        let above = if endless { i64::from(self.pages) * 40 } else { 0 };
        let mut html = String::new();
        for (number, row) in (0_i64..).zip(snapshot.html.split("<tr>")) {
            if number > 0 {
                let _ = write!(html, "<tr data-at=\"0,{},40\">", above + number * 40);
            }
            html.push_str(row);
        }
        Ok(Stretch {
            html,
            lines: snapshot.lines,
            number: since + 1,
            known: u64::from(endless),
            place: above,
            at_end: !endless,
            more: snapshot.next,
            rest: Rest::Waited,
            ..Stretch::default()
        })
    }

    async fn picture(&mut self, _: &Cover<'_>) -> Result<Picture, Trouble> {
        self.pause().await;
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

    async fn keep(&mut self) -> Result<Jar, Trouble> {
        Err(Trouble::Broken(anyhow::anyhow!("a browser in memory has nothing to keep")))
    }

    async fn restore(&mut self, _: &Jar, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn outline(&mut self) -> Result<Value, Trouble> {
        Ok(json!({ "url": self.url, "title": "", "nodes": [] }))
    }
}
