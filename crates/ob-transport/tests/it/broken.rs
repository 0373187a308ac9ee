//! Servers that close, reset, lie and babble.

use ob_transport::TransportErrorKind::{Closed, Connect, Protocol, Truncated};
use ob_transport::{HyperTransport, Transport, TransportErrorKind};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::support::{Server, everything_told, fails, get, plain};

/// Reads the request, writes these bytes, closes.
async fn that_says(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::plain(move |mut peer| {
        let bytes = bytes.clone();
        async move {
            peer.request().await;
            peer.write(bytes).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_closed_port_is_certainly_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = fails(&plain().build().unwrap(), &base, (Connect, false)).await;
    assert!(everything_told(&error).contains("refused"), "{error:?}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_certainly_not_sent() {
    // RFC 6761 section 6.4: ".invalid" never resolves.
    let base = "https://nowhere.invalid";
    fails(&plain().build().unwrap(), base, expected_for_https()).await;
}

/// Where the machine has no certificate authorities, https stops before resolution.
fn expected_for_https() -> (TransportErrorKind, bool) {
    match HyperTransport::builder().build() {
        Ok(_) => (Connect, false),
        Err(_) => (TransportErrorKind::Tls, false),
    }
}

#[tokio::test]
async fn closed_before_the_answer() {
    let server = that_says("").await;
    fails(&plain().build().unwrap(), &server.http(), (Closed, true)).await;
}

#[tokio::test]
async fn reset_before_the_answer() {
    let server = Server::resetting(|mut peer| async move {
        peer.request().await;
    })
    .await;
    fails(&plain().build().unwrap(), &server.http(), (Closed, true)).await;
}

/// The promise behind a safe repetition: wherever the connection dies, a request of which
/// the server has read one byte is never called unsent.
#[tokio::test]
async fn a_request_the_server_has_seen_is_never_called_unsent() {
    for bytes_read in 0..40 {
        let server = Server::resetting(move |mut peer| async move {
            let mut read = vec![0; bytes_read];
            peer.io.read_exact(&mut read).await.unwrap();
        })
        .await;
        let transport = plain().build().unwrap();
        let error = transport.send(get(&server.http())).await.unwrap_err();
        assert_eq!(error.kind(), Closed, "{error}");
        assert!(
            error.may_have_been_sent() || bytes_read == 0,
            "{bytes_read}: {error}"
        );
    }
}

#[tokio::test]
async fn closed_inside_the_head() {
    for part in [
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\na: b\r\n",
    ] {
        let server = that_says(part).await;
        fails(&plain().build().unwrap(), &server.http(), (Closed, true)).await;
    }
}

#[tokio::test]
async fn truncated_bodies() {
    let cut = [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfull\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfull\r\n0\r\n",
    ];
    for answer in cut {
        let server = that_says(answer).await;
        fails(&plain().build().unwrap(), &server.http(), (Truncated, true)).await;
    }
}

#[tokio::test]
async fn reset_inside_the_body() {
    let server = Server::resetting(|mut peer| async move {
        peer.request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome")
            .await;
        // The client reads these bytes before the reset can discard them.
        tokio::task::yield_now().await;
    })
    .await;
    let transport = plain().build().unwrap();
    let error = transport.send(get(&server.http())).await.unwrap_err();
    // A reset may overtake the head on its way to the reader.
    assert!(matches!(error.kind(), Truncated | Closed), "{error}");
    assert!(error.may_have_been_sent());
}

#[tokio::test]
async fn malformed_chunks() {
    for body in [
        "zz\r\nabc\r\n",
        "4\r\nabcdXX",
        "ffffffffffffffffff\r\n",
        "-1\r\n",
    ] {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let server = that_says(format!("{head}{body}")).await;
        fails(&plain().build().unwrap(), &server.http(), (Protocol, true)).await;
    }
}

/// R217, L4.4: heads that could be read in two ways are not read at all.
///
/// Rows: R217, L4.4
#[tokio::test]
async fn malformed_heads() {
    let heads: [&[u8]; 9] = [
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 20x OK\r\n\r\n",
        b"HTTP/7.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: folded\r\n value\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nspace : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: nul\0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
    ];
    for head in heads {
        let server = that_says(head).await;
        fails(&plain().build().unwrap(), &server.http(), (Protocol, true)).await;
    }
}

/// The client refuses a head of a hundred thousand fields.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn a_hundred_thousand_fields() {
    let mut head = String::from("HTTP/1.1 200 OK\r\n");
    for n in 0..100_000 {
        head.push_str(&format!("x-{n}: y\r\n"));
    }
    let server = that_says(head + "\r\n").await;
    fails(&plain().build().unwrap(), &server.http(), (Protocol, true)).await;
}

/// The client refuses one field more, or one field longer, than it promises to read.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn one_field_too_many_and_one_field_too_long() {
    let many: String = (0..101).map(|n| format!("x-{n}: y\r\n")).collect();
    let long = format!("x: {}\r\n", "y".repeat(1024 * 1024));
    for fields in [many, long] {
        let head = format!("HTTP/1.1 200 OK\r\n{fields}content-length: 0\r\n\r\n");
        let server = that_says(head).await;
        fails(&plain().build().unwrap(), &server.http(), (Protocol, true)).await;
    }
}
