//! Certificates of the sandbox's own making.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::{net::Ipv4Addr, sync::Arc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        CipherSuite, ServerConfig,
        crypto::{CryptoProvider, aws_lc_rs},
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
        version::{TLS12, TLS13},
    },
};

/// A certificate for 127.0.0.1 and the authority that signed it, both made for this run.
pub(crate) struct Tls {
    ca_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Tls {
    pub(crate) fn generate() -> Result<Self, TlsError> {
        let ca_key = KeyPair::generate()?;
        let ca = authority();
        let ca_pem = ca.self_signed(&ca_key)?.pem();
        let key = KeyPair::generate()?;
        let certificate = leaf()?.signed_by(&key, &Issuer::new(ca, ca_key))?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            ca_pem,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }
}

/// The provider is named: a process-wide default may be another one, or none. With TLS 1.2 it has
/// the four suites ECDHE-{ECDSA,RSA}-AES{128,256}-GCM and no other (R003, R006); neither protocol
/// has renegotiation or compression here, and early data is off (rustls offers none unless asked).
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider
        .cipher_suites
        .retain(|suite| suite.version() == &TLS13 || RECOMMENDED.contains(&suite.suite()));
    provider
}

/// RFC 9325 section 4.2.
const RECOMMENDED: [CipherSuite; 4] = [
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "obkit sandbox CA");
    params
}

/// R005: the name is in the subject alternative names, where clients look for it.
fn leaf() -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::new(vec![
        Ipv4Addr::LOCALHOST.to_string(),
        String::from("localhost"),
    ])?;
    params
        .distinguished_name
        .push(DnType::CommonName, "obkit sandbox");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// The certificates could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Config(#[from] tokio_rustls::rustls::Error),
}
