//! Telling a person who is elsewhere that usher needs them: on the desktop, and in a chat by a webhook.
//!
//! A notice that does not get through never stops anybody: what went wrong comes back in words, to be shown as a warning.

mod desktop;
mod webhook;

use crate::secret::Secret;
use std::time::Duration;

/// Nobody is told for longer than this.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a person is told.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// What it is about, in a few words.
    pub title: String,
    /// What the person is to do, and where.
    pub body: String,
    /// The app, as it is called on the command line.
    pub app: String,
    /// Whose console it is.
    pub tenant: String,
    /// What it comes to when nobody does anything, such as `mfa_needed`.
    pub outcome: String,
    /// Until when the person is waited for; RFC 3339.
    pub until: String,
}

/// The ways in which people are told.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// A notice on the desktop, where there is one.
    pub desktop: bool,
    /// The address of a webhook that takes what Slack's takes. Whoever has it can post there, so it is never shown.
    pub webhook: Option<Secret>,
}

/// Tells a person by all these ways at once, and comes back within seconds. What did not get through comes back, one
/// sentence each.
pub async fn tell(ways: &Ways, notice: &Notice) -> Vec<String> {
    let on_the_desktop = async { if ways.desktop { desktop::show(notice).await } else { Ok(()) } };
    let in_the_chat = async {
        match &ways.webhook {
            Some(address) => webhook::post(address, notice).await,
            None => Ok(()),
        }
    };
    let (desktop, webhook) = tokio::join!(on_the_desktop, in_the_chat);
    let failed = |what: &str, told: Result<(), String>| {
        told.err().map(|why| format!("the {what} was not told: {why}"))
    };
    failed("desktop", desktop).into_iter().chain(failed("webhook", webhook)).collect()
}

/// A text in which nothing is markup any more: desktops and chats read these three letters alike.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_way_is_no_failure() {
        assert!(tell(&Ways::default(), &Notice::default()).await.is_empty());
    }

    #[tokio::test]
    async fn a_failure_is_a_sentence() {
        let ways = Ways { webhook: Some(Secret::new("hunter2".to_owned())), ..Ways::default() };
        let said = tell(&ways, &Notice::default()).await;
        assert_eq!(said.len(), 1);
        assert!(said.concat().starts_with("the webhook was not told: "), "{said:?}");
        assert!(!said.concat().contains("hunter2"), "{said:?}");
    }

    #[test]
    fn nothing_is_markup() {
        assert_eq!(plain("<!channel> a & b"), "&lt;!channel&gt; a &amp; b");
    }
}
