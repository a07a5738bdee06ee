//! The people of a walk: somebody harmless whose row and page are looked at, and stand-ins for what a request would bring.

use super::Walker;
use crate::plan::ScriptFile;
use crate::roster::Person;
use crate::run::target::Values;
use crate::words::{Identity, State};
use std::collections::BTreeMap;

/// What stands in for a value that a request would bring; it is never typed.
pub(super) const STAND_IN: &str = "usher-check";
/// The same for an address.
const STAND_IN_ADDRESS: &str = "usher.check@usher.invalid";

impl Walker<'_> {
    /// Somebody the scripts can be walked for: in one of these states, in this list if one is named, and nobody whom a
    /// mistake would hurt most.
    pub(super) fn harmless(&self, states: &[State], list: Option<&str>) -> Option<&Person> {
        let people = self.roster.as_ref()?.people.iter();
        let named = self.bounds.person.map(crate::roster::fold);
        let mut fitting = people
            .filter(|person| states.contains(&person.state) && list.is_none_or(|list| person.list == list));
        fitting.find(|person| match &named {
            Some(named) => person.key == *named,
            None => self.is_harmless(person),
        })
    }

    fn is_harmless(&self, person: &Person) -> bool {
        let is = |who: &str| {
            let who = crate::roster::fold(who);
            let column =
                |name: &str| person.columns.get(name).is_some_and(|cell| crate::roster::fold(cell) == who);
            person.key == who || column("email") || column("username") || column("name")
        };
        let role = person.columns.get("role").map_or("", String::as_str);
        let has_key = self.view.app.identity.value == Identity::Username || person.key.contains('@');
        let is_guarded = is(self.bounds.account) || self.bounds.protected.iter().any(|who| is(who));
        has_key && !is_guarded && !self.view.app.is_admin(role)
    }

    /// The values of a person of the roster, and stand-ins for what a request would bring.
    pub(super) fn values(&self, person: &Person) -> Values {
        let identity = self.view.app.identity.value.as_str().to_owned();
        Values {
            key: person.key.clone(),
            person: BTreeMap::from([(identity, person.key.clone())]),
            row: person.columns.clone(),
            ..Values::default()
        }
    }

    pub(super) fn why_nobody(&self, states: &[State]) -> String {
        let words = states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(" or ");
        match (&self.roster, self.bounds.person) {
            (None, _) => "not reached: no list could be read".to_owned(),
            (_, Some(person)) => format!("not visited: {person} is not {words}"),
            _ => format!("not visited: nobody harmless is {words}"),
        }
    }

    /// Stand-ins for somebody who is not there; they only ever stand in addresses.
    pub(super) fn nobody(&self, file: &ScriptFile) -> Values {
        let is_email = self.view.app.identity.value == Identity::Email;
        let key = if is_email { STAND_IN_ADDRESS } else { STAND_IN };
        let mut values = Values { key: key.to_owned(), ..Values::default() };
        values.person.insert(self.view.app.identity.value.as_str().to_owned(), key.to_owned());
        with_stand_ins(values, file)
    }
}

/// Stand-ins for the columns that a script takes; the person's own where they have one.
pub(super) fn with_stand_ins(mut values: Values, file: &ScriptFile) -> Values {
    for (column, options) in file.script.takes.iter() {
        let own = values.row.get(&column.value).filter(|cell| !cell.trim().is_empty()).cloned();
        let stand_in = match (own, options.first(), column.value.as_str()) {
            (Some(own), _, _) => own,
            (None, Some(option), _) => option.value.clone(),
            (None, None, "email") => STAND_IN_ADDRESS.to_owned(),
            (None, None, _) => STAND_IN.to_owned(),
        };
        values.person.entry(column.value.clone()).or_insert(stand_in);
    }
    values
}
