//! The plan: request x roster x scripts, frozen with the digests of its inputs. It is what is shown, approved and run.
//!
//! Pure: no disk, clock, network or randomness. This is where scripts, books and requests meet.

mod build;
mod check;
mod decide;
mod pack;
mod since;

pub use build::{Parts, build, usual_cap, words};
pub use decide::{Guards, There, Wish, admins, decide, same_roles, takes_an_admin};
pub use pack::{BookFile, Pack, PackFiles, ScriptFile, View};
pub use since::{Since, changed_since};

use crate::digest::Digest;
use crate::safe::json_error;
use crate::words::{Action, Identity, Outcome, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of `plan.json`.
pub const FORMAT: u32 = 1;

/// What will be done, and what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the format.
    pub format: u32,
    /// The version of usher that made it.
    pub usher: String,
    /// When it was made, UTC.
    pub created: String,
    /// The app's short name and its name for people.
    pub app: String,
    /// The app's name for people.
    pub title: String,
    /// The tenant's base URL.
    pub url: String,
    /// The tenant's name as the page must show it.
    pub tenant: String,
    /// The account usher works as.
    pub account: String,
    /// What is done.
    pub action: Action,
    /// What identifies a person.
    pub identity: Identity,
    /// The generation of the app's pages.
    pub generation: String,
    /// The tenant is a practice console, so the practice overlays apply.
    pub practice: bool,
    /// The files it was made from, whole, so that a run's folder travels alone.
    pub inputs: Vec<Input>,
    /// The request.
    pub request: RequestPart,
    /// The roster it was held against.
    pub roster: RosterPart,
    /// Roles that can manage people were held by this many active people.
    pub admins: u32,
    /// The most removals this run may do.
    pub cap: u32,
    /// What a person should know before saying yes.
    pub notes: Vec<String>,
    /// People who are never removed or changed.
    pub protected: Vec<String>,
    /// One job for each person.
    pub jobs: Vec<Job>,
}

/// A file the plan was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Which kind.
    pub kind: InputKind,
    /// Its name.
    pub name: String,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// All of it.
    pub text: String,
}

/// The kinds of files a plan is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// `app.yaml`.
    App,
    /// A step script.
    Script,
    /// A selector book.
    Book,
}

/// The request a plan was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestPart {
    /// Its file name.
    pub name: String,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// How many people it names.
    pub people: u32,
}

/// The roster a plan was made against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterPart {
    /// How many people it held.
    pub people: u32,
    /// How it is known to be whole, in words.
    pub completeness: String,
    /// The digest of its people.
    pub sha256: Digest,
}

/// What is to be done for one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its number in the plan, from 1.
    pub id: u32,
    /// The person's key, case-folded.
    pub key: String,
    /// Their line in the request.
    pub line: u32,
    /// Everything the request says of them, by column.
    pub values: BTreeMap<String, String>,
    /// How the roster showed them.
    pub found: Found,
    /// What that leads to.
    pub todo: Todo,
}

/// How a roster showed a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The state.
    pub state: State,
    /// The cells of their row, by column; empty when absent.
    pub row: BTreeMap<String, String>,
}

/// What a job comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Todo {
    /// Run this script.
    Run {
        /// The script's name.
        script: String,
    },
    /// Nothing to do, or nothing that may be done.
    Settled {
        /// What became of it already.
        outcome: Outcome,
        /// Why, in words.
        why: String,
    },
}

impl Plan {
    /// The bytes that are written to `plan.json`, approved, and digested.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a plan is plain data");
        bytes.push(b'\n');
        bytes
    }

    /// Reads `plan.json`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let plan: Self = serde_json::from_slice(bytes).map_err(|error| json_error(&error))?;
        if plan.format == FORMAT {
            Ok(plan)
        } else {
            Err(format!(
                "plan format {} is not known to this usher, which writes format {FORMAT}",
                plan.format
            ))
        }
    }

    /// The jobs that will touch the app.
    pub fn to_run(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter().filter(|job| matches!(job.todo, Todo::Run { .. }))
    }

    /// An input by kind and name.
    pub fn input(&self, kind: InputKind, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.kind == kind && input.name == name)
    }
}
