//! The practice consoles.
