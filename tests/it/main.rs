//! The integration tests: one binary, one file for each part of usher.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise, and work on files of their own"
)]

mod cli;
mod diagnostics;
mod generated;
mod harness;
mod layers;
mod power_cut;
mod requests;
mod smoke;
mod verify;
