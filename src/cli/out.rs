//! What is written where: results to standard output, everything else to standard error.

use crate::safe;
use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};

/// How to write.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the streams")]
pub(super) struct Out {
    /// Only results and errors.
    pub(super) quiet: bool,
    /// For machines.
    pub(super) json: bool,
    /// Colour on standard output.
    pub(super) colour: bool,
    /// Colour on standard error.
    pub(super) colour_err: bool,
    /// Standard output is a terminal, which obeys what is written to it.
    pub(super) seen: bool,
    /// Standard error is a terminal, so a progress bar can be drawn.
    pub(super) live: bool,
    /// A person can be asked: both ends are a terminal.
    pub(super) can_ask: bool,
    /// Columns.
    pub(super) width: usize,
}

impl Out {
    /// As the streams and `NO_COLOR` say.
    pub(super) fn new(quiet: bool, json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok().map(|size| usize::from(size.ws_col));
        Self {
            quiet,
            json,
            colour: wanted && stdout,
            colour_err: wanted && stderr,
            seen: stdout,
            live: stderr && !quiet && !json,
            can_ask: std::io::stdin().is_terminal() && stderr,
            width: size.filter(|columns| *columns >= 40).unwrap_or(100).min(140),
        }
    }

    /// A result, on standard output: for machines always without a character that draws nothing, for a terminal without
    /// anything that would steer it. What goes into a file is left as it is.
    pub(super) fn result(&self, text: &str) {
        let text = match (self.json, self.seen) {
            (true, _) => Cow::Owned(safe::json(text)),
            (false, true) => safe::drawn(text),
            (false, false) => Cow::Borrowed(text),
        };
        let mut stdout = std::io::stdout().lock();
        // A reader that has gone away (`usher runs | head`) is no error of ours.
        let _ = stdout.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = stdout.write_all(b"\n");
        }
        let _ = stdout.flush();
    }

    /// Something to know, on standard error; not when quiet.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// An error, on standard error.
    #[expect(clippy::unused_self, reason = "so that all writing goes through one value")]
    pub(super) fn error(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(stderr, "{}", safe::drawn(text.trim_end_matches('\n')));
    }

    /// Asks for a yes. Only somebody at a terminal can say it.
    pub(super) fn ask(&self, question: &str) -> bool {
        if !self.can_ask {
            return false;
        }
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{} [y/N] ", safe::drawn(question));
        let _ = stderr.flush();
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Asks for a line; an empty one means the proposal.
    #[expect(clippy::unused_self, reason = "so that all asking goes through one value")]
    pub(super) fn question(&self, question: &str, proposal: &str) -> String {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{question} [{proposal}]: ");
        let _ = stderr.flush();
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        let answer = answer.trim();
        if read.is_err() || answer.is_empty() { proposal.to_owned() } else { answer.to_owned() }
    }
}

/// Standard error for the log of what goes on, which tells what pages say, too.
pub(super) struct Log;

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // One line comes at a time, whole.
        std::io::stderr().lock().write_all(safe::drawn(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().lock().flush()
    }
}
