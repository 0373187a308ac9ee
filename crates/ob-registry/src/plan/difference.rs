//! What is different between two states of a third-party, for people.

use super::Step;
use crate::{Certificate, IntegratorProfile, ThirdParty};
use serde::Serialize;
use serde_json::{Map, Value};

/// One field that a [`Step`] changes, in words that fit a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field, as it is called in a registry file.
    pub field: String,
    /// What it is; nothing if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it will be; nothing if it will not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Step {
    /// What it changes, field by field in the order of their names. Certificates are named by
    /// their fingerprints.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let row = |it: &ThirdParty| fields(serde_json::to_value(it));
        let profile = |it: &IntegratorProfile| fields(serde_json::to_value(it));
        let (before, after) = match self {
            Self::Add { third_party } => (Map::new(), row(third_party)),
            Self::Change {
                before,
                third_party,
            }
            | Self::Offboard {
                before,
                third_party,
            } => (row(before), row(third_party)),
            Self::Remove { before } => (row(before), Map::new()),
            Self::Integrator { before, integrator } => {
                let before = before.as_deref().map(profile);
                (before.unwrap_or_default(), profile(integrator))
            }
        };
        let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let different = names
            .into_iter()
            .filter(|name| before.get(*name) != after.get(*name));
        different
            .map(|name| Difference {
                field: name.clone(),
                before: before.get(name).map(|value| words(name, value)),
                after: after.get(name).map(|value| words(name, value)),
            })
            .collect()
    }
}

fn fields(value: serde_json::Result<Value>) -> Map<String, Value> {
    match value {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn words(field: &str, value: &Value) -> String {
    match value {
        Value::String(text) if field.ends_with("certificates") => fingerprint(text),
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            let all: Vec<_> = all.iter().map(|one| words(field, one)).collect();
            let separator = if field == "scopes" { " " } else { ", " };
            all.join(separator)
        }
        Value::Object(fields) => {
            let shown = fields.values().filter(|it| **it != Value::Bool(false));
            let all: Vec<_> = shown.map(|it| words(field, it)).collect();
            all.join(" ")
        }
        Value::Bool(_) => "default".to_owned(),
        other => other.to_string(),
    }
}

fn fingerprint(pem: &str) -> String {
    match pem.parse::<Certificate>() {
        Ok(certificate) => {
            let print = certificate.fingerprint().to_string();
            let short: String = print.chars().take(16).collect();
            format!("sha256:{short}…")
        }
        Err(_) => "a certificate".to_owned(),
    }
}
