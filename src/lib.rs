//! usher: running admin consoles that have no API, exactly, and with proof.
pub mod diag;
pub mod digest;
pub mod practice;
pub mod request;
pub mod roster;
pub mod source;
