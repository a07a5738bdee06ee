//! The words everything shares: actions, states a person can be in, the one list of outcomes, kinds of refusals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares a word list: an enum whose values are written in `snake_case`, each with its meaning.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[doc = $doc:literal])+ $(#[$inner:ident])? $variant:ident = $word:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[doc = $doc])+ #[serde(rename = $word)] $(#[$inner])? $variant,)+ }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it is written in files.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// The word somebody wrote.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What is to be done with a person.
    Action {
        /// Bring a person in.
        Invite = "invite",
        /// Take a person out.
        Remove = "remove",
        /// Give a person another role.
        Role = "role",
        /// Sign usher itself in.
        SignIn = "sign_in",
        /// Say once more who usher is, where the app asks for it before something dangerous.
        StepUp = "step_up",
    }
}

impl Action {
    /// It is about usher itself, not about a person of a request.
    pub const fn is_entry(self) -> bool {
        matches!(self, Self::SignIn | Self::StepUp)
    }

    /// The form after "was": invited, removed.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Invite => "invited",
            Self::Remove => "removed",
            Self::Role => "changed",
            Self::SignIn => "signed in",
            Self::StepUp => "confirmed",
        }
    }
}

impl Action {
    /// What can have become of somebody it was asked for once, when a person has looked: never a rule that usher itself
    /// refuses by, and nothing that another action does.
    pub const fn decided_as(self) -> &'static [Outcome] {
        use Outcome as O;
        match self {
            Self::Invite => &[
                O::Added,
                O::InvitedPending,
                O::Resent,
                O::AlreadyMember,
                O::AlreadyPending,
                O::ExistsInactive,
                O::InvalidKey,
                O::DomainNotAllowed,
                O::OtherOrganisation,
                O::RoleUnavailable,
                O::RoleMismatch,
                O::SeatLimit,
                O::PermissionDenied,
                O::ManagedByScim,
                O::PendingAppApproval,
                O::NotReached,
            ],
            Self::Remove => &[
                O::Removed,
                O::Deactivated,
                O::AlreadyAbsent,
                O::BlockedOwner,
                O::BlockedLastAdmin,
                O::ContentChoiceNeeded,
                O::PermissionDenied,
                O::ManagedByScim,
                O::PendingAppApproval,
                O::NotReached,
            ],
            Self::Role => &[
                O::RoleChanged,
                O::AlreadySo,
                O::RoleUnavailable,
                O::RoleMismatch,
                O::NotFound,
                O::BlockedOwner,
                O::BlockedLastAdmin,
                O::SeatLimit,
                O::PermissionDenied,
                O::ManagedByScim,
                O::PendingAppApproval,
                O::NotReached,
            ],
            Self::SignIn | Self::StepUp => &[],
        }
    }
}

words! {
    /// How an app shows a person.
    #[derive(Default)]
    State {
        /// Not shown at all.
        #[default]
        Absent = "absent",
        /// A member who can sign in.
        Active = "active",
        /// Invited, not yet accepted.
        Pending = "pending",
        /// Deactivated: still shown, cannot sign in.
        Inactive = "inactive",
    }
}

words! {
    /// What identifies a person in an app.
    Identity {
        /// The e-mail address.
        Email = "email",
        /// The user name.
        Username = "username",
    }
}

words! {
    /// What became of a job: the one list.
    Outcome {
        /// The invitation is out; the app shows the person as pending.
        InvitedPending = "invited_pending",
        /// The person is a member now.
        Added = "added",
        /// The person was a member before the run.
        AlreadyMember = "already_member",
        /// The person had an open invitation before the run.
        AlreadyPending = "already_pending",
        /// The person is in the app but deactivated; bringing them back is a decision.
        ExistsInactive = "exists_inactive",
        /// The person has the wanted role now.
        RoleChanged = "role_changed",
        /// The person had the wanted role before the run.
        AlreadySo = "already_so",
        /// The person is gone from every list.
        Removed = "removed",
        /// The person is deactivated.
        Deactivated = "deactivated",
        /// The person was not there before the run, and nobody near was either.
        AlreadyAbsent = "already_absent",
        /// The invitation went out again.
        Resent = "resent",
        /// The app took it and shows nothing that could prove it.
        AcknowledgedUnverified = "acknowledged_unverified",

        /// The person is not in the app.
        NotFound = "not_found",
        /// The person is not in the app, but somebody with a near name or address is.
        NearMatch = "near_match",
        /// More than one row could be this person.
        Ambiguous = "ambiguous",
        /// The app does not take this address or name.
        InvalidKey = "invalid_key",
        /// The app does not take addresses of this domain.
        DomainNotAllowed = "domain_not_allowed",
        /// The person belongs to another organisation of the same app.
        OtherOrganisation = "other_organisation",
        /// The app does not offer the wanted role.
        RoleUnavailable = "role_unavailable",
        /// The app shows another role than the one that was asked for.
        RoleMismatch = "role_mismatch",
        /// No seat is left.
        SeatLimit = "seat_limit",
        /// The owner cannot be removed or changed; ownership must be handed over first.
        BlockedOwner = "blocked_owner",
        /// The last admin is never removed or demoted.
        BlockedLastAdmin = "blocked_last_admin",
        /// usher never removes or demotes the account it works with.
        BlockedSelf = "blocked_self",
        /// The person is on the list of protected people.
        BlockedProtected = "blocked_protected",
        /// The request asks for more removals than one run may do.
        CapReached = "cap_reached",
        /// The signed-in account may not do this.
        PermissionDenied = "permission_denied",
        /// The identity provider manages people; the app's own controls are off.
        ManagedByScim = "managed_by_scim",
        /// The person owns content, and the request does not say what becomes of it.
        ContentChoiceNeeded = "content_choice_needed",
        /// The app itself waits for somebody's approval.
        PendingAppApproval = "pending_app_approval",

        /// The app did not take the sign-in.
        SignInFailed = "sign_in_failed",
        /// The app asks for a second factor.
        MfaNeeded = "mfa_needed",
        /// The session ended.
        SessionExpired = "session_expired",
        /// The page shows another account than usher.toml names.
        WrongAccount = "wrong_account",
        /// The page shows another tenant than usher.toml names.
        WrongTenant = "wrong_tenant",
        /// The app asks whether a person is there.
        Captcha = "captcha",
        /// The app does not take this browser.
        UnsupportedBrowser = "unsupported_browser",
        /// The app asks to slow down.
        RateLimited = "rate_limited",
        /// The page is not the one the script and the book describe.
        UiUnknown = "ui_unknown",
        /// The page contradicts itself, or what was read before.
        PageDisagrees = "page_disagrees",

        /// It was asked for once, and nothing proves what became of it; a person decides.
        UnknownAfterCommit = "unknown_after_commit",
        /// The run ended before this person's turn.
        NotReached = "not_reached",
    }
}

/// The families of outcomes, as people count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// It was done in this run, and read back.
    Done,
    /// It was so already.
    Already,
    /// It was refused, for this person.
    Refused,
    /// It stopped the run.
    Stopped,
    /// Nobody knows yet.
    Undecided,
    /// It was not tried.
    NotReached,
}

impl Outcome {
    /// Which family it belongs to.
    pub const fn family(self) -> Family {
        match self {
            Self::InvitedPending
            | Self::Added
            | Self::RoleChanged
            | Self::Removed
            | Self::Deactivated
            | Self::Resent
            | Self::AcknowledgedUnverified => Family::Done,
            Self::AlreadyMember | Self::AlreadyPending | Self::AlreadySo | Self::AlreadyAbsent => {
                Family::Already
            }
            Self::SignInFailed
            | Self::MfaNeeded
            | Self::SessionExpired
            | Self::WrongAccount
            | Self::WrongTenant
            | Self::Captcha
            | Self::UnsupportedBrowser
            | Self::RateLimited
            | Self::UiUnknown
            | Self::PageDisagrees => Family::Stopped,
            Self::UnknownAfterCommit => Family::Undecided,
            Self::NotReached => Family::NotReached,
            _ => Family::Refused,
        }
    }

    /// Whether the rest of the run stops when this becomes of one person.
    ///
    /// What is wrong with one person goes on to the next; what is wrong with the app, the account or our own
    /// understanding of the page would be wrong for the next person too.
    pub const fn stops_the_run(self) -> bool {
        matches!(self.family(), Family::Stopped | Family::Undecided)
            || matches!(
                self,
                Self::SeatLimit | Self::ManagedByScim | Self::PermissionDenied | Self::RoleMismatch
            )
    }
}

/// The kinds of refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Nothing matched.
    #[default]
    NotThere,
    /// More than one matched.
    Several,
    /// Independent descriptions mean different elements.
    Disagree,
    /// It is there but cannot be used: hidden, disabled, moving, covered.
    NotReady,
    /// The page does not name the person before the commit.
    NotBound,
    /// A field does not hold what was typed.
    NotHeld,
    /// The app does not offer the option.
    NoOption,
    /// The page said no.
    Said,
    /// The list could not be read.
    Unreadable,
    /// The guard held the commit back.
    HeldBack,
    /// A native dialog was open.
    Dialog,
    /// The page did not load.
    NoPage,
    /// The server asks to slow down.
    SlowDown,
    /// The app shows its sign-in form, or led to a place that is not the tenant's: nobody is signed in any more.
    SignedOut,
    /// The app asks who is signed in to say so once more.
    StepUp,
    /// A rule of the plan.
    Rule,
}

/// A line of a file that a run was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRef {
    /// The file's name; its text is among the plan's inputs.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_decides_on_what_can_have_become_of_somebody() {
        for action in Action::ALL {
            for outcome in action.decided_as() {
                assert!(
                    !matches!(outcome.family(), Family::Stopped | Family::Undecided),
                    "{action}: {outcome}"
                );
            }
            assert_eq!(action.decided_as().is_empty(), action.is_entry());
        }
        assert!(!Action::Invite.decided_as().contains(&Outcome::Removed));
        assert!(!Action::Remove.decided_as().contains(&Outcome::BlockedSelf), "a rule of usher's own");
    }

    #[test]
    fn words_go_there_and_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(*outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
            assert!(outcome.meaning().ends_with('.'), "{outcome}");
        }
        assert_eq!(Outcome::ALL.len(), 42);
    }
}
