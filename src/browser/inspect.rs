//! A control as a look at it shows it: what each of its descriptions finds, and what the control is like.

use super::{Binding, Refused, Said, Target};
use std::time::Duration;

/// What is to be found out of a control without touching it.
#[derive(Clone, Copy, Debug)]
pub struct Inspect<'a> {
    /// The control.
    pub target: &'a Target,
    /// It need not show, such as a field on another tab.
    pub hidden_too: bool,
    /// What would bind a commit by it to a person.
    pub binding: Option<&'a Binding>,
    /// How long it may take to come.
    pub patience: Duration,
}

/// What a look at a control came to.
#[derive(Clone, Debug, Default)]
pub struct Inspected {
    /// What each description finds, in the target's order; empty where the scope itself is meant.
    pub each: Vec<Hit>,
    /// Why it cannot be used at all, as a step would be refused; its descriptions agree on one element when absent.
    pub refused: Option<Box<Refused>>,
    /// The place it is looked for in is there.
    pub in_scope: bool,
    /// Its role.
    pub role: String,
    /// What it is called on the page.
    pub called: String,
    /// It is not disabled.
    pub enabled: bool,
    /// What can be chosen there.
    pub choice: Option<Choice>,
    /// Whether the page names the person, where that was asked.
    pub bound: Option<Bound>,
    /// What the page said meanwhile.
    pub said: Vec<Said>,
}

/// What one description finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// How many elements.
    pub matched: u32,
    /// How many more that do not show.
    pub hidden: u32,
    /// The one it finds is the one the other descriptions mean.
    pub same: bool,
    /// The one it finds, in words.
    pub element: String,
    /// Names on the page like the wanted one, where it finds nothing.
    pub near: Vec<String>,
}

/// Something to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its kind; `other` is no choice.
    pub kind: String,
    /// The names of what it offers; absent where that only shows once it is opened.
    pub offers: Option<Vec<String>>,
}

/// Whether the page names a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// By this line.
    By(String),
    /// It does not.
    Not {
        /// Why, in a sentence.
        why: String,
        /// The region is there; it only names nobody yet.
        silent: bool,
    },
}

/// The headers of a list's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// The columns whose headers are there, by our names.
    pub found: Vec<String>,
    /// Every header of that table.
    pub heads: Vec<String>,
    /// The visible lines of the page.
    pub lines: Vec<String>,
}

impl Inspected {
    /// Every description finds the one element.
    pub fn is_whole(&self) -> bool {
        self.refused.is_none() && self.each.iter().all(|hit| hit.matched == 1 && hit.same)
    }

    /// Something of it is there.
    pub fn is_there(&self) -> bool {
        self.refused.is_none() || self.each.iter().any(|hit| hit.matched > 0)
    }
}
