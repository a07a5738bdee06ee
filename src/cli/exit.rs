//! The exit codes: documented here and in the README, chosen nowhere else.

use crate::report::Story;
use crate::words::Family;
use std::process::ExitCode;

/// How usher leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for is so, and was read back.
    Done = 0,
    /// Something unexpected: usher itself could not go on.
    Unexpected = 1,
    /// The command line was wrong.
    Usage = 2,
    /// A file is wrong: a request, a script, a book, usher.toml.
    Files = 3,
    /// Some people were refused or not reached.
    Refused = 4,
    /// The plan was not approved.
    NotApproved = 5,
    /// A run does not verify.
    NotVerified = 6,
    /// The run stopped and can be resumed.
    Stopped = 7,
    /// Somebody is undecided: a person must look.
    Undecided = 8,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// How a run leaves: the gravest of what became of its people.
    pub fn of(story: &Story, whole: bool) -> Self {
        if story.count(Family::Undecided) > 0 {
            Self::Undecided
        } else if !whole {
            Self::Stopped
        } else if story.count(Family::Refused)
            + story.count(Family::Stopped)
            + story.count(Family::NotReached)
            > 0
        {
            Self::Refused
        } else {
            Self::Done
        }
    }
}
