//! The short and the long form of what a book says in one word or in several.

use super::{Find, FindField, Inside};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

impl<'de> Deserialize<'de> for Inside {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Inside;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a control's name, `{ row_of: LIST }` or `{ frame: CONTROL }`")
            }
            fn visit_str<E>(self, name: &str) -> Result<Inside, E> {
                Ok(Inside::Control(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Inside, A::Error> {
                let place = Place::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                match (place.row_of, place.frame) {
                    (Some(list), None) => Ok(Inside::RowOf(list)),
                    (None, Some(frame)) => Ok(Inside::Frame(frame)),
                    _ => Err(serde::de::Error::custom("`in` takes either `row_of` or `frame`")),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// The list whose row is the person's own.
    row_of: Option<String>,
    /// The control that is the frame.
    frame: Option<String>,
}

impl JsonSchema for Inside {
    fn schema_name() -> Cow<'static, str> {
        "Inside".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A control's name, `{ row_of: LIST }`: the person's own row, or `{ frame: CONTROL }`: the page in a frame.",
            "anyOf": [{ "type": "string" }, generator.subschema_for::<Place>()]
        })
    }
}

impl<'de> Deserialize<'de> for Find {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Find;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a page's name, or `{ fill: CONTROL, click: CONTROL }`")
            }
            fn visit_str<E>(self, name: &str) -> Result<Find, E> {
                Ok(Find::Page(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Find, A::Error> {
                FindField::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Find::Field)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Find {
    fn schema_name() -> Cow<'static, str> {
        "Find".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A page's name, or `{ fill: CONTROL, click: CONTROL }`: a field of the list's own page that narrows it.",
            "anyOf": [{ "type": "string" }, generator.subschema_for::<FindField>()]
        })
    }
}
