//! Who may sign: OpenSSH's `allowed_signers` file, read as `ssh-keygen -Y verify` reads it, and never more kindly.

use super::key::{Key, NAMESPACE, Signature};

/// The people of an `allowed_signers` file whose keys usher can check.
#[derive(Clone, Debug)]
pub struct Signers(Vec<Line>);

#[derive(Clone, Debug)]
struct Line {
    principals: String,
    key: Key,
    namespaces: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

impl Signers {
    /// Reads the file. The error names the line.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        for (number, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let line = line(text).map_err(|why| format!("line {number} {why}"))?;
            lines.extend(line);
        }
        Ok(Self(lines))
    }

    /// Whose signature it is, made at this time (UTC, RFC 3339); the error says why nobody's.
    pub fn whose(&self, signature: &Signature, at: &str) -> Result<&str, String> {
        let digits: String = at.chars().take(19).filter(char::is_ascii_digit).collect();
        let mut why = "is not among the allowed signers".to_owned();
        for line in self.0.iter().filter(|line| signature.is_by(&line.key)) {
            let name = &line.principals;
            if line.namespaces.as_ref().is_some_and(|all| !all.split(',').any(|one| is_like(one, NAMESPACE)))
            {
                why = format!("is {name}'s, who may not sign for \"{NAMESPACE}\"");
            } else if line.after.as_ref().is_some_and(|after| &digits < after) {
                why = format!("is {name}'s, which was not valid yet");
            } else if line.before.as_ref().is_some_and(|before| &digits >= before) {
                why = format!("is {name}'s, which was not valid any more");
            } else {
                return Ok(name);
            }
        }
        Err(why)
    }
}

/// One line; none when its key is one that usher signs with nowhere, so that it can be nobody's here.
fn line(text: &str) -> Result<Option<Line>, String> {
    let mut words = words(text)?.into_iter();
    let mut next = || words.next().ok_or_else(|| "is not `principal [options] kind key`".to_owned());
    let principals = next()?.replace('"', "");
    let mut kind = next()?;
    let mut options = String::new();
    if !is_kind(&kind) {
        options = std::mem::replace(&mut kind, next()?);
    }
    if !is_kind(&kind) {
        return Err(format!("has no kind of key where `{kind}` stands"));
    }
    let base64 = next()?;
    let (mut namespaces, mut after, mut before) = (None, None, None);
    for option in parts(&options) {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        let value = value.trim_matches('"').to_owned();
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => namespaces = Some(value),
            "valid-after" => after = Some(moment(&value)?),
            "valid-before" => before = Some(moment(&value)?),
            // What a certificate says about who may sign is not read, so nobody is let in by one.
            "cert-authority" => return Ok(None),
            _ => return Err(format!("has the option `{name}`, which usher does not know")),
        }
    }
    if kind != "ssh-ed25519" {
        return Ok(None);
    }
    let key = Key::read(&kind, &base64).ok_or("has no key that can be read")?;
    Ok(Some(Line { principals, key, namespaces, after, before }))
}

fn is_kind(word: &str) -> bool {
    ["ssh-", "sk-", "ecdsa-", "rsa-", "webauthn-"].iter().any(|begins| word.starts_with(begins))
}

/// The words of a line; blanks within quotes part nothing.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut quoted = false;
    let mut words = vec![String::new()];
    for character in text.chars() {
        quoted ^= character == '"';
        if character.is_whitespace() && !quoted {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    words.retain(|word| !word.is_empty());
    if quoted { Err("has a quote that is not closed".to_owned()) } else { Ok(words) }
}

/// The options; commas within quotes part nothing.
fn parts(options: &str) -> Vec<String> {
    let mut quoted = false;
    let split = options.split(|character| {
        quoted ^= character == '"';
        character == ',' && !quoted
    });
    split.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `YYYYMMDD[HHMM[SS]][Z]` as fourteen digits. It is taken as UTC, as the journal's times are.
fn moment(text: &str) -> Result<String, String> {
    let digits = text.strip_suffix('Z').unwrap_or(text);
    if ![8, 12, 14].contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("has the time `{text}`, which is not `YYYYMMDD` or `YYYYMMDDHHMMSS`"));
    }
    Ok(format!("{digits:0<14}"))
}

/// Whether a text is like a pattern with `*` for anything and `?` for one character.
fn is_like(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            is_like(pattern.trim_start_matches('*'), text)
                || text.chars().next().is_some_and(|first| is_like(pattern, &text[first.len_utf8()..]))
        }
        (Some('?'), Some(first)) => is_like(&pattern[1..], &text[first.len_utf8()..]),
        (Some(wanted), Some(first)) if wanted == first => {
            is_like(&pattern[wanted.len_utf8()..], &text[first.len_utf8()..])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbcqMWFXkgCV2pi1ubNUPbBO6dDy2eUQ6SMp/vTLx";

    fn count(text: &str) -> Result<usize, String> {
        Signers::read(text).map(|signers| signers.0.len())
    }

    #[test]
    fn reads_what_ssh_reads() {
        let text = format!(
            "# people\n\nada@x.test {KEY} ada\n\"ada b@x.test\",c@x.test namespaces=\"git,usher-*\",valid-after=\"20260101\" {KEY}\r\nd@x.test sk-ssh-ed25519@openssh.com AAAA\nca@x.test cert-authority {KEY}\n"
        );
        assert_eq!(count(&text), Ok(2));
        for (text, says) in [
            ("ada@x.test", "line 1 is not `principal"),
            ("ada@x.test nothing AAAA", "line 1 "),
            ("ada@x.test ssh-ed25519 AAAA", "has no key"),
            (&*format!("ada@x.test sudo=\"yes\" {KEY}"), "the option `sudo`"),
            (&*format!("ada@x.test valid-after=\"soon\" {KEY}"), "the time `soon`"),
            (&*format!("\"ada@x.test {KEY}"), "a quote"),
        ] {
            let error = count(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn patterns_are_like_ssh() {
        for (pattern, like) in [
            ("usher-run", true),
            ("usher-*", true),
            ("*", true),
            ("usher-ru?", true),
            ("usher", false),
            ("", false),
        ] {
            assert_eq!(is_like(pattern, NAMESPACE), like, "{pattern}");
        }
    }
}
