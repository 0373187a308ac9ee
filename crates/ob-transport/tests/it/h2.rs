//! HTTP/2 over TLS, served by a library.

use std::convert::Infallible;
use std::num::NonZeroU8;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use ob_transport::TransportErrorKind::{Closed, TooLarge, Truncated};
use ob_transport::{HyperTransport, Transport};
use tokio::sync::Barrier;

use crate::support::{Peer, Pki, SOON, Server, ServerTls, TOTAL, fails, get, ok};

const H2: &[&str] = &["h2"];

async fn serving<F, Fut, B, E>(pki: &Pki, answer: F) -> Server
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync,
    E: std::error::Error + Send + Sync + 'static,
{
    let tls = ServerTls {
        alpn: H2,
        ..ServerTls::default()
    };
    let config = pki.server_with(&pki.leaf(&["127.0.0.1"]), tls);
    Server::tls(config, move |peer: Peer, _| {
        let service = service_fn(answer.clone());
        async move {
            let connection = http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(peer.io), service);
            let _ = connection.await;
        }
    })
    .await
}

async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let seen = format!("{:?} {}", request.version(), request.uri().path());
    let body = request.into_body().collect().await?.to_bytes();
    let mut response = Response::new(Full::new(body));
    response
        .headers_mut()
        .insert("x-seen", seen.parse().unwrap());
    Ok(response)
}

#[tokio::test]
async fn requests_share_one_connection() {
    let pki = Pki::new();
    // All ten are in the server before the first is answered: they are on one connection.
    let barrier = Arc::new(Barrier::new(10));
    let server = serving(&pki, move |request| {
        let barrier = barrier.clone();
        async move {
            if request.uri().path() != "/first" {
                barrier.wait().await;
            }
            echo(request).await
        }
    })
    .await;
    let transport = pki.client().build().unwrap();
    // Before the first handshake nobody knows that the server speaks HTTP/2, so requests
    // that start together may each open a connection; from then on they share one.
    let first = Request::get(format!("{}/first", server.https()))
        .body(Bytes::new())
        .unwrap();
    ok(&transport, first).await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (transport, request) = (transport.clone(), get(&server.https()));
        running.spawn(async move { transport.send(request).await.unwrap() });
    }
    for answer in running.join_all().await {
        assert_eq!(answer.version(), Version::HTTP_2);
        assert_eq!(answer.headers()["x-seen"], "HTTP/2.0 /canary-path");
        assert_eq!(answer.body(), "canary-body");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn shards_open_one_connection_each() {
    let pki = Pki::new();
    let server = serving(&pki, echo).await;
    let transport = pki
        .client()
        .shards(NonZeroU8::new(3).unwrap())
        .build()
        .unwrap();
    for _ in 0..9 {
        ok(&transport, get(&server.https())).await;
    }
    assert_eq!(server.connections(), 3);
}

/// The error of the service becomes RST_STREAM.
#[tokio::test]
async fn a_reset_stream_may_have_been_sent_and_leaves_the_connection_usable() {
    let pki = Pki::new();
    let server = serving(&pki, |request| async move {
        match request.headers().contains_key("x-good") {
            true => Ok(Response::new(Full::new(Bytes::from("ok")))),
            false => Err(std::io::Error::other("no")),
        }
    })
    .await;
    let transport = pki.client().build().unwrap();
    fails(&transport, &server.https(), (Closed, true)).await;
    let mut good = get(&server.https());
    good.headers_mut().insert("x-good", "1".parse().unwrap());
    assert_eq!(ok(&transport, good).await.body(), "ok");
    assert_eq!(server.connections(), 1);
}

/// A body that yields the same bytes for ever, or once and then an error.
struct Bytewise {
    endless: bool,
    polls: u32,
}

impl Bytewise {
    fn answer(endless: bool) -> Result<Response<Self>, Infallible> {
        Ok(Response::new(Self { endless, polls: 0 }))
    }
}

impl Body for Bytewise {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.polls += 1;
        match self.polls {
            _ if self.endless => {}
            1 => {}
            // The connection writes head and bytes before the stream is reset.
            2..20 => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            _ => return Poll::Ready(Some(Err(std::io::Error::other("cut")))),
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 1000])))))
    }
}

#[tokio::test]
async fn a_stream_reset_inside_the_body_is_truncated() {
    let pki = Pki::new();
    let server = serving(&pki, |_| async { Bytewise::answer(false) }).await;
    fails(
        &pki.client().build().unwrap(),
        &server.https(),
        (Truncated, true),
    )
    .await;
}

/// L4.5 over HTTP/2: the head is bounded there too.
#[tokio::test]
async fn a_head_beyond_all_measure_is_an_error() {
    let pki = Pki::new();
    let server = serving(&pki, |_| async {
        let mut response = Response::new(Full::new(Bytes::new()));
        for n in 0..2000 {
            let name = http::HeaderName::try_from(format!("x-{n}")).unwrap();
            response
                .headers_mut()
                .insert(name, "y".repeat(100).parse().unwrap());
        }
        Ok::<_, Infallible>(response)
    })
    .await;
    fails(
        &pki.client().build().unwrap(),
        &server.https(),
        (Closed, true),
    )
    .await;
}

#[tokio::test]
async fn an_endless_stream_is_cut_off() {
    let pki = Pki::new();
    let server = serving(&pki, |_| async { Bytewise::answer(true) }).await;
    let transport = pki.client().max_response_bytes(100_000).build().unwrap();
    fails(&transport, &server.https(), (TooLarge, true)).await;
}

#[tokio::test]
async fn a_declared_length_beyond_the_limit_is_refused() {
    let pki = Pki::new();
    let server = serving(&pki, echo).await;
    let transport = pki.client().max_response_bytes(10).build().unwrap();
    let error = fails(&transport, &server.https(), (TooLarge, true)).await;
    assert!(error.to_string().contains("11 bytes declared"), "{error}");
}

#[tokio::test]
async fn a_stream_that_is_never_answered() {
    let pki = Pki::new();
    let server = serving(&pki, |_| {
        std::future::pending::<Result<Response<Full<Bytes>>, Infallible>>()
    })
    .await;
    let transport = pki.client().total_timeout(SOON).build().unwrap();
    fails(&transport, &server.https(), (TOTAL, true)).await;
}

/// Without HTTP/2 on the other side the same client speaks HTTP/1.1.
#[tokio::test]
async fn auto_falls_back_to_http_1_1() {
    let pki = Pki::new();
    let server = Server::tls(pki.server(), |peer, _| peer.serve("old")).await;
    let transport: HyperTransport = pki.client().build().unwrap();
    let answer = ok(&transport, get(&server.https())).await;
    assert_eq!(
        (answer.version(), &answer.body()[..]),
        (Version::HTTP_11, &b"old"[..])
    );
}
