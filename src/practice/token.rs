//! Unguessable tokens for sessions and forms.
#![expect(clippy::disallowed_types, reason = "random bytes come from a file")]
use std::fmt::Write as _;
use std::io::{self, Read as _};

/// A fresh token of 128 random bits, in hexadecimal.
pub(super) fn fresh() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    }))
}

/// Several fresh tokens at once.
pub(super) fn several<const N: usize>() -> io::Result<[String; N]> {
    let mut tokens = [const { String::new() }; N];
    for token in &mut tokens {
        *token = fresh()?;
    }
    Ok(tokens)
}
