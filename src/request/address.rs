//! Whether a key can be one at all: what an e-mail address and a login may look like.
//!
//! Nothing is repaired here. A key that is nearly right is said to be wrong, because keys are never guessed.

use super::clean::{is_reordering, shorten};
use super::look_alike;

/// What is wrong with a key, and which character shows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) label: &'static str,
    pub(super) hint: Option<String>,
    pub(super) character: Option<char>,
}

impl Wrong {
    fn new(message: impl Into<String>, label: &'static str) -> Self {
        Self { message: message.into(), label, ..Self::default() }
    }

    fn with(message: String, label: &'static str, hint: impl Into<String>) -> Self {
        Self { message, label, hint: Some(hint.into()), character: None }
    }

    fn on(message: String, label: &'static str, character: char) -> Self {
        Self { message, label, hint: None, character: Some(character) }
    }
}

/// What both kinds of key must never be.
fn common(text: &str) -> Option<Wrong> {
    let shown = || shorten(text);
    if text.starts_with(['=', '+', '-', '@']) {
        return Some(Wrong::with(
            format!("`{}` looks like a spreadsheet formula", shown()),
            "begins like a formula",
            "a key cannot begin with `=`, `+`, `-` or `@`",
        ));
    }
    if let Some(letter) = text.chars().find(|letter| letter.is_control() || is_reordering(*letter)) {
        let message = format!("`{}` holds a control character, U+{:04X}", shown(), u32::from(letter));
        return Some(Wrong::on(message, "in here", letter));
    }
    None
}

/// What is wrong with a login, if anything.
pub(super) fn wrong_username(text: &str) -> Option<Wrong> {
    if text.chars().count() > 255 {
        return Some(Wrong::new(format!("`{}` is longer than 255 characters", shorten(text)), "too long"));
    }
    common(text).or_else(|| {
        // A login written in one other script is fine; one foreign letter among Latin ones is a disguise.
        let latin = text.chars().any(|letter| letter.is_ascii_alphabetic());
        look_alike(text).filter(|_| latin)
    })
}

/// What is wrong with an e-mail address, if anything.
pub(super) fn wrong_email(text: &str) -> Option<Wrong> {
    let shown = || shorten(text);
    if let Some(wrong) = common(text) {
        return Some(wrong);
    }
    let apart =
        |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '<' | '>' | '(' | ')' | '"');
    let inside: Vec<&str> = text.split(apart).filter(|word| word.contains('@')).collect();
    if inside.len() > 1 {
        return Some(Wrong::with(
            format!("`{}` is more than one e-mail address", shown()),
            "several addresses",
            "give every person a line of their own",
        ));
    }
    if let (Some(address), true) = (inside.first(), text.contains('<')) {
        let hint = format!("write only `{}`", shorten(address));
        return Some(Wrong::with(
            format!("`{}` is a name with an address", shown()),
            "not an address alone",
            hint,
        ));
    }
    if let Some(address) =
        text.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:")).and(text.get(7..))
    {
        let hint = format!("write only `{}`", shorten(address));
        return Some(Wrong::with(format!("`{}` is a link", shown()), "not an address alone", hint));
    }
    if let Some(blank) = text.chars().find(|letter| letter.is_whitespace()) {
        return Some(Wrong::on(format!("`{}` has a blank in it", shown()), "this blank", blank));
    }
    let mut parts = text.split('@');
    let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else {
        let why = if text.contains('@') { "has more than one `@`" } else { "has no `@`" };
        return Some(Wrong::new(
            format!("`{}` is not an e-mail address: it {why}", shown()),
            "not an address",
        ));
    };
    look_alike(text).or_else(|| wrong_local(local, text)).or_else(|| wrong_domain(domain, text))
}

fn wrong_local(local: &str, text: &str) -> Option<Wrong> {
    let why = if local.is_empty() {
        "nothing stands before the `@`"
    } else if local.len() > 64 {
        "more than 64 characters stand before the `@`"
    } else if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        "a dot stands where none may"
    } else {
        let allowed = |letter: char| letter.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(letter);
        return not_allowed(local, text, allowed);
    };
    Some(Wrong::new(format!("`{}` is not an e-mail address: {why}", shorten(text)), "not an address"))
}

fn wrong_domain(domain: &str, text: &str) -> Option<Wrong> {
    let bad = |label: &str| label.len() > 63 || label.starts_with('-') || label.ends_with('-');
    let last = domain.rsplit('.').next().unwrap_or_default();
    let why = if domain.is_empty() {
        "nothing stands after the `@`"
    } else if !domain.contains('.') {
        "the part after the `@` has no dot"
    } else if domain.split('.').any(str::is_empty) {
        "a dot stands where none may"
    } else if domain.len() > 253
        || domain.split('.').any(bad)
        || last.bytes().all(|byte| byte.is_ascii_digit())
    {
        "the part after the `@` is no domain"
    } else {
        return not_allowed(domain, text, |letter| letter.is_alphanumeric() || matches!(letter, '-' | '.'));
    };
    Some(Wrong::new(format!("`{}` is not an e-mail address: {why}", shorten(text)), "not an address"))
}

fn not_allowed(part: &str, text: &str, allowed: impl Fn(char) -> bool) -> Option<Wrong> {
    let letter = part.chars().find(|letter| !allowed(*letter))?;
    let message = format!(
        "`{}` is not an e-mail address: `{}` is not allowed in it",
        shorten(text),
        shorten(&letter.to_string())
    );
    Some(Wrong::on(message, "not allowed", letter))
}

/// A letter that only looks like an ASCII one.
fn look_alike(text: &str) -> Option<Wrong> {
    let (letter, ascii) = text.chars().find_map(|letter| Some((letter, look_alike::ascii_twin(letter)?)))?;
    let script = look_alike::script(letter);
    let code = u32::from(letter);
    Some(Wrong {
        message: format!("`{}` holds a letter that only looks like `{ascii}`", shorten(text)),
        label: "look-alike letter",
        hint: Some(format!("`{letter}` is {script}U+{code:04X}; type `{ascii}` if that is meant")),
        character: Some(letter),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_an_address() {
        for good in ["z@x.test", "o'brien+a.b_c%1@mail.x-y.test", "müller@bücher.test", "1@2.ab"] {
            assert_eq!(wrong_email(good), None, "{good}");
        }
        for good in ["zoe", "zoe.k", "Zoe K", "zoe@x", "анна"] {
            assert_eq!(wrong_username(good), None, "{good}");
        }
    }

    #[test]
    fn says_what_is_none() {
        let long = format!("{}@x.test", "a".repeat(65));
        for (bad, why) in [
            ("zoe", "has no `@`"),
            ("a@b@x.test", "more than one `@`"),
            ("a@x.test,b@x.test", "more than one e-mail address"),
            ("a@x.test b@x.test", "more than one e-mail address"),
            ("Zoe <z@x.test>", "a name with an address"),
            ("mailto:z@x.test", "a link"),
            ("z oe@x.test", "a blank"),
            ("z\u{A0}oe@x.test", "a blank"),
            ("z\u{7}@x.test", "control character, U+0007"),
            ("z\u{202E}@x.test", "control character, U+202E"),
            (".z@x.test", "a dot stands"),
            ("z@x..test", "a dot stands"),
            ("z@x.test.", "a dot stands"),
            ("z@xtest", "has no dot"),
            ("z@", "nothing stands after"),
            ("z@-x.test", "no domain"),
            ("z@10.0.0.1", "no domain"),
            (long.as_str(), "more than 64"),
            ("z(x)@x.test", "`(` is not allowed"),
            ("z@x_y.test", "`_` is not allowed"),
            ("=cmd()@x.test", "formula"),
            ("+z@x.test", "formula"),
            ("@x.test", "formula"),
            ("z\u{43E}e@x.test", "looks like `o`"),
            ("zoe@\u{445}.test", "looks like `x`"),
        ] {
            let wrong = wrong_email(bad).unwrap_or_default();
            assert!(wrong.message.contains(why), "{bad}: {}", wrong.message);
        }
        assert_eq!(wrong_email("Zoe <z@x.test>").unwrap().hint.as_deref(), Some("write only `z@x.test`"));
        assert!(wrong_username("-zoe").unwrap().message.contains("formula"));
        assert!(wrong_username("z\u{43E}e").unwrap().message.contains("looks like"));
        assert!(wrong_username(&"z".repeat(256)).unwrap().message.contains("longer"));
    }
}
