//! Texts with places for a person's values: `${person.email}`, `${row.username}`, `${n}`.
//!
//! A template is parsed once, when its file is read, so that a misspelt field is found before a browser starts.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// A column of the request: `${person.NAME}`.
    Person(String),
    /// A column of the person's own row in the app: `${row.NAME}`.
    Row(String),
    /// A secret usher.toml names: `${secret.NAME}`; `code` is none of them, but a one-time code made from the secret `totp`.
    Secret(String),
    /// What a `read` step read for the person: `${read.NAME}`.
    Read(String),
    /// Something made fresh for the person, such as the first password an app demands: `${new.NAME}`.
    New(String),
    /// The value at hand inside of `each`: `${item}`.
    Item,
    /// The account usher works as, as usher.toml has it: `${account}`.
    Account,
    /// The tenant, as usher.toml has it: `${tenant}`.
    Tenant,
    /// Any number: `${n}`.
    Number,
}

impl Field {
    /// Whether what it stands for is shown to nobody.
    pub const fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_) | Self::New(_))
    }
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Stands as it is.
    Text(String),
    /// Is filled in.
    Field(Field),
}

/// A text, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Template {
    /// The pieces in order.
    pub parts: Vec<Part>,
    /// As it was written.
    pub written: String,
}

impl Template {
    /// Reads a template; the error names what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, after) = rest.split_at(start);
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let inner = after.trim_start_matches("${");
            let Some(end) = inner.find('}') else {
                return Err(format!("`{after}` has no closing brace"));
            };
            let (name, tail) = inner.split_at(end);
            parts.push(Part::Field(Self::field(name.trim())?));
            rest = tail.trim_start_matches('}');
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts, written: text.to_owned() })
    }

    fn field(name: &str) -> Result<Field, String> {
        match name.split_once('.') {
            None if name == "n" => Ok(Field::Number),
            None if name == "item" => Ok(Field::Item),
            None if name == "account" => Ok(Field::Account),
            None if name == "tenant" => Ok(Field::Tenant),
            Some(("person", column)) if !column.is_empty() => Ok(Field::Person(column.to_owned())),
            Some(("row", column)) if !column.is_empty() => Ok(Field::Row(column.to_owned())),
            Some(("secret", secret)) if !secret.is_empty() => Ok(Field::Secret(secret.to_owned())),
            Some(("read", read)) if !read.is_empty() => Ok(Field::Read(read.to_owned())),
            Some(("new", "password")) => Ok(Field::New("password".to_owned())),
            _ => Err(format!(
                "unknown field `${{{name}}}`: there are `${{person.COLUMN}}`, `${{row.COLUMN}}`, `${{read.NAME}}`, `${{item}}`, `${{account}}`, `${{tenant}}`, `${{secret.NAME}}`, `${{new.password}}` and `${{n}}`"
            )),
        }
    }

    /// The fields it needs.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field),
            Part::Text(_) => None,
        })
    }

    /// The names of the secrets it needs.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.fields().filter_map(|field| match field {
            Field::Secret(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The text, when nothing in it is to be filled in.
    pub fn plain(&self) -> Option<&str> {
        self.fields().next().is_none().then_some(self.written.as_str())
    }

    /// The same with this number for every `${n}`.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let put = |part: &Part| match part {
            Part::Field(Field::Number) => Part::Text(number.to_string()),
            other => other.clone(),
        };
        Self { parts: self.parts.iter().map(put).collect(), written: self.written.clone() }
    }

    /// Fills it in; the error is the field that has no value.
    pub fn fill(&self, value: impl Fn(&Field) -> Option<String>) -> Result<String, Field> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Field(field) => text.push_str(&value(field).ok_or_else(|| field.clone())?),
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(column) => write!(f, "${{person.{column}}}"),
            Self::Row(column) => write!(f, "${{row.{column}}}"),
            Self::Secret(name) => write!(f, "${{secret.{name}}}"),
            Self::Read(name) => write!(f, "${{read.{name}}}"),
            Self::New(name) => write!(f, "${{new.{name}}}"),
            Self::Account => f.write_str("${account}"),
            Self::Tenant => f.write_str("${tenant}"),
            Self::Item => f.write_str("${item}"),
            Self::Number => f.write_str("${n}"),
        }
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A text; `${person.COLUMN}` (the request), `${row.COLUMN}` (the person's row in the app), `${read.NAME}` (what a `read` step read), `${item}` (inside of `each`) and `${n}` (any number) are filled in."
        })
    }
}

/// Percent-encodes a value for one part of a URL.
pub fn percent_encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_fills() {
        let template = Template::parse("ID #${n}: ${row.username}").unwrap();
        assert_eq!(template.fields().count(), 2);
        assert_eq!(Template::parse("Save").unwrap().plain(), Some("Save"));
        let text = Template::parse("Hi ${person.email}!").unwrap();
        assert_eq!(text.fill(|_| Some("z@x".into())).unwrap(), "Hi z@x!");
        assert_eq!(text.fill(|_| None), Err(Field::Person("email".into())));
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(Template::parse("${person.email").unwrap_err().contains("closing"));
        assert!(Template::parse("${perso.email}").unwrap_err().contains("unknown field"));
    }

    #[test]
    fn encodes_plus_and_at() {
        assert_eq!(percent_encoded("a+b@x.test"), "a%2Bb%40x.test");
    }
}
