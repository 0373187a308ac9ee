//! One reading of every byte, or none: framing and header syntax of HTTP/1 on the wire.

use crate::front_wire::Door;
use proptest::{prelude::*, test_runner::TestRunner};

/// The authorization server and the API share one front door: what it refuses reaches neither.
///
/// Rows: R217, R192, L3.4
#[tokio::test]
async fn header_lines_have_one_form() {
    for door in Door::both().await {
        let host = door.host();
        assert_eq!(
            door.ask(door.get("/jwks", "X: a\tb\u{e9}\r\n"))
                .await
                .status,
            200
        );
        for lines in [
            "X: a\r\n b\r\n",
            "X: a\r\n\tb\r\n",
            " X: a\r\n",
            "X: a\rb\r\n",
            "X: a\r\r\n",
            "X: a\nY: b\r\n",
            "X: a\0b\r\n",
            "X: \x01\r\n",
            "X: a\x7f\r\n",
            "X : a\r\n",
            "X\t: a\r\n",
            "X\r\n",
            ": a\r\n",
            "X Y: a\r\n",
            "X(: a\r\n",
            "X-On-Behalf-Of: tpp-a\r\n tpp-b\r\n",
            "X-On-Behalf-Of: tpp-a\nX-Canary: b\r\n",
            "X-On-Behalf-Of: tpp-a\0\r\n",
            "X-On-Behalf-Of : tpp-a\r\n",
        ] {
            door.ask_refused(door.get("/jwks", lines), (400, "R217"))
                .await;
        }
        for text in [
            format!("GET /jwks HTTP/1.1\nHost: {host}\n\n"),
            format!("GET /jwks HTTP/1.1\r\nHost: {host}\r\n\nGET /canary"),
            format!("\r\n\r\nGET /jwks HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "\0\0\0\0\r\n".to_owned(),
            "nonsense\r\n\r\n".to_owned(),
        ] {
            door.ask_refused(text, (400, "R217")).await;
        }
        let late = format!("\r\n{}", door.get("/jwks", ""));
        assert_eq!(
            door.ask(late).await.status,
            200,
            "one empty line may come first"
        );
        assert_eq!(door.running.sandbox().counters().tokens_issued, 0);
    }
}

/// AS and RS: exactly one valid `Host`.
///
/// Rows: R217, R098
#[tokio::test]
async fn host_is_needed_and_single() {
    for door in Door::both().await {
        let host = door.host();
        for lines in [
            String::new(),
            format!("Host: {host}\r\nHost: {host}\r\n"),
            format!("Host: {host}\r\nhOST: evil.example\r\n"),
            "Host: \r\n".to_owned(),
            "Host: a b\r\n".to_owned(),
            format!("Host: {host}, evil.example\r\n"),
            format!("Host: evil@{host}\r\n"),
            format!("Host: {host}/evil\r\n"),
        ] {
            let text = format!("GET /jwks HTTP/1.1\r\n{lines}\r\n");
            let seen = door.ask(&text).await;
            door.assert_refused(&seen, (400, "R217"), &text);
        }
        let old = door.ask("GET /jwks HTTP/1.0\r\n\r\n").await;
        door.assert_refused(&old, (400, "R217"), "HTTP/1.0 without a host");
    }
}

/// AS and RS: a body has one length, said once, in digits.
///
/// Rows: R217
#[tokio::test]
async fn a_length_is_one_number() {
    for door in Door::both().await {
        for lines in [
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: 1, 2\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: 5 5\r\n",
            "Content-Length: \r\n",
            "Content-Length: five\r\n",
            "content-length: 5\r\nCONTENT-LENGTH: 50\r\n",
        ] {
            let text = door.post(lines) + "a=bcdGET /canary HTTP/1.1\r\n\r\n";
            door.ask_refused(text, (400, "R217")).await;
        }
    }
}

/// AS and RS: a length beside a transfer coding is refused, in the first request of a
/// connection and in every later one.
///
/// Rows: R217, L4.5
#[tokio::test]
async fn a_length_and_a_coding_are_a_smuggled_request() {
    for door in Door::both().await {
        let smuggled = "0\r\n\r\nGET /canary HTTP/1.1\r\n\r\n";
        for lines in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 0\r\ntransfer-encoding: CHUNKED\r\n",
        ] {
            let text = door.post(lines) + smuggled;
            door.ask_refused(&text, (400, "R217")).await;

            let mut line = door.connect().await;
            for _ in 0..3 {
                line.say(door.get("/jwks", "")).await;
                assert_eq!(line.answer().await.unwrap().status, 200);
            }
            line.say(door.get("/jwks", "") + &text).await;
            assert_eq!(line.answer().await.unwrap().status, 200, "the one before");
            let seen = line.answer().await.unwrap();
            door.assert_refused(&seen, (400, "R217"), &text);
            assert!(line.is_closed().await, "nothing behind it is read");
        }
    }
}

/// AS and RS: `chunked`, once, in HTTP/1.1 and nothing else.
///
/// Rows: R217
#[tokio::test]
async fn a_coding_is_chunked_once() {
    for door in Door::both().await {
        for coding in [
            "gzip",
            "gzip, chunked",
            "chunked, gzip",
            "chunked, chunked",
            "chunked\r\nTransfer-Encoding: chunked",
            "chunked\r\nTransfer-Encoding: identity",
            "identity",
            "xchunked",
            "chunked;q=1",
            "\x0bchunked",
            "\"chunked\"",
            ",chunked",
            "",
        ] {
            let text = door.post(&format!("Transfer-Encoding: {coding}\r\n")) + "0\r\n\r\n";
            door.ask_refused(text, (400, "R217")).await;
        }
        let old = door.post("Transfer-Encoding: chunked\r\n");
        let old = old.replacen("HTTP/1.1", "HTTP/1.0", 1) + "0\r\n\r\n";
        door.ask_refused(old, (400, "R217")).await;
    }
}

/// AS and RS: broken chunks are the client's mistake, said at once.
///
/// Rows: R217
#[tokio::test]
async fn chunks_are_what_they_say() {
    for door in Door::both().await {
        let long = format!("1;{}\r\na\r\n", "x".repeat(300));
        let many = "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n".repeat(100);
        for body in [
            "x\r\n",
            "-1\r\n",
            "0x1\r\n",
            "+1\r\na\r\n",
            " 1\r\na\r\n",
            "1 \r\na\r\n",
            "1\na\n",
            "\r\n",
            "1\r\nab\r\n0\r\n\r\n",
            "1\r\na0\r\n\r\n",
            "1;\0\r\na\r\n",
            "1;a\nb\r\n",
            "1\r\na\n0\r\n\r\n",
            &long,
            &many,
        ] {
            let text = door.post("Transfer-Encoding: chunked\r\n") + body;
            door.ask_refused(text, (400, "R217")).await;
        }
        // What is no mistake is none: extensions are ignored (RFC 9112 section 7.1.1).
        let right = door.token_request().await;
        let (head, body) = right.split_once("\r\n\r\n").unwrap();
        let (kept, _) = head.rsplit_once("\r\n").unwrap();
        let (one, two) = body.split_at(10);
        let chunked = format!(
            "{kept}\r\nTransfer-Encoding: Chunked\r\n\r\n000a;x=\"y z\"\r\n{one}\r\n{:X}\r\n{two}\r\n0\r\n\r\n",
            two.len()
        );
        assert_eq!(door.ask(chunked).await.status, 200);
    }
}

/// AS and RS: a header in a trailer is not a header.
///
/// Rows: L2.11, R217
#[tokio::test]
async fn a_header_in_a_trailer_is_none() {
    for door in Door::both().await {
        for name in ["dpop", "x-on-behalf-of", "content-type"] {
            let right = door.token_request().await;
            let (head, body) = right.split_once("\r\n\r\n").unwrap();
            let line = head.lines().find(|line| line.starts_with(name)).unwrap();
            let head = head.replacen(
                &format!("Content-Length: {}", body.len()),
                "Transfer-Encoding: chunked",
                1,
            );
            let chunks = format!("{:x}\r\n{body}\r\n0\r\n{line}\r\n\r\n", body.len());
            let moved = head.replacen(&format!("{line}\r\n"), "", 1);
            door.ask_refused(
                format!("{moved}\r\nTrailer: {name}\r\n\r\n{chunks}"),
                (400, "R217"),
            )
            .await;
            door.ask_refused(format!("{head}\r\n\r\n{chunks}"), (400, "R217"))
                .await;
        }
        let right = door.api_request().await;
        for name in ["authorization", "dpop"] {
            let line = right.lines().find(|line| line.starts_with(name)).unwrap();
            let moved = right.replacen(&format!("{line}\r\n"), "", 1);
            let head = moved.trim_end().to_owned() + "\r\nTransfer-Encoding: chunked\r\n\r\n";
            door.ask_refused(format!("{head}0\r\n{line}\r\n\r\n"), (400, "R217"))
                .await;
        }
        assert_eq!(door.ask(right).await.status, 200, "the same as headers");
    }
}

/// AS and RS: HTTP/1.1 and 1.0 are spoken; other versions are told so.
///
/// Rows: R217
#[tokio::test]
async fn the_version_is_one_that_is_spoken() {
    for door in Door::both().await {
        let host = door.host();
        for text in [
            "GET /jwks\r\n\r\n",
            "GET /jwks \r\n\r\n",
            "GET /jwks http/1.1\r\n\r\n",
            "GET /jwks HTTP/11\r\n\r\n",
            "GET  /jwks HTTP/1.1\r\n\r\n",
            "GET\t/jwks\tHTTP/1.1\r\n\r\n",
            "GET /jwks HTTP/1.1 x\r\n\r\n",
        ] {
            door.ask_refused(text, (400, "R217")).await;
        }
        for version in ["0.9", "1.2", "2.0", "3.0", "9.9"] {
            let text = format!("GET /jwks HTTP/{version}\r\nHost: {host}\r\n\r\n");
            door.ask_refused(text, (505, "R217")).await;
        }
        let old = door.get("/jwks", "").replacen("HTTP/1.1", "HTTP/1.0", 1);
        assert_eq!(door.ask(old).await.status, 200);
    }
}

/// Right requests pass in any number, however they are cut into packets.
///
/// Rows: R217
#[tokio::test]
async fn right_requests_pass_however_they_are_cut() {
    let door = Door::plain().await;
    let body = "a=b";
    let chunked = door.post("Transfer-Encoding: chunked\r\n");
    let counted = door.post("Content-Length: 3\r\n");
    let conversation = [
        door.get("/jwks", ""),
        format!("{counted}{body}"),
        format!("{chunked}1\r\na\r\n2;x\r\n=b\r\n0\r\n\r\n"),
        door.get("/accounts", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
        format!("{counted}{body}"),
        door.get("/jwks", "Content-Length: 0\r\n"),
    ]
    .concat();
    for step in [1, 2, 3, 7, 50, 10_000] {
        let mut line = door.connect().await;
        for piece in conversation.as_bytes().chunks(step) {
            line.say(piece).await;
            tokio::task::yield_now().await;
        }
        for wanted in [200, 400, 400, 401, 400, 200] {
            let seen = line.answer().await.unwrap();
            assert_eq!(seen.status, wanted, "{step} {seen:?}");
            assert_eq!(seen.header("connection"), None);
        }
        line.say(door.get("/jwks", "Connection: close\r\n")).await;
        assert_eq!(line.answer().await.unwrap().status, 200);
        assert!(line.is_closed().await);
    }
}

/// AS and RS: whatever comes, an answer is never a bare one of the parser's own.
///
/// Rows: R217, R208, R156
#[test]
fn no_answer_is_bare() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let door = runtime.block_on(Door::plain());
    let piece = prop_oneof![
        Just(b"GET /jwks HTTP/1.1\r\n".to_vec()),
        Just(b"POST /oauth2/tokens HTTP/1.1\r\n".to_vec()),
        Just(format!("Host: {}\r\n", door.host()).into_bytes()),
        Just(b"Content-Length: 3\r\n".to_vec()),
        Just(b"Transfer-Encoding: chunked\r\n".to_vec()),
        Just(b"Connection: upgrade\r\nUpgrade: h2c\r\n".to_vec()),
        Just(b"Expect: 100-continue\r\n".to_vec()),
        Just(b"Expect: canary\r\n".to_vec()),
        Just(b"Connection: close\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"3\r\nabc\r\n".to_vec()),
        Just(b"0\r\n\r\n".to_vec()),
        Just(b"CONNECT evil.example:443 HTTP/1.1\r\n".to_vec()),
        Just(b"OPTIONS * HTTP/1.1\r\n".to_vec()),
        "[A-Z]{1,8} /[!-~]{0,12} HTTP/1\\.[01]\r\n".prop_map(String::into_bytes),
        "[!-~]{1,10}: [ -~]{0,12}\r\n".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 1..8),
    ];
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 1_000,
        ..ProptestConfig::default()
    });
    let messages = proptest::collection::vec(piece, 1..9);
    runner
        .run(&messages, |pieces| {
            runtime.block_on(async {
                let mut line = door.connect().await;
                line.say(pieces.concat()).await;
                line.hang_up().await;
                while let Some(seen) = line.answer().await {
                    if seen.status == 100 {
                        continue;
                    }
                    seen.assert_plain();
                    prop_assert_eq!(seen.status >= 400, door.explanation(&seen).is_some());
                }
                Ok(())
            })
        })
        .unwrap();
}

/// AS: a token request with one byte changed, taken out or put in is answered like any other,
/// never with an error of the server's own, and never twice.
///
/// Rows: R217, R208
#[test]
fn one_wrong_byte_does_no_harm() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let door = runtime.block_on(Door::plain());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 400,
        ..ProptestConfig::default()
    });
    let byte = prop_oneof![
        Just(b'\r'),
        Just(b'\n'),
        Just(b' '),
        Just(b':'),
        Just(0),
        any::<u8>()
    ];
    let change = (any::<prop::sample::Index>(), 0..3_u8, byte);
    runner
        .run(&change, |(at, what, byte)| {
            runtime.block_on(async {
                let before = door.running.sandbox().counters().tokens_issued;
                let mut bytes = door.token_request().await.into_bytes();
                let at = at.index(bytes.len());
                match what {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    _ => drop(bytes.remove(at)),
                }
                let mut line = door.connect().await;
                line.say(bytes).await;
                line.hang_up().await;
                while let Some(seen) = line.answer().await {
                    prop_assert!(seen.status < 500 || seen.status == 505, "{:?}", seen);
                    prop_assert_eq!(seen.status >= 400, door.explanation(&seen).is_some());
                    seen.assert_not_stored();
                }
                let after = door.running.sandbox().counters().tokens_issued;
                prop_assert!(after - before <= 1);
                Ok(())
            })
        })
        .unwrap();
}
