use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, Uri};

use crate::{SharedTransport, TimeoutPhase, Transport, TransportError, TransportErrorKind};

/// What happens to one request on its way through [`Faulty`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the request passes.
    Pass,
    /// The request passes after this long (tokio's clock, so a paused test does not wait).
    Delay(Duration),
    /// The connection dies first: the inner transport never sees the request.
    /// `Closed`, certainly not sent.
    ResetBeforeSend,
    /// The inner transport handles the request, its answer is lost. `Closed`, maybe sent.
    ResetAfterSend,
    /// The inner transport handles the request, its answer breaks off. `Truncated`, maybe
    /// sent.
    TruncatedBody,
    /// The inner transport handles the request, the answer comes too late.
    /// `Timeout(Total)`, maybe sent.
    TimeoutAfterSend,
}

/// Breaks the network by plan: the first request meets the first fault, and so on; when
/// the plan is used up, requests pass.
///
/// The errors are those [`HyperTransport`](crate::HyperTransport) gives for the same event.
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::{Transport, testing::{Fault, Faulty, Recorder, from_fn}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Recorder::new(from_fn(|_| async { Ok(http::Response::new(Bytes::new())) }));
/// let network = Faulty::new(server.clone()).plan([Fault::ResetAfterSend]);
///
/// let request = http::Request::get("https://api.example.com/").body(Bytes::new())?;
/// let error = network.send(request).await.unwrap_err();
/// assert!(error.may_have_been_sent());
/// assert_eq!(server.requests().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Faulty {
    inner: SharedTransport,
    plan: Arc<Mutex<VecDeque<Fault>>>,
}

impl Faulty {
    /// Breaks, by the plan added later, what goes to `inner`.
    pub fn new(inner: impl Into<SharedTransport>) -> Self {
        Self {
            inner: inner.into(),
            plan: Arc::default(),
        }
    }

    /// Adds faults at the end of the plan.
    #[must_use]
    pub fn plan(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.add(faults);
        self
    }

    /// Adds faults while the transport is already in use.
    pub fn add(&self, faults: impl IntoIterator<Item = Fault>) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.extend(faults);
    }

    fn next(&self) -> Fault {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.pop_front().unwrap_or(Fault::Pass)
    }
}

#[async_trait]
impl Transport for Faulty {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let fault = self.next();
        let uri = request.uri().clone();
        match fault {
            Fault::ResetBeforeSend => return Err(lost(fault, &uri)),
            Fault::Delay(delay) => tokio::time::sleep(delay).await,
            _ => {}
        }
        let answer = self.inner.send(request).await?;
        match fault {
            Fault::Pass | Fault::Delay(_) => Ok(answer),
            _ => Err(lost(fault, &uri)),
        }
    }
}

fn lost(fault: Fault, uri: &Uri) -> TransportError {
    let kind = match fault {
        Fault::TruncatedBody => TransportErrorKind::Truncated,
        Fault::TimeoutAfterSend => TransportErrorKind::Timeout(TimeoutPhase::Total),
        _ => TransportErrorKind::Closed,
    };
    TransportError::new(kind, "planned fault")
        .sent(fault != Fault::ResetBeforeSend)
        .at(uri)
}
