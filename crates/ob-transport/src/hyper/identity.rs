use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

use super::tls::{certificates, pem_error, provider};
use crate::BuildError;

/// A client certificate with its key, replaceable while requests run (mutual TLS).
///
/// Clones share one slot. New connections present what is in the slot; connections already
/// open keep the certificate they were opened with until they are closed as idle.
/// Session resumption is off for a transport with a client certificate, because a resumed
/// session would carry the old one on.
///
/// # Examples
///
/// ```
/// use ob_transport::{ClientIdentity, HyperTransport};
///
/// # fn made() -> (String, String) {
/// #     let made = rcgen::generate_simple_self_signed(["client".to_owned()]).unwrap();
/// #     (made.cert.pem(), made.signing_key.serialize_pem())
/// # }
/// # fn main() -> Result<(), ob_transport::BuildError> {
/// # let (chain, key) = made();
/// # let (next_chain, next_key) = made();
/// let identity = ClientIdentity::from_pem(&chain, &key)?;
/// let transport = HyperTransport::builder()
///     .client_identity(&identity)
///     .allow_http_on_loopback()
///     .build()?;
///
/// // Later, while requests run:
/// identity.replace_pem(&next_chain, &next_key)?;
///
/// let error = identity.replace_pem(&next_chain, &key).unwrap_err();
/// assert_eq!(error.found(), "a key that does not match the certificate");
/// # let _ = transport;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientIdentity(Arc<Slot>);

impl ClientIdentity {
    /// Reads a certificate chain, end entity first, and its key (PKCS#8, SEC1 or PKCS#1).
    ///
    /// # Errors
    ///
    /// [`BuildError`] where a text is not readable PEM, the key is of an unsupported kind,
    /// or the key does not belong to the first certificate. The texts are not echoed.
    pub fn from_pem(chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        let pair = certified(chain.as_ref(), key.as_ref())?;
        Ok(Self(Arc::new(Slot(RwLock::new(pair)))))
    }

    /// Replaces certificate and key; every connection opened from now on presents them.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem); the present certificate then stays in use.
    pub fn replace_pem(
        &self,
        chain: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<(), BuildError> {
        let pair = certified(chain.as_ref(), key.as_ref())?;
        *self.0.0.write().unwrap_or_else(PoisonError::into_inner) = pair;
        Ok(())
    }

    pub(super) fn resolver(&self) -> Arc<dyn ResolvesClientCert> {
        self.0.clone()
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity(..)")
    }
}

struct Slot(RwLock<Arc<CertifiedKey>>);

impl ResolvesClientCert for Slot {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(
            self.0
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot(..)")
    }
}

fn certified(chain: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, BuildError> {
    let chain = certificates("client certificate", chain)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| {
        let needed = "an unencrypted pem key: PRIVATE KEY, EC PRIVATE KEY or RSA PRIVATE KEY";
        BuildError::new("client key", pem_error(&error), needed)
    })?;
    match CertifiedKey::from_der(chain, key, &provider()) {
        Ok(pair) => Ok(Arc::new(pair)),
        Err(error) => Err(unusable(&error)),
    }
}

fn unusable(error: &rustls::Error) -> BuildError {
    match error {
        rustls::Error::InconsistentKeys(_) => BuildError::new(
            "client key",
            "a key that does not match the certificate",
            "the private key of the first certificate in the chain",
        ),
        rustls::Error::InvalidCertificate(_) => BuildError::new(
            "client certificate",
            "a CERTIFICATE block that is not X.509",
            "an X.509 certificate",
        ),
        _ => BuildError::new(
            "client key",
            "a key of an unsupported kind",
            "an ECDSA P-256, P-384 or P-521, Ed25519 or RSA (2048 bits or more) key",
        ),
    }
}
