//! The knobs for what goes wrong on the wire, in the list and on the page.
use super::super::refusal::Refusal;
use super::{Switch, address, number, one, or_off};

/// What goes wrong in the page itself: the knob, and what it takes, first what holds when nobody turns it.
const ON_PAGE: [(&str, &[&str]); 8] = [
    ("double_handler", &["off", "on"]),
    ("rolls_back", &["off", "on"]),
    ("rerender", &["off", "on"]),
    ("overlay", &["off", "cookies", "nps", "news"]),
    ("next_row", &["off", "on"]),
    ("acts_otherwise", &["off", "on"]),
    ("typing", &["plain", "steals", "eats", "appends"]),
    ("native_dialog", &["off", "alert", "leaving"]),
];

/// How the knobs for faults stand.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Faults {
    pub(in super::super) cut_before: Option<usize>,
    pub(in super::super) cut_after: Option<usize>,
    pub(in super::super) half_pages: Option<usize>,
    pub(in super::super) half_heads: Option<usize>,
    pub(in super::super) breaks_page: Option<usize>,
    pub(in super::super) doubled: Option<String>,
    pub(in super::super) count: Count,
    unplugged: bool,
    bad_gateway: bool,
    retry_after: Option<u64>,
    in_front_of: InFrontOf,
    in_front_for: Option<usize>,
    shuffles: bool,
    /// The place of each value in `ON_PAGE`.
    on_page: [usize; ON_PAGE.len()],
}

/// What the list says about its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Count {
    #[default]
    Truth,
    More,
    Missing,
}

/// What something in front of the service answers in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum InFrontOf {
    #[default]
    All,
    Reads,
    Changes,
}

const IN_FRONT_OF: [(&str, InFrontOf); 3] =
    [("all", InFrontOf::All), ("reads", InFrontOf::Reads), ("changes", InFrontOf::Changes)];

const COUNT: [(&str, Count); 3] = [("truth", Count::Truth), ("more", Count::More), ("none", Count::Missing)];

impl Faults {
    /// Turns the knob of that name, if it is one of these and the value is possible.
    pub(super) fn store(&mut self, name: &str, value: &str) -> Option<()> {
        let due = |value| or_off(value, |value| number(value, 1, 1_000_000));
        match name {
            "cut_before" => self.cut_before = due(value)?,
            "cut_after" => self.cut_after = due(value)?,
            "half_pages" => self.half_pages = due(value)?,
            "half_heads" => self.half_heads = due(value)?,
            "breaks_page" => self.breaks_page = due(value)?,
            "doubled" => self.doubled = or_off(value, address)?,
            "count" => self.count = one(value, COUNT)?,
            "unplugged" => self.unplugged = Switch::read(value)? == Switch::On,
            "bad_gateway" => self.bad_gateway = Switch::read(value)? == Switch::On,
            "retry_after" => self.retry_after = or_off(value, |value| number(value, 1, 86_400))?,
            "in_front_of" => self.in_front_of = one(value, IN_FRONT_OF)?,
            "in_front_for" => {
                self.in_front_for = if value == "ever" { None } else { Some(number(value, 1, 1_000_000)?) };
            }
            "shuffles" => self.shuffles = Switch::read(value)? == Switch::On,
            _ => {
                let at = ON_PAGE.iter().position(|(known, _)| *known == name)?;
                self.on_page[at] = ON_PAGE[at].1.iter().position(|known| *known == value)?;
            }
        }
        Some(())
    }

    /// How the knob of that name stands, as it could be given.
    pub(super) fn shown(&self, name: &str) -> Option<String> {
        let number = |left: Option<usize>| left.map_or_else(|| "off".to_owned(), |left| left.to_string());
        let switch = |on| if on { "on" } else { "off" }.to_owned();
        Some(match name {
            "cut_before" => number(self.cut_before),
            "cut_after" => number(self.cut_after),
            "half_pages" => number(self.half_pages),
            "half_heads" => number(self.half_heads),
            "breaks_page" => number(self.breaks_page),
            "doubled" => self.doubled.clone().unwrap_or_else(|| "off".to_owned()),
            "count" => COUNT.iter().find(|(_, count)| *count == self.count)?.0.to_owned(),
            "unplugged" => switch(self.unplugged),
            "bad_gateway" => switch(self.bad_gateway),
            "retry_after" => self.retry_after.map_or_else(|| "off".to_owned(), |seconds| seconds.to_string()),
            "in_front_of" => IN_FRONT_OF.iter().find(|(_, what)| *what == self.in_front_of)?.0.to_owned(),
            "in_front_for" => self.in_front_for.map_or_else(|| "ever".to_owned(), |left| left.to_string()),
            "shuffles" => switch(self.shuffles),
            _ => self.on_page(name)?.to_owned(),
        })
    }

    /// How a knob for the page itself stands.
    fn on_page(&self, name: &str) -> Option<&'static str> {
        let at = ON_PAGE.iter().position(|(known, _)| *known == name)?;
        ON_PAGE[at].1.get(self.on_page[at]).copied()
    }

    /// Whether every connection is cut.
    pub(in super::super) fn unplugged(&self) -> bool {
        self.unplugged
    }

    /// Whether the list has another order each time it is asked for.
    pub(in super::super) fn shuffles(&self) -> bool {
        self.shuffles
    }

    /// Whether an invitation is shown at once, and refused afterwards.
    pub(in super::super) fn rolls_back(&self) -> bool {
        self.on_page("rolls_back") == Some("on")
    }

    /// Whether anything stands in front of the service.
    pub(in super::super) fn is_in_front(&self) -> bool {
        self.retry_after.is_some() || self.bad_gateway
    }

    /// What that answers in the place of the service to one request, which is counted.
    pub(in super::super) fn in_front(&mut self, change: bool) -> Option<Refusal> {
        let spared = if change { InFrontOf::Reads } else { InFrontOf::Changes };
        let limited = self.retry_after.map(Refusal::TooMany);
        let refusal = limited.or_else(|| self.bad_gateway.then_some(Refusal::BadGateway));
        let refusal = refusal.filter(|_| self.in_front_of != spared && self.in_front_for != Some(0))?;
        self.in_front_for = self.in_front_for.map(|left| left - 1);
        Some(refusal)
    }

    /// What the script of the page is told: every fault of its own that is on.
    pub(in super::super) fn told(&self) -> String {
        let on = ON_PAGE.iter().zip(self.on_page).filter(|(_, at)| *at > 0);
        let told: Vec<_> = on.map(|((name, values), at)| format!("{name}={}", values[at])).collect();
        told.join(" ")
    }
}
