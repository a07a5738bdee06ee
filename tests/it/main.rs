//! The integration tests: one binary, one file for each part of usher.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise, and work on files of their own"
)]

mod console;
mod harness;
mod kill;
mod power_cut;
mod smoke;
mod wordpress;
