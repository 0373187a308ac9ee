//! How much, and for how long, the front door listens to anybody.

use crate::front_wire::Door;
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    time::{Duration, Instant, sleep},
};

/// AS and RS: head and request line have limits, and who meets them is told.
///
/// Rows: R147, L4.5
#[tokio::test]
async fn a_head_has_limits() {
    for door in Door::both().await {
        let mib = "a".repeat(1 << 20);
        for lines in [
            "X: a\r\n".repeat(100_000),
            "X: a\r\n".repeat(101),
            format!("X: {mib}\r\n"),
            format!("{mib}: x\r\n"),
            format!("Authorization: Bearer {mib}\r\n"),
            format!("DPoP: {}\r\n", "a".repeat(33_000)),
        ] {
            door.ask_refused(door.get("/providers", &lines), (431, "R147"))
                .await;
        }
        for target in [
            format!("/{mib}"),
            format!("/jwks?{mib}"),
            format!("/{}", "a".repeat(8_200)),
        ] {
            door.ask_refused(door.get(&target, ""), (414, "R147")).await;
        }
        // Without an end, too: the answer does not wait for one.
        door.ask_refused(format!("GET /{mib}"), (414, "R147")).await;
        door.ask_refused(door.get("/jwks", &format!("X: {mib}")), (431, "R147"))
            .await;
        let right = format!("X: {}\r\n{}", "a".repeat(20_000), "Y: b\r\n".repeat(98));
        assert_eq!(door.ask(door.get("/jwks", &right)).await.status, 200);
    }
}

/// AS and RS: a body that is announced too large is refused before a byte of it comes.
///
/// Rows: R147, L4.5
#[tokio::test]
async fn an_announced_body_has_a_limit() {
    for door in Door::both().await {
        let most = usize::MAX.to_string();
        for length in [
            "65537",
            "100000000",
            &most,
            "99999999999999999999999999",
            "0000000000065537",
        ] {
            for expect in ["", "Expect: 100-continue\r\n"] {
                let head = door.post(&format!("{expect}Content-Length: {length}\r\n"));
                door.ask_refused(head, (413, "R147")).await;
            }
        }
        // Who sends it all before reading still reads the answer.
        let body = "a".repeat(1 << 20);
        let length = format!("Content-Length: {}\r\n", body.len());
        door.ask_refused(door.post(&length) + &body, (413, "R147"))
            .await;
        let body = "a".repeat(64 * 1024);
        let fits = door
            .ask(door.post(&format!("Content-Length: {}\r\n", body.len())) + &body)
            .await;
        assert_eq!(fits.status, 400, "read, and no token request");
    }
}

/// AS and RS: an endless chunked body ends, and who goes on sending loses the connection.
///
/// Rows: R147, R166, L4.5
#[tokio::test]
async fn an_endless_body_ends() {
    for door in Door::both().await {
        let head = door.post("Transfer-Encoding: chunked\r\n");
        for chunk in [
            format!("400\r\n{}\r\n", "a".repeat(1024)),
            "1\r\na\r\n".repeat(256),
        ] {
            let mut line = door.connect().await;
            line.say(&head).await;
            for _ in 0..300 {
                line.say(&chunk).await;
            }
            let seen = line.answer().await.unwrap();
            door.assert_refused(&seen, (413, "R147"), "endless");
            // The server reads on a while, so that the answer arrives, and not a hundred
            // megabytes.
            let mut sent = 0;
            while sent < 100_000_000 && line.try_say(&chunk).await {
                sent += chunk.len();
            }
            assert!(sent < 100_000_000, "{sent} bytes were taken");
        }
        for size in [
            "10001",
            "ffffffff",
            "FFFFFFFFFFFFFFFF",
            "fffffffffffffffffffffff",
        ] {
            door.ask_refused(format!("{head}{size}\r\n"), (413, "R147"))
                .await;
        }
    }
}

/// AS and RS: a packed body is not unpacked, so there is no bomb.
///
/// Rows: R147, L4.5
#[tokio::test]
async fn nothing_packed_is_taken() {
    for door in Door::both().await {
        for coding in [
            "gzip",
            "x-gzip",
            "deflate",
            "br",
            "zstd",
            "compress",
            "gzip, gzip",
            "identity",
            "",
        ] {
            let right = door.token_request().await;
            let packed = right.replacen("\r\n", &format!("\r\nContent-Encoding: {coding}\r\n"), 1);
            let seen = door.ask(packed).await;
            door.assert_refused(&seen, (415, "R147"), coding);
            assert_eq!(seen.header("accept-encoding"), Some("identity"));
            let consent = format!(
                "Content-Type: application/json\r\nContent-Encoding: {coding}\r\nContent-Length: 4\r\n"
            );
            let post = door.get("/consents", &consent).replacen("GET", "POST", 1);
            let seen = door.ask(post + "\x1f\u{8}\0\0").await;
            door.assert_refused(&seen, (415, "R147"), coding);
        }
        assert_eq!(door.running.sandbox().counters().tokens_issued, 0);
    }
}

/// The authorization server: POST and a form; the parameter `charset` is tolerated.
///
/// Rows: R149
#[tokio::test]
async fn as_a_token_request_is_a_posted_form() {
    for door in Door::both().await {
        for method in [
            "GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "BREW",
        ] {
            let text = door.token_request().await.replacen("POST", method, 1);
            let seen = door.ask(text).await;
            door.assert_refused(&seen, (405, "R149"), method);
            assert_eq!(seen.header("allow"), Some("POST"));
        }
        let kind = "application/x-www-form-urlencoded";
        for other in [
            "application/json",
            "multipart/form-data; boundary=a",
            "text/plain",
            "",
            "application/x-www-form-urlencodedx",
        ] {
            let text = door.token_request().await.replacen(kind, other, 1);
            door.assert_refused(&door.ask(text).await, (400, "R149"), other);
        }
        for fine in ["; charset=UTF-8", ";charset=utf-8"] {
            let text = door
                .token_request()
                .await
                .replacen(kind, &format!("{kind}{fine}"), 1);
            assert_eq!(door.ask(text).await.status, 200);
        }
    }
}

/// AS and RS: a head that comes drop by drop is cut off after thirty seconds, with a word.
/// Tokio's paused clock jumps over the waits.
///
/// Rows: R166, L4.5
#[tokio::test(start_paused = true)]
async fn a_slow_head_is_cut_off() {
    let door = Door::plain().await;
    let drops = [
        door.post(""),
        format!("{}X: {}", door.get("/jwks", "").trim_end(), "a".repeat(99)),
    ];
    for text in drops {
        let (mut line, start) = (door.connect().await, Instant::now());
        for byte in text.trim_end().bytes() {
            line.say([byte]).await;
            sleep(Duration::from_secs(1)).await;
            if start.elapsed() > Duration::from_secs(32) {
                break;
            }
        }
        let seen = line.answer().await.unwrap();
        door.assert_refused(&seen, (408, "R147"), &text);
        assert!(line.is_closed().await);
        assert!(
            start.elapsed() < Duration::from_secs(36),
            "{:?}",
            start.elapsed()
        );
    }
}

/// AS and RS: the same for a body, after ten seconds.
///
/// Rows: R166, L4.5
#[tokio::test(start_paused = true)]
async fn a_slow_body_is_cut_off() {
    let door = Door::plain().await;
    for (lines, drop) in [
        ("Content-Length: 1000\r\n", "a"),
        ("Transfer-Encoding: chunked\r\n", "1\r\na\r\n"),
    ] {
        let (mut line, start) = (door.connect().await, Instant::now());
        line.say(door.post(lines)).await;
        while start.elapsed() < Duration::from_secs(12) {
            line.say(drop).await;
            sleep(Duration::from_secs(1)).await;
        }
        let seen = line.answer().await.unwrap();
        door.assert_refused(&seen, (408, "R147"), lines);
        assert!(line.is_closed().await);
        assert!(
            start.elapsed() < Duration::from_secs(15),
            "{:?}",
            start.elapsed()
        );
    }
}

/// AS and RS: an idle connection is closed, before and after a request, and a handshake that
/// does not go on ends.
///
/// Rows: R166, L4.5
#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let door = Door::plain().await;
    let (mut line, start) = (door.connect().await, Instant::now());
    assert!(line.is_closed().await);
    line = door.connect().await;
    line.say(door.get("/jwks", "")).await;
    assert_eq!(line.answer().await.unwrap().status, 200);
    sleep(Duration::from_secs(20)).await;
    line.say(door.get("/jwks", "")).await;
    assert_eq!(
        line.answer().await.unwrap().status,
        200,
        "a pause is allowed"
    );
    assert!(line.is_closed().await);
    assert!(
        start.elapsed() < Duration::from_secs(95),
        "{:?}",
        start.elapsed()
    );

    let door = Door::open(true, |builder| builder).await;
    let start = Instant::now();
    for said in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = TcpStream::connect(door.running.address()).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, said)
            .await
            .unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty());
    }
    assert!(
        start.elapsed() < Duration::from_secs(35),
        "{:?}",
        start.elapsed()
    );
}

/// AS and RS: refusals of a request leave the connection good, refusals of its framing end it.
/// Answers come in the order of the requests, and none of them may be stored.
///
/// Rows: R156, L4.5
#[tokio::test]
async fn a_connection_is_good_after_a_refusal() {
    for door in Door::both().await {
        let host = door.host();
        let form = "grant_type=password";
        let length = format!("Content-Length: {}\r\n", form.len());
        let mut line = door.connect().await;
        let refusals = [
            (door.get("/providers", ""), 401),
            (door.get("/nowhere", ""), 404),
            (door.get("/oauth2/tokens", ""), 405),
            (
                door.get("/jwks", "").replacen(&host, "evil.example", 1),
                421,
            ),
            (door.get("/jwks", "Content-Encoding: gzip\r\n"), 415),
            (door.post(&length) + form, 400),
        ];
        for (text, status) in &refusals {
            line.say(text).await;
            let seen = line.answer().await.unwrap();
            assert_eq!(seen.status, *status);
            seen.assert_plain();
            line.say(door.token_request().await).await;
            let seen = line.answer().await.unwrap();
            assert_eq!(seen.status, 200, "after {status}");
            seen.assert_not_stored();
        }
        // All at once, and behind them one that ends it.
        let all: String = refusals.iter().map(|(text, _)| text.as_str()).collect();
        let end = door.get("/jwks", "X : a\r\n") + &door.get("/providers", "");
        line.say(all + &end).await;
        for (_, status) in &refusals {
            assert_eq!(line.answer().await.unwrap().status, *status);
        }
        let seen = line.answer().await.unwrap();
        door.assert_refused(&seen, (400, "R217"), &end);
        assert!(line.is_closed().await);
    }
}

/// Hundreds of requests on one connection in one write are answered one by one.
///
/// Rows: L4.5
#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let door = Door::plain().await;
    let mut line = door.connect().await;
    let round = [
        door.get("/jwks", ""),
        door.get("/nowhere", ""),
        door.get("/providers", ""),
    ]
    .concat();
    line.say(round.repeat(100)).await;
    for n in 0..300 {
        let wanted = [200, 404, 401][n % 3];
        assert_eq!(line.answer().await.unwrap().status, wanted, "{n}");
    }
}

/// A body that ends too early is the client's mistake, and who closes its sending side gets the
/// answer; an answer to HEAD has no body even where the head is refused.
///
/// Rows: R217
#[tokio::test]
async fn a_cut_off_body_is_refused() {
    let door = Door::plain().await;
    for (lines, body) in [
        ("Content-Length: 10\r\n", "abc"),
        ("Transfer-Encoding: chunked\r\n", "a\r\nabc"),
        ("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"),
        ("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n"),
    ] {
        let mut line = door.connect().await;
        line.say(door.post(lines) + body).await;
        line.hang_up().await;
        let seen = line.answer().await.unwrap();
        door.assert_refused(&seen, (400, "R217"), body);
        assert!(line.is_closed().await);
    }
    let mut line = door.connect().await;
    line.say(door.get("/jwks", "")).await;
    line.hang_up().await;
    assert_eq!(line.answer().await.unwrap().status, 200);

    let mut line = door.connect().await;
    line.say(door.get("/jwks", "X : a\r\n").replacen("GET", "HEAD", 1))
        .await;
    let seen = line.answer_to_head().await.unwrap();
    assert_eq!(seen.status, 400);
    assert!(line.is_closed().await, "no byte behind the head");
}

/// AS and RS: who asks and never listens loses its seat.
///
/// Rows: R166, L4.5
#[tokio::test(start_paused = true)]
async fn answers_that_nobody_takes_end_the_connection() {
    let door = Door::plain().await;
    let mut line = door.connect().await;
    let (many, start) = (door.get("/jwks", "").repeat(1000), Instant::now());
    // Blocks once the answers fill every buffer on their way, until the server gives up.
    let mut asked = 0;
    while asked < 1_000_000 && line.try_say(&many).await {
        asked += 1000;
    }
    assert!(asked < 1_000_000, "the server went on answering");
    assert!(
        start.elapsed() < Duration::from_secs(40),
        "{:?}",
        start.elapsed()
    );
}
