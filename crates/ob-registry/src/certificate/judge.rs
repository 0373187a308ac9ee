//! Whether certificates are fit for a third-party.

use super::{Certificate, CertificateKind, OrganizationIdentifier, Psd2Role};
use ob_core::Code;
use std::{fmt, time::SystemTime};
use x509_parser::{asn1_rs::FromDer, certificate::X509Certificate};

/// Whom certificates are expected to be about, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The third-party's name in law; compared without case, spaces and punctuation.
    pub legal_name: &'a str,
    /// Its identifier, if it is known: it must be this one then, whatever the name.
    pub organization_identifier: Option<&'a OrganizationIdentifier>,
    /// Whether accounts are read with it, which needs the role `PSP_AI`.
    pub account_data: bool,
}

/// One thing that is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateProblem {
    code: Code,
    what: String,
}

impl CertificateProblem {
    fn date(what: impl Into<String>) -> Self {
        let (code, what) = (Code::C201, what.into());
        Self { code, what }
    }

    fn misfit(what: impl Into<String>) -> Self {
        let (code, what) = (Code::C202, what.into());
        Self { code, what }
    }

    /// OB-C201 where it is out of date, OB-C202 for everything else.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// What is wrong with a third-party's certificates, all together; empty if they are fit.
///
/// Certificates of certificate authorities are taken for the chain of the others: a certificate
/// whose issuer is there must have been signed by it. Of each kind, one in date is enough, so
/// that an old certificate may stay beside its successor.
#[must_use]
pub fn problems_of(
    certificates: &[Certificate],
    expected: &Expected<'_>,
    now: SystemTime,
) -> Vec<CertificateProblem> {
    let own = || certificates.iter().filter(|it| !it.is_ca());
    let mut found = Vec::new();
    if own().next().is_none() {
        let what = "has no certificate of its own: needs one that is not a CA's";
        found.push(CertificateProblem::misfit(what));
    }
    for it in own() {
        let replaced = own().any(|other| other.kind() == it.kind() && other.is_in_date(now));
        let dated = |problem: &CertificateProblem| problem.code() == Code::C201;
        let mut all = problems(it, expected, now);
        all.retain(|problem| !(dated(problem) && replaced));
        found.extend(all);
        found.extend(chain(it, certificates, now));
    }
    let mut identifiers: Vec<_> = own()
        .filter_map(|it| it.organization_identifier())
        .collect();
    identifiers.sort_unstable();
    identifiers.dedup();
    if let [one, other, ..] = identifiers.as_slice() {
        let what = format!("has certificates of {one} and of {other}: needs those of one");
        found.push(CertificateProblem::misfit(what));
    }
    found
}

pub(super) fn problems(
    it: &Certificate,
    expected: &Expected<'_>,
    now: SystemTime,
) -> Vec<CertificateProblem> {
    let found = [
        date(it, now),
        authority(it),
        qualified(it),
        role(it, expected),
        organization(it, expected),
        usage(it),
        key(it),
        signature(it),
    ];
    found.into_iter().flatten().collect()
}

fn date(it: &Certificate, now: SystemTime) -> Option<CertificateProblem> {
    let shown = |at| crate::timestamp::to_text(at);
    if now < it.not_before() {
        let from = shown(it.not_before());
        let what = format!("has a certificate ({it}) that is not valid before {from}");
        return Some(CertificateProblem::date(what));
    }
    (!it.is_in_date(now)).then(|| {
        let until = shown(it.not_after());
        let what =
            format!("has a certificate ({it}) that was valid until {until}: needs a new one");
        CertificateProblem::date(what)
    })
}

fn authority(it: &Certificate) -> Option<CertificateProblem> {
    it.is_ca()
        .then(|| misfit(it, "is a certificate authority's", "the third-party's own"))
}

fn qualified(it: &Certificate) -> Option<CertificateProblem> {
    if it.kind() == CertificateKind::Other {
        let found = "is neither a QWAC nor a QSealC";
        return Some(misfit(
            it,
            found,
            "a qualified certificate (ETSI EN 319 412-5)",
        ));
    }
    it.psd2().is_none().then(|| {
        let found = "says nothing of payment services";
        misfit(it, found, "the PSD2 statement (ETSI TS 119 495)")
    })
}

fn role(it: &Certificate, expected: &Expected<'_>) -> Option<CertificateProblem> {
    let psd2 = it.psd2()?;
    let wanted = Psd2Role::AccountInformation;
    if !expected.account_data || psd2.has(&wanted) {
        return None;
    }
    let roles: Vec<_> = psd2.roles.iter().map(Psd2Role::as_str).collect();
    let roles = if roles.is_empty() {
        "no role".to_owned()
    } else {
        roles.join(", ")
    };
    let found = format!("has {roles}");
    Some(misfit(it, &found, "the role PSP_AI to read accounts"))
}

fn organization(it: &Certificate, expected: &Expected<'_>) -> Option<CertificateProblem> {
    if let Some(wanted) = expected.organization_identifier {
        let found = match it.organization_identifier() {
            Some(found) if found == wanted => return None,
            Some(found) => format!("is {found}'s"),
            None => "names no organisation identifier".to_owned(),
        };
        return Some(misfit(it, &found, &format!("one of {wanted}")));
    }
    let found = match it.organization() {
        Some(found) if folded(found) == folded(expected.legal_name) => return None,
        Some(found) => format!("is the organisation {}'s", ob_core::Shown(found)),
        None => "names no organisation".to_owned(),
    };
    let wanted = format!("one of {}", ob_core::Shown(expected.legal_name));
    Some(misfit(it, &found, &wanted))
}

fn usage(it: &Certificate) -> Option<CertificateProblem> {
    let has = |usage: &str| it.key_usage().contains(&usage);
    match it.kind() {
        CertificateKind::Qwac if !has("digitalSignature") => {
            let found = "may not be used for digitalSignature";
            Some(misfit(it, found, "that key usage, being a QWAC"))
        }
        CertificateKind::Qwac if !has("serverAuth") && !has("clientAuth") => {
            let found = "may be used neither for serverAuth nor for clientAuth";
            Some(misfit(it, found, "one of these, being a QWAC"))
        }
        CertificateKind::QsealC if !has("digitalSignature") && !has("nonRepudiation") => {
            let found = "may be used neither for digitalSignature nor for nonRepudiation";
            Some(misfit(it, found, "one of these, being a QSealC"))
        }
        _ => None,
    }
}

fn key(it: &Certificate) -> Option<CertificateProblem> {
    let key = it.key();
    let strong = match key.algorithm.as_str() {
        "RSA" => key.bits >= 2048,
        "EC P-256" | "EC P-384" | "EC P-521" | "Ed25519" => true,
        _ => false,
    };
    let needed = "RSA of at least 2048 bits, EC P-256, P-384 or P-521, or Ed25519";
    (!strong).then(|| misfit(it, &format!("has a key {key}"), needed))
}

/// MD5 and SHA-1 signatures can be forged.
fn signature(it: &Certificate) -> Option<CertificateProblem> {
    let algorithm = it.0.facts.signature_algorithm.as_str();
    WEAK.contains(&algorithm).then(|| {
        let found = format!("is signed by the weak algorithm {algorithm}");
        misfit(it, &found, "a signature over SHA-256 or better")
    })
}

/// Whether the issuer that is there really issued it.
fn chain(it: &Certificate, all: &[Certificate], now: SystemTime) -> Option<CertificateProblem> {
    let named =
        |other: &&Certificate| other.0.facts.raw_subject == it.0.facts.raw_issuer && *other != it;
    let issuers: Vec<_> = all.iter().filter(named).collect();
    let issued = issuers.iter().find(|issuer| is_signed_by(it, issuer));
    match (issuers.is_empty(), issued) {
        (true, _) => None,
        (false, None) => {
            let found = "was not signed by the issuer it names";
            Some(misfit(it, found, "the chain it comes with"))
        }
        (false, Some(issuer)) if !issuer.is_ca() => {
            let found = "was issued by a certificate that is no authority's";
            Some(misfit(it, found, "a chain of certificate authorities"))
        }
        (false, Some(issuer)) if !issuer.is_in_date(now) => {
            let until = crate::timestamp::to_text(issuer.not_after());
            let what = format!("has a certificate ({it}) whose issuer was valid until {until}");
            Some(CertificateProblem::date(what))
        }
        _ => None,
    }
}

fn is_signed_by(it: &Certificate, issuer: &Certificate) -> bool {
    let (Ok((_, it)), Ok((_, issuer))) = (
        X509Certificate::from_der(it.as_der()),
        X509Certificate::from_der(issuer.as_der()),
    ) else {
        return false;
    };
    it.verify_signature(Some(issuer.public_key())).is_ok()
}

fn misfit(it: &Certificate, found: &str, needed: &str) -> CertificateProblem {
    let what = format!("has a certificate ({it}) that {found}: needs {needed}");
    CertificateProblem::misfit(what)
}

/// `Acme Budget GmbH` and `ACME BUDGET G.m.b.H.` are one.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// How messages name a certificate: by its kind and serial number.
impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let serial = self.serial_number();
        let serial = serial.get(..MAX_SERIAL).unwrap_or(serial);
        match self.kind() {
            CertificateKind::Other => write!(f, "serial {serial}"),
            kind => write!(f, "{kind}, serial {serial}"),
        }
    }
}

/// 20 octets (RFC 5280 section 4.1.2.2).
const MAX_SERIAL: usize = 40;
/// md5WithRSAEncryption, sha1WithRSAEncryption, its older name, ecdsa-with-SHA1, dsa-with-sha1.
const WEAK: [&str; 5] = [
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.3.14.3.2.29",
    "1.2.840.10045.4.1",
    "1.2.840.10040.4.3",
];
