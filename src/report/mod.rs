//! What is shown: every way to read a run, each a fold over its sealed entries.
//!
//! Knows facts and plans only. It never touches the disk, the clock or the network, and never learns how a run is
//! driven: pictures come by a function from file name to bytes, and what is written goes to writers handed in. So the
//! report of a live run and of a dead one are one code path, and `usher verify` can draw it again and compare.

pub mod csv;
mod drawn;
mod excerpt;
mod figures;
pub mod html;
pub mod json;
mod phrase;
mod rosters;
pub mod story;
pub mod terminal;
pub mod walk;

#[cfg(test)]
mod sample;

pub use drawn::{Drawn, Pictures, drawn};
pub use html::{HEAD, VERSION, drawn_by, html};
pub use phrase::verdict;
pub use story::Story;
