//! The same door over HTTP/2, frame by frame.

use crate::{front_wire::Door, harness::Rig};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Status(u16),
    /// The stream or the connection was reset.
    Reset,
}

type Fields<'a> = Vec<(&'a str, &'a [u8])>;

/// A request, as it is put into frames.
struct Message<'a> {
    fields: Fields<'a>,
    body: &'a [u8],
    trailers: Fields<'a>,
}

impl<'a> Message<'a> {
    fn of(fields: Fields<'a>) -> Self {
        let (body, trailers) = (&b""[..], Vec::new());
        Self {
            fields,
            body,
            trailers,
        }
    }

    fn frames(&self) -> Vec<u8> {
        let (data, trailers) = (!self.body.is_empty(), !self.trailers.is_empty());
        let end = |last: bool| u8::from(last);
        let mut all = frame(1, 4 | end(!data && !trailers), &block(&self.fields));
        let chunks: Vec<&[u8]> = self.body.chunks(16_384).collect();
        for (n, chunk) in chunks.iter().enumerate() {
            all.extend(frame(0, end(n + 1 == chunks.len() && !trailers), chunk));
        }
        if trailers {
            all.extend(frame(1, 5, &block(&self.trailers)));
        }
        all
    }
}

/// One frame of stream 1 (RFC 9113 section 4.1).
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags, 0, 0, 0, 1];
    [&head, payload].concat()
}

/// Literal fields without indexing (RFC 7541 section 6.2.2): any bytes can be said this way.
fn block(fields: &Fields<'_>) -> Vec<u8> {
    let text = |text: &[u8]| match u8::try_from(text.len()) {
        Ok(short) if short < 127 => [&[short], text].concat(),
        _ => {
            let mut rest = text.len() - 127;
            let mut bytes = vec![127];
            while rest >= 128 {
                bytes.push(u8::try_from(rest % 128).unwrap() | 128);
                rest /= 128;
            }
            bytes.push(u8::try_from(rest).unwrap());
            [&bytes, text].concat()
        }
    };
    let fields = fields.iter();
    fields
        .flat_map(|(name, value)| [vec![0], text(name.as_bytes()), text(value)].concat())
        .collect()
}

/// The status at the start of a header block: indexed, or three digits in Huffman's code.
fn status(block: &[u8]) -> u16 {
    const INDEXED: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    match *block {
        [first, ..] if first & 0x80 != 0 => INDEXED[usize::from(first & 0x7f) - 8],
        [0x48 | 0x08, size, ref rest @ ..] => {
            let size = usize::from(size & 0x7f);
            let bits: String = rest[..size]
                .iter()
                .map(|byte| format!("{byte:08b}"))
                .collect();
            let (mut at, mut sum) = (0, 0);
            for _ in 0..3 {
                let short = u16::from_str_radix(&bits[at..at + 5], 2).unwrap();
                let (digit, width) = match short {
                    0..3 => (short, 5),
                    _ => (u16::from_str_radix(&bits[at..at + 6], 2).unwrap() - 22, 6),
                };
                at += width;
                sum = sum * 10 + digit;
            }
            sum
        }
        _ => panic!("another form of :status: {block:?}"),
    }
}

async fn ask(door: &Door, message: &Message<'_>) -> Outcome {
    let mut stream = door.stream(b"h2").await;
    let mut said = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    said.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    said.extend(message.frames());
    // The server may reset the connection before it has read everything.
    let _ = stream.write_all(&said).await.is_ok() && stream.flush().await.is_ok();
    loop {
        let mut head = [0; 9];
        let read = timeout(Duration::from_secs(20), stream.read_exact(&mut head)).await;
        if read.expect("an answer in time").is_err() {
            return Outcome::Reset;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        if stream.read_exact(&mut payload).await.is_err() {
            return Outcome::Reset;
        }
        match head[3] {
            1 => return Outcome::Status(status(&payload)),
            3 | 7 => return Outcome::Reset,
            _ => {}
        }
    }
}

fn jwks<'a>(host: &'a str) -> Fields<'a> {
    vec![
        (":method", b"GET"),
        (":scheme", b"http"),
        (":authority", host.as_bytes()),
        (":path", b"/jwks"),
    ]
}

fn changed<'a>(fields: &Fields<'a>, name: &str, value: &'a [u8]) -> Fields<'a> {
    let mut fields = fields.clone();
    fields.iter_mut().find(|field| field.0 == name).unwrap().1 = value;
    fields
}

fn without<'a>(fields: &Fields<'a>, name: &str) -> Fields<'a> {
    fields
        .iter()
        .copied()
        .filter(|field| field.0 != name)
        .collect()
}

fn plus<'a>(fields: &Fields<'a>, more: &[(&'a str, &'a [u8])]) -> Fields<'a> {
    [fields.as_slice(), more].concat()
}

/// AS and RS: `:authority`, `Host` and `:scheme` are this server's, and `:path` is a path.
///
/// Rows: L2.18, R098, R217
#[tokio::test]
async fn the_target_is_this_servers() {
    for door in Door::both().await {
        targets(&door).await;
    }
}

async fn targets(door: &Door) {
    let host = door.host();
    let (ours, other): (&[u8], &[u8]) = match door.scheme() {
        "https" => (b"https", b"http"),
        _ => (b"http", b"https"),
    };
    let right = changed(&jwks(&host), ":scheme", ours);
    assert_eq!(
        ask(door, &Message::of(right.clone())).await,
        Outcome::Status(200)
    );
    let both = plus(&right, &[("host", host.as_bytes())]);
    assert_eq!(ask(door, &Message::of(both)).await, Outcome::Status(200));
    let only_host = plus(&without(&right, ":authority"), &[("host", host.as_bytes())]);
    assert_eq!(
        ask(door, &Message::of(only_host)).await,
        Outcome::Status(200)
    );
    for (fields, wanted) in [
        (changed(&right, ":authority", b"evil.example"), 421),
        (changed(&right, ":scheme", other), 421),
        (changed(&right, ":scheme", b"ftp"), 421),
        (plus(&right, &[("host", b"evil.example")]), 421),
        (
            plus(
                &right,
                &[("host", host.as_bytes()), ("host", host.as_bytes())],
            ),
            400,
        ),
        (without(&right, ":authority"), 400),
        (changed(&right, ":path", b"/%6awks"), 404),
        (changed(&right, ":path", b"//jwks"), 404),
    ] {
        assert_eq!(
            ask(door, &Message::of(fields.clone())).await,
            Outcome::Status(wanted),
            "{fields:?}"
        );
    }
    let absolute = format!("{}://{host}/jwks", door.scheme());
    let userinfo = format!("evil@{host}");
    for fields in [
        changed(&right, ":path", absolute.as_bytes()),
        changed(&right, ":path", b"http://evil.example/jwks"),
        changed(&right, ":path", b"jwks"),
        changed(&right, ":path", b""),
        changed(&right, ":path", b"/jwks HTTP/1.1"),
        changed(&right, ":authority", userinfo.as_bytes()),
        without(&right, ":path"),
        without(&right, ":method"),
        plus(&right, &[(":path", b"/providers")]),
        plus(&right, &[(":authority", b"evil.example")]),
        plus(&right, &[("x", b"a"), (":scheme", b"http")]),
    ] {
        let seen = ask(door, &Message::of(fields.clone())).await;
        let refused = matches!(seen, Outcome::Reset | Outcome::Status(400 | 404 | 421));
        assert!(refused, "{seen:?} {fields:?}");
    }
}

/// AS and RS: what HTTP/1 calls framing, and bytes that no header may hold.
///
/// Rows: R217, L3.4
#[tokio::test]
async fn headers_have_one_form() {
    let door = Door::plain().await;
    let host = door.host();
    let right = jwks(&host);
    for (name, value) in [
        ("transfer-encoding", &b"chunked"[..]),
        ("connection", b"close"),
        ("keep-alive", b"1"),
        ("upgrade", b"h2c"),
        ("te", b"gzip"),
        ("content-length", b"5"),
        ("X-Upper", b"a"),
        ("x y", b"a"),
        ("", b"a"),
        ("x:y", b"a"),
        ("x-on-behalf-of", b"a\r\nx-evil: b"),
        ("x-on-behalf-of", b"a\nb"),
        ("x-on-behalf-of", b"a\0b"),
    ] {
        let fields = plus(&right, &[(name, value)]);
        let seen = ask(&door, &Message::of(fields)).await;
        assert!(
            matches!(seen, Outcome::Reset | Outcome::Status(400)),
            "{seen:?} {name} {value:?}"
        );
    }
}

async fn token_fields(rig: &Rig) -> (Vec<(String, String)>, String) {
    let call = rig.token_call(Some("acme-budget"), "consents:create").await;
    (call.headers.clone(), call.body())
}

/// AS: doubled headers, trailers, announced and endless bodies, packed bodies.
///
/// Rows: R088, R192, R147, L2.11, L4.5
#[tokio::test]
async fn as_the_rules_of_http_1_hold() {
    let door = Door::plain().await;
    let host = door.host();
    let target: Fields<'_> = vec![
        (":method", b"POST"),
        (":scheme", b"http"),
        (":authority", host.as_bytes()),
        (":path", b"/oauth2/tokens"),
    ];
    for (extra, wanted) in [
        (vec![], 200),
        (vec![("dpop", &b"x"[..])], 400),
        (vec![("x-on-behalf-of", b"tpp-x")], 400),
        (vec![("content-encoding", b"gzip")], 415),
        (
            vec![
                ("x-http-method-override", b"GET"),
                ("x-forwarded-host", b"evil.example"),
            ],
            200,
        ),
    ] {
        let (headers, body) = token_fields(&door.rig).await;
        let headers: Fields<'_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let fields = [target.clone(), headers, extra.clone()].concat();
        let message = Message {
            fields,
            body: body.as_bytes(),
            trailers: vec![],
        };
        assert_eq!(
            ask(&door, &message).await,
            Outcome::Status(wanted),
            "{extra:?}"
        );
    }
    let (headers, body) = token_fields(&door.rig).await;
    let headers: Fields<'_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let (moved, kept): (Fields<'_>, Fields<'_>) =
        headers.into_iter().partition(|field| field.0 == "dpop");
    let fields = [target.clone(), kept].concat();
    let message = Message {
        fields,
        body: body.as_bytes(),
        trailers: moved,
    };
    assert_eq!(
        ask(&door, &message).await,
        Outcome::Status(400),
        "a proof in the trailer"
    );

    let kind: Fields<'_> = vec![("content-type", b"application/x-www-form-urlencoded")];
    let announced = vec![("content-length", &b"100000000"[..])];
    let fields = [target.clone(), kind.clone(), announced].concat();
    let message = Message {
        fields,
        body: b"a",
        trailers: vec![],
    };
    // One byte of a hundred million, and the end: refused for one reason or the other.
    assert!(matches!(
        ask(&door, &message).await,
        Outcome::Status(413) | Outcome::Reset
    ));
    let body = vec![b'a'; 65_530];
    let fields = [target.clone(), kind].concat();
    let message = Message {
        fields,
        body: &body,
        trailers: vec![],
    };
    assert_eq!(
        ask(&door, &message).await,
        Outcome::Status(400),
        "within the limit"
    );
    assert_eq!(door.running.sandbox().counters().tokens_issued, 2);
}

/// AS and RS: a body over the limit is refused by its announcement, whole as it comes.
///
/// Rows: R147, L4.5
#[tokio::test]
async fn a_large_body_is_refused() {
    let door = Door::plain().await;
    let client = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<Full<Bytes>>();
    for path in ["/oauth2/tokens", "/consents"] {
        for bytes in [64 * 1024 + 1, 10_000_000] {
            let url = format!("{}{path}", door.running.issuer());
            let request = http::Request::post(url).body(Full::from(vec![b'a'; bytes]));
            let answer = client.request(request.unwrap()).await.unwrap();
            assert_eq!(answer.status(), 413);
            assert_eq!(answer.headers()["cache-control"], "no-store");
            let id = answer.headers()["x-sandbox-refusal"].to_str().unwrap();
            assert_eq!(door.rig.sandbox.explanation(id).unwrap().rule, "R147");
        }
    }
}
