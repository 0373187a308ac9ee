use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A server on a loopback port that hands each connection to a closure. Dropping it stops
/// it and all its connections.
pub(crate) struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    heads: Heads,
    task: AbortHandle,
}

type Heads = Arc<Mutex<Vec<String>>>;

pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// One accepted connection.
pub(crate) struct Peer {
    pub(crate) io: Box<dyn Duplex>,
    /// 0 for the first connection of the server.
    pub(crate) number: usize,
    heads: Heads,
}

impl Server {
    /// Speaks whatever the closure speaks, without TLS.
    pub(crate) async fn plain<F, Fut>(serve: F) -> Self
    where
        F: Fn(Peer) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::on("127.0.0.1:0", serve).await
    }

    pub(crate) async fn on<F, Fut>(address: &str, serve: F) -> Self
    where
        F: Fn(Peer) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let serve = Arc::new(serve);
        Self::accept(listener, move |tcp, number, heads| {
            let serve = serve.clone();
            async move {
                serve(Peer {
                    io: Box::new(tcp),
                    number,
                    heads,
                })
                .await;
            }
        })
    }

    /// Like [`plain`](Self::plain), but dropping a connection resets it (RST).
    pub(crate) async fn resetting<F, Fut>(serve: F) -> Self
    where
        F: Fn(Peer) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let serve = Arc::new(serve);
        Self::accept(listener, move |tcp, number, heads| {
            tcp.set_zero_linger().unwrap();
            let serve = serve.clone();
            async move {
                serve(Peer {
                    io: Box::new(tcp),
                    number,
                    heads,
                })
                .await;
            }
        })
    }

    /// TLS first; a failed handshake is drained, so that its alert reaches the client.
    pub(crate) async fn tls<F, Fut>(config: Arc<rustls::ServerConfig>, serve: F) -> Self
    where
        F: Fn(Peer, TlsFacts) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let serve = Arc::new(serve);
        Self::accept(listener, move |tcp, number, heads| {
            let (config, serve) = (config.clone(), serve.clone());
            async move {
                match TlsAcceptor::from(config).accept(tcp).into_fallible().await {
                    Ok(tls) => {
                        let facts = TlsFacts::of(tls.get_ref().1);
                        serve(
                            Peer {
                                io: Box::new(tls),
                                number,
                                heads,
                            },
                            facts,
                        )
                        .await;
                    }
                    Err((_, mut tcp)) => drain(&mut tcp).await,
                }
            }
        })
    }

    fn accept<F, Fut>(listener: TcpListener, each: F) -> Self
    where
        F: Fn(TcpStream, usize, Heads) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let heads = Heads::default();
        let (count, log) = (connections.clone(), heads.clone());
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let number = count.fetch_add(1, Ordering::SeqCst);
                open.spawn(each(tcp, number, log.clone()));
            }
        });
        Self {
            address,
            connections,
            heads,
            task: task.abort_handle(),
        }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads of the requests read so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    /// Reads one request with its body; `None` when the client has closed.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.io.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        self.io.read_exact(&mut vec![0; length]).await.ok()?;
        self.heads.lock().unwrap().push(head.clone());
        Some(head)
    }

    /// Writes; a client that has gone away is not an error.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let written = self.io.write_all(bytes.as_ref()).await.is_ok();
        written && self.io.flush().await.is_ok()
    }

    /// A whole answer on a connection that stays open.
    pub(crate) async fn answer(&mut self, body: &str) -> bool {
        let length = body.len();
        self.write(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    /// Answers every request with the same body until the client closes.
    pub(crate) async fn serve(mut self, body: &str) {
        while self.request().await.is_some() {
            self.answer(body).await;
        }
    }

    /// Waits until the client has closed its side.
    pub(crate) async fn gone(&mut self) {
        drain(&mut self.io).await;
    }
}

/// What the handshake told the server.
pub(crate) struct TlsFacts {
    pub(crate) client_certificate: Option<Vec<u8>>,
    pub(crate) alpn: Option<String>,
    pub(crate) resumed: bool,
}

impl TlsFacts {
    fn of(connection: &rustls::ServerConnection) -> Self {
        let first = connection
            .peer_certificates()
            .and_then(|chain| chain.first());
        let alpn = connection.alpn_protocol().map(<[u8]>::to_vec);
        Self {
            client_certificate: first.map(|certificate| certificate.to_vec()),
            alpn: alpn.map(|name| String::from_utf8(name).unwrap()),
            resumed: connection.handshake_kind() == Some(rustls::HandshakeKind::Resumed),
        }
    }
}

async fn drain(io: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1024];
    while matches!(io.read(&mut buffer).await, Ok(read) if read > 0) {}
}
