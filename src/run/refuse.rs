//! From what the page would not do to an outcome, and to a refusal with the script's and the book's line.

use super::target::Locator;
use crate::browser::{Refused, Trouble};
use crate::journal::{PlaceRef, Refusal, RefusalKind};
use crate::words::{Family, Outcome};

/// Why a step, a job or a run did not go on.
#[derive(Debug)]
pub enum Halt {
    /// The page would not, or a rule does not allow it.
    Refused(Outcome, Box<Refusal>),
    /// usher itself could not.
    Broken(anyhow::Error),
}

impl From<anyhow::Error> for Halt {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl Halt {
    /// A rule of ours that says no.
    pub fn rule(outcome: Outcome, message: impl Into<String>) -> Self {
        Self::Refused(
            outcome,
            Box::new(Refusal { kind: RefusalKind::Rule, message: message.into(), ..Refusal::default() }),
        )
    }

    /// What a trouble on the page means, with the line of the script where it was.
    pub fn of(trouble: Trouble, locator: &Locator<'_>, script: Option<PlaceRef>) -> Self {
        match trouble {
            Trouble::Broken(error) => Self::Broken(error),
            Trouble::Refused(refused) => {
                let (outcome, refusal) = refusal(*refused, locator, script);
                Self::Refused(outcome, Box::new(refusal))
            }
        }
    }
}

/// A refusal and its outcome. What the page says about it counts more than what could not be found meanwhile.
pub(super) fn refusal(
    refused: Refused,
    locator: &Locator<'_>,
    script: Option<PlaceRef>,
) -> (Outcome, Refusal) {
    let meaning = locator.meaning(&refused.said);
    let outcome = match &meaning {
        // Before the act the list was read: it did not have the person, so a page that says otherwise contradicts it.
        Some((outcome, _)) if outcome.family() == Family::Already => Outcome::PageDisagrees,
        Some((outcome, _)) => *outcome,
        None => outcome_of(&refused),
    };
    let hint = hint(outcome, &refused);
    let refusal = Refusal {
        kind: if meaning.is_some() { RefusalKind::Said } else { refused.kind },
        message: refused.message,
        script,
        book: refused.target.and_then(|target| target.place),
        tried: refused.tried,
        near: refused.near,
        said: meaning.map(|(_, line)| line),
        picture: None,
        hint,
    };
    (outcome, refusal)
}

fn outcome_of(refused: &Refused) -> Outcome {
    let in_row = refused
        .target
        .as_ref()
        .is_some_and(|target| matches!(target.inside.as_deref(), Some(crate::browser::Scope::Row { .. })));
    match refused.kind {
        RefusalKind::Several if in_row => Outcome::Ambiguous,
        RefusalKind::NoOption => Outcome::RoleUnavailable,
        RefusalKind::SignedOut => Outcome::SessionExpired,
        RefusalKind::StepUp => Outcome::MfaNeeded,
        RefusalKind::SlowDown => Outcome::RateLimited,
        RefusalKind::Disagree | RefusalKind::NotBound | RefusalKind::HeldBack | RefusalKind::Dialog => {
            Outcome::PageDisagrees
        }
        _ => Outcome::UiUnknown,
    }
}

fn hint(outcome: Outcome, refused: &Refused) -> Option<String> {
    let near = refused.near.iter().take(4).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let text = match (outcome, refused.kind) {
        (_, RefusalKind::NotThere) if !near.is_empty() => {
            format!("the page has {near}; if it was renamed, write a new version of the book")
        }
        (_, RefusalKind::NotThere | RefusalKind::Unreadable) => {
            "compare the picture with the book; a changed page needs a new version of the book".to_owned()
        }
        (_, RefusalKind::Several) => {
            "describe the control more narrowly in the book, or say what it is `in`".to_owned()
        }
        (_, RefusalKind::Disagree) => {
            "one of the descriptions is out of date; mend it in a new version of the book".to_owned()
        }
        (_, RefusalKind::NotBound) => "look at the picture: whose page is this?".to_owned(),
        (_, RefusalKind::SlowDown) => {
            "wait as long as it asks for, then go on: nothing was asked of the app meanwhile".to_owned()
        }
        (_, RefusalKind::NoPage) => "is the app up, and its URL in usher.toml right?".to_owned(),
        (_, RefusalKind::Rule) => {
            "put the file where the request says it is; its path is relative to the folder usher runs in"
                .to_owned()
        }
        (_, RefusalKind::NoOption) => format!("offered: {near}"),
        _ => return None,
    };
    Some(text)
}
