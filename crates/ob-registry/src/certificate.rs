//! A third-party's certificates: what they say, and whether they are fit.

use crate::RegistryError;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
    time::SystemTime,
};

mod coverage;
pub(crate) use coverage::Coverage;

mod facts;
use facts::Facts;
pub use facts::{CertificateKind, KeyFacts};

mod judge;
pub use judge::{CertificateProblem, Expected, problems_of};

mod name;

mod organization;
pub use organization::OrganizationIdentifier;

mod pem;
pub(crate) use pem::private_key_at;

mod qualified;
pub use qualified::{Psd2, Psd2Role};

/// One X.509 certificate (RFC 5280), read when it is made, kept as PEM text in one canonical
/// spelling.
///
/// Checked when it is made: exactly one `CERTIFICATE` block, well-formed base64, complete DER of
/// a certificate, statements that can be read. Whether it is fit for somebody, at some time, is
/// another question: [`Certificate::problems`].
///
/// A private key pasted in its place is refused, and no part of it is echoed.
///
/// ```
/// use ob_registry::Certificate;
/// let pasted = "-----BEGIN PRIVATE KEY-----\nMC4CAQ..\n-----END PRIVATE KEY-----";
/// let refused = pasted.parse::<Certificate>().unwrap_err().to_string();
/// assert!(refused.contains("private key") && !refused.contains("MC4CAQ"));
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    pem: Box<str>,
    facts: Facts,
}

impl Certificate {
    /// Reads a certificate from DER (X.690).
    ///
    /// # Errors
    /// OB-R009 when it is something else, or cannot be read.
    pub fn from_der(der: &[u8]) -> Result<Self, RegistryError> {
        let facts = Facts::of(der)?;
        let pem = pem::to_pem(der).into();
        Ok(Self(Arc::new(Parsed { pem, facts })))
    }

    /// Reads every certificate of a text: a certificate with its chain, in any order.
    ///
    /// # Errors
    /// OB-R009 when there is none, or anything else, or one that cannot be read.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, RegistryError> {
        let all = pem::decode_all(text)?;
        all.iter().map(|der| Self::from_der(der)).collect()
    }

    /// The certificate as PEM text: lines of 64 characters, ending in a newline.
    #[must_use]
    pub fn as_pem(&self) -> &str {
        &self.0.pem
    }

    /// The certificate as DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0.facts.der
    }

    /// Whom it is about: `C=FI, O=Acme Oy, 2.5.4.97=PSDFI-FINFSA-1234567, CN=acme.example`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.facts.subject
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.facts.issuer
    }

    /// The serial number as hexadecimal digits.
    #[must_use]
    pub fn serial_number(&self) -> &str {
        &self.0.facts.serial_number
    }

    /// From when it is valid.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.0.facts.not_before
    }

    /// Until when it is valid: the last second.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.0.facts.not_after
    }

    /// Whether it is valid at this moment, both ends included (RFC 5280 section 4.1.2.5).
    #[must_use]
    pub fn is_in_date(&self, now: SystemTime) -> bool {
        self.not_before() <= now && now < self.0.facts.ends_at
    }

    /// Its public key: algorithm and size.
    #[must_use]
    pub fn key(&self) -> &KeyFacts {
        &self.0.facts.key
    }

    /// What the key may be used for, in RFC 5280's words: `digitalSignature`, `serverAuth`.
    #[must_use]
    pub fn key_usage(&self) -> &[&'static str] {
        &self.0.facts.key_usage
    }

    /// Whether it is a certificate authority's (RFC 5280 section 4.2.1.9).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.0.facts.is_ca
    }

    /// The organisation it names.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.0.facts.organization.as_deref()
    }

    /// The identifier of the organisation (ETSI EN 319 412-1 section 5.1.4), for a payment
    /// institution as in `PSDFI-FINFSA-1234567`.
    #[must_use]
    pub fn organization_identifier(&self) -> Option<&OrganizationIdentifier> {
        self.0.facts.organization_identifier.as_ref()
    }

    /// Whether it is for websites (QWAC), for seals (QSealC), or not qualified.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        self.0.facts.kind
    }

    /// What it says of the payment service provider (ETSI TS 119 495), if it does.
    #[must_use]
    pub fn psd2(&self) -> Option<&Psd2> {
        self.0.facts.psd2.as_ref()
    }

    /// The SHA-256 of its DER, as hexadecimal digits: how people compare certificates.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.0.facts.fingerprint
    }

    /// The public key as a DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key_der(&self) -> &[u8] {
        &self.0.facts.public_key
    }

    /// Whether both are one certificate, or have one key.
    #[must_use]
    pub fn shares_key_with(&self, other: &Self) -> bool {
        self.public_key_der() == other.public_key_der()
    }

    /// What is wrong with it for somebody at a moment; empty if it is fit.
    #[must_use]
    pub fn problems(&self, expected: &Expected<'_>, now: SystemTime) -> Vec<CertificateProblem> {
        judge::problems(self, expected, now)
    }

    /// The key of a certificate that is somebody's own, which a CA's is not.
    pub(crate) fn leaf_public_key(&self) -> Option<&[u8]> {
        (!self.is_ca()).then(|| self.public_key_der())
    }
}

impl FromStr for Certificate {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        Self::from_der(&pem::decode_one(text)?)
    }
}

impl TryFrom<String> for Certificate {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl From<Certificate> for String {
    fn from(it: Certificate) -> Self {
        it.as_pem().to_owned()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.as_der() == other.as_der()
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_der().hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("serial_number", &self.serial_number())
            .finish_non_exhaustive()
    }
}
