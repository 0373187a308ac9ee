//! A server on loopback that plays a script, byte by byte, and records every byte it receives.

use crate::request::Request;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
};

/// What the server does after a request; when all is done it waits for the next request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Writes these bytes again and again, until the client closes.
    Flood(Vec<u8>),
    /// Waits until the client closes.
    Gone,
    /// Closes, properly.
    Close,
    /// Resets the connection.
    Reset,
}

pub(crate) type Reply = Vec<Step>;

/// A running server; dropping it ends it and its connections.
pub(crate) struct Hostile {
    address: SocketAddr,
    log: Arc<Log>,
    task: AbortHandle,
}

struct Log {
    requests: Mutex<Vec<Request>>,
    received: Mutex<Vec<u8>>,
    written: AtomicU64,
    /// Connections that were accepted, and those of them that have ended.
    connections: watch::Sender<(usize, usize)>,
}

type Script = Arc<dyn Fn(usize, &Request) -> Reply + Send + Sync>;

impl Hostile {
    /// Answers the n-th request (from 0) with what the script says.
    pub(crate) async fn start(
        script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::on("127.0.0.1:0", script).await
    }

    pub(crate) async fn on(
        address: &str,
        script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Log {
            requests: Mutex::default(),
            received: Mutex::default(),
            written: AtomicU64::new(0),
            connections: watch::Sender::new((0, 0)),
        });
        let task = tokio::spawn(accept(listener, Arc::new(script), Arc::clone(&log)));
        Self {
            address,
            log,
            task: task.abort_handle(),
        }
    }

    /// Answers every request so.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// Answers with this list; the last of it is repeated.
    pub(crate) async fn list(replies: Vec<Reply>) -> Self {
        Self::start(move |n, _| replies[n.min(replies.len() - 1)].clone()).await
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests that arrived whole, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.requests.lock().unwrap().clone()
    }

    /// For each of them, the number of the connection it came on.
    pub(crate) fn connections_used(&self) -> Vec<usize> {
        let requests = self.requests();
        requests.iter().map(|request| request.connection).collect()
    }

    /// Every byte that arrived, on whichever connection.
    pub(crate) fn received(&self) -> String {
        String::from_utf8_lossy(&self.log.received.lock().unwrap()).into_owned()
    }

    /// How many bytes the network took from the server.
    pub(crate) fn written(&self) -> u64 {
        self.log.written.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.borrow().0
    }

    /// Waits until this many connections have ended.
    pub(crate) async fn ended(&self, count: usize) {
        let mut connections = self.log.connections.subscribe();
        connections
            .wait_for(|(_, ended)| *ended >= count)
            .await
            .unwrap();
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, script: Script, log: Arc<Log>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = log.connections.borrow().0;
        log.connections.send_modify(|(accepted, _)| *accepted += 1);
        let (script, log) = (Arc::clone(&script), Arc::clone(&log));
        open.spawn(async move {
            serve(stream, number, &script, &log).await;
            log.connections.send_modify(|(_, ended)| *ended += 1);
        });
    }
}

async fn serve(mut stream: TcpStream, connection: usize, script: &Script, log: &Log) {
    stream.set_nodelay(true).unwrap();
    let mut unread = Vec::new();
    while let Some(bytes) = whole_request(&mut stream, &mut unread, log).await {
        let request = Request::new(connection, bytes);
        let n = {
            let mut requests = log.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        for step in script(n, &request) {
            if !play(&mut stream, step, log).await {
                return;
            }
        }
    }
}

/// Whether the connection goes on.
async fn play(stream: &mut TcpStream, step: Step, log: &Log) -> bool {
    match step {
        Step::Write(bytes) => write(stream, &bytes, log).await,
        Step::Flood(bytes) => {
            let many = bytes.repeat((16 * 1024 / bytes.len()).max(1));
            while write(stream, &many, log).await {}
            false
        }
        Step::Gone => {
            while read(stream, &mut Vec::new(), log).await {}
            false
        }
        Step::Close => false,
        Step::Reset => {
            stream.set_zero_linger().unwrap();
            false
        }
    }
}

async fn write(stream: &mut TcpStream, bytes: &[u8], log: &Log) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        match stream.write(rest).await {
            Ok(0) | Err(_) => return false,
            Ok(n) => {
                log.written.fetch_add(n as u64, Ordering::SeqCst);
                rest = &rest[n..];
            }
        }
    }
    true
}

/// One request with its body, or nothing when the client has closed.
async fn whole_request(stream: &mut TcpStream, unread: &mut Vec<u8>, log: &Log) -> Option<Vec<u8>> {
    loop {
        if let Some(length) = Request::whole(unread) {
            let rest = unread.split_off(length);
            return Some(std::mem::replace(unread, rest));
        }
        if !read(stream, unread, log).await {
            return None;
        }
    }
}

async fn read(stream: &mut TcpStream, into: &mut Vec<u8>, log: &Log) -> bool {
    let mut piece = [0; 4096];
    match stream.read(&mut piece).await {
        Ok(0) | Err(_) => false,
        Ok(n) => {
            into.extend_from_slice(&piece[..n]);
            log.received.lock().unwrap().extend_from_slice(&piece[..n]);
            true
        }
    }
}

/// Exactly these bytes; the connection stays open.
pub(crate) fn bytes(text: impl AsRef<[u8]>) -> Reply {
    vec![Step::Write(text.as_ref().to_vec())]
}

/// A whole answer; the connection stays open.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    bytes(format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    ))
}

/// A whole JSON answer; the connection stays open.
pub(crate) fn json(status: &str, body: &str) -> Reply {
    http(status, "Content-Type: application/json\r\n", body)
}
