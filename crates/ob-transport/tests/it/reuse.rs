//! The connection pool, over HTTP/1.1.

use std::sync::Arc;

use ob_transport::TransportErrorKind::TooLarge;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use crate::support::{Server, fails, get, ok, plain};

#[tokio::test]
async fn a_kept_connection_serves_the_next_request() {
    let server = Server::plain(|peer| peer.serve("ok")).await;
    let transport = plain().build().unwrap();
    for _ in 0..5 {
        assert_eq!(ok(&transport, get(&server.http())).await.body(), "ok");
    }
    assert_eq!((server.connections(), server.heads().len()), (1, 5));
}

#[tokio::test]
async fn clones_share_one_pool() {
    let server = Server::plain(|peer| peer.serve("ok")).await;
    let transport = plain().build().unwrap();
    ok(&transport, get(&server.http())).await;
    ok(&transport.clone(), get(&server.http())).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_marked_close_is_not_kept() {
    let server = Server::plain(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            .await;
        peer.gone().await;
    })
    .await;
    let transport = plain().build().unwrap();
    ok(&transport, get(&server.http())).await;
    ok(&transport, get(&server.http())).await;
    assert_eq!(server.connections(), 2);
}

/// A connection that died idle costs a new connection, not a failure, and the request is
/// written once.
#[tokio::test]
async fn a_connection_that_died_idle_is_replaced() {
    let noticed = Arc::new(Notify::new());
    let server = Server::plain({
        let noticed = noticed.clone();
        move |mut peer| {
            let noticed = noticed.clone();
            async move {
                peer.request().await;
                peer.answer("ok").await;
                peer.io.shutdown().await.unwrap();
                peer.gone().await;
                noticed.notify_one();
            }
        }
    })
    .await;
    let transport = plain().build().unwrap();
    for round in 1..4 {
        assert_eq!(ok(&transport, get(&server.http())).await.body(), "ok");
        noticed.notified().await;
        assert_eq!((server.connections(), server.heads().len()), (round, round));
    }
}

/// L4.5: whatever follows an answer that broke off is not taken for the next answer.
///
/// Rows: L4.5
#[tokio::test]
async fn a_connection_is_not_reused_after_an_error() {
    let server = Server::plain(|mut peer| async move {
        while peer.request().await.is_some() {
            match peer.number {
                0 => {
                    peer.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nHTTP/1.1 200 OK\r\n")
                        .await
                }
                _ => peer.answer("clean").await,
            };
        }
    })
    .await;
    let transport = plain().max_response_bytes(50).build().unwrap();
    fails(&transport, &server.http(), (TooLarge, true)).await;
    assert_eq!(ok(&transport, get(&server.http())).await.body(), "clean");
    assert_eq!(server.connections(), 2);
}
