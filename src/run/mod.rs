//! Doing it: a plan's jobs, one after the other, by the commit protocol. Prints nothing; its only output is facts.
//!
//! Knows the browser as a trait. Never names `report` or `cli`.

mod commit;
mod detail;
mod engine;
mod filled;
mod job;
mod ledger;
mod paging;
mod reading;
mod record;
mod reentry;
mod refuse;
mod resume;
mod steps;
mod stop;
mod stretches;
mod target;
mod walk;

pub use engine::{Ended, Engine, Passwords, watch_out};
pub use ledger::Ledger;
pub use reading::{Reader, Standing, standing};
pub use record::{About, Record};
pub use reentry::{Held, Passed, Reentry, picture_of_hold};
pub use refuse::Halt;
pub use resume::{Doubt, Progress, Sittings, progress};
pub use steps::{Asked, SecretSource, Secrets, Stepper, Where};
pub use stop::StopSignal;
pub use target::{Locator, Values, address};
pub use walk::{
    Bounds, Finding, Found, Grade, How, Line, Walk, Walked, WalkedStep, Witness, not_walked, walk,
};
