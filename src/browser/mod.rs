//! The browser: how it is started, asked and ended.
pub mod driver;
pub mod guard;
