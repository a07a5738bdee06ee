//! usher, its driver or its browser stands still around the act, while the app ends the session, and goes on afterwards; or does
//! not go on before every deadline has passed.

use crate::harness::{Practice, Usher};
use crate::watch::{Running, Traces, signal, until};
use rustix::process::Signal;
use std::time::{Duration, Instant};

const BOTH: [&str; 2] = ["a1@new.example", "b2@new.example"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Usher,
    Driver,
    Browser,
}

/// Longer than usher waits for anything; a driver that does not answer is waited for longest.
const PAST_EVERY_DEADLINE: Duration = Duration::from_secs(95);

/// A run of two people in which one of the three stands still.
struct Stopped {
    victim: Victim,
    console: Practice,
    usher: Usher,
    running: Running,
    traces: Traces,
    since: Instant,
}

impl Stopped {
    /// Stops it at this fact, or right when the app was asked.
    #[track_caller]
    fn at(victim: Victim, at: Option<&str>) -> Self {
        let console = Practice::start(&["people=5"]);
        let usher = Usher::new().heap(&console);
        usher.file("people.csv", "email,role\na1@new.example,Member\nb2@new.example,Viewer\n");
        let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
        match at {
            Some(fact) => drop(running.reaches(&usher, 0, fact).unwrap()),
            None => until("the app is asked", 90, || (console.asked("invite").len() == 1).then_some(())),
        }
        let traces = Traces::of(&usher.runs()[0]);
        let stopped = Self { victim, console, usher, running, traces, since: Instant::now() };
        stopped.signal(Signal::STOP);
        stopped
    }

    fn signal(&self, what: Signal) {
        match self.victim {
            Victim::Usher => self.running.signal(what),
            Victim::Driver => signal(self.traces.driver, what),
            Victim::Browser => signal(self.traces.browser(), what),
        }
    }

    /// Who does not come back is given up and ended; usher itself goes on, or says that it could not.
    #[track_caller]
    fn taken_up_again(self) {
        let about = format!("{:?} past every deadline", self.victim);
        let comes_back = self.victim == Victim::Usher;
        if comes_back {
            let is_past = || (self.since.elapsed() >= PAST_EVERY_DEADLINE).then_some(());
            until("every deadline is past", 100, is_past);
            self.signal(Signal::CONT);
        }
        let Self { console, usher, running, traces, .. } = self;
        if comes_back {
            let done = running.end();
            assert!(matches!(done.status.code(), Some(0 | 7 | 8)), "{about}: {done:?}");
        } else {
            running.end().code(7).says("the driver has not answered for 90 seconds").says("usher resume");
        }
        traces.are_gone();
        let last = usher.run(&["resume", "last"]);
        let outcomes = Usher::outcomes(&usher.runs()[0]);
        let undecided = outcomes.values().any(|outcome| outcome == "unknown_after_commit");
        last.code(if undecided { 8 } else { 0 });
        nobody_twice(&console, &usher, &about);
    }
}

/// Freezes one of them at this fact, or right when the app was asked, until the app has ended every session.
#[track_caller]
fn frozen(victim: Victim, at: Option<&str>) {
    let about = format!("{victim:?} at {at:?}");
    let stopped = Stopped::at(victim, at);
    until("the app has ended the sessions", 30, || {
        stopped.console.post("/_expire");
        let truth = stopped.console.truth();
        (truth["sessions"] == 0 && truth["sessions_expired"].as_u64() > Some(0)).then_some(())
    });
    stopped.signal(Signal::CONT);
    let Stopped { console, usher, running, .. } = stopped;
    let run = usher.runs().remove(0);
    let done = running.end();
    let outcomes = Usher::outcomes(&run);
    // What was asked for arrived, so reading back finds it; what was not may never have been done.
    let undecided = outcomes.values().any(|outcome| outcome == "unknown_after_commit");
    done.code(if undecided { 8 } else { 0 });
    assert!(!undecided || at.is_some(), "{about}: {outcomes:?}\n{}", done.stderr);
    let last = usher.run(&["resume", "last"]);
    last.code(if undecided { 8 } else { 0 });
    nobody_twice(&console, &usher, &about);
}

/// Everybody was asked for once at most, and is what the console says of them.
#[track_caller]
fn nobody_twice(console: &Practice, usher: &Usher, about: &str) {
    let outcomes = Usher::outcomes(&usher.runs()[0]);
    for person in BOTH {
        let times = console.applied("invite").iter().filter(|email| *email == person).count();
        let asked = console.asked("invite").iter().filter(|email| *email == person).count();
        let outcome = outcomes.get(person).map_or("nothing", String::as_str);
        assert!(asked <= 1, "{about}: {person} was asked for {asked} times");
        let fits = match outcome {
            "invited_pending" => times == 1,
            "unknown_after_commit" => times == 0,
            _ => false,
        };
        assert!(fits, "{about}: {person} is {outcome} after {times} acts");
        assert_eq!(console.people_with(person).len(), times, "{about}");
    }
    assert_eq!(console.truth()["people"].as_array().unwrap().len(), 5 + console.applied("invite").len());
    usher.run(&["verify", "last"]).code(0);
}

/// What never answers again would keep usher, and the tenant's lock, until somebody comes in the morning.
#[test]
fn the_driver_stands_still_around_the_act_and_each_past_every_deadline() {
    let stopped = [Victim::Driver, Victim::Browser, Victim::Usher]
        .map(|victim| Stopped::at(victim, Some("commit_intended")));
    // They only wait; the short ones are done meanwhile.
    for at in [Some("proof_kept:armed"), Some("commit_intended"), None] {
        frozen(Victim::Driver, at);
    }
    stopped.into_iter().for_each(Stopped::taken_up_again);
}

#[test]
fn usher_stands_still_around_the_act() {
    for at in [Some("proof_kept:armed"), Some("commit_intended"), None] {
        frozen(Victim::Usher, at);
    }
}

#[test]
fn the_browser_stands_still_around_the_act() {
    for at in [Some("proof_kept:armed"), Some("commit_intended"), None] {
        frozen(Victim::Browser, at);
    }
}
