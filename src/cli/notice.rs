//! Telling a person that usher needs them, as usher.toml wants it: the terminal's bell, the desktop, a webhook.

use super::Out;
use super::secrets::secret;
use crate::notice::{self, Notice, Ways};
use crate::settings::HelpSettings;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

/// Nobody is told for longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells them. Nothing that goes wrong here stops anybody: it is a warning.
pub(super) async fn tell(help: &HelpSettings, notice: &Notice, out: Out) {
    if help.bell {
        bell();
    }
    // The webhook's address may come from a program that waits for somebody.
    let told = tokio::time::timeout(PATIENCE, told(help, notice)).await;
    for warning in told.unwrap_or_else(|_| vec!["nobody was told in time but by this terminal".to_owned()]) {
        tracing::warn!(warning, "notice");
        out.note(&format!("warning: {warning}"));
    }
}

/// Tells them by what is not this terminal; what did not get through comes back.
async fn told(help: &HelpSettings, notice: &Notice) -> Vec<String> {
    let mut warnings = Vec::new();
    let webhook = match &help.webhook {
        None => None,
        Some(from) => match secret("help.webhook", from).await {
            Ok(address) => Some(address),
            Err(failure) => {
                warnings.push(failure.message);
                None
            }
        },
    };
    warnings.extend(notice::tell(&Ways { desktop: help.desktop, webhook }, notice).await);
    warnings
}

/// Rings, where somebody may hear it; a terminal that cannot be written to is no reason to stop.
fn bell() {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        let _ = terminal.write_all(b"\x07").and_then(|()| terminal.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SecretFrom;

    #[tokio::test]
    async fn a_webhook_that_is_not_to_be_had_is_a_warning() {
        let from = SecretFrom { env: Some("USHER_NO_SUCH_VARIABLE".to_owned()), ..SecretFrom::default() };
        let help = HelpSettings { desktop: false, webhook: Some(from), ..HelpSettings::default() };
        let warnings = told(&help, &Notice::default()).await;
        assert_eq!(warnings.len(), 1);
        assert!(warnings.concat().contains("USHER_NO_SUCH_VARIABLE, which is not set"), "{warnings:?}");
    }
}
