//! What the client offers in its first TLS message, read byte by byte (R002, R003).

use ob_transport::{Http2, Transport};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::support::{PATIENCE, Pki, get};

/// A ClientHello (RFC 8446 section 4.1.2).
struct ClientHello {
    suites: Vec<u16>,
    compression: Vec<u8>,
    extensions: Vec<(u16, Vec<u8>)>,
}

/// Takes what it is asked for from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn number(&mut self, bytes: usize) -> usize {
        let taken = self.take(bytes).iter();
        taken.fold(0, |number, byte| (number << 8) | usize::from(*byte))
    }

    /// What stands behind a length of so many bytes.
    fn vector(&mut self, bytes: usize) -> &'a [u8] {
        let length = self.number(bytes);
        self.take(length)
    }
}

fn pairs(bytes: &[u8]) -> Vec<u16> {
    let pairs = bytes.chunks(2);
    pairs
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect()
}

impl ClientHello {
    fn parse(message: &[u8]) -> Self {
        let mut reader = Reader(message);
        assert_eq!(reader.number(1), 1, "a ClientHello");
        let mut hello = Reader(reader.vector(3));
        assert_eq!(hello.number(2), 0x0303, "the version of the message");
        hello.take(32);
        hello.vector(1);
        let suites = pairs(hello.vector(2));
        let compression = hello.vector(1).to_vec();
        let mut rest = Reader(hello.vector(2));
        let mut extensions = Vec::new();
        while !rest.0.is_empty() {
            let kind = u16::try_from(rest.number(2)).unwrap();
            extensions.push((kind, rest.vector(2).to_vec()));
        }
        Self {
            suites,
            compression,
            extensions,
        }
    }

    fn extension(&self, kind: u16) -> Option<&[u8]> {
        let mut found = self.extensions.iter().filter(|(given, _)| *given == kind);
        found.next().map(|(_, bytes)| bytes.as_slice())
    }
}

/// Serves over TLS and hands on the ClientHello of each connection; every answer ends its
/// connection, so that the next one resumes the session.
async fn listening(pki: &Pki) -> (String, mpsc::UnboundedReceiver<ClientHello>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let acceptor = TlsAcceptor::from(pki.server());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let mut head = [0; 5];
            while tcp.peek(&mut head).await.unwrap() < head.len() {}
            assert_eq!(head[0], 22, "a handshake record");
            let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
            let mut record = vec![0; head.len() + length];
            while tcp.peek(&mut record).await.unwrap() < record.len() {}
            tell.send(ClientHello::parse(&record[head.len()..]))
                .unwrap();
            let mut tls = acceptor.accept(tcp).await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"canary-body") {
                request.push(tls.read_u8().await.unwrap());
            }
            let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut tls, answer)
                .await
                .unwrap();
            // The tickets are sent with the answer; the client closes when it has read both.
            let _ = tls.read_to_end(&mut Vec::new()).await;
        }
    });
    (base, told)
}

const TLS13: [u16; 3] = [0x1301, 0x1302, 0x1303];

/// ECDHE with ECDSA or RSA and AES-128 or AES-256 in GCM.
const TLS12: [u16; 4] = [0xc02b, 0xc02c, 0xc02f, 0xc030];

/// TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746): no suite, but the promise to be safe.
const SCSV: u16 = 0x00ff;

/// The client offers TLS 1.3 and 1.2 and no older version; the suites of TLS 1.3 and, of TLS
/// 1.2, ECDHE with AES-GCM alone; no compression and no early data, in a resumed session
/// neither; and it always says which server it means.
///
/// Rows: R002, R003
#[tokio::test]
async fn the_first_message_offers_what_bcp_195_recommends() {
    for http2 in [Http2::Auto, Http2::Off] {
        let pki = Pki::new();
        let (base, mut told) = listening(&pki).await;
        let base = base.replace("127.0.0.1", "localhost");
        let transport = pki.client().http2(http2).build().unwrap();
        for round in 0..3 {
            let request = transport.send(get(&base));
            tokio::time::timeout(PATIENCE, request)
                .await
                .unwrap()
                .unwrap();
            let hello = told.recv().await.unwrap();

            let allowed = |suite: &u16| TLS13.contains(suite) || TLS12.contains(suite);
            let strange = hello.suites.iter().filter(|s| !allowed(s) && **s != SCSV);
            assert_eq!(strange.count(), 0, "{:04x?}", hello.suites);
            for suite in TLS13.iter().chain(&TLS12) {
                assert!(hello.suites.contains(suite), "{suite:04x} is missing");
            }
            assert_eq!(hello.compression, [0], "null compression alone");
            let versions = hello.extension(43).map(|list| pairs(&list[1..]));
            assert_eq!(versions.unwrap(), [0x0304, 0x0303], "supported_versions");
            assert!(hello.extension(42).is_none(), "early_data");
            let name = hello.extension(0).expect("server_name");
            assert!(name.ends_with(b"localhost"), "{name:?}");
            // Extended master secret (RFC 7627), without which TLS 1.2 sessions can be mixed up.
            assert!(hello.extension(23).is_some());
            let resumes = hello.extension(41).is_some();
            assert_eq!(resumes, round > 0, "pre_shared_key in round {round}");
        }
    }
}
