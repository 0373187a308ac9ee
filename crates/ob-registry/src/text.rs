//! The registry as a text: strict, and whole or nothing.

use crate::{
    IntegratorProfile, Loaded, Record, RegistryError, Revision, ThirdParty, Version,
    certificate::private_key_at, snapshot::Snapshot,
};
use ob_core::Shown;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{borrow::Borrow, sync::Arc};

mod place;
use place::{json_refusal, place_of, toml_refusal};

/// Writes third-parties as TOML, schema `ob.registry/1`.
///
/// ```
/// let text = ob_registry::to_toml::<ob_registry::ThirdParty>(&[])?;
/// assert!(ob_registry::from_toml(&text)?.is_empty());
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
///
/// # Errors
/// OB-R008 when the text cannot be made; with checked third-parties it always can.
pub fn to_toml<T: Borrow<ThirdParty>>(all: &[T]) -> Result<String, RegistryError> {
    toml::to_string_pretty(&Out::of(all)).map_err(|error| {
        RegistryError::store_caused("the registry cannot be written as TOML", error)
    })
}

/// Writes third-parties as JSON, schema `ob.registry/1`.
///
/// # Errors
/// OB-R008 when the text cannot be made; with checked third-parties it always can.
pub fn to_json<T: Borrow<ThirdParty>>(all: &[T]) -> Result<String, RegistryError> {
    serde_json::to_string_pretty(&Out::of(all))
        .map(|text| text + "\n")
        .map_err(|error| {
            RegistryError::store_caused("the registry cannot be written as JSON", error)
        })
}

/// Reads third-parties from TOML, all of them or none.
///
/// # Errors
/// OB-R008 with line and column for another schema, a syntax error, an unknown field, a wrong
/// type or an unusable value; OB-R002 when two rows share an id.
pub fn from_toml(text: &str) -> Result<Vec<ThirdParty>, RegistryError> {
    without_collision(read_toml::<In<ThirdParty>>(text)?.third_party)
}

/// Reads third-parties from JSON, all of them or none.
///
/// # Errors
/// As [`from_toml`].
pub fn from_json(text: &str) -> Result<Vec<ThirdParty>, RegistryError> {
    without_collision(read_json::<In<ThirdParty>>(text)?.third_party)
}

/// Reads a whole registry from TOML: what [`document_to_toml`] wrote, or a person.
pub(crate) fn document_from_toml(text: &str) -> Result<Loaded, RegistryError> {
    loaded(read_toml(text)?)
}

/// Reads a whole registry from JSON.
pub(crate) fn document_from_json(text: &str) -> Result<Loaded, RegistryError> {
    loaded(read_json(text)?)
}

/// Writes a whole registry as TOML, with the versions and standings of its third-parties.
pub(crate) fn document_to_toml(document: &Document<'_>) -> Result<String, RegistryError> {
    toml::to_string_pretty(document).map_err(|error| {
        RegistryError::store_caused("the registry cannot be written as TOML", error)
    })
}

/// Writes a whole registry as JSON.
pub(crate) fn document_to_json(document: &Document<'_>) -> Result<String, RegistryError> {
    serde_json::to_string_pretty(document)
        .map(|text| text + "\n")
        .map_err(|error| {
            RegistryError::store_caused("the registry cannot be written as JSON", error)
        })
}

pub(crate) fn record_from_json(json: &str) -> Result<Record, RegistryError> {
    refuse_private_keys(json)?;
    serde_json::from_str(json).map_err(|error| json_refusal(&error))
}

pub(crate) fn refused_json(error: &serde_json::Error) -> RegistryError {
    json_refusal(error)
}

/// A whole registry as a file holds it.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema: &'static str,
    revision: Revision,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrator: Option<&'a IntegratorProfile>,
    third_party: Vec<&'a Record>,
}

impl<'a> Document<'a> {
    pub(crate) fn of(
        revision: Revision,
        integrator: Option<&'a IntegratorProfile>,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            revision,
            integrator,
            third_party: records.into_iter().collect(),
        }
    }
}

fn loaded(read: In<Record>) -> Result<Loaded, RegistryError> {
    let mut loaded = Loaded::new(read.revision);
    if let Some(profile) = read.integrator {
        loaded.set_integrator(Arc::new(profile));
    }
    read.third_party.into_iter().for_each(|it| loaded.push(it));
    Ok(loaded)
}

fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, RegistryError> {
    refuse_private_keys(text)?;
    let Head { schema } = toml::from_str(text).map_err(|error| toml_refusal(text, &error))?;
    refuse_other_schema(schema.as_deref())?;
    toml::from_str(text).map_err(|error| toml_refusal(text, &error))
}

fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, RegistryError> {
    refuse_private_keys(text)?;
    let Head { schema } = serde_json::from_str(text).map_err(|error| json_refusal(&error))?;
    refuse_other_schema(schema.as_deref())?;
    serde_json::from_str(text).map_err(|error| json_refusal(&error))
}

#[derive(Serialize)]
struct Out<'a> {
    schema: &'static str,
    third_party: Vec<&'a ThirdParty>,
}

impl<'a> Out<'a> {
    fn of<T: Borrow<ThirdParty>>(all: &'a [T]) -> Self {
        let third_party = all.iter().map(Borrow::borrow).collect();
        let schema = SCHEMA;
        Self {
            schema,
            third_party,
        }
    }
}

/// Read first, alone and leniently: a newer schema must be named as that, and not as the unknown
/// field that it brought along.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In<T> {
    #[serde(rename = "schema")]
    _schema: String,
    #[serde(default)]
    revision: Revision,
    #[serde(default)]
    integrator: Option<IntegratorProfile>,
    #[serde(default = "Vec::new")]
    third_party: Vec<T>,
}

/// Before anything is parsed, so that no parser's message can quote it.
pub(crate) fn refuse_private_keys(text: &str) -> Result<(), RegistryError> {
    match private_key_at(text) {
        None => Ok(()),
        Some(at) => Err(RegistryError::malformed(place_of(text, at), A_KEY)),
    }
}

fn refuse_other_schema(schema: Option<&str>) -> Result<(), RegistryError> {
    let reason = match schema {
        Some(SCHEMA) => return Ok(()),
        None => format!("no schema is named: needs schema = \"{SCHEMA}\""),
        Some(other) if other.starts_with(FAMILY) => {
            let other = Shown(other);
            format!("the schema {other} is of another version of obkit: this one reads {SCHEMA}")
        }
        Some(other) => format!(
            "the schema {} is not a registry: needs {SCHEMA}",
            Shown(other)
        ),
    };
    Err(RegistryError::malformed(None, reason))
}

fn without_collision(all: Vec<ThirdParty>) -> Result<Vec<ThirdParty>, RegistryError> {
    refuse_collisions(&all)?;
    Ok(all)
}

/// # Errors
/// OB-R002 when two of these share an id, OB-C202 when they share a certificate.
pub(crate) fn refuse_collisions<'a>(
    all: impl IntoIterator<Item = &'a ThirdParty>,
) -> Result<(), RegistryError> {
    let mut loaded = Loaded::new(Revision::ZERO);
    for third_party in all {
        loaded.push(Record::new(third_party.clone(), Version::FIRST, None));
    }
    Snapshot::of(loaded, None).map(drop)
}

const FAMILY: &str = "ob.registry/";
const SCHEMA: &str = "ob.registry/1";
const A_KEY: &str =
    "a private key (not shown) has no place in a registry: remove it and replace the key";
