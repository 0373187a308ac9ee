//! Answers that can be read in two ways, and answers that nobody asked for.

use crate::{
    server::{Hostile, Reply, Step, bytes, http, json},
    world::{ACME, NONE, NORD, SOON, World, honest_tokens, raw},
};
use http::Method;
use obkit::Code;

const JSON: &str = "Content-Type: application/json\r\n";

/// Heads that two readers could understand differently (RFC 9112 sections 2.2, 5, 6.3).
fn ambiguous() -> Vec<(&'static str, String)> {
    let ok = |fields: &str| format!("HTTP/1.1 200 OK\r\n{JSON}{fields}");
    let chunked = "c\r\n{\"items\":[]}\r\n0\r\n\r\n";
    vec![
        (
            "two lengths",
            ok("Content-Length: 12\r\nContent-Length: 13\r\n\r\n{\"items\":[]} "),
        ),
        (
            "a list of lengths",
            ok("Content-Length: 12, 13\r\n\r\n{\"items\":[]} "),
        ),
        (
            "a signed length",
            ok("Content-Length: +12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a negative length",
            ok("Content-Length: -12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a hexadecimal length",
            ok("Content-Length: 0xc\r\n\r\n{\"items\":[]}"),
        ),
        (
            "an empty length",
            ok("Content-Length: \r\n\r\n{\"items\":[]}"),
        ),
        (
            "a length beyond 64 bits",
            ok("Content-Length: 99999999999999999999999\r\n\r\n{}"),
        ),
        (
            "length and chunks",
            ok(&format!(
                "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"
            )),
        ),
        (
            "chunks and length",
            ok(&format!(
                "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n{chunked}"
            )),
        ),
        (
            "two codings",
            ok(&format!(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"
            )),
        ),
        (
            "chunked, then not",
            ok(&format!(
                "Transfer-Encoding: chunked, identity\r\n\r\n{chunked}"
            )),
        ),
        (
            "a coding before chunked",
            ok(&format!(
                "Transfer-Encoding: gzip, chunked\r\n\r\n{chunked}"
            )),
        ),
        (
            "another coding",
            ok(&format!("Transfer-Encoding: xchunked\r\n\r\n{chunked}")),
        ),
        (
            "chunks in HTTP/1.0",
            format!("HTTP/1.0 200 OK\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n{chunked}"),
        ),
        (
            "a folded field",
            ok("X-Field: a\r\n b\r\nContent-Length: 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a folded length",
            ok("Content-Length:\r\n 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a NUL in a field",
            ok("X-Field: a\0b\r\nContent-Length: 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a CR in a field",
            ok("X-Field: a\rX-Evil: b\r\nContent-Length: 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a blank before the colon",
            ok("Content-Length : 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a field without a name",
            ok(": x\r\nContent-Length: 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a field without a colon",
            ok("Content-Length\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a blank in a name",
            ok("Content Length: 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a control in a name",
            ok("X-\u{1}: x\r\nContent-Length: 12\r\n\r\n{\"items\":[]}"),
        ),
        (
            "a blank before the first field",
            "HTTP/1.1 200 OK\r\n Content-Length: 12\r\n\r\n{\"items\":[]}".into(),
        ),
        (
            "a chunk size with a sign",
            ok("Transfer-Encoding: chunked\r\n\r\n+c\r\n{\"items\":[]}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk size in another notation",
            ok("Transfer-Encoding: chunked\r\n\r\n0xc\r\n{\"items\":[]}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk that is too long",
            ok("Transfer-Encoding: chunked\r\n\r\nb\r\n{\"items\":[]}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk size beyond 64 bits",
            ok(
                "Transfer-Encoding: chunked\r\n\r\n1000000000000000c\r\n{\"items\":[]}\r\n0\r\n\r\n",
            ),
        ),
        (
            "a status of four digits",
            format!("HTTP/1.1 2000 OK\r\n{JSON}Content-Length: 12\r\n\r\n{NONE}"),
        ),
        (
            "a version of its own",
            format!("HTTP/1.2 200 OK\r\n{JSON}Content-Length: 12\r\n\r\n{NONE}"),
        ),
        (
            "another protocol",
            format!("ICY 200 OK\r\n{JSON}Content-Length: 12\r\n\r\n{NONE}"),
        ),
    ]
}

/// The client takes no answer of the API that could be read in two ways, and the connection
/// serves nobody else.
///
/// Rows: R217, L4.4, L4.5
#[tokio::test]
async fn an_ambiguous_answer_of_the_api_is_none() {
    for (case, answer) in ambiguous() {
        let first = vec![Step::Write(answer.into_bytes()), Step::Gone];
        let (tokens, api) = (
            honest_tokens().await,
            Hostile::list(vec![first, json("200 OK", NONE)]).await,
        );
        let world = World::new(&tokens, &api).await;
        let error = world.refused(ACME).await;
        assert!(
            matches!(error.code(), Code::N105 | Code::N106),
            "{case}: {error}"
        );
        api.ended(1).await;
        world.call(NORD).await.unwrap();
        assert_eq!(api.connections_used(), [0, 1], "{case}");
    }
}

/// The client takes no such answer of the token endpoint either.
///
/// Rows: R217, L4.4
#[tokio::test]
async fn an_ambiguous_answer_of_the_token_endpoint_is_none() {
    for (case, answer) in ambiguous() {
        let token = r#"{"access_token":"a","token_type":"DPoP"}"#;
        let answer = answer
            .replace(NONE, token)
            .replace("12", "40")
            .replace("c\r\n", "28\r\n");
        let answer = vec![Step::Write(answer.into_bytes()), Step::Gone];
        let (tokens, api) = (Hostile::always(answer).await, honest_tokens().await);
        let error = World::new(&tokens, &api).await.refused(ACME).await;
        assert!(
            matches!(error.code(), Code::T201 | Code::T210),
            "{case}: {error}"
        );
        assert_eq!(api.connections(), 0, "{case}: {error}");
        tokens.ended(1).await;
    }
}

/// An answer that names its third-party.
fn answer_for(name: &str) -> Reply {
    json("200 OK", &format!(r#"{{"for":"{name}"}}"#))
}

fn poison() -> Vec<u8> {
    match answer_for("somebody else").remove(0) {
        Step::Write(bytes) => bytes,
        _ => Vec::new(),
    }
}

/// What a server may leave behind on a connection that is kept.
fn leftovers() -> [(&'static str, Reply); 4] {
    let [Step::Write(first)] = &answer_for(ACME)[..] else {
        return [(); 4].map(|()| ("", Vec::new()));
    };
    let glued = [first.clone(), poison()].concat();
    let late = vec![Step::Write(first.clone()), Step::Write(poison())];
    let closing = http("408 Request Timeout", "Connection: close\r\n", "");
    let idle: Reply = [answer_for(ACME), closing].concat();
    let junk = [first.as_slice(), b"x"].concat();
    [
        ("a second answer in one piece with the first", bytes(glued)),
        ("a second answer after the first", late),
        ("a timeout that nobody asked about", idle),
        ("a stray byte", bytes(junk)),
    ]
}

/// An answer that nobody asked for is not taken for the answer to another third-party's call:
/// the connection it came on is closed, and the call goes over another one.
///
/// Rows: L4.4, L4.5
#[tokio::test]
async fn an_answer_that_nobody_asked_for_answers_nobody() {
    for (case, first) in leftovers() {
        let (tokens, api) = (
            honest_tokens().await,
            Hostile::list(vec![first, answer_for(NORD)]).await,
        );
        let world = World::new(&tokens, &api).await;
        let get = || raw(Method::GET, "/who");
        let answer = world.raw(ACME, get()).await.unwrap();
        assert_eq!(answer.body, format!(r#"{{"for":"{ACME}"}}"#), "{case}");
        api.ended(1).await;
        let answer = world.raw(NORD, get()).await.unwrap();
        assert_eq!(answer.body, format!(r#"{{"for":"{NORD}"}}"#), "{case}");
        assert_eq!(api.connections_used(), [0, 1], "{case}");
    }
}

/// A call that was given up takes its connection with it, so that its late answer reaches
/// nobody else.
///
/// Rows: L4.5
#[tokio::test]
async fn the_late_answer_of_an_abandoned_call_reaches_nobody() {
    let late = vec![Step::Gone, Step::Write(poison())];
    let (tokens, api) = (
        honest_tokens().await,
        Hostile::list(vec![late, answer_for(NORD)]).await,
    );
    let world = World::new(&tokens, &api).await;
    let acme = world.integrator.on_behalf_of(ACME).unwrap();
    acme.token(&obkit::Grant::new("ob_providers".parse().unwrap()))
        .await
        .unwrap();
    let error = acme
        .raw(raw(Method::GET, "/who"))
        .deadline(SOON)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::N499, "{error}");
    api.ended(1).await;
    let answer = world.raw(NORD, raw(Method::GET, "/who")).await.unwrap();
    assert_eq!(answer.body, format!(r#"{{"for":"{NORD}"}}"#));
}

/// Nobody asked to speak anything else.
///
/// Rows: R217
#[tokio::test]
async fn another_protocol_is_not_switched_to() {
    let switch = bytes(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\nConnection: upgrade\r\n\r\nevil",
    );
    let (tokens, api) = (
        honest_tokens().await,
        Hostile::list(vec![switch, json("200 OK", NONE)]).await,
    );
    let world = World::new(&tokens, &api).await;
    let error = world.refused(ACME).await;
    assert!(matches!(error.code(), Code::N105 | Code::A502), "{error}");
    world.call(NORD).await.unwrap();
    assert_eq!(api.connections_used(), [0, 1]);
    assert!(api.requests()[0].all("upgrade").is_empty());
}
