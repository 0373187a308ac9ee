//! The certificates that licensed third-parties bring to their onboarding.

use super::der::{oid, sequence, utf8};
use crate::ThirdPartySeed;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use std::time::{Duration, SystemTime};

/// A trust service provider of the sandbox's own, made for one description. Nobody trusts it
/// outside, and the keys of what it issues are thrown away: nothing in the sandbox connects to a
/// bank.
pub(crate) struct TrustService {
    issuer: Issuer<'static, KeyPair>,
    now: SystemTime,
}

impl TrustService {
    pub(crate) fn new(now: SystemTime) -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let name = "ob sandbox trust services";
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = Issuer::new(params, KeyPair::generate()?);
        Ok(Self { issuer, now })
    }

    /// A QWAC and a QSealC of the third-party, as PEM, as a payment service provider under PSD2
    /// would have them (ETSI TS 119 495), valid around this moment.
    pub(crate) fn issue(&self, party: &ThirdPartySeed) -> Result<Vec<String>, rcgen::Error> {
        let mut web = self.params(party, WEB);
        web.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let mut seal = self.params(party, ESEAL);
        seal.key_usages.push(KeyUsagePurpose::ContentCommitment);
        [web, seal]
            .iter()
            .map(|it| Ok(it.signed_by(&KeyPair::generate()?, &self.issuer)?.pem()))
            .collect()
    }

    fn params(&self, party: &ThirdPartySeed, kind: &[u64]) -> CertificateParams {
        let supervisor = Supervisor::of(party);
        let mut params = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, supervisor.country);
        name.push(DnType::OrganizationName, party.legal_name.as_str());
        let identifier = DnType::CustomDnType(vec![2, 5, 4, 97]);
        name.push(identifier, supervisor.number_of(party));
        let common = format!("{} (sandbox)", party.legal_name);
        name.push(DnType::CommonName, common);
        params.distinguished_name = name;
        // From 1970 on, and within the four digits of a year.
        let now = self.now.duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default().min(LAST);
        let epoch = date_time_ymd(1970, 1, 1);
        params.not_before = epoch + now.saturating_sub(YEAR);
        params.not_after = epoch + (now + 2 * YEAR);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let content = statements(kind, &supervisor);
        let extension = CustomExtension::from_oid_content(QC_STATEMENTS, content);
        params.custom_extensions = vec![extension];
        params
    }
}

impl std::fmt::Debug for TrustService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TrustService(..)")
    }
}

/// The authority that supervises a third-party where it is at home: the first of its countries.
struct Supervisor<'a> {
    country: &'a str,
    id: &'static str,
}

impl<'a> Supervisor<'a> {
    fn of(party: &'a ThirdPartySeed) -> Self {
        let country = party.countries.first().map_or("DE", String::as_str);
        let id = match country {
            "DE" => "BAFIN",
            "DK" => "DFSA",
            "IE" => "CBI",
            "NO" => "FSA",
            _ => "NCA",
        };
        Self { country, id }
    }

    /// TS 119 495 section 5.2.1, with its client id as its number at the supervisor.
    fn number_of(&self, party: &ThirdPartySeed) -> String {
        let Self { country, id } = self;
        format!("PSD{country}-{id}-{}", party.client_id)
    }
}

/// `QCStatements`: that it is qualified, of which kind, and the roles under PSD2.
fn statements(kind: &[u64], supervisor: &Supervisor<'_>) -> Vec<u8> {
    let role = |number: u64, name| sequence(&[oid(&[0, 4, 0, 19_495, 1, number]), utf8(name)]);
    let Supervisor { country, id } = supervisor;
    let psd2 = sequence(&[
        sequence(&[role(2, "PSP_PI"), role(3, "PSP_AI")]),
        utf8("a supervisor of the sandbox"),
        utf8(&format!("{country}-{id}")),
    ]);
    sequence(&[
        sequence(&[oid(&[0, 4, 0, 1862, 1, 1])]),
        sequence(&[oid(&[0, 4, 0, 1862, 1, 6]), sequence(&[oid(kind)])]),
        sequence(&[oid(&[0, 4, 0, 19_495, 2]), psd2]),
    ])
}

/// `id-pe-qcStatements`, `id-etsi-qct-web` and `id-etsi-qct-eseal`.
const QC_STATEMENTS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 3];
const WEB: &[u64] = &[0, 4, 0, 1862, 1, 6, 3];
const ESEAL: &[u64] = &[0, 4, 0, 1862, 1, 6, 2];
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The year 9990: two years later there is still a calendar.
const LAST: Duration = Duration::from_secs(253_080_000_000);
