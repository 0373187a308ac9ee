//! The errors of the crates below, as the one error of a call.

use super::Error;
use crate::door::Withheld;
use ob_api::{ApiError, ApiRequestError};
use ob_auth::{AuthError, Grant};
use ob_core::{BusinessId, Code, Retry, Sent};
use ob_registry::RegistryError;
use ob_transport::{TimeoutPhase, TransportError, TransportErrorKind};
use std::{error::Error as _, time::SystemTime};

impl Error {
    pub(crate) fn registry(party: &BusinessId, error: RegistryError) -> Self {
        Self::new(error.code(), error.reason()).with(|parts| {
            parts.party = Some(party.clone());
            parts.source = Some(error.into());
        })
    }

    /// `grant` is what the token was asked for.
    pub(crate) fn auth(grant: &Grant, error: AuthError) -> Self {
        let refused = error.source().and_then(|it| it.downcast_ref());
        if let Some(withheld) = refused.and_then(TransportError::withheld_by::<Withheld>) {
            return Self::new(withheld.code(), withheld.to_string())
                .with(|parts| parts.source = Some(error.into()));
        }
        // The reason alone: code, party and correlation id are said by the line around it.
        Self::new(auth_code(grant, &error), error.reason()).with(|parts| {
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
        if let Some(withheld) = error.withheld_by::<Withheld>() {
            return Self::new(withheld.code(), withheld.to_string())
                .with(|parts| parts.source = Some(error.into()));
        }
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
        Self::new(error.code(), error.reason()).with(|parts| {
            parts.status = Some(error.status().as_u16());
            parts.sent = Sent::Yes;
            parts.retry = error.retry(now);
            parts.correlation = error.correlation_id().map(str::to_owned);
            parts.source = Some(error.into());
        })
    }
}

/// No other part of a client credentials request can be an invalid grant (RFC 6749 section 5.2)
/// than the consent it names (ASSUMED), so it is the end user's turn, not the platform's.
fn auth_code(grant: &Grant, error: &AuthError) -> Code {
    if grant.consent().is_some() && error.server_error() == Some("invalid_grant") {
        return Code::A461;
    }
    error.code()
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http::{HeaderMap, HeaderValue, StatusCode};
    use ob_api::{Answer, GetConsent, Operation};

    #[test]
    fn an_answer_of_the_platform_is_told_once() {
        let body = br#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"NOT_FOUND"}]}}"#;
        let mut headers = HeaderMap::new();
        headers.insert("x-correlation-id", HeaderValue::from_static("c-9"));
        let answer = Answer::new(StatusCode::NOT_FOUND, &headers, body);
        let get = GetConsent("c-1".parse().unwrap());
        let error = Error::api(get.parse(&answer).unwrap_err(), SystemTime::UNIX_EPOCH);
        let error = error.about(&"acme".parse().unwrap(), "consents.get");
        assert_eq!(
            error.to_string(),
            "[OB-A404] not found · consents.get · for acme · status 404, NOT_FOUND · c-9"
        );
    }

    #[test]
    fn a_refusal_of_the_registry_names_the_party_once() {
        let acme: BusinessId = "acme".parse().unwrap();
        let error = Error::registry(&acme, RegistryError::store("the disk is full"));
        assert_eq!(
            error.to_string(),
            "[OB-R008] registry cannot be read or written · for acme · the disk is full"
        );
    }
}
