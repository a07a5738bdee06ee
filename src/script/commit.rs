//! What a commit may wrap: one act that takes effect at once, on one control.

use super::Switch;
use crate::source::{At, Pairs};
use crate::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;

/// The ways to act that a commit may wrap: exactly one of them, on exactly one control.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// Clicks this control.
    pub click: Option<At<String>>,
    /// Chooses one option of one control, where choosing it saves it.
    pub choose: Option<Pairs<At<Template>>>,
    /// Turns one switch `on` or `off`, where that saves it.
    pub toggle: Option<Pairs<At<Switch>>>,
    /// Ticks (`on`) or unticks (`off`) one checkbox, where that saves it.
    pub check: Option<Pairs<At<Switch>>>,
    /// Clicks one item of one button's menu, where that acts at once.
    pub menu: Option<Pairs<At<Template>>>,
}

/// What a commit does, and with which control.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    /// See [`Commit::click`].
    Click(&'a At<String>),
    /// See [`Commit::choose`].
    Choose(&'a At<String>, &'a At<Template>),
    /// See [`Commit::toggle`].
    Toggle(&'a At<String>, Switch),
    /// See [`Commit::check`].
    Check(&'a At<String>, Switch),
    /// See [`Commit::menu`].
    Menu(&'a At<String>, &'a At<Template>),
}

impl<'a> Act<'a> {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Click(_) => "click",
            Self::Choose(..) => "choose",
            Self::Toggle(..) => "toggle",
            Self::Check(..) => "check",
            Self::Menu(..) => "menu",
        }
    }

    /// The control.
    pub const fn control(self) -> &'a At<String> {
        match self {
            Self::Click(name)
            | Self::Choose(name, _)
            | Self::Toggle(name, _)
            | Self::Check(name, _)
            | Self::Menu(name, _) => name,
        }
    }

    /// The template that says what is chosen, where one does.
    pub const fn template(self) -> Option<&'a At<Template>> {
        match self {
            Self::Choose(_, template) | Self::Menu(_, template) => Some(template),
            Self::Click(_) | Self::Toggle(..) | Self::Check(..) => None,
        }
    }
}

impl Commit {
    /// All acts it was written with; a good one has exactly one.
    pub fn acts(&self) -> Vec<Act<'_>> {
        let choose = self.choose.iter().flat_map(Pairs::iter).map(|(name, option)| Act::Choose(name, option));
        let toggle = self.toggle.iter().flat_map(Pairs::iter).map(|(name, on)| Act::Toggle(name, on.value));
        let check = self.check.iter().flat_map(Pairs::iter).map(|(name, on)| Act::Check(name, on.value));
        let menu = self.menu.iter().flat_map(Pairs::iter).map(|(name, item)| Act::Menu(name, item));
        let click = self.click.iter().map(Act::Click);
        click.chain(choose).chain(toggle).chain(check).chain(menu).collect()
    }
}
