//! What a certificate says, read once.

use super::{
    name,
    organization::OrganizationIdentifier,
    pem::{self, refusal},
    qualified::{Psd2, Statements},
};
use crate::RegistryError;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use x509_parser::{
    asn1_rs::FromDer,
    certificate::X509Certificate,
    extensions::{ExtendedKeyUsage, KeyUsage, ParsedExtension},
    public_key::PublicKey,
    time::ASN1Time,
    x509::{SubjectPublicKeyInfo, X509Version},
};

pub(super) struct Facts {
    pub(super) der: Box<[u8]>,
    pub(super) subject: String,
    pub(super) issuer: String,
    /// The names as they stand in the certificate: a chain is linked by them.
    pub(super) raw_subject: Box<[u8]>,
    pub(super) raw_issuer: Box<[u8]>,
    pub(super) serial_number: String,
    pub(super) not_before: SystemTime,
    pub(super) not_after: SystemTime,
    /// The first moment at which it is not valid any more.
    pub(super) ends_at: SystemTime,
    pub(super) key: KeyFacts,
    pub(super) public_key: Box<[u8]>,
    pub(super) key_usage: Vec<&'static str>,
    pub(super) is_ca: bool,
    pub(super) organization: Option<String>,
    pub(super) organization_identifier: Option<OrganizationIdentifier>,
    pub(super) kind: CertificateKind,
    pub(super) psd2: Option<Psd2>,
    pub(super) signature_algorithm: String,
    pub(super) fingerprint: String,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CertificateKind {
    /// A qualified certificate for website authentication: it secures connections.
    Qwac,
    /// A qualified certificate for electronic seals: it signs messages.
    QsealC,
    /// Neither, as far as it says.
    Other,
}

impl CertificateKind {
    /// `QWAC`, `QSealC` or `other`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Qwac => "QWAC",
            Self::QsealC => "QSealC",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A public key's algorithm and size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// `RSA`, `EC P-256`, `EC P-384`, `EC P-521`, `Ed25519`, or an object identifier.
    pub algorithm: String,
    /// The size in bits; 0 where it is not known.
    pub bits: usize,
}

impl fmt::Display for KeyFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.algorithm.as_str() {
            "RSA" => write!(f, "RSA {}", self.bits),
            other => f.write_str(other),
        }
    }
}

impl Facts {
    /// # Errors
    /// OB-R009 when the bytes are something else, or say something that cannot be read.
    pub(super) fn of(der: &[u8]) -> Result<Self, RegistryError> {
        refuse_keys(der)?;
        if der.len() > MAX_LEN {
            return Err(refusal("more than 48 KiB of DER", pem::NEEDED));
        }
        let (rest, it) = X509Certificate::from_der(der).map_err(|_| shape(der))?;
        if !rest.is_empty() {
            return Err(refusal("bytes after the certificate", pem::NEEDED));
        }
        if it.version() != X509Version::V3 {
            return Err(refusal("a certificate of version 1 or 2", "version 3"));
        }
        let extensions = Extensions::of(&it)?;
        let subject = it.subject();
        let identifier = name::value(subject, name::ORGANIZATION_IDENTIFIER);
        let not_after = moment(it.validity().not_after)?;
        Ok(Self {
            der: der.into(),
            subject: name::shown(subject),
            issuer: name::shown(it.issuer()),
            raw_subject: subject.as_raw().into(),
            raw_issuer: it.issuer().as_raw().into(),
            serial_number: hex(it.raw_serial()),
            not_before: moment(it.validity().not_before)?,
            not_after,
            ends_at: not_after + Duration::from_secs(1),
            key: key(it.public_key()),
            public_key: it.public_key().raw.into(),
            key_usage: extensions.key_usage,
            is_ca: it.is_ca(),
            organization: name::value(subject, name::ORGANIZATION),
            // One that is malformed is none: the judge says that it is missing.
            organization_identifier: identifier.and_then(|text| text.parse().ok()),
            kind: extensions.statements.kind.unwrap_or(CertificateKind::Other),
            psd2: extensions.statements.psd2,
            signature_algorithm: it.signature_algorithm.algorithm.to_id_string(),
            fingerprint: hex(&Sha256::digest(der)),
        })
    }
}

#[derive(Default)]
struct Extensions {
    key_usage: Vec<&'static str>,
    statements: Statements,
}

impl Extensions {
    fn of(it: &X509Certificate<'_>) -> Result<Self, RegistryError> {
        // Also refuses an extension that stands twice (RFC 5280 section 4.2).
        it.extensions_map()
            .map_err(|_| refusal("an extension that stands twice", pem::NEEDED))?;
        let mut found = Self::default();
        for extension in it.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => found.key_usage.splice(0..0, plain(usage)),
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    found.key_usage.extend(extended(usage));
                    continue;
                }
                ParsedExtension::ParseError { .. } => {
                    let id = extension.oid.to_id_string();
                    let found = format!("the malformed extension {id}");
                    return Err(refusal(found, pem::NEEDED));
                }
                _ if extension.oid.to_id_string() == QC_STATEMENTS => {
                    let statements = Statements::of(extension.value);
                    found.statements = statements.ok_or_else(|| {
                        refusal("malformed statements of a qualified certificate", QUALIFIED)
                    })?;
                    continue;
                }
                _ => continue,
            };
        }
        Ok(found)
    }
}

fn plain(usage: &KeyUsage) -> Vec<&'static str> {
    [
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_encipherment(), "keyEncipherment"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
    ]
    .into_iter()
    .filter_map(|(is_set, name)| is_set.then_some(name))
    .collect()
}

fn extended(usage: &ExtendedKeyUsage<'_>) -> Vec<&'static str> {
    [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
    ]
    .into_iter()
    .filter_map(|(is_set, name)| is_set.then_some(name))
    .collect()
}

fn key(key: &SubjectPublicKeyInfo<'_>) -> KeyFacts {
    let parameters = key.algorithm.parameters.as_ref();
    let curve = parameters
        .and_then(|it| it.as_oid().ok())
        .map(|it| it.to_id_string());
    let (algorithm, bits) = match (key.algorithm.algorithm.to_id_string().as_str(), curve) {
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10", _) => ("RSA".to_owned(), rsa_bits(key)),
        ("1.2.840.10045.2.1", Some(curve)) => match curve.as_str() {
            "1.2.840.10045.3.1.7" => ("EC P-256".to_owned(), 256),
            "1.3.132.0.34" => ("EC P-384".to_owned(), 384),
            "1.3.132.0.35" => ("EC P-521".to_owned(), 521),
            other => (format!("EC {other}"), 0),
        },
        ("1.3.101.112", _) => ("Ed25519".to_owned(), 256),
        (other, _) => (other.to_owned(), 0),
    };
    KeyFacts { algorithm, bits }
}

fn rsa_bits(key: &SubjectPublicKeyInfo<'_>) -> usize {
    let Ok(PublicKey::RSA(rsa)) = key.parsed() else {
        return 0;
    };
    let mut digits = rsa.modulus.iter().skip_while(|byte| **byte == 0);
    let Some(first) = digits.next() else {
        return 0;
    };
    let unused = usize::try_from(first.leading_zeros()).unwrap_or(0);
    (digits.count() + 1) * 8 - unused
}

/// RFC 5280 allows years that no machine's clock will see; they are cut.
fn moment(at: ASN1Time) -> Result<SystemTime, RegistryError> {
    let seconds = u64::try_from(at.timestamp())
        .map_err(|_| refusal("a validity that begins before 1970", "a date since 1970"))?;
    Ok(UNIX_EPOCH + Duration::from_secs(seconds.min(LAST)))
}

/// A PKCS#8 or PKCS#1 private key under the wrong label is a sequence that starts with an
/// INTEGER, where a certificate has a SEQUENCE (RFC 5280 section 4.1).
fn refuse_keys(der: &[u8]) -> Result<(), RegistryError> {
    match content(der).and_then(<[u8]>::first) {
        Some(0x02) => Err(refusal(
            "something like a private key (not shown)",
            pem::NO_KEYS,
        )),
        _ => Ok(()),
    }
}

/// Why the bytes are no certificate.
fn shape(der: &[u8]) -> RegistryError {
    let found = match (content(der), announced(der)) {
        (Some(content), Some(announced)) if content.len() != announced => {
            "a truncated or overlong body"
        }
        (Some(content), _) if content.first() == Some(&0x30) => {
            "a certificate that cannot be read, or a request for one"
        }
        (Some(_), _) => "a PEM body that is not a certificate",
        (None, _) => "a PEM body that is not DER (not shown)",
    };
    refusal(found, pem::NEEDED)
}

/// What follows the header of a sequence.
fn content(der: &[u8]) -> Option<&[u8]> {
    let rest = der.strip_prefix(&[0x30])?;
    let (&first, rest) = rest.split_first()?;
    let long = if first < 0x80 { 0 } else { first & 0x7f };
    rest.get(usize::from(long)..)
}

/// The length that the header of a sequence announces.
fn announced(der: &[u8]) -> Option<usize> {
    let rest = der.strip_prefix(&[0x30])?;
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some(first.into());
    }
    let digits = rest.get(..usize::from(first & 0x7f))?;
    digits.iter().try_fold(0_usize, |sum, digit| {
        sum.checked_mul(256)?.checked_add((*digit).into())
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const QC_STATEMENTS: &str = "1.3.6.1.5.5.7.1.3";
const QUALIFIED: &str = "statements as in ETSI EN 319 412-5 and TS 119 495";
/// Twenty times a usual certificate.
const MAX_LEN: usize = 48 * 1024;
/// 9999-12-30, after which nothing else works either.
const LAST: u64 = 253_402_207_199;
