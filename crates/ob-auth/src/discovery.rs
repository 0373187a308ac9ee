//! Finding an authorization server by its issuer identifier (RFC 8414).

mod endpoint;
mod error;
mod metadata;

pub use error::DiscoveryError;
pub use metadata::ServerMetadata;

use crate::{AuthorizationServer, BuildError, moment::Moment};
use bytes::Bytes;
use endpoint::Endpoint;
use http::{Request, Uri, header::ACCEPT};
use ob_core::SharedClock;
use ob_transport::SharedTransport;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Finds an authorization server from its issuer identifier alone.
///
/// The metadata document is fetched from `/.well-known/oauth-authorization-server`, which is put
/// between the issuer's host and its path (RFC 8414 section 3.1). What it says is used only if it
/// names that very issuer, byte for byte (R026, R170); endpoints must be https; the algorithms it
/// accepts are compared with the keys when an authorizer is built (R084). Nothing is guessed and
/// nothing is settable beside the issuer (R024): when the document cannot be had, there is no
/// server. A `signed_metadata` member is ignored, as is every unknown one.
///
/// The issuer itself comes from your configuration, never from an answer (R025).
///
/// ```
/// use bytes::Bytes;
/// use ob_auth::Discovery;
/// use ob_transport::{SharedTransport, testing};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A stand-in for the server; in production, `HyperTransport`.
/// let transport = SharedTransport::new(testing::from_fn(|request| async move {
///     assert_eq!(request.uri(), "https://as.example/.well-known/oauth-authorization-server/t1");
///     let document = r#"{
///         "issuer": "https://as.example/t1",
///         "token_endpoint": "https://tokens.example/t1",
///         "dpop_signing_alg_values_supported": ["ES256", "PS256"]
///     }"#;
///     let answer = http::Response::builder().header("content-type", "application/json");
///     Ok(answer.body(Bytes::from(document)).unwrap())
/// }));
///
/// let discovery = Discovery::new("https://as.example/t1")?;
/// let server = discovery.server(&transport).await?;
/// assert_eq!(server.issuer(), "https://as.example/t1");
/// assert_eq!(server.token_url(), "https://tokens.example/t1");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Discovery {
    issuer: Endpoint,
    url: Uri,
    http_on_loopback: bool,
    time_to_live: Duration,
    clock: SharedClock,
    kept: Mutex<Option<(ServerMetadata, Moment)>>,
}

impl Discovery {
    /// A search for the server with this issuer identifier. Nothing is sent yet.
    ///
    /// # Errors
    /// `OB-N102` for an issuer that is not an https URL, or that carries user information, a
    /// query or a fragment (RFC 8414 section 2). Plain http to a loopback address passes here and
    /// is refused when it is fetched, unless [`allow_http_on_loopback`] was called.
    ///
    /// [`allow_http_on_loopback`]: Self::allow_http_on_loopback
    pub fn new(issuer: impl Into<String>) -> Result<Self, BuildError> {
        let issuer = Endpoint::issuer(issuer.into())?;
        let url = issuer.well_known()?;
        Ok(Self {
            issuer,
            url,
            http_on_loopback: false,
            time_to_live: TIME_TO_LIVE,
            clock: SharedClock::system(),
            kept: Mutex::default(),
        })
    }

    /// Allows plain http to loopback addresses, for the issuer and for what it names: for a
    /// sandbox on this machine. Any other plain http stays refused (R001).
    #[must_use]
    pub fn allow_http_on_loopback(mut self) -> Self {
        self.http_on_loopback = true;
        self
    }

    /// How long a document is kept (R171). Default: an hour.
    #[must_use]
    pub fn time_to_live(mut self, time_to_live: Duration) -> Self {
        self.time_to_live = time_to_live;
        self
    }

    /// The clock that the keeping is measured by. Default: the operating system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Into<SharedClock>) -> Self {
        self.clock = clock.into();
        self
    }

    /// Where the document is.
    #[must_use]
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// The server, for [`Authorizer::builder`](crate::Authorizer::builder).
    ///
    /// # Errors
    /// See [`metadata`](Self::metadata).
    pub async fn server(
        &self,
        transport: &SharedTransport,
    ) -> Result<AuthorizationServer, DiscoveryError> {
        Ok(self.metadata(transport).await?.into_server())
    }

    /// The checked metadata: kept, or fetched. A document that is older than the time to live is
    /// fetched again, and if that fails, the call fails: an old document is no fallback.
    ///
    /// # Errors
    /// `OB-N101` for a redirect, `OB-N102` for an endpoint that is not https, `OB-N106` for more
    /// than 256 KiB, `OB-A502` for another status than 200, another content type than
    /// `application/json`, or a document that is not strict JSON, names another issuer or lacks
    /// what is needed; `OB-N103`, `OB-N104`, `OB-N105` or `OB-N504` when no answer came.
    pub async fn metadata(
        &self,
        transport: &SharedTransport,
    ) -> Result<ServerMetadata, DiscoveryError> {
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        let fetched = self.fetch(transport).await?;
        let until = Moment::now(&self.clock).after(self.time_to_live);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((fetched.clone(), until));
        Ok(fetched)
    }

    fn kept(&self) -> Option<ServerMetadata> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Moment::now(&self.clock);
        kept.as_ref()
            .filter(|(_, until)| !until.has_come(now))
            .map(|(metadata, _)| metadata.clone())
    }

    async fn fetch(&self, transport: &SharedTransport) -> Result<ServerMetadata, DiscoveryError> {
        self.issuer.admit("the issuer", self.http_on_loopback)?;
        let request = Request::get(self.url.clone())
            .header(ACCEPT, "application/json")
            .body(Bytes::new())
            .map_err(DiscoveryError::unsendable)?;
        let answer = transport.send(request).await;
        let answer = answer.map_err(DiscoveryError::no_answer)?;
        ServerMetadata::read(&answer, &self.issuer, self.http_on_loopback)
    }
}

/// Long enough to spare the server, short enough to follow a move within a shift.
const TIME_TO_LIVE: Duration = Duration::from_secs(3600);
