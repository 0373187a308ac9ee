//! A small trust service provider: certificates with real QCStatements, valid around now.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer, KeyPair, KeyUsagePurpose as Usage,
};
use std::time::{Duration, SystemTime};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![Usage::KeyCertSign, Usage::CrlSign];
        params.not_before = (SystemTime::now() - 400 * DAY).into();
        params.not_after = (SystemTime::now() + 4000 * DAY).into();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// A QWAC of this organisation that ends so many seconds from now, with its private key.
    pub(crate) fn qwac_with_key(&self, organization: &str, seconds: i64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "DE");
        name.push(DnType::OrganizationName, organization);
        name.push(
            DnType::CustomDnType(vec![2, 5, 4, 97]),
            "PSDDE-BAFIN-123456",
        );
        name.push(DnType::CommonName, "api.acme.example");
        params.distinguished_name = name;
        let ends = match u64::try_from(seconds) {
            Ok(ahead) => SystemTime::now() + Duration::from_secs(ahead),
            Err(_) => SystemTime::now() - Duration::from_secs(seconds.unsigned_abs()),
        };
        params.not_before = (SystemTime::now() - 300 * DAY).into();
        params.not_after = ends.into();
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![Usage::DigitalSignature];
        params.extended_key_usages = vec![Purpose::ServerAuth, Purpose::ClientAuth];
        let number = [1, 3, 6, 1, 5, 5, 7, 1, 3];
        let statements = CustomExtension::from_oid_content(&number, statements());
        params.custom_extensions.push(statements);
        let issued = params.signed_by(&key, &self.issuer).unwrap();
        (issued.pem(), key.serialize_pem())
    }

    pub(crate) fn qwac(&self, organization: &str, days: i64) -> String {
        // Half a day more, so that whole days stay the same while a test runs.
        self.qwac_with_key(organization, days * 24 * 60 * 60 + 12 * 60 * 60)
            .0
    }
}

/// `QcCompliance`, `QcType` web, and the PSD2 statement of a German account information service.
fn statements() -> Vec<u8> {
    let role = sequence(&[oid("0.4.0.19495.1.3"), utf8("PSP_AI")]);
    let info = sequence(&[
        sequence(&[role]),
        utf8("Federal Financial Supervisory Authority"),
        utf8("DE-BAFIN"),
    ]);
    sequence(&[
        sequence(&[oid("0.4.0.1862.1.1")]),
        sequence(&[oid("0.4.0.1862.1.6"), sequence(&[oid("0.4.0.1862.1.6.3")])]),
        sequence(&[oid("0.4.0.19495.2"), info]),
    ])
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn utf8(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

/// The DER of a dotted number (X.690 section 8.19).
fn oid(number: &str) -> Vec<u8> {
    let arcs: Vec<u32> = number.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = vec![u8::try_from(arcs[0] * 40 + arcs[1]).unwrap()];
    for arc in &arcs[2..] {
        let mut groups = vec![u8::try_from(arc & 0x7f).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
            rest >>= 7;
        }
        content.extend(groups.iter().rev());
    }
    element(0x06, &content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let header = match length {
        0..=0x7f => vec![tag, length],
        _ => vec![tag, 0x81, length],
    };
    [header, content.to_vec()].concat()
}
