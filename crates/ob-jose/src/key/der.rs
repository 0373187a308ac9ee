//! Tells DER key files apart by their shape, so that a wrong one can be named.

use std::borrow::Cow;

use crate::crypto::der::Element;
use crate::crypto::{PrivateKey, PublicParts, Rejected, eddsa, es256, ps256};
use crate::jwk::check_parts;

use super::error::{KeyError, KeyErrorKind};

/// Parses PKCS#8, SEC1 or PKCS#1.
pub(crate) fn private_key(der: &[u8]) -> Result<PrivateKey, KeyError> {
    let Some(members) = sequence(der) else {
        return Err(describe_foreign(der));
    };
    let version = members.first().and_then(Element::integer);
    match (version, members.as_slice()) {
        (Some([0 | 1]), [_, algorithm, key, ..]) if key.octets().is_some() => {
            pkcs8(der, algorithm, key)
        }
        (Some([1]), [_, key, rest @ ..]) if key.octets().is_some() => sec1(der, key, rest),
        (Some([0]), numbers) if numbers.len() == 9 => rsa(der),
        (Some([3]), _) => Err(pkcs12()),
        (Some(_), [_, _]) => Err(not_private("a public RSA key (PKCS#1)")),
        (None, [algorithm, key]) if key.is_bits() => Err(not_private(format!(
            "a public key ({})",
            describe_algorithm(algorithm)
        ))),
        (None, [_, key]) if key.octets().is_some() => Err(KeyError::private(
            KeyErrorKind::Encrypted,
            "a private key protected by a password (encrypted PKCS#8)",
        )),
        (None, [_, _, signature]) if signature.is_bits() => Err(not_private(
            "a certificate or signing request, which holds only the public key",
        )),
        _ => Err(unreadable("DER of another structure")),
    }
}

fn sequence(der: &[u8]) -> Option<Vec<Element<'_>>> {
    Element::read(der).filter(Element::is_sequence)?.children()
}

fn pkcs8(der: &[u8], algorithm: &Element<'_>, key: &Element<'_>) -> Result<PrivateKey, KeyError> {
    let oid = algorithm_oid(algorithm, 0).unwrap_or_default();
    let curve = algorithm_oid(algorithm, 1).unwrap_or_default();
    match (oid.as_str(), curve.as_str()) {
        (RSA, _) => rsa(key.octets().unwrap_or_default()),
        // The same RSAPrivateKey under a narrower name; aws-lc reads only the plain one.
        (RSA_PSS, _) => match (algorithm.children().map(|all| all.len()), key.octets()) {
            (Some(1), Some(inner)) => rsa(inner),
            _ => Err(wrong("an RSASSA-PSS key with restricted parameters")),
        },
        (EC, P256) => ec(es256::Private::from_pkcs8(der)),
        (ED25519, _) => eddsa::Private::from_pkcs8(der)
            .map(PrivateKey::EdDsa)
            .map_err(|_| invalid("an Ed25519 key that does not parse")),
        _ => Err(wrong(format!(
            "a private key ({})",
            describe_algorithm(algorithm)
        ))),
    }
}

fn sec1(der: &[u8], key: &Element<'_>, rest: &[Element<'_>]) -> Result<PrivateKey, KeyError> {
    let named = rest.first().and_then(Element::children).unwrap_or_default();
    let curve = named.first().and_then(Element::oid);
    match (curve.as_deref(), key.octets().map(<[u8]>::len)) {
        (Some(P256), _) | (None, Some(32)) => ec(es256::Private::from_sec1(der)),
        (Some(curve), _) => Err(wrong(format!("an EC private key on {}", curve_name(curve)))),
        (None, _) => Err(wrong("an EC private key on an unnamed curve")),
    }
}

fn ec(key: Result<es256::Private, Rejected>) -> Result<PrivateKey, KeyError> {
    key.map(PrivateKey::Es256)
        .map_err(|_| invalid("an EC key on P-256 whose numbers are not a key pair"))
}

/// Reads PKCS#1. The public numbers are looked at first: the library does not say what it dislikes.
fn rsa(pkcs1: &[u8]) -> Result<PrivateKey, KeyError> {
    let members = sequence(pkcs1).unwrap_or_default();
    let number = |at: usize| {
        members
            .get(at)
            .and_then(Element::integer)
            .map(<[u8]>::to_vec)
    };
    let (Some(n), Some(e)) = (number(1), number(2)) else {
        return Err(invalid("an RSA key that does not parse"));
    };
    check_parts(&PublicParts::Rsa { n, e })
        .map_err(|error| KeyError::private(error.kind(), error.found().to_owned()))?;
    ps256::Private::from_pkcs1(pkcs1)
        .map(PrivateKey::Ps256)
        .map_err(|_| invalid("an RSA key whose numbers do not belong together"))
}

fn algorithm_oid(algorithm: &Element<'_>, at: usize) -> Option<String> {
    algorithm.children()?.get(at)?.oid()
}

fn describe_algorithm(algorithm: &Element<'_>) -> Cow<'static, str> {
    let oid = algorithm_oid(algorithm, 0).unwrap_or_default();
    match oid.as_str() {
        RSA => "RSA".into(),
        RSA_PSS => "RSASSA-PSS".into(),
        EC => match algorithm_oid(algorithm, 1) {
            Some(curve) => format!("EC on {}", curve_name(&curve)).into(),
            None => "EC with explicit parameters".into(),
        },
        ED25519 => "Ed25519".into(),
        "1.3.101.110" => "X25519, which cannot sign".into(),
        "1.3.101.111" => "X448, which cannot sign".into(),
        "1.3.101.113" => "Ed448".into(),
        "1.2.840.10040.4.1" => "DSA".into(),
        "1.2.840.113549.1.3.1" => "Diffie-Hellman, which cannot sign".into(),
        _ => format!("algorithm {oid}").into(),
    }
}

fn curve_name(oid: &str) -> Cow<'static, str> {
    match oid {
        P256 => "P-256".into(),
        "1.3.132.0.34" => "P-384".into(),
        "1.3.132.0.35" => "P-521".into(),
        "1.3.132.0.33" => "P-224".into(),
        "1.2.840.10045.3.1.1" => "P-192".into(),
        "1.3.132.0.10" => "secp256k1".into(),
        _ => format!("curve {oid}").into(),
    }
}

/// PKCS#12 may be BER with indefinite lengths, which no DER reader takes.
fn describe_foreign(bytes: &[u8]) -> KeyError {
    match bytes {
        [] => KeyError::private(KeyErrorKind::Empty, "nothing"),
        [0x30, 0x80, ..] => pkcs12(),
        [0xfe, 0xed, 0xfe, 0xed, ..] => unreadable("a Java key store (JKS)"),
        [0x30, ..] => unreadable("DER that is cut off or followed by other bytes"),
        _ => unreadable("bytes that are neither JWK, PEM nor DER"),
    }
}

fn pkcs12() -> KeyError {
    KeyError::private(
        KeyErrorKind::Pkcs12,
        "a PKCS#12 store, which must be unpacked first",
    )
}

fn wrong(found: impl Into<Cow<'static, str>>) -> KeyError {
    KeyError::private(KeyErrorKind::WrongKey, found)
}

fn not_private(found: impl Into<Cow<'static, str>>) -> KeyError {
    KeyError::private(KeyErrorKind::NotPrivate, found)
}

fn invalid(found: &'static str) -> KeyError {
    KeyError::private(KeyErrorKind::Invalid, found)
}

fn unreadable(found: &'static str) -> KeyError {
    KeyError::private(KeyErrorKind::Unreadable, found)
}

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const ED25519: &str = "1.3.101.112";
