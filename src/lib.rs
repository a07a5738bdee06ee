//! usher: running admin consoles that have no API, exactly, and with proof.
pub mod browser;
pub mod diag;
pub mod digest;
pub mod evidence;
pub mod journal;
pub mod plan;
pub mod practice;
pub mod script;
pub mod selector;
pub mod source;
pub mod template;
pub mod words;
