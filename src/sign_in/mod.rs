//! Letting usher in: by what it types itself, by a kept session, or with a person's help; never twice with the same
//! refused password. Whoever the page then shows must be who usher.toml says.

mod code;
mod detect;
mod door;
mod held_up;
mod help;
mod private;
mod shown;
mod store;
mod used;

pub use code::{Next, Seed};
pub use detect::detect;
pub use door::{Door, Entered, Shelf, Visit};
pub use help::Help;
pub use shown::shown;
pub use store::{Kept, KeptFor, Store};
pub use used::Used;

/// Who and where.
#[derive(Clone, Copy, Debug)]
pub struct Tenancy<'a> {
    /// The tenant's base URL.
    pub url: &'a str,
    /// The account, as the page must show it.
    pub account: &'a str,
    /// The tenant, as the page must show it.
    pub tenant: &'a str,
}

/// What the page showed.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account's line.
    pub account: String,
}
