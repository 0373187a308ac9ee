//! PEM text (RFC 7468) in and out, and the noise that is taken for a certificate.

use super::{NEEDED, NO_KEYS, refusal};
use crate::RegistryError;
use base64::{Engine, engine::general_purpose::STANDARD};
use ob_core::Shown;

/// Where a private key is announced in `text`, in any of the PEM spellings.
pub(crate) fn private_key_at(text: &str) -> Option<usize> {
    text.find("PRIVATE KEY-----")
}

/// The DER of the only block of `text`.
pub(super) fn one(text: &str) -> Result<Vec<u8>, RegistryError> {
    refuse_keys(text)?;
    if text.len() > MAX_LEN {
        return Err(refusal("a text of more than 64 KiB", NEEDED));
    }
    let text = text.trim();
    if !text.starts_with(BEGIN) {
        return Err(refusal("a text that is not PEM (not shown)", NEEDED));
    }
    let block = Block::next(text)?.ok_or_else(|| refusal(NOT_PEM, NEEDED))?;
    let after = block.after;
    if after.trim_start().starts_with(BEGIN) {
        return Err(refusal("more than one PEM block", NEEDED));
    }
    if !after.is_empty() {
        return Err(refusal("text after the PEM block", NEEDED));
    }
    decode(block.body)
}

/// The DER of every block of `text`, at least one.
pub(super) fn all(text: &str) -> Result<Vec<Vec<u8>>, RegistryError> {
    refuse_keys(text)?;
    if text.len() > MAX_FILE_LEN {
        return Err(refusal("a text of more than 1 MiB", NEEDED_MANY));
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(block) = Block::next(rest)? {
        if block.body.len() > MAX_LEN {
            return Err(refusal("a PEM block of more than 64 KiB", NEEDED_MANY));
        }
        found.push(decode(block.body)?);
        rest = block.after;
    }
    if found.is_empty() {
        return Err(refusal(NOT_PEM, NEEDED_MANY));
    }
    Ok(found)
}

/// The canonical spelling of `der`.
pub(super) fn text(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut pem = String::with_capacity(body.len() + body.len() / LINE + 64);
    pem.push_str("-----BEGIN CERTIFICATE-----\n");
    let mut rest = body.as_str();
    while let Some((line, after)) = rest.split_at_checked(LINE) {
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        pem.push_str(rest);
        pem.push('\n');
    }
    pem.push_str(END);
    pem.push('\n');
    pem
}

/// `Certificate ::= SEQUENCE { tbsCertificate SEQUENCE ..` (RFC 5280 section 4.1). A PKCS#8 or
/// PKCS#1 private key and a PKCS#12 bag are a sequence that starts with an INTEGER.
pub(super) fn check_bytes(der: &[u8]) -> Result<(), RegistryError> {
    if der.len() > MAX_LEN {
        return Err(refusal("more than 64 KiB", NEEDED));
    }
    if der.starts_with(BEGIN.as_bytes()) {
        return Err(refusal("PEM text where DER was asked for", NEEDED_DER));
    }
    let Some((content, announced)) = sequence(der) else {
        return Err(refusal("a PEM body that is not DER (not shown)", NEEDED));
    };
    match content.first() {
        Some(0x02) => Err(refusal("something like a private key (not shown)", NO_KEYS)),
        _ if content.len() < announced => {
            let found = format!("{} of {announced} bytes: it is truncated", content.len());
            Err(refusal(found, NEEDED))
        }
        _ if content.len() > announced => Err(refusal("bytes after the certificate", NEEDED)),
        Some(0x30) => Ok(()),
        _ => Err(refusal("a PEM body that is not a certificate", NEEDED)),
    }
}

fn refuse_keys(text: &str) -> Result<(), RegistryError> {
    if private_key_at(text).is_some() {
        return Err(refusal("a private key (not shown)", NO_KEYS));
    }
    Ok(())
}

/// One block `CERTIFICATE` and the text behind it.
struct Block<'a> {
    body: &'a str,
    after: &'a str,
}

impl<'a> Block<'a> {
    /// The next block of `text`, whatever stands before it.
    fn next(text: &'a str) -> Result<Option<Self>, RegistryError> {
        let Some((_, rest)) = text.split_once(BEGIN) else {
            return Ok(None);
        };
        let Some((label, rest)) = rest.split_once("-----") else {
            return Err(refusal("a PEM boundary that is cut off", NEEDED));
        };
        if label != "CERTIFICATE" {
            return Err(refusal(format!("a PEM block {}", Shown(label)), NEEDED));
        }
        match rest.split_once(END) {
            Some((body, _)) if body.contains(BEGIN) => {
                Err(refusal("a PEM block without its end", NEEDED))
            }
            Some((body, after)) => Ok(Some(Self { body, after })),
            None => Err(refusal("a PEM block without its end", NEEDED)),
        }
    }
}

fn decode(body: &str) -> Result<Vec<u8>, RegistryError> {
    if body.contains("\\n") {
        let found = "a PEM text whose line ends were flattened to the characters \\ and n";
        return Err(refusal(found, NEEDED));
    }
    let compact: Vec<u8> = body.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    STANDARD
        .decode(compact)
        .map_err(|_| refusal("a PEM body that is not base64 (not shown)", NEEDED))
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

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END CERTIFICATE-----";
const LINE: usize = 64;
/// Twenty times a usual certificate.
const MAX_LEN: usize = 64 * 1024;
/// A chain is three or four certificates.
const MAX_FILE_LEN: usize = 1024 * 1024;
const NOT_PEM: &str = "a text that is not PEM (not shown)";
const NEEDED_MANY: &str = "one or more PEM blocks CERTIFICATE, each of one X.509 certificate";
const NEEDED_DER: &str = "the DER of one X.509 certificate";
