//! Lists as the page is asked for them: one page of a list, or one stretch of what scrolls or grows.

use super::{ListTarget, Target};
use std::time::Duration;

/// One page of a list.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The list's tables as HTML; empty when the page says that it holds nobody.
    pub html: String,
    /// The page's visible lines outside of it.
    pub lines: Vec<String>,
    /// The control that leads on: `none`, `enabled`, `disabled` or `several`.
    pub next: String,
    /// Tells this page of the list from another.
    pub fingerprint: String,
    /// The page says that the list holds nobody.
    pub empty: bool,
    /// What speaks against having seen all of its rows.
    pub amiss: Vec<Amiss>,
    /// The page's address.
    pub url: String,
}

/// How a list is read.
#[derive(Clone, Debug)]
pub struct ListQuestion<'a> {
    /// The list.
    pub list: &'a ListTarget,
    /// The control that leads on.
    pub next: Option<&'a Target>,
    /// What the page says when it holds nobody.
    pub empty: &'a [String],
    /// Wait until it is not this page any more.
    pub unlike: Option<&'a str>,
    /// What in each row leads to the person's own page.
    pub detail: Option<&'a Target>,
    /// How long the list may take.
    pub patience: Duration,
}

/// How long a list may take to show its rows.
pub const LIST_PATIENCE: Duration = Duration::from_secs(20);

/// What is scrolled so that a list shows more of its rows.
#[derive(Clone, Copy, Debug)]
pub enum Scroller<'a> {
    /// Nothing: the list grows by itself or by a control.
    None,
    /// The window.
    Window,
    /// A box of its own.
    Box(&'a Target),
}

/// How one goes on in a list that scrolls or grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// To its beginning.
    Top,
    /// On by a bit less than what shows at once.
    On,
    /// Nowhere: until something new is there, or patience ends.
    Wait,
    /// Nowhere, after more was asked for: until it is there, or a longer patience ends.
    Grown,
    /// To its beginning, to leave it so; nothing is read.
    Home,
}

/// How one stretch of a list is read.
#[derive(Clone, Debug)]
pub struct StretchQuestion<'a> {
    /// The list.
    pub list: &'a ListTarget,
    /// What is scrolled.
    pub scroller: Scroller<'a>,
    /// The control that loads more.
    pub more: Option<&'a Target>,
    /// What the page says when it holds nobody.
    pub empty: &'a [String],
    /// Where to.
    pub go: Go,
    /// The number of the stretch before, 0 at the beginning: rows that were told up to it and stand as they stood are left out.
    pub since: u32,
    /// How long something new may take to come at its end.
    pub patience: Duration,
    /// What in each row leads to the person's own page.
    pub detail: Option<&'a Target>,
}

/// A stretch of a list: the rows of it that are new on the page.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    /// The list's tables as HTML, each row with its place; empty when the page says that it holds nobody.
    pub html: String,
    /// The page's visible lines outside of it.
    pub lines: Vec<String>,
    /// The page says that the list holds nobody.
    pub empty: bool,
    /// Its number.
    pub number: u32,
    /// How many rows were left out.
    pub known: u64,
    /// How far down the list's own box reaches, in pixels of the page.
    pub bottom: Option<i64>,
    /// The number of the list's last row, where the page tells it.
    pub last: Option<u64>,
    /// How far down what is scrolled stands, in pixels.
    pub place: i64,
    /// What is scrolled stands at its end.
    pub at_end: bool,
    /// The control that loads more: `none`, `enabled`, `disabled` or `several`.
    pub more: String,
    /// How it stood at last.
    pub rest: Rest,
    /// What speaks against having seen all of its rows up to here.
    pub amiss: Vec<Amiss>,
}

/// How a list stood when a stretch of it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// More may be on its way.
    #[default]
    Moving,
    /// Patience ended, and no row had come to where none was before.
    Waited,
    /// Something around it still turned when patience ended.
    Busy,
}

/// What speaks against having seen all rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amiss {
    /// A part of the list that shows stayed blank.
    Blank,
    /// It lies in another box that can be scrolled, inside of the one that is.
    Boxed,
    /// Only a part of it is on the page, and nothing is known that is scrolled.
    Partial,
}

impl Amiss {
    /// In a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Blank => "a part of the list stayed blank",
            Self::Boxed => "the list lies in a box of its own that can be scrolled, too",
            Self::Partial => {
                "only a part of the list is on the page, and the book does not say what is scrolled"
            }
        }
    }
}
