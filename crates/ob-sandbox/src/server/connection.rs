//! One connection: handshake, requests, limits.

use super::{
    Tls,
    docket::{Docket, RefusedHead},
    gate::Gate,
    limits::{BODY, HANDSHAKE, HEAD, IDLE, MAX_BODY, MAX_HEAD, MAX_HEADER_LIST, MAX_STREAMS},
    unread::{cut_off_body, large_body, slow_body, trailers},
};
use crate::{
    Sandbox,
    front::{self, Carrier},
    refused::Refused,
};
use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::State,
    response::Response,
};
use bytes::Bytes;
use http::{HeaderValue, Request, Version, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use std::sync::Arc;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
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
        let docket = Arc::new(Docket::default());
        let mut builder = Builder::new(TokioExecutor::new());
        // The gate has limits and timers of its own, all of them narrower: these never speak.
        // Who closes the sending side after a request still gets the answer.
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .half_close(true)
            .max_buf_size(2 * MAX_HEAD);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(MAX_HEADER_LIST)
            .max_concurrent_streams(MAX_STREAMS)
            .keep_alive_interval(IDLE)
            .keep_alive_timeout(IDLE);
        let asked = Asked {
            sandbox: self.sandbox.clone(),
            docket: Arc::clone(&docket),
        };
        let router = Router::new().fallback(answer).with_state(asked);
        let service = TowerToHyperService::new(router);
        let gate = Gate::new(stream, Arc::clone(&docket));
        let connection = builder.serve_connection(TokioIo::new(gate), service);
        let mut connection = std::pin::pin!(connection);
        let mut stopped = self.stopped.clone();
        let stop = async { stopped.wait_for(|stop| *stop).await.is_ok() };
        tokio::select! {
            _ = connection.as_mut() => return,
            () = silence(&docket) => return,
            _ = stop => connection.as_mut().graceful_shutdown(),
        }
        // The peer hung up or did not: the sandbox ends either way.
        let _ = connection.await;
    }
}

/// The sandbox behind one connection, and what its gate has to say.
#[derive(Clone)]
struct Asked {
    sandbox: Sandbox,
    docket: Arc<Docket>,
}

/// Ends when the peer did not begin to speak in time. The other timers start only once it is
/// known whether HTTP/1 or HTTP/2 is spoken: whoever says nothing, or stops within the preface,
/// would keep its seat for ever.
async fn silence(docket: &Docket) {
    if time::timeout(HEAD, docket.started()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// The one handler: reads the body within its limits and hands over.
async fn answer(State(asked): State<Asked>, request: Request<Body>) -> Response {
    asked.docket.start();
    let world = asked.sandbox.world();
    let version = request.version();
    let refuse = |head, refused| {
        let mut response = front::refuse_unread(world, head, refused);
        // What is left of the request is not read, so nothing can follow it. In HTTP/2 a stream
        // ends by itself.
        if version < Version::HTTP_2 {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        response
    };
    if let Some(RefusedHead { request, refused }) = asked.docket.next() {
        return refuse(request, refused).map(Body::from);
    }
    let (parts, body) = request.into_parts();
    let response = match read(body, &asked.docket).await {
        Ok(body) => {
            let request = Request::from_parts(parts, body);
            front::handle(world, request, Carrier::Socket).await
        }
        Err(refused) => refuse(Request::from_parts(parts, Bytes::new()), refused),
    };
    response.map(Body::from)
}

async fn read(body: Body, docket: &Docket) -> Result<Bytes, Refused> {
    // HTTP/2 says the length beforehand, too; in HTTP/1 the gate has looked.
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(large_body());
    }
    match time::timeout(BODY, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) if body.trailers().is_some() => Err(trailers()),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(large_body()),
        Ok(Err(_)) => Err(docket.stopped_body().unwrap_or_else(cut_off_body)),
        Err(_) => Err(slow_body()),
    }
}
