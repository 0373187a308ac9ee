//! The three forms in which the platform says what is wrong.

use super::{GatewayErrors, OAuthError, Problem, ReasonCode};
use serde_json::Value;

/// What the platform said in the body of an error.
///
/// Token endpoint and API use any of the three, so all are recognised everywhere, whatever the
/// content type says. Members of the wrong type are ignored (R207); a body that is none of the
/// three is [`None`](Self::None), and the status has to be enough.
///
/// ```
/// use ob_api::{ErrorEnvelope, ReasonCode};
/// let envelope = ErrorEnvelope::parse(br#"{"error":"invalid_request","error_description":"no"}"#);
/// assert_eq!(envelope.description(), Some("no"));
/// assert_eq!(envelope.reason_codes(), [ReasonCode::from("invalid_request")]);
/// assert_eq!(ErrorEnvelope::parse(b"<html>"), ErrorEnvelope::None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ErrorEnvelope {
    /// `{"Errors":{"Error":[...]}}` (LIB).
    Gateway(GatewayErrors),
    /// `{"error":"...","error_description":"..."}` (RFC 6749 section 5.2).
    OAuth(OAuthError),
    /// RFC 9457.
    Problem(Problem),
    /// None of them.
    #[default]
    None,
}

impl ErrorEnvelope {
    /// Recognises the form of an error body; never fails.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        GatewayErrors::read(&value)
            .map(Self::Gateway)
            .or_else(|| OAuthError::read(&value).map(Self::OAuth))
            .or_else(|| Problem::read(&value).map(Self::Problem))
            .unwrap_or_default()
    }

    /// The reason codes of the gateway, or the `error` of OAuth; none where there is neither.
    #[must_use]
    pub fn reason_codes(&self) -> Vec<ReasonCode> {
        match self {
            Self::Gateway(errors) => errors.reason_codes(),
            Self::OAuth(error) => vec![ReasonCode::from(error.error.as_str())],
            Self::Problem(_) | Self::None => Vec::new(),
        }
    }

    /// The description, as the platform wrote it: neither capped nor escaped.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Gateway(errors) => errors.description(),
            Self::OAuth(error) => error.error_description.as_deref(),
            Self::Problem(problem) => problem.detail.as_deref().or(problem.title.as_deref()),
            Self::None => None,
        }
    }
}

/// A member that is a string; anything else is as if it were not there.
pub(super) fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name)?.as_str().map(str::to_owned)
}
