//! An answer before it becomes HTTP.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// Status, headers and body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // What is written here are our own types; should one not be JSON, an empty body shows it.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
        }
        .header(header::CONTENT_TYPE, "application/json")
    }

    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn text(status: StatusCode, text: &str) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: text.to_owned().into(),
        }
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
    }

    /// An answer that was given before, as JSON.
    pub(crate) fn stored(status: StatusCode, body: Bytes) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body,
        }
        .header(header::CONTENT_TYPE, "application/json")
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// Adds a header line. A value that is not one is left out: it can only be our own mistake,
    /// and a missing line is safer than a split answer.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
