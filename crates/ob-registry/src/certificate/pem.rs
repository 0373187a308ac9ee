//! Certificates as PEM text (RFC 7468), strictly.

use crate::RegistryError;
use base64::{Engine, engine::general_purpose::STANDARD};
use ob_core::Shown;
use std::fmt;

/// The DER of the only certificate in a text.
///
/// # Errors
/// OB-R009 for anything else; no part of a private key is echoed.
pub(super) fn decode_one(text: &str) -> Result<Vec<u8>, RegistryError> {
    let mut all = decode_all(text)?;
    match (all.pop(), all.is_empty()) {
        (Some(der), true) => Ok(der),
        (None, _) => Err(refusal("a text that is not PEM (not shown)", NEEDED)),
        _ => Err(refusal("more than one PEM block", NEEDED)),
    }
}

/// The DER of every certificate in a text, in its order.
///
/// # Errors
/// As [`decode_one`], and when there are more than a chain has.
pub(super) fn decode_all(text: &str) -> Result<Vec<Vec<u8>>, RegistryError> {
    if looks_like_a_private_key(text) {
        return Err(refusal("a private key (not shown)", NO_KEYS));
    }
    if text.len() > MAX_LEN {
        return Err(refusal("a text of more than 64 KiB", NEEDED));
    }
    let mut rest = text.trim();
    let mut all = Vec::new();
    while !rest.is_empty() || all.is_empty() {
        let (body, after) = block(rest, !all.is_empty())?;
        all.push(decode(body)?);
        rest = after.trim();
    }
    Ok(all)
}

/// Whether the text announces a private key in any of the PEM spellings, or as a JWK.
pub(crate) fn looks_like_a_private_key(text: &str) -> bool {
    private_key_at(text).is_some()
}

/// Where a PEM private key is announced in `text`.
pub(crate) fn private_key_at(text: &str) -> Option<usize> {
    text.find("PRIVATE KEY-----")
}

/// The base64 text of the first block, and what follows the block.
fn block(text: &str, is_further: bool) -> Result<(&str, &str), RegistryError> {
    let Some((label, rest)) = text
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
    else {
        let found = match is_further {
            true => "text after the PEM block",
            false => "a text that is not PEM (not shown)",
        };
        return Err(refusal(found, NEEDED));
    };
    if label != LABEL {
        return Err(refusal(format!("a PEM block {}", Shown(label)), NEEDED));
    }
    rest.split_once("-----END CERTIFICATE-----")
        .ok_or_else(|| refusal("a PEM block without its end", NEEDED))
}

fn decode(body: &str) -> Result<Vec<u8>, RegistryError> {
    if body.contains("\\n") {
        let found = "a PEM text whose line ends were flattened to the characters \\ and n";
        return Err(refusal(found, NEEDED));
    }
    let compact: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD
        .decode(compact)
        .map_err(|_| refusal("a PEM body that is not base64 (not shown)", NEEDED))
}

/// Lines of 64 characters, ending in a newline.
pub(super) fn to_pem(der: &[u8]) -> String {
    let mut pem = format!("-----BEGIN {LABEL}-----\n");
    for (i, c) in STANDARD.encode(der).chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            pem.push('\n');
        }
        pem.push(c);
    }
    pem + "\n-----END " + LABEL + "-----\n"
}

pub(super) fn refusal(found: impl fmt::Display, needed: &'static str) -> RegistryError {
    RegistryError::value("certificate", found, needed)
}

const LABEL: &str = "CERTIFICATE";
/// Twenty times a usual certificate.
const MAX_LEN: usize = 64 * 1024;
pub(super) const NEEDED: &str = "PEM blocks CERTIFICATE of X.509 certificates, one per certificate";
pub(super) const NO_KEYS: &str =
    "a certificate; a registry never holds keys, and one that was pasted around must be replaced";
