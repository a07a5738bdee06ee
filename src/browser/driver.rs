//! Placeholder until the driver branch is merged.
use serde::{Deserialize, Serialize};
/// A process that can be told from a later one with the same pid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessMark {
    /// The pid.
    pub pid: u32,
    /// When it started, in clock ticks since boot.
    pub started: u64,
}
