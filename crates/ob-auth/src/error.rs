//! Why a call is not authorised.

mod build;
pub use build::BuildError;

use ob_core::{ActingFor, BusinessId, Code, Owner, Retry, Sent};
use std::{error::Error, fmt, sync::Arc, time::Duration};

/// No token, or no headers: the call was not authorised, and must not be sent.
///
/// Cloning copies a pointer, because everyone who waited for one token request shares its
/// failure. Nothing in it, nor in its `source()` chain, is a secret: the server's words are
/// escaped and shortened, and what looks like a token in them is cut out.
///
/// `Display` is one line for a log: `[code] what · for whom · why · correlation`.
///
/// ```
/// use ob_auth::{AuthError, AuthorizationServer};
/// use ob_core::Code;
/// let refused = AuthorizationServer::new("https://as.example", "http://as.example/token");
/// assert_eq!(refused.unwrap_err().code(), Code::N102);
/// fn log_line(error: &AuthError) -> String {
///     format!("{error} (owner: {}, token request sent: {})", error.owner(), error.token_request_sent())
/// }
/// # let _ = log_line;
/// ```
#[derive(Clone)]
pub struct AuthError(Arc<Facts>);

#[derive(Clone, Debug)]
struct Facts {
    code: Code,
    reason: String,
    business_id: Option<BusinessId>,
    sent: Sent,
    retry: Retry,
    status: Option<u16>,
    server_error: Option<String>,
    correlation: Option<String>,
    attempts: u32,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl AuthError {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self(Arc::new(Facts {
            code,
            reason: reason.into(),
            business_id: None,
            sent: Sent::No,
            retry: Retry::Never,
            status: None,
            server_error: None,
            correlation: None,
            attempts: 0,
            source: None,
        }))
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Whose turn it is, the likeliest.
    #[must_use]
    pub fn owner(&self) -> Owner {
        owner(self.0.code)
    }

    /// The why, without code, party and correlation id: for composing other lines.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Whether asking again, unchanged, can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retry.is_retryable()
    }

    /// Whether and when to ask again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// How long the server asked to wait (`Retry-After`, at most an hour).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.retry {
            Retry::After(wait) => Some(wait),
            _ => None,
        }
    }

    /// Whether the *token request* left this process. The API call itself never did.
    #[must_use]
    pub fn token_request_sent(&self) -> Sent {
        self.0.sent
    }

    /// How many token requests were made before giving up.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The correlation id of the token answer; without an answer, the `x-fapi-interaction-id`
    /// that was sent.
    #[must_use]
    pub fn correlation(&self) -> Option<&str> {
        self.0.correlation.as_deref()
    }

    /// Your own name of the party for whom it failed.
    #[must_use]
    pub fn business_id(&self) -> Option<&BusinessId> {
        self.0.business_id.as_ref()
    }

    /// The status of the token answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's own error code (`invalid_client`), escaped and shortened.
    #[must_use]
    pub fn server_error(&self) -> Option<&str> {
        self.0.server_error.as_deref()
    }

    /// Whether somebody has to change something first: such a failure is remembered briefly
    /// instead of being asked for again by every call.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(
            self.0.code,
            Code::T203 | Code::T204 | Code::T205 | Code::T217
        )
    }
}

/// Setters for the maker of the error, who still holds it alone.
impl AuthError {
    pub(crate) fn of(mut self, party: &ActingFor) -> Self {
        self.facts().business_id = Some(party.business_id().clone());
        self
    }

    pub(crate) fn sent(mut self, sent: Sent) -> Self {
        self.facts().sent = sent;
        self
    }

    pub(crate) fn when_to_retry(mut self, retry: Retry) -> Self {
        self.facts().retry = retry;
        self
    }

    pub(crate) fn answered(mut self, status: u16) -> Self {
        self.facts().status = Some(status);
        self.sent(Sent::Yes)
    }

    pub(crate) fn because(mut self, reason: String) -> Self {
        self.facts().reason = reason;
        self
    }

    pub(crate) fn said(mut self, server_error: Option<String>) -> Self {
        self.facts().server_error = server_error;
        self
    }

    pub(crate) fn correlated(mut self, correlation: Option<String>) -> Self {
        let facts = self.facts();
        facts.correlation = correlation.or_else(|| facts.correlation.take());
        self
    }

    /// How many token requests were made. If there was one before the last, something did
    /// leave the process, whatever became of the last.
    pub(crate) fn after_attempts(mut self, attempts: u32) -> Self {
        let facts = self.facts();
        facts.attempts = attempts;
        if attempts > 1 && facts.sent == Sent::No {
            facts.sent = Sent::Yes;
        }
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.facts().source = Some(Arc::new(source));
        self
    }

    /// If the held token is known to be expired and this failure may pass, it becomes the cause
    /// of `OB-T211`; one that does not pass by itself is the more useful thing to say.
    pub(crate) fn if_expired(self, expired: bool) -> Self {
        if !expired || !self.is_retryable() || self.code() == Code::T211 {
            return self;
        }
        let mut facts = Facts::clone(&self.0);
        facts.code = Code::T211;
        facts.reason = "the held token has expired and no new one could be fetched".to_owned();
        facts.source = Some(Arc::new(self));
        Self(Arc::new(facts))
    }

    fn facts(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &*self.0;
        write!(f, "[{}] {}", facts.code, facts.code.summary())?;
        if let Some(business_id) = &facts.business_id {
            write!(f, " · for {business_id}")?;
        }
        write!(f, " · {}", facts.reason)?;
        match &facts.correlation {
            Some(correlation) => write!(f, " · {correlation}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthError").field(&self.0).finish()
    }
}

impl Error for AuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The likeliest owner; every code has one (tested in `ob_core`).
pub(crate) fn owner(code: Code) -> Owner {
    code.owners().first().copied().unwrap_or(Owner::You)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn acme() -> ActingFor {
        ActingFor::third_party(
            "acme".parse().unwrap(),
            "tpp-acme".parse().unwrap(),
            "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse().unwrap(),
        )
    }

    #[test]
    fn one_line_names_code_party_cause_and_correlation() {
        let error = AuthError::new(Code::T203, "the server said no")
            .of(&acme())
            .answered(401)
            .correlated(Some("c-1".to_owned()));
        insta::assert_snapshot!(error, @"[OB-T203] invalid_client · for acme · the server said no · c-1");
        assert_eq!(error.owner(), Owner::You);
        assert_eq!(error.token_request_sent(), Sent::Yes);
        assert!(!error.is_retryable() && error.is_permanent());
    }

    #[test]
    fn an_expired_token_keeps_the_facts_and_names_its_cause() {
        let cause = AuthError::new(Code::T210, "reset")
            .of(&acme())
            .sent(Sent::Maybe)
            .when_to_retry(Retry::Backoff);
        let error = cause.if_expired(true);
        assert_eq!(error.code(), Code::T211);
        assert_eq!(error.token_request_sent(), Sent::Maybe);
        assert!(error.is_retryable());
        assert!(error.source().unwrap().to_string().contains("OB-T210"));
        assert_eq!(error.business_id().unwrap().as_str(), "acme");
    }
}
