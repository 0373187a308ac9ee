//! The OAuth error.

use super::{envelope::text, safe_text::safe_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// `{"error":"...","error_description":"..."}` (RFC 6749 section 5.2).
///
/// `Debug` shows its texts capped, escaped and without e-mail addresses and IBANs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OAuthError {
    /// The error code, for example `invalid_request`.
    pub error: String,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
}

impl OAuthError {
    /// An error with its description.
    ///
    /// ```
    /// use ob_api::OAuthError;
    /// let body = serde_json::to_string(&OAuthError::new("invalid_scope", "unknown scope"))?;
    /// assert_eq!(body, r#"{"error":"invalid_scope","error_description":"unknown scope"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(error: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            error_description: Some(description.into()),
            error_uri: None,
        }
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            error: text(value, "error")?,
            error_description: text(value, "error_description"),
            error_uri: text(value, "error_uri"),
        })
    }
}

impl fmt::Debug for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = self.error_description.as_deref();
        f.debug_struct("OAuthError")
            .field("error", &safe_text(&self.error))
            .field("error_description", &description.map(safe_text))
            .finish_non_exhaustive()
    }
}
