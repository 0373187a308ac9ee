//! The handshake of the sandbox, tried with `openssl s_client`.

use crate::front_wire::Door;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpStream};

/// A sandbox with https, and `openssl` to knock at it.
struct Knocker {
    door: Door,
    dir: TempDir,
}

impl Knocker {
    async fn new() -> Self {
        let door = Door::open(true, |builder| builder).await;
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), door.running.ca_pem().unwrap()).unwrap();
        Self { door, dir }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What `openssl s_client` says to these arguments and this input.
    async fn knock(&self, arguments: &str, input: &str) -> String {
        let mut all: Vec<String> = ["s_client", "-connect"].map(str::to_owned).into();
        all.push(self.door.host());
        all.extend(arguments.split(' ').map(str::to_owned));
        let trust = ["-CAfile".to_owned(), shown(&self.file("ca.pem"))];
        all.extend(trust);
        all.extend(["-verify_return_error", "-verify_ip", "127.0.0.1"].map(str::to_owned));
        let input = input.to_owned();
        tokio::task::spawn_blocking(move || openssl(&all, &input))
            .await
            .unwrap()
    }
}

fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Runs `openssl` without the machine's configuration, which could forbid it to ask for what
/// has to be refused.
fn openssl(arguments: &[String], input: &str) -> String {
    let child = Command::new("openssl")
        .args(arguments)
        .env("OPENSSL_CONF", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|error| {
        panic!("the TLS rows R002, R003 and R006 are tested with the program openssl, and it cannot be started: {error}; install openssl 3")
    });
    // It may have ended already; what it says tells why.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// AS and RS: TLS 1.2 and 1.3 are spoken, with every recommended suite that fits the key.
///
/// Rows: R002, R003, R006
#[tokio::test]
async fn recommended_suites_are_spoken() {
    let knocker = Knocker::new().await;
    for (arguments, protocol, suite) in [
        (
            "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256",
            "TLSv1.2",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
        ),
        (
            "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384",
            "TLSv1.2",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
        ),
        (
            "-tls1_2 -cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0",
            "TLSv1.2",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
        ),
        (
            "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256",
            "TLSv1.3",
            "TLS_AES_128_GCM_SHA256",
        ),
        (
            "-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384",
            "TLSv1.3",
            "TLS_AES_256_GCM_SHA384",
        ),
        (
            "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256",
            "TLSv1.3",
            "TLS_CHACHA20_POLY1305_SHA256",
        ),
    ] {
        let said = knocker.knock(arguments, "").await;
        assert!(
            said.contains(&format!("New, {protocol}, Cipher is {suite}")),
            "{arguments}\n{said}"
        );
        assert!(
            said.contains("Verify return code: 0 (ok)") || said.contains("Verification: OK"),
            "{said}"
        );
    }
    let said = knocker
        .knock("-min_protocol TLSv1 -max_protocol TLSv1.3", "")
        .await;
    assert!(
        said.contains("New, TLSv1.3,"),
        "the newest of what both speak\n{said}"
    );
}

/// AS and RS: TLS 1.0 and 1.1 are refused by a fatal alert.
///
/// Rows: R002
#[tokio::test]
async fn old_protocols_are_refused() {
    let knocker = Knocker::new().await;
    for version in ["-tls1", "-tls1_1"] {
        let said = knocker
            .knock(&format!("{version} -cipher ALL:@SECLEVEL=0 -msg"), "")
            .await;
        assert!(
            said.contains("ClientHello"),
            "this openssl cannot ask for {version}: use one that can\n{said}"
        );
        let alerts = ["alert protocol version", "alert handshake failure"];
        let told = alerts.iter().any(|alert| said.contains(alert));
        assert!(told, "{version}\n{said}");
        assert!(said.contains("Cipher is (NONE)"), "{said}");
    }
}

/// AS and RS: with TLS 1.2, every suite that `openssl` can offer and the list does not have is
/// refused: RSA key exchange, CBC, CCM, ChaCha20, DHE, static, anonymous, NULL.
///
/// Rows: R003, R006
#[tokio::test]
async fn no_other_suite_is_spoken() {
    let knocker = Knocker::new().await;
    let list = [
        "ciphers",
        "-s",
        "-tls1_2",
        "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
    ]
    .map(str::to_owned);
    let listed = openssl(&list, "");
    let mut asked = 0;
    for suite in listed
        .trim()
        .split(':')
        .filter(|suite| !suite.starts_with("TLS_"))
    {
        let said = knocker
            .knock(&format!("-tls1_2 -cipher {suite}:@SECLEVEL=0 -msg"), "")
            .await;
        if matches!(
            suite,
            "ECDHE-ECDSA-AES128-GCM-SHA256" | "ECDHE-ECDSA-AES256-GCM-SHA384"
        ) {
            assert!(said.contains(&format!("Cipher is {suite}")), "{said}");
            continue;
        }
        assert!(
            said.contains("ClientHello"),
            "{suite} was not asked for\n{said}"
        );
        assert!(said.contains("alert handshake failure"), "{suite}\n{said}");
        assert!(said.contains("Cipher is (NONE)"), "{suite}\n{said}");
        asked += 1;
    }
    for family in [
        "AES128-GCM-SHA256",
        "AES256-SHA",
        "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA384",
        "ECDHE-RSA-AES128-SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-CCM8",
        "DHE-RSA-AES128-GCM-SHA256",
        "ADH-AES128-SHA",
        "ECDHE-ECDSA-NULL-SHA",
    ] {
        assert!(
            listed.split(':').any(|suite| suite.trim() == family),
            "this openssl cannot ask for {family}: use one that can"
        );
    }
    assert!(asked >= 40, "{asked} suites");
}

/// AS and RS: no renegotiation, no compression.
///
/// Rows: R003
#[tokio::test]
async fn nothing_is_renegotiated_or_compressed() {
    let knocker = Knocker::new().await;
    let said = knocker
        .knock("-tls1_2 -comp -legacy_renegotiation -msg", "R\n")
        .await;
    assert!(
        said.contains("Secure Renegotiation IS supported"),
        "the indication of RFC 5746\n{said}"
    );
    assert!(said.contains("Compression: NONE"), "{said}");
    assert!(
        said.contains("New, TLSv1.2") && said.contains("RENEGOTIATING"),
        "{said}"
    );
    // Asked twice, answered once.
    assert_eq!(said.matches(", ClientHello\n").count(), 2, "{said}");
    assert_eq!(said.matches(", ServerHello\n").count(), 1, "{said}");
    assert!(said.contains("warning no_renegotiation"), "{said}");
    let said = knocker.knock("-tls1_3 -comp", "").await;
    assert!(said.contains("Compression: NONE"), "{said}");
}

/// AS and RS: tickets allow no early data, and early data is not taken, so no token or API call
/// comes in a first flight that can be replayed.
///
/// Rows: R003
#[tokio::test]
async fn early_data_is_not_taken() {
    let knocker = Knocker::new().await;
    let (session, early) = (
        shown(&knocker.file("session")),
        shown(&knocker.file("early")),
    );
    let host = knocker.door.host();
    let request = format!("GET /jwks HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    std::fs::write(&early, &request).unwrap();
    // The ticket comes with the first answer.
    let said = knocker
        .knock(&format!("-tls1_3 -ign_eof -sess_out {session}"), &request)
        .await;
    assert!(said.contains("HTTP/1.1 200"), "{said}");
    assert!(
        knocker.file("session").exists(),
        "a session to resume\n{said}"
    );
    let arguments = format!("-tls1_3 -ign_eof -sess_in {session} -early_data {early}");
    let said = knocker.knock(&arguments, &request).await;
    assert!(said.contains("Reused, TLSv1.3"), "resumed\n{said}");
    let refused = ["Early data was not sent", "Early data was rejected"];
    assert!(refused.iter().any(|words| said.contains(words)), "{said}");
    assert!(!said.contains("Early data was accepted"), "{said}");
    assert!(
        !said.contains("Max Early Data: ") || said.contains("Max Early Data: 0"),
        "{said}"
    );
    assert_eq!(said.matches("HTTP/1.1 200").count(), 1, "{said}");
}

/// AS and RS: a client of another application protocol is sent away (RFC 9325 section 3.7).
///
/// Rows: R003
#[tokio::test]
async fn another_application_protocol_is_refused() {
    let knocker = Knocker::new().await;
    for protocol in ["h2", "http/1.1"] {
        let said = knocker
            .knock(&format!("-tls1_3 -alpn {protocol}"), "")
            .await;
        assert!(
            said.contains(&format!("ALPN protocol: {protocol}")),
            "{said}"
        );
    }
    for protocol in ["http/1.0", "smtp", "ftp,imap"] {
        let said = knocker
            .knock(&format!("-tls1_3 -alpn {protocol}"), "")
            .await;
        assert!(said.contains("alert no application protocol"), "{said}");
    }
}

/// AS and RS: where https is served, plain HTTP gets no HTTP, and every address that is told is
/// https. Without it, the sandbox listens on loopback and nowhere else.
///
/// Rows: R001
#[tokio::test]
async fn only_tls_is_offered() {
    let knocker = Knocker::new().await;
    let running = &knocker.door.running;
    assert!(running.address().ip().is_loopback());
    for told in [
        running.issuer().to_owned(),
        running.token_url(),
        running.api_base().to_owned(),
        running.jwks_uri(),
        running.metadata_url(),
        running.explain_url(),
    ] {
        assert!(told.starts_with("https://127.0.0.1:"), "{told}");
    }
    let metadata = knocker
        .door
        .ask(
            knocker
                .door
                .get("/.well-known/oauth-authorization-server", ""),
        )
        .await;
    assert_eq!(metadata.status, 200);
    let text = metadata.json().to_string();
    assert!(!text.contains("http://"), "{text}");
    for said in [
        knocker.door.get("/jwks", ""),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ] {
        let mut stream = TcpStream::connect(running.address()).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
        // An alert at most, in the clear.
        assert!(answer.len() <= 7, "{answer:?}");
    }
    assert!(Door::plain().await.running.address().ip().is_loopback());
}
