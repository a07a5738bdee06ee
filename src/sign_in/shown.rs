//! Who is signed in to what, as the page shows it.

use super::{SignedIn, Tenancy};
use crate::browser::{Browser, Trouble, Want};
use crate::journal::{Refusal, RefusalKind};
use crate::plan::View;
use crate::run::{Halt, Locator, Values};
use crate::words::Outcome;
use std::time::Duration;

/// How long the app may take to show who is signed in.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads who is signed in to what from the page, and refuses anybody else.
pub async fn shown(browser: &mut impl Browser, view: &View, tenancy: Tenancy<'_>) -> Result<SignedIn, Halt> {
    let locator = Locator::signing_in(view);
    let signed_in = &view.app.signed_in;
    let values = Values::default();
    let tenant = match &signed_in.tenant {
        Some(tenant) => Some(read(browser, &locator, tenant, &values).await?),
        None => None,
    };
    if let Some(page) = &signed_in.page {
        let address = locator.page(tenancy.url, page, &values)?;
        browser.open(&address).await.map_err(|trouble| Halt::of(trouble, &locator, None))?;
    }
    let account = read(browser, &locator, &signed_in.account, &values).await?;
    if !names_whole(&account, tenancy.account) {
        let message =
            format!("the page shows the account \"{account}\", but usher.toml says \"{}\"", tenancy.account);
        return Err(Halt::rule(Outcome::WrongAccount, message));
    }
    if let Some(tenant) = tenant.filter(|tenant| bare(tenant) != bare(tenancy.tenant)) {
        let message =
            format!("the page shows the tenant \"{tenant}\", but usher.toml says \"{}\"", tenancy.tenant);
        return Err(Halt::rule(Outcome::WrongTenant, message));
    }
    Ok(SignedIn { account })
}

async fn read(
    browser: &mut impl Browser,
    locator: &Locator<'_>,
    name: &str,
    values: &Values,
) -> Result<String, Halt> {
    let target = locator.control(name, values)?;
    match browser.look(&target, Want::Visible, PATIENCE).await {
        Ok(seen) => Ok(seen.text),
        Err(Trouble::Refused(refused))
            if refused.kind == RefusalKind::NotThere && refused.said.is_empty() =>
        {
            let message = format!("the app did not show who is signed in: `{name}` is not there");
            let refusal = Refusal {
                kind: RefusalKind::NotThere,
                message,
                book: target.place.clone(),
                tried: refused.tried,
                near: refused.near,
                hint: Some(
                    "was the password taken? usher tries it once only, so that no account is locked"
                        .to_owned(),
                ),
                ..Refusal::default()
            };
            Err(Halt::Refused(Outcome::SignInFailed, Box::new(refusal)))
        }
        Err(trouble) => Err(Halt::of(trouble, locator, None)),
    }
}

/// A name without the icons and blanks around it; "Acme" must not pass for "Acme Sandbox", so it is compared whole.
fn bare(name: &str) -> String {
    name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether a text names somebody as a whole: not as a part of a longer word or address.
fn names_whole(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.trim().to_lowercase());
    let joins = |c: char| c.is_alphanumeric() || "._%+-'@".contains(c);
    text.match_indices(&name).any(|(start, found)| {
        let before = text.get(..start).and_then(|left| left.chars().next_back());
        let mut after = text.get(start + found.len()..).unwrap_or_default().chars();
        let next = after.next();
        // A full stop that ends a sentence is no part of the name.
        let ends = next == Some('.') && !after.next().is_some_and(char::is_alphanumeric);
        !name.is_empty() && !before.is_some_and(joins) && (ends || !next.is_some_and(joins))
    })
}

#[cfg(test)]
mod tests {
    use super::names_whole;

    #[test]
    fn only_whole_names_count() {
        assert!(names_whole("Howdy, admin", "admin"));
        assert!(names_whole("Signed in as It-Admin@x.test.", "it-admin@x.test"));
        assert!(!names_whole("Howdy, admin2", "admin"));
        assert!(!names_whole("bergmeier@x.test", "meier@x.test"));
        assert!(names_whole("\u{f102} Corp", "Corp"));
        assert!(!names_whole("Corporate", "Corp"));
        assert!(!names_whole("anything", ""));
    }
}
