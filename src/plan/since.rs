//! What changed since a plan was made and forbids what it allowed: in usher.toml, and in the person's own row. Nothing
//! here ever allows what the plan forbids.

use super::{Found, Plan, same_roles, usual_cap};
use crate::words::{Action, Outcome};

/// What usher.toml forbids by now that the plan was made without. What it was loosened by counts for the next plan only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// People who were protected since, case-folded.
    pub protected: Vec<String>,
    /// The most removals of the run, where that is fewer by now.
    pub cap: Option<u32>,
}

impl Since {
    /// Holds what usher.toml says now against the plan.
    pub fn of(plan: &Plan, protected: &[String], cap: Option<u32>) -> Self {
        if !matches!(plan.action, Action::Remove | Action::Role) {
            return Self::default();
        }
        let mut added: Vec<String> = protected.to_vec();
        added.retain(|key| !plan.protected.contains(key));
        added.sort();
        added.dedup();
        // The usual cap is that of the roster the plan was made with: who went since, perhaps by this very run, lowers it
        // no further.
        let cap = cap.unwrap_or_else(|| usual_cap(usize::try_from(plan.roster.people).unwrap_or(usize::MAX)));
        let is_lower = plan.action == Action::Remove && cap < plan.cap;
        Self { protected: added, cap: is_lower.then_some(cap) }
    }
}

/// Why a row is not the one any more that the plan was made for: what was approved for a member was not approved for an
/// admin, nor for whoever has taken over a name.
pub fn changed_since(planned: &Found, now: &Found) -> Option<(Outcome, String)> {
    let cell = |found: &Found, column: &str| found.row.get(column).cloned().unwrap_or_default();
    let (was, is) = (cell(planned, "role"), cell(now, "role"));
    if !same_roles(&was, &is) {
        let told = |role: String| if role.is_empty() { "without a role".to_owned() } else { role };
        let why = format!("was {} when the plan was made, and is {} now", told(was), told(is));
        return Some((Outcome::RoleMismatch, why));
    }
    for column in ["email", "username"] {
        let (was, is) = (cell(planned, column), cell(now, column));
        let differ = was.trim().to_lowercase() != is.trim().to_lowercase();
        if differ && !was.is_empty() && !is.is_empty() {
            let why = format!("the row had the {column} {was} when the plan was made, and has {is} now");
            return Some((Outcome::Ambiguous, why));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::plan::{FORMAT, RequestPart, RosterPart};
    use crate::words::{Identity, State};

    fn plan(action: Action, cap: u32) -> Plan {
        Plan {
            format: FORMAT,
            usher: String::new(),
            created: String::new(),
            app: "heap".into(),
            title: "Heap".into(),
            url: "http://127.0.0.1".into(),
            tenant: "T".into(),
            account: "it@x.test".into(),
            action,
            identity: Identity::Email,
            generation: "g".into(),
            practice: false,
            inputs: Vec::new(),
            request: RequestPart { name: String::new(), sha256: Digest::of(""), people: 0 },
            roster: RosterPart { people: 80, completeness: String::new(), sha256: Digest::of("") },
            admins: 2,
            cap,
            notes: Vec::new(),
            protected: vec!["ceo@x.test".into()],
            jobs: Vec::new(),
        }
    }

    #[test]
    fn what_was_tightened_counts_and_what_was_loosened_does_not() {
        let now = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let plan_of_ten = plan(Action::Remove, 10);
        let tightened = Since::of(&plan_of_ten, &now(&["new@x.test", "ceo@x.test", "new@x.test"]), Some(4));
        assert_eq!(tightened, Since { protected: now(&["new@x.test"]), cap: Some(4) });
        assert_eq!(Since::of(&plan_of_ten, &[], Some(10)), Since::default());
        assert_eq!(
            Since::of(&plan_of_ten, &[], Some(99)),
            Since::default(),
            "a raised cap is for the next plan"
        );
        // Nothing is said in usher.toml any more: then the usual cap, which for 80 people is 8.
        assert_eq!(Since::of(&plan_of_ten, &[], None).cap, Some(8));
        assert_eq!(Since::of(&plan(Action::Remove, 8), &[], None).cap, None);
        assert_eq!(Since::of(&plan_of_ten, &[], Some(0)).cap, Some(0));
        // Roles have no cap; invitations know neither.
        let of_role = Since::of(&plan(Action::Role, 10), &now(&["new@x.test"]), Some(0));
        assert_eq!(of_role, Since { protected: now(&["new@x.test"]), cap: None });
        assert_eq!(Since::of(&plan(Action::Invite, 10), &now(&["new@x.test"]), Some(0)), Since::default());
    }

    #[test]
    fn a_row_is_the_one_of_the_plan_or_not() {
        let found = |cells: &[(&str, &str)]| Found {
            state: State::Active,
            row: cells.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect(),
        };
        let planned = found(&[("role", "Editor, Member"), ("email", "a@x.test"), ("name", "A")]);
        let held = |cells| changed_since(&planned, &found(cells)).map(|(outcome, _)| outcome);
        assert_eq!(held(&[("role", "member,EDITOR"), ("email", " A@x.test"), ("name", "A. B.")]), None);
        assert_eq!(held(&[("role", "Editor, Member, Admin")]), Some(Outcome::RoleMismatch));
        assert_eq!(held(&[("email", "a@x.test")]), Some(Outcome::RoleMismatch));
        let other = [("role", "Editor, Member"), ("email", "b@x.test")];
        assert_eq!(held(&other), Some(Outcome::Ambiguous), "a user name that was given to somebody else");
        assert_eq!(held(&[("role", "Editor, Member"), ("username", "a")]), None, "the plan did not know it");
        let (_, why) = changed_since(&planned, &found(&[("role", "Admin")])).unwrap();
        assert_eq!(why, "was Editor, Member when the plan was made, and is Admin now");
    }
}
