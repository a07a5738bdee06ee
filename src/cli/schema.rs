//! `usher schema`: the JSON Schemas of everything people write, for editors.

use super::{Context, Exit};
use crate::source::schema_of;
use clap::ValueEnum;
use serde_json::{Value, json};

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file kind
    kind: Kind,
}

/// The kinds of files people write.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A step script
    Script,
    /// A selector book
    Book,
    /// `app.yaml`
    App,
    /// A request as JSON
    Request,
    /// `usher.toml`
    Settings,
}

/// Prints one.
pub(super) fn run(context: &Context, arguments: &Arguments) -> Exit {
    let name = match arguments.kind {
        Kind::Script => "script",
        Kind::Book => "book",
        Kind::App => "app",
        Kind::Request => "request",
        Kind::Settings => "settings",
    };
    for (known, schema) in schemas() {
        if known == name {
            context.out.result(&pretty(&schema));
        }
    }
    Exit::Done
}

/// A schema as it is checked in.
fn pretty(schema: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(schema).unwrap_or_default())
}

/// Every schema by its name; `scripts/schema/NAME.json` holds the same.
pub fn schemas() -> Vec<(&'static str, Value)> {
    let request = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Request",
        "description": "The people and what is wanted for each: a list of flat objects, or the same under `people`. The key is `email` or `username`, as the app has it; further columns are what the app's scripts take.",
        "$defs": { "Person": {
            "type": "object",
            "description": "One person.",
            "properties": {
                "email": { "type": "string", "description": "The key where the app is keyed by e-mail address." },
                "username": { "type": "string", "description": "The key where the app is keyed by user name." },
                "role": { "type": "string", "description": "The wanted role, in the app's words." },
                "name": { "type": "string", "description": "The person's name; helps to find near matches." },
                "until": { "type": "string", "description": "Kept for the record: how long access is wanted." },
                "ticket": { "type": "string", "description": "Kept for the record: the ticket." },
                "reason": { "type": "string", "description": "Kept for the record: why." }
            },
            "additionalProperties": { "type": ["string", "number", "boolean", "null"] }
        }},
        "anyOf": [
            { "type": "array", "items": { "$ref": "#/$defs/Person" } },
            { "type": "object", "properties": { "people": { "type": "array", "items": { "$ref": "#/$defs/Person" } } }, "required": ["people"] }
        ]
    });
    vec![
        ("app", schema_of::<crate::script::App>()),
        ("book", schema_of::<crate::selector::Book>()),
        ("request", request),
        ("script", schema_of::<crate::script::Script>()),
        ("settings", schema_of::<crate::settings::Settings>()),
    ]
}
