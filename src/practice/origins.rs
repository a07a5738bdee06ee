//! Where the console is: its own address, and those of the further origins that some ways of signing in lead over.
use super::knobs::SignIn;

/// The host names of further origins; they differ because cookies ignore ports.
pub(super) const IDENTITY: &str = "id.localhost";
pub(super) const ACCOUNTS: &str = "accounts.localhost";

/// The addresses, without a slash at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    pub(super) app: String,
    /// In the order of `hosts`.
    pub(super) further: Vec<String>,
}

impl Origins {
    /// The hosts that this way of signing in leads over.
    pub(super) fn hosts(sign_in: SignIn) -> &'static [&'static str] {
        match sign_in {
            SignIn::Form | SignIn::EmailFirst => &[],
            SignIn::Origins => &[IDENTITY, ACCOUNTS],
            SignIn::Sso => &[IDENTITY],
        }
    }

    /// The address at which `host` is served.
    pub(super) fn of(&self, host: &str) -> &str {
        let begin = format!("http://{host}:");
        self.further.iter().find(|origin| origin.starts_with(&begin)).map_or("", String::as_str)
    }

    /// All of them, apart by spaces.
    pub(super) fn joined(&self) -> String {
        let all: Vec<_> =
            std::iter::once(&self.app).chain(&self.further).map(std::string::String::as_str).collect();
        all.join(" ")
    }
}
