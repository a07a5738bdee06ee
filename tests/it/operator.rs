//! The person at the keyboard: stops, starts twice, changes files, asks for nothing, runs out of disk.
#![expect(clippy::print_stdout, reason = "what a test skips or met is told with its result")]

use crate::harness::{Practice, Usher, fact, file_of};
use crate::watch::{Running, until};
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOUR: &str = "email,role\na1@new.example,Member\nb2@new.example,Member\nc3@new.example,Viewer\nd4@new.example,Member\n";

#[test]
fn one_interrupt_finishes_the_person_and_two_stop_at_once() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", FOUR);
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    running.reaches(&usher, 0, "job_begun").unwrap();
    running.signal(Signal::INT);
    running.end().code(7).says("usher resume");
    let run = usher.runs().remove(0);
    assert_eq!(Usher::outcomes(&run).len(), 1, "the person at hand was finished, nobody else was begun");
    assert_eq!(Usher::outcomes(&run)["a1@new.example"], "invited_pending");
    assert_eq!(console.asked("invite"), ["a1@new.example"]);
    assert!(run.join("report.html").is_file());

    let known = Usher::facts(&run).len();
    let mut running = Running::start(&usher, &["resume", "last"]);
    running.reaches(&usher, known, "commit_intended").unwrap();
    running.signal(Signal::INT);
    until("the first is heard", 20, || {
        (!running.is_at_work() || running.said().contains("once more stops at once")).then_some(())
    });
    running.signal(Signal::INT);
    let stopped = running.end();
    assert!(matches!(stopped.status.code(), Some(7 | 8)), "{stopped:?}");
    assert!(Usher::outcomes(&run).len() <= 2, "it did not go on to the next person");
    fact(&run, "run_stopped", "");

    let done = usher.run(&["resume", "last"]);
    let outcomes = Usher::outcomes(&run);
    let undecided = outcomes.values().any(|outcome| outcome == "unknown_after_commit");
    done.code(if undecided { 8 } else { 0 });
    let mut asked = console.applied("invite");
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), console.asked("invite").len(), "nobody twice");
    assert!(undecided || asked.len() == 4);
}

#[test]
fn a_second_usher_on_the_same_tenant_is_refused() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", FOUR);
    let mut first = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    first.reaches(&usher, 0, "commit_intended").unwrap();
    first.signal(Signal::STOP);
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(7).says("another usher");
    usher.run(&["resume", "last"]).code(7).says("another usher");
    assert_eq!(usher.runs().len(), 1);
    // Stopped in the middle of the act, and woken up: it goes on as if nothing had been.
    first.signal(Signal::CONT);
    first.end().code(0);
    assert_eq!(
        console.asked("invite"),
        ["a1@new.example", "b2@new.example", "c3@new.example", "d4@new.example"]
    );
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn looking_only_and_having_nothing_to_do_touch_nothing() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let touched = || {
        let truth = console.truth();
        let requests = truth["requests"].as_array().unwrap();
        requests.iter().any(|request| request["action"] != "sign_in")
    };
    usher.file("people.csv", "email,role\na1@new.example,Member\nmeier@northwind.example,Member\n");
    let plan = usher.run(&["invite", "heap", "people.csv", "--dry-run"]);
    plan.code(0);
    assert!(plan.stdout.contains("a1@new.example") && plan.stdout.contains("already"), "{}", plan.stdout);
    usher.file("leavers.csv", "email\nmeier@northwind.example\ngrace.whitfield@northwind.example\n");
    usher.run(&["remove", "heap", "leavers.csv", "--dry-run"]).code(4);
    assert!(usher.runs().is_empty() && !touched());
    // Without `--yes` and without anybody to ask nothing is approved.
    usher.run(&["invite", "heap", "people.csv"]).code(5).says("--yes");
    assert!(usher.runs().is_empty() && !touched());
    // Everybody is there already: a run like any other, with nothing in it to do.
    let truth = console.truth();
    let here = truth["people"].as_array().unwrap().iter();
    let here = here.map(|person| [&person["email"], &person["role"]].map(|cell| cell.as_str().unwrap()));
    let rows: Vec<String> = here
        .filter(|[email, role]| *role != "Owner" && *email != console.account)
        .map(|row| row.join(","))
        .take(8)
        .collect();
    let wanted = |count: usize| "email,role\n".to_owned() + &rows[..count].join("\n");
    usher.file("people.csv", wanted(8));
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(0);
    assert!(!touched());
    assert_eq!(Usher::outcomes(&usher.runs()[0]).len(), 8);
    // The same file with fewer than half of them may have been cut short; another file is another request.
    for (name, count, is_told) in
        [("people.csv", 3, true), ("people.csv", 4, false), ("others.csv", 3, false)]
    {
        usher.file(name, wanted(count));
        let plan = usher.run(&["invite", "heap", name, "--dry-run"]);
        let note =
            format!("people.csv named 8 people in run {}", usher.runs()[0].file_name().unwrap().display());
        assert_eq!(plan.code(0).stdout.contains(&note), is_told, "{name} {count}: {}", plan.stdout);
    }
    // And a request without anybody in it is a wrong file.
    usher.file("people.csv", "email,role\n");
    usher.run(&["invite", "heap", "people.csv", "--yes"]).code(3);
    assert_eq!(usher.runs().len(), 1);
}

/// A small disk of its own, taken away again in any case.
struct Disk(PathBuf);

impl Disk {
    /// None where it cannot be mounted: then the test has said so, and there is a unit test of the journal on `/dev/full`.
    fn mount(folder: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder.to_owned())),
            other => {
                println!("SKIPPED: no disk can be mounted here, so nothing can be filled: {other:?}");
                None
            }
        }
    }

    fn grow(&self, size: &str) {
        let grown = Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_stops_the_run_and_leaves_it_to_be_resumed() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", FOUR);
    let Some(disk) = Disk::mount(&usher.path().join("screenshots"), "16k") else { return };
    // Not even the journal can be begun: nobody is touched, and there is nothing to be resumed.
    let none = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    none.code(1).says("No space left").says("hint: make room on that disk");
    usher.run(&["resume", "last"]).code(4).says("nothing was done");
    assert!(console.asked("invite").is_empty());
    disk.grow("300k");
    let full = usher.run(&["invite", "heap", "people.csv", "--yes"]);
    full.code(7)
        .says("No space left")
        .says("screenshots/")
        .says("hint: make room on that disk; then `usher resume");
    let run = usher.runs().remove(1);
    assert!(console.asked("invite").len() < 4, "the disk was not small enough for this test");
    // Still full: nobody is touched, and it says so again.
    let asked = console.asked("invite");
    let again = usher.run(&["resume", "last"]);
    assert!(!again.status.success(), "{again:?}");
    again.says("No space left").says("hint: make room");
    assert_eq!(console.asked("invite"), asked);
    disk.grow("50m");
    let done = usher.run(&["resume", "last"]);
    let outcomes = Usher::outcomes(&run);
    let undecided = outcomes.values().any(|outcome| outcome == "unknown_after_commit");
    done.code(if undecided { 8 } else { 0 });
    let mut applied = console.applied("invite");
    assert_eq!(applied, console.asked("invite"));
    applied.dedup();
    assert_eq!(applied.len(), console.asked("invite").len(), "nobody twice");
    assert!(undecided || applied.len() == 4, "{outcomes:?}");
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn scripts_and_books_that_change_after_the_plan_change_nothing_of_the_run() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.own_pack("heap");
    usher.file("people.csv", FOUR);
    let mut running = Running::start(&usher, &["invite", "heap", "people.csv", "--yes"]);
    running.reaches(&usher, 0, "job_begun").unwrap();
    // While the run is at work, and before it is taken up again: the files are not what was approved any more.
    usher.rewrites("packs/scripts/heap/invite.yaml", "\"${person.role}\"", "Admin");
    usher.file("people.csv", "email,role\na1@new.example,Admin\nsomebody.else@new.example,Admin\n");
    running.signal(Signal::INT);
    running.end().code(7);
    assert_eq!(console.asked("invite"), ["a1@new.example"]);
    usher.run(&["resume", "last"]).code(0);
    assert_eq!(
        console.applied("invite"),
        ["a1@new.example", "b2@new.example", "c3@new.example", "d4@new.example"]
    );
    let role = |email: &str| console.people_with(email)[0]["role"].as_str().unwrap().to_owned();
    assert_eq!(["a1@new.example", "c3@new.example"].map(role), ["Member", "Viewer"], "as it was approved");
    let run = usher.runs().remove(0);
    assert!(file_of(&run, "plan.json").contains("${person.role}"), "the plan holds what was approved");
    usher.run(&["verify", "last"]).code(0);
}

/// A run that has read the roster and made its plan, and is held up there until the test lets it go on.
fn held(usher: &Usher, arguments: &[&str]) -> Running {
    let mut running = Running::start(usher, arguments);
    running.reaches(usher, 0, "roster_read:before").unwrap();
    running.signal(Signal::STOP);
    running
}

/// A colleague at another desk, who does this meanwhile.
pub(crate) fn colleague(console: &Practice, action: &str, people: &str) {
    let desk = Usher::new().heap(console);
    desk.file("people.csv", people);
    desk.run(&[action, "heap", "people.csv", "--yes"]).code(0);
}

#[test]
fn whoever_went_between_the_plan_and_the_act_is_told_as_gone_and_a_person_looks() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let (first, second, third) =
        ("bergmeier@northwind.example", "mchen@northwind.example", "annameier@northwind.example");
    usher.file("leavers.csv", format!("email\n{first}\n{second}\n{third}\n"));
    let before = console.truth()["people"].as_array().unwrap().len();
    let running = held(&usher, &["remove", "heap", "leavers.csv", "--yes"]);
    colleague(&console, "remove", &format!("email\n{second}\n"));
    running.signal(Signal::CONT);
    let done = running.end();
    let run = usher.runs().remove(0);
    if done.status.code() == Some(7) {
        // Somebody of the list went without this run's doing: it stops, says so, and goes on when it is told to.
        done.says("mchen@northwind.example went");
        usher.run(&["resume", "last"]).code(0);
    } else {
        done.code(0);
    }
    let outcomes = Usher::outcomes(&run);
    assert_eq!([first, third].map(|person| outcomes[person].as_str()), ["removed", "removed"]);
    assert_eq!(outcomes[second], "already_absent");
    assert_eq!(console.asked("remove"), [second, first, third], "each once, the second by the colleague");
    assert_eq!(console.truth()["people"].as_array().unwrap().len(), before - 3, "nobody else went");
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn whoever_came_between_the_plan_and_the_act_is_not_invited_again() {
    let console = Practice::start(&["people=5"]);
    let usher = Usher::new().heap(&console);
    usher.file("people.csv", FOUR);
    let running = held(&usher, &["invite", "heap", "people.csv", "--yes"]);
    colleague(&console, "invite", "email,role\nb2@new.example,Admin\n");
    running.signal(Signal::CONT);
    let done = running.end();
    let run = usher.runs().remove(0);
    if done.status.code() == Some(7) {
        done.says("b2@new.example came");
        usher.run(&["resume", "last"]).code(0);
    } else {
        done.code(0);
    }
    assert_eq!(Usher::outcomes(&run)["b2@new.example"], "already_pending");
    let mut asked = console.asked("invite");
    asked.sort();
    assert_eq!(asked, ["a1@new.example", "b2@new.example", "c3@new.example", "d4@new.example"]);
    assert_eq!(console.people_with("b2@new.example")[0]["role"], "Admin", "as the colleague gave it");
    usher.run(&["verify", "last"]).code(0);
}

#[test]
fn the_same_leavers_after_an_interrupted_run_are_removed_once() {
    let console = Practice::start(&["people=20"]);
    let usher = Usher::new().heap(&console);
    let leavers =
        ["bergmeier@northwind.example", "mchen@northwind.example", "michael.chen@northwind.example"];
    let rows: Vec<String> = leavers.iter().map(|person| [person, "\n"].concat()).collect();
    usher.file("leavers.csv", format!("email\n{}", rows.concat()));
    let before = console.truth()["people"].as_array().unwrap().len();
    let mut running = Running::start(&usher, &["remove", "heap", "leavers.csv", "--yes"]);
    running.reaches(&usher, 0, "job_begun").unwrap();
    running.signal(Signal::INT);
    running.end().code(7);
    assert_eq!(console.asked("remove"), leavers[..1]);
    // Not resumed but begun afresh, as people do who do not read hints.
    usher.run(&["remove", "heap", "leavers.csv", "--yes"]).code(0);
    assert_eq!(console.asked("remove"), leavers);
    let outcomes = Usher::outcomes(&usher.runs()[1]);
    assert_eq!(leavers.map(|person| outcomes[person].as_str()), ["already_absent", "removed", "removed"]);
    // And the run that was left lying finds nothing left to do when somebody takes it up after all.
    let first = usher.runs()[0].file_name().unwrap().to_str().unwrap().to_owned();
    usher.run(&["resume", &first]).code(0);
    assert_eq!(console.asked("remove"), leavers);
    assert_eq!(console.truth()["people"].as_array().unwrap().len(), before - 3);
}
