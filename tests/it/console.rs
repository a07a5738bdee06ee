//! A real console that nobody here wrote, WordPress: its database is the judge, never usher.
#![expect(clippy::print_stderr, reason = "where the kills fell is worth knowing")]

use crate::harness::{Done, Usher};
use crate::kill::{Seeded, Victim, Watched, until};
use crate::real::size;
use crate::wordpress::{Member, Tables, WordPress};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The id of the administrator whom WordPress is installed with.
const ADMIN: u64 = 1;

/// Who is in it besides the 45: look-alikes of those who are invited.
const NEIGHBOURS: &str = "\
bergmeier    bergmeier@corp.test     Berta Bergmeier editor      2
joann        joann@corp.test         Joann Jarvis    author      0
jo           jo@corp.test            Jo    Jarvis    subscriber  0
mixed        Mixed.Case@Corp.Test    Mia   Mixed     contributor 0
";

fn role_of(member: &Member) -> String {
    let mut letters = member.role.chars();
    letters.next().map_or_else(|| "None".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

/// Holds what `usher roster` prints against the database, both ways.
#[track_caller]
fn roster_is_the_truth(usher: &Usher, console: &WordPress) -> usize {
    let printed = usher.run(&["roster", "wordpress", "--format", "json"]);
    printed.code(0);
    let roster: Value = serde_json::from_str(&printed.stdout).unwrap();
    let people = roster["people"].as_array().unwrap();
    let shown: Vec<_> = people
        .iter()
        .map(|person| {
            let column = |name: &str| person["columns"][name].as_str().unwrap().to_owned();
            assert_eq!(person["key"].as_str().unwrap(), column("email").to_lowercase());
            assert_eq!(person["state"], "active");
            (column("email"), column("username"), column("role"))
        })
        .collect();
    let truth: BTreeSet<_> = console
        .truth()
        .into_iter()
        .map(|member| (member.email.clone(), member.login.clone(), role_of(&member)))
        .collect();
    assert_eq!(shown.len(), truth.len(), "nobody is shown twice");
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), truth);
    truth.len()
}

/// Holds the outcomes of the last run.
#[track_caller]
fn came_to(usher: &Usher, done: &Done, wanted: &[(&str, &str)]) {
    let run =
        usher.runs().pop().unwrap_or_else(|| panic!("there is no run\n{}\n{}", done.stdout, done.stderr));
    let wanted: BTreeMap<String, String> =
        wanted.iter().map(|(person, outcome)| ((*person).to_owned(), (*outcome).to_owned())).collect();
    assert_eq!(Usher::outcomes(&run), wanted, "{}\n{}", done.stdout, done.stderr);
}

#[test]
fn roster_over_all_pages_and_refusals_that_touch_nobody_else() {
    let console = WordPress::start(NEIGHBOURS);
    let usher = Usher::new().wordpress(&console, "");
    assert_eq!(roster_is_the_truth(&usher, &console), 50, "three pages of twenty");
    let before = console.tables(ADMIN);

    let mut request = "email,username,role\n".to_owned();
    for line in [
        "first.one@corp.test,first,Author",
        "second.one@corp.test,user005,Editor",
        "third.one@corp.test,zo#e,Editor",
    ] {
        writeln!(request, "{line}").unwrap();
    }
    request.push_str("MIXED.case@corp.test,mixed2,Editor\nlast.one@corp.test,last,Subscriber\n");
    usher.file("people.csv", request);
    let run = usher.run(&["invite", "wordpress", "people.csv", "--yes"]);
    run.code(4);
    came_to(
        &usher,
        &run,
        &[
            ("first.one@corp.test", "added"),
            ("second.one@corp.test", "ambiguous"),
            ("third.one@corp.test", "invalid_key"),
            ("mixed.case@corp.test", "already_member"),
            ("last.one@corp.test", "added"),
        ],
    );
    let new: Vec<_> = console.truth().into_iter().filter(|m| !before.users.contains_key(&m.id)).collect();
    let new: Vec<_> = new.iter().map(|m| (m.login.as_str(), m.email.as_str(), m.role.as_str())).collect();
    assert_eq!(
        new,
        [("first", "first.one@corp.test", "author"), ("last", "last.one@corp.test", "subscriber")]
    );
    let after = console.tables(ADMIN);
    assert_eq!(after.only(|id| before.users.contains_key(&id)), before, "bystanders are as they were");
    assert_eq!(console.posts_to("/wp-admin/user-new.php"), 4, "each was tried once");
    usher.run(&["verify", "last"]).code(0);

    // An account that may not: nothing but its own profile is open to it.
    let editor = Usher::new().wordpress_as(&console, "user003", console.told("people_password"), "");
    editor.file("people.csv", "email,username,role\nnobody.new@corp.test,nobody,Author\n");
    editor.run(&["roster", "wordpress"]).code(4).says("permission_denied");
    editor.run(&["invite", "wordpress", "people.csv", "--yes"]).code(4).says("permission_denied");
    assert_eq!(editor.runs().len(), 0);

    // A wrong password is tried once.
    let signed_in = console.posts_to("/wp-login.php");
    let wrong = Usher::new().wordpress_as(&console, "admin", "not the password", "");
    let refused = wrong.run(&["roster", "wordpress"]);
    refused.code(4).says("sign_in_failed");
    assert!(!refused.stderr.contains("not the password"));
    assert_eq!(console.posts_to("/wp-login.php"), signed_in + 1);
    assert_eq!(console.tables(ADMIN).users, after.users);
}

#[test]
fn leavers() {
    let people = format!(
        "{NEIGHBOURS}\
         same1    sam.one@corp.test       Sam   Same    author      0\n\
         same2    sam.two@corp.test       Sam   Same    author      0\n\
         jonews   jo+news@corp.test       Jo    News    subscriber  0\n\
         upper    Upper.Leaver@Corp.Test  Ulla  Upper   editor      0\n\
         writer1  writer1@corp.test       Wanda Writer  author      3\n\
         writer2  writer2@corp.test       Willi Writer  author      2\n\
         writer3  writer3@corp.test       Wilma Writer  author      2\n\
         hedda    hedda@corp.test         Hedda Heir    editor      1\n\
         boss     boss@corp.test          Bela  Boss    administrator 0\n"
    );
    let console = WordPress::start(&people);
    let usher = Usher::new().wordpress(&console, "");
    let before = console.tables(ADMIN);
    let request = "email,content,heir\n\
        sam.one@corp.test,,\n\
        JO+NEWS@corp.test,,\n\
        upper.leaver@corp.test,,\n\
        user010@corp.test,,\n\
        user011@corp.test,,\n\
        user012@corp.test,,\n\
        user020@corp.test,,\n\
        user021@corp.test,,\n\
        user044@corp.test,delete,\n\
        ghost.gone@corp.test,,\n\
        bergmeyer@corp.test,,\n\
        writer1@corp.test,,\n\
        writer2@corp.test,delete,\n\
        writer3@corp.test,hand over,Hedda Heir (hedda)\n\
        boss@corp.test,,\n\
        admin@corp.test,,\n";
    usher.file("leavers.csv", request);

    // More than one run may take away: nobody goes, not even the first few.
    let run = usher.run(&["remove", "wordpress", "leavers.csv", "--yes"]);
    run.code(4);
    let outcomes = Usher::outcomes(&usher.runs().pop().unwrap());
    assert_eq!(outcomes.values().filter(|outcome| *outcome == "cap_reached").count(), 13, "{outcomes:?}");
    assert_eq!(console.tables(ADMIN), before);

    let usher = Usher::new().wordpress(&console, "caps = { removals = 20 }");
    usher.file("leavers.csv", request);
    let run = usher.run(&["remove", "wordpress", "leavers.csv", "--yes"]);
    run.code(4);
    let gone = [
        "sam.one@corp.test",
        "jo+news@corp.test",
        "upper.leaver@corp.test",
        "user010@corp.test",
        "user011@corp.test",
        "user012@corp.test",
        "user020@corp.test",
        "user021@corp.test",
        "user044@corp.test",
        "writer2@corp.test",
        "writer3@corp.test",
        "boss@corp.test",
    ];
    let mut wanted: Vec<(&str, &str)> = gone.iter().map(|person| (*person, "removed")).collect();
    wanted.extend([
        ("ghost.gone@corp.test", "already_absent"),
        ("bergmeyer@corp.test", "near_match"),
        ("writer1@corp.test", "content_choice_needed"),
        ("admin@corp.test", "blocked_self"),
    ]);
    came_to(&usher, &run, &wanted);
    usher.run(&["verify", "last"]).code(0);

    let after = console.tables(ADMIN);
    let email = |row: &String| row.split('\t').nth(4).unwrap().to_lowercase();
    let missing: BTreeSet<String> = before
        .users
        .iter()
        .filter(|(id, _)| !after.users.contains_key(id))
        .map(|(_, row)| email(row))
        .collect();
    assert_eq!(missing, gone.iter().map(|person| (*person).to_owned()).collect());
    let stayed = before.only(|id| after.users.contains_key(&id));
    assert_eq!((&after.users, &after.about), (&stayed.users, &stayed.about), "bystanders are as they were");

    // What they owned: the one's is in the bin, the other's is Hedda's now, everybody else's is where it was.
    let id =
        |login: &str| before.users.iter().find(|(_, row)| row.split('\t').nth(1) == Some(login)).unwrap().0;
    let (writer2, writer3, hedda) = (id("writer2"), id("writer3"), id("hedda"));
    let wanted: Vec<String> = before
        .posts
        .iter()
        .map(|post| {
            let fields: Vec<&str> = post.split('\t').collect();
            let (number, author, status, title) = (fields[0], fields[1], fields[2], fields[3]);
            if author == writer2.to_string() {
                format!("{number}\t{author}\ttrash\t{title}")
            } else if author == writer3.to_string() {
                format!("{number}\t{hedda}\t{status}\t{title}")
            } else {
                post.clone()
            }
        })
        .collect();
    assert_eq!(after.posts, wanted);
    assert_eq!(roster_is_the_truth(&usher, &console), 59 - gone.len());
}

/// Whoever may delete people without being an administrator could take the last one away.
#[test]
fn the_last_administrator_stays() {
    let console = WordPress::start("boss boss@corp.test Bela Boss administrator 0\n");
    console.php(
        "add_role('hr', 'People Team', array_fill_keys(['read', 'list_users', 'create_users', 'delete_users', 'edit_users', 'promote_users'], true)); \
         (new WP_User(get_user_by('login', 'user001')->ID))->set_role('hr');",
    );
    let account = console.with("user001@corp.test").remove(0).id;
    let more = "caps = { removals = 20 }\nprotected = [\"user002@corp.test\"]";
    let usher = Usher::new().wordpress_as(&console, "user001", console.told("people_password"), more);
    let before = console.tables(account);
    usher.file(
        "leavers.csv",
        "email,content\nadmin@corp.test,delete\nboss@corp.test,\nuser001@corp.test,\nuser002@corp.test,\nuser004@corp.test,\n",
    );
    let run = usher.run(&["remove", "wordpress", "leavers.csv", "--yes"]);
    run.code(4);
    came_to(
        &usher,
        &run,
        &[
            ("admin@corp.test", "removed"),
            ("boss@corp.test", "blocked_last_admin"),
            ("user001@corp.test", "blocked_self"),
            ("user002@corp.test", "blocked_protected"),
            ("user004@corp.test", "removed"),
        ],
    );
    // Demoting them would leave nobody just as well.
    usher.file("changes.csv", "email,role\nboss@corp.test,Editor\n");
    let run = usher.run(&["role", "wordpress", "changes.csv", "--yes"]);
    run.code(4);
    came_to(&usher, &run, &[("boss@corp.test", "blocked_last_admin")]);
    // Somebody with a second role is shown as `Administrator, People Team`, and is an administrator all the same.
    console.php("(new WP_User(get_user_by('login', 'boss')->ID))->add_role('hr');");
    usher.file("leavers.csv", "email\nboss@corp.test\n");
    let run = usher.run(&["remove", "wordpress", "leavers.csv", "--yes"]);
    run.code(4);
    came_to(&usher, &run, &[("boss@corp.test", "blocked_last_admin")]);
    console.php("(new WP_User(get_user_by('login', 'boss')->ID))->remove_role('hr');");
    let after = console.tables(account);
    let left = before.only(|id| after.users.contains_key(&id));
    assert_eq!((&after.users, &after.about), (&left.users, &left.about));
    assert_eq!(before.users.len() - after.users.len(), 2);
}

#[test]
fn roles() {
    let console = WordPress::start(NEIGHBOURS);
    let usher = Usher::new().wordpress(&console, "");
    let before = console.tables(ADMIN);
    let truth = console.truth();
    usher.file(
        "changes.csv",
        "email,role\n\
         MIXED.CASE@corp.test,Editor\n\
         jo@corp.test,Author\n\
         user002@corp.test,Administrator\n\
         user043@corp.test,Subscriber\n\
         user040@corp.test,Contributor\n\
         joann@corp.test,Author\n\
         nobody.here@corp.test,Editor\n\
         bergmeyer@corp.test,Author\n\
         admin@corp.test,Editor\n",
    );
    let run = usher.run(&["role", "wordpress", "changes.csv", "--yes"]);
    run.code(4);
    let changed = [
        ("mixed.case@corp.test", "editor"),
        ("jo@corp.test", "author"),
        ("user002@corp.test", "administrator"),
        ("user043@corp.test", "subscriber"),
        ("user040@corp.test", "contributor"),
    ];
    let mut wanted: Vec<(&str, &str)> = changed.iter().map(|(person, _)| (*person, "role_changed")).collect();
    wanted.extend([
        ("joann@corp.test", "already_so"),
        ("nobody.here@corp.test", "not_found"),
        ("bergmeyer@corp.test", "near_match"),
        ("admin@corp.test", "blocked_self"),
    ]);
    came_to(&usher, &run, &wanted);
    usher.run(&["verify", "last"]).code(0);

    let expected: Vec<Member> = truth
        .into_iter()
        .map(|mut member| {
            let key = member.email.to_lowercase();
            if let Some((_, role)) = changed.iter().find(|(person, _)| *person == key) {
                (*role).clone_into(&mut member.role);
            }
            member
        })
        .collect();
    assert_eq!(console.truth(), expected);
    // The form saves the whole page: whoever they are must be as before, the password and its hash too.
    let after = console.tables(ADMIN);
    assert_eq!(after.users, before.users);
    assert_eq!(after.posts, before.posts);
    let but_the_role = |about: &BTreeMap<u64, Vec<String>>| {
        let mut about = about.clone();
        let role = |line: &String| {
            ["wp_capabilities", "wp_user_level"].iter().any(|key| line.split('\t').nth(1) == Some(key))
        };
        for lines in about.values_mut() {
            lines.retain(|line| !role(line));
        }
        about
    };
    assert_eq!(but_the_role(&after.about), but_the_role(&before.about));
    assert_eq!(console.mail(), Vec::<String>::new(), "nobody was written to");
}

/// When usher or its browser is killed: facts of the sitting, never times.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So many facts were sealed in this sitting.
    Facts(usize),
    /// This many intents were sealed; the act is just about to be done.
    Intent(usize),
    /// This many intents were sealed, and the console has begun to act: its first mail is written.
    Acting(usize),
}

const NEW: &str = "\
email,username,role,first_name,last_name
ada.abbot@corp.test,adaabbot2,Editor,Ada,Abbot
meier@corp.test,meier,Author,Max,Meier
jo+news@corp.test,jonews,Contributor,Jo,News
ann@corp.test,ann,Subscriber,Ann,Jarvis
Upper.Case@Corp.Test,upper.case,Author,Uwe,Case
MIXED.CASE@corp.test,mixed2,Editor,Mia,Mixed
LOUD@CORP.TEST,Loud,Subscriber,Lou,Loud
o'neil@corp.test,oneil,Author,Orla,O'Neil
user0@corp.test,user0,Subscriber,Una,Ser
user0000@corp.test,user0000,Subscriber,Una,Ser
";

/// The people, and who of them is new: login, address as it is stored, role, first and last name.
fn newcomers() -> (String, Vec<[String; 5]>) {
    let roles = ["Subscriber", "Contributor", "Author", "Editor"];
    let mut request = NEW.to_owned();
    for n in 0..size(5, 20) {
        writeln!(request, "new{n:02}.person@corp.test,new{n:02},{},New,Person {n:02}", roles[n % 4]).unwrap();
    }
    let rows = request.lines().skip(1).filter(|line| !line.starts_with("MIXED"));
    let new = rows.map(|line| {
        let mut fields = line.split(',').map(str::to_owned);
        let [email, login, role, first, last] = std::array::from_fn(|_| fields.next().unwrap());
        [login, email.to_lowercase(), role.to_lowercase(), first, last]
    });
    let new = new.collect();
    (request, new)
}

/// Jobs of a run with an intent and no outcome.
pub(crate) fn in_doubt(facts: &[Value]) -> BTreeSet<u64> {
    let mut doubts = BTreeSet::new();
    for fact in facts {
        match fact["fact"].as_str() {
            Some("commit_intended") => doubts.insert(fact["job"].as_u64().unwrap()),
            Some("job_ended" | "decided") => doubts.remove(&fact["job"].as_u64().unwrap()),
            _ => false,
        };
    }
    doubts
}

/// Whose job it is.
fn person_of(run: &Path, job: u64) -> String {
    let facts = Usher::facts(run);
    let begun = facts.iter().find(|fact| fact["fact"] == "job_begun" && fact["job"] == job).unwrap();
    begun["person"].as_str().unwrap().to_owned()
}

/// Everybody whom `usher unresolved` lists.
pub(crate) fn unresolved(usher: &Usher) -> BTreeSet<String> {
    let done = usher.run(&["unresolved", "--json"]);
    let rows: Value = serde_json::from_str(&done.stdout).unwrap();
    let people: BTreeSet<String> =
        rows.as_array().unwrap().iter().map(|row| row["person"].as_str().unwrap().to_owned()).collect();
    done.code(if people.is_empty() { 0 } else { 8 });
    people
}

/// Waits for the moment and kills.
fn kill_at(
    mut sitting: Watched<'_>,
    console: &WordPress,
    moment: Moment,
    victim: Victim,
) -> crate::kill::Dead {
    let intents = |n: usize| move |facts: &[Value]| Watched::count(facts, "commit_intended") >= n;
    match moment {
        Moment::Facts(n) => sitting.until("that many facts", |facts| facts.len() >= n),
        Moment::Intent(n) => sitting.until("that many intents", intents(n)),
        Moment::Acting(n) => {
            sitting.until("that many intents", intents(n));
            let before = console.mail_size();
            until("the console to act", || (console.mail_size() > before).then_some(()));
        }
    }
    sitting.kill(victim)
}

/// Starts the run, kills it, resumes it, kills it again. Gives back how often, and how many of these fell between intent and outcome.
fn kill_again_and_again(usher: &Usher, console: &WordPress, seed: u64) -> (usize, usize) {
    let mut seeded = Seeded(seed);
    let few = |seeded: &mut Seeded| seeded.within(1..4);
    let moments = [
        (Moment::Facts(seeded.within(1..40)), Victim::Usher),
        (Moment::Intent(few(&mut seeded)), Victim::Usher),
        (Moment::Acting(few(&mut seeded)), Victim::Usher),
        (Moment::Facts(seeded.within(8..60)), Victim::Browser),
        (Moment::Intent(few(&mut seeded)), Victim::Driver),
        (Moment::Acting(few(&mut seeded)), Victim::Usher),
        (Moment::Facts(seeded.within(8..60)), Victim::Driver),
        (Moment::Intent(few(&mut seeded)), Victim::Usher),
        (Moment::Acting(few(&mut seeded)), Victim::Browser),
        (Moment::Facts(seeded.within(1..60)), Victim::Usher),
    ];
    let (mut within, times) = (0, size(5, moments.len()));
    for (number, (moment, victim)) in moments.into_iter().take(times).enumerate() {
        let arguments: &[&str] =
            if number == 0 { &["invite", "wordpress", "people.csv", "--yes"] } else { &["resume", "last"] };
        let dead = kill_at(Watched::start(usher, arguments), console, moment, victim);
        let run = usher.runs().pop().unwrap();
        let doubts = in_doubt(&Usher::facts(&run));
        within += usize::from(!doubts.is_empty());
        eprintln!(
            "seed {seed}, kill {}: {victim:?} at {moment:?}, last fact {}, in doubt {doubts:?}, {} processes, {}",
            number + 1,
            dead.last,
            dead.processes,
            dead.status
        );
        assert!(doubts.len() <= 1, "one act at a time");
        doubts_are_listed(usher, &run, &doubts, number == 1);
        match victim {
            Victim::Usher => assert_eq!(dead.status.code(), None, "killed"),
            Victim::Driver | Victim::Browser => {
                assert_eq!(dead.status.code(), Some(7), "it says it can go on");
            }
        }
    }
    (times, within)
}

/// Whoever is in doubt is listed, and nobody else is; another run leaves them alone, which is asked for if `again`.
fn doubts_are_listed(usher: &Usher, run: &Path, doubts: &BTreeSet<u64>, again: bool) {
    let person = doubts.first().map(|job| person_of(run, *job));
    let listed = unresolved(usher);
    assert_eq!(listed, person.iter().cloned().collect(), "whoever is in doubt is listed");
    if let (true, Some(person)) = (again, person) {
        // Neither does another run do anything to them, whatever became of the act.
        usher.file("again.csv", format!("email,username,role\n{person},again,Editor\n"));
        let plan = usher.run(&["invite", "wordpress", "again.csv", "--dry-run", "--json"]);
        let plan: Value = serde_json::from_str(plan.stdout.lines().last().unwrap()).unwrap();
        let todo = &plan["plan"]["jobs"][0]["todo"];
        assert!(
            ["unknown_after_commit", "already_member"].iter().any(|word| todo["outcome"] == *word),
            "{plan}"
        );
    }
}

/// Resumes until the run has ended. Somebody undecided stops it each time, so it may take more than one sitting.
fn to_the_end(usher: &Usher) -> PathBuf {
    let run = usher.runs().pop().unwrap();
    assert_eq!(usher.runs().len(), 1);
    let mut sittings = 0;
    while Watched::count(&Usher::facts(&run), "run_ended") == 0 {
        sittings += 1;
        assert!(sittings < 6, "it does not come to its end");
        let status = Watched::start(usher, &["resume", "last"]).end();
        assert!(matches!(status.code(), Some(0 | 7 | 8)), "{status}");
    }
    until("the last profile to be gone", || usher.profiles().is_empty().then_some(()));
    run
}

/// Holds the database, the mail and the web server's log: everybody once, as was asked for, and nobody else. Gives back how many came.
fn everybody_is_there_once(
    console: &WordPress,
    before: &Tables,
    new: &[[String; 5]],
    outcomes: &BTreeMap<String, String>,
) -> usize {
    let truth: Vec<Member> =
        console.truth().into_iter().filter(|m| !before.users.contains_key(&m.id)).collect();
    let mail = console.mail();
    for [login, email, role, first, last] in new {
        let rows: Vec<&Member> = truth.iter().filter(|member| member.email == *email).collect();
        if outcomes[email] == "unknown_after_commit" {
            assert!(rows.len() <= 1);
        } else {
            assert_eq!(outcomes[email], "added", "{email}");
            assert_eq!(rows.len(), 1, "{email} must be there once");
        }
        assert_eq!(mail.iter().filter(|to| **to == *email).count(), rows.len(), "mails to {email}");
        for row in rows {
            assert_eq!((&row.login, &row.role), (login, role));
            let names = console.sql(&format!(
                "select meta_value from wp_usermeta where user_id = {} and meta_key in ('first_name', 'last_name') order by meta_key",
                row.id
            ));
            assert_eq!(names, [first.as_str(), last.as_str()]);
        }
    }
    let planned: BTreeSet<&str> = new.iter().map(|[_, email, ..]| email.as_str()).collect();
    assert!(truth.iter().all(|member| planned.contains(member.email.as_str())), "nobody else came");
    assert_eq!(mail.len(), 2 * truth.len(), "one to the person, one to the administrator");
    // WordPress would refuse a second try, so the database alone could not tell: its log does.
    assert_eq!(console.posts_to("/wp-admin/user-new.php"), truth.len(), "nobody was tried twice");
    assert_eq!(
        console.tables(ADMIN).only(|id| before.users.contains_key(&id)),
        *before,
        "bystanders are as they were"
    );
    truth.len()
}

#[test]
fn everybody_is_there_once_after_kill_upon_kill() {
    let seed = std::env::var("KILL_SEED").map_or(2026, |seed| seed.parse().unwrap());
    let console = WordPress::start(NEIGHBOURS);
    let usher = Usher::new().with_profiles_of_its_own().wordpress(&console, "");
    let before = console.tables(ADMIN);
    let (request, new) = newcomers();
    let people = new.len() + 1;
    assert_eq!((request.lines().count(), people), size((16, 15), (31, 30)));
    usher.file("people.csv", request);

    let (times, within) = kill_again_and_again(&usher, &console, seed);
    assert!(within * 10 >= times * 3, "only {within} of the kills were between intent and outcome");
    let run = to_the_end(&usher);

    let outcomes = Usher::outcomes(&run);
    assert_eq!(outcomes.len(), people);
    assert_eq!(outcomes["mixed.case@corp.test"], "already_member");
    let unknown: BTreeSet<&str> = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == "unknown_after_commit")
        .map(|(person, _)| person.as_str())
        .collect();

    let added = everybody_is_there_once(&console, &before, &new, &outcomes);

    // Who is undecided is listed, and only who is.
    let listed = unresolved(&usher);
    let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    assert_eq!(listed, unknown);
    usher.run(&["verify", "last"]).code(0);
    assert_eq!(roster_is_the_truth(&usher, &console), before.users.len() + added);
    eprintln!("{within} of {times} between intent and outcome; {added} added, {} undecided", unknown.len());

    // Once more changes nothing.
    usher.run(&["resume", "last"]).code(if unknown.is_empty() { 0 } else { 8 });
    assert_eq!(console.posts_to("/wp-admin/user-new.php"), added);
}

/// The account is signed out by the very act: usher signs in again and reads what became of it, and nobody is asked for twice.
#[test]
fn a_session_lost_at_the_act_is_begun_again_and_the_person_read_back() {
    let console = WordPress::start("");
    let usher = Usher::new().wordpress(&console, "");
    console.sql(
        "create trigger signed_out after insert on wp_users for each row \
         delete from wp_usermeta where user_id = 1 and meta_key = 'session_tokens' and new.user_login = 'second'",
    );
    usher.file(
        "people.csv",
        "email,username,role\nfirst.one@corp.test,first,Author\nsecond.one@corp.test,second,Editor\nthird.one@corp.test,third,Author\n",
    );
    let run = usher.run(&["invite", "wordpress", "people.csv", "--yes"]);
    run.code(0).says("held up: the app shows its sign-in form").says("signed in again");
    let all = ["first.one@corp.test", "second.one@corp.test", "third.one@corp.test"];
    came_to(&usher, &run, &all.map(|person| (person, "added")));
    usher.run(&["unresolved"]).code(0);
    usher.run(&["verify", "last"]).code(0);
    assert_eq!(console.posts_to("/wp-admin/user-new.php"), 3);
    assert!(all.iter().all(|person| console.with(person).len() == 1));
    assert_eq!(console.mail().iter().filter(|to| to.as_str() != "admin@corp.test").count(), 3);
}
