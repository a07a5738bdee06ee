//! The key in a cell: one, none or several; never a guess.

use super::fold::has_override;
use super::text::Text;

/// Longer than any address or login.
const LONGEST: usize = 320;

/// What the key cell of a row holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// One key, as it is shown.
    One(String),
    /// Nothing that is a key.
    None,
    /// Several keys, or one that reads in more than one way.
    Ambiguous,
}

/// Reads a cell of e-mail addresses or of logins; `parts` says of how many elements the book's CSS made it.
pub(super) fn read(text: &Text, is_username: bool, parts: usize) -> Read {
    if text.is_cut() {
        return Read::Ambiguous;
    }
    let (apart, together) = (text.apart(), text.together());
    let one = if is_username { username(&apart) } else { email(&apart) };
    if apart == together {
        return if is_username && parts > 1 { Read::Ambiguous } else { one };
    }
    // Whether `Zoe` and `zoe@x.test` beside it are one word or two must not decide who somebody is.
    let other = if is_username { username(&together) } else { email(&together) };
    if one == other { one } else { Read::Ambiguous }
}

fn email(text: &str) -> Read {
    let ends = |letter: char| letter.is_whitespace() || "<>(),;:\"[]".contains(letter);
    let mut tokens =
        text.split(ends).map(|token| token.trim_end_matches('.')).filter(|token| token.contains('@'));
    let (first, second) = (tokens.next(), tokens.next());
    match (first, second) {
        (None, _) => Read::None,
        (Some(token), None) => {
            let mut parts = token.split('@');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(local), Some(domain), None) if !local.is_empty() && !domain.is_empty() => {
                    certain(token)
                }
                (Some(""), Some(_), None) | (Some(_), Some(""), None) => Read::None,
                _ => Read::Ambiguous,
            }
        }
        (Some(_), Some(_)) => Read::Ambiguous,
    }
}

fn username(text: &str) -> Read {
    if text.is_empty() { Read::None } else { certain(text) }
}

fn certain(token: &str) -> Read {
    if token.len() > LONGEST || has_override(token) { Read::Ambiguous } else { Read::One(token.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_whole_token() {
        let one = |text: &str| Read::One(text.to_owned());
        assert_eq!(email("Zoe K <Zoe@X.test>."), one("Zoe@X.test"));
        assert_eq!(email("mailto:zoe+a@x.test"), one("zoe+a@x.test"));
        assert_eq!(email("o'brien@x.test."), one("o'brien@x.test"));
        assert_eq!(email("no address"), Read::None);
        assert_eq!(email("@zoe"), Read::None);
        for several in
            ["a@x.test b@x.test", "a@x.test,b@x.test", "a@x|b@x", "a@x.test a@x.test", "z\u{202E}@x.test"]
        {
            assert_eq!(email(several), Read::Ambiguous, "{several}");
        }
        assert_eq!(email(&format!("{}@x.test", "a".repeat(400))), Read::Ambiguous);
        assert_eq!(username("zoe k"), one("zoe k"));
        assert_eq!(username(""), Read::None);
    }
}
