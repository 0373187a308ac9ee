//! Answers without end or measure: bounded in memory and in time, at the API and at the token
//! endpoint.

use crate::{
    server::{Hostile, Reply, Step, bytes, http, json},
    world::{ACME, NONE, NORD, SOON, World, honest_tokens, tokens},
};
use obkit::Code;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// The largest answer that the client takes here.
const LIMIT: usize = 100_000;

/// What the network holds between two programs on one machine, generously: the send buffer of
/// the one, the receive buffer of the other, and what the client had read.
const IN_FLIGHT: u64 = 16 << 20;

fn flood(head: &str, again: &str) -> Reply {
    let head = format!("{OK}{head}").into_bytes();
    vec![Step::Write(head), Step::Flood(again.into())]
}

/// Answers that would never end, by size.
fn endless() -> Vec<(&'static str, Reply)> {
    vec![
        (
            "chunks",
            flood("Transfer-Encoding: chunked\r\n\r\n", "5\r\nagain\r\n"),
        ),
        ("until closed", flood("Connection: close\r\n\r\n", "again")),
        (
            "a length without measure",
            flood("Content-Length: 9223372036854775807\r\n\r\n", "x"),
        ),
        (
            "a length above the limit",
            flood("Content-Length: 100001\r\n\r\n", "x"),
        ),
        ("fields", flood("", "X-Field: value\r\n")),
        ("one field", flood("X-Field: ", "value")),
        ("one field name", flood("", "x")),
        ("cookies", flood("", "Set-Cookie: a=b\r\n")),
        (
            "one status line",
            vec![
                Step::Write(b"HTTP/1.1 200 ".to_vec()),
                Step::Flood(b"OK".to_vec()),
            ],
        ),
        (
            "one chunk extension",
            flood("Transfer-Encoding: chunked\r\n\r\n5;a=", "b"),
        ),
        (
            "trailers",
            flood(
                "Transfer-Encoding: chunked\r\n\r\n0\r\n",
                "X-Field: value\r\n",
            ),
        ),
        (
            "informational answers",
            vec![Step::Flood(
                b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".to_vec(),
            )],
        ),
        (
            "continues",
            vec![Step::Flood(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())],
        ),
        ("a hundred thousand fields", {
            let fields: String = (0..100_000).map(|n| format!("x-{n}: y\r\n")).collect();
            http("200 OK", &fields, NONE)
        }),
        (
            "nothing that is http",
            vec![Step::Flood(b"\0\xff".to_vec())],
        ),
        ("empty lines", vec![Step::Flood(b"\r\n".to_vec())]),
    ]
}

/// The client stops reading and closes, and what the server got rid of is bounded.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn an_endless_answer_of_the_api_ends() {
    for (case, answer) in endless() {
        let (tokens, api) = (honest_tokens().await, Hostile::always(answer).await);
        let world = World::limited((&tokens, &api), |transport| {
            transport.max_response_bytes(LIMIT)
        })
        .await;
        let error = world.refused(ACME).await;
        assert!(
            matches!(error.code(), Code::N105 | Code::N106),
            "{case}: {error}"
        );
        api.ended(1).await;
        assert!(api.written() < IN_FLIGHT, "{case}: {} bytes", api.written());
    }
}

/// The same of the token endpoint; and no call goes out.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn an_endless_answer_of_the_token_endpoint_ends() {
    for (case, answer) in endless() {
        let (tokens, api) = (Hostile::always(answer).await, honest_tokens().await);
        let world = World::limited((&tokens, &api), |transport| {
            transport.max_response_bytes(LIMIT)
        })
        .await;
        let error = world.refused(ACME).await;
        assert!(
            matches!(error.code(), Code::T201 | Code::T210),
            "{case}: {error}"
        );
        tokens.ended(1).await;
        assert!(
            tokens.written() < IN_FLIGHT,
            "{case}: {} bytes",
            tokens.written()
        );
        assert_eq!(api.connections(), 0, "{case}");
    }
}

/// Answers that stop half-way and leave the connection open, or say nothing for ever.
fn stalled() -> [(&'static str, Reply); 7] {
    [
        (
            "in a chunk size that goes on and on",
            flood("Transfer-Encoding: chunked\r\n\r\n", "0"),
        ),
        ("before the answer", vec![Step::Gone]),
        ("in the status line", hangs("HTTP/1.1 2")),
        ("in the fields", hangs(&format!("{OK}X-Field: val"))),
        (
            "in the body",
            hangs(&format!("{OK}Content-Length: 12\r\n\r\n{{\"items")),
        ),
        (
            "in a chunk",
            hangs(&format!(
                "{OK}Transfer-Encoding: chunked\r\n\r\nc\r\n{{\"it"
            )),
        ),
        (
            "before the real answer",
            hangs("HTTP/1.1 103 Early Hints\r\n\r\n"),
        ),
    ]
}

fn hangs(text: &str) -> Reply {
    vec![Step::Write(text.into()), Step::Gone]
}

/// The client waits as long as it was told to and then hangs up.
///
/// Rows: R166, L4.5
#[tokio::test]
async fn an_answer_that_stalls_is_given_up() {
    for (case, answer) in stalled() {
        let (tokens, api) = (honest_tokens().await, Hostile::always(answer.clone()).await);
        let world =
            World::limited((&tokens, &api), |transport| transport.total_timeout(SOON)).await;
        let error = world.refused(ACME).await;
        assert_eq!(error.code(), Code::N504, "{case}: {error}");
        api.ended(1).await;

        let (tokens, api) = (Hostile::always(answer).await, honest_tokens().await);
        let world =
            World::limited((&tokens, &api), |transport| transport.total_timeout(SOON)).await;
        let error = world.refused(ACME).await;
        assert_eq!(
            (error.code(), api.connections()),
            (Code::T210, 0),
            "{case}: {error}"
        );
        tokens.ended(1).await;
    }
}

/// Nothing is unpacked and no coding asked for, so a small answer stays small.
///
/// Rows: L4.5, R166
#[tokio::test]
async fn a_packed_answer_is_not_unpacked() {
    // gzip (RFC 1952) of an empty text: whoever unpacks it gets nothing at all.
    const PACKED: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let head = format!("{OK}Content-Encoding: {coding}\r\nContent-Length: 20\r\n\r\n");
        let answer = bytes([head.as_bytes(), PACKED].concat());
        let (tokens, api) = (honest_tokens().await, Hostile::always(answer.clone()).await);
        let error = World::new(&tokens, &api).await.refused(ACME).await;
        assert_eq!(error.code(), Code::A502, "{coding}: {error}");

        let (server, api2) = (Hostile::always(answer).await, honest_tokens().await);
        let error = World::new(&server, &api2).await.refused(ACME).await;
        assert_eq!(error.code(), Code::T201, "{coding}: {error}");
        for request in api.requests().iter().chain(&server.requests()) {
            assert!(
                request.all("accept-encoding").is_empty(),
                "{}",
                request.head()
            );
            assert!(request.all("te").is_empty(), "{}", request.head());
        }
    }
}

/// After every one of these the next call, for another third-party, goes over a connection of
/// its own and gets its own answer.
///
/// Rows: L4.5
#[tokio::test]
async fn a_connection_is_not_used_again_after_an_error() {
    for (case, answer) in endless() {
        let server = Hostile::start(|_, request| tokens(request)).await;
        let api = Hostile::list(vec![answer, json("200 OK", NONE)]).await;
        let world = World::limited((&server, &api), |transport| {
            transport.max_response_bytes(LIMIT)
        })
        .await;
        world.refused(ACME).await;
        world.call(NORD).await.unwrap();
        assert_eq!(api.connections_used(), [0, 1], "{case}");
    }
}
