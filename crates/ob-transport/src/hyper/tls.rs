use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, RootCertStore, SupportedCipherSuite};
use rustls::{client::WebPkiServerVerifier, version};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use super::identity::ClientIdentity;
use crate::BuildError;

/// What a TLS configuration is made of.
pub(super) struct Tls<'a> {
    pub(super) roots: Roots,
    pub(super) identity: Option<&'a ClientIdentity>,
    pub(super) http2: bool,
}

impl Tls<'_> {
    pub(super) fn config(self) -> Result<ClientConfig, BuildError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|error| unusable("tls versions", &error))?
            // "Dangerous" is the name of the door through which a verifier is given; the
            // ones given here check chain, time and name.
            .dangerous()
            .with_custom_certificate_verifier(self.roots.verifier()?);
        let mut config = match self.identity {
            Some(identity) => builder.with_client_cert_resolver(identity.resolver()),
            None => builder.with_no_client_auth(),
        };
        if self.identity.is_some() {
            // A resumed session carries the old client certificate: after a rotation every
            // new connection must present the new one.
            config.resumption = Resumption::disabled();
        }
        config.alpn_protocols = alpn(self.http2);
        Ok(config)
    }
}

fn alpn(http2: bool) -> Vec<Vec<u8>> {
    match http2 {
        true => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        false => vec![b"http/1.1".to_vec()],
    }
}

/// aws-lc-rs, passed along and never installed as the default of the process, with the
/// suites of RFC 9325 section 4.2 (R003): all of TLS 1.3, of TLS 1.2 ECDHE with AES-GCM.
pub(super) fn provider() -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(is_recommended);
    Arc::new(provider)
}

fn is_recommended(suite: &SupportedCipherSuite) -> bool {
    suite.tls13().is_some() || format!("{:?}", suite.suite()).contains("_AES_")
}

/// Whom to trust.
pub(super) enum Roots {
    Given(Arc<RootCertStore>),
    Platform(Arc<Verifier>),
    /// The platform has none, and that was tolerated.
    Absent(String),
}

impl Roots {
    pub(super) fn platform() -> Result<Self, BuildError> {
        match Verifier::new(provider()) {
            Ok(verifier) => Ok(Self::Platform(Arc::new(verifier))),
            Err(error) => Err(BuildError::new(
                "platform roots",
                error.to_string(),
                "certificate authorities of the operating system, or roots given as pem",
            )),
        }
    }

    pub(super) fn absent(error: &BuildError) -> Self {
        Self::Absent(error.found().to_owned())
    }

    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, BuildError> {
        let mut store = RootCertStore::empty();
        for certificate in certificates("roots", pem)? {
            store
                .add(certificate)
                .map_err(|error| unusable("roots", &error))?;
        }
        Ok(Self::Given(Arc::new(store)))
    }

    pub(super) fn why_absent(&self) -> Option<String> {
        match self {
            Self::Absent(why) => Some(why.clone()),
            Self::Given(_) | Self::Platform(_) => None,
        }
    }

    fn verifier(self) -> Result<Arc<dyn ServerCertVerifier>, BuildError> {
        match self {
            Self::Given(store) => webpki(store),
            Self::Platform(verifier) => Ok(verifier),
            Self::Absent(_) => Ok(Arc::new(nobody::TrustNobody)),
        }
    }
}

fn webpki(store: Arc<RootCertStore>) -> Result<Arc<dyn ServerCertVerifier>, BuildError> {
    match WebPkiServerVerifier::builder_with_provider(store, provider()).build() {
        Ok(verifier) => Ok(verifier),
        Err(error) => Err(unusable("roots", &error)),
    }
}

/// The certificates of a PEM text; at least one.
pub(super) fn certificates(
    setting: &'static str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, BuildError> {
    let needed = "pem text with one or more CERTIFICATE blocks";
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if found.is_empty() => {
            Err(BuildError::new(setting, "no CERTIFICATE block", needed))
        }
        Ok(found) => Ok(found),
        Err(error) => Err(BuildError::new(setting, pem_error(&error), needed)),
    }
}

/// Says what is wrong with a PEM text without echoing it: the text may be a key.
pub(super) fn pem_error(error: &rustls_pki_types::pem::Error) -> &'static str {
    use rustls_pki_types::pem::Error;
    match error {
        Error::MissingSectionEnd { .. } => "a block without its END line",
        Error::IllegalSectionStart { .. } => "a malformed BEGIN line",
        Error::Base64Decode(_) => "a block that is not base64",
        Error::NoItemsFound => "no block of the right kind",
        _ => "unreadable pem",
    }
}

fn unusable(setting: &'static str, error: &dyn std::error::Error) -> BuildError {
    BuildError::new(setting, error.to_string(), "usable X.509 certificates")
}

mod nobody {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
    use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

    /// Refuses every certificate, where there is nobody to trust.
    #[derive(Debug)]
    pub(super) struct TrustNobody;

    const REFUSED: Error = Error::InvalidCertificate(CertificateError::UnknownIssuer);

    impl ServerCertVerifier for TrustNobody {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Err(REFUSED)
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(REFUSED)
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(REFUSED)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ECDSA_NISTP256_SHA256]
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
    use rustls_pki_types::{ServerName, UnixTime};

    /// Whether a certificate with this DNS name, of a trusted authority, will do for a server.
    fn serves(certified: &str, asked: &str) -> bool {
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(authority, key).unwrap();
        let mut leaf = CertificateParams::new([]).unwrap();
        leaf.subject_alt_names = vec![SanType::DnsName(certified.try_into().unwrap())];
        let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &authority);
        let roots = Roots::from_pem(authority.pem().as_bytes()).unwrap();
        let name = ServerName::try_from(asked).unwrap();
        let checked = roots.verifier().unwrap().verify_server_cert(
            leaf.unwrap().der(),
            &[],
            &name,
            &[],
            UnixTime::now(),
        );
        checked.is_ok()
    }

    /// The client takes a wildcard for one label below a domain of at least two, and takes no
    /// DNS name for an address.
    ///
    /// Rows: R005
    #[test]
    fn a_wildcard_stands_for_one_label_of_a_domain() {
        assert!(serves("api.example.com", "api.example.com"));
        assert!(serves("*.example.com", "api.example.com"));
        for (certified, asked) in [
            ("*.com", "example.com"),
            ("*.com", "api.example.com"),
            ("*", "localhost"),
            ("*.example.com", "example.com"),
            ("*.example.com", "a.b.example.com"),
            ("a*.example.com", "api.example.com"),
            ("api.*.com", "api.example.com"),
            ("example.com", "api.example.com"),
            ("api.example.com", "api.example.com.evil.example"),
            ("127.0.0.1", "127.0.0.1"),
            ("*.0.0.1", "127.0.0.1"),
        ] {
            assert!(!serves(certified, asked), "{certified} for {asked}");
        }
    }
}
