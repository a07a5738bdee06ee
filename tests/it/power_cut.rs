//! The power goes at every single fact boundary: whatever was sealed by then, a resume brings the run to its end, and
//! the console's own record shows each act exactly once.

use crate::harness::{ROOT, entries};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use usher::browser::fake::{Fake, FakeConsole, FakePerson, Mishap};
use usher::evidence::Store;
use usher::journal::{Clock, Fact, Journal};
use usher::plan::{Pack, PackFiles, Parts, Plan, View, build};
use usher::request::{Column, Key, Wants};
use usher::run::{Ended, Engine, Ledger, Reader, Record, StopSignal, progress};
use usher::source::Source;
use usher::words::{Action, Family, Outcome};

/// The shipped Heap pack as its practice tenant sees it; nothing has to settle in memory.
fn view() -> View {
    static VIEW: OnceLock<View> = OnceLock::new();
    VIEW.get_or_init(read_view).clone()
}

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
    pub(crate) folder: tempfile::TempDir,
    pub(crate) view: View,
    pub(crate) console: Rc<RefCell<FakeConsole>>,
    pub(crate) plan: Plan,
    /// How many browsers there are; they take turns in a sequence that this number begins.
    sessions: u64,
    seed: u64,
}

/// A folder in memory where there is one: these runs sync so often that a disk would be all they wait for.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

pub(crate) fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

impl World {
    pub(crate) fn new(action: Action, request: &str) -> Self {
        Self::over(Rc::new(RefCell::new(console())), action, request, &BTreeMap::new())
    }

    /// A plan over this console; whom an earlier run left undecided is left alone.
    pub(crate) fn over(
        console: Rc<RefCell<FakeConsole>>,
        action: Action,
        request: &str,
        undecided: &BTreeMap<String, String>,
    ) -> Self {
        let view = view();
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
        Self { folder: folder(), view, console, plan, sessions: 1, seed: 0 }
    }

    /// With so many browsers side by side.
    pub(crate) fn beside(self, sessions: u64, seed: u64) -> Self {
        Self { sessions, seed, ..self }
    }

    /// One sitting; the power is cut at the n-th fact of it.
    pub(crate) fn sit(&self, cut: u32) -> Result<Ended, ()> {
        let store = Store::new(self.folder.path());
        let work = AssertUnwindSafe(|| {
            let (journal, entries) = if self.folder.path().join("journal.jsonl").exists() {
                let (entries, ..) = entries(&self.folder.path().join("journal.jsonl"));
                (Journal::open(&store, clock(cut)).unwrap().journal, entries)
            } else {
                (Journal::create(&store, clock(cut)).unwrap(), Vec::new())
            };
            let so_far = progress(&entries);
            let mut record = Record::new(journal, store.clone(), String::new, Vec::new());
            let mut browsers: Vec<Fake> = (0..self.sessions)
                .map(|number| match self.sessions {
                    1 => Fake::new(self.console.clone()),
                    _ => Fake::new(self.console.clone()).paced(self.seed * 100 + number),
                })
                .collect();
            block(async {
                let reader = Reader::new(&self.view, &self.plan.url);
                let roster = reader.roster(&mut browsers[0], true).await.unwrap();
                let stop = StopSignal::default();
                let ledger =
                    Ledger::new(&self.plan, &self.view, &mut record, roster, &so_far, BTreeMap::new(), stop);
                let mut engines: Vec<_> =
                    browsers.iter_mut().map(|browser| Engine::new(&ledger, browser)).collect();
                engines[0].settle_doubts(&so_far.doubts).await.unwrap();
                Engine::run_beside(&mut engines).await.unwrap()
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
        let (entries, broken, _) = entries(&self.folder.path().join("journal.jsonl"));
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
pub(crate) const PEOPLE: &str =
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
fn what_the_page_puts_back_at_once_is_filled_in_once_more() {
    for (action, request) in [(Action::Invite, PEOPLE), (Action::Role, "email,role\nmeier@x.test,Viewer\n")] {
        let world = World::new(action, request);
        world.console.borrow_mut().mishap = Mishap::PutsBack;
        assert_eq!(world.sit(NEVER), Ok(Ended::Whole));
        assert_eq!(world.console.borrow().mishap, Mishap::None, "it did put something back");
        let outcomes = world.outcomes();
        assert!(outcomes.values().all(|outcome| outcome.family() != Family::Refused), "{outcomes:?}");
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
        let facts = world.facts();
        let told = facts.iter().position(|fact| matches!(fact, Fact::DoubtCleared { .. })).unwrap();
        let intents =
            |facts: &[Fact]| facts.iter().filter(|f| matches!(f, Fact::CommitIntended { .. })).count();
        assert_eq!((intents(&facts[..told]), intents(&facts[told..])), (1, people), "{facts:#?}");
        assert_eq!(world.console.borrow().done.len(), people, "{:#?}", world.facts());
    }
}

/// Seven people to invite, besides the three of [`PEOPLE`]: enough for the ramp to be over and browsers to be at work at once.
const TEN: &str = "email,role\nada@x.test,Member\nben+x@x.test,Viewer\nOTHER@x.test,Viewer\ncara@x.test,Admin\n\
    dan@x.test,Member\neva@x.test,Member\nfay@x.test,Viewer\ngus@x.test,Member\nhal@x.test,Viewer\nida@x.test,Member\n";

fn sorted(world: &World) -> Vec<(String, String)> {
    let mut done = world.console.borrow().done.clone();
    done.sort();
    done
}

#[test]
fn several_browsers_do_everybody_once() {
    for seed in 1..=8 {
        for rows in [None, Some(2)] {
            let world = World::new(Action::Invite, TEN).beside(3, seed);
            world.console.borrow_mut().rows_a_page = rows;
            assert_eq!(world.sit(NEVER), Ok(Ended::Whole), "seed {seed}: {:#?}", world.facts());
            let done = sorted(&world);
            assert_eq!(done.len(), 9, "seed {seed}: {done:?}");
            assert!(done.windows(2).all(|two| two[0] != two[1]), "seed {seed}: {done:?}");
            let outcomes = world.outcomes();
            assert_eq!(
                outcomes.values().filter(|o| **o == Outcome::InvitedPending).count(),
                9,
                "{outcomes:?}"
            );
        }
    }
}

#[test]
fn the_ramp_holds_for_all_browsers_together() {
    let world = World::new(Action::Invite, TEN).beside(4, 7);
    assert_eq!(world.sit(NEVER), Ok(Ended::Whole));
    let (mut open, mut most, mut acted) = (0, Vec::new(), 0);
    for fact in world.facts() {
        match fact {
            Fact::JobBegun { .. } => {
                open += 1;
                most.push((acted, open));
            }
            Fact::JobEnded { outcome: Outcome::InvitedPending, .. } => (open, acted) = (open - 1, acted + 1),
            _ => {}
        }
    }
    assert!(most.iter().all(|(acted, open)| *acted >= 1 || *open == 1), "the first is alone: {most:?}");
    assert!(most.iter().all(|(acted, open)| *acted >= 6 || acted + open <= 6), "then five: {most:?}");
    assert!(most.iter().any(|(_, open)| *open > 1), "and they are at work at once: {most:?}");
}

#[test]
fn a_power_cut_among_several_browsers_does_nobody_twice() {
    std::panic::set_hook(Box::new(|_| {}));
    let whole = World::new(Action::Remove, REMOVED).beside(3, 1);
    assert_eq!(whole.sit(NEVER), Ok(Ended::Whole));
    let expected = sorted(&whole);
    assert_eq!(expected.len(), 3, "{expected:?}");
    let invited = World::new(Action::Invite, TEN).beside(3, 1);
    assert_eq!(invited.sit(NEVER), Ok(Ended::Whole));
    for (action, request, expected) in
        [(Action::Remove, REMOVED, expected), (Action::Invite, TEN, sorted(&invited))]
    {
        let facts = u32::try_from(whole.facts().len().max(invited.facts().len())).unwrap();
        let (mut doubts, mut several) = (0, 0);
        for cut in (1..facts).step_by(3) {
            let world = World::new(action, request).beside(3, u64::from(cut));
            world.console.borrow_mut().rows_a_page = Some(2);
            if world.sit(cut).is_err() {
                let (entries, ..) = entries(&world.folder.path().join("journal.jsonl"));
                let left = progress(&entries).doubts.len();
                doubts += left;
                several += usize::from(left > 1);
                assert_eq!(world.sit(NEVER), Ok(Ended::Whole), "cut at {cut}");
            }
            assert_eq!(sorted(&world), expected, "cut at {cut}: {:#?}", world.facts());
        }
        assert!(doubts > 5, "the cuts left {doubts} in doubt");
        assert!(action == Action::Remove || several > 0, "some cuts leave several at once in doubt");
    }
    let _ = std::panic::take_hook();
}

const REMOVED: &str = "email\nmeier@x.test\ngone@y.test\nother@x.test\nbergmeier@x.test\n";

#[test]
fn browsers_side_by_side_leave_one_admin() {
    let person = |email: String, role: &str| FakePerson { email, role: role.into(), status: "Active".into() };
    for seed in 1..=8 {
        let mut people =
            vec![person("owner@x.test".into(), "Owner"), person("admin@x.test".into(), "Viewer")];
        people.extend((0..6).map(|number| person(format!("m{number}@x.test"), "Member")));
        people.extend((0..3).map(|number| person(format!("a{number}@x.test"), "Admin")));
        let mut request = String::from("email,role\n");
        for one in &people[2..] {
            request.push_str(&one.email);
            request.push_str(",Viewer\n");
        }
        let console = FakeConsole { people, ..FakeConsole::default() };
        let console = Rc::new(RefCell::new(console));
        let world = World::over(console.clone(), Action::Role, &request, &BTreeMap::new()).beside(3, seed);
        // Since the plan was made somebody took away the one admin who would have stayed.
        console.borrow_mut().people.remove(0);
        assert_eq!(world.sit(NEVER), Ok(Ended::Whole), "seed {seed}");
        let admins = console.borrow().people.iter().filter(|person| person.role == "Admin").count();
        assert_eq!(admins, 1, "seed {seed}");
        let blocked = world.outcomes().values().filter(|o| **o == Outcome::BlockedLastAdmin).count();
        assert_eq!(blocked, 1, "seed {seed}");
    }
}
