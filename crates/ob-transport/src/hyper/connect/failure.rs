use std::error::Error;
use std::io;
use std::time::Duration;

use super::super::classify::find;
use crate::{TimeoutPhase, TransportError, TransportErrorKind};

pub(in crate::hyper) type BoxError = Box<dyn Error + Send + Sync>;

/// Which step of making a connection failed. No request has been written in any of them.
#[derive(Debug, thiserror::Error)]
pub(in crate::hyper) enum ConnectFailure {
    #[error("tcp connection failed")]
    Tcp(#[source] BoxError),
    #[error("tls handshake failed")]
    Tls(#[source] BoxError),
    #[error("no connection within {0:?}")]
    TooLate(Duration),
    #[error("no certificate authorities: {0}")]
    NoRoots(String),
}

/// A name that must be this machine resolved to another.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to an address that is not loopback")]
pub(super) struct NotLoopback;

impl ConnectFailure {
    pub(super) fn tcp(error: impl Into<BoxError>) -> Self {
        Self::Tcp(error.into())
    }

    /// The TLS connector hands the errors of the TCP step through; all others are its own.
    pub(super) fn of_https(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => *own,
            Err(error) => Self::Tls(error),
        }
    }

    pub(in crate::hyper) fn to_error(&self) -> TransportError {
        let (kind, what) = self.kind();
        let error = TransportError::new(kind, what).sent(false);
        match self.source() {
            Some(source) => error.caused_by(source),
            None => error,
        }
    }

    fn kind(&self) -> (TransportErrorKind, String) {
        let late = TransportErrorKind::Timeout(TimeoutPhase::Connect);
        let kind = match self {
            Self::Tcp(error) if find::<NotLoopback>(&**error).is_some() => {
                TransportErrorKind::Refused
            }
            Self::Tcp(error) if timed_out(&**error) => late,
            Self::Tcp(_) => TransportErrorKind::Connect,
            // Nothing wrong with TLS: the path or the server went away under it.
            Self::Tls(error) if broke(&**error) => TransportErrorKind::Connect,
            Self::Tls(_) | Self::NoRoots(_) => TransportErrorKind::Tls,
            Self::TooLate(_) => late,
        };
        (kind, self.to_string())
    }
}

fn timed_out(error: &(dyn Error + 'static)) -> bool {
    find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

fn broke(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    find::<rustls::Error>(error).is_none()
        && find::<io::Error>(error).map(innermost).is_some_and(|kind| {
            matches!(
                kind,
                BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
            )
        })
}

/// The kind of the innermost of nested `io::Error`s; the outer ones are only wrappers.
fn innermost(error: &io::Error) -> io::ErrorKind {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<io::Error>());
    match inner {
        Some(inner) => innermost(inner),
        None => error.kind(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failure: &ConnectFailure, expected: TransportErrorKind) {
        let error = failure.to_error();
        assert_eq!(error.kind(), expected);
        assert!(!error.may_have_been_sent());
    }

    #[test]
    fn every_step_has_its_kind_and_none_has_sent() {
        let late = TransportErrorKind::Timeout(TimeoutPhase::Connect);
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        check(&ConnectFailure::tcp(refused), TransportErrorKind::Connect);
        check(
            &ConnectFailure::tcp(io::Error::from(io::ErrorKind::TimedOut)),
            late,
        );
        check(
            &ConnectFailure::tcp(NotLoopback),
            TransportErrorKind::Refused,
        );
        check(&ConnectFailure::TooLate(Duration::from_secs(1)), late);
        check(
            &ConnectFailure::NoRoots("none".into()),
            TransportErrorKind::Tls,
        );
        let own = ConnectFailure::of_https(Box::new(ConnectFailure::tcp(NotLoopback)));
        check(&own, TransportErrorKind::Refused);
        let tls = ConnectFailure::of_https(io::Error::other("handshake").into());
        check(&tls, TransportErrorKind::Tls);
        let reset = io::Error::other(io::Error::from(io::ErrorKind::ConnectionReset));
        check(
            &ConnectFailure::of_https(reset.into()),
            TransportErrorKind::Connect,
        );
    }
}
