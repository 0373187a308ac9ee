//! The errors of the crates below, as the one error of a call.

use super::Error;
use ob_api::{ApiError, ApiRequestError};
use ob_auth::AuthError;
use ob_core::{BusinessId, Code, Retry, Sent};
use ob_registry::RegistryError;
use ob_transport::{TimeoutPhase, TransportError, TransportErrorKind};
use std::time::SystemTime;

impl Error {
    pub(crate) fn registry(party: &BusinessId, error: RegistryError) -> Self {
        Self::new(error.code(), error.to_string()).with(|parts| {
            parts.party = Some(party.clone());
            parts.source = Some(error.into());
        })
    }

    pub(crate) fn auth(error: AuthError) -> Self {
        Self::new(error.code(), error.to_string()).with(|parts| {
            parts.correlation = error.correlation().map(str::to_owned);
            parts.retry = error.retry();
            parts.status = error.status();
            parts.source = Some(error.into());
        })
    }

    pub(crate) fn request(error: ApiRequestError) -> Self {
        Self::new(error.code(), error.to_string()).with(|parts| parts.source = Some(error.into()))
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        let sent = if error.may_have_been_sent() {
            Sent::Maybe
        } else {
            Sent::No
        };
        Self::new(transport_code(&error), error.to_string()).with(|parts| {
            parts.sent = sent;
            parts.retry = transport_retry(&error);
            parts.source = Some(error.into());
        })
    }

    pub(crate) fn api(error: ApiError, now: SystemTime) -> Self {
        Self::new(error.code(), error.to_string()).with(|parts| {
            parts.status = Some(error.status().as_u16());
            parts.sent = Sent::Yes;
            parts.retry = error.retry(now);
            parts.correlation = error.correlation_id().map(str::to_owned);
            parts.source = Some(error.into());
        })
    }
}

fn transport_code(error: &TransportError) -> Code {
    match error.kind() {
        TransportErrorKind::Refused => Code::N102,
        TransportErrorKind::Connect | TransportErrorKind::Timeout(TimeoutPhase::Connect) => {
            Code::N103
        }
        TransportErrorKind::Tls => Code::N104,
        TransportErrorKind::TooLarge => Code::N106,
        TransportErrorKind::Timeout(_) => Code::N504,
        _ => Code::N105,
    }
}

fn transport_retry(error: &TransportError) -> Retry {
    match error.kind() {
        TransportErrorKind::Refused | TransportErrorKind::Tls | TransportErrorKind::TooLarge => {
            Retry::Never
        }
        _ => Retry::Backoff,
    }
}
