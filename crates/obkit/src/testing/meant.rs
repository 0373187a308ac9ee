//! Telling the sandbox for whom a call is meant, apart from everything obkit writes.

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use ob_core::BusinessId;
use ob_transport::{SharedTransport, Transport, TransportError};
use std::future::Future;

/// The header that only the sandbox reads: for whom the harness meant the request. The sandbox
/// compares it with what the token says, so the count of wrong-party requests comes from what
/// arrived, not from what the client believes.
pub const MEANT_FOR: HeaderName = HeaderName::from_static("x-sandbox-meant-for");

tokio::task_local! {
    static MEANT: BusinessId;
}

/// Runs a call with a note, kept beside the call, of the third-party that it is meant for.
pub async fn meant_for<F: Future>(party: &BusinessId, call: F) -> F::Output {
    MEANT.scope(party.clone(), call).await
}

/// A transport that adds the note of [`meant_for`] to every request as [`MEANT_FOR`].
#[derive(Clone, Debug)]
pub struct MeantTransport(SharedTransport);

impl MeantTransport {
    /// Wraps a transport.
    #[must_use]
    pub fn new(transport: impl Into<SharedTransport>) -> Self {
        Self(transport.into())
    }
}

#[async_trait]
impl Transport for MeantTransport {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if let Ok(Ok(meant)) = MEANT.try_with(|party| HeaderValue::from_str(party.as_str())) {
            request.headers_mut().insert(MEANT_FOR, meant);
        }
        self.0.send(request).await
    }
}
