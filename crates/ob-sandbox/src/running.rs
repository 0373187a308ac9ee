//! A sandbox that listens.

use crate::{
    BuildError, Sandbox, SandboxBuilder,
    base::Base,
    descriptor_files::{self, Files},
    server::{self, ServerHandle, Tls, TlsError},
};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};
use tokio::net::TcpListener;

/// A sandbox that listens on the loopback address until it is dropped or shut down.
#[derive(Debug)]
pub struct RunningSandbox {
    sandbox: Sandbox,
    address: SocketAddr,
    ca_pem: Option<String>,
    server: ServerHandle,
}

impl RunningSandbox {
    pub(crate) async fn start(builder: SandboxBuilder) -> Result<Self, StartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, builder.port)).await?;
        let address = listener.local_addr()?;
        let tls = builder.tls.then(Tls::generate).transpose()?;
        let base = Base::listening(tls.is_some(), address.port());
        let sandbox = builder.build_at(base)?;
        let ca_pem = tls.as_ref().map(|tls| tls.ca_pem().to_owned());
        let server = server::spawn(sandbox.clone(), listener, tls);
        Ok(Self {
            sandbox,
            address,
            ca_pem,
            server,
        })
    }

    /// The sandbox itself: controls, counters, explanations. Clone it to keep it.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// See [`Sandbox::issuer`].
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.sandbox.issuer()
    }

    /// See [`Sandbox::token_url`].
    #[must_use]
    pub fn token_url(&self) -> String {
        self.sandbox.token_url()
    }

    /// See [`Sandbox::api_base`].
    #[must_use]
    pub fn api_base(&self) -> &str {
        self.sandbox.api_base()
    }

    /// See [`Sandbox::jwks_uri`].
    #[must_use]
    pub fn jwks_uri(&self) -> String {
        self.sandbox.jwks_uri()
    }

    /// See [`Sandbox::metadata_url`].
    #[must_use]
    pub fn metadata_url(&self) -> String {
        self.sandbox.metadata_url()
    }

    /// See [`Sandbox::explain_url`].
    #[must_use]
    pub fn explain_url(&self) -> String {
        self.sandbox.explain_url()
    }

    /// The certificate authority to trust, in PEM, where https is served.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Writes `sandbox.json` (schema `ob.sandbox/1`) into `dir`, and before it the files it
    /// names: `integrator.jwk.json`, the private key, readable by the owner only whatever the
    /// umask, and `ca.pem` where https is served. Each file appears whole or not at all.
    /// Gives the path of `sandbox.json`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_descriptor(&self, dir: impl AsRef<Path>) -> io::Result<PathBuf> {
        let integrator = self.sandbox.integrator();
        let jwk = integrator.key.to_private_jwk();
        let key = jwk.to_json().map_err(io::Error::other)?;
        let files = Files {
            descriptor: self.sandbox.descriptor(),
            key: &key,
            ca: self.ca_pem(),
        };
        descriptor_files::write(dir.as_ref(), files)
    }

    /// Stops listening, lets the requests at hand finish (for at most five seconds) and returns.
    /// Dropping the value instead stops at once.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

/// A sandbox could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot be started")]
pub struct StartError {
    #[source]
    source: StartErrorKind,
}

#[derive(Debug, thiserror::Error)]
enum StartErrorKind {
    #[error("the loopback port cannot be opened")]
    Socket(#[source] io::Error),
    #[error("no certificate could be made")]
    Tls(#[source] TlsError),
    #[error(transparent)]
    Build(BuildError),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self {
            source: StartErrorKind::Socket(error),
        }
    }
}

impl From<TlsError> for StartError {
    fn from(error: TlsError) -> Self {
        Self {
            source: StartErrorKind::Tls(error),
        }
    }
}

impl From<BuildError> for StartError {
    fn from(error: BuildError) -> Self {
        Self {
            source: StartErrorKind::Build(error),
        }
    }
}
