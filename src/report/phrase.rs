//! The words of a report: the verdict, the names of outcomes and families, and what to do next.

pub(super) use super::figures::{capital, cells, clock, duration, number, people, time};

use super::story::Story;
use crate::safe::visible;
use crate::words::{Action, Family, Outcome};

/// The families in the order a reader wants them: what needs somebody first.
pub(super) const FAMILIES: [Family; 6] =
    [Family::Undecided, Family::Stopped, Family::Refused, Family::Done, Family::Already, Family::NotReached];

/// The families in the order people count them: what was done first.
pub(super) const COUNTED: [Family; 6] =
    [Family::Done, Family::Already, Family::Refused, Family::Stopped, Family::Undecided, Family::NotReached];

/// The run in one sentence: `12 people invited, 1 already there, 2 refused; nobody undecided`.
pub fn verdict(story: &Story) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (outcome, count) in story.by_outcome() {
        if outcome.family() == Family::Done {
            parts.push(format!("{count} {}", done(outcome)));
        }
    }
    for family in [Family::Already, Family::Refused, Family::Stopped, Family::NotReached] {
        let count = story.count(family);
        if count > 0 {
            parts.push(format!("{count} {}", counted(family, story.plan.action)));
        }
    }
    if let Some(first) = parts.first_mut()
        && let Some((count, rest)) = first.split_once(' ')
    {
        let noun = if count == "1" { "person" } else { "people" };
        *first = format!("{count} {noun} {rest}");
    }
    let undecided = match story.count(Family::Undecided) {
        0 => "nobody undecided".to_owned(),
        count => format!("{count} undecided"),
    };
    if parts.is_empty() { undecided } else { format!("{}; {undecided}", parts.join(", ")) }
}

/// What the verdict must not leave out: that the run did not come to its own end.
pub(super) fn ending(story: &Story) -> Option<String> {
    if story.is_torn() {
        return Some(
            "The journal ends before the run did: usher was cut off, or is still at work.".to_owned(),
        );
    }
    let stop = story.run.stops.last().filter(|_| story.run.is_stopped)?;
    Some(format!("The run stopped before its end: {}.", stop.why.trim_end_matches('.')))
}

/// Whether the end of the run is signed, and with which key.
pub(super) fn signer(story: &Story) -> String {
    match &story.run.signer {
        None => "not signed: usher.toml names no key to sign with".to_owned(),
        Some(signer) if signer.comment.is_empty() => format!("signed with {}", visible(&signer.key)),
        Some(signer) => format!("signed with {} ({})", visible(&signer.key), visible(&signer.comment)),
    }
}

/// What a run that was taken up again heeded though its plan was made without it.
pub(super) fn heeded(protected: &[String], cap: Option<u32>) -> Option<String> {
    let people = protected.iter().map(|key| visible(key)).collect::<Vec<_>>().join(", ");
    let parts = [
        (!protected.is_empty()).then(|| format!("it protects {people}")),
        cap.map(|cap| format!("it allows {cap} removals at most")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty())
        .then(|| format!("usher.toml is stricter than when the plan was made: {}", parts.join("; ")))
}

/// Past participles for the verdict.
fn done(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InvitedPending => "invited",
        Outcome::Added => "added",
        Outcome::RoleChanged => "given another role",
        Outcome::Removed => "removed",
        Outcome::Deactivated => "deactivated",
        Outcome::Resent => "invited again",
        _ => "asked for without proof",
    }
}

/// A family after a number.
pub(super) fn counted(family: Family, action: Action) -> &'static str {
    match (family, action) {
        (Family::Done, _) => "done",
        (Family::Already, Action::Invite) => "already there",
        (Family::Already, Action::Remove) => "already gone",
        (Family::Already, _) => "already so",
        (Family::Refused, _) => "refused",
        (Family::Stopped, _) => "stopped the run",
        (Family::Undecided, _) => "undecided",
        (Family::NotReached, _) => "not reached",
    }
}

/// A family's class in the style sheet and in icons.
pub(super) const fn class(family: Family) -> &'static str {
    match family {
        Family::Done => "done",
        Family::Already => "already",
        Family::Refused => "refused",
        Family::Stopped => "stopped",
        Family::Undecided => "undecided",
        Family::NotReached => "not-reached",
    }
}

/// An outcome for people: `invited, pending`.
pub(super) fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::InvitedPending => "invited, pending".to_owned(),
        Outcome::AcknowledgedUnverified => "acknowledged, unverified".to_owned(),
        Outcome::ExistsInactive => "exists, inactive".to_owned(),
        Outcome::BlockedOwner => "blocked: owner".to_owned(),
        Outcome::BlockedLastAdmin => "blocked: last admin".to_owned(),
        Outcome::BlockedSelf => "blocked: usher's own account".to_owned(),
        Outcome::BlockedProtected => "blocked: protected".to_owned(),
        Outcome::ManagedByScim => "managed by SCIM".to_owned(),
        Outcome::UiUnknown => "page not known".to_owned(),
        Outcome::MfaNeeded => "second factor needed".to_owned(),
        other => other.as_str().replace('_', " "),
    }
}

/// What to say of a page that sent again for one act.
pub(super) const SENT_AGAIN: &str = "for one click the page sent to the same address more than once; usher clicked once, so the app itself may have done it twice: look there (a second e-mail, a second entry), and tell its vendor";

/// What the run was for, as a heading.
pub(super) fn heading(story: &Story) -> String {
    let app = &story.plan.title;
    match story.plan.action {
        Action::Invite => format!("Invitations to {app}"),
        Action::Remove => format!("Removals from {app}"),
        Action::Role => format!("Role changes in {app}"),
        Action::SignIn | Action::StepUp => format!("Sign-in to {app}"),
    }
}

/// What somebody should do about an outcome; none where nothing is to be done.
pub(super) const fn advice(outcome: Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::UnknownAfterCommit => {
            "look the person up in the app, then say what became of it: `usher unresolved`. Until then nobody tries again"
        }
        Outcome::NotReached => "`usher resume` goes on where the run ended",
        Outcome::ExistsInactive => "decide whether to bring the person back; that is done in the app itself",
        Outcome::NotFound => "check the key in the request against the roster: `usher roster`",
        Outcome::NearMatch => "compare with the people named here, then correct the key in the request",
        Outcome::Ambiguous => "make the rows tell apart in the app, or do this one by hand",
        Outcome::InvalidKey => "correct the key in the request",
        Outcome::DomainNotAllowed => "allow the domain in the app's own settings, or use another address",
        Outcome::OtherOrganisation => "the other organisation must let the person go first",
        Outcome::RoleUnavailable => "ask for a role the app offers, or change the plan with the vendor",
        Outcome::RoleMismatch => {
            "compare the person's role in the app with the request, and set it right by hand"
        }
        Outcome::SeatLimit => "free or buy seats, then `usher resume`",
        Outcome::BlockedOwner => "hand ownership over in the app first",
        Outcome::BlockedLastAdmin => "make somebody else an admin first",
        Outcome::BlockedSelf => "run usher with another account for this person",
        Outcome::BlockedProtected => "take the person off the protected list in usher.toml, if that is meant",
        Outcome::CapReached => "split the request, or raise the cap in usher.toml on purpose",
        Outcome::PermissionDenied => "give the account the right to manage people, then `usher resume`",
        Outcome::ManagedByScim => "make the change in the identity provider",
        Outcome::ContentChoiceNeeded => "say in the request who takes over the person's content",
        Outcome::PendingAppApproval => "somebody must approve it in the app",
        Outcome::SignInFailed | Outcome::WrongAccount => "check the account and its secrets in usher.toml",
        Outcome::MfaNeeded | Outcome::Captcha | Outcome::SessionExpired => {
            "sign in once by hand with `usher login`, then `usher resume`"
        }
        Outcome::WrongTenant => "check the tenant's URL in usher.toml",
        Outcome::UnsupportedBrowser => "use a browser the app takes; `usher doctor` lists what is there",
        Outcome::RateLimited => "wait, then `usher resume`",
        Outcome::UiUnknown | Outcome::PageDisagrees => {
            "the app may have changed: `usher check --live` shows which selectors no longer hold"
        }
        _ => return None,
    })
}

/// The hint for a person: what the refusal itself says to do, else what its outcome asks for.
pub(super) fn hint(person: &super::story::Person) -> Option<String> {
    let own = person.refusal().and_then(|refusal| refusal.hint.clone());
    own.or_else(|| advice(person.outcome()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_needs_somebody_has_advice() {
        for outcome in Outcome::ALL {
            let settled = matches!(outcome.family(), Family::Done | Family::Already);
            assert_eq!(advice(*outcome).is_none(), settled, "{outcome}");
        }
    }
}
