//! usher: running admin consoles that have no API, exactly, and with proof.
//!
//! In the order in which the data goes through them (`tests/it/layers.rs` holds them to it):
//!
//! - What is asked, pure: [`script`] reads step scripts; [`selector`] reads versioned books of selectors; [`request`]
//!   reads and cleans people files.
//! - What is there, pure: [`roster`] finds the people on an app's pages, and proves that nobody is missing.
//! - What will be done, pure: [`plan`] joins request, roster and scripts, person by person, behind guards.
//! - Doing it: [`run`] does a plan by the commit protocol; [`browser`] is the page as a trait, and over WebDriver;
//!   [`sign_in`] signs usher in and holds the page against the account and tenant it should be.
//! - What is kept: [`journal`] seals and syncs facts before anyone sees them; [`evidence`] keeps masked pictures;
//!   [`signature`] signs the head of a run with an SSH key.
//! - What is shown: [`report`] folds sealed facts into a story, and that into HTML, CSV, JSON and the terminal.
//!   [`verify`] holds a run's folder against itself; [`notice`] tells a person who is elsewhere that usher needs them.
//! - To rehearse: [`practice`] serves consoles that are like the real ones, with the truth on the side.
//! - Where it meets: [`cli`] is the command line; [`settings`] are usher.toml, variables and flags; [`source`] is YAML
//!   with places kept; [`diag`] says what is wrong with a file and where; [`digest`] is SHA-256; [`secret`] holds what
//!   must never be shown; [`safe`] makes text from outside harmless to look at; [`template`] is text with places for a person's values; [`words`] are the words all share.

pub mod browser;
pub mod cli;
pub mod diag;
pub mod digest;
pub mod evidence;
pub mod journal;
pub mod notice;
pub mod plan;
pub mod practice;
pub mod report;
pub mod request;
pub mod roster;
pub mod run;
pub mod safe;
pub mod script;
pub mod secret;
pub mod selector;
pub mod settings;
pub mod sign_in;
pub mod signature;
pub mod source;
pub mod template;
pub mod verify;
pub mod words;
