//! A licensed third-party's certificates: what they say, and whether that fits.

use crate::RegistryError;
use serde::{Deserialize, Serialize, Serializer};
use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime},
};

mod chain;

mod check;
pub use check::{Expected, problems_of};

mod coverage;
pub(crate) use coverage::Coverage;

mod der;

mod facts;
use facts::Facts;

mod key;
pub use key::CertificateKey;

mod key_usage;
pub use key_usage::{ExtendedKeyUsage, KeyUsage};

mod name;

mod organization_identifier;
pub use organization_identifier::OrganizationIdentifier;

mod pem;
pub(crate) use pem::private_key_at;

mod problem;
pub use problem::{CertificateFlaw, CertificateProblem};

mod psd2;
pub use psd2::{CertificateKind, Psd2, Psd2Role};

mod signature;

/// One X.509 certificate (RFC 5280, version 3), read whole when it is made and kept as PEM text
/// (RFC 7468) in one canonical spelling. A clone is cheap.
///
/// What is refused: anything but exactly one `CERTIFICATE` block, more than 64 KiB, DER that is
/// truncated or has something after it, and QCStatements, keys or dates that cannot be read. A
/// private key pasted in its place is refused, and no part of it is echoed.
///
/// Being read says nothing about being fit: [`problems`](Self::problems) does.
///
/// ```
/// use ob_registry::Certificate;
/// let pasted = "-----BEGIN PRIVATE KEY-----\nMC4CAQ..\n-----END PRIVATE KEY-----";
/// let refused = pasted.parse::<Certificate>().unwrap_err().to_string();
/// assert!(refused.contains("private key") && !refused.contains("MC4CAQ"));
/// ```
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Certificate(Arc<Facts>);

impl Certificate {
    /// The certificate in `der`.
    ///
    /// # Errors
    /// As for the PEM text; PEM text itself is refused, and named.
    pub fn from_der(der: &[u8]) -> Result<Self, RegistryError> {
        pem::check_bytes(der)?;
        Facts::read(der).map(|facts| Self(Arc::new(facts)))
    }

    /// All certificates of a text with one or more PEM blocks, in their order: a file with a
    /// chain, the leaf first or not. Text around the blocks, as tools write it, is skipped.
    ///
    /// # Errors
    /// When there is no block, a block is not a certificate (the message says which), or the text
    /// is longer than 1 MiB or holds a private key anywhere.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, RegistryError> {
        pem::all(text)?
            .iter()
            .map(|der| Self::from_der(der))
            .collect()
    }

    /// The certificate as PEM text: lines of 64 characters, ending in a newline.
    #[must_use]
    pub fn as_pem(&self) -> &str {
        &self.0.pem
    }

    /// The subject's distinguished name, the most specific attribute first (as RFC 4514). Control
    /// and invisible characters are escaped as `\` and two hexadecimal digits per byte.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The issuer's distinguished name, written as [`subject`](Self::subject).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The serial number in lower-case hexadecimal, two digits for each byte.
    #[must_use]
    pub fn serial_number(&self) -> &str {
        &self.0.serial_number
    }

    /// The first moment at which it is valid.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.0.not_before
    }

    /// The last second at which it is valid, as the certificate says it.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.0.not_after
    }

    /// Whether `now` lies in its validity. A certificate's dates are whole seconds and both ends
    /// belong to it (RFC 5280 section 4.1.2.5), so its last second counts whole.
    #[must_use]
    pub fn is_in_date(&self, now: SystemTime) -> bool {
        now >= self.0.not_before && now < self.lapses_at()
    }

    /// The first moment at which it is no longer valid: one second after `not_after`.
    pub(crate) fn lapses_at(&self) -> SystemTime {
        let after = self.0.not_after;
        after.checked_add(Duration::from_secs(1)).unwrap_or(after)
    }

    /// The algorithm and the size of its public key.
    #[must_use]
    pub fn key(&self) -> &CertificateKey {
        &self.0.key
    }

    /// The subject's public key: a DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key_der(&self) -> &[u8] {
        &self.0.public_key
    }

    /// What the key may be used for (RFC 5280 section 4.2.1.3), if the certificate says so.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.key_usage
    }

    /// The purposes of the key (RFC 5280 section 4.2.1.12), if the certificate says so.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<&ExtendedKeyUsage> {
        self.0.extended_key_usage.as_ref()
    }

    /// The name of the algorithm that it is signed with, for example `ecdsa-with-SHA256`; the
    /// dotted number where the algorithm is unknown.
    #[must_use]
    pub fn signature_algorithm(&self) -> &str {
        self.0.signature.name()
    }

    /// Whether it is an authority's: basic constraints with `cA` (RFC 5280 section 4.2.1.9).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.0.is_ca
    }

    /// The subject's organisation (`O`), unescaped.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.0.organization.as_deref()
    }

    /// The subject's `organizationIdentifier` (2.5.4.97), if it has one that can be read.
    #[must_use]
    pub fn organization_identifier(&self) -> Option<&OrganizationIdentifier> {
        self.0.organization_identifier.as_ref()?.as_ref().ok()
    }

    /// Which kind of qualified certificate it is.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        self.0.kind
    }

    /// What its PSD2 QCStatement says (ETSI TS 119 495 section 5.1), if it has one.
    #[must_use]
    pub fn psd2(&self) -> Option<&Psd2> {
        self.0.psd2.as_ref()
    }

    /// The SHA-256 of the DER, in 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        facts::hex(&self.0.fingerprint)
    }

    /// Whether `issuer`'s key made the signature of this certificate. Names, dates and usages are
    /// not looked at: [`problems_of`] does so for a list. What cannot be checked, because its
    /// algorithm is unknown here, is not signed.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        chain::is_signed_by(self, issuer)
    }

    /// Whether the two are the same certificate or have the same key, which two third-parties
    /// never have. Authorities are left out: many third-parties bring the same chain.
    #[must_use]
    pub fn shares_key_with(&self, other: &Self) -> bool {
        !(self.is_ca() && other.is_ca()) && self.0.public_key == other.0.public_key
    }
}

impl FromStr for Certificate {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        Self::from_der(&pem::one(text)?)
    }
}

impl TryFrom<String> for Certificate {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_pem())
    }
}

/// The canonical PEM text is equal exactly where the DER is.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.pem == other.0.pem
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.fingerprint.hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

fn refusal(found: impl fmt::Display, needed: &'static str) -> RegistryError {
    RegistryError::value("certificate", found, needed)
}

const NEEDED: &str = "exactly one PEM block CERTIFICATE of one X.509 certificate";
const NO_KEYS: &str =
    "a certificate; a registry never holds keys, and one that was pasted around must be replaced";
