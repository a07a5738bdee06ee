//! One person of the practice account, and how lists show them while a change is still on its way.
use super::role::Role;
use serde::{Deserialize, Serialize};

/// Whether somebody has accepted their invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    Active,
    Pending,
}

/// A person as the account stores them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) id: u64,
    /// As typed, never folded.
    pub(super) email: String,
    /// Not known until an invitation is accepted.
    pub(super) name: Option<String>,
    pub(super) role: Role,
    pub(super) state: Standing,
    /// Lists show this person from this moment on (milliseconds since 1970).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listed_from: Option<i64>,
    /// The role that lists go on showing for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) former: Option<Former>,
}

/// A role somebody had, and until when lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Former {
    pub(super) role: Role,
    pub(super) until: i64,
}

impl Person {
    /// Whether `email` is this person's address; upper and lower case are one.
    pub(super) fn is(&self, email: &str) -> bool {
        self.email.to_lowercase() == email.to_lowercase()
    }

    /// The role as a list shows it at `now`.
    pub(super) fn shown_role(&self, now: i64) -> Role {
        self.former.filter(|former| former.until > now).map_or(self.role, |former| former.role)
    }

    /// The name, or the dash that stands for it.
    pub(super) fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or("—")
    }
}
