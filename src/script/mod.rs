//! Step scripts: what is done in an app for one action, as people write and review it.
//!
//! Pure: text in, types out. Knows nothing of books, requests or browsers; names of controls are only names here.

mod app;
mod commit;
mod rules;

pub use app::{App, Duration, Leftover, Removed, Route, Shown, SignedIn, States};
pub use commit::{Act, Commit};

use crate::diag::Diagnostic;
use crate::source::{At, Pairs, Several, Source, read_yaml};
use crate::template::Template;
use crate::words::{Action, Outcome, State};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// One job on one app: `scripts/<app>/*.yaml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The app it is for; the name of its folder.
    pub app: At<String>,
    /// What it does.
    pub action: At<Action>,
    /// One line for people.
    pub summary: At<String>,
    /// The generations of the app's pages these steps fit.
    #[serde(rename = "for")]
    pub generations: Several<String>,
    /// The states a person may be found in for these steps to be chosen.
    #[serde(default)]
    pub when: Several<State>,
    /// Columns of the request it takes besides the key: a list of allowed values, or an empty list for any text.
    #[serde(default)]
    pub takes: Pairs<Vec<At<String>>>,
    /// Columns of the request that may be left empty.
    #[serde(default)]
    pub optional: Several<String>,
    /// What is done, in order.
    pub steps: Vec<At<Step>>,
    /// What a fresh load must show afterwards. Not for signing in.
    pub read_back: Option<At<ReadBack>>,
}

/// One line of a script: exactly one verb, and what belongs to it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Opens a page of the book.
    pub open: Option<At<String>>,
    /// Brings the person's own row of a list onto the page, by its exact search or page by page.
    pub row: Option<At<String>>,
    /// Opens the person's own page, as the list's `detail` says, and holds it against them.
    pub detail: Option<At<String>>,
    /// Types into a search field and waits until the page has come to rest.
    pub search: Option<Pairs<At<Template>>>,
    /// Waits until this dialog of the page is open and nothing lies above it.
    pub dialog: Option<At<String>>,
    /// Clicks a control that commits nothing.
    pub click: Option<At<String>>,
    /// Moves the pointer onto a control, for things that show only then.
    pub hover: Option<At<String>>,
    /// Types into fields and reads each back.
    pub fill: Option<Pairs<At<Template>>>,
    /// Chooses exactly these options by their names, whatever was chosen before, and reads them back. A text may name
    /// several, parted by semicolons.
    pub choose: Option<Pairs<Several<Template>>>,
    /// Ticks (`on`) or unticks (`off`) a checkbox and reads it back.
    pub check: Option<Pairs<At<Switch>>>,
    /// Turns a switch, or a button that stays pressed, `on` or `off`, unless it is so already, and reads it back.
    pub toggle: Option<Pairs<At<Switch>>>,
    /// Selects a tab, unless it is selected already, and reads it back.
    pub tab: Option<At<String>>,
    /// Opens the menu of a button and clicks the one item of this name in it; commits nothing.
    pub menu: Option<Pairs<At<Template>>>,
    /// Gives a file to a field and reads it back; the path is relative to the folder usher runs in.
    pub upload: Option<Pairs<At<Template>>>,
    /// Types a phrase with real keys, where the page itself asks for exactly this phrase, and reads it back.
    pub type_to_confirm: Option<Pairs<At<Template>>>,
    /// Waits until a control is visible; of several, until the first of them is.
    #[serde(default)]
    pub wait: Several<String>,
    /// Reads what controls show and keeps it for the person under these names: `${read.NAME}`.
    pub read: Option<Pairs<At<String>>>,
    /// Does `steps` once for each value of this column of the request; several values are parted by `;`. `${item}` is the
    /// value at hand.
    pub each: Option<At<String>>,
    /// What `each` repeats.
    #[serde(default)]
    pub steps: Vec<At<Step>>,
    /// Refuses this person with an outcome; meant to stand with `when`.
    pub refuse: Option<At<Outcome>>,
    /// The act that takes effect at once; it happens once or not at all.
    pub commit: Option<At<Commit>>,
    /// Where the page must name the person before the commit.
    pub names: Option<At<String>>,
    /// What stands there for the person, when it is not the key: a whole line of the page.
    #[serde(rename = "as")]
    pub reads: Option<At<Template>>,
    /// Instead of `names`: the commit is for the rows that are ticked in this list, and they must be the person's row and
    /// no other.
    pub selects: Option<At<String>>,
    /// The native dialog (`confirm()`) that a click opens, by its whole text; it is answered with yes. Any other dialog is
    /// answered with no, and the step refuses.
    pub accept: Option<At<Template>>,
    /// Does the step only when all of this holds.
    pub when: Option<At<Condition>>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// Ticked.
    On,
    /// Not ticked.
    Off,
}

/// When a step is done.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// This control is visible now.
    pub sees: Option<At<String>>,
    /// The request gives these columns these values.
    #[serde(default)]
    pub given: Pairs<At<String>>,
    /// The request gives these columns a value, whichever.
    #[serde(default)]
    pub gives: Several<String>,
    /// The request leaves these columns empty.
    #[serde(default)]
    pub missing: Several<String>,
}

/// What a fresh load must show after the commit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadBack {
    /// The list of the book that is read.
    pub list: Option<At<String>>,
    /// The person must be in none of its rows.
    #[serde(default)]
    pub absent: bool,
    /// What the person's one row must show: column and allowed values. `status` takes states.
    #[serde(default)]
    pub shows: Pairs<Several<Template>>,
    /// The app shows nothing that could prove it; the outcome is `acknowledged_unverified`, never done.
    #[serde(default)]
    pub unverifiable: bool,
}

/// A step's verb with what it acts on.
#[derive(Clone, Copy, Debug)]
pub enum Verb<'a> {
    /// See [`Step::open`].
    Open(&'a At<String>),
    /// See [`Step::row`].
    Row(&'a At<String>),
    /// See [`Step::detail`].
    Detail(&'a At<String>),
    /// See [`Step::search`].
    Search(&'a Pairs<At<Template>>),
    /// See [`Step::dialog`].
    Dialog(&'a At<String>),
    /// See [`Step::click`].
    Click(&'a At<String>),
    /// See [`Step::hover`].
    Hover(&'a At<String>),
    /// See [`Step::fill`].
    Fill(&'a Pairs<At<Template>>),
    /// See [`Step::choose`].
    Choose(&'a Pairs<Several<Template>>),
    /// See [`Step::check`].
    Check(&'a Pairs<At<Switch>>),
    /// See [`Step::toggle`].
    Toggle(&'a Pairs<At<Switch>>),
    /// See [`Step::tab`].
    Tab(&'a At<String>),
    /// See [`Step::menu`].
    Menu(&'a Pairs<At<Template>>),
    /// See [`Step::upload`].
    Upload(&'a Pairs<At<Template>>),
    /// See [`Step::type_to_confirm`].
    TypeToConfirm(&'a Pairs<At<Template>>),
    /// See [`Step::wait`].
    Wait(&'a Several<String>),
    /// See [`Step::read`].
    Read(&'a Pairs<At<String>>),
    /// See [`Step::each`]; with what it repeats.
    Each(&'a At<String>, &'a [At<Step>]),
    /// See [`Step::refuse`].
    Refuse(&'a At<Outcome>),
    /// See [`Step::commit`].
    Commit(&'a At<Commit>),
}

impl Verb<'_> {
    /// The verb's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Row(_) => "row",
            Self::Detail(_) => "detail",
            Self::Search(_) => "search",
            Self::Dialog(_) => "dialog",
            Self::Click(_) => "click",
            Self::Hover(_) => "hover",
            Self::Fill(_) => "fill",
            Self::Choose(_) => "choose",
            Self::Check(_) => "check",
            Self::Toggle(_) => "toggle",
            Self::Tab(_) => "tab",
            Self::Menu(_) => "menu",
            Self::Upload(_) => "upload",
            Self::TypeToConfirm(_) => "type_to_confirm",
            Self::Wait(_) => "wait",
            Self::Read(_) => "read",
            Self::Each(..) => "each",
            Self::Refuse(_) => "refuse",
            Self::Commit(_) => "commit",
        }
    }

    /// The controls it names, with their places.
    pub fn controls(self) -> Vec<At<String>> {
        match self {
            Self::Click(name) | Self::Hover(name) | Self::Tab(name) | Self::Dialog(name) => {
                vec![name.clone()]
            }
            Self::Wait(names) => names.0.clone(),
            Self::Read(pairs) => pairs.iter().map(|(_, control)| control.clone()).collect(),
            Self::Fill(pairs)
            | Self::Menu(pairs)
            | Self::Search(pairs)
            | Self::Upload(pairs)
            | Self::TypeToConfirm(pairs) => pairs.iter().map(|(name, _)| name.clone()).collect(),
            Self::Choose(pairs) => pairs.iter().map(|(name, _)| name.clone()).collect(),
            Self::Check(pairs) | Self::Toggle(pairs) => pairs.iter().map(|(name, _)| name.clone()).collect(),
            Self::Commit(commit) => commit.acts().into_iter().map(|act| act.control().clone()).collect(),
            Self::Open(_) | Self::Row(_) | Self::Detail(_) | Self::Each(..) | Self::Refuse(_) => Vec::new(),
        }
    }
}

impl Step {
    /// All verbs the step was written with; a good one has exactly one.
    pub fn verbs(&self) -> Vec<Verb<'_>> {
        [
            self.open.as_ref().map(Verb::Open),
            self.row.as_ref().map(Verb::Row),
            self.detail.as_ref().map(Verb::Detail),
            self.search.as_ref().map(Verb::Search),
            self.dialog.as_ref().map(Verb::Dialog),
            self.click.as_ref().map(Verb::Click),
            self.hover.as_ref().map(Verb::Hover),
            self.fill.as_ref().map(Verb::Fill),
            self.choose.as_ref().map(Verb::Choose),
            self.check.as_ref().map(Verb::Check),
            self.toggle.as_ref().map(Verb::Toggle),
            self.tab.as_ref().map(Verb::Tab),
            self.menu.as_ref().map(Verb::Menu),
            self.upload.as_ref().map(Verb::Upload),
            self.type_to_confirm.as_ref().map(Verb::TypeToConfirm),
            Some(&self.wait).filter(|wait| !wait.is_empty()).map(Verb::Wait),
            self.read.as_ref().map(Verb::Read),
            self.each.as_ref().map(|column| Verb::Each(column, &self.steps)),
            self.refuse.as_ref().map(Verb::Refuse),
            self.commit.as_ref().map(Verb::Commit),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The templates it fills in, with their places.
    pub fn templates(&self) -> Vec<At<Template>> {
        let filled = [&self.fill, &self.menu, &self.search, &self.upload, &self.type_to_confirm]
            .into_iter()
            .flatten()
            .flat_map(Pairs::iter)
            .map(|(_, template)| template.clone());
        let chosen =
            self.choose.iter().flat_map(Pairs::iter).flat_map(|(_, several)| several.0.iter().cloned());
        let mut all: Vec<_> = filled.chain(chosen).collect();
        let acts = self.commit.iter().flat_map(|commit| commit.acts());
        all.extend(acts.filter_map(|act| act.template().cloned()));
        all.extend(self.reads.clone());
        all.extend(self.accept.clone());
        all
    }
}

impl Script {
    /// Every step in order, those that `each` repeats among them.
    pub fn all_steps(&self) -> impl Iterator<Item = &At<Step>> {
        self.steps.iter().flat_map(|step| std::iter::once(step).chain(&step.steps))
    }

    /// The form that the script fills in first: the controls up to its first click, and what that clicks. Only for signing
    /// in and stepping up; wherever this form shows, the app asks who usher is.
    pub fn form(&self) -> Vec<String> {
        let mut names = Vec::new();
        for step in self.steps.iter().filter(|step| step.when.is_none()) {
            let fills = step.fill.is_some() || step.click.is_some();
            let controls = step.verbs().into_iter().filter(|_| fills).flat_map(Verb::controls);
            names.extend(controls.map(|name| name.value));
            if step.click.is_some() {
                break;
            }
        }
        names
    }

    /// Whether it is for this generation.
    pub fn fits(&self, generation: &str) -> bool {
        self.generations.values().any(|g| g == generation)
    }
}

/// Reads a script. All that is wrong with it is reported at once.
pub fn read(source: &Arc<Source>) -> Result<Script, Vec<Diagnostic>> {
    let script: Script = read_yaml(source)?;
    let mut problems = Vec::new();
    for step in script.all_steps() {
        rules::one_verb(source, step, &mut problems);
        rules::what_belongs(source, step, script.action.value, &mut problems);
    }
    for step in script.steps.iter().flat_map(|step| &step.steps) {
        if step.commit.is_some() || step.each.is_some() {
            problems.push(
                Diagnostic::error(
                    source,
                    "`each` repeats only steps that commit nothing, and no other `each`",
                )
                .at(step.spot, "not here"),
            );
        }
    }
    let mut commits = script.steps.iter().filter(|step| step.commit.is_some());
    let committed = commits.next();
    for (second, first) in commits.zip(committed) {
        problems.push(
            Diagnostic::error(source, "one script holds one commit")
                .at(second.spot, "second commit")
                .at(first.spot, "first commit")
                .hint("write a script for each commit, with its own `when` and `read_back`"),
        );
    }
    match (script.action.value, committed, &script.read_back) {
        (Action::SignIn | Action::StepUp, Some(step), _) => problems
            .push(Diagnostic::error(source, "signing in commits nothing").at(step.spot, "use `click` here")),
        (Action::SignIn | Action::StepUp, None, _) => {}
        (_, None, _) => problems.push(
            Diagnostic::error(source, "the script never commits").at(script.action.spot, "nothing would come of this action")
                .hint("wrap the act that takes effect in `commit:`"),
        ),
        (_, Some(_), None) => problems.push(
            Diagnostic::error(source, "`read_back` is missing").at(script.action.spot, "done means read back")
                .hint("say which list must show the person how, or `read_back: { unverifiable: true }` where the app shows nothing"),
        ),
        (_, Some(_), Some(read_back)) => {
            let ways = [read_back.absent, !read_back.shows.is_empty(), read_back.unverifiable];
            if ways.iter().filter(|way| **way).count() != 1 {
                problems.push(
                    Diagnostic::error(source, "`read_back` takes exactly one of `absent`, `shows` and `unverifiable`")
                        .at(read_back.spot, "here"),
                );
            }
            if !read_back.unverifiable && read_back.list.is_none() {
                problems.push(Diagnostic::error(source, "`read_back` does not say which `list` is read").at(read_back.spot, "here"));
            }
        }
    }
    if problems.is_empty() { Ok(script) } else { Err(problems) }
}
