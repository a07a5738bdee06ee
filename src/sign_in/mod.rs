//! Signing usher in: the plain form. One try, never a second one; then the page must show the right account and tenant.
//!
//! Kept sessions, one-time codes and a person's help will stand beside it.

pub mod code;
pub mod used;

use crate::browser::{Browser, Trouble, Want};
use crate::journal::{Refusal, RefusalKind};
use crate::plan::{Pack, View};
use crate::run::{Halt, Locator, Reader, SecretSource, Stepper, Values, Where, address};
use crate::words::{Action, Outcome};
use std::time::{Duration, Instant};

/// How long the app may take to show who is signed in.
const PATIENCE: Duration = Duration::from_secs(30);

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

/// Does the sign-in script and holds the page against usher.toml before anything else happens.
pub async fn sign_in(
    browser: &mut impl Browser,
    view: &View,
    tenancy: Tenancy<'_>,
    secrets: SecretSource<'_>,
) -> Result<SignedIn, Halt> {
    let locator = Locator::signing_in(view);
    browser.watch(locator.says()?);
    browser.expect(locator.interrupts()?);
    browser.keep_secret(locator.secrets());
    let Some(script) = view.script(Action::SignIn, crate::words::State::Absent) else {
        return Err(Halt::Broken(anyhow::anyhow!("the pack has no sign-in script")));
    };
    let values = Values { key: tenancy.account.to_owned(), ..Values::default() };
    let reader = Reader::new(view, tenancy.url);
    let stepper = Stepper {
        locator: &locator,
        base: tenancy.url,
        reader: &reader,
        values: &values,
        secrets: Some(secrets),
    };
    for (index, step) in script.script.steps.iter().enumerate() {
        let at = Where { script, number: u32::try_from(index + 1).unwrap_or(u32::MAX), step };
        if let Some(when) = &step.when
            && !stepper.holds(browser, at, when).await?
        {
            continue;
        }
        if let Some(&verb) = step.verbs().first() {
            stepper.step(browser, at, verb).await?;
        }
    }
    shown(browser, view, tenancy).await
}

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

/// Finds out which generation of its pages the tenant has: exactly one book's `detect` must hold on the entry page.
pub async fn detect(
    browser: &mut impl Browser,
    pack: &Pack,
    practice: bool,
    url: &str,
) -> Result<View, Halt> {
    let views: Vec<View> =
        pack.generations().filter_map(|generation| pack.view(generation, practice)).collect();
    browser.watch(Vec::new());
    let mut interrupts = Vec::new();
    for view in &views {
        interrupts.extend(Locator::new(view).interrupts()?);
    }
    browser.expect(interrupts);
    let entry = address(url, &pack.app.entry)?;
    let values = Values::default();
    let open = |trouble, view: &View| Halt::of(trouble, &Locator::new(view), None);
    let Some(first) = views.first() else {
        return Err(Halt::Broken(anyhow::anyhow!("the pack has no generation")));
    };
    browser.open(&entry).await.map_err(|trouble| open(trouble, first))?;
    let until = Instant::now() + PATIENCE;
    loop {
        let mut fitting = Vec::new();
        for view in &views {
            let locator = Locator::new(view);
            let mut all = true;
            for control in &view.book.detect {
                let target = locator.target("detect", control, &values, None)?;
                all = all && browser.sees(&target).await.map_err(|trouble| open(trouble, view))?;
            }
            if all {
                fitting.push(view);
            }
        }
        match fitting.as_slice() {
            [one] => return Ok((*one).clone()),
            [] if Instant::now() < until => {
                for view in &views {
                    says_why(browser, view).await?;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            [] => {
                let known: Vec<&str> = pack.generations().collect();
                let message = format!(
                    "the page at {entry} is none of the known generations of {}: {}",
                    pack.app.title,
                    crate::diag::listed(known)
                );
                return Err(Halt::rule(Outcome::UiUnknown, message));
            }
            several => {
                let names = several.iter().map(|view| view.generation.as_str());
                let message = format!(
                    "the page at {entry} could be several generations: {}",
                    crate::diag::listed(names)
                );
                return Err(Halt::rule(Outcome::UiUnknown, message));
            }
        }
    }
}

/// A name without the icons and blanks around it; "Acme" must not pass for "Acme Sandbox", so it is compared whole.
fn bare(name: &str) -> String {
    name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// A page that is none of the known ones may say why, in the words of one of the books: the account may not, the session is over.
async fn says_why(browser: &mut impl Browser, view: &View) -> Result<(), Halt> {
    let locator = Locator::new(view);
    browser.watch(locator.says()?);
    let said = browser.said().await;
    browser.watch(Vec::new());
    let said = said.map_err(|trouble| Halt::of(trouble, &locator, None))?;
    let Some((outcome, line)) = locator.meaning(&said) else { return Ok(()) };
    let message = format!("the page says \"{line}\"");
    let refusal = Refusal { kind: RefusalKind::Said, message, said: Some(line), ..Refusal::default() };
    Err(Halt::Refused(outcome, Box::new(refusal)))
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
