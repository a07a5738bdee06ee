//! usher: running admin consoles that have no API, exactly, and with proof.
pub mod practice;
