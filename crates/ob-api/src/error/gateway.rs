//! The gateway's envelope.

use super::{ReasonCode, envelope::text, safe_text::safe_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// `{"Errors":{"Error":[...]}}` (LIB).
///
/// `Debug` shows the first three errors and how many there are.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value", into = "Envelope")]
#[non_exhaustive]
pub struct GatewayErrors {
    /// The errors, in the gateway's order.
    pub errors: Vec<GatewayError>,
}

/// One error of the gateway. All members are optional when read, all are written.
///
/// `Debug` shows the description capped, escaped and without e-mail addresses and IBANs, and no
/// details.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GatewayError {
    /// Which part of the platform speaks, for example `Gateway`.
    pub source: Option<String>,
    /// Why, for machines.
    pub reason_code: Option<ReasonCode>,
    /// Why, for people.
    pub description: Option<String>,
    /// Whether the gateway thinks that trying again helps.
    pub recoverable: Option<bool>,
    /// More, as it is.
    pub details: Value,
}

/// An envelope with one error: what the sandbox answers.
///
/// ```
/// use ob_api::{ReasonCode, gateway_error};
/// let body = serde_json::to_string(&gateway_error(
///     "Gateway",
///     ReasonCode::InvalidAuthHeader,
///     "no access token",
/// ))?;
/// assert_eq!(body, concat!(
///     r#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"INVALID_AUTH_HEADER","#,
///     r#""Description":"no access token","Recoverable":false,"Details":null}]}}"#,
/// ));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn gateway_error(
    source: impl Into<String>,
    reason_code: ReasonCode,
    description: impl Into<String>,
) -> GatewayErrors {
    GatewayErrors::new(vec![GatewayError {
        source: Some(source.into()),
        reason_code: Some(reason_code),
        description: Some(description.into()),
        recoverable: Some(false),
        details: Value::Null,
    }])
}

impl GatewayErrors {
    /// An envelope with these errors.
    #[must_use]
    pub const fn new(errors: Vec<GatewayError>) -> Self {
        Self { errors }
    }

    /// Every reason code.
    #[must_use]
    pub fn reason_codes(&self) -> Vec<ReasonCode> {
        let codes = self
            .errors
            .iter()
            .filter_map(|error| error.reason_code.clone());
        codes.collect()
    }

    /// The first description.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.errors
            .iter()
            .find_map(|error| error.description.as_deref())
    }

    /// Reads an envelope, if it is one. A single error without its list is read too: XML turned
    /// into JSON often ends like that.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let errors = match value.get("Errors")?.get("Error")? {
            Value::Array(errors) => errors.iter().filter_map(GatewayError::read).collect(),
            single => vec![GatewayError::read(single)?],
        };
        Some(Self { errors })
    }
}

impl GatewayError {
    fn read(value: &Value) -> Option<Self> {
        value.as_object()?;
        Some(Self {
            source: text(value, "Source"),
            reason_code: text(value, "ReasonCode").map(ReasonCode::from),
            description: text(value, "Description"),
            recoverable: value.get("Recoverable").and_then(Value::as_bool),
            details: value.get("Details").cloned().unwrap_or_default(),
        })
    }
}

/// What is not an envelope is an empty one.
impl From<Value> for GatewayErrors {
    fn from(value: Value) -> Self {
        Self::read(&value).unwrap_or_default()
    }
}

/// An envelope may hold thousands.
impl fmt::Debug for GatewayErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.errors.get(..3).unwrap_or(&self.errors);
        f.debug_struct("GatewayErrors")
            .field("errors", &first)
            .field("count", &self.errors.len())
            .finish()
    }
}

impl fmt::Debug for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason_code.as_ref().map(ReasonCode::as_str);
        f.debug_struct("GatewayError")
            .field("source", &self.source.as_deref().map(safe_text))
            .field("reason_code", &reason.map(safe_text))
            .field("description", &self.description.as_deref().map(safe_text))
            .field("recoverable", &self.recoverable)
            .finish_non_exhaustive()
    }
}

/// The two objects around the list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    errors: List,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    error: Vec<GatewayError>,
}

impl From<GatewayErrors> for Envelope {
    fn from(envelope: GatewayErrors) -> Self {
        Self {
            errors: List {
                error: envelope.errors,
            },
        }
    }
}
