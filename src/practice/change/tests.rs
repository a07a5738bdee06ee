//! The rules of inviting, removing, revoking and giving roles.
use super::*;
use crate::practice::catalogue::{Console, consoles};

const ME: &str = "it-admin@northwind.example";

fn console() -> &'static Console {
    &consoles()[0]
}

fn begin(turned: &[(&str, &str)]) -> (Tenant, Knobs) {
    let mut knobs = Knobs::new(console()).unwrap();
    for (name, value) in turned {
        knobs.set(console(), name, value).unwrap();
    }
    (Tenant::new(&knobs, "test".into()), knobs)
}

fn invite(email: &str, role: &str) -> Change {
    Change::Invite { email: email.into(), role: role.into() }
}

fn id(tenant: &Tenant, email: &str) -> u64 {
    tenant.person(email).unwrap().id
}

#[test]
fn an_invited_person_is_pending_on_top_and_stored_as_typed() {
    let (mut tenant, knobs) = begin(&[]);
    assert_eq!(tenant.make(&invite(" New.Person@Else.example ", "Viewer"), ME, &knobs, 0), Ok(true));
    let list = tenant.list(&knobs, 0);
    assert_eq!((list.len(), list[0].email.as_str()), (39, "New.Person@Else.example"));
    assert_eq!((list[0].state, list[0].role, list[0].shown_name()), (Standing::Pending, Role::Viewer, "—"));
    let again = tenant.make(&invite("new.person@else.EXAMPLE", "Viewer"), ME, &knobs, 0);
    assert_eq!(again, Err(Refusal::AlreadyInvited("new.person@else.EXAMPLE".into())));
    assert_eq!(tenant.people.len(), 39);
}

#[test]
fn invitations_are_refused_in_the_words_of_the_page() {
    let (mut tenant, knobs) = begin(&[("seat_cap", "38"), ("viewer_role", "off")]);
    for (change, words) in [
        (
            invite("MEIER@northwind.example", "Member"),
            "MEIER@northwind.example is already a member of this account.",
        ),
        (
            invite("d.kowalski@partner.example", "Member"),
            "d.kowalski@partner.example has already been invited.",
        ),
        (invite("new@localhost", "Member"), "Enter a valid email address."),
        (invite("new@else.example", "Viewer"), "The Viewer role is not available on your plan."),
        (invite("new@else.example", "Owner"), "Select a role."),
        (
            invite("new@else.example", "Member"),
            "You have used all 38 seats on your plan. Upgrade to invite more people.",
        ),
    ] {
        assert_eq!(tenant.make(&change, ME, &knobs, 0).unwrap_err().to_string(), words);
    }
    assert_eq!(tenant.people.len(), 38);
}

#[test]
fn removal_spares_the_owner_oneself_and_everybody_else() {
    let (mut tenant, knobs) = begin(&[]);
    let before = tenant.people.clone();
    let refused = [
        ("grace.whitfield@northwind.example", Refusal::OwnerRemoval),
        (ME, Refusal::Yourself),
        ("sofia.lindqvist@northwind.example", Refusal::StillPending),
    ];
    for (email, refusal) in refused {
        let change = Change::Remove { id: id(&tenant, email) };
        assert_eq!(tenant.make(&change, ME, &knobs, 0), Err(refusal));
    }
    assert_eq!(tenant.people, before);
    let meier = id(&tenant, "meier@northwind.example");
    assert_eq!(tenant.make(&Change::Remove { id: meier }, ME, &knobs, 0), Ok(true));
    assert_eq!(tenant.make(&Change::Remove { id: meier }, ME, &knobs, 0), Err(Refusal::Gone));
    let left: Vec<_> = before.into_iter().filter(|person| person.id != meier).collect();
    assert_eq!(tenant.people, left);
}

#[test]
fn only_invitations_are_revoked() {
    let (mut tenant, knobs) = begin(&[]);
    let (pending, active) =
        (id(&tenant, "sofia.lindqvist@northwind.example"), id(&tenant, "meier@northwind.example"));
    assert_eq!(tenant.make(&Change::Revoke { id: active }, ME, &knobs, 0), Err(Refusal::AlreadyAccepted));
    assert_eq!(tenant.make(&Change::Revoke { id: pending }, ME, &knobs, 0), Ok(true));
    assert!(tenant.person("sofia.lindqvist@northwind.example").is_none());
}

#[test]
fn roles_change_but_never_the_owners_nor_the_last_admins() {
    let (mut tenant, knobs) = begin(&[]);
    let give = |id, role: &str| Change::Role { id, role: role.into() };
    let meier = id(&tenant, "meier@northwind.example");
    assert_eq!(tenant.make(&give(meier, "Viewer"), ME, &knobs, 0), Ok(true));
    assert_eq!(tenant.make(&give(meier, "Viewer"), ME, &knobs, 0), Ok(false));
    let owner = id(&tenant, "grace.whitfield@northwind.example");
    assert_eq!(tenant.make(&give(owner, "Admin"), ME, &knobs, 0), Err(Refusal::OwnerRole));
    let me = id(&tenant, ME);
    tenant
        .people
        .retain(|person| person.id == me || !person.role.manages() || person.state == Standing::Pending);
    assert_eq!(tenant.make(&give(me, "Member"), ME, &knobs, 0), Err(Refusal::LastAdmin));
}

#[test]
fn members_and_managed_accounts_change_nothing() {
    for (name, value, refusal) in
        [("signed_in_role", "Member", Refusal::NoPermission), ("scim", "on", Refusal::ManagedByScim)]
    {
        let (mut tenant, knobs) = begin(&[(name, value)]);
        let before = tenant.people.clone();
        assert_eq!(tenant.make(&invite("new@else.example", "Member"), ME, &knobs, 0), Err(refusal));
        assert_eq!(tenant.people, before);
    }
}

#[test]
fn late_lists_catch_up() {
    let (mut tenant, knobs) = begin(&[("late_rows_ms", "100")]);
    let meier = id(&tenant, "meier@northwind.example");
    tenant.make(&Change::Remove { id: meier }, ME, &knobs, 1000).unwrap();
    tenant.make(&invite("new@else.example", "Member"), ME, &knobs, 1000).unwrap();
    let chen = id(&tenant, "mchen@northwind.example");
    tenant.make(&Change::Role { id: chen, role: "Admin".into() }, ME, &knobs, 1000).unwrap();
    let shown = |tenant: &Tenant, now| {
        let list = tenant.list(&knobs, now);
        let has = |email: &str| list.iter().any(|person| person.is(email));
        let role = list.iter().find(|person| person.id == chen).map(|person| person.shown_role(now));
        (has("meier@northwind.example"), has("new@else.example"), role.unwrap())
    };
    assert_eq!(shown(&tenant, 1099), (true, false, Role::Member));
    assert_eq!(shown(&tenant, 1100), (false, true, Role::Admin));
    assert!(tenant.person("meier@northwind.example").is_none());
}

#[test]
fn what_somebody_else_changes_knows_no_rules_and_is_late_like_all() {
    let (mut tenant, knobs) = begin(&[("late_rows_ms", "100"), ("scim", "on"), ("seat_cap", "1")]);
    let add = |email: &str, state| Elsewhere::Add { email: email.into(), role: Role::Viewer, state };
    assert!(tenant.make_elsewhere(&add("new@else.example", Standing::Active), &knobs, 1000));
    assert!(!tenant.make_elsewhere(&add("NEW@else.example", Standing::Pending), &knobs, 1000), "is there");
    let alter = |role| Elsewhere::Alter { email: "Meier@northwind.example".into(), role };
    assert!(tenant.make_elsewhere(&alter(Role::Member), &knobs, 1000));
    assert!(!tenant.make_elsewhere(&alter(Role::Member), &knobs, 1000), "is so");
    let remove = Elsewhere::Remove { email: "mchen@northwind.example".into() };
    assert!(tenant.make_elsewhere(&remove, &knobs, 1000));
    assert!(!tenant.make_elsewhere(&remove, &knobs, 1000), "is gone");
    let new = tenant.person("new@else.example").unwrap();
    assert_eq!((new.state, new.role, new.listed_from), (Standing::Active, Role::Viewer, Some(1100)));
    let meier = tenant.person("meier@northwind.example").unwrap();
    assert_eq!((meier.shown_role(1099), meier.shown_role(1100)), (Role::Admin, Role::Member));
    assert!(tenant.list(&knobs, 1099).iter().any(|person| person.is("mchen@northwind.example")));
    assert!(tenant.person("mchen@northwind.example").is_none());
}

#[test]
fn knobs_that_lie_lie_about_one_thing_only() {
    let (mut tenant, knobs) = begin(&[("toast", "lie")]);
    assert_eq!(tenant.make(&invite("new@else.example", "Member"), ME, &knobs, 0), Ok(false));
    assert_eq!(tenant.people.len(), 38);
    let (mut tenant, knobs) = begin(&[("stores_role", "Viewer"), ("pending", "hidden")]);
    assert_eq!(tenant.make(&invite("new@else.example", "Admin"), ME, &knobs, 0), Ok(true));
    assert_eq!(tenant.person("new@else.example").unwrap().role, Role::Viewer);
    assert!(tenant.list(&knobs, 0).iter().all(|person| person.state == Standing::Active));
}
