//! Members of a JWK: read strictly, written canonically.

use serde_json::{Map, Value};

use crate::crypto::{PublicParts, ps256};
use crate::echo::echo;
use crate::key::{KeyError, KeyErrorKind};
use crate::{Algorithm, base64url, json};

/// Members that make a JWK private or symmetric (RFC 7518 sections 6.2.2, 6.3.2, 6.4).
pub(crate) const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a key is used for, to be compared with `key_ops`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Sign,
    Verify,
}

/// What a JWK says beside its numbers.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) parts: PublicParts,
    pub(crate) kid: Option<String>,
    /// The name as it was written: `EdDSA` and `Ed25519` are one algorithm.
    pub(crate) alg: Option<&'static str>,
    pub(crate) has_use: bool,
}

/// Reads the public members and the ones that restrict the key (R130, R138).
pub(crate) fn read(jwk: &Map<String, Value>, purpose: Purpose) -> Result<Described, KeyError> {
    let parts = read_parts(jwk)?;
    check_parts(&parts)?;
    let has_use = check_use(jwk)?;
    check_key_ops(jwk, purpose)?;
    let alg = read_alg(jwk, parts.algorithm())?;
    let kid = optional(jwk, "kid")?.map(str::to_owned);
    Ok(Described {
        parts,
        kid,
        alg,
        has_use,
    })
}

fn read_parts(jwk: &Map<String, Value>) -> Result<PublicParts, KeyError> {
    match (required(jwk, "kty")?, optional(jwk, "crv")?) {
        ("EC", Some("P-256")) => Ok(PublicParts::Ec {
            x: fixed(jwk, "x")?,
            y: fixed(jwk, "y")?,
        }),
        ("OKP", Some("Ed25519")) => Ok(PublicParts::Okp {
            x: fixed(jwk, "x")?,
        }),
        ("RSA", _) => Ok(PublicParts::Rsa {
            n: octets(jwk, "n")?,
            e: octets(jwk, "e")?,
        }),
        (kty @ ("EC" | "OKP"), Some(crv)) => {
            Err(wrong(format!("a JWK of type {kty} on curve {}", echo(crv))))
        }
        ("EC" | "OKP", None) => Err(unreadable("a JWK without \"crv\"")),
        ("oct", _) => {
            let found = "a symmetric key (\"kty\":\"oct\")";
            Err(KeyError::public(KeyErrorKind::NotPublic, found))
        }
        (kty, _) => Err(wrong(format!("a JWK of type {}", echo(kty)))),
    }
}

/// Size, exponent and minimal octets of an RSA key; the curve points are checked by the library.
pub(crate) fn check_parts(parts: &PublicParts) -> Result<(), KeyError> {
    let PublicParts::Rsa { n, e } = parts else {
        return Ok(());
    };
    if n.first() == Some(&0) || e.first() == Some(&0) {
        return Err(invalid(
            "an RSA JWK whose \"n\" or \"e\" starts with a zero octet",
        ));
    }
    match ps256::bits(n) {
        bits @ ..2048 => {
            return Err(KeyError::public(
                KeyErrorKind::TooSmall,
                format!("an RSA key of {bits} bits"),
            ));
        }
        bits @ 8193.. => {
            return Err(KeyError::public(
                KeyErrorKind::TooLarge,
                format!("an RSA key of {bits} bits"),
            ));
        }
        _ => {}
    }
    if e != &[1, 0, 1] {
        return Err(invalid("an RSA key whose public exponent is not 65537"));
    }
    if n.last().is_some_and(|low| low % 2 == 0) {
        return Err(invalid("an RSA key with an even modulus"));
    }
    if ps256::has_roca_fingerprint(n) {
        return Err(invalid(
            "an RSA key with a weak modulus (ROCA, CVE-2017-15361)",
        ));
    }
    Ok(())
}

fn check_use(jwk: &Map<String, Value>) -> Result<bool, KeyError> {
    match optional(jwk, "use")? {
        None => Ok(false),
        Some("sig") => Ok(true),
        Some(other) => Err(wrong(format!("a JWK for \"use\":{}", echo(other)))),
    }
}

fn check_key_ops(jwk: &Map<String, Value>, purpose: Purpose) -> Result<(), KeyError> {
    let Some(value) = jwk.get("key_ops") else {
        return Ok(());
    };
    let list = value
        .as_array()
        .ok_or_else(|| unreadable("a JWK whose \"key_ops\" is no array"))?;
    let names: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    let names = names.ok_or_else(|| unreadable("a JWK whose \"key_ops\" holds no strings"))?;
    let needed = match purpose {
        Purpose::Sign => "sign",
        Purpose::Verify => "verify",
    };
    if names.contains(&needed) && names.iter().all(|name| matches!(*name, "sign" | "verify")) {
        return Ok(());
    }
    Err(wrong(format!(
        "a JWK whose \"key_ops\" does not allow {needed} alone"
    )))
}

fn read_alg(
    jwk: &Map<String, Value>,
    algorithm: Algorithm,
) -> Result<Option<&'static str>, KeyError> {
    let Some(name) = optional(jwk, "alg")? else {
        return Ok(None);
    };
    if Algorithm::from_name(name) != Some(algorithm) {
        let found = format!(
            "a JWK for \"alg\":{} with the numbers of {algorithm}",
            echo(name)
        );
        return Err(wrong(found));
    }
    Ok(Some(if name == "Ed25519" {
        "Ed25519"
    } else {
        algorithm.as_str()
    }))
}

/// Appends the required members in code point order (RFC 7638 section 3.3).
pub(crate) fn canonical(parts: &PublicParts) -> String {
    let mut json = String::with_capacity(match parts {
        PublicParts::Rsa { n, .. } => n.len() * 4 / 3 + 40,
        _ => 128,
    });
    let mut member = |before: &str, octets: &[u8]| {
        json.push_str(before);
        base64url::append(octets, &mut json);
    };
    match parts {
        PublicParts::Ec { x, y } => {
            member(r#"{"crv":"P-256","kty":"EC","x":""#, x);
            member(r#"","y":""#, y);
        }
        PublicParts::Rsa { n, e } => {
            member(r#"{"e":""#, e);
            member(r#"","kty":"RSA","n":""#, n);
        }
        PublicParts::Okp { x } => member(r#"{"crv":"Ed25519","kty":"OKP","x":""#, x),
    }
    json.push_str("\"}");
    json
}

pub(crate) fn required<'a>(
    jwk: &'a Map<String, Value>,
    name: &'static str,
) -> Result<&'a str, KeyError> {
    optional(jwk, name)?.ok_or_else(|| unreadable(format!("a JWK without \"{name}\"")))
}

fn optional<'a>(
    jwk: &'a Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'a str>, KeyError> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(unreadable(format!(
            "a JWK whose \"{name}\" is {}",
            json::type_name(other)
        ))),
    }
}

fn octets(jwk: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    base64url::decode(required(jwk, name)?)
        .map_err(|error| invalid(format!("a JWK whose \"{name}\" is {error}")))
}

/// Coordinates have the full length of the field (RFC 7518 section 6.2.1.2).
fn fixed(jwk: &Map<String, Value>, name: &'static str) -> Result<[u8; 32], KeyError> {
    let octets = octets(jwk, name)?;
    octets.as_slice().try_into().map_err(|_| {
        invalid(format!(
            "a JWK whose \"{name}\" has {} octets instead of 32",
            octets.len()
        ))
    })
}

pub(crate) fn unreadable(found: impl Into<std::borrow::Cow<'static, str>>) -> KeyError {
    KeyError::public(KeyErrorKind::Unreadable, found)
}

pub(crate) fn invalid(found: impl Into<std::borrow::Cow<'static, str>>) -> KeyError {
    KeyError::public(KeyErrorKind::Invalid, found)
}

fn wrong(found: impl Into<std::borrow::Cow<'static, str>>) -> KeyError {
    KeyError::public(KeyErrorKind::WrongKey, found)
}
