//! A third-party's certificates, as PEM text.

use crate::RegistryError;
use base64::{Engine, engine::general_purpose::STANDARD};
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// One X.509 certificate as PEM text (RFC 7468), kept in one canonical spelling.
///
/// Checked: exactly one `CERTIFICATE` block, well-formed base64, a DER sequence of exactly the
/// length it claims. Not checked here: who issued it, until when it is valid.
///
/// A private key pasted in its place is refused, and no part of it is echoed.
///
/// ```
/// use ob_registry::Certificate;
/// let pasted = "-----BEGIN PRIVATE KEY-----\nMC4CAQ..\n-----END PRIVATE KEY-----";
/// let refused = pasted.parse::<Certificate>().unwrap_err().to_string();
/// assert!(refused.contains("private key") && !refused.contains("MC4CAQ"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Certificate(Arc<str>);

impl Certificate {
    /// The certificate as PEM text: lines of 64 characters, ending in a newline.
    #[must_use]
    pub fn as_pem(&self) -> &str {
        &self.0
    }
}

impl FromStr for Certificate {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if looks_like_a_private_key(text) {
            return Err(refusal("a private key (not shown)", NO_KEYS));
        }
        let der = decode(body(text)?)?;
        check_der(&der)?;
        Ok(Self(to_pem(&der).into()))
    }
}

impl TryFrom<String> for Certificate {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate(PEM of {} bytes)", self.0.len())
    }
}

/// Whether the text announces a private key in any of the PEM spellings, or as a JWK.
pub(crate) fn looks_like_a_private_key(text: &str) -> bool {
    private_key_at(text).is_some()
}

/// Where a PEM private key is announced in `text`.
pub(crate) fn private_key_at(text: &str) -> Option<usize> {
    text.find("PRIVATE KEY-----")
}

/// The base64 text between the two boundaries of the only block.
fn body(text: &str) -> Result<&str, RegistryError> {
    if text.len() > MAX_LEN {
        return Err(refusal("a text of more than 64 KiB", NEEDED));
    }
    let text = text.trim();
    let Some((label, rest)) = text
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
    else {
        return Err(refusal("a text that is not PEM (not shown)", NEEDED));
    };
    if label != LABEL {
        return Err(refusal(format!("a PEM block {}", Shown(label)), NEEDED));
    }
    let Some((body, after)) = rest.split_once("-----END CERTIFICATE-----") else {
        return Err(refusal("a PEM block without its end", NEEDED));
    };
    if after.trim_start().starts_with("-----BEGIN ") {
        return Err(refusal("more than one PEM block", NEEDED));
    }
    if !after.is_empty() {
        return Err(refusal("text after the PEM block", NEEDED));
    }
    Ok(body)
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

/// `Certificate ::= SEQUENCE { tbsCertificate SEQUENCE ..` (RFC 5280 section 4.1). A PKCS#8 or
/// PKCS#1 private key under the wrong label is a sequence that starts with an INTEGER.
fn check_der(der: &[u8]) -> Result<(), RegistryError> {
    let Some((content, announced)) = sequence(der) else {
        return Err(refusal("a PEM body that is not DER (not shown)", NEEDED));
    };
    match content.first() {
        _ if content.len() != announced => Err(refusal("a truncated or overlong body", NEEDED)),
        Some(0x30) => Ok(()),
        Some(0x02) => Err(refusal("something like a private key (not shown)", NO_KEYS)),
        _ => Err(refusal("a PEM body that is not a certificate", NEEDED)),
    }
}

/// The content of a DER sequence and the length that its header announces.
fn sequence(der: &[u8]) -> Option<(&[u8], usize)> {
    let rest = der.strip_prefix(&[0x30])?;
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some((rest, first.into()));
    }
    let (length, content) = rest.split_at_checked((first & 0x7f).into())?;
    let announced = length.iter().try_fold(0usize, |sum, byte| {
        sum.checked_mul(256)?.checked_add((*byte).into())
    })?;
    Some((content, announced))
}

fn to_pem(der: &[u8]) -> String {
    let mut pem = format!("-----BEGIN {LABEL}-----\n");
    for (i, c) in STANDARD.encode(der).chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            pem.push('\n');
        }
        pem.push(c);
    }
    pem + "\n-----END " + LABEL + "-----\n"
}

fn refusal(found: impl fmt::Display, needed: &'static str) -> RegistryError {
    RegistryError::value("certificate", found, needed)
}

const LABEL: &str = "CERTIFICATE";
/// Twenty times a usual certificate.
const MAX_LEN: usize = 64 * 1024;
const NEEDED: &str = "exactly one PEM block CERTIFICATE of one X.509 certificate";
const NO_KEYS: &str =
    "a certificate; a registry never holds keys, and one that was pasted around must be replaced";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pem(label: &str, der: &[u8]) -> String {
        let body = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    fn refused(text: &str) -> String {
        text.parse::<Certificate>().unwrap_err().to_string()
    }

    /// A sequence that holds a sequence: the outermost shape of a certificate.
    fn der() -> Vec<u8> {
        let mut der = vec![0x30, 0x81, 0x83, 0x30, 0x81, 0x80];
        der.extend([0x5a; 128]);
        der
    }

    #[test]
    fn keeps_one_canonical_spelling() {
        let one: Certificate = pem(LABEL, &der()).parse().unwrap();
        let crlf = format!("\n{}\n\n", one.as_pem().replace('\n', "\r\n"));
        assert_eq!(crlf.parse::<Certificate>().unwrap(), one);
        assert!(one.as_pem().lines().all(|line| line.len() <= 64));
        assert_eq!(one.as_pem().parse::<Certificate>().unwrap(), one);
    }

    /// Rows: L5.5
    #[test]
    fn a_private_key_is_refused_and_not_echoed() {
        let canary = "MIGHAgEAMBMGByqGSM49";
        for label in [
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "RSA PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ] {
            let key = format!("-----BEGIN {label}-----\n{canary}\n-----END {label}-----\n");
            let message = refused(&key);
            assert!(message.contains("private key"), "{message}");
            assert!(!message.contains(canary), "{message}");
            let both = format!("{}{key}", pem(LABEL, &der()));
            assert!(!refused(&both).contains(canary));
        }
    }

    #[test]
    fn a_private_key_under_the_wrong_label_is_refused() {
        let pkcs8 = [0x30, 0x05, 0x02, 0x01, 0x00, 0x30, 0x00];
        assert!(refused(&pem(LABEL, &pkcs8)).contains("private key"));
    }

    #[test]
    fn says_what_is_wrong() {
        let good = pem(LABEL, &der());
        let short = der();
        let cases = [
            (String::new(), "not PEM"),
            ("CANARY".into(), "not PEM"),
            (pem("CERTIFICATE REQUEST", &der()), "CERTIFICATE REQUEST"),
            (pem("PUBLIC KEY", &der()), "PUBLIC KEY"),
            (format!("{good}{good}"), "more than one"),
            (format!("{good}CANARY"), "after"),
            (
                good.replace("-----END CERTIFICATE-----", ""),
                "without its end",
            ),
            (good.replace('M', "*"), "not base64"),
            (good.trim().replace('\n', "\\n"), "flattened"),
            (pem(LABEL, short.split_last().unwrap().1), "truncated"),
            (pem(LABEL, &[0x30]), "not DER"),
            (pem(LABEL, &[0x30, 0x84, 1]), "not DER"),
            (pem(LABEL, b""), "not DER"),
            (pem(LABEL, &[0x30, 2, 4, 0]), "not a certificate"),
            ("x".repeat(MAX_LEN + 1), "64 KiB"),
        ];
        for (text, expected) in cases {
            let message = refused(&text);
            assert!(message.contains(expected), "{message} / {expected}");
            assert!(!message.contains("CANARY"), "{message}");
        }
    }
}
