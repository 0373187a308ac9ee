//! An answer of the platform, as it came.

mod strict_json;

use crate::ApiError;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

/// Status, headers and whole body of an answer.
///
/// ```
/// use bytes::Bytes;
/// use ob_api::{Answer, GetConsent, Operation};
/// let response = http::Response::builder()
///     .header("content-type", "application/json;charset=utf-8")
///     .body(Bytes::from(r#"{"consentId":"c-1","status":"ACTIVE"}"#))?;
/// let consent = GetConsent("c-1".parse()?).parse(&Answer::from(&response))?;
/// assert!(consent.is_active());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Puts an answer together.
    #[must_use]
    pub const fn new(status: StatusCode, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub const fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The value of a 200 with a JSON body: for what was asked to be read.
    ///
    /// 202 is no value here: what is still being fetched is not an empty list.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        match self.status {
            StatusCode::OK => self.json(),
            StatusCode::ACCEPTED => Err(ApiError::accepted(self)),
            _ => Err(ApiError::unexpected(self)),
        }
    }

    /// As [`read`](Self::read), for one thing that was asked for by its id: an answer about
    /// another one is refused, because it may be somebody else's.
    ///
    /// `id` gives the id of the answer, if it says one; UUIDs may change case on their way.
    pub(crate) fn read_one<T: DeserializeOwned>(
        &self,
        asked: &str,
        id: fn(&T) -> Option<&str>,
    ) -> Result<T, ApiError> {
        let value = self.read()?;
        match id(&value) {
            Some(found) if !found.eq_ignore_ascii_case(asked) => {
                Err(self.not_understood("the answer is about another id than the one asked for"))
            }
            _ => Ok(value),
        }
    }

    /// The value of a 200, 201 or 202 with a JSON body: for what was asked to be made.
    ///
    /// 202 is "accepted and processed asynchronously" (DOC), and what was made already has a
    /// value where there is a body.
    pub(crate) fn written<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        match self.status {
            StatusCode::OK | StatusCode::CREATED => self.json(),
            StatusCode::ACCEPTED if self.body.is_empty() => Err(ApiError::accepted(self)),
            StatusCode::ACCEPTED => self.json(),
            _ => Err(ApiError::unexpected(self)),
        }
    }

    /// A 200, 202 or 204, whatever the body: for what was asked to go away.
    pub(crate) fn done(&self) -> Result<(), ApiError> {
        match self.status {
            StatusCode::OK | StatusCode::ACCEPTED | StatusCode::NO_CONTENT => Ok(()),
            _ => Err(ApiError::unexpected(self)),
        }
    }

    /// An answer that lacks something the operation cannot do without.
    pub(crate) fn not_understood(&self, reason: &str) -> ApiError {
        ApiError::not_understood(self, reason.to_owned())
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if !self.claims_json() {
            return Err(self.not_understood("content type is not JSON"));
        }
        if self.body.is_empty() {
            return Err(self.not_understood("body is empty"));
        }
        strict_json::parse(self.body).map_err(|reason| ApiError::not_understood(self, reason))
    }

    /// A missing `Content-Type` is no outage: the body still has to be JSON.
    fn claims_json(&self) -> bool {
        self.headers
            .get(CONTENT_TYPE)
            .is_none_or(|value| value.to_str().is_ok_and(is_json))
    }
}

impl<'a> From<&'a http::Response<Bytes>> for Answer<'a> {
    fn from(response: &'a http::Response<Bytes>) -> Self {
        Self::new(response.status(), response.headers(), response.body())
    }
}

/// The body may hold anything, so its length is all that is shown.
impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Answer({}, body of {} bytes)",
            self.status,
            self.body.len()
        )
    }
}

/// `application/json` or `application/*+json` (RFC 6839), with any parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}
