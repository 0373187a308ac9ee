//! What the QCStatements extension says: the kind of certificate, and the roles under PSD2.

use super::der::{inside, oid, only_sequence, utf8};
use serde::Serialize;
use std::fmt;
use x509_parser::asn1_rs::{Any, Oid, oid};

/// Which kind of certificate it is, by its qualified type (ETSI EN 319 412-5 section 4.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CertificateKind {
    /// A qualified certificate for website authentication: for TLS.
    Qwac,
    /// A qualified certificate for electronic seals: for signing.
    QsealC,
    /// Neither, or both at once.
    Other,
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Qwac => "QWAC",
            Self::QsealC => "QSealC",
            Self::Other => "other",
        })
    }
}

/// What the PSD2 QCStatement says (ETSI TS 119 495 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Psd2 {
    roles: Vec<Psd2Role>,
    authority_name: String,
    authority_id: String,
}

impl Psd2 {
    /// The roles, in the order of the certificate.
    #[must_use]
    pub fn roles(&self) -> &[Psd2Role] {
        &self.roles
    }

    /// Whether `role` is among them.
    #[must_use]
    pub fn has(&self, role: &Psd2Role) -> bool {
        self.roles.contains(role)
    }

    /// The name of the national competent authority.
    #[must_use]
    pub fn authority_name(&self) -> &str {
        &self.authority_name
    }

    /// The id of the national competent authority, for example `FI-FINFSA`.
    #[must_use]
    pub fn authority_id(&self) -> &str {
        &self.authority_id
    }
}

/// A role of a payment service provider (ETSI TS 119 495 section 5.1). `Display` is its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Psd2Role {
    /// `PSP_AS`: it keeps the accounts.
    AccountServicing,
    /// `PSP_PI`: it initiates payments.
    PaymentInitiation,
    /// `PSP_AI`: it reads account information.
    AccountInformation,
    /// `PSP_IC`: it issues payment cards.
    CardIssuing,
    /// An unknown one, or one whose name contradicts its number: it gives no right.
    Other {
        /// The dotted number.
        number: String,
        /// The name as it stands there.
        name: String,
    },
}

impl Psd2Role {
    fn read(number: &Oid<'_>, name: &str) -> Self {
        let known = [
            (oid!(0.4.0.19495.1.1), Self::AccountServicing),
            (oid!(0.4.0.19495.1.2), Self::PaymentInitiation),
            (oid!(0.4.0.19495.1.3), Self::AccountInformation),
            (oid!(0.4.0.19495.1.4), Self::CardIssuing),
        ];
        let found = known.into_iter().find(|(known, _)| known == number);
        match found {
            Some((_, role)) if role.known_name() == Some(name) => role,
            _ => Self::Other {
                number: number.to_id_string(),
                name: name.to_owned(),
            },
        }
    }

    const fn known_name(&self) -> Option<&'static str> {
        match self {
            Self::AccountServicing => Some("PSP_AS"),
            Self::PaymentInitiation => Some("PSP_PI"),
            Self::AccountInformation => Some("PSP_AI"),
            Self::CardIssuing => Some("PSP_IC"),
            Self::Other { .. } => None,
        }
    }
}

impl fmt::Display for Psd2Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { number, name } => write!(f, "{} ({number})", name.escape_default()),
            known => f.write_str(known.known_name().unwrap_or_default()),
        }
    }
}

/// What is read of the QCStatements extension (RFC 3739 section 3.2.6).
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) kind: CertificateKind,
    pub(super) psd2: Option<Psd2>,
}

impl Statements {
    /// What the absence of the extension says.
    pub(super) const NONE: Self = Self {
        kind: CertificateKind::Other,
        psd2: None,
    };

    /// `QCStatements ::= SEQUENCE OF SEQUENCE { statementId, statementInfo OPTIONAL }`. Nothing
    /// where a statement that matters here is broken or stands twice: half of it is no answer.
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let (mut types, mut psd2) = (None, None);
        for statement in only_sequence(value)? {
            let parts = inside(&statement)?;
            let (first, info) = parts.split_first()?;
            let id = oid(first)?;
            if info.len() > 1 {
                return None;
            }
            if id == QC_TYPE && types.replace(read_types(info.first()?)?).is_some() {
                return None;
            }
            if id == QC_PSD2 && psd2.replace(read_psd2(info.first()?)?).is_some() {
                return None;
            }
        }
        let kind = types.unwrap_or(CertificateKind::Other);
        Some(Self { kind, psd2 })
    }
}

/// `QcType ::= SEQUENCE OF OBJECT IDENTIFIER`.
fn read_types(info: &Any<'_>) -> Option<CertificateKind> {
    let types = inside(info)?;
    let types: Vec<_> = types.iter().map(oid).collect::<Option<_>>()?;
    let (web, seal) = (types.contains(&QCT_WEB), types.contains(&QCT_ESEAL));
    Some(match (web, seal) {
        (true, false) => CertificateKind::Qwac,
        (false, true) => CertificateKind::QsealC,
        _ => CertificateKind::Other,
    })
}

/// `PSD2QcType ::= SEQUENCE { rolesOfPSP, nCAName, nCAId }`.
fn read_psd2(info: &Any<'_>) -> Option<Psd2> {
    let parts = inside(info)?;
    let [roles, name, id] = parts.as_slice() else {
        return None;
    };
    Some(Psd2 {
        roles: inside(roles)?
            .iter()
            .map(read_role)
            .collect::<Option<_>>()?,
        authority_name: utf8(name)?.to_owned(),
        authority_id: utf8(id)?.to_owned(),
    })
}

/// `RoleOfPSP ::= SEQUENCE { roleOfPspOid, roleOfPspName }`.
fn read_role(role: &Any<'_>) -> Option<Psd2Role> {
    let parts = inside(role)?;
    let [number, name] = parts.as_slice() else {
        return None;
    };
    Some(Psd2Role::read(&oid(number)?, utf8(name)?))
}

/// `id-etsi-qcs-QcType`, and two of its values.
const QC_TYPE: Oid<'static> = oid!(0.4.0.1862.1.6);
const QCT_ESEAL: Oid<'static> = oid!(0.4.0.1862.1.6.2);
const QCT_WEB: Oid<'static> = oid!(0.4.0.1862.1.6.3);
/// `id-etsi-psd2-qcStatement`.
const QC_PSD2: Oid<'static> = oid!(0.4.0.19495.2);
