//! Qualified certificate statements: what kind of certificate, and for which payment services.

use super::facts::CertificateKind;
use std::fmt;
use x509_parser::asn1_rs::{Any, FromDer, Oid, Tag};

/// What a certificate says of a payment service provider (ETSI TS 119 495 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Psd2 {
    /// What it may do, in the order of the certificate.
    pub roles: Vec<Psd2Role>,
    /// The national competent authority that said so: `Finnish Financial Supervisory Authority`.
    pub competent_authority_name: String,
    /// The short name of the authority: `FI-FINFSA`.
    pub competent_authority_id: String,
}

impl Psd2 {
    /// Whether it has a role.
    #[must_use]
    pub fn has(&self, role: &Psd2Role) -> bool {
        self.roles.contains(role)
    }
}

/// A role of a payment service provider (ETSI TS 119 495 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Psd2Role {
    /// `PSP_AS`: account servicing.
    AccountServicing,
    /// `PSP_PI`: payment initiation.
    PaymentInitiation,
    /// `PSP_AI`: account information. What reading accounts needs.
    AccountInformation,
    /// `PSP_IC`: issuing of card-based payment instruments.
    CardIssuing,
    /// Another one, by its object identifier.
    Unknown(String),
}

impl Psd2Role {
    /// The name that ETSI gave it, or the object identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AccountServicing => "PSP_AS",
            Self::PaymentInitiation => "PSP_PI",
            Self::AccountInformation => "PSP_AI",
            Self::CardIssuing => "PSP_IC",
            Self::Unknown(oid) => oid,
        }
    }

    fn of(oid: &str) -> Self {
        match oid {
            "0.4.0.19495.1.1" => Self::AccountServicing,
            "0.4.0.19495.1.2" => Self::PaymentInitiation,
            "0.4.0.19495.1.3" => Self::AccountInformation,
            "0.4.0.19495.1.4" => Self::CardIssuing,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

impl fmt::Display for Psd2Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the statements say (RFC 3739 section 3.2.6, ETSI EN 319 412-5 section 4).
#[derive(Debug, Default)]
pub(super) struct Statements {
    pub(super) kind: Option<CertificateKind>,
    pub(super) psd2: Option<Psd2>,
}

impl Statements {
    /// Reads the extension's value; `None` where it is malformed.
    pub(super) fn of(der: &[u8]) -> Option<Self> {
        let mut statements = Self::default();
        for statement in items(whole(der)?)? {
            let mut parts = items(content(&statement)?)?.into_iter();
            let id = oid(&parts.next()?)?;
            match (id.as_str(), parts.next()) {
                (QC_TYPE, Some(types)) => statements.kind = Some(kind(&types)?),
                (PSD2, Some(psd2)) => statements.psd2 = Some(self::psd2(&psd2)?),
                (QC_TYPE | PSD2, None) => return None,
                _ => {}
            }
        }
        Some(statements)
    }
}

fn kind(types: &Any<'_>) -> Option<CertificateKind> {
    let types = items(content(types)?)?;
    let types: Option<Vec<String>> = types.iter().map(oid).collect();
    let types = types?;
    let has = |wanted: &str| types.iter().any(|id| id == wanted);
    Some(if has(QCT_WEB) {
        CertificateKind::Qwac
    } else if has(QCT_ESEAL) {
        CertificateKind::QsealC
    } else {
        CertificateKind::Other
    })
}

/// `PSD2QcType ::= SEQUENCE { rolesOfPSP SEQUENCE OF SEQUENCE { OID, UTF8String }, nCAName
/// UTF8String, nCAId UTF8String }`.
fn psd2(psd2: &Any<'_>) -> Option<Psd2> {
    let mut parts = items(content(psd2)?)?.into_iter();
    let (roles, name, id) = (parts.next()?, parts.next()?, parts.next()?);
    let roles = items(content(&roles)?)?;
    let role = |role: &Any<'_>| {
        let oid = oid(items(content(role)?)?.first()?)?;
        Some(Psd2Role::of(&oid))
    };
    Some(Psd2 {
        roles: roles.iter().map(role).collect::<Option<_>>()?,
        competent_authority_name: text(&name)?,
        competent_authority_id: text(&id)?,
    })
}

/// The content of the one sequence that the bytes are.
fn whole(der: &[u8]) -> Option<&[u8]> {
    let (rest, any) = Any::from_der(der).ok()?;
    (rest.is_empty() && any.tag() == Tag::Sequence).then_some(any.data)
}

fn content<'a>(any: &Any<'a>) -> Option<&'a [u8]> {
    (any.tag() == Tag::Sequence).then_some(any.data)
}

/// The items of a sequence, of which no honest one has many.
fn items(mut content: &[u8]) -> Option<Vec<Any<'_>>> {
    let mut items = Vec::new();
    while !content.is_empty() {
        let (rest, item) = Any::from_der(content).ok()?;
        content = rest;
        items.push(item);
        if items.len() > MOST_ITEMS {
            return None;
        }
    }
    Some(items)
}

fn oid(any: &Any<'_>) -> Option<String> {
    let oid = Oid::try_from(any.clone()).ok()?;
    Some(oid.to_id_string())
}

fn text(any: &Any<'_>) -> Option<String> {
    let text = std::str::from_utf8(any.data).ok()?;
    let is_text = matches!(any.tag(), Tag::Utf8String | Tag::PrintableString);
    let plain = is_text && crate::line::is_printable_line(text, MAX_TEXT);
    plain.then(|| text.to_owned())
}

const QC_TYPE: &str = "0.4.0.1862.1.6";
const QCT_ESEAL: &str = "0.4.0.1862.1.6.2";
const QCT_WEB: &str = "0.4.0.1862.1.6.3";
const PSD2: &str = "0.4.0.19495.2";
const MOST_ITEMS: usize = 64;
/// ETSI TS 119 495 allows 256 characters.
const MAX_TEXT: usize = 256;
