//! What a person may do in the practice account.
use serde::{Deserialize, Serialize};

/// One of the four fixed roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Role {
    Owner,
    Admin,
    Member,
    Viewer,
}

impl Role {
    /// The roles that can be given to somebody; ownership is only ever transferred.
    pub(super) const OFFERED: [Role; 3] = [Role::Admin, Role::Member, Role::Viewer];

    /// The role as the pages and the knobs write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Role::Owner => "Owner",
            Role::Admin => "Admin",
            Role::Member => "Member",
            Role::Viewer => "Viewer",
        }
    }

    /// The role of that name, among those that can be given.
    pub(super) fn offered(name: &str) -> Option<Role> {
        Role::OFFERED.into_iter().find(|role| role.name() == name)
    }

    /// Whether this role may manage other people.
    pub(super) fn manages(self) -> bool {
        matches!(self, Role::Owner | Role::Admin)
    }
}
