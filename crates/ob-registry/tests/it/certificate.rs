//! What is read from a certificate, and what is not taken for one.

use crate::authority::{
    AI, AS, Authority, DAY, ESEAL, IC, PI, WEB, Wanted, element, now, oid, psd2, sequence, types,
    utf8,
};
use ob_registry::{Certificate, CertificateKey, CertificateKind, Psd2Role, RegistryError};
use rcgen::{
    CustomExtension, DnValue, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512,
    PKCS_ED25519, RsaKeySize,
    string::{BmpString, TeletexString, UniversalString},
};
use std::{collections::HashSet, time::SystemTime};

fn authority() -> Authority {
    Authority::new("Example Trust Services")
}

fn refused(text: &str) -> String {
    text.parse::<Certificate>().unwrap_err().to_string()
}

fn refused_der(der: &[u8]) -> String {
    let error: RegistryError = Certificate::from_der(der).unwrap_err();
    assert_eq!(error.code().as_str(), "OB-R009");
    error.to_string()
}

#[test]
fn says_what_stands_in_it() {
    let wanted = Wanted::qwac();
    let it = authority().issue(&wanted);
    assert_eq!(
        it.subject(),
        "CN=api.acme.example,organizationIdentifier=PSDDE-BAFIN-123456,O=Acme GmbH,C=DE"
    );
    assert_eq!(it.issuer(), "CN=Example Trust Services");
    assert_eq!(
        (it.not_before(), it.not_after()),
        (wanted.from, wanted.until)
    );
    assert_eq!(it.key(), &CertificateKey::P256);
    assert_eq!(it.signature_algorithm(), "ecdsa-with-SHA256");
    assert_eq!(it.key_usage().unwrap().to_string(), "digitalSignature");
    assert_eq!(
        it.extended_key_usage().unwrap().to_string(),
        "serverAuth, clientAuth"
    );
    assert!(!it.is_ca());
    assert_eq!(it.organization(), Some("Acme GmbH"));
    let id = it.organization_identifier().unwrap();
    assert_eq!((id.country(), id.authority()), ("DE", Some("BAFIN")));
    assert_eq!(it.kind(), CertificateKind::Qwac);
    let psd2 = it.psd2().unwrap();
    assert_eq!(
        psd2.roles(),
        [Psd2Role::PaymentInitiation, Psd2Role::AccountInformation]
    );
    assert_eq!(psd2.authority_id(), "DE-BAFIN");
    assert_eq!(
        psd2.authority_name(),
        "Federal Financial Supervisory Authority"
    );
    assert_eq!(it.fingerprint().len(), 64);
    assert!(it.public_key_der().starts_with(&[0x30]));
}

#[test]
fn says_the_same_as_another_tool() {
    let it: Certificate = include_str!("fixtures/qwac.pem").parse().unwrap();
    assert_eq!(it.fingerprint(), FINGERPRINT);
    assert_eq!(it.serial_number(), "00c0ffee01");
    assert_eq!(
        it.issuer(),
        "CN=Test Trust CA,O=Test Trust Services Oy,C=FI"
    );
    assert_eq!(it.key(), &CertificateKey::Rsa { bits: 2048 });
    assert_eq!(it.signature_algorithm(), "RSASSA-PSS with SHA-256");
    assert_eq!(it.kind(), CertificateKind::Qwac);
    assert_eq!(it.psd2().unwrap().authority_id(), "FI-FINFSA");
    assert!(it.psd2().unwrap().has(&Psd2Role::AccountInformation));
    let id = it.organization_identifier().unwrap();
    assert_eq!(id.as_str(), "PSDFI-FINFSA-1234567");
    assert_eq!(it.as_pem(), include_str!("fixtures/qwac.pem"));

    let seal: Certificate = include_str!("fixtures/weak.pem").parse().unwrap();
    assert_eq!(seal.kind(), CertificateKind::QsealC);
    assert_eq!(seal.key().to_string(), "RSA 1024");
    assert_eq!(seal.signature_algorithm(), "sha1WithRSAEncryption");
    let usage = seal.key_usage().unwrap();
    assert!(usage.content_commitment() && !usage.digital_signature());
    let ca: Certificate = include_str!("fixtures/ca.pem").parse().unwrap();
    assert!(ca.is_ca() && ca.key_usage().unwrap().key_cert_sign());
    assert_eq!(ca.key().bits(), Some(3072));
}

const FINGERPRINT: &str = "f674c95801b13e7004634ed6ce0acabff24a9a0ef5f28a71ee73681cfe53270f";

#[test]
fn names_every_kind_of_key() {
    let authority = authority();
    let rsa = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let cases = [
        (KeyPair::generate().unwrap(), "EC P-256", 256),
        (
            KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(),
            "EC P-384",
            384,
        ),
        (
            KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap(),
            "EC P-521",
            521,
        ),
        (
            KeyPair::generate_for(&PKCS_ED25519).unwrap(),
            "Ed25519",
            256,
        ),
        (rsa, "RSA 2048", 2048),
    ];
    for (key, name, bits) in cases {
        let it = authority.issue_for(&Wanted::qwac(), &key);
        assert_eq!(it.key().to_string(), name);
        assert_eq!(it.key().bits(), Some(bits));
        assert!(it.key().is_strong());
    }
    let brainpool: Certificate = include_str!("fixtures/brainpool.pem").parse().unwrap();
    assert_eq!(
        brainpool.key().to_string(),
        "algorithm 1.3.36.3.3.2.8.1.1.7"
    );
    assert!(!brainpool.key().is_strong());
}

#[test]
fn reads_the_kind_from_the_statements() {
    let authority = authority();
    let (web, seal) = (types(&[WEB]), types(&[ESEAL]));
    let cases = [
        (vec![web.clone()], CertificateKind::Qwac),
        (vec![seal.clone()], CertificateKind::QsealC),
        (vec![types(&[WEB, ESEAL])], CertificateKind::Other),
        (vec![types(&["0.4.0.1862.1.6.1"])], CertificateKind::Other),
        (vec![types(&[])], CertificateKind::Other),
        (vec![], CertificateKind::Other),
    ];
    for (all, kind) in cases {
        let it = authority.issue(&Wanted::qwac().stating(&all));
        assert_eq!((it.kind(), it.psd2()), (kind, None));
    }
    let plain = Wanted {
        statements: None,
        ..Wanted::qwac()
    };
    let plain = authority.issue(&plain);
    assert_eq!((plain.kind(), plain.psd2()), (CertificateKind::Other, None));
}

#[test]
fn keeps_all_roles_and_trusts_the_known_ones() {
    let unknown = ("0.4.0.19495.1.9", "PSP_XX");
    let contradicting = (AI.0, "PSP_PI");
    let all = [AS, PI, AI, IC, unknown];
    let it = authority().issue(&Wanted::qwac().stating(&[types(&[WEB]), psd2(&all)]));
    let names: Vec<_> = it
        .psd2()
        .unwrap()
        .roles()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        names,
        [
            "PSP_AS",
            "PSP_PI",
            "PSP_AI",
            "PSP_IC",
            "PSP_XX (0.4.0.19495.1.9)"
        ]
    );
    let it = authority().issue(&Wanted::qwac().stating(&[types(&[WEB]), psd2(&[contradicting])]));
    let psd2 = it.psd2().unwrap();
    assert!(!psd2.has(&Psd2Role::AccountInformation) && !psd2.has(&Psd2Role::PaymentInitiation));
}

#[test]
fn broken_statements_are_refused() {
    let authority = authority();
    let with = |statements| {
        let statements = Some(statements);
        authority.der(&Wanted {
            statements,
            ..Wanted::qwac()
        })
    };
    let role = sequence(&[oid(AI.0), utf8(AI.1), utf8("more")]);
    let psd2_of = |info: &[Vec<u8>]| sequence(&[oid("0.4.0.19495.2"), sequence(info)]);
    let twice = sequence(&[psd2(&[AI]), psd2(&[AI])]);
    let cut = sequence(&[psd2(&[AI])]);
    let (_, cut) = cut.split_last().unwrap();
    let broken = [
        Vec::new(),
        vec![0x30],
        vec![0x30, 0x80, 0, 0],
        cut.to_vec(),
        [sequence(&[psd2(&[AI])]), vec![0]].concat(),
        utf8("QCStatements"),
        sequence(&[utf8("statement")]),
        sequence(&[sequence(&[])]),
        sequence(&[sequence(&[utf8("number")])]),
        sequence(&[sequence(&[oid("0.4.0.1862.1.6")])]),
        sequence(&[sequence(&[oid("0.4.0.1862.1.6"), sequence(&[utf8(WEB)])])]),
        sequence(&[types(&[WEB]), types(&[WEB])]),
        twice,
        sequence(&[psd2_of(&[])]),
        sequence(&[psd2_of(&[sequence(&[]), utf8("name")])]),
        sequence(&[psd2_of(&[sequence(&[role]), utf8("name"), utf8("id")])]),
        sequence(&[psd2_of(&[
            sequence(&[]),
            element(0x0c, &[0xff]),
            utf8("id"),
        ])]),
        sequence(&[psd2_of(&[
            sequence(&[]),
            element(0x13, b"name"),
            utf8("id"),
        ])]),
    ];
    for content in broken {
        let message = refused_der(&with(content.clone()));
        assert!(
            message.contains("QCStatements"),
            "{content:02x?}: {message}"
        );
    }
}

#[test]
fn names_are_shown_so_that_nothing_hides_in_them() {
    let shown = |organization: DnValue| {
        let wanted = Wanted {
            organization,
            identifier: None,
            ..Wanted::qwac()
        };
        let it = authority().issue(&wanted);
        (
            it.organization().unwrap().to_owned(),
            it.subject().to_owned(),
        )
    };
    let cases = [
        ("Acme, Inc.", r"Acme\, Inc."),
        (r#"A+B "C" <D>;\"#, r#"A\+B \"C\" \<D\>\;\\"#),
        (" # ", r"\ #\ "),
        ("#1", r"\#1"),
        ("Müller", "Müller"),
        ("a\r\nb\0", r"a\0D\0Ab\00"),
        ("a\u{202e}b\u{200b}", r"a\E2\80\AEb\E2\80\8B"),
    ];
    for (organization, expected) in cases {
        let (raw, subject) = shown(organization.into());
        assert_eq!(raw, organization);
        assert_eq!(subject, format!("CN=api.acme.example,O={expected},C=DE"));
    }
    let encodings = [
        DnValue::BmpString(BmpString::try_from("Müller").unwrap()),
        DnValue::UniversalString(UniversalString::try_from("Müller").unwrap()),
    ];
    for organization in encodings {
        assert_eq!(shown(organization).0, "Müller");
    }
    let teletex = DnValue::TeletexString(TeletexString::try_from("Muller").unwrap());
    assert_eq!(shown(teletex).0, "Muller");
    let bmp: Certificate = include_str!("fixtures/bmp.pem").parse().unwrap();
    assert_eq!(bmp.subject(), "O=Müller Söhne,C=DE");
}

#[test]
fn an_identifier_that_cannot_be_read_is_none() {
    let two: Certificate = include_str!("fixtures/two-identifiers.pem")
        .parse()
        .unwrap();
    assert_eq!(two.organization_identifier(), None);
    let odd = authority().issue(&Wanted::qwac().of("Acme GmbH", Some("BAFIN 123")));
    assert_eq!(odd.organization_identifier(), None);
    let vat = authority().issue(&Wanted::qwac().of("Acme GmbH", Some("VATDE-123456789")));
    assert_eq!(vat.organization_identifier().unwrap().scheme(), "VAT");
}

#[test]
fn is_in_date_from_its_first_to_its_last_second() {
    let it = authority().issue(&Wanted::qwac().valid(now() - DAY, now() + DAY));
    let ms = std::time::Duration::from_millis(1);
    for (moment, expected) in [
        (now() - DAY - ms, false),
        (now() - DAY, true),
        (now() + DAY, true),
        (now() + DAY + 999 * ms, true),
        (now() + DAY + 1000 * ms, false),
        (SystemTime::UNIX_EPOCH, false),
    ] {
        assert_eq!(it.is_in_date(moment), expected, "{moment:?}");
    }
}

#[test]
fn the_calendar_has_ends() {
    let year = |year| SystemTime::from(rcgen::date_time_ymd(year, 1, 1));
    let it = authority().issue(&Wanted::qwac().valid(year(1), year(9999)));
    assert!(it.is_in_date(now()));
    assert_eq!((it.not_before(), it.not_after()), (year(1), year(9999)));
}

/// A date is replaced by one of the same length that is none.
#[test]
fn absurd_dates_are_refused() {
    let der = authority().der(&Wanted::qwac());
    let until = b"270822141320Z";
    let at = der.windows(until.len()).position(|it| it == until).unwrap();
    for absurd in [
        b"271322141320Z",
        b"270832141320Z",
        b"27082214132xZ",
        b"270822141320+",
        b"-10822141320Z",
    ] {
        let mut bad = der.clone();
        bad[at..at + absurd.len()].copy_from_slice(absurd);
        assert!(refused_der(&bad).contains("no X.509 certificate"));
    }
}

#[test]
fn keeps_one_canonical_spelling() {
    let one = authority().issue(&Wanted::qwac());
    let pem = one.as_pem();
    assert!(pem.lines().all(|line| line.len() <= 64));
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let spellings = [
        pem.to_owned(),
        format!("\n{}\n\n", pem.replace('\n', "\r\n")),
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"),
    ];
    for text in spellings {
        let read: Certificate = text.parse().unwrap();
        assert_eq!(read, one);
        assert_eq!(read.as_pem(), pem);
        assert_eq!(HashSet::from([one.clone(), read]).len(), 1);
    }
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<Certificate>(&json).unwrap(), one);
    let other = authority().issue(&Wanted::qwac());
    assert_ne!(one, other);
}

/// Rows: L5.5
#[test]
fn a_private_key_is_refused_and_not_echoed() {
    let canary = "MIGHAgEAMBMGByqGSM49";
    let good = authority().issue(&Wanted::qwac());
    for label in [
        "PRIVATE KEY",
        "EC PRIVATE KEY",
        "RSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
    ] {
        let key = format!("-----BEGIN {label}-----\n{canary}\n-----END {label}-----\n");
        let both = [
            format!("{}{key}", good.as_pem()),
            format!("{key}{}", good.as_pem()),
        ];
        for text in [key].iter().chain(&both) {
            let many = Certificate::all_from_pem(text).unwrap_err().to_string();
            for message in [refused(text), many] {
                assert!(message.contains("private key"), "{message}");
                assert!(!message.contains(canary), "{message}");
            }
        }
    }
}

#[test]
fn a_private_key_under_the_wrong_label_is_refused() {
    let key = KeyPair::generate().unwrap();
    let text = key.serialize_pem().replace("PRIVATE KEY", "CERTIFICATE");
    assert!(refused(&text).contains("private key"));
    assert!(refused_der(&key.serialize_der()).contains("private key"));
    // A PKCS#12 bag starts as a PKCS#8 key does, and holds one.
    let bag = sequence(&[element(2, &[3]), sequence(&[oid("1.2.840.113549.1.7.1")])]);
    assert!(refused_der(&bag).contains("private key"));
}

#[test]
fn says_what_is_wrong_with_a_text() {
    let good = authority().issue(&Wanted::qwac()).as_pem().to_owned();
    let boundary = "-----END CERTIFICATE-----";
    let labelled = |label: &str| good.replace("CERTIFICATE", label);
    let cases = [
        (String::new(), "not PEM"),
        ("CANARY".into(), "not PEM"),
        (labelled("CERTIFICATE REQUEST"), "CERTIFICATE REQUEST"),
        (labelled("PUBLIC KEY"), "PUBLIC KEY"),
        (labelled("PKCS7"), "PKCS7"),
        (labelled("X509 CRL"), "X509 CRL"),
        (format!("{good}{good}"), "more than one"),
        (format!("{good}CANARY"), "text after"),
        (format!("CANARY{good}"), "not PEM"),
        (good.replace(boundary, ""), "without its end"),
        ("-----BEGIN CERTIFI".into(), "cut off"),
        (good.replacen("MII", "M*I", 1), "not base64"),
        (good.trim().replace('\n', "\\n"), "flattened"),
        (
            good.lines()
                .take(5)
                .chain([boundary])
                .collect::<Vec<_>>()
                .join("\n"),
            "truncated",
        ),
        (
            format!("-----BEGIN CERTIFICATE-----\n{boundary}"),
            "not DER",
        ),
        ("x".repeat(64 * 1024 + 1), "64 KiB"),
        (
            include_str!("fixtures/pkcs7-as-certificate.pem").into(),
            "not a certificate",
        ),
        (
            include_str!("fixtures/request-as-certificate.pem").into(),
            "no X.509 certificate",
        ),
        (include_str!("fixtures/v1.pem").into(), "version 1"),
    ];
    for (text, expected) in cases {
        let message = refused(&text);
        assert!(message.contains(expected), "{message} / {expected}");
        assert!(
            !message.contains("CANARY") && !message.contains('\n'),
            "{message}"
        );
        assert!(message.contains("needs"), "{message}");
    }
}

#[test]
fn says_what_is_wrong_with_bytes() {
    let der = authority().der(&Wanted::qwac());
    let (_, cut) = der.split_last().unwrap();
    let mut two_algorithms = der.clone();
    let at = der
        .windows(8)
        .rposition(|it| it == [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2])
        .unwrap();
    two_algorithms[at + 7] = 3;
    let mut bad_point = der.clone();
    let at = der
        .windows(4)
        .position(|it| it == [0x03, 0x42, 0x00, 0x04])
        .unwrap();
    bad_point[at + 3] = 5;
    let usage = CustomExtension::from_oid_content(&[2, 5, 29, 15], vec![3, 2, 7, 0x80]);
    let twice = Wanted {
        extensions: vec![usage],
        ..Wanted::qwac()
    };
    let usage = CustomExtension::from_oid_content(&[2, 5, 29, 15], b"CANARY".to_vec());
    let broken = Wanted {
        extensions: vec![usage],
        usages: Vec::new(),
        ..Wanted::qwac()
    };
    let huge = CustomExtension::from_oid_content(&[1, 2, 3], vec![0; 60_000]);
    let huge = Wanted {
        extensions: vec![huge.clone(), huge],
        ..Wanted::qwac()
    };
    let cases = [
        (Vec::new(), "not DER"),
        (vec![0x30, 0x84, 1], "not DER"),
        (vec![0x30; 70_000], "64 KiB"),
        (vec![0x30, 2, 4, 0], "not a certificate"),
        (vec![0x30, 2, 0x30, 0], "no X.509 certificate"),
        (cut.to_vec(), "truncated"),
        ([der.clone(), vec![0]].concat(), "bytes after"),
        (b"-----BEGIN CERTIFICATE-----".to_vec(), "PEM text"),
        (two_algorithms, "two different signature algorithms"),
        (bad_point, "public key that cannot be read"),
        (authority().der(&twice), "same extension twice"),
        (
            authority().der(&broken),
            "extension key usage that is broken",
        ),
        (authority_of_huge(&huge), "64 KiB"),
    ];
    for (bytes, expected) in cases {
        let message = refused_der(&bytes);
        assert!(message.contains(expected), "{message} / {expected}");
        assert!(!message.contains("CANARY"), "{message}");
    }
}

fn authority_of_huge(wanted: &Wanted) -> Vec<u8> {
    let der = authority().der(wanted);
    assert!(der.len() > 100_000);
    der
}

#[test]
fn a_large_extension_is_fine() {
    let large = CustomExtension::from_oid_content(&[1, 2, 3], vec![0; 40_000]);
    let wanted = Wanted {
        extensions: vec![large],
        ..Wanted::qwac()
    };
    let it = authority().issue(&wanted);
    assert_eq!(it.kind(), CertificateKind::Qwac);
}

#[test]
fn a_file_with_a_chain_is_read_in_its_order() {
    let authority = authority();
    let leaf = authority.issue(&Wanted::qwac());
    let chain = [leaf.clone(), authority.certificate.clone()];
    let [leaf_pem, ca_pem] = chain.each_ref().map(Certificate::as_pem);
    let talkative = format!("subject=Acme\n{leaf_pem}\nissuer=Example\n{ca_pem}\n");
    assert_eq!(Certificate::all_from_pem(&talkative).unwrap(), chain);
    let turned = Certificate::all_from_pem(&format!("{ca_pem}{leaf_pem}")).unwrap();
    assert_eq!(turned, [authority.certificate, leaf]);
}

#[test]
fn a_file_with_anything_else_is_refused() {
    let good = authority().issue(&Wanted::qwac()).as_pem().to_owned();
    let request = good.replace("CERTIFICATE", "CERTIFICATE REQUEST");
    let cases = [
        (String::new(), "not PEM"),
        ("CANARY".to_owned(), "not PEM"),
        (format!("{good}{request}"), "CERTIFICATE REQUEST"),
        (
            format!("{good}{}", good.replace("-----END CERTIFICATE-----", "")),
            "without its end",
        ),
        (
            format!("{}{good}", good.replace("-----END CERTIFICATE-----", "")),
            "without its end",
        ),
        (
            format!("{good}{}", good.replacen("MII", "M*I", 1)),
            "not base64",
        ),
        (" ".repeat(1024 * 1024 + 1), "1 MiB"),
        (
            format!(
                "-----BEGIN CERTIFICATE-----{}-----END CERTIFICATE-----",
                "A".repeat(70_000)
            ),
            "64 KiB",
        ),
    ];
    for (text, expected) in cases {
        let message = Certificate::all_from_pem(&text).unwrap_err().to_string();
        assert!(message.contains(expected), "{message} / {expected}");
        assert!(!message.contains("CANARY"), "{message}");
    }
}

#[test]
fn two_certificates_share_a_key_or_do_not() {
    let authority = authority();
    let key = KeyPair::generate().unwrap();
    let one = authority.issue_for(&Wanted::qwac(), &key);
    let renewed = authority.issue_for(&Wanted::qwac().valid(now(), now() + DAY), &key);
    let other = authority.issue(&Wanted::qwac());
    assert_ne!(one, renewed);
    assert!(one.shares_key_with(&one.clone()) && one.shares_key_with(&renewed));
    assert!(!one.shares_key_with(&other));
    // The same authority is in the chain of many.
    assert!(
        !authority
            .certificate
            .shares_key_with(&authority.certificate.clone())
    );
}
