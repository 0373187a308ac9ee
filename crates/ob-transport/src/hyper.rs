//! The one door to hyper, hyper-util and rustls: none of their types leaves this module.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Request, Response, Uri, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::time::timeout;

use self::admit::Admission;
use self::connect::Connector;
use self::informational::Informational;
use crate::{TimeoutPhase, Transport, TransportError, TransportErrorKind};

pub use self::builder::{Http2, HyperTransportBuilder};
pub use self::identity::ClientIdentity;

mod admit;
mod body;
mod builder;
mod classify;
mod connect;
mod framing;
mod identity;
mod informational;
mod tls;

/// What a request without a `User-Agent` is given (R220: it names the library, nothing
/// about the caller).
const AGENT: HeaderValue = HeaderValue::from_static(concat!("obkit/", env!("CARGO_PKG_VERSION")));

type Client = legacy::Client<Connector, Full<Bytes>>;

/// The pooled client: hyper over rustls, HTTP/1.1 and HTTP/2.
///
/// * TLS 1.2 or 1.3 with the suites of BCP 195, certificate and name always checked
///   (R002, R003, R005); there is no switch to accept an invalid certificate. Client
///   certificate if one is given ([`ClientIdentity`]).
/// * Plain http only to the loopback interface and only after
///   [`allow_http_on_loopback`](HyperTransportBuilder::allow_http_on_loopback) (R001).
/// * Redirects are returned, not followed (R163); no cookies (R220); no content coding is
///   asked for or decoded; the answer is bounded in time and size (R166), and at most 32
///   informational answers may go before it. No proxy is used and no proxy variable of the
///   environment read.
/// * Framing belongs to this client: a request that brings its own `Transfer-Encoding`,
///   a `Content-Length` that is not the length of its body, or a `Host` that is not the
///   host of its URI is refused. So is an answer whose end could be seen in two places
///   (R217), and its connection is closed.
///
/// A request goes out once. If a pooled connection turns out to be dead before a byte of
/// the request was written, the request moves to another connection; in every other case
/// the caller decides, with [`TransportError::may_have_been_sent`].
///
/// # Runtime
///
/// [`send`](Transport::send) must be awaited inside a tokio runtime with I/O and time
/// enabled; without a runtime it answers `Refused`. Dropping the future drops the request:
/// an HTTP/1.1 connection in use is closed, an HTTP/2 stream is reset. The only tasks that
/// outlive a call are those the connection pool needs: one per open connection, one that
/// closes idle ones, and a connection attempt that lost the race against a connection that
/// became free, so that its socket is not wasted. Names are resolved by the operating
/// system on tokio's blocking threads, where a lookup in progress cannot be interrupted.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::{HyperTransport, SharedTransport};
///
/// # /// A server on this machine that answers one request.
/// # async fn server() -> std::io::Result<u16> {
/// #     use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// #     let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// #     let port = listener.local_addr()?.port();
/// #     tokio::spawn(async move {
/// #         let (mut peer, _) = listener.accept().await?;
/// #         peer.read(&mut [0; 1024]).await?;
/// #         peer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await
/// #     });
/// #     Ok(port)
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let port = server().await?;
/// let transport: SharedTransport = HyperTransport::builder()
///     .allow_http_on_loopback()
///     .build()?
///     .into();
/// let request = http::Request::get(format!("http://127.0.0.1:{port}/")).body(Bytes::new())?;
/// match transport.send(request).await {
///     Ok(answer) => assert_eq!(answer.body(), "hello"),
///     Err(error) if error.may_have_been_sent() => panic!("unknown outcome: {error}"),
///     Err(error) => panic!("safe to repeat: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HyperTransport(Arc<Inner>);

struct Inner {
    clients: Shards,
    admission: Admission,
    limits: Limits,
    identity: Option<ClientIdentity>,
}

/// What bounds an exchange.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    total: Duration,
    response_bytes: usize,
}

impl HyperTransport {
    /// Starts with the defaults: platform roots, HTTP/2 where offered, 5 s to connect, 30 s
    /// in all, answers up to 8 MiB, https only.
    #[must_use]
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }

    /// The client certificate in use, to replace it while requests run.
    #[must_use]
    pub fn client_identity(&self) -> Option<&ClientIdentity> {
        self.0.identity.as_ref()
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Answer {
        let uri = request.uri().clone();
        let (request, handover) = watched(request);
        let limits = self.0.limits;
        match timeout(limits.total, self.answer(request, &handover)).await {
            Ok(answer) => answer,
            Err(_) => Err(too_late(limits.total, &handover)),
        }
        .map_err(|error| error.at(&uri))
    }

    async fn answer(&self, request: Request<Full<Bytes>>, handover: &CaptureConnection) -> Answer {
        let (head, body) = self.head(request, handover).await?.into_parts();
        framing::check(&head).inspect_err(|_| abandon(handover))?;
        let body = body::collect(body, self.0.limits.response_bytes).await?;
        Ok(Response::from_parts(head, body))
    }

    /// Everything up to the body. Dropping the exchange closes its connection.
    async fn head(
        &self,
        mut request: Request<Full<Bytes>>,
        handover: &CaptureConnection,
    ) -> Result<Response<Incoming>, TransportError> {
        let informational = Informational::of(&mut request);
        let mut sending = pin!(self.0.clients.next().request(request));
        let mut too_many = pin!(informational.too_many());
        poll_fn(|cx| match sending.as_mut().poll(cx) {
            Poll::Ready(sent) => {
                Poll::Ready(sent.map_err(|error| classify::head(&error, handed_over(handover))))
            }
            Poll::Pending => too_many.as_mut().poll(cx).map(Err),
        })
        .await
    }
}

type Answer = Result<Response<Bytes>, TransportError>;

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0
            .admission
            .check(&request)
            .map_err(|error| error.at(request.uri()))?;
        need_runtime(request.uri())?;
        let mut answer = self.exchange(prepared(request)).await?;
        // What the connector notes here (peer address) is of a foreign type.
        answer.extensions_mut().clear();
        Ok(answer)
    }
}

/// Gives the request its agent and leaves the protocol version to the connection.
fn prepared(mut request: Request<Bytes>) -> Request<Full<Bytes>> {
    *request.version_mut() = Version::HTTP_11;
    request.headers_mut().entry(USER_AGENT).or_insert(AGENT);
    request.map(Full::new)
}

/// Notes the moment a connection is handed the request: before it nothing was written.
fn watched(mut request: Request<Full<Bytes>>) -> (Request<Full<Bytes>>, CaptureConnection) {
    let handover = capture_connection(&mut request);
    (request, handover)
}

fn handed_over(handover: &CaptureConnection) -> bool {
    handover.connection_metadata().is_some()
}

/// Nobody gets this connection again: where its next answer begins is not known.
fn abandon(handover: &CaptureConnection) {
    if let Some(connection) = &*handover.connection_metadata() {
        connection.poison();
    }
}

fn too_late(limit: Duration, handover: &CaptureConnection) -> TransportError {
    let kind = TransportErrorKind::Timeout(TimeoutPhase::Total);
    TransportError::new(kind, format!("no whole answer within {limit:?}"))
        .sent(handed_over(handover))
}

/// hyper and tokio panic where there is no runtime; an error is kinder.
fn need_runtime(uri: &Uri) -> Result<(), TransportError> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(TransportError::new(
            TransportErrorKind::Refused,
            "called outside a tokio runtime",
        )
        .at(uri)),
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("limits", &self.0.limits)
            .field("admission", &self.0.admission)
            .field("identity", &self.0.identity)
            .finish_non_exhaustive()
    }
}

/// One pool per shard, used in turn: the pool opens a single HTTP/2 connection per origin.
struct Shards {
    first: Client,
    others: Vec<Client>,
    turn: AtomicUsize,
}

impl Shards {
    fn next(&self) -> &Client {
        if self.others.is_empty() {
            return &self.first;
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % (self.others.len() + 1);
        self.others.get(turn).unwrap_or(&self.first)
    }
}
