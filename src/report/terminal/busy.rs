//! What usher is at, on one line that is gone afterwards; only where a person looks on.

use crate::safe::visible;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// A line that says what goes on.
pub struct Busy(ProgressBar);

impl Busy {
    /// On standard error, where that is a terminal.
    pub fn new(live: bool) -> Self {
        if !live {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(12));
        let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Says what goes on now.
    pub fn tell(&self, what: &str) {
        self.0.set_message(visible(what));
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
