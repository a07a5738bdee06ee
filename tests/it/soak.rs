//! Seeded rounds of random faults over a mixed plan of 25 people on the browser in memory; the console's own record is the judge.
//!
//! `SEED=7 ROUNDS=1` runs the one round of that seed again.
#![expect(clippy::print_stderr, reason = "the figures are what it is run for")]

mod tally;

use crate::kill::Seeded;
use crate::power_cut::{NEVER, World};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Instant;
pub(crate) use tally::Tally;
use usher::browser::fake::{FakeConsole, FakePerson, Mishap};
use usher::journal::Fact;
use usher::run::Ended;
use usher::words::{Action, Family, Outcome};

/// What one action came to, as far as a judge needs it; nothing of it is usher's own opinion but outcomes and intents.
#[derive(Clone, Debug)]
struct Record {
    action: Action,
    /// Whom the request named, and the role it gave.
    asked: BTreeMap<String, String>,
    before: Vec<FakePerson>,
    after: Vec<FakePerson>,
    /// What took effect: action and address.
    done: Vec<(String, String)>,
    outcomes: BTreeMap<String, Outcome>,
    /// Whom the journal says something was asked for.
    intended: BTreeSet<String>,
    /// How many acts the world swallowed: for so many people nobody can know.
    swallowed: usize,
    /// Whether the run came to its end.
    ended: bool,
}

/// Holds a record against what may have become of everybody.
fn judge(record: &Record) -> Tally {
    let mut tally = Tally { people: record.asked.len(), acts: record.done.len(), ..Tally::default() };
    let word = record.action.to_string();
    let of = |people: &[FakePerson], key: &str| people.iter().find(|person| person.email == key).cloned();
    for (action, key) in &record.done {
        let before = of(&record.before, key);
        let fits = match record.action {
            Action::Invite => before.is_none(),
            Action::Remove => before.is_some_and(|person| person.role != "Owner"),
            _ => before.is_some_and(|person| Some(&person.role) != record.asked.get(key)),
        };
        if *action != word || !record.asked.contains_key(key) || !fits {
            tally.wrong.push(format!("{action} {key}"));
        }
        if !record.intended.contains(key) {
            tally.lost.push(format!("{action} {key}: nothing in the journal asked for it"));
        }
    }
    let people = record.before.iter().chain(&record.after).map(|person| person.email.clone());
    for key in people.collect::<BTreeSet<_>>() {
        let acts = record.done.iter().filter(|(_, done)| *done == key).count();
        if acts > 1 {
            tally.doubles.push(format!("{word} {key}: {acts} times"));
        }
        if acts == 0 && of(&record.before, &key) != of(&record.after, &key) {
            tally.wrong.push(format!("{key} changed, and nothing was done to them"));
        }
    }
    for (key, role) in &record.asked {
        let acts = record.done.iter().filter(|(_, done)| done == key).count();
        let now = of(&record.after, key);
        let as_asked = match record.action {
            Action::Remove => now.is_none(),
            _ => now.is_some_and(|person| person.role == *role),
        };
        match record.outcomes.get(key).map(|outcome| (outcome, outcome.family())) {
            None => tally.lost.push(format!("{key} has no outcome")),
            Some((_, Family::Done)) if acts == 1 && as_asked => {}
            Some((_, Family::Undecided)) => {
                if acts > 0 {
                    tally.groundless.push(format!("{key}: it took effect, and the list shows it"));
                } else {
                    *tally.undecided.entry("swallowed on the way").or_default() += 1;
                }
            }
            Some((_, Family::Already | Family::Refused)) if acts == 0 => {}
            Some((outcome, _)) => tally.untrue.push(format!("{key} is {outcome} after {acts} acts")),
        }
    }
    let undecided = tally.undecided.values().sum::<usize>();
    if undecided > record.swallowed {
        tally.groundless.push(format!("{undecided} undecided, {} swallowed", record.swallowed));
    }
    if !record.ended {
        tally.lost.push(format!("the {word} run did not come to its end"));
    }
    tally
}

fn person(email: &str, role: &str) -> FakePerson {
    FakePerson { email: email.to_owned(), role: role.to_owned(), status: "Active".to_owned() }
}

/// Who is in it: an owner, two admins, name-sakes and neighbours.
fn everybody() -> Vec<FakePerson> {
    let mut people = vec![
        person("owner@x.test", "Owner"),
        person("admin@x.test", "Admin"),
        person("second.admin@x.test", "Admin"),
        person("meier@x.test", "Member"),
        person("bergmeier@x.test", "Member"),
        person("pat+news@x.test", "Member"),
        person("pat@x.test", "Viewer"),
    ];
    people.extend(
        (0..12).map(|n| person(&format!("p{n:02}@x.test"), if n % 3 == 0 { "Viewer" } else { "Member" })),
    );
    people
}

/// Ten to invite, eight whose role changes, seven to remove; the same person may be in several.
fn wishes(seeded: &mut Seeded) -> [(Action, Vec<(String, String)>); 3] {
    let roles = ["Admin", "Member", "Viewer"];
    let there = everybody();
    let mut pick = |from: usize, count: usize| {
        let mut all: BTreeSet<String> = BTreeSet::new();
        while all.len() < count {
            all.insert(there[seeded.within(from..there.len())].email.clone());
        }
        all.into_iter().collect::<Vec<_>>()
    };
    let (known, changed, gone) = (pick(2, 2), pick(1, 6), pick(3, 5));
    let mut with_role = |keys: Vec<String>| {
        keys.into_iter().map(|key| (key, roles[seeded.within(0..3)].to_owned())).collect::<Vec<_>>()
    };
    let mut new: Vec<String> = (0..7).map(|n| format!("new{n}@x.test")).collect();
    new.push("pat+more@x.test".to_owned());
    new.extend(known.into_iter().map(|key| key.to_uppercase()));
    let mut change = with_role(changed);
    change.extend(with_role(vec!["nobody@y.test".to_owned(), "new3@x.test".to_owned()]));
    let mut remove = gone;
    remove.extend(["ghost@y.test".to_owned(), "new5@x.test".to_owned()]);
    let remove = remove.into_iter().map(|key| (key, String::new())).collect();
    [(Action::Invite, with_role(new)), (Action::Role, change), (Action::Remove, remove)]
}

fn csv(action: Action, wishes: &[(String, String)]) -> String {
    let header = if action == Action::Remove { "email\n" } else { "email,role\n" };
    let row = |(key, role): &(String, String)| match action {
        Action::Remove => format!("{key}\n"),
        _ => format!("{key},{role}\n"),
    };
    header.to_owned() + &wishes.iter().map(row).collect::<String>()
}

/// Lets a plan come to its end through whatever the seed brings.
fn through(
    world: &World,
    console: &RefCell<FakeConsole>,
    seeded: &mut Seeded,
    tally: &mut Tally,
) -> (usize, bool) {
    let mut swallowed = 0;
    let troubled = seeded.within(0..5);
    for sitting in 0..troubled + 8 {
        let (mut cut, mut what) = (NEVER, None);
        if sitting < troubled {
            what = [
                None,
                Some((Mishap::AnswerLost, "answers lost")),
                Some((Mishap::NeverArrives, "acts swallowed")),
                Some((Mishap::PowerCut, "power cuts between intent and act")),
                Some((Mishap::Forgets, "forms put back")),
            ][seeded.within(0..5)];
            if seeded.within(0..3) > 0 {
                cut = u32::try_from(seeded.within(1..90)).unwrap();
            }
        }
        console.borrow_mut().mishap = what.map_or(Mishap::None, |(mishap, _)| mishap);
        let sat = world.sit(cut);
        let happened = std::mem::take(&mut console.borrow_mut().mishap) == Mishap::None;
        if let Some((mishap, kind)) = what.filter(|_| happened) {
            tally.fault(kind);
            swallowed += usize::from(mishap == Mishap::NeverArrives);
        }
        if sat.is_err() && what.is_none_or(|(mishap, _)| mishap != Mishap::PowerCut || !happened) {
            tally.fault("power cuts at a fact");
        }
        if sat.is_err() && seeded.within(0..3) == 0 {
            world.tear(
                &b"{\"seq\":7,\"at\":\"2026-01-01T00:00:00.000Z\",\"fact\":\"job_be"[..seeded.within(1..50)],
            );
            tally.fault("torn last lines");
        }
        if sitting >= troubled && sat == Ok(Ended::Whole) {
            return (swallowed, true);
        }
    }
    (swallowed, false)
}

/// One round: three requests over one console in any order, each through its faults, and each once more when they are over.
fn round(seed: u64) -> Tally {
    let mut seeded = Seeded(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let console = Rc::new(RefCell::new(FakeConsole { people: everybody(), ..FakeConsole::default() }));
    let mut wishes = Vec::from(wishes(&mut seeded));
    let mut total = Tally { rounds: 1, ..Tally::default() };
    while !wishes.is_empty() {
        let (action, wanted) = wishes.remove(seeded.within(0..wishes.len()));
        let request = csv(action, &wanted);
        let before = console.borrow().people.clone();
        let known = console.borrow().done.len();
        let mut outcomes = BTreeMap::new();
        let mut intended = BTreeSet::new();
        let (mut swallowed, mut ended) = (0, true);
        let mut undecided = BTreeMap::new();
        for again in [false, true] {
            let world = World::over(console.clone(), action, &request, &undecided);
            if again {
                ended &= world.sit(NEVER) == Ok(Ended::Whole);
            } else {
                (swallowed, ended) = through(&world, &console, &mut seeded, &mut total);
                outcomes = world.outcomes();
                let doubtful = |(key, outcome): (&String, &Outcome)| {
                    (outcome.family() == Family::Undecided)
                        .then(|| (key.clone(), "the run before".to_owned()))
                };
                undecided = outcomes.iter().filter_map(doubtful).collect();
            }
            intended.extend(world.facts().into_iter().filter_map(|fact| match fact {
                Fact::CommitIntended { person, .. } => Some(person),
                _ => None,
            }));
        }
        let record = Record {
            action,
            asked: wanted.into_iter().map(|(key, role)| (key.to_lowercase(), role)).collect(),
            before,
            after: console.borrow().people.clone(),
            done: console.borrow().done[known..].to_vec(),
            outcomes,
            intended,
            swallowed,
            ended,
        };
        let judged = judge(&record);
        if !judged.is_clean() {
            eprintln!("SEED={seed} ROUNDS=1: {judged:#?}\n{record:#?}");
        }
        total.add(judged);
    }
    total
}

/// So many rounds from this seed on, on both cores.
fn rounds(first: u64, count: u64) -> Tally {
    std::panic::set_hook(Box::new(|_| {}));
    let began = Instant::now();
    let half = |offset: u64| {
        let mut tally = Tally::default();
        for seed in (first + offset..first + count).step_by(2) {
            tally.add(round(seed));
            if tally.rounds % 200 == 0 {
                eprintln!("up to seed {seed}, one of two cores: {tally}");
            }
        }
        tally
    };
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        let halves = [0, 1].map(|offset| scope.spawn(move || half(offset)));
        for half in halves {
            total.add(half.join().unwrap());
        }
    });
    let _ = std::panic::take_hook();
    eprintln!("{total}; {:.0?}", began.elapsed());
    total
}

pub(crate) fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |given| given.parse().unwrap())
}

#[test]
fn some_rounds_in_memory_touch_everybody_once_and_nobody_else() {
    let tally = rounds(1, 16);
    assert!(tally.is_clean(), "{tally:#?}");
    assert!(tally.faults.len() >= 5 && tally.acts > 100, "{tally}");
}

/// What `make soak` runs; its summary is left for make to print last.
#[test]
#[ignore = "minutes: make soak"]
fn soak_in_memory() {
    let (seed, count) = (number("SEED", 1), number("ROUNDS", 4000));
    let began = Instant::now();
    let tally = rounds(seed, count);
    let summary =
        format!("in memory, seeds {seed} to {}: {tally}; {:.0?}\n", seed + count - 1, began.elapsed());
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/soak.txt"), summary).unwrap();
    assert!(tally.is_clean(), "{tally:#?}");
}

/// A judge that finds nothing proves nothing: each kind of wrong is found when it is there.
#[test]
fn the_judge_sees_what_is_wrong() {
    fn unknown(record: &mut Record) {
        record.outcomes.insert("p00@x.test".to_owned(), Outcome::UnknownAfterCommit);
    }
    fn never(record: &mut Record) {
        unknown(record);
        record.done.clear();
        record.after.clone_from(&record.before);
    }
    let good = Record {
        action: Action::Role,
        asked: [("p00@x.test".to_owned(), "Member".to_owned())].into(),
        before: vec![person("p00@x.test", "Viewer"), person("p01@x.test", "Viewer")],
        after: vec![person("p00@x.test", "Member"), person("p01@x.test", "Viewer")],
        done: vec![("role".to_owned(), "p00@x.test".to_owned())],
        outcomes: [("p00@x.test".to_owned(), Outcome::RoleChanged)].into(),
        intended: ["p00@x.test".to_owned()].into(),
        swallowed: 0,
        ended: true,
    };
    assert!(judge(&good).is_clean());
    let spoiled = |spoil: fn(&mut Record)| {
        let mut record = good.clone();
        spoil(&mut record);
        judge(&record).found()
    };
    let twice = |record: &mut Record| record.done.push(record.done[0].clone());
    assert_eq!(spoiled(twice)[0], 1);
    assert_eq!(spoiled(|record| record.done.push(("role".to_owned(), "p01@x.test".to_owned())))[1], 1);
    assert_eq!(spoiled(|record| record.done[0].0 = "remove".to_owned())[1], 1);
    assert_eq!(spoiled(|record| record.after[1].role = "Admin".to_owned())[1], 1);
    assert_eq!(spoiled(|record| drop(record.after.pop()))[1], 1);
    assert_eq!(spoiled(|record| record.before[0].role = "Member".to_owned())[1], 1);
    assert_eq!(spoiled(|record| record.intended.clear())[2], 1);
    assert_eq!(spoiled(|record| record.outcomes.clear())[2], 1);
    assert_eq!(spoiled(|record| record.after[0].role = "Admin".to_owned())[3], 1);
    assert_eq!(spoiled(|record| record.ended = false)[2], 1);
    assert_eq!(spoiled(unknown)[4], 1, "it took effect");
    assert_eq!(spoiled(never)[4], 1, "nothing was swallowed");
    let swallowed = |record: &mut Record| {
        never(record);
        record.swallowed = 1;
    };
    assert_eq!(spoiled(swallowed), [0; 5]);
}
