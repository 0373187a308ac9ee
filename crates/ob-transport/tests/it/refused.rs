//! What never leaves this machine (R001, L4).

use bytes::Bytes;
use http::Request;
use ob_transport::TransportErrorKind::Refused;
use ob_transport::{HyperTransport, Transport};

use crate::support::{Pki, Server, fails, plain};

/// Without the switch the client sends no plain http, not even to this machine.
///
/// Rows: R001
#[tokio::test]
async fn plain_http_without_the_switch() {
    let server = Server::plain(|peer| peer.serve("never")).await;
    let transport = Pki::new().client().build().unwrap();
    fails(&transport, &server.http(), (Refused, false)).await;
    fails(
        &transport,
        &format!("HTTP://127.0.0.1:{}", server.port()),
        (Refused, false),
    )
    .await;
    assert_eq!(server.connections(), 0);
}

/// With the switch the client still sends plain http to this machine only.
///
/// Rows: R001, L4.1
#[tokio::test]
async fn plain_http_beyond_loopback_even_with_the_switch() {
    let transport = plain().build().unwrap();
    for base in [
        "http://192.0.2.1",
        "http://example.com",
        "http://[2001:db8::1]",
        "http://0.0.0.0",
    ] {
        fails(&transport, base, (Refused, false)).await;
    }
}

#[tokio::test]
async fn uris_that_hide_something() {
    let server = Server::plain(|peer| peer.serve("never")).await;
    let transport = plain().build().unwrap();
    let port = server.port();
    fails(
        &transport,
        &format!("http://canary:canary@127.0.0.1:{port}"),
        (Refused, false),
    )
    .await;
    fails(
        &transport,
        &format!("http://canary@127.0.0.1:{port}"),
        (Refused, false),
    )
    .await;
    fails(
        &transport,
        &format!("ftp://127.0.0.1:{port}"),
        (Refused, false),
    )
    .await;
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn relative_uris_and_tunnels() {
    let transport: HyperTransport = plain().build().unwrap();
    let relative = Request::get("/a").body(Bytes::new()).unwrap();
    let tunnel = Request::connect("127.0.0.1:443")
        .body(Bytes::new())
        .unwrap();
    for request in [relative, tunnel] {
        let error = transport.send(request).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_sent()), (Refused, false));
    }
}

/// R217: what could make two readers see two requests.
#[tokio::test]
async fn requests_that_bring_their_own_framing() {
    let server = Server::plain(|peer| peer.serve("never")).await;
    let transport = plain().build().unwrap();
    let fields = [
        ("transfer-encoding", "chunked"),
        ("content-length", "0"),
        ("upgrade", "h2c"),
        ("host", "elsewhere.example"),
    ];
    for (name, value) in fields {
        let request = Request::post(server.http()).header(name, value);
        let request = request
            .body(Bytes::from("GET /smuggled HTTP/1.1\r\n\r\n"))
            .unwrap();
        let error = transport.send(request).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_been_sent()),
            (Refused, false),
            "{name}"
        );
    }
    assert_eq!(server.connections(), 0);
}
