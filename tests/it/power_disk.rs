//! The power goes, the disk is full, or the disk fails at every single step by which a byte or a name gets onto it: what was
//! seen is still there, what was done has its intent, the folder verifies, and a resume brings the run to its end.
#![expect(clippy::disallowed_types, reason = "the disk that loses things is made here")]

use crate::harness::entries;
use crate::kill::Seeded;
use crate::power_cut::{PEOPLE, World, block};
use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use usher::browser::fake::Fake;
use usher::digest::Digest;
use usher::evidence::{Medium, Mishaps, Store, Touch};
use usher::journal::{Entry, FORMAT, Fact, Journal};
use usher::report::{self, Pictures, Story};
use usher::run::{Ended, Engine, Ledger, Progress, Reader, Record, StopSignal, progress};
use usher::signature::DRAWN;
use usher::verify::verify;
use usher::words::Action;

/// What comes over the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The power goes, and this is left of what was not synced.
    Power(Left),
    /// It is full from here on, until somebody makes room.
    Full,
    /// This one step fails.
    Once,
}

/// What a power cut leaves of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    Everything,
    /// Names at random, and the beginnings of what was written, with or without zeros behind them.
    Some(u64),
}

#[derive(Clone, Debug, Default)]
struct Content {
    synced: Vec<u8>,
    now: Vec<u8>,
}

/// A change of names that is not synced yet.
#[derive(Clone, Debug)]
enum Change {
    Name(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl Change {
    fn make(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Name(path, file) => drop(names.insert(path.clone(), *file)),
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Remove(path) => drop(names.remove(path)),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    files: Vec<Content>,
    synced: BTreeMap<PathBuf, usize>,
    now: BTreeMap<PathBuf, usize>,
    changes: Vec<Change>,
    steps: usize,
    /// Trouble, and the step it comes with.
    due: Option<(usize, Trouble)>,
    /// What the trouble has come over first, and where that is.
    struck: Option<(String, String)>,
}

impl State {
    /// What is done to the disk, as far as it is known without it.
    fn note(&mut self, touch: Touch<'_>) {
        let change = match touch {
            Touch::Create(path) if !self.now.contains_key(path) => {
                self.files.push(Content::default());
                Change::Name(path.to_owned(), self.files.len() - 1)
            }
            Touch::Link(from, to) if !self.now.contains_key(to) => {
                Change::Name(to.to_owned(), self.now[from])
            }
            Touch::Rename(from, to) => Change::Rename(from.to_owned(), to.to_owned()),
            Touch::Remove(path) if self.now.contains_key(path) => Change::Remove(path.to_owned()),
            Touch::Create(_) | Touch::Link(..) | Touch::Remove(_) => return,
            Touch::Write(path, bytes) => return self.files[self.now[path]].now.extend(bytes),
            Touch::Cut(path, length) => {
                return self.files[self.now[path]].now.truncate(usize::try_from(length).unwrap());
            }
            Touch::Sync(path) => {
                let file = &mut self.files[self.now[path]];
                return file.synced.clone_from(&file.now);
            }
            Touch::SyncFolder(_) => {
                self.changes.clear();
                return self.synced.clone_from(&self.now);
            }
        };
        change.make(&mut self.now);
        self.changes.push(change);
    }

    /// What is on the disk after a power cut.
    fn left(&self, left: Left) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut seeded = Seeded(if let Left::Some(seed) = left { seed } else { 0 });
        let mut names = self.synced.clone();
        for change in &self.changes {
            if left == Left::Everything || matches!(left, Left::Some(_)) && seeded.within(0..2) == 0 {
                change.make(&mut names);
            }
        }
        let mut holds = |file: &Content| match left {
            Left::Nothing => file.synced.clone(),
            Left::Everything => file.now.clone(),
            Left::Some(_) if file.now.len() <= file.synced.len() => {
                if seeded.within(0..2) == 0 {
                    file.now.clone()
                } else {
                    file.synced.clone()
                }
            }
            Left::Some(_) => {
                // Only the end of a file is ever added to.
                let mut bytes = file.now[..seeded.within(file.synced.len()..file.now.len() + 1)].to_vec();
                if seeded.within(0..2) == 0 {
                    bytes.resize(file.now.len(), 0);
                }
                bytes
            }
        };
        names.into_iter().map(|(path, file)| (path, holds(&self.files[file]))).collect()
    }
}

/// What a step is, and the name in the end of the file or folder that it is made for.
fn place_of(touch: Touch<'_>) -> (String, String) {
    let (what, path) = match touch {
        Touch::Create(path) => ("create", path),
        Touch::Write(path, _) => ("write", path),
        Touch::Cut(path, _) => ("cut", path),
        Touch::Sync(path) => ("sync", path),
        Touch::Link(_, path) => ("link", path),
        Touch::Rename(_, path) => ("rename", path),
        Touch::Remove(path) => ("remove", path),
        Touch::SyncFolder(path) => ("sync the folder", path),
    };
    let name = path.file_name().unwrap().to_str().unwrap();
    (what.to_owned(), name.trim_start_matches('.').trim_end_matches(".part").to_owned())
}

/// A disk that can lose what it was not made to keep, be full and fail.
#[derive(Debug, Default)]
struct Disk(Mutex<State>);

/// The power is gone: nothing runs any more.
struct PowerCut;

impl Mishaps for Disk {
    fn before(&self, touch: Touch<'_>) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.steps += 1;
        let step = state.steps;
        let grows =
            matches!(touch, Touch::Create(_) | Touch::Write(..) | Touch::Link(..) | Touch::Rename(..));
        // What was written before may have found no room either, which a sync is the first to hear of.
        let strikes = |(at, trouble)| step == at || step > at && trouble == Trouble::Full && grows;
        match state.due.filter(|due| strikes(*due)) {
            None => {}
            Some((_, Trouble::Power(_))) => {
                // A write that the power cut came upon may have got there, a sync did nothing.
                if !matches!(touch, Touch::Sync(_) | Touch::SyncFolder(_)) {
                    state.note(touch);
                }
                state.struck = Some(place_of(touch));
                drop(state);
                resume_unwind(Box::new(PowerCut));
            }
            Some(_) => {
                state.struck.get_or_insert_with(|| place_of(touch));
                if let Touch::Write(path, bytes) = touch {
                    let part = &bytes[..bytes.len() / 2];
                    state.note(Touch::Write(path, part));
                    std::fs::File::options().append(true).open(path)?.write_all(part)?;
                }
                return Err(ErrorKind::StorageFull.into());
            }
        }
        state.note(touch);
        Ok(())
    }
}

/// Everything in a folder.
fn holds(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// A plan over a console on such a disk.
struct Place {
    world: World,
    disk: Arc<Disk>,
    /// Every entry that anybody saw.
    seen: RefCell<Vec<Entry>>,
}

/// How a sitting broke off.
enum Broke {
    Power,
    Error(anyhow::Error),
}

impl Place {
    fn new(action: Action, request: &str) -> Self {
        Self { world: World::new(action, request), disk: Arc::default(), seen: RefCell::default() }
    }

    fn folder(&self) -> &Path {
        self.world.folder.path()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.disk.0.lock().unwrap()
    }

    /// The disk holds exactly what went through the seam: nothing gets into a run's folder past it.
    fn is_known(&self) {
        let state = self.state();
        let known = state.now.iter().map(|(path, file)| (path.clone(), state.files[*file].now.clone()));
        assert_eq!(holds(self.folder()), known.collect());
    }

    /// Puts this onto the disk, for good.
    fn put(&self, files: BTreeMap<PathBuf, Vec<u8>>) {
        for path in holds(self.folder()).into_keys() {
            std::fs::remove_file(path).unwrap();
        }
        let mut state = self.state();
        let names = files.keys().cloned().zip(0..).collect::<BTreeMap<_, _>>();
        for (path, bytes) in &files {
            std::fs::write(path, bytes).unwrap();
        }
        state.files =
            files.into_values().map(|bytes| Content { synced: bytes.clone(), now: bytes }).collect();
        (state.synced, state.now) = (names.clone(), names);
        state.changes.clear();
    }

    /// One sitting, as the command line has it, with trouble at this step of it.
    fn sit(&self, due: Option<(usize, Trouble)>) -> Result<Ended, Broke> {
        {
            let mut state = self.state();
            (state.steps, state.due, state.struck) = (0, due, None);
        }
        match catch_unwind(AssertUnwindSafe(|| block(self.sitting()))) {
            Ok(sat) => sat.map_err(Broke::Error),
            Err(thrown) if <dyn Any>::is::<PowerCut>(&*thrown) => Err(Broke::Power),
            Err(thrown) => resume_unwind(thrown),
        }
    }

    async fn sitting(&self) -> anyhow::Result<Ended> {
        let World { view, console, plan, .. } = &self.world;
        let store = Store::on(self.folder(), Medium::with(self.disk.clone()));
        let clock: usher::journal::Clock = Arc::new(|| "2026-01-01T00:00:00.000Z".to_owned());
        let begun = self.entries().is_empty();
        let (journal, so_far, first) = if begun {
            // One that was interrupted before it began is begun again, in another folder.
            self.put(BTreeMap::new());
            store.write_whole("plan.json", &plan.to_bytes())?;
            let first = Fact::RunBegun {
                format: FORMAT,
                usher: report::VERSION.to_owned(),
                run: "one".to_owned(),
                plan: Digest::of(plan.to_bytes()),
                app: plan.app.clone(),
                title: plan.title.clone(),
                url: plan.url.clone(),
                tenant: plan.tenant.clone(),
                account: plan.account.clone(),
                action: plan.action,
                people: 0,
                operator: String::new(),
                previous: None,
            };
            (Journal::create(&store, clock)?, Progress::default(), first)
        } else {
            let so_far = progress(&self.entries());
            if so_far.ended && so_far.doubts.is_empty() {
                self.draw(&store)?;
                return Ok(Ended::Whole);
            }
            let opened = Journal::open(&store, clock)?;
            store.discard(&DRAWN)?;
            let (usher, operator, mended) = (String::new(), String::new(), opened.mended);
            (
                opened.journal,
                so_far,
                Fact::RunResumed { usher, operator, mended, in_doubt: 0, protected: Vec::new(), cap: None },
            )
        };
        let mut see = |entry: &Entry| self.seen.borrow_mut().push(entry.clone());
        let mut record = Record::new(journal, store.clone(), String::new, vec![&mut see]);
        record.fact(first)?;
        let mut browser = Fake::new(console.clone());
        let roster = Reader::new(view, &plan.url).roster(&mut browser, true).await.unwrap();
        let ended = async {
            Engine::<Fake>::keep_roster(&mut record, "before", &roster, &plan.url)?;
            let (none, stop) = (BTreeMap::new(), StopSignal::default());
            let ledger = Ledger::new(plan, view, &mut record, roster, &so_far, none, stop);
            let mut engine = Engine::new(&ledger, &mut browser);
            engine.settle_doubts(&so_far.doubts).await?;
            engine.run().await
        };
        let ended = ended.await;
        if let Err(error) = &ended {
            let why = format!("{error:#}");
            let _ = record.fact(Fact::RunStopped { why, outcome: None, refusal: None });
        }
        drop(record);
        let drawn = self.draw(&store);
        let ended = ended?;
        drawn.map(|()| ended)
    }

    fn draw(&self, store: &Store) -> anyhow::Result<()> {
        let told = Story::of(&self.world.plan, &self.entries());
        let read = |name: &str| store.read(name).ok();
        for (name, drawn) in report::drawn(&told, &Pictures::unseen(&read)) {
            match drawn {
                Some(drawn) => drop(store.replace(name, |out| drawn.write_to(out))?),
                None => store.discard(&[name])?,
            }
        }
        Ok(())
    }

    fn entries(&self) -> Vec<Entry> {
        let journal = self.folder().join("journal.jsonl");
        if !journal.exists() {
            return Vec::new();
        }
        let (entries, broken, _) = entries(&journal);
        assert_eq!(broken, None);
        entries
    }

    /// What holds whatever has happened to the disk. Gives the bytes of a torn last line.
    #[track_caller]
    fn holds_on(&self, about: &str) -> u64 {
        let entries = self.entries();
        for seen in &*self.seen.borrow() {
            let kept = entries.get(usize::try_from(seen.seq).unwrap() - 1);
            assert!(kept == Some(seen), "{about}: {seen:?} was seen and is lost; there is {kept:?}");
        }
        for (action, email) in &self.world.console.borrow().done {
            let intends =
                |entry: &Entry| matches!(&entry.fact, Fact::CommitIntended { person, .. } if person == email);
            assert!(entries.iter().any(intends), "{about}: {action} {email} was not intended");
        }
        if entries.is_empty() {
            assert!(self.world.console.borrow().done.is_empty(), "{about}: somebody was acted upon");
            return 0;
        }
        let verdict = verify(self.folder(), None, &mut |_| {});
        assert!(verdict.holds(), "{about}: {:#?}", verdict.wrong);
        crate::harness::entries(&self.folder().join("journal.jsonl")).2
    }
}

/// Makes trouble at every step of a run, and at one of the resume that follows.
fn everywhere(
    action: Action,
    request: &str,
    expected: &[(&str, &str)],
    troubles: impl Fn(usize) -> Vec<Trouble>,
) {
    let whole = Place::new(action, request);
    assert!(matches!(whole.sit(None), Ok(Ended::Whole)));
    whole.is_known();
    whole.holds_on("no trouble");
    let steps = whole.state().steps;
    assert!(steps > 100, "the run is long enough: {steps} steps");
    for step in 1..=steps {
        for trouble in troubles(step) {
            let place = Place::new(action, request);
            let second = (step % 3 > 0).then_some((1 + step * 7 % steps, trouble));
            for due in [Some((step, trouble)), second] {
                let Some(due) = due else { continue };
                let sat = place.sit(Some(due));
                let struck = place.state().struck.clone();
                let about = format!("{trouble:?} at {due:?}, {struck:?}");
                match (sat, struck) {
                    (Err(Broke::Power), Some(_)) => {
                        let Trouble::Power(left) = trouble else { unreachable!() };
                        let files = place.state().left(left);
                        place.put(files);
                    }
                    (Err(Broke::Error(error)), Some((_, name))) => {
                        place.is_known();
                        let said = format!("{error:#}");
                        assert!(said.contains("no storage space") && said.contains(&name), "{about}: {said}");
                    }
                    // The second sitting may be over before.
                    (Ok(Ended::Whole), None) if due.0 != step => {}
                    (other, _) => {
                        panic!("{about}: {:?}", other.map_err(|broke| matches!(broke, Broke::Power)))
                    }
                }
                let torn = place.holds_on(&about);
                if torn > 0 {
                    // Looked at without anything in the way, the next sitting says what it has mended.
                    let known = place.entries().len();
                    assert!(place.sit(None).is_ok(), "{about}");
                    let mended = &place.entries()[known].fact;
                    assert!(
                        matches!(mended, Fact::RunResumed { mended, .. } if *mended == torn),
                        "{about}: {mended:?}"
                    );
                }
            }
            let about = format!("{trouble:?} at {step} and {second:?}");
            match place.sit(None) {
                Ok(Ended::Whole) => {}
                Ok(_) => panic!("{about}: {:?}", place.entries().last()),
                Err(Broke::Error(error)) => panic!("{about}: {error:#}"),
                Err(Broke::Power) => panic!("{about}: the power was cut"),
            }
            assert_eq!(place.holds_on(&about), 0, "{about}");
            place.is_known();
            for name in DRAWN {
                let is_there = whole.folder().join(name).exists();
                assert_eq!(place.folder().join(name).exists(), is_there, "{about}: {name}");
            }
            let console = place.world.console.borrow();
            let done: Vec<_> =
                console.done.iter().map(|(action, email)| (action.as_str(), email.as_str())).collect();
            assert_eq!(done, expected, "{about}");
        }
    }
}

const INVITED: [(&str, &str); 3] =
    [("invite", "ada@x.test"), ("invite", "ben+x@x.test"), ("invite", "cara@x.test")];
const LEAVERS: &str = "email\nmeier@x.test\ngone@y.test\nother@x.test\n";
const GONE: [(&str, &str); 2] = [("remove", "meier@x.test"), ("remove", "other@x.test")];
const CHANGES: &str = "email,role\nmeier@x.test,Viewer\nother@x.test,Viewer\nbergmeier@x.test,Admin\n";
const CHANGED: [(&str, &str); 2] = [("role", "meier@x.test"), ("role", "bergmeier@x.test")];

#[test]
fn a_power_cut_at_any_step_loses_nothing_that_was_seen() {
    everywhere(Action::Invite, PEOPLE, &INVITED, |step| {
        let seed = u64::try_from(step).unwrap();
        [Left::Nothing, Left::Everything, Left::Some(seed), Left::Some(seed + 1_000_000)]
            .map(Trouble::Power)
            .to_vec()
    });
}

#[test]
fn a_power_cut_at_any_step_of_a_removal_or_a_change_of_roles() {
    let one = |step: usize| {
        let seed = u64::try_from(step).unwrap();
        vec![Trouble::Power([Left::Nothing, Left::Some(seed)][step % 2])]
    };
    everywhere(Action::Remove, LEAVERS, &GONE, one);
    everywhere(Action::Role, CHANGES, &CHANGED, one);
}

#[test]
fn a_full_disk_at_any_step_stops_the_run_and_says_so() {
    let both = |_| vec![Trouble::Full, Trouble::Once];
    everywhere(Action::Invite, PEOPLE, &INVITED, both);
    everywhere(Action::Remove, LEAVERS, &GONE, both);
    everywhere(Action::Role, CHANGES, &CHANGED, both);
}
