//! Reads a certificate's DER.

use super::{
    CertificateKey, CertificateKind, ExtendedKeyUsage, KeyUsage, OrganizationIdentifier, Psd2,
    name, pem, psd2::Statements, refusal, signature::Signature,
};
use crate::RegistryError;
use sha2::{Digest, Sha256};
use std::{
    collections::HashSet,
    fmt::Write,
    time::{Duration, SystemTime},
};
use x509_parser::{
    asn1_rs::{Oid, oid},
    certificate::{X509Certificate, X509CertificateParser},
    extensions::BasicConstraints,
    nom::Parser,
    prelude::FromDer,
    time::ASN1Time,
    x509::X509Version,
};

/// What a certificate says.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) pem: Box<str>,
    pub(super) fingerprint: [u8; 32],
    pub(super) subject: Box<str>,
    pub(super) issuer: Box<str>,
    pub(super) serial_number: Box<str>,
    pub(super) not_before: SystemTime,
    pub(super) not_after: SystemTime,
    pub(super) key: CertificateKey,
    pub(super) public_key: Box<[u8]>,
    pub(super) signature: Signature,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(super) is_ca: bool,
    pub(super) organization: Option<Box<str>>,
    /// The identifier; where it cannot be read, the refusal of it.
    pub(super) organization_identifier: Option<Result<OrganizationIdentifier, String>>,
    pub(super) kind: CertificateKind,
    pub(super) psd2: Option<Psd2>,
}

impl Facts {
    pub(super) fn read(der: &[u8]) -> Result<Self, RegistryError> {
        let read = parse(der)?;
        let values = Extensions::read(&read)?;
        let validity = read.validity();
        let spki = read.public_key();
        Ok(Self {
            pem: pem::text(der).into(),
            fingerprint: Sha256::digest(der).into(),
            subject: name::text(read.subject()).into(),
            issuer: name::text(read.issuer()).into(),
            serial_number: hex(read.raw_serial()).into(),
            not_before: moment(validity.not_before)?,
            not_after: moment(validity.not_after)?,
            key: CertificateKey::read(spki)
                .ok_or_else(|| broken("a public key that cannot be read"))?,
            public_key: spki.raw.into(),
            signature: Signature::read(&read.signature_algorithm),
            key_usage: values.key_usage,
            extended_key_usage: values.extended_key_usage,
            is_ca: values.is_ca,
            organization: organization(&read),
            organization_identifier: organization_identifier(&read),
            kind: values.statements.kind,
            psd2: values.statements.psd2,
        })
    }
}

/// The whole of `der` as a certificate of version 3. Its extensions are not interpreted yet.
pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, RegistryError> {
    let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
    let Ok((rest, read)) = parser.parse(der) else {
        return Err(broken("DER that is no X.509 certificate"));
    };
    if !rest.is_empty() {
        return Err(broken("bytes after the certificate"));
    }
    if read.version() != X509Version::V3 {
        return Err(broken(
            "a certificate of version 1 or 2, without extensions",
        ));
    }
    if read.signature_algorithm != read.tbs_certificate.signature {
        return Err(broken(
            "two different signature algorithms in one certificate",
        ));
    }
    Ok(read)
}

/// The extensions that matter here.
struct Extensions {
    key_usage: Option<KeyUsage>,
    extended_key_usage: Option<ExtendedKeyUsage>,
    is_ca: bool,
    statements: Statements,
}

impl Extensions {
    fn read(certificate: &X509Certificate<'_>) -> Result<Self, RegistryError> {
        let all = certificate.extensions();
        let mut seen = HashSet::with_capacity(all.len());
        if !all
            .iter()
            .all(|extension| seen.insert(extension.oid.as_bytes()))
        {
            return Err(broken("the same extension twice"));
        }
        let value = |oid: &Oid<'_>| all.iter().find(|it| it.oid == *oid).map(|it| it.value);
        Ok(Self {
            key_usage: read(value(&KEY_USAGE), "key usage", KeyUsage::read)?,
            extended_key_usage: read(
                value(&EXTENDED_KEY_USAGE),
                "extended key usage",
                ExtendedKeyUsage::read,
            )?,
            is_ca: read(value(&BASIC_CONSTRAINTS), "basic constraints", is_ca)?.unwrap_or(false),
            statements: read(value(&QC_STATEMENTS), "QCStatements", Statements::read)?
                .unwrap_or(Statements::NONE),
        })
    }
}

fn read<T>(
    value: Option<&[u8]>,
    what: &str,
    read: fn(&[u8]) -> Option<T>,
) -> Result<Option<T>, RegistryError> {
    value
        .map(|value| {
            read(value).ok_or_else(|| broken(format!("an extension {what} that is broken")))
        })
        .transpose()
}

fn is_ca(value: &[u8]) -> Option<bool> {
    let (rest, read) = BasicConstraints::from_der(value).ok()?;
    rest.is_empty().then_some(read.ca)
}

fn organization(certificate: &X509Certificate<'_>) -> Option<Box<str>> {
    let found = name::values(certificate.subject(), &name::ORGANIZATION);
    found.into_iter().next().map(Into::into)
}

/// Two identifiers would say two things, so they are none.
fn organization_identifier(
    certificate: &X509Certificate<'_>,
) -> Option<Result<OrganizationIdentifier, String>> {
    let found = name::values(certificate.subject(), &name::ORGANIZATION_IDENTIFIER);
    match found.as_slice() {
        [] => None,
        [one] => Some(
            one.parse()
                .map_err(|error: RegistryError| error.to_string()),
        ),
        many => Some(Err(format!(
            "{} organisation identifiers, needs one",
            many.len()
        ))),
    }
}

fn moment(time: ASN1Time) -> Result<SystemTime, RegistryError> {
    let seconds = time.timestamp();
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    moment.ok_or_else(|| broken("a date beyond what this system can hold"))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn broken(found: impl std::fmt::Display) -> RegistryError {
    refusal(
        found,
        "one complete X.509 certificate of version 3 (RFC 5280)",
    )
}

const KEY_USAGE: Oid<'static> = oid!(2.5.29.15);
const BASIC_CONSTRAINTS: Oid<'static> = oid!(2.5.29.19);
const EXTENDED_KEY_USAGE: Oid<'static> = oid!(2.5.29.37);
/// `id-pe-qcStatements` (RFC 3739 section 3.2.6).
const QC_STATEMENTS: Oid<'static> = oid!(1.3.6.1.5.5.7.1.3);
