//! Why a certificate does not fit a third-party.

use super::{Certificate, CertificateKind};
use ob_core::{Code, Shown};
use std::{fmt, time::SystemTime};

/// One certificate does not fit its third-party. `Display` names the certificate, what was found
/// and what is needed, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateProblem {
    certificate: Certificate,
    flaw: CertificateFlaw,
}

impl CertificateProblem {
    pub(super) fn new(certificate: &Certificate, flaw: CertificateFlaw) -> Self {
        let certificate = certificate.clone();
        Self { certificate, flaw }
    }

    /// The certificate that does not fit.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What is wrong with it.
    #[must_use]
    pub const fn flaw(&self) -> &CertificateFlaw {
        &self.flaw
    }

    /// The permanent code: OB-C201 for one that is out of date, OB-C202 for all others.
    #[must_use]
    pub const fn code(&self) -> Code {
        if self.flaw.is_out_of_date() {
            Code::C201
        } else {
            Code::C202
        }
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = self.certificate.fingerprint();
        let short = fingerprint.get(..SHORT).unwrap_or(&fingerprint);
        let subject = Shown(self.certificate.subject());
        write!(f, "certificate {short} of {subject}: {}", self.flaw)
    }
}

/// What is wrong with a certificate. `Display` names what was found and what is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFlaw {
    /// Its validity has not begun.
    NotYetValid {
        /// The first moment at which it is valid.
        from: SystemTime,
    },
    /// Its validity has ended.
    Expired {
        /// The last second at which it was valid.
        at: SystemTime,
    },
    /// It is a certificate authority's, in the place of a third-party's.
    Authority,
    /// It is neither a QWAC nor a QSealC.
    WrongKind,
    /// It has no PSD2 QCStatement.
    NotPsd2,
    /// It gives no right to read account data: the role `PSP_AI` is missing.
    MissingRole {
        /// The roles it has.
        found: String,
    },
    /// It names another organisation.
    OtherOrganization {
        /// The organisation or the identifier in it.
        found: String,
        /// The one that is needed.
        needed: String,
    },
    /// Its organisation identifier cannot be read, or there is more than one.
    MalformedIdentifier {
        /// What is wrong with it.
        found: String,
    },
    /// Its key may not be used for what the kind of certificate is for.
    KeyUsage {
        /// The kind.
        kind: CertificateKind,
        /// The usages it has.
        found: String,
    },
    /// Its purposes have no TLS in them.
    ExtendedKeyUsage {
        /// The purposes it has.
        found: String,
    },
    /// Its key is too short or of an unsupported kind.
    WeakKey {
        /// The key.
        found: String,
    },
    /// It is signed over a hash that is broken.
    WeakSignature {
        /// The algorithm.
        found: String,
    },
    /// It is in the list more than once.
    Duplicate,
    /// The certificate of its issuer in the list is not an authority's.
    IssuerIsNoAuthority {
        /// The issuer.
        issuer: String,
    },
    /// The certificate of its issuer in the list is out of date.
    IssuerOutOfDate {
        /// The issuer.
        issuer: String,
    },
    /// The certificate of its issuer in the list did not sign it.
    NotSignedByIssuer {
        /// The issuer.
        issuer: String,
    },
    /// It names another organisation than the first certificate of the list.
    OrganizationsDiffer {
        /// Its own.
        found: String,
        /// That of the first one.
        first: String,
    },
}

impl CertificateFlaw {
    /// Whether time alone is the reason: of itself, or of its issuer.
    #[must_use]
    pub const fn is_out_of_date(&self) -> bool {
        matches!(
            self,
            Self::NotYetValid { .. } | Self::Expired { .. } | Self::IssuerOutOfDate { .. }
        )
    }
}

impl fmt::Display for CertificateFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYetValid { from } => write!(
                f,
                "valid from {} on, needs one that is in date",
                Date(*from)
            ),
            Self::Expired { at } => {
                write!(f, "expired at {}, needs one that is in date", Date(*at))
            }
            Self::Authority => {
                f.write_str("of a certificate authority, needs the third-party's own")
            }
            Self::WrongKind => {
                f.write_str("neither QWAC nor QSealC, needs one of them (ETSI EN 319 412-5)")
            }
            Self::NotPsd2 => f.write_str("no PSD2 QCStatement, needs one (ETSI TS 119 495)"),
            Self::MissingRole { found } => {
                write!(f, "roles {found}, needs PSP_AI for account data")
            }
            Self::OtherOrganization { found, needed } => {
                write!(f, "of organisation {found}, needs {needed}")
            }
            Self::MalformedIdentifier { found } => f.write_str(found),
            Self::KeyUsage { kind, found } => {
                write!(f, "key usage {found}, needs {} for a {kind}", usages(*kind))
            }
            Self::ExtendedKeyUsage { found } => {
                write!(
                    f,
                    "extended key usage {found}, needs serverAuth or clientAuth for a QWAC"
                )
            }
            Self::WeakKey { found } => write!(
                f,
                "key {found}, needs RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519"
            ),
            Self::WeakSignature { found } => {
                write!(f, "signed with {found}, needs SHA-256 or better")
            }
            Self::Duplicate => f.write_str("more than once in the list, needs to be there once"),
            Self::IssuerIsNoAuthority { issuer } => write!(
                f,
                "the certificate of its issuer {issuer} is no authority's, needs one that is"
            ),
            Self::IssuerOutOfDate { issuer } => write!(
                f,
                "the certificate of its issuer {issuer} is out of date, needs one that is in date"
            ),
            Self::NotSignedByIssuer { issuer } => write!(
                f,
                "not signed by the certificate of its issuer {issuer}, needs the chain that it was issued under"
            ),
            Self::OrganizationsDiffer { found, first } => write!(
                f,
                "of organisation {found}, needs the same as the first certificate, {first}"
            ),
        }
    }
}

const fn usages(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::QsealC => "digitalSignature or contentCommitment",
        _ => "digitalSignature",
    }
}

/// A moment in UTC, to the second.
struct Date(SystemTime);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::try_from(self.0) {
            Ok(moment) => write!(f, "{moment:.0}"),
            Err(_) => f.write_str("a moment beyond the calendar"),
        }
    }
}

/// Enough digits of a fingerprint to tell certificates apart.
const SHORT: usize = 16;
