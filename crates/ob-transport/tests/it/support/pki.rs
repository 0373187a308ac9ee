use std::sync::Arc;

use ob_transport::{HyperTransport, HyperTransportBuilder};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::PATIENCE;

/// A certificate authority of one test.
pub(crate) struct Pki {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key, both PEM.
pub(crate) struct Leaf {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

pub(crate) type Versions = &'static [&'static SupportedProtocolVersion];
pub(crate) static ONLY_1_2: Versions = &[&rustls::version::TLS12];
pub(crate) static ONLY_1_3: Versions = &[&rustls::version::TLS13];

/// What a test server is like.
pub(crate) struct ServerTls {
    pub(crate) versions: Versions,
    pub(crate) alpn: &'static [&'static str],
    pub(crate) client_certificate: bool,
    pub(crate) provider: CryptoProvider,
}

impl Default for ServerTls {
    fn default() -> Self {
        Self {
            versions: rustls::ALL_VERSIONS,
            alpn: &["http/1.1"],
            client_certificate: false,
            provider: aws_lc_rs::default_provider(),
        }
    }
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "test authority");
        let key = KeyPair::generate().unwrap();
        Self {
            issuer: CertifiedIssuer::self_signed(params, key).unwrap(),
        }
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A client that trusts this authority and no other.
    pub(crate) fn client(&self) -> HyperTransportBuilder {
        HyperTransport::builder()
            .roots_pem(self.pem())
            .connect_timeout(PATIENCE)
            .total_timeout(PATIENCE)
    }

    /// A certificate for these names (IP addresses become IP names).
    pub(crate) fn leaf(&self, names: &[&str]) -> Leaf {
        self.leaf_with(names, |_| ())
    }

    pub(crate) fn leaf_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Leaf {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// The usual server: TLS 1.2 and 1.3 on 127.0.0.1 and localhost.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        self.server_with(
            &self.leaf(&["127.0.0.1", "localhost"]),
            ServerTls::default(),
        )
    }

    pub(crate) fn server_with(&self, leaf: &Leaf, tls: ServerTls) -> Arc<ServerConfig> {
        let provider = Arc::new(tls.provider);
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(tls.versions)
            .unwrap();
        let builder = match tls.client_certificate {
            true => builder.with_client_cert_verifier(self.client_verifier(provider)),
            false => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(vec![leaf.der()], leaf.key_der())
            .unwrap();
        config.alpn_protocols = tls
            .alpn
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Arc::new(config)
    }

    fn client_verifier(
        &self,
        provider: Arc<CryptoProvider>,
    ) -> Arc<dyn rustls::server::danger::ClientCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .unwrap()
    }
}

impl Leaf {
    pub(crate) fn self_signed(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
        }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()
    }

    fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap()
    }
}
