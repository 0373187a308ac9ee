//! Bounds in time and size (R166).

use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use ob_transport::TransportErrorKind::TooLarge;
use ob_transport::{HyperTransport, Transport};
use tokio::sync::Notify;

use crate::support::{CONNECT, PATIENCE, Peer, Pki, SOON, Server, TOTAL, fails, get, ok, plain};

#[tokio::test]
async fn a_server_that_never_answers() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        std::future::pending::<()>().await;
    })
    .await;
    let transport = plain().total_timeout(SOON).build().unwrap();
    let error = fails(&transport, &server.http(), (TOTAL, true)).await;
    assert!(error.is_timeout());
    assert_eq!(server.heads().len(), 1);
}

/// The client gives up an answer that stops inside its body.
///
/// Rows: R166
#[tokio::test]
async fn a_server_that_stops_inside_the_body() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    let transport = plain().total_timeout(SOON).build().unwrap();
    fails(&transport, &server.http(), (TOTAL, true)).await;
}

/// L4.5: a slow loris never stops sending; the total time stops it.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn a_server_that_drips() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            .await;
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        while peer.write("x").await {
            tick.tick().await;
        }
    })
    .await;
    let transport = plain().total_timeout(SOON).build().unwrap();
    let start = Instant::now();
    fails(&transport, &server.http(), (TOTAL, true)).await;
    assert!(start.elapsed() >= SOON && start.elapsed() < PATIENCE);
}

/// Keeps the connection open and says nothing.
async fn hold(peer: Peer) {
    let _open = peer;
    std::future::pending::<()>().await;
}

/// TCP connects, TLS does not: the connect time covers the handshake.
#[tokio::test]
async fn a_tls_server_that_never_shakes_hands() {
    let server = Server::plain(hold).await;
    let transport = Pki::new().client().connect_timeout(SOON).build().unwrap();
    fails(&transport, &server.https(), (CONNECT, false)).await;
}

/// The total time also bounds connecting, and then nothing was sent.
#[tokio::test]
async fn the_total_time_may_pass_while_connecting() {
    let server = Server::plain(hold).await;
    let transport = Pki::new().client().total_timeout(SOON).build().unwrap();
    fails(&transport, &server.https(), (TOTAL, false)).await;
}

#[tokio::test]
async fn ten_megabytes_arrive_whole() {
    let megabytes: Arc<Vec<u8>> = Arc::new((0..=255).cycle().take(10 * 1024 * 1024).collect());
    let server = Server::plain({
        let megabytes = megabytes.clone();
        move |mut peer| {
            let megabytes = megabytes.clone();
            async move {
                peer.request().await;
                let length = megabytes.len();
                peer.write(format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"
                ))
                .await;
                peer.write(megabytes.as_slice()).await;
            }
        }
    })
    .await;
    let transport = plain().max_response_bytes(megabytes.len()).build().unwrap();
    let answer = ok(&transport, get(&server.http())).await;
    assert!(
        answer.body() == megabytes.as_slice(),
        "{} bytes differ",
        answer.body().len()
    );
}

/// The head is enough: the server never sends the body.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn a_declared_length_beyond_the_limit_is_refused_at_once() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    let transport = plain().max_response_bytes(1000).build().unwrap();
    let error = fails(&transport, &server.http(), (TooLarge, true)).await;
    assert!(
        error
            .to_string()
            .contains("1001 bytes declared, the limit is 1000"),
        "{error}"
    );
}

#[tokio::test]
async fn the_limit_itself_is_allowed_with_and_without_a_declared_length() {
    let body = "x".repeat(1000);
    let declared = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{body}");
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n{body}\r\n0\r\n\r\n");
    for answer in [declared, chunked] {
        let server = Server::plain(move |mut peer| {
            let answer = answer.clone();
            async move {
                peer.request().await;
                peer.write(answer).await;
            }
        })
        .await;
        let fits = plain().max_response_bytes(1000).build().unwrap();
        assert_eq!(ok(&fits, get(&server.http())).await.body().len(), 1000);
        let tight = plain().max_response_bytes(999).build().unwrap();
        fails(&tight, &server.http(), (TooLarge, true)).await;
    }
}

/// An endless body ends at the limit, and the connection with it.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn endless_bodies_are_cut_off() {
    for head in [
        "transfer-encoding: chunked\r\n\r\n",
        "connection: close\r\n\r\n",
    ] {
        let hung_up = Arc::new(Notify::new());
        let server = Server::plain({
            let hung_up = hung_up.clone();
            move |mut peer| {
                let hung_up = hung_up.clone();
                async move {
                    peer.request().await;
                    peer.write(format!("HTTP/1.1 200 OK\r\n{head}")).await;
                    // A chunk in the one case, just bytes in the other.
                    while peer.write("5\r\nagain\r\n").await {}
                    hung_up.notify_one();
                }
            }
        })
        .await;
        let transport = plain().max_response_bytes(100_000).build().unwrap();
        fails(&transport, &server.http(), (TooLarge, true)).await;
        hung_up.notified().await;
    }
}

/// The length in an answer to HEAD describes a body that is not there (RFC 9110 9.3.2).
#[tokio::test]
async fn head_may_declare_more_than_the_limit() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
            .await;
        peer.gone().await;
    })
    .await;
    let transport = plain().max_response_bytes(10).build().unwrap();
    let request = Request::head(server.http()).body(Bytes::new()).unwrap();
    assert!(ok(&transport, request).await.body().is_empty());
}

/// A length that no memory can hold is refused by the client without reserving it.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn a_length_beyond_any_memory_is_refused() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n")
            .await;
        peer.gone().await;
    })
    .await;
    fails(&plain().build().unwrap(), &server.http(), (TooLarge, true)).await;
}

#[test]
fn outside_a_runtime_it_refuses_and_does_not_panic() {
    let transport = HyperTransport::builder()
        .allow_http_on_loopback()
        .build()
        .unwrap();
    let mut sending = transport.send(get("http://127.0.0.1:1"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(answer) = sending.as_mut().poll(&mut context) else {
        panic!("it waits");
    };
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ob_transport::TransportErrorKind::Refused);
    assert!(!error.may_have_been_sent());
}
