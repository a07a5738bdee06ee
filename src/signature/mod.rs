//! The signature over a run's head: the text that is signed, the SSH key that signs it, and who may.
//!
//! The text is one that `sha256sum --check` reads, and the signature one that `ssh-keygen -Y verify` accepts, so that
//! nobody needs usher to check a run. Knows no files: text and keys are handed in.

mod key;
mod signers;
mod statement;

pub use key::{KeyName, KeyTrouble, NAMESPACE, Signature, SigningKey};
pub use signers::Signers;
pub use statement::{Covered, DRAWN, Statement, entries_named};
