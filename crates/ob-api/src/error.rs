//! Errors of the platform.

mod correlation;
mod envelope;
mod gateway;
mod oauth;
mod problem;
mod rate_limit;
mod reason_code;
mod retry_after;
mod safe_text;

pub use correlation::correlation_id;
pub use envelope::ErrorEnvelope;
pub use gateway::{GatewayError, GatewayErrors, gateway_error};
pub use oauth::OAuthError;
pub use problem::Problem;
pub use rate_limit::{RateLimit, RateLimitPolicy, rate_limit, rate_limit_policies};
pub use reason_code::ReasonCode;
pub use retry_after::retry_after;

use crate::Answer;
use http::{HeaderMap, StatusCode};
use ob_core::{Code, Retry, Sent};
use safe_text::safe_text;
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// An answer of the platform that is not the value that was asked for.
///
/// Knows its permanent [`code`](Self::code), what the platform said, and whether calling again
/// can help. Nothing in it repeats the request, and what the platform said is capped, escaped and
/// stripped of e-mail addresses and IBANs.
///
/// ```
/// use http::{HeaderMap, StatusCode};
/// use ob_api::{Answer, GetConsent, Operation};
/// let body = br#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"NOT_FOUND"}]}}"#;
/// let headers = HeaderMap::new();
/// let answer = Answer::new(StatusCode::NOT_FOUND, &headers, body);
/// let error = GetConsent("c-1".parse()?).parse(&answer).unwrap_err();
/// assert_eq!(error.code().as_str(), "OB-A404");
/// assert_eq!(error.to_string(), "not found: status 404, NOT_FOUND");
/// # Ok::<(), ob_core::IdError>(())
/// ```
#[derive(Clone, thiserror::Error)]
pub struct ApiError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    status: StatusCode,
    /// `Retry-After` and `RateLimit` need `now`, which only the caller has.
    headers: HeaderMap,
    correlation: Option<String>,
}

#[derive(Clone)]
enum Kind {
    Refused(ErrorEnvelope),
    Redirect,
    Accepted,
    NotUnderstood(String),
}

impl ApiError {
    /// The permanent code.
    ///
    /// `A461` where the reason code says that the consent is not usable, or, for want of one,
    /// the description does; else by status. A redirect is `N101`, an answer that is not
    /// understood `A502`.
    #[must_use]
    pub fn code(&self) -> Code {
        match &self.0.kind {
            Kind::Redirect => Code::N101,
            Kind::Accepted | Kind::NotUnderstood(_) => Code::A502,
            Kind::Refused(_) if self.is_about_consent() => Code::A461,
            Kind::Refused(_) => code_of(self.0.status),
        }
    }

    /// The HTTP status, which is to be trusted over whatever the body says (R207).
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What the platform said, as it is: neither capped nor escaped.
    #[must_use]
    pub fn envelope(&self) -> &ErrorEnvelope {
        match &self.0.kind {
            Kind::Refused(envelope) => envelope,
            _ => &ErrorEnvelope::None,
        }
    }

    /// The reason codes of the platform, or the `error` of an OAuth error.
    #[must_use]
    pub fn reason_codes(&self) -> Vec<ReasonCode> {
        self.envelope().reason_codes()
    }

    /// What the platform said, or what was not understood: at most 300 characters, control
    /// characters escaped, without e-mail addresses and IBANs.
    #[must_use]
    pub fn description(&self) -> Option<String> {
        match &self.0.kind {
            Kind::Refused(envelope) => envelope.description().map(safe_text),
            Kind::Redirect => None,
            Kind::Accepted => Some("accepted, but not ready yet".into()),
            Kind::NotUnderstood(reason) => Some(reason.clone()),
        }
    }

    /// The status and what the platform said, without the code's summary and the correlation id:
    /// for composing a line that says both already.
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode};
    /// use ob_api::{Answer, GetConsent, Operation};
    /// let headers = HeaderMap::new();
    /// let answer = Answer::new(StatusCode::NOT_FOUND, &headers, b"");
    /// let error = GetConsent("c-1".parse()?).parse(&answer).unwrap_err();
    /// assert_eq!(error.reason(), "status 404");
    /// # Ok::<(), ob_core::IdError>(())
    /// ```
    #[must_use]
    pub fn reason(&self) -> String {
        let mut reason = format!("status {}", self.0.status.as_u16());
        let codes = self.reason_codes().into_iter().take(SHOWN_REASONS);
        let codes = codes.map(|code| safe_text(code.as_str()));
        for said in codes.chain(self.description()) {
            reason.push_str(", ");
            reason.push_str(&said);
        }
        reason
    }

    /// The platform's name for this exchange, to be quoted when asking for help.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation.as_deref()
    }

    /// How long the platform asks to wait; see the function [`retry_after`].
    #[must_use]
    pub fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        retry_after(&self.0.headers, now).or_else(|| {
            rate_limit(&self.0.headers)
                .filter(|limit| limit.remaining == 0)
                .and_then(|limit| limit.reset)
        })
    }

    /// Whether sending the same call again can help. Whether it *may* be sent again is for its
    /// [`Idempotency`](crate::Idempotency) to say.
    #[must_use]
    pub fn retry(&self, now: SystemTime) -> Retry {
        if !self.is_retryable() {
            return Retry::Never;
        }
        self.retry_after(now).map_or(Retry::Backoff, Retry::After)
    }

    /// Whether [`retry`](Self::retry) is anything but never.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            Kind::Accepted => true,
            Kind::Redirect | Kind::NotUnderstood(_) => false,
            Kind::Refused(_) => matches!(self.0.status.as_u16(), 408 | 429 | 500 | 502..=504),
        }
    }

    /// Whether the platform accepted the call (202) and has no value to give yet.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self.0.kind, Kind::Accepted)
    }

    /// Whether the answer had the right status and could not be read.
    #[must_use]
    pub fn is_not_understood(&self) -> bool {
        matches!(self.0.kind, Kind::NotUnderstood(_))
    }

    /// An answer came, so it was sent.
    #[must_use]
    pub const fn sent(&self) -> Sent {
        Sent::Yes
    }

    /// The error that an answer of another status than the expected ones is.
    pub(crate) fn unexpected(answer: &Answer<'_>) -> Self {
        let status = answer.status();
        if status.is_redirection() {
            Self::new(answer, Kind::Redirect)
        } else if status.is_client_error() || status.is_server_error() {
            Self::new(answer, Kind::Refused(ErrorEnvelope::parse(answer.body())))
        } else {
            Self::not_understood(answer, "status is not one this operation has".into())
        }
    }

    pub(crate) fn accepted(answer: &Answer<'_>) -> Self {
        Self::new(answer, Kind::Accepted)
    }

    pub(crate) fn not_understood(answer: &Answer<'_>, reason: String) -> Self {
        Self::new(answer, Kind::NotUnderstood(reason))
    }

    fn new(answer: &Answer<'_>, kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            status: answer.status(),
            headers: waiting_headers(answer.headers()),
            correlation: correlation_id(answer.headers()),
        }))
    }

    /// A description is only asked where no reason code says anything, and not on 401 and 429,
    /// whose own meaning comes first.
    fn is_about_consent(&self) -> bool {
        let status = self.0.status;
        if !status.is_client_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return false;
        }
        let envelope = self.envelope();
        let by_code = envelope
            .reason_codes()
            .iter()
            .any(ReasonCode::is_about_consent);
        let by_words = || envelope.description().is_some_and(says_consent_is_unusable);
        by_code || (status != StatusCode::UNAUTHORIZED && by_words())
    }
}

/// One line: what happened, the status, what the platform said, its correlation id.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code().summary(), self.reason())?;
        if let Some(correlation) = self.correlation_id() {
            write!(f, ", correlation {correlation}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiError([{}] {self})", self.code())
    }
}

/// An envelope may hold thousands; a line has room for a few.
const SHOWN_REASONS: usize = 3;

fn code_of(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::A401,
        403 => Code::A403,
        404 | 410 => Code::A404,
        409 => Code::A409,
        429 => Code::A429,
        // The server gave up waiting for the request, which is its own failure, not the request's.
        408 | 500.. => Code::A500,
        _ => Code::A400,
    }
}

/// For a platform that says it in words only (ASSUMED).
fn says_consent_is_unusable(description: &str) -> bool {
    let words = description.to_ascii_lowercase();
    let states = ["expired", "revoked", "not active", "inactive"];
    words.contains("consent") && states.iter().any(|state| words.contains(state))
}

/// The headers that say how long to wait.
fn waiting_headers(headers: &HeaderMap) -> HeaderMap {
    let mut waiting = HeaderMap::new();
    for name in ["retry-after", "ratelimit"] {
        for value in headers.get_all(name) {
            waiting.append(name, value.clone());
        }
    }
    waiting
}
