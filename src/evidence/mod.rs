//! What is kept: pictures and their folder.
pub mod mask;
