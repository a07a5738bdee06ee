//! What a walk through a real console found, as it is shown: every control of the books with each of its descriptions, every
//! script with its steps.

use crate::journal::{PlaceRef, Refusal};
use serde::Serialize;
use std::collections::BTreeMap;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    /// As the book says.
    Green,
    /// It could not be looked at.
    Yellow,
    /// Not as the book says; a run would be refused, or will be soon.
    Red,
}

/// A walk.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The app's name for people.
    pub title: String,
    /// Whose console it is.
    pub tenant: String,
    /// The account usher worked as.
    pub account: String,
    /// The tenant's URL.
    pub url: String,
    /// The generation of its pages; empty when it was not found out.
    pub generation: String,
    /// Every control and list, in the books' order.
    pub controls: Vec<Control>,
    /// Every script.
    pub scripts: Vec<Script>,
    /// What is worth knowing besides.
    pub notes: Vec<String>,
    /// Why there was no walk, when usher did not get as far as that.
    pub halted: Option<Refusal>,
    /// The texts of scripts and books, by their names.
    pub texts: BTreeMap<String, String>,
}

/// A control, a list, or what tells the generation.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub light: Light,
    /// Where the book describes it.
    pub book: PlaceRef,
    /// Where it is needed.
    pub needed: Vec<PlaceRef>,
    /// Its descriptions.
    pub descriptions: Vec<Description>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// What a run would be refused with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// One description of a control.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// In words.
    pub words: String,
    /// How it stands.
    pub light: Light,
    /// What it finds: `ok`, or what is wrong with it.
    pub finds: String,
    /// Who says that it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<&'static str>,
}

/// A script that was walked.
#[derive(Clone, Debug, Serialize)]
pub struct Script {
    /// Its file.
    pub file: String,
    /// What it does.
    pub summary: String,
    /// How it stands.
    pub light: Light,
    /// For whom it was walked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Why it was not walked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// One step of a script.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its line.
    pub line: u32,
    /// Its verb.
    pub verb: &'static str,
    /// What it is about.
    pub on: String,
    /// How it stands.
    pub light: Light,
    /// How it went, in words.
    pub how: &'static str,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// What a run would be refused with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl Walk {
    /// How many controls and lists stand so.
    pub fn count(&self, light: Light) -> usize {
        self.controls.iter().filter(|control| control.light == light).count()
    }

    /// Nothing is red.
    pub fn is_good(&self) -> bool {
        let scripts = self.scripts.iter().all(|script| script.light != Light::Red);
        self.count(Light::Red) == 0 && scripts && self.halted.is_none()
    }

    /// What is red, once each, by name.
    pub fn refusals(&self) -> Vec<(String, &Refusal)> {
        let mut all: Vec<(String, &Refusal)> = self
            .controls
            .iter()
            .filter_map(|control| Some((control.name.clone(), control.refusal.as_ref()?)))
            .collect();
        let steps =
            self.scripts.iter().flat_map(|script| script.steps.iter().map(move |step| (script, step)));
        for (script, step) in steps {
            let Some(refusal) = &step.refusal else { continue };
            // A control that is red already says it better, with each of its descriptions.
            if !all.iter().any(|(_, known)| known.message == refusal.message || same_control(known, refusal))
            {
                all.push((format!("{}:{}", script.file, step.line), refusal));
            }
        }
        all.extend(self.halted.iter().map(|refusal| ("stopped".to_owned(), refusal)));
        all
    }
}

fn same_control(one: &Refusal, other: &Refusal) -> bool {
    one.book.is_some() && one.book == other.book
}
