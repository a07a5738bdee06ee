//! Which generation of its pages a tenant has.

use crate::browser::Browser;
use crate::journal::{Refusal, RefusalKind};
use crate::plan::{Pack, View};
use crate::run::{Halt, Locator, Values, address};
use crate::words::Outcome;
use std::time::{Duration, Instant};

/// How long the entry page may take to be one of the known ones.
const PATIENCE: Duration = Duration::from_secs(30);

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
