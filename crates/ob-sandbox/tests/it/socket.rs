//! Over real sockets, byte by byte.

use crate::harness::Rig;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use ob_core::TestClock;
use ob_sandbox::{RunningSandbox, Sandbox};
use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
        version::{TLS12, TLS13},
    },
};

async fn start() -> (RunningSandbox, Rig) {
    let clock = TestClock::at(UNIX_EPOCH + Duration::from_secs(crate::harness::NOON));
    let running = Sandbox::builder()
        .clock(clock.clone().into())
        .start()
        .await
        .unwrap();
    let rig = Rig::around(running.sandbox().clone(), clock);
    (running, rig)
}

fn host(running: &RunningSandbox) -> String {
    running.address().to_string()
}

/// Sends bytes and reads to the end of the connection.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, text: &[u8]) -> String {
    stream.write_all(text).await.unwrap();
    let mut answer = Vec::new();
    // A server that cuts the connection has answered before.
    let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer))
        .await
        .expect("an answer in time");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn raw(running: &RunningSandbox, text: impl AsRef<[u8]>) -> String {
    exchange(
        TcpStream::connect(running.address()).await.unwrap(),
        text.as_ref(),
    )
    .await
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_default()
}

async fn token_request(rig: &Rig, host: &str) -> String {
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    let body = call.body();
    let headers: String = call
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!(
        "POST /oauth2/tokens HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn issues_a_token() {
    let (running, rig) = start().await;
    assert_eq!(running.issuer(), format!("http://{}", running.address()));
    let answer = raw(&running, token_request(&rig, &host(&running)).await).await;
    assert_eq!(status(&answer), 200, "{answer}");
    let lower = answer.to_lowercase();
    assert_eq!(lower.matches("\r\ndate:").count(), 1, "{answer}");
    assert!(
        lower.contains("date: tue, 10 mar 2026 12:00:00 gmt"),
        "{answer}"
    );
    assert!(answer.contains("\"access_token\""));
    running.shutdown().await;
}

/// AS: the host is needed, once, and is the configured one.
///
/// Rows: R098, R217
#[tokio::test]
async fn r098_r217_the_host_is_needed_once_and_is_ours() {
    let (running, rig) = start().await;
    let (right, request) = (host(&running), async |host: &str| {
        token_request(&rig, host).await
    });
    let wrong = request("evil.example").await;
    let answer = raw(&running, &wrong).await;
    assert_eq!(status(&answer), 421, "{answer}");
    assert!(answer.contains("x-sandbox-refusal"));
    let missing = request(&right)
        .await
        .replacen(&format!("Host: {right}\r\n"), "", 1);
    assert_eq!(status(&raw(&running, missing).await), 400);
    let twice = request(&right)
        .await
        .replacen("Host:", &format!("Host: {right}\r\nHost:"), 1);
    assert_eq!(status(&raw(&running, twice).await), 400);
    let forwarded =
        request(&right)
            .await
            .replacen("Host:", "X-Forwarded-Host: evil.example\r\nHost:", 1);
    assert_eq!(status(&raw(&running, forwarded).await), 200);
}

/// AS: doubled lines.
///
/// Rows: R088, R192, L2.11, L3.4
#[tokio::test]
async fn r088_r192_doubled_lines_are_refused_on_the_wire() {
    let (running, rig) = start().await;
    let right = token_request(&rig, &host(&running)).await;
    let proof = right
        .lines()
        .find_map(|line| line.strip_prefix("dpop: "))
        .unwrap()
        .to_owned();
    let two_proofs = right.replacen("dpop: ", &format!("DPoP: {proof}\r\ndpop: "), 1);
    let answer = raw(&running, two_proofs).await;
    assert_eq!(
        (status(&answer), answer.contains("invalid_dpop_proof")),
        (400, true),
        "{answer}"
    );
    let right = token_request(&rig, &host(&running)).await;
    let two_parties = right.replacen(
        "x-on-behalf-of: ",
        "X-On-Behalf-Of: tpp-x\r\nx-on-behalf-of: ",
        1,
    );
    let answer = raw(&running, two_parties).await;
    assert_eq!(
        (status(&answer), answer.contains("invalid_request")),
        (400, true),
        "{answer}"
    );
    assert_eq!(running.sandbox().counters().tokens_issued, 0);
}

/// Tokio's paused clock jumps over the wait as soon as nobody has anything left to do.
///
/// Rows: L4.5
#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_loses_its_seat() {
    let (running, _rig) = start().await;
    for said in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
        let mut stream = TcpStream::connect(running.address()).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Closed or reset: the seat is free either way.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_house_hears_the_word_to_stop() {
    let (running, _rig) = start().await;
    let mut guests = Vec::new();
    for _ in 0..600 {
        guests.push(TcpStream::connect(running.address()).await.unwrap());
    }
    running.shutdown().await;
}

/// AS: one transfer coding, once.
///
/// Rows: R217
#[tokio::test]
async fn r217_one_transfer_coding_once() {
    let (running, rig) = start().await;
    let host = host(&running);
    for codings in ["gzip, chunked", "chunked\r\nTransfer-Encoding: chunked"] {
        let head = format!(
            "POST /oauth2/tokens HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Transfer-Encoding: {codings}\r\n\r\n0\r\n\r\n"
        );
        let answer = raw(&running, head).await;
        assert_eq!(status(&answer), 400, "{answer}");
    }
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
}

/// AS and RS: broken framing and header bytes.
///
/// Rows: R217
#[tokio::test]
async fn r217_broken_framing_and_header_bytes_are_refused() {
    let (running, _) = start().await;
    let host = host(&running);
    let cases = [
        format!("GET /jwks HTTP/1.1\r\nHost: {host}\r\nX: a\r\n b\r\n\r\n"),
        format!("GET /jwks HTTP/1.1\r\nHost: {host}\r\nX: a\0b\r\n\r\n"),
        format!(
            "GET /jwks HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
        ),
        format!("GET /jwks HTTP/1.1\r\nHost: {host}\r\nX : a\r\n\r\n"),
        "nonsense\r\n\r\n".to_owned(),
    ];
    for text in cases {
        let answer = raw(&running, &text).await;
        assert_eq!(status(&answer), 400, "{text:?} {answer}");
    }
    let huge = format!(
        "GET /jwks HTTP/1.1\r\nHost: {host}\r\nX: {}\r\n\r\n",
        "a".repeat(40_000)
    );
    assert_eq!(status(&raw(&running, huge).await), 431);
    let many = format!(
        "GET /jwks HTTP/1.1\r\nHost: {host}\r\n{}\r\n",
        "X: a\r\n".repeat(200)
    );
    assert_eq!(status(&raw(&running, many).await), 431);
}

/// AS: a body has a limit.
///
/// Rows: R147
#[tokio::test]
async fn r147_a_body_has_a_limit() {
    let (running, _) = start().await;
    let host = host(&running);
    let body = "a".repeat(70_000);
    let text = format!(
        "POST /oauth2/tokens HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = raw(&running, text).await;
    assert_eq!(status(&answer), 413, "{answer}");
    let why = running.sandbox().explanation("refusal-000001").unwrap();
    assert_eq!((why.rule.as_str(), why.status), ("R147", 413));
}

/// AS and RS: a client that stalls in its handshake keeps nobody waiting.
///
/// Rows: L4.5
#[tokio::test]
async fn a_stalled_client_keeps_nobody_waiting() {
    let running = Sandbox::builder().tls(true).start().await.unwrap();
    let mut stalled = Vec::new();
    for _ in 0..10 {
        stalled.push(TcpStream::connect(running.address()).await.unwrap());
    }
    let answer = over_tls(&running, (&[&TLS13], b"http/1.1")).await;
    assert_eq!(status(&answer), 200, "{answer}");
    drop(stalled);
    running.shutdown().await;
}

/// AS and RS: TLS 1.2 and 1.3, to who trusts the authority.
///
/// Rows: R001, R002
#[tokio::test]
async fn r002_speaks_tls_1_2_and_1_3_to_who_trusts_its_authority() {
    let running = Sandbox::builder().tls(true).start().await.unwrap();
    assert!(running.token_url().starts_with("https://127.0.0.1:"));
    for version in [&TLS12, &TLS13] {
        assert_eq!(
            status(&over_tls(&running, (&[version], b"http/1.1")).await),
            200
        );
    }
    let strangers = connector(
        &Sandbox::builder().tls(true).start().await.unwrap(),
        (&[&TLS13], b"http/1.1"),
    );
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    assert!(strangers.connect(name, stream).await.is_err());
    let h2 = connector(&running, (&[&TLS13], b"h2"));
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let stream = h2
        .connect(ServerName::try_from("127.0.0.1").unwrap(), stream)
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
}

type Offer<'a> = (
    &'a [&'static tokio_rustls::rustls::SupportedProtocolVersion],
    &'a [u8],
);

pub(crate) fn connector(running: &RunningSandbox, (versions, protocol): Offer<'_>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(running.ca_pem().unwrap().as_bytes()).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    TlsConnector::from(Arc::new(config))
}

async fn over_tls(running: &RunningSandbox, offer: Offer<'_>) -> String {
    let stream = TcpStream::connect(running.address()).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = connector(running, offer)
        .connect(name, stream)
        .await
        .unwrap();
    let text = format!(
        "GET /jwks HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        host(running)
    );
    exchange(stream, text.as_bytes()).await
}

/// AS and RS: `:authority` stands for `Host`, and both have to be this server.
///
/// Rows: R098, L2.18
#[tokio::test]
async fn serves_http2_with_the_authority_as_host() {
    let (running, rig) = start().await;
    let client = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<Full<Bytes>>();
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    let mut request = http::Request::post(running.token_url());
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::from(call.body())).unwrap();
    let answer = client.request(request).await.unwrap();
    assert_eq!(
        (answer.version(), answer.status().as_u16()),
        (http::Version::HTTP_2, 200)
    );
    assert_eq!(answer.headers()["date"], "Tue, 10 Mar 2026 12:00:00 GMT");
    let other = http::Request::get(running.jwks_uri()).version(http::Version::HTTP_2);
    let other = other
        .header("host", "evil.example")
        .body(Full::default())
        .unwrap();
    assert_eq!(client.request(other).await.unwrap().status(), 421);
}

#[tokio::test]
async fn shutdown_and_drop_stop_listening() {
    let (running, _) = start().await;
    let address = running.address();
    let kept = running.sandbox().clone();
    // An idle connection must not hold the shutdown up.
    let idle = TcpStream::connect(address).await.unwrap();
    timeout(Duration::from_secs(4), running.shutdown())
        .await
        .expect("an idle connection is closed");
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(kept.third_parties().len(), 3, "the sandbox itself lives on");
    drop(idle);

    let (running, _) = start().await;
    let address = running.address();
    drop(running);
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(4), closed)
        .await
        .expect("dropping stops the listener");
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let (running, _) = start().await;
    let error = Sandbox::builder()
        .port(running.address().port())
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the sandbox cannot be started");
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("port")
    );
}
