//! Requests, expectations, servers and certificates.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use ob_transport::{
    HyperTransport, HyperTransportBuilder, TimeoutPhase, Transport, TransportError,
    TransportErrorKind,
};

pub(crate) use self::pki::{Leaf, ONLY_1_2, ONLY_1_3, Pki, ServerTls};
pub(crate) use self::server::{Peer, Server, TlsFacts};

mod pki;
mod server;

pub(crate) const TOTAL: TransportErrorKind = TransportErrorKind::Timeout(TimeoutPhase::Total);
pub(crate) const CONNECT: TransportErrorKind = TransportErrorKind::Timeout(TimeoutPhase::Connect);

/// Long enough for a busy machine; only the tests that wait for a timeout set a short one.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Short, for the tests that want the timeout; enough for a TLS handshake on a busy machine.
pub(crate) const SOON: Duration = Duration::from_millis(500);

/// A client for servers without TLS.
pub(crate) fn plain() -> HyperTransportBuilder {
    HyperTransport::builder()
        .allow_http_on_loopback()
        .connect_timeout(PATIENCE)
        .total_timeout(PATIENCE)
}

/// A request full of words that no error may repeat.
pub(crate) fn get(base: &str) -> Request<Bytes> {
    Request::get(format!("{base}/canary-path?canary=query"))
        .header("authorization", "Bearer canary-token")
        .body(Bytes::from("canary-body"))
        .unwrap()
}

pub(crate) async fn ok(transport: &HyperTransport, request: Request<Bytes>) -> Response<Bytes> {
    transport.send(request).await.expect("an answer")
}

/// Sends and expects a failure of this kind; looks for leaks on the way (L5.1, L5.6).
pub(crate) async fn fails(
    transport: &HyperTransport,
    base: &str,
    (kind, sent): (TransportErrorKind, bool),
) -> TransportError {
    let error = transport.send(get(base)).await.expect_err("a failure");
    let told = everything_told(&error);
    assert_eq!(
        (error.kind(), error.may_have_been_sent()),
        (kind, sent),
        "{told}"
    );
    assert!(!told.contains("canary"), "{told}");
    let target = base.rsplit('@').next().unwrap().rsplit('/').next().unwrap();
    assert!(told.contains(target), "{told} does not name {target}");
    error
}

/// Whatever a log could show of an error.
pub(crate) fn everything_told(error: &TransportError) -> String {
    let mut told = format!("{error} {error:?}");
    let mut level = error.source();
    while let Some(source) = level {
        told.push_str(&format!(" <- {source} {source:?}"));
        level = source.source();
    }
    told
}
