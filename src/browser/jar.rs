//! What a browser holds for a tenant: cookies and what its pages have stored. Kept, it lets another browser go on signed in.

use crate::secret::Secret;

/// Cookies, local and session storage. What is in it is worth a password: it is one secret, read by browsers only.
#[derive(Clone, Debug)]
pub struct Jar {
    /// The origins and hosts it is for, as people read them.
    pub origins: Vec<String>,
    /// When the last of its cookies ends, in seconds since 1970; none when the app alone knows.
    pub ends: Option<i64>,
    /// The content, as JSON.
    pub content: Secret,
}
