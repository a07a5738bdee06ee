//! Colour, where it is wanted: a family's colour and sign, bold, dim. Without it the same words and signs remain.

use crate::words::Family;

/// Paints, or leaves as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    pub(super) const fn new(on: bool) -> Self {
        Self { on }
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    pub(super) fn family(self, family: Family, text: &str) -> String {
        self.with(code(family), text)
    }

    /// A family's sign, which says the same as its colour.
    pub(super) fn sign(self, family: Family) -> String {
        let sign = match family {
            Family::Done => "✓",
            Family::Already => "=",
            Family::Refused => "-",
            Family::Stopped => "x",
            Family::Undecided => "?",
            Family::NotReached => "·",
        };
        self.family(family, sign)
    }
}

const fn code(family: Family) -> &'static str {
    match family {
        Family::Done => "32",
        Family::Already => "34",
        Family::Refused => "33",
        Family::Stopped => "31",
        Family::Undecided => "1;35",
        Family::NotReached => "2",
    }
}
