//! A small trust service provider that issues qualified certificates, good ones and bad ones.

use ob_registry::Certificate;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer, KeyPair, KeyUsagePurpose as Usage,
};
use std::time::{Duration, SystemTime};

/// 2026-09-21T14:13:20Z: the moment the checks are made at.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An authority with its certificate.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: Certificate,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    /// An authority whose certificate is not quite usual.
    pub(crate) fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = authority_params(name);
        change(&mut params);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    /// An authority below this one.
    pub(crate) fn subordinate(&self, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = authority_params(name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn issue(&self, wanted: &Wanted) -> Certificate {
        self.issue_for(wanted, &KeyPair::generate().unwrap())
    }

    pub(crate) fn issue_for(&self, wanted: &Wanted, key: &KeyPair) -> Certificate {
        Certificate::from_der(&self.der_for(wanted, key)).unwrap()
    }

    pub(crate) fn der(&self, wanted: &Wanted) -> Vec<u8> {
        self.der_for(wanted, &KeyPair::generate().unwrap())
    }

    fn der_for(&self, wanted: &Wanted, key: &KeyPair) -> Vec<u8> {
        let issued = wanted.params().signed_by(key, &self.issuer).unwrap();
        issued.der().to_vec()
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![Usage::KeyCertSign, Usage::CrlSign];
    params.not_before = (now() - 1000 * DAY).into();
    params.not_after = (now() + 3000 * DAY).into();
    params
}

/// What a certificate is to say.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) from: SystemTime,
    pub(crate) until: SystemTime,
    pub(crate) organization: DnValue,
    pub(crate) identifier: Option<String>,
    pub(crate) common_name: String,
    pub(crate) is_ca: bool,
    pub(crate) usages: Vec<Usage>,
    pub(crate) purposes: Vec<Purpose>,
    /// The content of the extension QCStatements.
    pub(crate) statements: Option<Vec<u8>>,
    pub(crate) extensions: Vec<CustomExtension>,
}

/// The numbers of `id-etsi-qct-eseal` and `id-etsi-qct-web`.
pub(crate) const ESEAL: &str = "0.4.0.1862.1.6.2";
pub(crate) const WEB: &str = "0.4.0.1862.1.6.3";
/// The roles, with their numbers.
pub(crate) const AS: (&str, &str) = ("0.4.0.19495.1.1", "PSP_AS");
pub(crate) const PI: (&str, &str) = ("0.4.0.19495.1.2", "PSP_PI");
pub(crate) const AI: (&str, &str) = ("0.4.0.19495.1.3", "PSP_AI");
pub(crate) const IC: (&str, &str) = ("0.4.0.19495.1.4", "PSP_IC");

impl Wanted {
    /// A good QWAC of Acme GmbH.
    pub(crate) fn qwac() -> Self {
        Self {
            from: now() - 30 * DAY,
            until: now() + 335 * DAY,
            organization: "Acme GmbH".into(),
            identifier: Some("PSDDE-BAFIN-123456".to_owned()),
            common_name: "api.acme.example".to_owned(),
            is_ca: false,
            usages: vec![Usage::DigitalSignature],
            purposes: vec![Purpose::ServerAuth, Purpose::ClientAuth],
            statements: Some(statements(&[types(&[WEB]), psd2(&[PI, AI])])),
            extensions: Vec::new(),
        }
    }

    /// A good QSealC of Acme GmbH.
    pub(crate) fn qseal() -> Self {
        Self {
            common_name: "Acme GmbH".to_owned(),
            usages: vec![Usage::DigitalSignature, Usage::ContentCommitment],
            purposes: Vec::new(),
            statements: Some(statements(&[types(&[ESEAL]), psd2(&[PI, AI])])),
            ..Self::qwac()
        }
    }

    /// The same with these statements instead.
    pub(crate) fn stating(self, all: &[Vec<u8>]) -> Self {
        let statements = Some(statements(all));
        Self { statements, ..self }
    }

    pub(crate) fn of(self, organization: &str, identifier: Option<&str>) -> Self {
        Self {
            organization: organization.into(),
            identifier: identifier.map(str::to_owned),
            ..self
        }
    }

    pub(crate) fn valid(self, from: SystemTime, until: SystemTime) -> Self {
        Self {
            from,
            until,
            ..self
        }
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "DE");
        name.push(DnType::OrganizationName, self.organization.clone());
        if let Some(identifier) = &self.identifier {
            let number = vec![2, 5, 4, 97];
            name.push(DnType::CustomDnType(number), identifier.as_str());
        }
        name.push(DnType::CommonName, self.common_name.as_str());
        params.distinguished_name = name;
        params.not_before = self.from.into();
        params.not_after = self.until.into();
        params.is_ca = match self.is_ca {
            true => IsCa::Ca(BasicConstraints::Unconstrained),
            false => IsCa::ExplicitNoCa,
        };
        params.key_usages = self.usages.clone();
        params.extended_key_usages = self.purposes.clone();
        params.custom_extensions = self.extensions.clone();
        if let Some(content) = &self.statements {
            let number = [1, 3, 6, 1, 5, 5, 7, 1, 3];
            let extension = CustomExtension::from_oid_content(&number, content.clone());
            params.custom_extensions.push(extension);
        }
        params
    }
}

/// `QCStatements` of these statements, and of `QcCompliance`, which every qualified one has.
pub(crate) fn statements(all: &[Vec<u8>]) -> Vec<u8> {
    let compliance = sequence(&[oid("0.4.0.1862.1.1")]);
    sequence(&[&[compliance], all].concat())
}

/// The statement `QcType`.
pub(crate) fn types(numbers: &[&str]) -> Vec<u8> {
    let numbers: Vec<_> = numbers.iter().map(|number| oid(number)).collect();
    sequence(&[oid("0.4.0.1862.1.6"), sequence(&numbers)])
}

/// The statement of PSD2 by the supervisor of Germany.
pub(crate) fn psd2(roles: &[(&str, &str)]) -> Vec<u8> {
    let role = |(number, name): &(&str, &str)| sequence(&[oid(number), utf8(name)]);
    let roles: Vec<_> = roles.iter().map(role).collect();
    let name = utf8("Federal Financial Supervisory Authority");
    let info = sequence(&[sequence(&roles), name, utf8("DE-BAFIN")]);
    sequence(&[oid("0.4.0.19495.2"), info])
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

/// The DER of a dotted number (X.690 section 8.19).
pub(crate) fn oid(number: &str) -> Vec<u8> {
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

pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let header = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [header, content.to_vec()].concat()
}
