//! The people a fresh practice account begins with: always the same ones, some of them easy to mistake for another.
use super::person::{Person, Standing};
use super::role::Role;

/// Who stands at the head of the list, after the owner and the signed-in account. An empty name is a pending invitation.
const NOTABLE: [(&str, &str, Role); 14] = [
    ("Anna Meier", "meier@northwind.example", Role::Admin),
    ("Jonas Bergmeier", "bergmeier@northwind.example", Role::Member),
    ("Anna Meier", "anna.meier@northwind.example", Role::Viewer),
    ("Michael Chen", "michael.chen@northwind.example", Role::Member),
    ("Michael Chen", "mchen@northwind.example", Role::Member),
    ("Priya Raman", "priya.raman+heap@northwind.example", Role::Member),
    ("Tom Okafor", "Tom.Okafor@Northwind.Example", Role::Member),
    ("", "sofia.lindqvist@northwind.example", Role::Member),
    ("Lena O'Neill <Contractor>", "lena.oneill@contractor.example", Role::Viewer),
    ("Zoë Müller-Łukasz", "zoe.mueller@northwind.example", Role::Admin),
    ("Anna-Maria Meierhofer", "annameier@northwind.example", Role::Member),
    ("", "d.kowalski@partner.example", Role::Viewer),
    ("Priya Raman", "priya.raman@northwind.example", Role::Member),
    ("Tom Okafor Jr.", "tom.okafor2@northwind.example", Role::Viewer),
];

const FIRST: [&str; 23] = [
    "Amara", "Ben", "Chiara", "Daniel", "Elif", "Farid", "Greta", "Hiro", "Isabel", "Jamal", "Katarina",
    "Liam", "Mei", "Noah", "Olivia", "Pedro", "Quinn", "Rosa", "Samir", "Tessa", "Uma", "Viktor", "Wanda",
];

const LAST: [&str; 29] = [
    "Abbott", "Bianchi", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jansen",
    "Kim", "Larsen", "Moreau", "Novak", "Olsen", "Patel", "Quintero", "Rossi", "Santos", "Tanaka", "Ueda",
    "Vargas", "Weber", "Xu", "Yilmaz", "Zhang", "Brooks", "Carter", "Nguyen",
];

/// The first `count` people, newest first; at least the owner and the signed-in `account`.
pub(super) fn people(count: usize, account: &str, account_role: Role) -> Vec<Person> {
    let owner = ["grace.whitfield@northwind.example", "owner@northwind.example"]
        .into_iter()
        .find(|email| !email.eq_ignore_ascii_case(account))
        .expect("two different addresses cannot both be the account's");
    let head = [("Grace Whitfield", owner, Role::Owner), ("Ida Thorne", account, account_role)];
    let mut rows: Vec<(String, String, Role)> = head
        .into_iter()
        .chain(NOTABLE)
        .map(|(name, email, role)| (name.to_owned(), email.to_owned(), role))
        .collect();
    rows.extend((0..count).map(another));
    let mut seen = std::collections::HashSet::new();
    rows.retain(|(_, email, _)| seen.insert(email.to_lowercase()));
    rows.truncate(count.max(2));
    let ids = (1..=rows.len() as u64).rev();
    ids.zip(rows).map(|(id, (name, email, role))| person(id, name, email, role)).collect()
}

/// The `n`-th of the many: every ninth has not accepted yet.
fn another(n: usize) -> (String, String, Role) {
    let (first, last) = (FIRST[n % FIRST.len()], LAST[(n * 5 + 3 * (n / FIRST.len())) % LAST.len()]);
    let again = n / (FIRST.len() * LAST.len());
    let suffix = if again == 0 { String::new() } else { again.to_string() };
    let email = format!("{}.{}{suffix}@northwind.example", first.to_lowercase(), last.to_lowercase());
    let role = match n % 7 {
        0 => Role::Admin,
        2 | 5 => Role::Viewer,
        _ => Role::Member,
    };
    let name = if n % 9 == 4 { String::new() } else { format!("{first} {last}") };
    (name, email, role)
}

fn person(id: u64, name: String, email: String, role: Role) -> Person {
    let state = if name.is_empty() { Standing::Pending } else { Standing::Active };
    let name = (!name.is_empty()).then_some(name);
    Person { id, email, name, role, state, listed_from: None, former: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_same_every_time_with_no_address_twice() {
        for count in [2, 3, 38, 700, 10_000] {
            let seeded = people(count, "it-admin@northwind.example", Role::Admin);
            assert_eq!(seeded, people(count, "it-admin@northwind.example", Role::Admin));
            assert_eq!(seeded.len(), count);
            let mut emails: Vec<_> = seeded.iter().map(|person| person.email.to_lowercase()).collect();
            emails.sort();
            emails.dedup();
            assert_eq!(emails.len(), count);
            assert_eq!(seeded.iter().filter(|person| person.role == Role::Owner).count(), 1);
        }
    }

    #[test]
    fn the_account_may_be_anybody_but_stays_one_person() {
        for account in ["grace.whitfield@northwind.example", "MEIER@northwind.example", "me@else.example"] {
            let seeded = people(38, account, Role::Member);
            let own: Vec<_> = seeded.iter().filter(|person| person.is(account)).collect();
            assert_eq!(own.len(), 1);
            assert_eq!((own[0].email.as_str(), own[0].role), (account, Role::Member));
        }
    }
}
