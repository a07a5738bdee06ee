//! What we know of an app as a whole: `scripts/<app>/app.yaml`.

use crate::diag::Diagnostic;
use crate::source::{At, Pairs, Several, Source, read_yaml};
use crate::words::{Identity, State};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::sync::Arc;

/// Facts on an app that its scripts and books build on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Its short name; the name of its folders.
    pub app: At<String>,
    /// Its name for people.
    pub title: At<String>,
    /// What identifies a person in it.
    pub identity: At<Identity>,
    /// The path that is opened to find out which generation the tenant has.
    pub entry: At<String>,
    /// Further origins its pages lead to, such as that of its sign-in; usher uses no page of any other.
    #[serde(default)]
    pub origins: Several<String>,
    /// The generations of its pages that there are packs for.
    pub generations: Several<String>,
    /// The actions there are scripts for, and the states a person may be found in for each.
    pub does: Pairs<Several<State>>,
    /// The generation name of the sign-in book.
    pub sign_in: At<String>,
    /// Where its pages say who is signed in to what (controls of the sign-in book).
    pub signed_in: SignedIn,
    /// The roles it knows.
    #[serde(default)]
    pub roles: Several<String>,
    /// The roles that can manage people; the last such person is never removed or demoted.
    #[serde(default)]
    pub admins: Several<String>,
    /// The roles that can only be handed over.
    #[serde(default)]
    pub owners: Several<String>,
    /// The words of its status column and what they mean.
    #[serde(default)]
    pub states: States,
    /// Whether people who have not accepted yet are in its lists.
    pub pending: At<Shown>,
    /// How late its lists may be, such as `5s`.
    pub settle: At<Duration>,
    /// What becomes of a person who is removed.
    pub removed: At<Removed>,
    /// How long an invitation is good for, in words.
    pub invitation: Option<At<String>>,
    /// What its seats cost, in words.
    pub seats: Option<At<String>>,
    /// The better way, where there is one; usher says so in every plan.
    #[serde(default)]
    pub better_routes: Vec<Route>,
    /// What a removal leaves behind.
    #[serde(default)]
    pub leftovers: Vec<Leftover>,
    /// Where these facts are from.
    #[serde(default)]
    pub sources: Several<String>,
}

/// Controls of the sign-in book that show who is signed in to what.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedIn {
    /// Shows the account.
    pub account: At<String>,
    /// Shows the tenant. Absent where the app shows none; then its URL alone says which it is.
    pub tenant: Option<At<String>>,
    /// The page that shows them, where not every page does.
    pub page: Option<At<String>>,
}

/// The words of a status column.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// Words for a member.
    #[serde(default)]
    pub active: Several<String>,
    /// Words for an open invitation.
    #[serde(default)]
    pub pending: Several<String>,
    /// Words for a deactivated person.
    #[serde(default)]
    pub inactive: Several<String>,
}

/// Whether a list shows something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// It is in the list.
    Shown,
    /// It is not.
    Hidden,
}

/// What becomes of a removed person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Removed {
    /// Gone from every list.
    Deleted,
    /// Still there, but cannot sign in.
    Deactivated,
}

/// A way that needs no browser.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// API, SCIM, CLI, CSV import.
    pub route: At<String>,
    /// What it needs: a plan, an identity provider.
    pub needs: At<String>,
    /// Where that is said.
    pub source: Option<At<String>>,
}

/// Something a removal leaves behind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leftover {
    /// What stays.
    pub what: At<String>,
    /// What a person does about it.
    pub todo: At<String>,
    /// Where that is said.
    pub source: Option<At<String>>,
}

/// A stretch of time, written `300ms`, `5s` or `2m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub std::time::Duration);

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text.get(digits.len()..).unwrap_or_default();
        let number: u64 = digits.parse().map_err(|_| {
            serde::de::Error::custom(format!("`{text}` is not a time: write `300ms`, `5s` or `2m`"))
        })?;
        let millis = match unit {
            "ms" => number,
            "s" => number.saturating_mul(1000),
            "m" => number.saturating_mul(60_000),
            _ => {
                return Err(serde::de::Error::custom(format!(
                    "`{text}` has no unit: write `300ms`, `5s` or `2m`"
                )));
            }
        };
        Ok(Self(std::time::Duration::from_millis(millis)))
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+(ms|s|m)$" })
    }
}

impl App {
    /// Reads the file.
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        read_yaml(source)
    }

    /// Whether a role can manage people.
    pub fn is_admin(&self, role: &str) -> bool {
        holds(&self.admins, role) || self.is_owner(role)
    }

    /// Whether a role can only be handed over.
    pub fn is_owner(&self, role: &str) -> bool {
        holds(&self.owners, role)
    }
}

/// A person may have several roles in one cell; any of them counts.
fn holds(roles: &Several<String>, cell: &str) -> bool {
    let mut held = cell.split([',', ';', '\n']).map(|role| role.trim().to_lowercase());
    held.any(|role| roles.values().any(|known| known.to_lowercase() == role))
}
