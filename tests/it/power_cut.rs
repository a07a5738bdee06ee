//! The power goes at every single fact boundary: whatever was sealed by then, a resume brings the run to its end, and
//! the console's own record shows each act exactly once.

use crate::harness::ROOT;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use usher::browser::fake::{Fake, FakeConsole, FakePerson, Mishap};
use usher::evidence::Store;
use usher::journal::{Clock, Fact, Journal};
use usher::plan::{Pack, PackFiles, Parts, Plan, View, build};
use usher::request::{Column, Key, Wants};
use usher::run::{Ended, Engine, Reader, Record, StopSignal, progress};
use usher::source::Source;
use usher::words::{Action, Outcome};

thread_local! {
    static VIEW: View = read_view();
}

/// The shipped Heap pack as its practice tenant sees it; nothing has to settle in memory.
fn read_view() -> View {
    let read = |folder: &str| {
        let mut files: Vec<_> =
            std::fs::read_dir(Path::new(ROOT).join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        let source = |path: std::path::PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap().replace("settle: 5s", "settle: 0ms");
            Arc::new(Source::new(format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap()), text))
        };
        files.into_iter().map(source).collect::<Vec<_>>()
    };
    let (about, scripts) =
        read("scripts/heap").into_iter().partition::<Vec<_>, _>(|file| file.name.ends_with("app.yaml"));
    let files = PackFiles {
        app: "heap".into(),
        about: about.into_iter().next(),
        scripts,
        books: read("selectors/heap"),
    };
    Pack::read(&files).unwrap().0.view("users-permissions", true).unwrap()
}

fn console() -> FakeConsole {
    let person = |email: &str, role: &str| FakePerson {
        email: email.into(),
        role: role.into(),
        status: "Active".into(),
    };
    let people = vec![
        person("owner@x.test", "Owner"),
        person("admin@x.test", "Admin"),
        person("meier@x.test", "Member"),
        person("bergmeier@x.test", "Member"),
        person("other@x.test", "Viewer"),
    ];
    FakeConsole { people, ..FakeConsole::default() }
}

/// A clock that is the power cut: it panics when it is asked for the time of the n-th fact.
fn clock(cut: u32) -> Clock {
    let left = AtomicU32::new(cut);
    Arc::new(move || {
        assert!(left.fetch_sub(1, Ordering::SeqCst) > 1, "power cut");
        "2026-01-01T00:00:00.000Z".to_owned()
    })
}

/// One plan over a console, and the folder of its run.
pub(crate) struct World {
    folder: tempfile::TempDir,
    view: View,
    console: Rc<RefCell<FakeConsole>>,
    plan: Plan,
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

impl World {
    fn new(action: Action, request: &str) -> Self {
        Self::over(Rc::new(RefCell::new(console())), action, request, &BTreeMap::new())
    }

    /// A plan over this console; whom an earlier run left undecided is left alone.
    pub(crate) fn over(
        console: Rc<RefCell<FakeConsole>>,
        action: Action,
        request: &str,
        undecided: &BTreeMap<String, String>,
    ) -> Self {
        let view = VIEW.with(View::clone);
        let columns = view.takes(action).into_iter().map(|(name, options, optional)| Column {
            name,
            options,
            required: !optional,
        });
        let wants = Wants { key: Key::Email, columns: columns.collect() };
        let request = usher::request::read("people.csv", request.as_bytes(), &wants).unwrap();
        let mut browser = Fake::new(console.clone());
        let roster = block(Reader::new(&view, "https://x.test").roster(&mut browser, true)).unwrap();
        let plan = build(&Parts {
            view: &view,
            action,
            request: &request,
            roster: &roster,
            created: String::new(),
            url: "https://x.test".into(),
            tenant: "X".into(),
            account: "admin@x.test".into(),
            practice: true,
            protected: &[],
            cap: None,
            undecided,
        });
        // Files as ever, but where there is a disk in memory nobody waits for the platter.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        Self { folder, view, console, plan }
    }

    /// One sitting; the power is cut at the n-th fact of it.
    pub(crate) fn sit(&self, cut: u32) -> Result<Ended, ()> {
        let path = self.folder.path().join("journal.jsonl");
        let work = AssertUnwindSafe(|| {
            let (journal, entries) = if path.exists() {
                let opened = Journal::open(&path, clock(cut)).unwrap();
                (opened.journal, opened.entries)
            } else {
                (Journal::create(&path, clock(cut)).unwrap(), Vec::new())
            };
            let so_far = progress(&entries);
            let mut record = Record::new(journal, Store::new(self.folder.path()), String::new, Vec::new());
            let mut browser = Fake::new(self.console.clone());
            block(async {
                let roster =
                    Reader::new(&self.view, &self.plan.url).roster(&mut browser, true).await.unwrap();
                let mut engine = Engine::new(
                    &self.plan,
                    &self.view,
                    &mut browser,
                    &mut record,
                    roster,
                    &so_far,
                    BTreeMap::new(),
                    StopSignal::default(),
                );
                match engine.settle_doubts(&so_far.doubts).await.unwrap() {
                    Some(ended) => ended,
                    None => engine.run().await.unwrap(),
                }
            })
        });
        catch_unwind(work).map_err(drop)
    }

    /// Bytes of an entry that the power cut kept from being written whole; none where there is no journal yet.
    pub(crate) fn tear(&self, bytes: &[u8]) {
        let path = self.folder.path().join("journal.jsonl");
        if let Ok(mut journal) = std::fs::read(&path) {
            journal.extend(bytes);
            std::fs::write(&path, journal).unwrap();
        }
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let (entries, broken, _) = usher::journal::read(&self.folder.path().join("journal.jsonl")).unwrap();
        assert_eq!(broken, None);
        entries.into_iter().map(|entry| entry.fact).collect()
    }

    pub(crate) fn outcomes(&self) -> BTreeMap<String, Outcome> {
        let ended = self.facts().into_iter().filter_map(|fact| match fact {
            Fact::JobEnded { person, outcome, .. } => Some((person, outcome)),
            Fact::OutcomeRevised { person, to, .. } => Some((person, to)),
            _ => None,
        });
        ended.collect()
    }
}

/// No power cut.
pub(crate) const NEVER: u32 = u32::MAX;
const PEOPLE: &str =
    "email,role\nada@x.test,Member\nben+x@x.test,Viewer\nOTHER@x.test,Viewer\ncara@x.test,Admin\n";

/// Cuts the power at every fact of a run, and a second time at every third fact of its resume.
fn cut_everywhere(action: Action, request: &str, expected: &[(&str, &str)]) {
    std::panic::set_hook(Box::new(|_| {}));
    let whole = World::new(action, request);
    assert_eq!(whole.sit(NEVER), Ok(Ended::Whole));
    let facts = u32::try_from(whole.facts().len()).unwrap();
    assert!(facts > 20, "the plan is long enough to be cut: {facts}");
    for cut in 1..=facts {
        for second in [NEVER, 1 + cut % 7] {
            let world = World::new(action, request);
            assert_eq!(world.sit(cut), Err(()), "cut at {cut}");
            let _ = world.sit(second);
            assert_eq!(world.sit(NEVER), Ok(Ended::Whole), "cut at {cut} and {second}");
            let done = world.console.borrow().done.clone();
            let done: Vec<(&str, &str)> =
                done.iter().map(|(action, email)| (action.as_str(), email.as_str())).collect();
            assert_eq!(done, expected, "cut at {cut} and {second}: {:#?}", world.facts());
        }
    }
    let _ = std::panic::take_hook();
}

#[test]
fn no_invitation_goes_out_twice() {
    cut_everywhere(
        Action::Invite,
        PEOPLE,
        &[("invite", "ada@x.test"), ("invite", "ben+x@x.test"), ("invite", "cara@x.test")],
    );
}

#[test]
fn nobody_is_removed_twice_and_nobody_else() {
    cut_everywhere(
        Action::Remove,
        "email\nmeier@x.test\ngone@y.test\nother@x.test\n",
        &[("remove", "meier@x.test"), ("remove", "other@x.test")],
    );
}

#[test]
fn no_role_is_changed_twice() {
    cut_everywhere(
        Action::Role,
        "email,role\nmeier@x.test,Viewer\nother@x.test,Viewer\nbergmeier@x.test,Admin\n",
        &[("role", "meier@x.test"), ("role", "bergmeier@x.test")],
    );
}

#[test]
fn a_lost_answer_is_read_back_and_not_asked_again() {
    let world = World::new(Action::Invite, PEOPLE);
    world.console.borrow_mut().mishap = Mishap::AnswerLost;
    assert_eq!(world.sit(NEVER), Ok(Ended::Whole));
    assert_eq!(world.outcomes()["ada@x.test"], Outcome::InvitedPending);
    assert_eq!(world.console.borrow().done.len(), 3);
}

#[test]
fn what_the_page_has_put_back_is_filled_in_once_more_before_anything_is_asked_for() {
    for (action, request, step) in [
        (Action::Invite, PEOPLE, "role_select"),
        (Action::Role, "email,role\nmeier@x.test,Viewer\n", "new_role_select"),
    ] {
        let world = World::new(action, request);
        world.console.borrow_mut().mishap = Mishap::Forgets;
        assert_eq!(world.sit(NEVER), Ok(Ended::Whole));
        let facts = world.facts();
        let intent = facts.iter().position(|fact| matches!(fact, Fact::CommitIntended { .. })).unwrap();
        let filled = |fact: &&Fact| matches!(fact, Fact::StepDone { on, .. } if on == step);
        assert_eq!(facts[..intent].iter().filter(filled).count(), 2, "{facts:#?}");
        let console = world.console.borrow();
        let first = &console.done[0].1;
        let role = &console.people.iter().find(|person| person.email == *first).unwrap().role;
        assert_eq!(role, if action == Action::Invite { "Member" } else { "Viewer" });
        assert_eq!(console.done.iter().filter(|(_, email)| email == first).count(), 1);
    }
}

#[test]
fn an_act_that_never_arrived_is_undecided_and_never_tried_again() {
    let world = World::new(Action::Invite, PEOPLE);
    world.console.borrow_mut().mishap = Mishap::NeverArrives;
    assert!(matches!(
        world.sit(NEVER),
        Ok(Ended::Stopped { outcome: Some(Outcome::UnknownAfterCommit), .. })
    ));
    assert_eq!(world.outcomes()["ada@x.test"], Outcome::UnknownAfterCommit);
    assert_eq!(world.sit(NEVER), Ok(Ended::Whole));
    let done = world.console.borrow().done.clone();
    assert!(!done.iter().any(|(_, email)| email == "ada@x.test"), "{done:?}");
    assert_eq!(done.len(), 2);
}

#[test]
fn a_power_cut_between_intent_and_act_loses_nobody() {
    for (action, request, people) in [
        (Action::Invite, PEOPLE, 3),
        (Action::Remove, "email\nmeier@x.test\nother@x.test\n", 2),
        (Action::Role, "email,role\nmeier@x.test,Viewer\nbergmeier@x.test,Admin\n", 2),
    ] {
        let world = World::new(action, request);
        world.console.borrow_mut().mishap = Mishap::PowerCut;
        assert_eq!(world.sit(NEVER), Err(()));
        assert!(matches!(world.facts().last(), Some(Fact::CommitIntended { .. })));
        assert_eq!(world.console.borrow().done.len(), 0);
        // Two complete fresh reads show the person as before, in an app that would show the change: it is their turn again.
        assert_eq!(world.sit(NEVER), Ok(Ended::Whole));
        assert_eq!(world.console.borrow().done.len(), people, "{:#?}", world.facts());
    }
}
