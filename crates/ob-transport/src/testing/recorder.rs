use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use super::recorded::{Log, RecordedRequest};
use crate::{SharedTransport, Transport, TransportError};

/// Remembers every request on its way to another transport.
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::{SharedTransport, testing::{Recorder, from_fn}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let inner = from_fn(|_| async { Ok(http::Response::new(Bytes::new())) });
/// let recorder = Recorder::new(inner);
/// let transport = SharedTransport::new(recorder.clone());
///
/// let request = http::Request::get("https://api.example.com/accounts").body(Bytes::new())?;
/// transport.send(request).await?;
/// assert_eq!(recorder.requests()[0].uri().path(), "/accounts");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    inner: SharedTransport,
    seen: Log,
}

impl Recorder {
    /// Records what goes to `inner`.
    pub fn new(inner: impl Into<SharedTransport>) -> Self {
        Self {
            inner: inner.into(),
            seen: Log::default(),
        }
    }

    /// The requests seen so far, oldest first, whatever became of them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.seen.all()
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.seen.push(&request);
        self.inner.send(request).await
    }
}
