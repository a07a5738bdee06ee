//! People who are nearly the one that was asked for: a leaver who is not found may be there under another address.

use super::fold::fold;
use super::{Person, Roster};
use serde::{Deserialize, Serialize};

/// Why somebody is nearly the one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The same mailbox written otherwise: `zoe+news@x.test`, `z.oe@x.test`.
    Alias,
    /// The same before the `@`, or a login that is it.
    SameLocalPart,
    /// The same name.
    SameName,
    /// One letter more, less, other or exchanged.
    OneLetterApart,
}

/// Somebody who is nearly the one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Near {
    /// The key, case-folded.
    pub key: String,
    /// The key as it is shown.
    pub shown: String,
    /// Why.
    pub why: Why,
}

impl Roster {
    /// Everybody who is nearly this person, by key or by name, without those who are exactly it.
    pub fn near(&self, key: &str, name: Option<&str>) -> Vec<Near> {
        let key = fold(key);
        let words = name.map(words).filter(|words| !words.is_empty());
        let others = self.people.iter().filter(|person| person.key != key);
        others
            .filter_map(|person| {
                let why = why(&key, words.as_deref(), person)?;
                Some(Near { key: person.key.clone(), shown: person.shown.clone(), why })
            })
            .collect()
    }
}

fn why(key: &str, words: Option<&[String]>, person: &Person) -> Option<Why> {
    let (one, other) = (mailbox(key), mailbox(&person.key));
    if one == other {
        return Some(Why::Alias);
    }
    if one.0 == other.0 && (one.1.is_empty() || other.1.is_empty() || one.1 != other.1) {
        return Some(Why::SameLocalPart);
    }
    if words.is_some_and(|words| words == name_of(person)) {
        return Some(Why::SameName);
    }
    is_one_letter_apart(key, &person.key).then_some(Why::OneLetterApart)
}

/// A key without what makes an alias; a login has no domain.
fn mailbox(key: &str) -> (String, &str) {
    let Some((local, domain)) = key.split_once('@') else { return (key.to_owned(), "") };
    let base = local.split_once('+').map_or(local, |(base, _)| base);
    // `+tag@x.test` is all tag: there is nothing that it could be an alias of.
    let base = if base.is_empty() { local } else { base };
    let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
    (base.replace('.', ""), domain)
}

/// The words of a name in one order, so that `Kaya, Zoe` is `Zoe Kaya`.
fn words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let mut words: Vec<String> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words
}

fn name_of(person: &Person) -> Vec<String> {
    let column = |name: &str| person.columns.get(name).map_or("", String::as_str);
    match column("name") {
        "" => words(&format!("{} {}", column("first_name"), column("last_name"))),
        name => words(name),
    }
}

/// One letter more, less, other or exchanged. A digit more or other is no slip: `user1` and `user12` are two people.
fn is_one_letter_apart(one: &str, other: &str) -> bool {
    if one.len().abs_diff(other.len()) > 4 {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(head..).unwrap_or_default(), other.get(head..).unwrap_or_default());
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let one = one.get(..one.len() - tail).unwrap_or_default();
    let other = other.get(..other.len() - tail).unwrap_or_default();
    let letters = one.iter().chain(other).any(|letter| !letter.is_ascii_digit());
    match (one, other) {
        ([_], [_] | []) | ([], [_]) => letters,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_slips_of_the_finger() {
        for (one, other) in
            [("zoe@x.test", "zeo@x.test"), ("zoe@x.test", "zoee@x.test"), ("zoe@x.test", "zoa@x.test")]
        {
            assert!(is_one_letter_apart(one, other) && is_one_letter_apart(other, one), "{one} {other}");
        }
        for (one, other) in
            [("user1", "user2"), ("user1", "user12"), ("zoe", "ann"), ("zoe", "zoe"), ("abcd", "badc")]
        {
            assert!(!is_one_letter_apart(one, other), "{one} {other}");
        }
    }

    #[test]
    fn knows_names_in_any_order() {
        assert_eq!(words("KAYA,  Zoe"), words("zoe kaya"));
        assert!(words(" - ").is_empty());
    }
}
