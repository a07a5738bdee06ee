//! What the page is asked for: a control by its descriptions, in a scope. The form in which it crosses into the page.

use crate::words::{PlaceRef, RefusalKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// A control or region, ready to be located: every template filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// The selector's name, for messages.
    pub name: String,
    /// Independent descriptions; none means the scope itself.
    pub described: Vec<Described>,
    /// Where it is looked for.
    #[serde(rename = "in")]
    pub inside: Option<Box<Scope>>,
    /// The book's line.
    #[serde(skip)]
    pub place: Option<PlaceRef>,
    /// What it holds is told to nobody.
    #[serde(skip)]
    pub secret: bool,
}

/// One description of a control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Described {
    /// ARIA role and ranked accessible names.
    Role {
        /// Any role, when absent.
        role: Option<String>,
        /// Any name, when empty.
        names: Vec<String>,
    },
    /// The text of a label.
    Label {
        /// Ranked.
        texts: Vec<String>,
    },
    /// The whole visible text.
    Text {
        /// Ranked.
        texts: Vec<String>,
    },
    /// The placeholder.
    Placeholder {
        /// Ranked.
        texts: Vec<String>,
    },
    /// A test id.
    TestId {
        /// The id.
        value: String,
    },
    /// A CSS selector.
    Css {
        /// The selector.
        value: String,
    },
    /// An `XPath`.
    Xpath {
        /// The path.
        value: String,
    },
}

/// Where a control is looked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Inside another control.
    Control(Target),
    /// Inside the one row of this person.
    Row {
        /// The list.
        list: ListTarget,
        /// The column that holds the key.
        column: String,
        /// The key.
        key: String,
    },
    /// In the page that a frame holds.
    Frame(Target),
}

/// A list of people on a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListTarget {
    /// Its name in the book.
    pub name: String,
    /// Its columns.
    pub columns: BTreeMap<String, ColumnTarget>,
    /// The column that tells its rows apart.
    pub key: String,
    /// What its rows are, when no table tells.
    pub grid: Option<GridTarget>,
    /// Where on the page it is.
    #[serde(rename = "in")]
    pub inside: Option<Box<Target>>,
    /// The book's line.
    #[serde(skip)]
    pub place: Option<PlaceRef>,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnTarget {
    /// The header's text; none where the part is looked for in the whole row.
    pub header: Option<String>,
    /// The part of the cell that counts.
    pub css: Option<String>,
    /// What a screen reader says in the cell counts.
    pub heard: bool,
}

/// What the rows, cells and headers of a list of plain elements are, by CSS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GridTarget {
    /// The rows.
    pub rows: String,
    /// The cells in a row; none where the row is one cell.
    pub cells: Option<String>,
    /// The headers.
    pub headers: Option<String>,
}

/// Something the page may say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SaysTarget {
    /// Its number; answers name it.
    pub id: usize,
    /// Its wordings.
    pub texts: Vec<String>,
    /// Where it must stand.
    #[serde(rename = "in")]
    pub inside: Option<Target>,
}

/// What may come in between, and how it is sent away.
#[derive(Clone, Debug, PartialEq)]
pub struct InterruptTarget {
    /// Shows that it is there.
    pub sees: Target,
    /// Sends it away.
    pub click: Target,
    /// How often it may come on one page.
    pub most: u32,
}

/// A page at which the app asks again who one is. Nothing is waited for there in vain, and nothing is clicked.
#[derive(Clone, Debug, PartialEq)]
pub struct GateTarget {
    /// Show, all of them at once and for a while, that it is there.
    pub sees: Vec<Target>,
    /// Shows that it is not: somebody is signed in.
    pub unless: Option<Target>,
    /// What it means.
    pub kind: RefusalKind,
}

/// What binds a commit to a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Binding {
    /// The region that must name them; for ticked rows, the person's own row.
    pub names: Target,
    /// How it must name them.
    pub expect: Pattern,
    /// Other people's keys; any of them in the region is a refusal.
    pub foreign: Vec<String>,
    /// Controls that were filled in before and must hold that still, as far as they are on the page.
    pub filled: Vec<Target>,
}

/// How a region names a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// The key as a whole token.
    Token(String),
    /// A whole line.
    Line(Vec<Piece>),
    /// Their row of this list is ticked, and no other one is.
    Ticked(ListTarget),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// As it is.
    Text(String),
    /// Any number.
    Digits(bool),
    /// The person.
    Identity(String),
}

impl Described {
    /// In words, for messages and journals: `button "Send Invite"`.
    pub fn words(&self) -> String {
        let ranked = |texts: &[String]| {
            texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(" or ")
        };
        match self {
            Self::Role { role, names } => {
                let role = role.as_deref().unwrap_or("anything");
                if names.is_empty() { role.to_owned() } else { format!("{role} named {}", ranked(names)) }
            }
            Self::Label { texts } => format!("labelled {}", ranked(texts)),
            Self::Text { texts } => format!("text {}", ranked(texts)),
            Self::Placeholder { texts } => format!("placeholder {}", ranked(texts)),
            Self::TestId { value } => format!("test id {value}"),
            Self::Css { value } => format!("css {value}"),
            Self::Xpath { value } => format!("xpath {value}"),
        }
    }
}
