//! The join: a request held against a roster, person by person, with the guards that need to see all of them.

use super::decide::{Guards, There, Wish, admins, decide, takes_an_admin};
use super::{FORMAT, Found, Input, InputKind, Job, Plan, RequestPart, RosterPart, Todo, View};
use crate::digest::Digest;
use crate::request::Request;
use crate::roster::{Completeness, Found as Seek, Roster, Way};
use crate::words::{Action, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// Everything a plan is made from.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The pack as this tenant needs it.
    pub view: &'a View,
    /// What is wanted.
    pub action: Action,
    /// For whom.
    pub request: &'a Request,
    /// Who is there.
    pub roster: &'a Roster,
    /// When, UTC.
    pub created: String,
    /// The tenant's base URL.
    pub url: String,
    /// The tenant's name.
    pub tenant: String,
    /// The account usher works as.
    pub account: String,
    /// The practice overlays apply.
    pub practice: bool,
    /// People who are never removed or changed.
    pub protected: &'a [String],
    /// The most removals, when usher.toml says so.
    pub cap: Option<u32>,
    /// People whom an earlier run left undecided: key, and that run.
    pub undecided: &'a BTreeMap<String, String>,
}

/// The most removals of one run when nothing else is said: the larger of 5 and a tenth of the roster.
pub fn usual_cap(people: usize) -> u32 {
    u32::try_from((people / 10).max(5)).unwrap_or(u32::MAX)
}

/// Makes the plan. Pure.
pub fn build(parts: &Parts<'_>) -> Plan {
    let cap = parts.cap.unwrap_or_else(|| usual_cap(parts.roster.people.len()));
    let unproven = match &parts.roster.completeness {
        Completeness::Unproven { why } => Some(why.clone()),
        _ => None,
    };
    let all_admins = u32::try_from(admins(parts.view, parts.roster).len()).unwrap_or(u32::MAX);
    let mut left = all_admins;
    let mut jobs = Vec::with_capacity(parts.request.rows.len());
    for (index, row) in parts.request.rows.iter().enumerate() {
        let (found, several) = match parts.roster.find(&row.key) {
            Seek::None => (Found::default(), false),
            Seek::One(person) => (Found { state: person.state, row: person.columns.clone() }, false),
            Seek::Several(_) => (Found::default(), true),
        };
        let mut values = row.values.clone();
        values.insert(parts.view.app.identity.value.as_str().to_owned(), row.key.clone());
        let wish = Wish { action: parts.action, key: &row.key, values: &values };
        let there = There { found: &found, several, whole: unproven.is_none(), roster: Some(parts.roster) };
        let guards = Guards { account: &parts.account, protected: parts.protected, admins_left: left };
        let mut todo = decide(parts.view, wish, there, guards);
        if let (Todo::Run { .. }, Some(run)) = (&todo, parts.undecided.get(&row.key)) {
            let why =
                format!("run {run} left this person undecided; decide it first with `usher unresolved`");
            todo = Todo::Settled { outcome: Outcome::UnknownAfterCommit, why };
        }
        if let (Todo::Run { .. }, Action::Remove, Some(why)) = (&todo, parts.action, &unproven) {
            let why = format!("nobody is removed while the list of people is not proven whole: {why}");
            todo = Todo::Settled { outcome: Outcome::PageDisagrees, why };
        }
        if matches!(todo, Todo::Run { .. }) && takes_an_admin(parts.view, wish, &found) {
            left = left.saturating_sub(1);
        }
        let id = u32::try_from(index + 1).unwrap_or(u32::MAX);
        jobs.push(Job { id, key: row.key.clone(), line: row.line, values, found, todo });
    }
    hold_the_cap(parts.action, cap, &mut jobs);
    Plan {
        format: FORMAT,
        usher: env!("CARGO_PKG_VERSION").to_owned(),
        created: parts.created.clone(),
        app: parts.view.app.app.value.clone(),
        title: parts.view.app.title.value.clone(),
        url: parts.url.clone(),
        tenant: parts.tenant.clone(),
        account: parts.account.clone(),
        action: parts.action,
        identity: parts.view.app.identity.value,
        generation: parts.view.generation.clone(),
        practice: parts.practice,
        inputs: inputs(parts.view),
        request: RequestPart {
            name: parts.request.name.clone(),
            sha256: parts.request.digest.clone(),
            people: u32::try_from(parts.request.rows.len()).unwrap_or(u32::MAX),
        },
        roster: RosterPart {
            people: u32::try_from(parts.roster.people.len()).unwrap_or(u32::MAX),
            completeness: words(&parts.roster.completeness),
            sha256: parts.roster.digest(),
        },
        admins: all_admins,
        cap,
        notes: notes(parts),
        protected: parts.protected.to_vec(),
        jobs,
    }
}

/// A request that asks for more removals than one run may do is refused whole: a list that is too long is most
/// likely the wrong list, and doing a part of the wrong list is no better.
fn hold_the_cap(action: Action, cap: u32, jobs: &mut [Job]) {
    let wanted = jobs.iter().filter(|job| matches!(job.todo, Todo::Run { .. })).count();
    if action != Action::Remove || wanted <= usize::try_from(cap).unwrap_or(usize::MAX) {
        return;
    }
    for job in jobs.iter_mut().filter(|job| matches!(job.todo, Todo::Run { .. })) {
        let why = format!(
            "{wanted} removals are more than the {cap} one run may do; split the request, or raise `caps.removals` in usher.toml"
        );
        job.todo = Todo::Settled { outcome: Outcome::CapReached, why };
    }
}

fn inputs(view: &View) -> Vec<Input> {
    let mut seen = BTreeSet::new();
    let all = std::iter::once((InputKind::App, &view.about))
        .chain(view.scripts.iter().map(|file| (InputKind::Script, &file.source)))
        .chain(view.books.iter().map(|file| (InputKind::Book, &file.source)));
    all.filter(|(_, source)| seen.insert(source.name.clone()))
        .map(|(kind, source)| Input {
            kind,
            name: source.name.clone(),
            sha256: Digest::of(&source.text),
            text: source.text.clone(),
        })
        .collect()
}

fn notes(parts: &Parts<'_>) -> Vec<String> {
    let app = &parts.view.app;
    let mut notes = Vec::new();
    if !parts.practice {
        for route in &app.better_routes {
            notes.push(format!("{} would do this without a browser; it needs {}", route.route, route.needs));
        }
    }
    if parts.action == Action::Remove {
        notes.extend(
            app.leftovers
                .iter()
                .map(|leftover| format!("stays behind: {} - {}", leftover.what, leftover.todo)),
        );
    }
    if let (Action::Invite, Some(invitation)) = (parts.action, &app.invitation) {
        notes.push(format!("invitations: {invitation}"));
    }
    if let Completeness::Unproven { why } = &parts.roster.completeness {
        notes.push(format!("the list of people is not proven whole: {why}"));
    }
    notes
}

/// How a roster is known to be whole, in words.
pub fn words(completeness: &Completeness) -> String {
    match completeness {
        Completeness::Counted { count } => {
            format!("counted: the app says {count}, and as many rows were read")
        }
        Completeness::Exhausted { pages, way } => match way {
            Way::Paged => format!("exhausted: the end of {pages} pages was reached"),
            Way::Scrolled => "exhausted: scrolled to the end twice, and both times the same people were there".to_owned(),
            Way::Loaded => "exhausted: more was loaded until there was no more, twice, with the same people".to_owned(),
            Way::Mixed => "exhausted: the end of every list was reached, and a second reading of those without a count agreed".to_owned(),
        },
        Completeness::Unproven { why } => format!("unproven: {why}"),
    }
}
