//! Answers, made shortly.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use ob_api::{Answer, ApiError, Operation};

pub(crate) const UUID: &str = "5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10";

pub(crate) fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect()
}

/// Has `operation` read a JSON answer.
pub(crate) fn answer<O: Operation>(
    operation: &O,
    status: u16,
    body: &str,
) -> Result<O::Output, ApiError> {
    answer_with(
        operation,
        status,
        &[("content-type", "application/json")],
        body,
    )
}

/// Has `operation` read an answer with these headers.
pub(crate) fn answer_with<O: Operation>(
    operation: &O,
    status: u16,
    pairs: &[(&'static str, &str)],
    body: &str,
) -> Result<O::Output, ApiError> {
    let status = StatusCode::from_u16(status).unwrap();
    operation.parse(&Answer::new(status, &headers(pairs), body.as_bytes()))
}

/// The error that an answer is to an operation that reads a consent.
pub(crate) fn error(status: u16, body: &str) -> ApiError {
    let get = ob_api::GetConsent("c-1".parse().unwrap());
    answer(&get, status, body).unwrap_err()
}
