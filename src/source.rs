//! Texts that people write, with every value's place kept: the one door of the YAML crate.

pub use crate::diag::Spot;

use crate::diag::{Diagnostic, did_you_mean, listed};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A named text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name people know it by, usually its path.
    pub name: String,
    /// All of it.
    pub text: String,
}

impl Source {
    /// A text and its name. A lone carriage return ends a line as well, and becomes a line feed.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: with_line_feeds(text.into()) }
    }

    /// The place of `length` bytes at a byte offset.
    pub fn spot(&self, offset: usize, length: usize) -> Spot {
        let offset = offset.min(self.text.len());
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Spot {
            line: small(line),
            column: small(column),
            offset,
            length: length.min(self.text.len() - offset),
        }
    }

    /// One whole line, counted from 1, without its end.
    pub fn line(&self, number: u32) -> &str {
        self.text.lines().nth(number.saturating_sub(1) as usize).unwrap_or_default()
    }
}

/// A lone carriage return ends a line too; as `\n` it is counted like every editor counts, and no offset moves.
fn with_line_feeds(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(if letter == '\r' && letters.peek() != Some(&'\n') { '\n' } else { letter });
    }
    out
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A value and where it stands in its source.
#[derive(Clone, Debug, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub spot: Spot,
}

impl<T> At<T> {
    /// A value at a place.
    pub fn new(value: T, spot: Spot) -> Self {
        Self { value, spot }
    }
}

impl<T> std::ops::Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Two values are the same wherever they stand.
impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self { spot: spot_of(spanned.referenced), value: spanned.value })
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

fn spot_of(location: serde_saphyr::Location) -> Spot {
    let span = location.span();
    let wide = |number: Option<u64>| usize::try_from(number.unwrap_or(0)).unwrap_or(0);
    Spot {
        line: u32::try_from(location.line()).unwrap_or(0),
        column: u32::try_from(location.column()).unwrap_or(0),
        offset: wide(span.byte_offset()),
        length: wide(span.byte_len()),
    }
}

/// Where the reader stopped; it does not always count bytes, but always lines and columns.
fn spot_in(source: &Source, location: serde_saphyr::Location) -> Spot {
    let spot = spot_of(location);
    if location.span().byte_offset().is_some() || spot.line == 0 {
        return spot;
    }
    let wide = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let mut lines = source.text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(wide(spot.line) - 1).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let inside = line.char_indices().nth(wide(spot.column).saturating_sub(1));
    let (offset, length) = inside.map_or((line.len(), 0), |(offset, letter)| (offset, letter.len_utf8()));
    source.spot(before + offset, length)
}

/// A mapping in the order it was written, keys with their places.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs<V>(pub Vec<(At<String>, V)>);

impl<V> Default for Pairs<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Pairs<V> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.0.iter().find(|(k, _)| k.value == key).map(|(_, v)| v)
    }
    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&At<String>, &V)> {
        self.0.iter().map(|(k, v)| (k, v))
    }
    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(k, _)| k.value.as_str())
    }
    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<V>(std::marker::PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Reader<V> {
            type Value = Pairs<V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(entry) = map.next_entry::<At<String>, V>()? {
                    pairs.push(entry);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader(std::marker::PhantomData))
    }
}

impl<V: JsonSchema> JsonSchema for Pairs<V> {
    fn schema_name() -> Cow<'static, str> {
        format!("Map_of_{}", V::schema_name()).into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<V>() })
    }
}

/// One value or a list of them: `name: Save` or `name: [Save, Send]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Several<T>(pub Vec<At<T>>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Several<T> {
    /// The values without their places.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|at| &at.value)
    }
    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Inner<T>(Vec<T>);
        struct Reader<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = (Vec<At<T>>, Option<T>);
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or a list of values")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let one = T::deserialize(serde::de::value::StrDeserializer::<E>::new(text))?;
                Ok((Vec::new(), Some(one)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = seq.next_element::<At<T>>()? {
                    all.push(item);
                }
                Ok((all, None))
            }
        }
        impl<'de, T: Deserialize<'de>> Deserialize<'de> for Inner<(Vec<At<T>>, Option<T>)> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Reader(std::marker::PhantomData)).map(|read| Inner(vec![read]))
            }
        }
        let whole = At::<Inner<(Vec<At<T>>, Option<T>)>>::deserialize(deserializer)?;
        let spot = whole.spot;
        let mut all = Vec::new();
        for (list, one) in whole.value.0 {
            all.extend(list);
            all.extend(one.map(|value| At::new(value, spot)));
        }
        Ok(Self(all))
    }
}

impl<T: JsonSchema> JsonSchema for Several<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("One_or_several_{}", T::schema_name()).into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": generator.subschema_for::<T>() }] })
    }
}

/// Reads YAML into a type: everything that does not fit its JSON Schema is reported at once, each with its place.
pub fn read_yaml<T: DeserializeOwned + JsonSchema>(source: &Arc<Source>) -> Result<T, Vec<Diagnostic>> {
    if source.text.trim().is_empty() {
        return Err(vec![Diagnostic::error(source, "the file is empty")]);
    }
    let node: At<Node> = parse(source).map_err(|problem| vec![problem])?;
    let schema = schema_of::<T>();
    let mut problems = Vec::new();
    Fit { source, root: &schema, problems: &mut problems }.check(&node, &schema, "");
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.spot().map(|spot| spot.offset));
        return Err(problems);
    }
    parse(source).map_err(|problem| vec![problem])
}

/// The JSON Schema (draft 2020-12) of a type, as editors read it.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn parse<T: DeserializeOwned>(source: &Arc<Source>) -> Result<T, Diagnostic> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! { max_nodes: MOST_VALUES, max_depth: DEEPEST },
    };
    serde_saphyr::from_str_with_options(&source.text, options).map_err(|error| {
        let spot = error.location().map(|location| spot_in(source, location)).unwrap_or_default();
        if let Some(problem) = too_much(source, &error) {
            return problem.at(spot, "not read from here on");
        }
        let words = error.to_string();
        let message =
            words.split(" at line ").next().unwrap_or(&words).trim().trim_end_matches('.').to_owned();
        let hint = if message.contains("quote") {
            Some("a quote may be left open on the line above".to_owned())
        } else if message.starts_with("tabs") {
            Some("indent with spaces; YAML refuses tabs".to_owned())
        } else {
            None
        };
        let message = if message.contains("duplicate mapping key") {
            message.split(", set").next().unwrap_or(&message).to_owned()
        } else {
            message
        };
        Diagnostic::error(source, message).at(spot, "here").hint_if(hint)
    })
}

/// What is more than a file that people write can hold: said in words of ours, with what to do about it.
fn too_much(source: &Arc<Source>, error: &serde_saphyr::Error) -> Option<Diagnostic> {
    use serde_saphyr::Error as E;
    let words = error.to_string();
    if matches!(error, E::RecursiveReferencesRequireWeakTypes { .. }) {
        return Some(
            Diagnostic::error(source, "an alias stands inside of what it stands for")
                .hint("write the value out where it is meant"),
        );
    }
    if matches!(error, E::MultipleDocuments { .. }) {
        return Some(
            Diagnostic::error(source, "the file holds more than one YAML document")
                .hint("one file is one script or one book: take the lines `---` away"),
        );
    }
    let deep = words.contains("recursion limit") || words.contains("Depth {");
    if deep {
        return Some(
            Diagnostic::error(source, "this is nested too deeply")
                .hint("nothing that is read here goes so deep; is a bracket not closed?"),
        );
    }
    let much = words.contains("budget breached")
        || matches!(error, E::AliasReplayLimitExceeded { .. } | E::AliasExpansionLimitExceeded { .. });
    much.then(|| {
        Diagnostic::error(
            source,
            "the file holds more than can be read, its anchors and aliases counted as what they stand for",
        )
        .hint("write values out where they are meant, and split what is left into several files")
    })
}

/// Values of one file, aliases counted as what they stand for: many times what the largest pack has.
const MOST_VALUES: usize = 100_000;
/// Mappings and lists inside of each other: deeper than any script or book goes, and no danger to a small stack.
const DEEPEST: usize = 20;
/// With more problems than this no file is looked at any further.
const MOST_PROBLEMS: usize = 1000;

/// A list of words that is longer than this nobody reads below a caret.
const MANY: usize = 12;

/// YAML as it was written, before it has a type.
#[derive(Clone, Debug)]
enum Node {
    Null,
    /// Any scalar; the text as serde saw it decides what it fits.
    Scalar(Value),
    Seq(Vec<At<Node>>),
    Map(Vec<(At<String>, At<Node>)>),
}

impl Node {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Scalar(Value::Bool(_)) => "a yes or no",
            Self::Scalar(Value::Number(_)) => "a number",
            Self::Scalar(_) => "a text",
            Self::Seq(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any YAML value")
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Node, E> {
                Ok(Node::Scalar(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Node::Seq(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Node::Map(pairs))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Holds YAML against the schema its own type generates, so that schema and parser cannot drift apart.
struct Fit<'a> {
    source: &'a Arc<Source>,
    root: &'a Value,
    problems: &'a mut Vec<Diagnostic>,
}

impl Fit<'_> {
    fn check(&mut self, node: &At<Node>, schema: &Value, path: &str) {
        if self.problems.len() > MOST_PROBLEMS {
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(reference.trim_start_matches('#')).cloned().unwrap_or_default();
            return self.check(node, &target, path);
        }
        if let Some(allowed) = words(schema) {
            return self.check_word(node, &allowed, path);
        }
        if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
        {
            return self.check_branches(node, branches, path);
        }
        match (&node.value, schema.get("type")) {
            (Node::Map(pairs), Some(Value::String(kind))) if kind == "object" => {
                self.check_map(node, pairs, schema, path);
            }
            (Node::Seq(items), Some(Value::String(kind))) if kind == "array" => {
                let inner = schema.get("items").cloned().unwrap_or(Value::Bool(true));
                for (index, item) in items.iter().enumerate() {
                    self.check(item, &inner, &format!("{path}[{}]", index + 1));
                }
            }
            (value, Some(kind)) if !fits(value, kind) => self.wrong_kind(node, kind, path),
            _ => {}
        }
    }

    /// Of several shapes the one of this node's kind is meant; its own problems are the ones worth telling.
    fn check_branches(&mut self, node: &At<Node>, branches: &[Value], path: &str) {
        let mut nearest: Option<Vec<Diagnostic>> = None;
        for branch in branches {
            let mut problems = Vec::new();
            Fit { source: self.source, root: self.root, problems: &mut problems }.check(node, branch, path);
            if problems.is_empty() {
                return;
            }
            let deeper = |list: &[Diagnostic]| list.iter().all(|p| p.message.contains("should be"));
            match &nearest {
                Some(kept) if !deeper(kept) || deeper(&problems) => {}
                _ => nearest = Some(problems),
            }
        }
        self.problems.extend(nearest.unwrap_or_default());
    }

    fn check_word(&mut self, node: &At<Node>, allowed: &[Value], path: &str) {
        let word = match &node.value {
            Node::Scalar(Value::String(word)) => word.clone(),
            Node::Scalar(other) => other.to_string(),
            _ => return self.wrong_kind(node, &Value::from("string"), path),
        };
        let words: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
        if !words.contains(&word.as_str()) {
            let hint =
                did_you_mean(&word, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.problems.push(
                Diagnostic::error(self.source, format!("unknown word `{word}`{}", inside(path)))
                    .at(
                        node.spot,
                        if words.len() > MANY {
                            "not one of them".to_owned()
                        } else {
                            format!("one of {}", listed(words))
                        },
                    )
                    .hint_if(hint),
            );
        }
    }

    fn check_map(&mut self, node: &At<Node>, pairs: &[(At<String>, At<Node>)], schema: &Value, path: &str) {
        let empty = serde_json::Map::new();
        let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        for (key, value) in pairs {
            let deeper = if path.is_empty() { key.value.clone() } else { format!("{path}.{}", key.value) };
            match (known.get(&key.value), schema.get("additionalProperties")) {
                (Some(inner), _) => self.check(value, inner, &deeper),
                (None, Some(Value::Bool(false))) => {
                    let names: Vec<&str> = known.keys().map(String::as_str).collect();
                    let hint = did_you_mean(&key.value, names.iter().copied())
                        .map(|near| format!("did you mean `{near}`?"))
                        .or_else(|| Some(format!("known here: {}", listed(names))));
                    self.problems.push(
                        Diagnostic::error(
                            self.source,
                            format!("unknown key `{}`{}", key.value, inside(path)),
                        )
                        .at(key.spot, "not known here")
                        .hint_if(hint),
                    );
                }
                (None, Some(inner)) => self.check(value, &inner.clone(), &deeper),
                (None, None) => {}
            }
        }
        let needed = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for name in needed.iter().filter_map(Value::as_str) {
            if !pairs.iter().any(|(key, _)| key.value == name) {
                self.problems.push(
                    Diagnostic::error(self.source, format!("`{name}` is missing{}", inside(path))).at(
                        pairs.first().map_or(node.spot, |(key, _)| key.spot),
                        format!("`{name}` belongs here"),
                    ),
                );
            }
        }
    }

    fn wrong_kind(&mut self, node: &At<Node>, kind: &Value, path: &str) {
        let wanted = kinds(kind);
        self.problems.push(
            Diagnostic::error(self.source, format!("this should be {wanted}{}", inside(path)))
                .at(node.spot, format!("this is {}", node.value.kind())),
        );
    }
}

/// The words a schema allows, if it allows nothing else: `enum`, or one `const` for each word that has a meaning.
fn words(schema: &Value) -> Option<Vec<Value>> {
    if let Some(word) = schema.get("const") {
        return Some(vec![word.clone()]);
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return Some(words.clone());
    }
    let branches = schema.get("oneOf").and_then(Value::as_array)?;
    branches.iter().map(words).collect::<Option<Vec<_>>>().map(|all| all.concat())
}

fn inside(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" in `{path}`") }
}

fn kinds(kind: &Value) -> String {
    let word = |name: &str| match name {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "true or false",
        "integer" | "number" => "a number",
        _ => "nothing",
    };
    match kind {
        Value::String(one) => word(one).to_owned(),
        Value::Array(many) => {
            let names: Vec<_> =
                many.iter().filter_map(Value::as_str).filter(|name| *name != "null").map(word).collect();
            names.join(" or ")
        }
        _ => "something else".to_owned(),
    }
}

fn fits(node: &Node, kind: &Value) -> bool {
    match kind {
        Value::Array(many) => many.iter().any(|one| fits(node, one)),
        Value::String(name) => match (name.as_str(), node) {
            ("null", Node::Null)
            | ("string", Node::Scalar(_))
            | ("boolean", Node::Scalar(Value::Bool(_)))
            | ("number", Node::Scalar(Value::Number(_)))
            | ("object", Node::Map(_))
            | ("array", Node::Seq(_)) => true,
            ("integer", Node::Scalar(Value::Number(number))) => number.is_i64() || number.is_u64(),
            _ => false,
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        app: At<String>,
        #[serde(default)]
        name: Several<String>,
        #[serde(default)]
        steps: Vec<Step>,
        #[serde(default)]
        pages: Pairs<At<String>>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Step {
        click: Option<At<String>>,
        fill: Option<Pairs<At<String>>>,
    }

    fn read(text: &str) -> Result<Sample, Vec<Diagnostic>> {
        read_yaml(&Arc::new(Source::new("t.yaml", text)))
    }

    #[test]
    fn no_place_reaches_beyond_its_text() {
        let source = Source::new("people.json", "[{},\n");
        let end = Spot { line: 2, column: 1, offset: 5, length: 0 };
        assert_eq!((source.spot(5, 1), source.spot(9, 1)), (end, end));
        assert_eq!(source.spot(4, 1), Spot { line: 1, column: 5, offset: 4, length: 1 });
    }

    #[test]
    fn keeps_places() {
        let sample = read("app: heap\nname: [Save, Send]\nsteps:\n  - click: save\n  - fill: { mail: \"${x}\" }\npages: { a: /b }\n").unwrap();
        assert_eq!((sample.app.spot.line, sample.app.spot.column), (1, 6));
        assert_eq!(sample.name.0[1].spot.column, 14);
        let fill = sample.steps[1].fill.as_ref().unwrap();
        assert_eq!((fill.0[0].0.spot.line, fill.0[0].0.spot.column), (5, 13));
        assert_eq!(sample.pages.get("a").unwrap().value, "/b");
        assert_eq!(sample.steps[0].click.as_ref().unwrap().spot.line, 4);
        let one = read("app: heap\nname: Save\n").unwrap();
        assert_eq!(one.name.0[0].value, "Save");
        assert_eq!(one.name.0[0].spot.line, 2);
    }

    #[test]
    fn reports_every_problem_at_once() {
        let problems = read("aap: heap\nsteps:\n  - clik: save\n  - fill: 3\n").unwrap_err();
        let lines: Vec<String> = problems.iter().map(Diagnostic::one_line).collect();
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert!(lines.iter().any(|l| l.contains("`app` is missing")));
        assert!(lines.iter().any(|l| l.starts_with("t.yaml:3:5: unknown key `clik`")));
        assert!(lines.iter().any(|l| l.contains("should be a mapping")));
        assert!(problems.iter().any(|p| p.hint.as_deref() == Some("did you mean `click`?")));
    }

    #[test]
    fn counts_old_line_ends_as_lines() {
        let source = Source::new("x", "a\rb\r\nc");
        assert_eq!(source.text, "a\nb\r\nc");
        assert_eq!((source.spot(5, 1).line, source.line(3)), (3, "c"));
    }

    /// The bounds hold on a stack of one megabyte; where they did not, the whole program would end here.
    #[test]
    fn nesting_and_aliases_are_refused_before_they_cost_anything() {
        let rise = |mark: &str, depth: usize| format!("app: heap\nname: {}", mark.repeat(depth));
        let blocks =
            |depth: usize| (0..depth).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n");
        let bomb = |open: &str, close: &str| -> String {
            let one = |at: usize| {
                format!(
                    "k{at}: &k{at} {open}{}{close}\n",
                    (0..9)
                        .map(|key| if open == "[" {
                            format!("*k{},", at - 1)
                        } else {
                            format!("x{key}: *k{},", at - 1)
                        })
                        .collect::<String>()
                )
            };
            std::iter::once("k0: &k0 x\n".to_owned()).chain((1..20).map(one)).collect()
        };
        let mut texts =
            vec![bomb("[", "]"), bomb("{", "}"), "a: &a [*a]".to_owned(), "<<: &a {<<: *a}".to_owned()];
        for depth in [DEEPEST - 2, DEEPEST + 1, 64, 250, 10_000] {
            for mark in ["[", "{a: ", "- ", "? ", "[{a: ", "{[", "\n - "] {
                texts.push(rise(mark, depth));
            }
            texts.push(format!("{}{}{}", rise("[", depth), "x", "]".repeat(depth)));
            texts.push(format!("{}{}{}", rise("{a: ", depth), "x", "}".repeat(depth)));
            texts.push(format!("steps: {}x", "- ".repeat(depth)));
            texts.push(format!("pages: {}x{}", "{a: ".repeat(depth), "}".repeat(depth)));
            texts.push(blocks(depth.min(1000)));
        }
        let small = std::thread::Builder::new().stack_size(1 << 20);
        small
            .spawn(move || texts.iter().for_each(|text| assert!(!read(text).unwrap_err().is_empty())))
            .unwrap()
            .join()
            .unwrap();
    }

    #[test]
    fn yaml_mistakes_have_a_place() {
        for text in ["app: heap\napp: heap\n", "app: \"heap\n", "app:\n\t- x\n", "app: [1\n"] {
            let problems = read(text).unwrap_err();
            assert!(problems[0].spot().is_some(), "{text:?} {problems:?}");
        }
    }
}
