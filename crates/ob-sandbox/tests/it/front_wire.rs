//! Bytes to the front door and bytes back, over TCP or TLS.

use crate::{harness::Rig, socket::connector};
use ob_core::TestClock;
use ob_sandbox::{Explanation, Profile, RunningSandbox, Sandbox, SandboxBuilder};
use serde_json::Value;
use std::time::{Duration, UNIX_EPOCH};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::rustls::{
    pki_types::ServerName,
    version::{TLS12, TLS13},
};

/// A sandbox that listens, and the client that knows how to ask it rightly.
pub(crate) struct Door {
    pub(crate) running: RunningSandbox,
    pub(crate) rig: Rig,
    tls: bool,
}

impl Door {
    pub(crate) async fn open(
        tls: bool,
        set_up: impl FnOnce(SandboxBuilder) -> SandboxBuilder,
    ) -> Self {
        let clock = TestClock::at(UNIX_EPOCH + Duration::from_secs(crate::harness::NOON));
        let builder = Sandbox::builder()
            .clock(clock.clone().into())
            .seed(7)
            .tls(tls);
        let running = set_up(builder).start().await.unwrap();
        let rig = Rig::around(running.sandbox().clone(), clock);
        Self { running, rig, tls }
    }

    pub(crate) async fn plain() -> Self {
        Self::open(false, |builder| builder).await
    }

    /// Both carriers of HTTP/1, with bound tokens.
    pub(crate) async fn both() -> [Self; 2] {
        let fapi = |builder: SandboxBuilder| builder.profile(Profile::Fapi2);
        [Self::open(false, fapi).await, Self::open(true, fapi).await]
    }

    pub(crate) fn host(&self) -> String {
        self.running.address().to_string()
    }

    pub(crate) async fn connect(&self) -> Line {
        let (stream, read) = (self.stream(b"http/1.1").await, Vec::new());
        Line { stream, read }
    }

    /// A connection, over TLS for this protocol where TLS is on.
    pub(crate) async fn stream(&self, protocol: &[u8]) -> Box<dyn Stream> {
        let stream = TcpStream::connect(self.running.address()).await.unwrap();
        if !self.tls {
            return Box::new(stream);
        }
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connector = connector(&self.running, (&[&TLS13, &TLS12], protocol));
        Box::new(connector.connect(name, stream).await.unwrap())
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Sends bytes on a connection of their own and gives the first answer.
    pub(crate) async fn ask(&self, bytes: impl AsRef<[u8]>) -> Seen {
        let mut line = self.connect().await;
        line.say(bytes).await;
        line.answer().await.expect("an answer")
    }

    /// Asks, and the answer has to be this refusal in the documented envelope; the connection
    /// is of no more use.
    pub(crate) async fn ask_refused(&self, bytes: impl AsRef<[u8]>, refusal: (u16, &str)) -> Seen {
        let shown = bytes.as_ref().escape_ascii().to_string();
        let mut line = self.connect().await;
        line.say(bytes).await;
        let seen = line.answer().await;
        let seen = seen.unwrap_or_else(|| panic!("an answer to {shown:.300}"));
        self.assert_refused(&seen, refusal, &shown);
        assert_eq!(seen.header("connection"), Some("close"), "{shown:.300}");
        assert!(line.is_closed().await, "closed after {shown:.300}");
        seen
    }

    /// The documented envelope, an explanation behind it, and nothing that should stay inside
    /// (R156, R208, R210).
    #[track_caller]
    pub(crate) fn assert_refused(&self, seen: &Seen, (status, rule): (u16, &str), shown: &str) {
        let why = self.explanation(seen);
        let found = (seen.status, why.as_ref().map(|why| why.rule.as_str()));
        assert_eq!(
            found,
            (status, Some(rule)),
            "{shown:.300}\n{seen:?}\n{why:?}"
        );
        assert_eq!(why.unwrap().status, status);
        seen.assert_plain();
        assert!(!seen.error().is_empty(), "{seen:?}");
        assert_eq!(seen.header("content-type"), Some("application/json"));
    }

    pub(crate) fn explanation(&self, seen: &Seen) -> Option<Explanation> {
        self.rig
            .sandbox
            .explanation(seen.header("x-sandbox-refusal")?)
    }

    /// A right token request, as bytes.
    pub(crate) async fn token_request(&self) -> String {
        let call = self
            .rig
            .token_call(Some("acme-budget"), "consents:create")
            .await;
        let body = call.body();
        let length = ("Content-Length".to_owned(), body.len().to_string());
        let headers: Vec<_> = call.headers.into_iter().chain([length]).collect();
        self.text("POST /oauth2/tokens", &headers) + &body
    }

    /// A right call of the API with a bound token, as bytes.
    pub(crate) async fn api_request(&self) -> String {
        let token = self.rig.token("acme-budget", "ob_providers").await;
        let asked = ("GET", "/providers");
        let headers = self.rig.bound("acme-budget", &token, asked).await;
        self.text("GET /providers", &headers)
    }

    /// A head: method and target, our `Host`, these headers.
    pub(crate) fn text(&self, asked: &str, headers: &[(String, String)]) -> String {
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!("{asked} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n", self.host())
    }

    /// A head without credentials.
    pub(crate) fn get(&self, target: &str, lines: &str) -> String {
        let host = self.host();
        format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n")
    }

    /// The start of a token request: what follows decides its framing.
    pub(crate) fn post(&self, lines: &str) -> String {
        let host = self.host();
        let kind = "Content-Type: application/x-www-form-urlencoded";
        format!("POST /oauth2/tokens HTTP/1.1\r\nHost: {host}\r\n{kind}\r\n{lines}\r\n")
    }
}

/// The value of a header line of a request made above.
pub(crate) fn line_of<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find(|line| line.starts_with(name));
    line.unwrap().split_once(": ").unwrap().1
}

/// A connection without TLS or with it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection.
pub(crate) struct Line {
    stream: Box<dyn Stream>,
    read: Vec<u8>,
}

impl Line {
    /// Sends. A server that has heard enough may have closed already.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.stream.write_all(bytes.as_ref()).await;
        let _ = sent.is_ok() && self.stream.flush().await.is_ok();
    }

    /// Sends and says whether it could.
    pub(crate) async fn try_say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let sent = self.stream.write_all(bytes.as_ref()).await;
        sent.is_ok() && self.stream.flush().await.is_ok()
    }

    /// No more will be sent.
    pub(crate) async fn hang_up(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// Reads one answer; none where the connection ends before one.
    pub(crate) async fn answer(&mut self) -> Option<Seen> {
        let mut seen = self.answer_to_head().await?;
        let length = seen
            .header("content-length")
            .map_or(0, |text| text.parse().unwrap());
        while self.read.len() < length {
            assert!(self.more().await, "the whole body");
        }
        seen.body = self.read.drain(..length).collect();
        Some(seen)
    }

    /// Reads one answer without a body.
    pub(crate) async fn answer_to_head(&mut self) -> Option<Seen> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if !self.more().await {
                assert!(self.read.is_empty(), "half an answer: {:?}", self.read);
                return None;
            }
        };
        let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
        Some(Seen::of(&head))
    }

    /// Whether nothing comes any more.
    pub(crate) async fn is_closed(&mut self) -> bool {
        !self.more().await && self.read.is_empty()
    }

    async fn more(&mut self) -> bool {
        let mut room = [0; 4096];
        // Sixty seconds are longer than every limit of the server, on either clock.
        let read = timeout(Duration::from_secs(60), self.stream.read(&mut room)).await;
        match read.expect("an answer or the end") {
            Ok(bytes) => {
                self.read.extend_from_slice(&room[..bytes]);
                bytes > 0
            }
            Err(_) => false,
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    head: String,
    body: Vec<u8>,
}

impl Seen {
    fn of(head: &str) -> Self {
        assert!(
            head.starts_with("HTTP/1.1 ") || head.starts_with("HTTP/1.0 "),
            "{head}"
        );
        let status = head[9..12].parse().unwrap();
        let (head, body) = (head.to_owned(), Vec::new());
        Self { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let values: Vec<_> = lines
            .filter(|line| line.0.eq_ignore_ascii_case(name))
            .collect();
        assert!(values.len() <= 1, "{name} once: {}", self.head);
        values.first().map(|line| line.1)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn error(&self) -> String {
        crate::harness::error_word(&self.json())
    }

    #[track_caller]
    pub(crate) fn assert_not_stored(&self) {
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.header("pragma"), Some("no-cache"), "{self:?}");
    }

    /// Not to be stored, no redirection, no insides of the server, nothing of the request.
    #[track_caller]
    pub(crate) fn assert_plain(&self) {
        self.assert_not_stored();
        assert!(!(300..400).contains(&self.status), "{self:?}");
        assert_eq!(self.header("location"), None, "{self:?}");
        let text = format!("{}{}", self.head, String::from_utf8_lossy(&self.body));
        for inside in [
            ".rs",
            "src/",
            "panicked",
            "backtrace",
            "hyper",
            "axum",
            "httparse",
            "/tmp",
            "/home",
            "/root",
            "evil",
            "canary",
        ] {
            assert!(!text.contains(inside), "{inside}: {self:?}");
        }
    }
}
