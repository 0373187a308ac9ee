//! Refusals of what never became a request.

use super::limits::{MAX_BODY, MAX_FIELDS, MAX_HEAD, MAX_REQUEST_LINE};
use crate::refused::{Refused, because};
use http::StatusCode;

/// Bytes that no two readers need agree about (R217).
pub(super) fn malformed(
    what: &'static str,
    expected: &'static str,
    found: &'static str,
) -> Refused {
    Refused::gateway(
        StatusCode::BAD_REQUEST,
        ("BAD_REQUEST", "the request is malformed"),
        because("R217", what).expected(expected).found(found),
    )
}

pub(super) fn other_version() -> Refused {
    Refused::gateway(
        StatusCode::HTTP_VERSION_NOT_SUPPORTED,
        ("BAD_REQUEST", "the protocol version is not spoken here"),
        because("R217", "protocol version")
            .expected("HTTP/1.1, HTTP/1.0 or the preface of HTTP/2")
            .found("another version"),
    )
}

pub(super) fn long_request_line() -> Refused {
    Refused::gateway(
        StatusCode::URI_TOO_LONG,
        ("BAD_REQUEST", "the request line is too long"),
        because("R147", "request line")
            .expected(format!("at most {MAX_REQUEST_LINE} bytes"))
            .found("more"),
    )
}

pub(super) fn large_head() -> Refused {
    Refused::gateway(
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ("BAD_REQUEST", "the header lines are too large"),
        because("R147", "header lines")
            .expected(format!("at most {MAX_FIELDS} lines and {MAX_HEAD} bytes"))
            .found("more"),
    )
}

pub(super) fn slow_head() -> Refused {
    Refused::gateway(
        StatusCode::REQUEST_TIMEOUT,
        ("BAD_REQUEST", "the header lines did not arrive"),
        because("R147", "header lines")
            .expected("all of them within 30 s")
            .found("some of them"),
    )
}

pub(super) fn large_body() -> Refused {
    Refused::gateway(
        StatusCode::PAYLOAD_TOO_LARGE,
        ("BAD_REQUEST", "the body is too large"),
        because("R147", "body")
            .expected(format!("at most {MAX_BODY} bytes"))
            .found("more"),
    )
}

pub(super) fn slow_body() -> Refused {
    Refused::gateway(
        StatusCode::REQUEST_TIMEOUT,
        ("BAD_REQUEST", "the body did not arrive"),
        because("R147", "body")
            .expected("a whole body within 10 s")
            .found("an unfinished one"),
    )
}

pub(super) fn cut_off_body() -> Refused {
    malformed("body", "as many bytes as were announced", "fewer")
}

/// A header in a trailer is not a header, and no request of the platform has a use for one.
pub(super) fn trailers() -> Refused {
    malformed("trailer section", "none", "trailer fields")
}
