use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Request;

/// A request a double has seen; an [`http::Request`] whose `Debug` is safe to print.
///
/// `Debug` shows method, scheme, host, path and the names of the header fields, and of the
/// body its length: a failing test in a public log must not publish a credential.
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::testing::RecordedRequest;
///
/// # fn main() -> Result<(), http::Error> {
/// let request = http::Request::get("https://api.example.com/a?canary=1")
///     .header("authorization", "Bearer canary")
///     .body(Bytes::from("canary"))?;
/// let recorded = RecordedRequest::new(request);
/// assert_eq!(recorded.header("authorization"), Some("Bearer canary"));
/// assert!(!format!("{recorded:?}").contains("canary"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RecordedRequest(Request<Bytes>);

impl RecordedRequest {
    /// Wraps a request.
    #[must_use]
    pub fn new(request: Request<Bytes>) -> Self {
        Self(request)
    }

    /// The first value of a header field, where it is visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// The request itself.
    #[must_use]
    pub fn into_inner(self) -> Request<Bytes> {
        self.0
    }
}

impl Deref for RecordedRequest {
    type Target = Request<Bytes>;

    fn deref(&self) -> &Request<Bytes> {
        &self.0
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.0.uri();
        f.debug_struct("RecordedRequest")
            .field("method", self.0.method())
            .field("scheme", &uri.scheme_str())
            .field("host", &uri.host())
            .field("path", &uri.path())
            .field("headers", &self.0.headers().keys().collect::<Vec<_>>())
            .field("body_bytes", &self.0.body().len())
            .finish()
    }
}

/// The list every recording double keeps.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<RecordedRequest>>>);

impl Log {
    pub(super) fn push(&self, request: &Request<Bytes>) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(RecordedRequest::new(request.clone()));
    }

    pub(super) fn all(&self) -> Vec<RecordedRequest> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.clone()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}
