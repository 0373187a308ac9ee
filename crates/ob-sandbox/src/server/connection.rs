//! One connection: handshake, requests, limits.

use super::Tls;
use crate::{
    Sandbox,
    front::{self, Carrier},
    refused::{Refused, because},
};
use axum::{Router, body::Body, extract::State, response::Response};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{Notify, watch},
    time,
};

/// How connections are served.
#[derive(Debug)]
pub(super) struct Connections {
    sandbox: Sandbox,
    tls: Option<Tls>,
    stopped: watch::Receiver<bool>,
}

impl Connections {
    pub(super) fn new(sandbox: Sandbox, tls: Option<Tls>, stopped: watch::Receiver<bool>) -> Self {
        Self {
            sandbox,
            tls,
            stopped,
        }
    }

    /// Serves one connection to its end. What goes wrong on the wire ends this connection only.
    pub(super) async fn serve(&self, stream: TcpStream) {
        // Small answers should not wait for more; a socket that refuses the option still works.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.speak(stream).await;
        };
        if let Ok(Ok(stream)) = time::timeout(HANDSHAKE, tls.acceptor.accept(stream)).await {
            self.speak(stream).await;
        }
    }

    async fn speak(&self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static) {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_buf_size(MAX_HEADERS);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(MAX_HEADER_LIST)
            .max_concurrent_streams(MAX_STREAMS)
            .keep_alive_interval(HEADERS)
            .keep_alive_timeout(HEADERS);
        let (asked, first) = Asked::new(&self.sandbox);
        let router = Router::new().fallback(answer).with_state(asked);
        let service = TowerToHyperService::new(router);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let mut stopped = self.stopped.clone();
        let stop = async { stopped.wait_for(|stop| *stop).await.is_ok() };
        tokio::select! {
            _ = connection.as_mut() => return,
            () = silence(&first) => return,
            _ = stop => connection.as_mut().graceful_shutdown(),
        }
        // The peer hung up or did not: the sandbox ends either way.
        let _ = connection.await;
    }
}

/// The sandbox behind one connection, and word of its first request.
#[derive(Clone)]
struct Asked {
    sandbox: Sandbox,
    first: Arc<Notify>,
}

impl Asked {
    fn new(sandbox: &Sandbox) -> (Self, Arc<Notify>) {
        let first = Arc::new(Notify::new());
        let asked = Self {
            sandbox: sandbox.clone(),
            first: Arc::clone(&first),
        };
        (asked, first)
    }
}

/// Ends when no request came in time. The timeouts of HTTP/1 and HTTP/2 start only once it is
/// known which of them is spoken: whoever says nothing, or stops within the preface, would keep
/// its seat for ever.
async fn silence(first: &Notify) {
    if time::timeout(HEADERS, first.notified()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// The one handler: reads the body within its limits and hands over.
async fn answer(State(asked): State<Asked>, request: Request<Body>) -> Response {
    asked.first.notify_one();
    let sandbox = &asked.sandbox;
    let (parts, body) = request.into_parts();
    let read = time::timeout(BODY, Limited::new(body, MAX_BODY).collect()).await;
    let response = match read {
        Ok(Ok(body)) => {
            let request = Request::from_parts(parts, body.to_bytes());
            front::handle(sandbox.world(), request, Carrier::Socket).await
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let head = Request::from_parts(parts, Bytes::new());
            front::refuse_unread(sandbox.world(), head, too_large())
        }
        Ok(Err(_)) | Err(_) => {
            let head = Request::from_parts(parts, Bytes::new());
            front::refuse_unread(sandbox.world(), head, too_slow())
        }
    };
    response.map(Body::from)
}

fn too_large() -> Refused {
    Refused::gateway(
        StatusCode::PAYLOAD_TOO_LARGE,
        ("BAD_REQUEST", "the body is too large"),
        because("R147", "body")
            .expected(format!("at most {MAX_BODY} bytes"))
            .found("more"),
    )
}

fn too_slow() -> Refused {
    Refused::gateway(
        StatusCode::REQUEST_TIMEOUT,
        ("BAD_REQUEST", "the body did not arrive"),
        because("R147", "body")
            .expected("a whole body within 10 s")
            .found("an unfinished one"),
    )
}

/// Token, proof and the rest of an honest request need 4 KiB of headers (R147).
const MAX_HEADERS: usize = 32 * 1024;
const MAX_HEADER_LIST: u32 = 32 * 1024;
/// An honest body has 4 KiB at most; an assertion may have 8 (R147).
const MAX_BODY: usize = 64 * 1024;
const MAX_STREAMS: u32 = 256;
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Also how long an idle connection is kept: longer than a client waits between two calls.
const HEADERS: Duration = Duration::from_secs(30);
const BODY: Duration = Duration::from_secs(10);
