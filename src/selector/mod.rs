//! Selector books: where the controls of one generation of an app's pages are, in versions.
//!
//! Pure: text in, types out. Knows nothing of scripts, requests or browsers.

mod confirm;
mod forms;
mod list;

pub use list::{Column, Detail, Export, Find, FindField, Grid, List};

pub use confirm::{Next, Part, next_version, parts};

use crate::diag::Diagnostic;
use crate::source::{At, Pairs, Several, Source, read_yaml};
use crate::template::{Field, Template};
use crate::words::{Family, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The selectors of one generation: `selectors/<app>/<generation>.v<N>.yaml`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// The app; the name of its folder.
    pub app: At<String>,
    /// The generation of its pages; part of the file's name.
    pub generation: At<String>,
    /// The version of the book; part of the file's name. A repair is a new version.
    pub version: At<u32>,
    /// The day somebody last held it against its sources or the live page.
    pub checked: At<String>,
    /// What must be on the entry page for this generation to be the one. All of it must hold, for exactly one book.
    #[serde(default)]
    pub detect: Vec<At<Control>>,
    /// Paths of pages, below the tenant's URL.
    #[serde(default)]
    pub pages: Pairs<At<Template>>,
    /// Named controls and regions.
    #[serde(default)]
    pub controls: Pairs<At<Control>>,
    /// Lists of people.
    #[serde(default)]
    pub lists: Pairs<At<List>>,
    /// What the page says, and what it means.
    #[serde(default)]
    pub says: Vec<At<Statement>>,
    /// Controls whose region is never pictured.
    #[serde(default)]
    pub secret: Several<String>,
    /// What may come in between at any time (a cookie banner, an announcement) and how it is sent away: nothing else is.
    #[serde(default)]
    pub interrupts: Vec<At<Interrupt>>,
    /// Who says that its controls are described so, unless they say it themselves.
    pub basis: Option<At<Basis>>,
}

/// Something that comes in between. It is sent away before a step that reads, moves or fills, never around a commit.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interrupt {
    /// The control that shows it is there.
    pub sees: At<String>,
    /// The control that sends it away; clicking it commits nothing.
    pub click: At<String>,
    /// How often it may come on one page before usher stops; 3 when absent.
    pub most: Option<At<u32>>,
}

/// A control or region, by one or more independent descriptions. All that resolve must mean the same element.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its ARIA role.
    pub role: Option<At<String>>,
    /// Its accessible name, or several ranked ones.
    #[serde(default)]
    pub name: Several<Template>,
    /// The text of its label.
    #[serde(default)]
    pub label: Several<Template>,
    /// Its placeholder.
    #[serde(default)]
    pub placeholder: Several<Template>,
    /// Its whole visible text.
    #[serde(default)]
    pub text: Several<Template>,
    /// Its test id (`data-testid` and kin).
    pub test_id: Option<At<String>>,
    /// A CSS selector.
    pub css: Option<At<String>>,
    /// An `XPath`.
    pub xpath: Option<At<String>>,
    /// Where it is looked for: a control's name, or the person's row of a list.
    #[serde(rename = "in")]
    pub inside: Option<At<Inside>>,
    /// Who says that it is described so.
    pub basis: Option<At<Basis>>,
    /// Further descriptions of the same element, each with its own basis.
    #[serde(default)]
    pub also: Vec<At<Control>>,
}

/// Where a control is looked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Inside {
    /// Inside another control of the book.
    Control(String),
    /// Inside the person's one row of a list.
    RowOf(String),
    /// Inside the page that a frame holds.
    Frame(String),
}

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Only one of our own practice consoles.
    Practice,
    /// Somebody else's prose.
    ThirdPartyDoc,
    /// Somebody else's program that drives the page.
    PublicCode,
    /// The vendor's documentation.
    VendorDoc,
    /// The vendor's source code.
    VendorCode,
    /// Seen to resolve on the live page.
    ConfirmedLive,
}

/// Something the page says, and the outcome it means.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Part of a visible line; several wordings are one statement.
    pub text: Several<String>,
    /// What it means.
    pub means: At<Outcome>,
    /// Where it must stand to count.
    #[serde(rename = "in")]
    pub inside: Option<At<String>>,
    /// Who says so.
    pub basis: Option<At<Basis>>,
}

impl Basis {
    /// The word, as books write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::ThirdPartyDoc => "third-party-doc",
            Self::PublicCode => "public-code",
            Self::VendorDoc => "vendor-doc",
            Self::VendorCode => "vendor-code",
            Self::ConfirmedLive => "confirmed-live",
        }
    }
}

impl Control {
    /// How many independent descriptions of the element this is.
    pub fn descriptions(&self) -> usize {
        let named = usize::from(self.role.is_some() || !self.name.is_empty());
        let texts =
            [&self.label, &self.placeholder, &self.text].into_iter().filter(|t| !t.is_empty()).count();
        let codes = [&self.test_id, &self.css, &self.xpath].into_iter().filter(|code| code.is_some()).count();
        named + texts + codes + self.also.iter().map(|other| other.descriptions()).sum::<usize>()
    }

    /// Every template in it, with its place.
    pub fn templates(&self) -> Vec<At<Template>> {
        let own = [&self.name, &self.label, &self.placeholder, &self.text];
        let mut all: Vec<_> = own.into_iter().flat_map(|several| several.0.iter().cloned()).collect();
        all.extend(self.also.iter().flat_map(|other| other.templates()));
        all
    }

    /// The same with this number wherever it asks for one: the control of the n-th page.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let put = |several: &Several<Template>| {
            let each = several.0.iter().map(|template| At::new(template.numbered(number), template.spot));
            Several(each.collect())
        };
        Self {
            name: put(&self.name),
            label: put(&self.label),
            placeholder: put(&self.placeholder),
            text: put(&self.text),
            also: self.also.iter().map(|other| At::new(other.numbered(number), other.spot)).collect(),
            ..self.clone()
        }
    }

    /// It is found by a number, such as that of a page.
    pub fn is_numbered(&self) -> bool {
        self.templates().iter().any(|template| template.fields().any(|field| *field == Field::Number))
    }

    fn codes(&self) -> Vec<&At<String>> {
        let mut all: Vec<_> = [&self.css, &self.xpath].into_iter().flatten().collect();
        all.extend(self.also.iter().flat_map(|other| other.codes()));
        all
    }

    /// The weakest basis of all its descriptions, if every one has a basis.
    pub fn basis(&self) -> Option<Basis> {
        let others = self.also.iter().map(|other| other.basis());
        std::iter::once(self.basis.as_ref().map(|basis| basis.value))
            .chain(others)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .min()
    }
}

impl Book {
    /// The name its file must have.
    pub fn file_name(&self) -> String {
        format!("{}.v{}.yaml", self.generation.value, self.version.value)
    }

    /// Lays another book over this one: what it names again it replaces, what it names anew it adds.
    #[must_use]
    pub fn overlaid(mut self, over: Self) -> Self {
        fn lay<V>(under: &mut Pairs<V>, over: Pairs<V>) {
            for (key, value) in over.0 {
                match under.0.iter_mut().find(|(known, _)| known.value == key.value) {
                    Some(entry) => *entry = (key, value),
                    None => under.0.push((key, value)),
                }
            }
        }
        lay(&mut self.pages, over.pages);
        lay(&mut self.controls, over.controls);
        lay(&mut self.lists, over.lists);
        self.says.extend(over.says);
        self.secret.0.extend(over.secret.0);
        self.interrupts.extend(over.interrupts);
        if !over.detect.is_empty() {
            self.detect = over.detect;
        }
        self
    }
}

/// Reads a book. All that is wrong with it is reported at once.
pub fn read(source: &Arc<Source>) -> Result<Book, Vec<Diagnostic>> {
    let book: Book = read_yaml(source)?;
    let mut problems = Vec::new();
    for count in book.lists.iter().flat_map(|(_, list)| &list.count.0).filter(|count| !count.contains("${n}"))
    {
        problems.push(
            Diagnostic::error(source, "`count` has no `${n}`").at(count.spot, "where does the number stand?"),
        );
    }
    for statement in &book.says {
        if matches!(statement.means.family(), Family::Done | Family::Undecided | Family::NotReached) {
            problems.push(
                Diagnostic::error(source, format!("a page cannot say `{}`", statement.means))
                    .at(statement.means.spot, "done means read back, never said"),
            );
        }
    }
    for (name, list) in book.lists.iter() {
        list::shape(source, name, list, &mut problems);
    }
    let nexts = book.lists.iter().flat_map(|(_, list)| list.leading_on());
    for code in book.lists.iter().flat_map(|(_, list)| list.codes()).filter(|code| code.contains("${")) {
        problems.push(person_in_code(source, code.spot));
    }
    for control in book.controls.iter().map(|(_, c)| c).chain(book.detect.iter()).chain(nexts) {
        for code in control.codes().into_iter().filter(|code| code.contains("${")) {
            problems.push(person_in_code(source, code.spot));
        }
        if control.descriptions() == 0 && control.inside.is_none() {
            problems.push(
                Diagnostic::error(source, "this control has no description")
                    .at(control.spot, "one of `role`, `name`, `label`, `placeholder`, `text`, `test_id`, `css`, `xpath` belongs here"),
            );
        }
    }
    if problems.is_empty() { Ok(book) } else { Err(problems) }
}

fn person_in_code(source: &Arc<Source>, spot: crate::diag::Spot) -> Diagnostic {
    Diagnostic::error(source, "a person's values never go into CSS or XPath")
        .at(spot, "a value could change what is matched")
        .hint("use `name`, `text` or `label`, or `in: { row_of: LIST }`")
}
