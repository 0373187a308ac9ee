use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use self::failure::NotLoopback;
use self::resolve::LoopbackResolver;
use super::tls::Tls;
use crate::BuildError;

pub(super) use self::failure::{BoxError, ConnectFailure};

mod failure;
mod resolve;

type Stream = TokioIo<TcpStream>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, ConnectFailure>> + Send>>;

/// Resolves, connects and shakes hands within one time limit, and says which step failed.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Tcp>,
    no_roots: Option<String>,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(tls: Tls<'_>, limit: Duration) -> Result<Self, BuildError> {
        let no_roots = tls.roots.why_absent();
        let https = HttpsConnector::from((Tcp::new(limit), tls.config()?));
        Ok(Self {
            https,
            no_roots,
            limit,
        })
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = ConnectFailure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectFailure>> {
        self.https.poll_ready(cx).map_err(ConnectFailure::of_https)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let is_https = uri.scheme_str() == Some("https");
        if let Some(why) = self.no_roots.clone().filter(|_| is_https) {
            return Box::pin(async { Err(ConnectFailure::NoRoots(why)) });
        }
        let limit = self.limit;
        let connecting = self.https.call(uri);
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(stream) => stream.map_err(ConnectFailure::of_https),
                Err(_) => Err(ConnectFailure::TooLate(limit)),
            }
        })
    }
}

/// The TCP step. Plain http resolves names through a resolver that answers with loopback
/// addresses or not at all.
#[derive(Clone)]
pub(super) struct Tcp {
    any: HttpConnector,
    loopback: HttpConnector<LoopbackResolver>,
}

impl Tcp {
    fn new(limit: Duration) -> Self {
        Self {
            any: tuned(HttpConnector::new(), limit),
            loopback: tuned(
                HttpConnector::new_with_resolver(LoopbackResolver::new()),
                limit,
            ),
        }
    }
}

fn tuned<R>(mut tcp: HttpConnector<R>, limit: Duration) -> HttpConnector<R> {
    tcp.enforce_http(false);
    // A small request must not wait for the acknowledgement of an earlier one.
    tcp.set_nodelay(true);
    // Shared out over the addresses of a name, so that one dead address leaves time for the
    // next.
    tcp.set_connect_timeout(Some(limit));
    tcp
}

impl Service<Uri> for Tcp {
    type Response = Stream;
    type Error = ConnectFailure;
    type Future = Connecting<Stream>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectFailure>> {
        self.any.poll_ready(cx).map_err(ConnectFailure::tcp)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        if uri.scheme_str() == Some("https") {
            let connecting = self.any.call(uri);
            return Box::pin(async { connecting.await.map_err(ConnectFailure::tcp) });
        }
        let connecting = self.loopback.call(uri);
        Box::pin(async { connecting.await.map_err(ConnectFailure::tcp) })
    }
}
