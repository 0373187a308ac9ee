use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Version, response};

use crate::{TransportError, TransportErrorKind};

/// Refuses an answer whose end another reader could see elsewhere (RFC 9112 section 6.3, R217):
/// a length beside a transfer coding, or a coding that is not exactly `chunked`. hyper refuses
/// all other ambiguities by itself.
pub(super) fn check(head: &response::Parts) -> Result<(), TransportError> {
    if head.version >= Version::HTTP_2 || !head.headers.contains_key(TRANSFER_ENCODING) {
        return Ok(());
    }
    if head.headers.contains_key(CONTENT_LENGTH) {
        return Err(ambiguous("both content-length and transfer-encoding"));
    }
    match is_chunked(&head.headers) {
        true => Ok(()),
        false => Err(ambiguous("a transfer-encoding that is not just chunked")),
    }
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let first = codings.next().map(|coding| coding.as_bytes().trim_ascii());
    first.is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked")) && codings.next().is_none()
}

fn ambiguous(found: &str) -> TransportError {
    TransportError::new(
        TransportErrorKind::Protocol,
        format!("an answer with {found}"),
    )
}
