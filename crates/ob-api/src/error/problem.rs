//! Problem details.

use super::{envelope::text, safe_text::safe_text};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// `application/problem+json` (RFC 9457, R206, R207).
///
/// Extensions are ignored, so is a member of the wrong type, and the real status is trusted over
/// [`status`](Self::status). `Debug` shows its texts capped, escaped and without e-mail addresses
/// and IBANs.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Value")]
#[non_exhaustive]
pub struct Problem {
    /// What kind of problem, a URI; `about:blank` where absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub problem_type: Option<String>,
    /// The kind, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The status, if it could be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// This occurrence, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// This occurrence, a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

impl Problem {
    /// A problem of the type `about:blank`.
    ///
    /// ```
    /// use ob_api::Problem;
    /// let problem = Problem::new(http::StatusCode::NOT_FOUND, "no such consent");
    /// assert_eq!(
    ///     serde_json::to_string(&problem)?,
    ///     r#"{"title":"Not Found","status":404,"detail":"no such consent"}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            problem_type: None,
            title: status.canonical_reason().map(str::to_owned),
            status: Some(status.as_u16()),
            detail: Some(detail.into()),
            instance: None,
        }
    }

    /// Reads a problem, if it has at least one of its texts.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let problem = Self::from(value.clone());
        let Self {
            problem_type,
            title,
            detail,
            ..
        } = &problem;
        let says_something = problem_type.is_some() || title.is_some() || detail.is_some();
        says_something.then_some(problem)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("type", &self.problem_type.as_deref().map(safe_text))
            .field("title", &self.title.as_deref().map(safe_text))
            .field("status", &self.status)
            .field("detail", &self.detail.as_deref().map(safe_text))
            .finish_non_exhaustive()
    }
}

impl From<Value> for Problem {
    fn from(value: Value) -> Self {
        Self {
            problem_type: text(&value, "type"),
            title: text(&value, "title"),
            status: status(&value),
            detail: text(&value, "detail"),
            instance: text(&value, "instance"),
        }
    }
}

fn status(value: &Value) -> Option<u16> {
    let status = u16::try_from(value.get("status")?.as_u64()?).ok()?;
    (100..=599).contains(&status).then_some(status)
}
