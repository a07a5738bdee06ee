//! usher: running admin consoles that have no API, exactly, and with proof.
pub mod browser;
pub mod diag;
pub mod digest;
pub mod evidence;
pub mod practice;
pub mod source;
