//! First passwords, where an app demands one for a new person: made here, typed once, handed over or forgotten.

use crate::run::Passwords;
use crate::secret::Secret;
use anyhow::{Context as _, bail};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Letters and digits that nobody takes for another one, and signs that every app takes.
const KINDS: [&[u8]; 4] = [b"abcdefghijkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"-_.!"];
/// More than 120 bits from these.
const LENGTH: usize = 22;

/// Makes passwords from the system's own chance.
pub(super) struct FirstPasswords<'a> {
    /// The tenant, for the program that takes them.
    pub(super) app: &'a str,
    /// The program that takes them, and its arguments; without one they are forgotten.
    pub(super) taker: Option<&'a [String]>,
}

impl Passwords for FirstPasswords<'_> {
    fn fresh(&self) -> Secret {
        let mut chance = [0_u8; LENGTH * 4];
        let mut filled = 0;
        while filled < chance.len() {
            let rest = chance.get_mut(filled..).unwrap_or_default();
            // Asking for so little does not fail once the system has started; until then it waits.
            filled += rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty()).unwrap_or(0);
        }
        let numbers = chance
            .chunks_exact(4)
            .map(|bytes| bytes.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)));
        let all = KINDS.concat();
        let letters = numbers.enumerate().map(|(at, number)| {
            // Apps ask for some of each kind; one of each at its end costs next to nothing.
            let kind = KINDS.get(at).copied().unwrap_or(&all);
            kind.get(number % kind.len()).copied().map_or('a', char::from)
        });
        Secret::new(letters.rev().collect())
    }

    fn hand_over(&self, person: &str, password: &Secret) -> anyhow::Result<()> {
        let Some((program, arguments)) = self.taker.and_then(<[String]>::split_first) else { return Ok(()) };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} did not start"))?;
        if let Some(mut to) = child.stdin.take() {
            let line =
                serde_json::json!({ "app": self.app, "person": person, "password": password.reveal() });
            writeln!(to, "{line}").with_context(|| format!("{program} did not take it"))?;
        }
        let status = child.wait().with_context(|| format!("{program} did not end"))?;
        if !status.success() {
            bail!("{program} failed: {status}");
        }
        Ok(())
    }
}
