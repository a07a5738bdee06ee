//! Why the practice account would not do what was asked, in the words its pages show.
use axum::http::StatusCode;
use std::fmt;

/// One reason to refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Unavailable,
    SignedOut,
    Forged,
    StepUp,
    Unreadable,
    NoPermission,
    ManagedByScim,
    BadEmail,
    NoRole,
    RoleUnavailable(String),
    AlreadyMember(String),
    AlreadyInvited(String),
    SeatsUsed(usize),
    Gone,
    StillPending,
    AlreadyAccepted,
    OwnerRemoval,
    OwnerRole,
    Yourself,
    LastAdmin,
    /// Something in front of the service could not reach it.
    BadGateway,
    /// For so many seconds.
    TooMany(u64),
    /// Something broke, or a knob says it did.
    Broken,
}

impl Refusal {
    /// The HTTP status that goes with it.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::SignedOut => StatusCode::UNAUTHORIZED,
            Refusal::Forged | Refusal::StepUp | Refusal::NoPermission | Refusal::ManagedByScim => {
                StatusCode::FORBIDDEN
            }
            Refusal::Unreadable => StatusCode::BAD_REQUEST,
            Refusal::BadEmail | Refusal::NoRole | Refusal::RoleUnavailable(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Refusal::Gone => StatusCode::NOT_FOUND,
            Refusal::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::BadGateway => StatusCode::BAD_GATEWAY,
            Refusal::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::SeatsUsed(_) => StatusCode::PAYMENT_REQUIRED,
            Refusal::AlreadyMember(_)
            | Refusal::AlreadyInvited(_)
            | Refusal::StillPending
            | Refusal::AlreadyAccepted
            | Refusal::OwnerRemoval
            | Refusal::OwnerRole
            | Refusal::Yourself
            | Refusal::LastAdmin => StatusCode::CONFLICT,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Refusal::Unavailable => "Service unavailable",
            Refusal::SignedOut => "Your session has ended. Please log in again.",
            Refusal::Forged => "Your page is out of date. Reload it and try again.",
            Refusal::StepUp => "Confirm your password to go on.",
            Refusal::Unreadable => "The request could not be read.",
            Refusal::NoPermission => "You don't have permission to manage users.",
            Refusal::ManagedByScim => "User management is handled by your identity provider (SCIM).",
            Refusal::BadEmail => "Enter a valid email address.",
            Refusal::NoRole => "Select a role.",
            Refusal::RoleUnavailable(role) => {
                return write!(out, "The {role} role is not available on your plan.");
            }
            Refusal::AlreadyMember(email) => {
                return write!(out, "{email} is already a member of this account.");
            }
            Refusal::AlreadyInvited(email) => return write!(out, "{email} has already been invited."),
            Refusal::SeatsUsed(seats) => {
                return write!(
                    out,
                    "You have used all {seats} seats on your plan. Upgrade to invite more people."
                );
            }
            Refusal::Gone => "This person is no longer on the account.",
            Refusal::StillPending => "This invitation has not been accepted yet. Revoke it instead.",
            Refusal::AlreadyAccepted => "This invitation has already been accepted.",
            Refusal::OwnerRemoval => "Transfer ownership before removing the owner.",
            Refusal::OwnerRole => "Transfer ownership before changing the owner's role.",
            Refusal::Yourself => "You can't remove yourself.",
            Refusal::LastAdmin => "An account needs at least one admin. Make somebody else an admin first.",
            Refusal::BadGateway => "Bad gateway",
            Refusal::TooMany(seconds) => {
                return write!(out, "Too many requests. Try again in {seconds} seconds.");
            }
            Refusal::Broken => "Something went wrong. Please try again.",
        };
        out.write_str(text)
    }
}
