//! What a proof says it was made for is what goes over the wire (R071).

use bytes::Bytes;
use obkit::{
    jose::Htu,
    transport::{HyperTransport, SharedTransport},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

/// Answers everything with 204 and reports each request head.
async fn server(bind: &str) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind(bind).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (report, heads) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let report = report.clone();
            tokio::spawn(async move {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while stream.read(&mut byte).await.is_ok_and(|read| read == 1) {
                    head.extend_from_slice(&byte);
                    if head.ends_with(b"\r\n\r\n") {
                        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
                        report.send(text).unwrap();
                        stream
                            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                            .await
                            .unwrap();
                    }
                }
            });
        }
    });
    (address, heads)
}

/// The URL that the server saw, without query: scheme, `Host`, request target.
fn seen(head: &str) -> String {
    let target = head.split(' ').nth(1).unwrap();
    let path = target.split('?').next().unwrap();
    let host = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("host").then_some(value)
    });
    // A host has no case (RFC 3986 section 3.2.2): the proof says it in lower case.
    format!("http://{}{path}", host.unwrap().to_lowercase())
}

async fn check(
    transport: &SharedTransport,
    url: &str,
    heads: &mut mpsc::UnboundedReceiver<String>,
) {
    let request = http::Request::get(url).body(Bytes::new()).unwrap();
    transport.send(request).await.unwrap();
    let head = heads.recv().await.unwrap();
    assert_eq!(Htu::from_uri(url).unwrap().as_str(), seen(&head), "{url}");
}

fn transport() -> SharedTransport {
    let transport = HyperTransport::builder().allow_http_on_loopback();
    transport.build().unwrap().into()
}

/// Rows: R071
#[tokio::test]
async fn r071_the_peers_traps() {
    let (address, mut heads) = server("127.0.0.1:0").await;
    let transport = transport();
    for path in [
        "",
        "/",
        "/a?b=c",
        "/a%2Fb",
        "/%C3%A9",
        "/a//b",
        "/a/../b",
        "/a/./b",
        "/~u",
        "/%7Eu",
        "/a;b=c",
        "/a,b:c@d",
        "/a?x=%2F#",
        "/%e4",
    ] {
        check(&transport, &format!("http://{address}{path}"), &mut heads).await;
    }
    let port = address.port();
    check(
        &transport,
        &format!("http://LOCALHOST:{port}/A"),
        &mut heads,
    )
    .await;
}

/// Rows: R071
#[tokio::test]
async fn r071_an_ipv6_host() {
    let (address, mut heads) = server("[::1]:0").await;
    let url = format!("http://[::1]:{}/accounts?limit=1", address.port());
    check(&transport(), &url, &mut heads).await;
}

/// Rows: R071
#[tokio::test]
async fn r071_any_path_and_query() {
    let (address, mut heads) = server("127.0.0.1:0").await;
    let transport = transport();
    let mut runner = TestRunner::deterministic();
    let path =
        "(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}){0,8}){1,4}(\\?[a-z0-9=&%/?]{0,8})?";
    let strategy = proptest::string::string_regex(path).unwrap();
    for _ in 0..200 {
        let path = strategy.new_tree(&mut runner).unwrap().current();
        let url = format!("http://{address}{path}");
        // What the URI type refuses is never sent, so no proof is made for it either.
        if url.parse::<http::Uri>().is_ok() {
            check(&transport, &url, &mut heads).await;
        }
    }
}
