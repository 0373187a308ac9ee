//! Whether certificates fit the third-party that brings them.

use super::{
    Certificate, CertificateFlaw as Flaw, CertificateKind, CertificateProblem,
    OrganizationIdentifier, Psd2Role, chain,
};
use ob_core::Shown;
use std::time::SystemTime;

/// What a third-party's certificates must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The legal name. The certificate's organisation must be equal to it but for case, spaces
    /// and punctuation, unless there is an identifier.
    pub legal_name: &'a str,
    /// The organisation's identifier, where it is known: the certificate's must be equal.
    pub organization_identifier: Option<&'a OrganizationIdentifier>,
    /// Whether account data is read under it, which needs the role `PSP_AI`.
    pub account_data: bool,
}

impl Certificate {
    /// Everything that keeps this certificate from being the third-party's own, at `now`; nothing
    /// if it fits.
    ///
    /// It must be in date; a QWAC or a QSealC with a PSD2 QCStatement (ETSI TS 119 495); of the
    /// expected organisation and role; with the key usage of its kind, which is
    /// `digitalSignature` and a purpose of TLS for a QWAC, and `digitalSignature` or
    /// `contentCommitment` for a QSealC; with RSA of at least 2048 bits, P-256, P-384, P-521 or
    /// Ed25519; and not signed over MD5 or SHA-1.
    ///
    /// Of an authority's certificate, nothing but that and its dates is said. Who signed it is
    /// not looked at here: [`problems_of`] does so for a list.
    #[must_use]
    pub fn problems(&self, expected: &Expected<'_>, now: SystemTime) -> Vec<CertificateProblem> {
        let mut flaws = Vec::new();
        flaws.extend(out_of_date(self, now));
        if self.is_ca() {
            flaws.push(Flaw::Authority);
        } else {
            flaws.extend(wrong_kind(self));
            flaws.extend(missing_role(self, expected));
            flaws.extend(other_organization(self, expected));
            flaws.extend(wrong_usage(self));
            flaws.extend(weakness(self));
        }
        let problem = |flaw| CertificateProblem::new(self, flaw);
        flaws.into_iter().map(problem).collect()
    }
}

/// Everything that keeps a third-party's whole list of certificates from fitting, at `now`.
///
/// Authorities in the list are its chain. Every other certificate is held against `expected`,
/// must be there once, and must name the same organisation as the others. Where a certificate's
/// issuer is in the list, it must be an authority, in date, and have made the signature. No
/// certificate at all is no problem of a certificate.
#[must_use]
pub fn problems_of(
    certificates: &[Certificate],
    expected: &Expected<'_>,
    now: SystemTime,
) -> Vec<CertificateProblem> {
    let leaves: Vec<_> = certificates.iter().filter(|it| !it.is_ca()).collect();
    if leaves.is_empty() {
        // A chain without a beginning: each is in the place of the third-party's own.
        let each = certificates.iter().map(|it| it.problems(expected, now));
        return each.flatten().collect();
    }
    let mut problems = Vec::new();
    for (i, certificate) in certificates.iter().enumerate() {
        let mut add = |flaw| problems.push(CertificateProblem::new(certificate, flaw));
        if certificates.iter().take(i).any(|it| it == certificate) {
            add(Flaw::Duplicate);
            continue;
        }
        if let Some(flaw) = badly_issued(certificate, certificates, now) {
            add(flaw);
        }
        if certificate.is_ca() {
            continue;
        }
        if let Some(flaw) = leaves.first().and_then(|first| differs(certificate, first)) {
            add(flaw);
        }
        problems.extend(certificate.problems(expected, now));
    }
    problems
}

fn out_of_date(certificate: &Certificate, now: SystemTime) -> Option<Flaw> {
    if certificate.is_in_date(now) {
        None
    } else if now < certificate.not_before() {
        let from = certificate.not_before();
        Some(Flaw::NotYetValid { from })
    } else {
        let at = certificate.not_after();
        Some(Flaw::Expired { at })
    }
}

fn wrong_kind(certificate: &Certificate) -> Option<Flaw> {
    if certificate.kind() == CertificateKind::Other {
        Some(Flaw::WrongKind)
    } else if certificate.psd2().is_none() {
        Some(Flaw::NotPsd2)
    } else {
        None
    }
}

/// Only of a certificate that has roles: without any, it is of the wrong kind already.
fn missing_role(certificate: &Certificate, expected: &Expected<'_>) -> Option<Flaw> {
    let psd2 = certificate.psd2()?;
    if !expected.account_data || psd2.has(&Psd2Role::AccountInformation) {
        return None;
    }
    let roles: Vec<_> = psd2.roles().iter().map(ToString::to_string).collect();
    let found = match roles.is_empty() {
        true => "none".to_owned(),
        false => roles.join(", "),
    };
    Some(Flaw::MissingRole { found })
}

fn other_organization(certificate: &Certificate, expected: &Expected<'_>) -> Option<Flaw> {
    if let Some(Err(found)) = &certificate.0.organization_identifier {
        let found = found.clone();
        return Some(Flaw::MalformedIdentifier { found });
    }
    let (found, needed) = match expected.organization_identifier {
        Some(needed) if certificate.organization_identifier() == Some(needed) => return None,
        Some(needed) => (identifier(certificate), needed.to_string()),
        None => {
            let found = certificate.organization().unwrap_or_default();
            if is_same_name(found, expected.legal_name) {
                return None;
            }
            (
                Shown(found).to_string(),
                Shown(expected.legal_name).to_string(),
            )
        }
    };
    Some(Flaw::OtherOrganization { found, needed })
}

fn identifier(certificate: &Certificate) -> String {
    certificate.organization_identifier().map_or_else(
        || "without identifier".to_owned(),
        |id| Shown(id.as_str()).to_string(),
    )
}

/// Equal but for case, spaces and punctuation. Names of nothing else are equal to none.
fn is_same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> String {
        let kept = name.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect()
    };
    let one = letters(one);
    !one.is_empty() && one == letters(other)
}

fn wrong_usage(certificate: &Certificate) -> Vec<Flaw> {
    let kind = certificate.kind();
    let usage = certificate.key_usage();
    let signs = usage.is_some_and(super::KeyUsage::digital_signature);
    let seals = usage.is_some_and(super::KeyUsage::content_commitment);
    let purposes = certificate.extended_key_usage();
    let tls = purposes.is_some_and(|it| it.server_auth() || it.client_auth());
    let fits = match kind {
        CertificateKind::Qwac => signs,
        CertificateKind::QsealC => signs || seals,
        CertificateKind::Other => true,
    };
    let mut flaws = Vec::new();
    if !fits {
        let found = usage.map_or_else(|| "missing".to_owned(), |it| it.to_string());
        flaws.push(Flaw::KeyUsage { kind, found });
    }
    if kind == CertificateKind::Qwac && !tls {
        let found = purposes.map_or_else(|| "missing".to_owned(), ToString::to_string);
        flaws.push(Flaw::ExtendedKeyUsage { found });
    }
    flaws
}

fn weakness(certificate: &Certificate) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    if !certificate.key().is_strong() {
        let found = certificate.key().to_string();
        flaws.push(Flaw::WeakKey { found });
    }
    if certificate.0.signature.is_weak() {
        let found = certificate.signature_algorithm().to_owned();
        flaws.push(Flaw::WeakSignature { found });
    }
    flaws
}

/// What is wrong with the issuer of `certificate`, where it is in the list. An authority may be
/// there with several keys: one of them suffices.
fn badly_issued(certificate: &Certificate, all: &[Certificate], now: SystemTime) -> Option<Flaw> {
    if certificate.subject() == certificate.issuer()
        && chain::is_signed_by(certificate, certificate)
    {
        // Its own issuer: whoever else has the name did not sign it.
        return None;
    }
    let named = |it: &&Certificate| it.subject() == certificate.issuer() && *it != certificate;
    let issuers: Vec<_> = all.iter().filter(named).collect();
    let issuer = || Shown(certificate.issuer()).to_string();
    let flaws: Vec<_> = issuers
        .iter()
        .map(|it| {
            if !may_issue(it) {
                Some(Flaw::IssuerIsNoAuthority { issuer: issuer() })
            } else if !chain::is_signed_by(certificate, it) {
                Some(Flaw::NotSignedByIssuer { issuer: issuer() })
            } else if !it.is_in_date(now) {
                Some(Flaw::IssuerOutOfDate { issuer: issuer() })
            } else {
                None
            }
        })
        .collect();
    if flaws.iter().any(Option::is_none) {
        return None;
    }
    // The nearest miss says the most.
    let dated = flaws.iter().flatten().find(|flaw| flaw.is_out_of_date());
    dated.or_else(|| flaws.iter().flatten().next()).cloned()
}

/// RFC 5280 section 4.2.1.3: where an authority has a key usage, `keyCertSign` is in it.
fn may_issue(certificate: &Certificate) -> bool {
    let usage = certificate.key_usage();
    certificate.is_ca() && usage.is_none_or(super::KeyUsage::key_cert_sign)
}

/// Whether two certificates of one third-party name two organisations: by their identifiers
/// where both have one, by their names otherwise.
fn differs(certificate: &Certificate, first: &Certificate) -> Option<Flaw> {
    let ids = (
        certificate.organization_identifier(),
        first.organization_identifier(),
    );
    if let (Some(one), Some(other)) = ids {
        return (one != other).then(|| Flaw::OrganizationsDiffer {
            found: identifier(certificate),
            first: identifier(first),
        });
    }
    let name = |it: &Certificate| Shown(it.organization().unwrap_or_default()).to_string();
    let names = [certificate, first].map(|it| it.organization().unwrap_or_default());
    let [one, other] = names;
    (one != other && !is_same_name(one, other)).then(|| Flaw::OrganizationsDiffer {
        found: name(certificate),
        first: name(first),
    })
}
