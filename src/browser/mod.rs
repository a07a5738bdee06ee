//! The browser as the engine sees it.
pub mod driver;
