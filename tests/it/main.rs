//! The integration tests: one binary, one file for each part of usher.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise, work on files of their own, and tell seeds and what was skipped"
)]

mod beside;
mod between;
mod canaries;
mod check_live;
mod cli;
mod console;
mod decide;
mod diagnostics;
mod faults;
mod filled;
mod frozen;
mod generated;
mod harness;
mod hostile;
mod invite;
mod kill;
mod layers;
mod leftovers;
mod lists;
mod locating;
mod masking;
mod moving;
mod names;
mod operator;
mod parsers;
mod power_cut;
mod power_disk;
mod real;
mod real_consoles;
mod real_people;
mod real_sessions;
mod real_traps;
mod real_whole;
mod remove;
mod requests;
mod resume;
mod role;
mod secrets;
mod signed;
mod signing_in;
mod since;
mod site;
mod smoke;
mod soak;
mod soak_chromium;
mod tamper;
mod verify;
mod watch;
mod widgets;
mod wordpress;
