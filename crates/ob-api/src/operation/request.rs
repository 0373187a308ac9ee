//! What an operation sends.

use crate::path::{encode_path, encode_query};
use bytes::Bytes;
use http::Method;
use ob_core::{Code, Sent};
use serde::Serialize;
use std::fmt;

/// The part of a request that the operation decides: method, path, query and JSON body.
///
/// Without host, prefix and headers. `Debug` shows the length of the body, not the body.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiRequest {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) body: Option<Bytes>,
}

impl ApiRequest {
    pub(super) fn get(segments: &[&str]) -> Self {
        Self::new(Method::GET, segments)
    }

    pub(super) fn delete(segments: &[&str]) -> Self {
        Self::new(Method::DELETE, segments)
    }

    pub(super) fn post(segments: &[&str], body: &impl Serialize) -> Result<Self, ApiRequestError> {
        let body = serde_json::to_vec(body)
            .map_err(|_| ApiRequestError::new("body", "values that JSON can hold"))?;
        Ok(Self {
            body: Some(body.into()),
            ..Self::new(Method::POST, segments)
        })
    }

    pub(super) fn query(self, pairs: &[(&str, Option<String>)]) -> Self {
        let set = pairs
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        Self {
            query: encode_query(set),
            ..self
        }
    }

    fn new(method: Method, segments: &[&str]) -> Self {
        Self {
            method,
            path: encode_path(segments),
            query: None,
            body: None,
        }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path: leading slash, percent-encoded segments, no prefix.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query without its question mark.
    #[must_use]
    pub fn query_string(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Path and query, to append to a base URL and a prefix.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The JSON body; `Content-Type: application/json` goes with it.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiRequest({} {}", self.method, self.target())?;
        if let Some(body) = &self.body {
            write!(f, ", body of {} bytes", body.len())?;
        }
        f.write_str(")")
    }
}

/// An operation holds a value that the platform is known to refuse. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be sent: needs {needed}")]
pub struct ApiRequestError {
    what: &'static str,
    needed: &'static str,
}

impl ApiRequestError {
    pub(super) const fn new(what: &'static str, needed: &'static str) -> Self {
        Self { what, needed }
    }

    /// The member that is wrong.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// What is needed instead.
    #[must_use]
    pub const fn needed(&self) -> &'static str {
        self.needed
    }

    /// `OB-A100`.
    #[must_use]
    pub const fn code(&self) -> Code {
        Code::A100
    }

    /// It never left.
    #[must_use]
    pub const fn sent(&self) -> Sent {
        Sent::No
    }
}

/// A page needs room for an item.
pub(super) fn check_limit(limit: Option<u32>) -> Result<(), ApiRequestError> {
    match limit {
        Some(0) => Err(ApiRequestError::new("limit 0", "at least 1")),
        _ => Ok(()),
    }
}
