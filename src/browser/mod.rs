//! The browser as the engine sees it: pages are opened, controls located and used, lists read, pictures taken.
//!
//! Knows nothing of scripts, plans or people's requests.

mod answer;
pub mod driver;
pub mod fake;
pub mod guard;
mod inspect;
mod jar;
mod list;
mod live;
mod offer;
mod target;
mod webdriver;

pub use inspect::{Bound, Choice, Headers, Hit, Inspect, Inspected};
pub use jar::Jar;
pub use list::{Amiss, Go, LIST_PATIENCE, ListQuestion, Rest, Scroller, Snapshot, Stretch, StretchQuestion};
pub use live::Live;
pub use target::{
    Binding, ColumnTarget, Described, GateTarget, GridTarget, InterruptTarget, ListTarget, Pattern, Piece,
    SaysTarget, Scope, Target,
};
pub use webdriver::{Connect, SessionFacts, begin};

use crate::secret::Secret;
use crate::words::{Outcome, RefusalKind};
use serde::Deserialize;
use std::time::Duration;

/// Why something could not be done on a page.
#[derive(Debug)]
pub enum Trouble {
    /// The page would not: typed, about the page.
    Refused(Box<Refused>),
    /// The browser or its driver is gone, or speaks nonsense: about usher's own tools.
    Broken(anyhow::Error),
}

/// What the page would not do, before script and book lines are added to it.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// What kind.
    pub kind: RefusalKind,
    /// In a sentence, lowercase.
    pub message: String,
    /// The control it is about.
    pub target: Option<Target>,
    /// What each description matched.
    pub tried: Vec<String>,
    /// Names on the page like the wanted one.
    pub near: Vec<String>,
    /// What the page said meanwhile: number of the statement and its line.
    pub said: Vec<Said>,
}

impl Refused {
    /// A refusal of this kind.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), ..Self::default() }
    }

    /// The control it is about.
    #[must_use]
    pub fn about(mut self, target: &Target) -> Self {
        self.target = Some(target.clone());
        self
    }

    /// What the page said meanwhile.
    #[must_use]
    pub fn hearing(mut self, said: Vec<Said>) -> Self {
        self.said = said;
        self
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

/// A statement that stands on the page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Said {
    /// Which of the watched statements.
    pub id: usize,
    /// The whole line.
    pub line: String,
}

/// What a control must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Can be clicked: attached, visible, still, enabled, receives the click.
    Ready,
    /// Can be seen.
    Visible,
    /// Can be seen, and nothing lies above it: a dialog that is open.
    OnTop,
    /// Cannot be seen.
    Absent,
}

/// A control that was found.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The descriptions that found it, in words.
    pub by: Vec<String>,
    /// Its visible text.
    pub text: String,
    /// Whether it is ticked, where that means anything.
    pub checked: Option<bool>,
}

/// What is typed.
#[derive(Clone, Copy, Debug)]
pub enum Typed<'a> {
    /// May be shown and kept.
    Plain(&'a str),
    /// May not.
    Secret(&'a Secret),
}

/// The armed control of a commit.
#[derive(Clone, Debug)]
pub struct Armed {
    /// The descriptions that found it.
    pub by: Vec<String>,
    /// The line that binds the commit to the person.
    pub bound: String,
    /// What will be done.
    pub gesture: Gesture,
}

/// What a commit does with its control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Clicks it.
    Click,
    /// Chooses the option of this name.
    Choose(String),
    /// Ticks or unticks a checkbox.
    Check(bool),
    /// Turns a switch on or off.
    Toggle(bool),
    /// Clicks the item of this name in its menu.
    Item(String),
}

/// The one gesture by which an armed commit is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    /// A click there, in CSS pixels of the viewport.
    Click((f64, f64)),
    /// In the open list of a native select: to its first option, so often on, and Enter.
    Keys(usize),
}

/// What came of a commit's act, as far as the page tells.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// `gone`, `says`, `saved` (something was sent and answered), `document` or `none`.
    pub answered: String,
    /// Trusted clicks that reached the page (a press alone counts too); `None` when the document that counted is gone.
    pub passed: Option<u32>,
    /// Trusted events held back.
    pub blocked: u32,
    /// How often the page sent to one address again for the one act.
    pub sent_again: u32,
    /// The server turned the act away, because too much was asked of it.
    pub turned_away: bool,
    /// Why the guard held the click back.
    pub why: Option<String>,
    /// What the page says now.
    pub said: Vec<Said>,
}

/// Something that a server did not serve at once, and did after a while.
#[derive(Clone, Debug)]
pub struct Waited {
    /// What it would have been without waiting.
    pub outcome: Outcome,
    /// What the server answered.
    pub why: String,
    /// How long it took.
    pub waited: Duration,
}

/// What a picture must not show.
#[derive(Clone, Debug, Default)]
pub struct Cover<'a> {
    /// Lists whose other rows are covered.
    pub lists: Vec<&'a ListTarget>,
    /// Whose row stays, by the column that tells a list's rows apart, and what stands in it.
    pub subject: Vec<(String, String)>,
    /// Regions that are always covered.
    pub secret: Vec<Target>,
    /// Where the action is; stays visible.
    pub scope: Option<&'a Target>,
}

/// A picture of the viewport, masked.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// PNG.
    pub png: Vec<u8>,
    /// The page's address.
    pub url: String,
    /// The page's title.
    pub title: String,
    /// How many places of each kind were covered.
    pub masked: crate::evidence::Masked,
}

/// A browser with one page.
#[expect(
    async_fn_in_trait,
    reason = "only this crate uses it, on one thread at a time; no Send bound is wanted"
)]
pub trait Browser {
    /// Loads an address afresh, also when it is the one that is open.
    async fn open(&mut self, url: &str) -> Result<(), Trouble>;
    /// The address that is open.
    async fn url(&mut self) -> Result<String, Trouble>;
    /// Statements that every look at the page watches for.
    fn watch(&mut self, says: Vec<SaysTarget>);
    /// Where secrets show from now on: what stands there gets into no answer.
    fn keep_secret(&mut self, places: Vec<Target>);
    /// What may come in between from now on, and how it is sent away. Nothing is while a commit is armed.
    fn expect(&mut self, interrupts: Vec<InterruptTarget>);
    /// Pages at which nothing goes on from now on: looked for wherever what is wanted is not there, and refused by their kind.
    fn gates(&mut self, gates: Vec<GateTarget>);
    /// What was sent away since this was last asked.
    fn sent_away(&mut self) -> Vec<String>;
    /// What a server was waited for since this was last asked.
    fn waited(&mut self) -> Vec<Waited>;
    /// Waits until the page has come to rest: nothing changes, nothing says that it is busy.
    async fn rest(&mut self) -> Result<(), Trouble>;
    /// What controls show or hold, once all of them are there; they need not be visible, such as a field on another tab.
    async fn read(&mut self, targets: &[Target]) -> Result<Vec<String>, Trouble>;
    /// Answers the native dialog that is open or about to be: with yes when this is its text, else with no and a refusal.
    async fn accept(&mut self, text: &str) -> Result<(), Trouble>;
    /// The watched statements that stand on the page now.
    async fn said(&mut self) -> Result<Vec<Said>, Trouble>;
    /// Waits until a control is as wanted.
    async fn look(&mut self, target: &Target, want: Want, patience: Duration) -> Result<Seen, Trouble>;
    /// Waits until the first of some controls is visible.
    async fn look_for_any(&mut self, targets: &[Target], patience: Duration) -> Result<Seen, Trouble>;
    /// Whether a control is visible now, without waiting for it.
    async fn sees(&mut self, target: &Target) -> Result<bool, Trouble>;
    /// Clicks a control that commits nothing.
    async fn click(&mut self, target: &Target) -> Result<Seen, Trouble>;
    /// Clicks a control that gives a file away, and gives what is in it. The file itself is gone afterwards.
    async fn download(&mut self, target: &Target) -> Result<Vec<u8>, Trouble>;
    /// Moves the pointer onto a control.
    async fn hover(&mut self, target: &Target) -> Result<Seen, Trouble>;
    /// Types into a field and reads it back.
    async fn fill(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble>;
    /// Chooses exactly the options of these names, whatever was chosen before, and reads them back.
    async fn choose(&mut self, target: &Target, wanted: &[String]) -> Result<Seen, Trouble>;
    /// Ticks or unticks a checkbox and reads it back.
    async fn check(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble>;
    /// Turns a switch on or off and reads it back.
    async fn toggle(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble>;
    /// Selects a tab and reads it back.
    async fn tab(&mut self, target: &Target) -> Result<Seen, Trouble>;
    /// Opens the menu of a button and clicks the one item of this name in it.
    async fn menu(&mut self, target: &Target, item: &str) -> Result<Seen, Trouble>;
    /// Gives a file of this machine to a field and reads it back; its path is relative to the current folder.
    async fn upload(&mut self, target: &Target, path: &str) -> Result<Seen, Trouble>;
    /// Types a phrase with real keys, where the page asks for exactly this phrase, and reads it back.
    async fn type_to_confirm(&mut self, target: &Target, phrase: &str) -> Result<Seen, Trouble>;
    /// Makes a commit ready: the control found and bound to the person, its list or menu opened, and what will be acted on
    /// guarded. Changes nothing; an act that would change nothing is refused.
    async fn arm(&mut self, target: &Target, act: &Act, binding: &Binding) -> Result<Armed, Trouble>;
    /// Acts, once. An error means that nobody knows whether it reached the page.
    async fn fire(&mut self, armed: &Armed) -> Result<(), Trouble>;
    /// Waits for the page's answer to the act and ends the guard.
    async fn answered(&mut self, patience: Duration) -> Result<Answer, Trouble>;
    /// Makes a tab of a list the chosen one, unless it says that it is, and waits until the list is the tab's.
    async fn turn(&mut self, tab: &Target, list: &ListTarget, empty: &[String]) -> Result<(), Trouble>;
    /// Reads one page of a list.
    async fn snapshot(&mut self, question: &ListQuestion<'_>) -> Result<Snapshot, Trouble>;
    /// Reads one stretch of a list that scrolls or grows.
    async fn stretch(&mut self, question: &StretchQuestion<'_>) -> Result<Stretch, Trouble>;
    /// Says which picture comes next, so that what is asked of the page before it can tell already what has to be covered.
    fn foresee(&mut self, _cover: &Cover<'_>) {}
    /// Takes a picture, covered before it leaves memory.
    async fn picture(&mut self, cover: &Cover<'_>) -> Result<Picture, Trouble>;
    /// What each description of a control finds now, and what the control is like. Touches nothing.
    async fn inspect(&mut self, question: &Inspect<'_>) -> Result<Inspected, Trouble>;
    /// Which of a list's headers stand on the page.
    async fn headers(&mut self, list: &ListTarget) -> Result<Headers, Trouble>;
    /// What the browser holds for the tenant's origins.
    async fn keep(&mut self) -> Result<Jar, Trouble>;
    /// Takes up what another browser held, and opens an address with it.
    async fn restore(&mut self, jar: &Jar, url: &str) -> Result<(), Trouble>;
    /// Roles and names of the page, without values: what a refusal keeps.
    async fn outline(&mut self) -> Result<serde_json::Value, Trouble>;
}
