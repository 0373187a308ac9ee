//! Why an authorization server was not found.

use crate::origin;
use http::StatusCode;
use ob_core::{Code, Owner, Retry};
use ob_transport::{TimeoutPhase, TransportError, TransportErrorKind};
use std::{error::Error, fmt};

/// The metadata of an authorization server could not be had, or must not be used.
///
/// There is no fallback: without metadata there is no server (R172). Nothing in the message or
/// its `source()` chain is secret, and of the document only the offending value is shown, escaped
/// and cut.
#[derive(Debug)]
pub struct DiscoveryError {
    code: Code,
    reason: String,
    retry: Retry,
    status: Option<u16>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl DiscoveryError {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Whose turn it is, the likeliest.
    #[must_use]
    pub fn owner(&self) -> Owner {
        crate::error::owner(self.code)
    }

    /// What is wrong, without the code.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether asking again, unchanged, can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retry.is_retryable()
    }

    /// The status of the answer, when there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    fn new(code: Code, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            retry: Retry::Never,
            status: None,
            source: None,
        }
    }

    /// The document is not one, or does not say what it must.
    pub(super) fn document(why: impl fmt::Display) -> Self {
        let reason = format!("the metadata is not usable: {why}");
        Self {
            status: Some(StatusCode::OK.as_u16()),
            ..Self::new(Code::A502, reason)
        }
    }

    pub(super) fn too_large(length: usize) -> Self {
        let reason = format!("the metadata has {length} bytes: at most 256 KiB are read");
        Self {
            status: Some(StatusCode::OK.as_u16()),
            ..Self::new(Code::N106, reason)
        }
    }

    pub(super) fn url(what: &str, found: &str, why: &str) -> Self {
        let reason = format!("{what} {} is not usable: {why}", origin::shown(found));
        Self::new(Code::N102, reason)
    }

    pub(super) fn status_of(status: StatusCode) -> Self {
        let number = status.as_u16();
        let code = if status.is_redirection() {
            Code::N101
        } else {
            Code::A502
        };
        let retry = if status.is_server_error() {
            Retry::Backoff
        } else {
            Retry::Never
        };
        let reason = format!("the metadata endpoint answered {number} instead of 200");
        Self {
            retry,
            status: Some(number),
            ..Self::new(code, reason)
        }
    }

    pub(super) fn unsendable(error: http::Error) -> Self {
        let mut made = Self::new(Code::N102, "the metadata URL cannot be asked");
        made.source = Some(Box::new(error));
        made
    }

    pub(super) fn no_answer(error: TransportError) -> Self {
        let (code, retry) = match error.kind() {
            TransportErrorKind::Refused => (Code::N102, Retry::Never),
            TransportErrorKind::Connect | TransportErrorKind::Timeout(TimeoutPhase::Connect) => {
                (Code::N103, Retry::Backoff)
            }
            TransportErrorKind::Tls => (Code::N104, Retry::Never),
            TransportErrorKind::TooLarge => (Code::N106, Retry::Never),
            TransportErrorKind::Timeout(_) => (Code::N504, Retry::Backoff),
            _ => (Code::N105, Retry::Backoff),
        };
        Self {
            retry,
            source: Some(Box::new(error)),
            ..Self::new(code, "the metadata could not be fetched")
        }
    }
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.reason)
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
