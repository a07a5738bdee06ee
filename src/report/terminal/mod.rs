//! What stands in a terminal: the plan before, the progress during, the summary after. Readable without colour.

mod busy;
mod excerpt;
mod paint;
mod plan;
mod progress;
mod summary;
mod table;
mod walk;

pub use busy::Busy;
pub use plan::plan_table;
pub use progress::{Progress, Show};
pub use summary::summary;
pub use table::table;
pub use walk::walk;
