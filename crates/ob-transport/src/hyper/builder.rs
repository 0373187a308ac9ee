use std::fmt;
use std::num::NonZeroU8;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::admit::Admission;
use super::connect::Connector;
use super::identity::ClientIdentity;
use super::tls::{Roots, Tls};
use super::{Client, HyperTransport, Inner, Limits, Shards};
use crate::BuildError;

/// Which protocol versions are offered to a server (over TLS, by ALPN; plain http is
/// always HTTP/1.1).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Http2 {
    /// HTTP/2 where the server takes it, else HTTP/1.1.
    ///
    /// Requests that start together before the first handshake with a server may each open
    /// a connection, because what it speaks is not known yet; later ones share one.
    #[default]
    Auto,
    /// HTTP/1.1 only.
    Off,
}

/// Settings of a [`HyperTransport`]; made by [`HyperTransport::builder`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use ob_transport::{Http2, HyperTransport};
///
/// # fn main() -> Result<(), ob_transport::BuildError> {
/// let transport = HyperTransport::builder()
///     .http2(Http2::Off)
///     .connect_timeout(Duration::from_secs(2))
///     .total_timeout(Duration::from_secs(10))
///     .max_response_bytes(1024 * 1024)
///     .allow_http_on_loopback()
///     .build()?;
/// # let _ = transport;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct HyperTransportBuilder {
    roots: RootsSetting,
    identity: IdentitySetting,
    http2: Http2,
    shards: NonZeroU8,
    limits: Limits,
    admission: Admission,
}

#[derive(Clone)]
enum RootsSetting {
    Platform,
    Pem(Vec<u8>),
}

#[derive(Clone)]
enum IdentitySetting {
    None,
    Given(ClientIdentity),
    Unusable(BuildError),
}

impl Default for HyperTransportBuilder {
    fn default() -> Self {
        Self {
            roots: RootsSetting::Platform,
            identity: IdentitySetting::None,
            http2: Http2::Auto,
            shards: NonZeroU8::MIN,
            limits: Limits {
                // Three TCP retransmissions (1 + 2 + 4 s) do not fit; one lost SYN does.
                connect: Duration::from_secs(5),
                total: Duration::from_secs(30),
                response_bytes: 8 * 1024 * 1024,
            },
            admission: Admission::default(),
        }
    }
}

impl HyperTransportBuilder {
    /// Trusts the certificate authorities of the operating system (the default).
    ///
    /// They are read once, by [`build`](Self::build). On Linux the environment variables
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` choose other files.
    #[must_use]
    pub fn platform_roots(mut self) -> Self {
        self.roots = RootsSetting::Platform;
        self
    }

    /// Trusts exactly the certificate authorities in this PEM text, and not those of the
    /// operating system.
    #[must_use]
    pub fn roots_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots = RootsSetting::Pem(pem.as_ref().to_vec());
        self
    }

    /// Presents a client certificate: the chain, end entity first, and its key, both PEM.
    ///
    /// To replace it later, ask [`HyperTransport::client_identity`], or make the
    /// [`ClientIdentity`] first and give it to [`client_identity`](Self::client_identity).
    #[must_use]
    pub fn client_identity_pem(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = match ClientIdentity::from_pem(chain, key) {
            Ok(identity) => IdentitySetting::Given(identity),
            Err(error) => IdentitySetting::Unusable(error),
        };
        self
    }

    /// Presents a client certificate that the caller keeps a handle to.
    #[must_use]
    pub fn client_identity(mut self, identity: &ClientIdentity) -> Self {
        self.identity = IdentitySetting::Given(identity.clone());
        self
    }

    /// Which protocol versions are offered. Default: [`Http2::Auto`].
    #[must_use]
    pub fn http2(mut self, http2: Http2) -> Self {
        self.http2 = http2;
        self
    }

    /// How many connection pools are used in turn. Default: 1.
    ///
    /// A pool opens *one* HTTP/2 connection per origin; a server that allows few streams
    /// per connection, or one core busy with one TLS session, is a reason for more.
    #[must_use]
    pub fn shards(mut self, shards: NonZeroU8) -> Self {
        self.shards = shards;
        self
    }

    /// Longest time for name resolution, TCP and TLS handshake together. Default: 5 s.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Longest time for the whole exchange: waiting for a connection, connecting, sending,
    /// and reading the answer to its last byte (R166). Default: 30 s.
    #[must_use]
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.limits.total = limit;
        self
    }

    /// Largest answer body accepted, in bytes (R166). Default: 8 MiB.
    ///
    /// A larger one is refused as soon as it is known: by its `Content-Length`, else at the
    /// first byte too many. The head is limited by itself: 100 fields, 64 KiB.
    #[must_use]
    pub fn max_response_bytes(mut self, limit: usize) -> Self {
        self.limits.response_bytes = limit;
        self
    }

    /// Allows plain http to 127.0.0.0/8, `[::1]` and `localhost` (R001), for a server on
    /// the same machine. `localhost` must resolve to loopback addresses only.
    ///
    /// This never allows plain http to another host. It also lets
    /// [`build`](Self::build) succeed where the operating system has no certificate
    /// authorities; https requests then fail with kind `Tls`.
    #[must_use]
    pub fn allow_http_on_loopback(mut self) -> Self {
        self.admission.http_on_loopback = true;
        self
    }

    /// Makes the transport. Opens no connection.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names the setting, what was found and what is needed: a limit of
    /// zero, a PEM text without a usable certificate or key, a key that does not belong to
    /// its certificate, an operating system without certificate authorities.
    pub fn build(self) -> Result<HyperTransport, BuildError> {
        self.limits.check()?;
        let identity = self.identity.get()?;
        let tls = Tls {
            roots: self.roots.load(self.admission.http_on_loopback)?,
            identity: identity.as_ref(),
            http2: self.http2 == Http2::Auto,
        };
        let connector = Connector::new(tls, self.limits.connect)?;
        Ok(HyperTransport(Arc::new(Inner {
            clients: shards(self.shards, &connector),
            admission: self.admission,
            limits: self.limits,
            identity,
        })))
    }
}

impl RootsSetting {
    fn load(&self, may_be_absent: bool) -> Result<Roots, BuildError> {
        match self {
            Self::Pem(pem) => Roots::from_pem(pem),
            Self::Platform => match Roots::platform() {
                Err(error) if may_be_absent => Ok(Roots::absent(&error)),
                roots => roots,
            },
        }
    }
}

impl IdentitySetting {
    fn get(self) -> Result<Option<ClientIdentity>, BuildError> {
        match self {
            Self::None => Ok(None),
            Self::Given(identity) => Ok(Some(identity)),
            Self::Unusable(error) => Err(error),
        }
    }
}

/// Not the text: a key pasted in the wrong place must not reach a log.
impl fmt::Debug for RootsSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform => f.write_str("Platform"),
            Self::Pem(pem) => write!(f, "Pem({} bytes)", pem.len()),
        }
    }
}

impl fmt::Debug for IdentitySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Given(identity) => identity.fmt(f),
            Self::Unusable(error) => error.fmt(f),
        }
    }
}

impl Limits {
    fn check(&self) -> Result<(), BuildError> {
        let duration = "a duration above zero";
        match () {
            () if self.connect.is_zero() => {
                Err(BuildError::new("connect timeout", "zero", duration))
            }
            () if self.total.is_zero() => Err(BuildError::new("total timeout", "zero", duration)),
            () if self.response_bytes == 0 => Err(BuildError::new(
                "response limit",
                "zero",
                "at least one byte",
            )),
            () => Ok(()),
        }
    }
}

fn shards(count: NonZeroU8, connector: &Connector) -> Shards {
    Shards {
        first: client(connector.clone()),
        others: (1..count.get())
            .map(|_| client(connector.clone()))
            .collect(),
        turn: AtomicUsize::new(0),
    }
}

fn client(connector: Connector) -> Client {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .http1_max_buf_size(HEAD_BYTES as usize)
        .http2_max_header_list_size(HEAD_BYTES)
        .http2_keep_alive_interval(PING_AFTER)
        .http2_keep_alive_timeout(PING_TIMEOUT)
        .build(connector)
}

/// Below the 60 s after which common load balancers drop an idle connection: we close
/// first, so that no request meets a closing one.
const IDLE: Duration = Duration::from_secs(50);

/// Idle HTTP/1.1 connections kept per host; more are closed when a burst is over.
const IDLE_PER_HOST: usize = 32;

/// Largest head of an answer. Real ones are below 8 KiB; for HTTP/1.1 it is also the size
/// of the read buffer.
const HEAD_BYTES: u32 = 64 * 1024;

/// A busy HTTP/2 connection that is silent this long is pinged: a path that died without a
/// reset would else cost every request its total timeout.
const PING_AFTER: Duration = Duration::from_secs(20);

/// And given up when the ping is not answered for this long.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
