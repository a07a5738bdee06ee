//! The record of a run: journal first, then eyes; exhibits on disk before the fact that names them.

use crate::browser::Picture;
use crate::evidence::{Exhibit, ExhibitKind, Masked, Store};
use crate::journal::{Entry, Fact, Journal, Seal};

/// Where everything that happens goes.
pub struct Record<'a> {
    journal: Journal,
    store: Store,
    local_time: Box<dyn Fn() -> String + 'a>,
    observers: Vec<&'a mut dyn FnMut(&Entry)>,
}

impl<'a> Record<'a> {
    /// Over an open journal and its folder.
    pub fn new(
        journal: Journal,
        store: Store,
        local_time: impl Fn() -> String + 'a,
        observers: Vec<&'a mut dyn FnMut(&Entry)>,
    ) -> Self {
        Self { journal, store, local_time: Box::new(local_time), observers }
    }

    /// Seals a fact and syncs it; only then the observers see it. A fact that cannot be sealed stops the run.
    pub fn fact(&mut self, fact: Fact) -> anyhow::Result<()> {
        let entry = self.journal.append(fact)?;
        for observer in &mut self.observers {
            observer(&entry);
        }
        Ok(())
    }

    /// The seal of the last entry.
    pub fn head(&self) -> &Seal {
        self.journal.head()
    }

    /// Keeps a picture, and says so.
    pub fn picture(
        &mut self,
        job: u32,
        step: u32,
        label: &str,
        picture: &Picture,
    ) -> anyhow::Result<Exhibit> {
        let name = format!("p{job:04}-s{step:02}-{}.png", label.replace(' ', "-"));
        let about = About {
            kind: ExhibitKind::Picture,
            label,
            url: &picture.url,
            title: &picture.title,
            masked: picture.masked,
        };
        let exhibit = self.keep(&name, &picture.png, &about)?;
        self.fact(Fact::ProofKept { job, step, exhibit: exhibit.clone() })?;
        Ok(exhibit)
    }

    /// Keeps a file, which then outlasts a power cut; the fact that names it is the caller's.
    pub fn keep(&mut self, name: &str, bytes: &[u8], about: &About<'_>) -> anyhow::Result<Exhibit> {
        let (file, sha256) = self.store.write_once(name, bytes)?;
        Ok(Exhibit {
            file,
            kind: about.kind,
            label: about.label.to_owned(),
            sha256,
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            url: about.url.to_owned(),
            title: about.title.to_owned(),
            local_time: (self.local_time)(),
            masked: about.masked,
        })
    }
}

/// What is known of a file that is kept.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Its kind.
    pub kind: ExhibitKind,
    /// What it shows.
    pub label: &'a str,
    /// The page it is of.
    pub url: &'a str,
    /// The page's title.
    pub title: &'a str,
    /// What was covered.
    pub masked: Masked,
}
