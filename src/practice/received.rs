//! The record of every request that would change something: what was asked, what was answered, whether it took effect.
use serde::{Deserialize, Serialize};

/// What somebody wanted done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Invite,
    Remove,
    Revoke,
    Role,
    SignIn,
    SignOut,
    /// Back at the app from another origin.
    Callback,
    Captcha,
    Code,
    StaySignedIn,
    ChooseAccount,
    StepUp,
    /// Done by somebody else, and nothing that a page here asked for.
    AddedElsewhere,
    RemovedElsewhere,
    AlteredElsewhere,
}

/// One request. Written before it is acted on; `status` is empty until it has been decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Received {
    pub(super) seq: usize,
    /// When it came in, in UTC.
    pub(super) at: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) action: Action,
    pub(super) email: Option<String>,
    pub(super) role: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) applied: bool,
}
