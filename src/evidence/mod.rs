//! Exhibits: the kept files of a run, and the facts an auditor asks for beside each.

pub mod mask;
mod medium;
mod store;

pub use medium::{Medium, Mishaps, Touch};
pub use store::{Store, is_plain, open_file, read_file};

use crate::digest::Digest;
use serde::{Deserialize, Serialize};

/// One kept file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    /// Its name in the run's folder.
    pub file: String,
    /// What it is.
    pub kind: ExhibitKind,
    /// What it shows, in a word or two: `armed`, `after`, `already there`, `refused`.
    pub label: String,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// Its size in bytes.
    pub bytes: u64,
    /// The page it was taken of: address without query secrets.
    pub url: String,
    /// The page's title.
    pub title: String,
    /// When, on the clock of the machine, with its offset from UTC.
    pub local_time: String,
    /// What was covered before it was written.
    #[serde(default)]
    pub masked: Masked,
}

/// The kinds of exhibits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExhibitKind {
    /// A picture of the page.
    Picture,
    /// A roster as JSON.
    Roster,
    /// Roles and names of a page, without values.
    Outline,
}

/// How many places of a picture were covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    /// Secret regions and password fields.
    pub secret: u32,
    /// Rows of other people.
    pub people: u32,
    /// Places not known to be harmless.
    pub unknown: u32,
}
