//! Holds what a practice console has recorded against what usher was asked for, has sealed and has told. Pure.

mod tests;

use crate::soak::Tally;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use usher::words::{Family, Outcome};

/// Everybody's role, by address in small letters.
pub(crate) type People = BTreeMap<String, String>;

/// One request that would change something, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    /// In the console's words.
    pub(crate) action: String,
    pub(crate) email: String,
    pub(crate) role: String,
    pub(crate) applied: bool,
    /// Whether it was answered at all.
    pub(crate) answered: bool,
}

impl Request {
    /// What usher was asked to do when it makes this request; nothing for what somebody else did.
    fn asks(&self) -> Option<&'static str> {
        match self.action.as_str() {
            "invite" => Some("invite"),
            "remove" | "revoke" => Some("remove"),
            "role" => Some("role"),
            _ => None,
        }
    }

    fn apply(&self, people: &mut People) {
        match self.action.as_str() {
            _ if !self.applied => {}
            "remove" | "revoke" | "removed_elsewhere" => drop(people.remove(&self.email)),
            _ => drop(people.insert(self.email.clone(), self.role.clone())),
        }
    }
}

/// One run, from its first sitting to its last.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) action: &'static str,
    /// Whom the request named, and the role it gave.
    pub(crate) asked: BTreeMap<String, String>,
    /// Its journal: when, and what.
    pub(crate) facts: Vec<(i64, Value)>,
    /// What went wrong in it, by kind.
    pub(crate) troubles: BTreeSet<String>,
    /// It stops each time for one reason, and a person must make a new plan.
    pub(crate) is_stuck: bool,
    /// What `usher verify` has against it.
    pub(crate) unverified: Option<String>,
}

impl Run {
    fn of<'a>(&'a self, kind: &'a str) -> impl DoubleEndedIterator<Item = (i64, &'a Value)> {
        self.facts.iter().filter(move |(_, fact)| fact["fact"] == kind).map(|(at, fact)| (*at, fact))
    }

    fn began(&self) -> i64 {
        self.facts.first().map_or(i64::MAX, |(at, _)| *at)
    }

    fn ended(&self) -> Option<i64> {
        self.of("run_ended").map(|(at, _)| at).next_back()
    }

    /// What became of a person as far as it was sealed up to then, when, and why.
    fn outcome(&self, person: &str, until: i64) -> Option<(i64, Outcome, &str)> {
        let told = self.facts.iter().filter(|(at, fact)| *at <= until && fact["person"] == person);
        let outcome = |(at, fact): &'_ (i64, Value)| {
            let word = match fact["fact"].as_str()? {
                "job_ended" | "decided" => fact["outcome"].as_str(),
                "outcome_revised" => fact["to"].as_str(),
                _ => None,
            };
            Some((*at, Outcome::parse(word?)?))
        };
        let (at, outcome) = told.clone().filter_map(outcome).next_back()?;
        let why = told.filter_map(|(_, fact)| fact["why"].as_str()).next_back().unwrap_or_default();
        Some((at, outcome, why))
    }
}

/// One round: everybody before and after, all that came in between, and the runs in their order.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) before: People,
    pub(crate) after: People,
    pub(crate) requests: Vec<Request>,
    pub(crate) runs: Vec<Run>,
    /// Whom `usher unresolved` lists at the end.
    pub(crate) listed: BTreeSet<String>,
}

/// An intent: when it was sealed, in which run, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Intent<'a> {
    at: i64,
    run: usize,
    person: &'a str,
}

impl Round {
    /// Everybody as the console had them then.
    fn people(&self, until: i64) -> People {
        let mut people = self.before.clone();
        self.requests
            .iter()
            .filter(|request| request.at <= until)
            .for_each(|request| request.apply(&mut people));
        people
    }

    fn intents(&self) -> impl Iterator<Item = Intent<'_>> {
        self.runs.iter().enumerate().flat_map(|(run, one)| {
            one.of("commit_intended").map(move |(at, fact)| Intent {
                at,
                run,
                person: fact["person"].as_str().unwrap_or_default(),
            })
        })
    }

    /// The intent that a request of usher's belongs to: the last one about this person that was sealed before it.
    fn intent(&self, request: &Request) -> Option<Intent<'_>> {
        let kind = request.asks()?;
        self.intents()
            .filter(|intent| {
                intent.person == request.email
                    && self.runs[intent.run].action == kind
                    && intent.at <= request.at
            })
            .max_by_key(|intent| intent.at)
    }

    /// Whether something else took effect on the person behind the `from`-th request and up to then.
    fn changed_otherwise(&self, from: usize, until: i64) -> bool {
        let first = &self.requests[from];
        self.requests[from + 1..].iter().any(|other| {
            other.applied && other.email == first.email && other.asks() != first.asks() && other.at <= until
        })
    }

    /// Whether somebody else changed the person in that time.
    fn changed_elsewhere(&self, person: &str, from: i64, until: i64) -> bool {
        self.requests.iter().any(|request| {
            request.applied
                && request.asks().is_none()
                && request.email == person
                && (from..=until).contains(&request.at)
        })
    }

    /// What usher's requests of one run came to for one person: each with its time and whether it took effect.
    fn requests_of(&self, run: usize, person: &str) -> Vec<(i64, bool)> {
        let of_run = |request: &&Request| {
            request.email == person && self.intent(request).is_some_and(|intent| intent.run == run)
        };
        self.requests.iter().filter(of_run).map(|request| (request.at, request.applied)).collect()
    }

    /// The run that left a person undecided before then, by its place.
    fn left_undecided(&self, person: &str, before: i64) -> Option<usize> {
        let intended = |run: usize| self.intents().any(|intent| intent.run == run && intent.person == person);
        (0..self.runs.len()).rev().find(|run| {
            let told = self.runs[*run].outcome(person, before);
            intended(*run) && told.is_some_and(|(at, outcome, _)| at < before && undecided(outcome))
        })
    }
}

fn undecided(outcome: Outcome) -> bool {
    outcome.family() == Family::Undecided
}

/// Judges a round. Nothing of it is usher's own opinion but what it has sealed and told.
pub(crate) fn judge(round: &Round) -> Tally {
    let took_effect = |request: &&Request| request.applied && request.asks().is_some();
    let people = round.runs.iter().flat_map(|run| run.asked.keys().map(|person| (run.action, person)));
    let mut tally = Tally {
        people: people.collect::<BTreeSet<_>>().len(),
        acts: round.requests.iter().filter(took_effect).count(),
        ..Tally::default()
    };
    nobody_else(round, &mut tally);
    asked_for(round, &mut tally);
    once(round, &mut tally);
    for run in 0..round.runs.len() {
        told(round, run, &mut tally);
    }
    listed(round, &mut tally);
    tally
}

/// Whoever changed was changed by a request on the record.
fn nobody_else(round: &Round, tally: &mut Tally) {
    let expected = round.people(i64::MAX);
    let keys: BTreeSet<&String> = expected.keys().chain(round.after.keys()).collect();
    for key in keys.into_iter().filter(|key| expected.get(*key) != round.after.get(*key)) {
        tally.wrong.push(format!("{key} changed, and nothing was done to them"));
    }
}

/// Each of usher's requests was asked for: this person, this role, by an intent in the journal that was still open.
fn asked_for(round: &Round, tally: &mut Tally) {
    for request in &round.requests {
        let Some(kind) = request.asks() else { continue };
        let email = &request.email;
        if !round.runs.iter().any(|run| run.action == kind && run.asked.contains_key(email)) {
            tally.wrong.push(format!("{kind} {email}: nobody asked for it"));
            continue;
        }
        let Some(intent) = round.intent(request) else {
            tally.lost.push(format!("{kind} {email}: nothing in the journal asked for it"));
            continue;
        };
        let run = &round.runs[intent.run];
        if kind != "remove" && run.asked.get(email) != Some(&request.role) {
            tally.wrong.push(format!("{kind} {email}: {} was not asked for", request.role));
        }
        let settled = run.outcome(email, request.at - 1);
        if settled.is_some_and(|(at, outcome, _)| at > intent.at && !undecided(outcome)) {
            tally.lost.push(format!("{kind} {email}: the journal had closed it before"));
        }
    }
}

/// Nobody is asked for twice: not within an intent, not by an intent after what took effect, not while in doubt.
fn once(round: &Round, tally: &mut Tally) {
    for (second, request) in round.requests.iter().enumerate() {
        let Some(kind) = request.asks() else { continue };
        for (first, earlier) in round.requests[..second].iter().enumerate() {
            if earlier.email != request.email || earlier.asks() != Some(kind) {
                continue;
            }
            let (one, other) = (round.intent(earlier), round.intent(request));
            // A page that sends twice for one click is the page; a browser sends once more what was cut without an answer.
            let is_theirs = !earlier.answered
                || other.is_some_and(|intent| {
                    round.runs[intent.run].troubles.iter().any(|kind| kind.starts_with("double_handler"))
                });
            let within = one.is_some() && one == other && !is_theirs;
            let both = earlier.applied && request.applied && !round.changed_otherwise(first, request.at);
            if within || both {
                tally.doubles.push(format!("{kind} {}: twice", request.email));
            }
        }
    }
    for intent in round.intents() {
        let kind = round.runs[intent.run].action;
        for (place, earlier) in round.requests.iter().enumerate() {
            let of_it = earlier.email == intent.person && earlier.asks() == Some(kind) && earlier.applied;
            let before = round.intent(earlier).is_some_and(|first| first.at < intent.at);
            if of_it && before && !round.changed_otherwise(place, intent.at) {
                tally.doubles.push(format!("{kind} {}: intended again after it was done", intent.person));
            }
        }
        if round.left_undecided(intent.person, intent.at).is_some() {
            tally.doubles.push(format!("{kind} {}: intended again though undecided", intent.person));
        }
    }
}

/// What a run tells of each person is so, and it tells of everybody.
fn told(round: &Round, place: usize, tally: &mut Tally) {
    let run = &round.runs[place];
    if let Some(why) = &run.unverified {
        tally.lost.push(format!("the {} run does not verify: {why}", run.action));
    }
    let elsewhere =
        |request: &&Request| request.applied && request.asks().is_none() && request.at >= run.began();
    let is_stuck = run.is_stuck && round.requests.iter().any(|request| elsewhere(&request));
    let ended = run.ended();
    if ended.is_none() && !is_stuck {
        tally.lost.push(format!("the {} run did not come to its end", run.action));
    }
    for (key, role) in &run.asked {
        let Some((at, outcome, why)) = run.outcome(key, i64::MAX) else {
            if ended.is_some() {
                tally.lost.push(format!("{} {key} has no outcome", run.action));
            }
            continue;
        };
        let requests = round.requests_of(place, key);
        let last = requests.iter().filter(|(_, applied)| *applied).map(|(at, _)| *at).next_back();
        let end = ended.unwrap_or(at);
        let as_asked = |at: i64| match (run.action, round.people(at).get(key)) {
            ("remove", now) => now.is_none(),
            ("invite", now) if outcome.family() == Family::Already => now.is_some(),
            (_, now) => now == Some(role),
        };
        let since = |from: i64| round.changed_elsewhere(key, from, end);
        let is_so = match outcome.family() {
            Family::Done => last.is_some_and(|last| as_asked(at) && as_asked(end) || since(last)),
            Family::Already => last.is_none() && (as_asked(at) || since(run.began())),
            // Whom somebody else changed after the act is shown otherwise than was asked for, and refused for that.
            Family::Refused | Family::Stopped | Family::NotReached => last.is_none_or(since),
            Family::Undecided => true,
        };
        if !is_so {
            tally.untrue.push(format!("{} {key} is {outcome} ({why}), acts: {requests:?}", run.action));
        }
        if undecided(outcome) {
            match reason(round, place, key, &requests, last.is_some_and(since)) {
                Some(reason) if !why.is_empty() => *tally.undecided.entry(reason).or_default() += 1,
                _ => tally.groundless.push(format!("{} {key}: {why}", run.action)),
            }
        }
    }
}

/// Why nobody can know what became of a person.
fn reason(
    round: &Round,
    place: usize,
    person: &str,
    requests: &[(i64, bool)],
    undone: bool,
) -> Option<&'static str> {
    let run = &round.runs[place];
    if !round.intents().any(|intent| intent.run == place && intent.person == person) {
        let (at, ..) = run.outcome(person, i64::MAX)?;
        return round.left_undecided(person, at).map(|_| "left alone, undecided in the run before");
    }
    if requests.iter().any(|(_, applied)| *applied) {
        return undone.then_some("done, and changed by somebody else since");
    }
    if !requests.is_empty() {
        return Some("asked for, and the app did nothing");
    }
    (!run.troubles.is_empty()).then_some("asked for, and never reached the app")
}

/// Whoever is undecided at the end is listed, and nobody else is.
fn listed(round: &Round, tally: &mut Tally) {
    let mut expected = BTreeSet::new();
    for (place, run) in round.runs.iter().enumerate() {
        for intent in round.intents().filter(|intent| intent.run == place) {
            let outcome = run.outcome(intent.person, i64::MAX);
            if outcome.is_none_or(|(_, outcome, _)| undecided(outcome)) {
                expected.insert(intent.person.to_owned());
            }
        }
    }
    for person in expected.symmetric_difference(&round.listed) {
        tally.lost.push(format!("{person} is undecided or listed as that, and not both"));
    }
}
