//! What a certificate's key may be used for.

use std::fmt;
use x509_parser::{asn1_rs::Oid, extensions, prelude::FromDer};

/// What a key may be used for (RFC 5280 section 4.2.1.3). `Display` lists the names of the RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// `digitalSignature`: signing requests, and authentication in TLS.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.has(0)
    }

    /// `contentCommitment`, formerly `nonRepudiation`: seals and signatures of documents.
    #[must_use]
    pub const fn content_commitment(self) -> bool {
        self.has(1)
    }

    /// `keyCertSign`: issuing certificates.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.has(5)
    }

    const fn has(self, bit: u8) -> bool {
        self.0 >> bit & 1 == 1
    }

    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let (rest, read) = extensions::KeyUsage::from_der(value).ok()?;
        rest.is_empty().then_some(Self(read.flags))
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = (0u8..).zip(NAMES).filter(|(bit, _)| self.has(*bit));
        list(f, set.map(|(_, name)| name))
    }
}

/// The purposes of a key (RFC 5280 section 4.2.1.12). `Display` lists the names of the RFC, and
/// the dotted numbers of others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExtendedKeyUsage {
    server_auth: bool,
    client_auth: bool,
    others: Vec<String>,
}

impl ExtendedKeyUsage {
    /// `id-kp-serverAuth`: a TLS server.
    #[must_use]
    pub const fn server_auth(&self) -> bool {
        self.server_auth
    }

    /// `id-kp-clientAuth`: a TLS client.
    #[must_use]
    pub const fn client_auth(&self) -> bool {
        self.client_auth
    }

    /// All others: the names of the RFC or dotted numbers.
    #[must_use]
    pub fn others(&self) -> &[String] {
        &self.others
    }

    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let (rest, read) = extensions::ExtendedKeyUsage::from_der(value).ok()?;
        let named = [
            (read.any, "anyExtendedKeyUsage"),
            (read.code_signing, "codeSigning"),
            (read.email_protection, "emailProtection"),
            (read.time_stamping, "timeStamping"),
            (read.ocsp_signing, "OCSPSigning"),
        ];
        let named = named.into_iter().filter(|(set, _)| *set);
        let numbers = read.other.iter().map(Oid::to_id_string);
        rest.is_empty().then(|| Self {
            server_auth: read.server_auth,
            client_auth: read.client_auth,
            others: named.map(|(_, it)| it.to_owned()).chain(numbers).collect(),
        })
    }
}

impl fmt::Display for ExtendedKeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.server_auth.then_some("serverAuth");
        let client = self.client_auth.then_some("clientAuth");
        let others = self.others.iter().map(String::as_str);
        list(f, server.into_iter().chain(client).chain(others))
    }
}

fn list<'a>(f: &mut fmt::Formatter<'_>, mut names: impl Iterator<Item = &'a str>) -> fmt::Result {
    f.write_str(names.next().unwrap_or("nothing"))?;
    names.try_for_each(|name| write!(f, ", {name}"))
}

const NAMES: [&str; 9] = [
    "digitalSignature",
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];
