//! From what hyper tells to what happened, on the side of caution: "not sent" only where
//! hyper says so.

use std::error::Error;
use std::io;

use hyper_util::client::legacy;

use super::connect::ConnectFailure;
use crate::{TransportError, TransportErrorKind};

/// No head of an answer arrived. `handed_over`: a connection was given the request.
pub(super) fn head(error: &legacy::Error, handed_over: bool) -> TransportError {
    if let Some(failure) = find::<ConnectFailure>(error) {
        return failure.to_error();
    }
    if error.is_connect() {
        return failed(TransportErrorKind::Connect, "no connection", error).sent(false);
    }
    // "Canceled" is hyper's word for a request it gives back unwritten.
    let unwritten = find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled);
    let (kind, what) = head_kind(error);
    failed(kind, what, error).sent(handed_over && !unwritten)
}

fn head_kind(error: &legacy::Error) -> (TransportErrorKind, &'static str) {
    if find::<rustls::Error>(error).is_some() {
        return (TransportErrorKind::Tls, "the tls session broke");
    }
    match find::<hyper::Error>(error) {
        Some(error) if error.is_parse() => (
            TransportErrorKind::Protocol,
            "the head of the answer is malformed or too large",
        ),
        _ => (TransportErrorKind::Closed, "the connection broke"),
    }
}

/// The head arrived, the body did not: it was sent, and answered in part.
pub(super) fn body(error: &hyper::Error) -> TransportError {
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
            if find::<rustls::Error>(error).is_none() =>
        {
            failed(TransportErrorKind::Protocol, "the body is malformed", error)
        }
        _ => failed(
            TransportErrorKind::Truncated,
            "the body ended too soon",
            error,
        ),
    }
}

fn failed(kind: TransportErrorKind, what: &str, error: &(dyn Error + 'static)) -> TransportError {
    TransportError::new(kind, what).caused_by(error)
}

/// The first error of type `E` in a chain, looking into `io::Error`, whose `source()` skips
/// the error it wraps.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => find(inner),
        None => error.source().and_then(find),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_looks_inside_io_errors() {
        let inner = rustls::Error::General("x".into());
        let nested = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, inner));
        assert!(find::<rustls::Error>(&nested).is_some());
        assert!(find::<hyper::Error>(&nested).is_none());
    }
}
