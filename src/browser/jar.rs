//! What a browser holds for a tenant: cookies and what its pages have stored. Kept, it lets another browser go on signed in.

use crate::secret::Secret;
use anyhow::anyhow;
use serde_json::{Map, Value, json};

/// Cookies, local and session storage. What is in it is worth a password: it is one secret, read by browsers only.
#[derive(Clone, Debug)]
pub struct Jar {
    /// The origins it is for, as people read them.
    pub origins: Vec<String>,
    /// When the last of its cookies ends, in seconds since 1970; none when the app alone knows.
    pub ends: Option<i64>,
    /// The content, as JSON.
    pub content: Secret,
}

impl Jar {
    /// The same over an older one: what an origin had stored stays where this one does not tell of that origin, since only
    /// the page that is open can be asked.
    pub fn over(&self, before: &Self) -> anyhow::Result<Self> {
        let read = |jar: &Self| {
            let content: Option<Map<String, Value>> = serde_json::from_str(jar.content.reveal()).ok();
            content.ok_or_else(|| anyhow!("the kept session is not one that usher wrote"))
        };
        let (mut now, mut then) = (read(self)?, read(before)?);
        let mut storage = then.remove("storage").unwrap_or_else(|| json!({}));
        if let (Some(all), Some(Value::Object(newer))) = (storage.as_object_mut(), now.remove("storage")) {
            all.extend(newer);
        }
        now.insert("storage".to_owned(), storage);
        let content = Secret::new(Value::Object(now).to_string());
        Ok(Self { origins: self.origins.clone(), ends: self.ends, content })
    }
}
