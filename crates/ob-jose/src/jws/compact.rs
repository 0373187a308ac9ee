//! The three parts of a compact JWS.

use std::fmt;

use serde_json::{Map, Value};

use crate::{Refusal, VerifyingKey, base64url, json};

use super::header::{self, JoseHeader};

/// A compact JWS taken apart, its signature not yet checked.
///
/// Parsing is strict (standards F): the size is checked before anything is decoded, three parts
/// of canonical base64url, a strict JSON header without extensions, an algorithm of the closed
/// set. An empty payload is a JWS, but never a claims set (R123).
///
/// ```
/// use ob_jose::CompactJws;
///
/// let unsigned = "eyJhbGciOiJub25lIn0.e30.";
/// assert_eq!(CompactJws::parse(unsigned, 8192).unwrap_err().rule(), "R123");
/// ```
#[derive(Clone)]
pub struct CompactJws<'a> {
    header: JoseHeader,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signing_input: &'a str,
}

impl<'a> CompactJws<'a> {
    /// Takes `text` apart if it has at most `limit` octets.
    ///
    /// # Errors
    /// A [`Refusal`] naming the violated row of F.
    pub fn parse(text: &'a str, limit: usize) -> Result<Self, Refusal> {
        let parts = Parts::split(text, limit)?;
        Ok(Self {
            header: JoseHeader::parse(&decode("header", parts.header)?)?,
            payload: decode("payload", parts.payload)?,
            signature: decode("signature", parts.signature)?,
            signing_input: parts.signing_input,
        })
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &JoseHeader {
        &self.header
    }

    /// The payload's octets.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What was signed: the first two parts as they were sent.
    #[must_use]
    pub const fn signing_input(&self) -> &'a str {
        self.signing_input
    }

    /// The signature's octets.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Checks that the header's algorithm is the key's and that the signature verifies.
    ///
    /// # Errors
    /// `R130` for another algorithm, `R058` for a signature that does not fit.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), Refusal> {
        self.verify_as(key, "R058")
    }

    /// [`verify`](Self::verify) where a failure violates another row.
    pub(crate) fn verify_as(&self, key: &VerifyingKey, rule: &'static str) -> Result<(), Refusal> {
        let (expected, found) = (key.algorithm(), self.header.algorithm());
        if expected != found {
            return Err(Refusal::new(
                "R130",
                "alg",
                expected.as_str(),
                found.as_str(),
            ));
        }
        key.verify(self.signing_input.as_bytes(), &self.signature)
            .map_err(|_| {
                Refusal::new(
                    rule,
                    "signature",
                    "one that verifies with the key",
                    "one that does not",
                )
            })
    }

    /// The payload as a claims set.
    ///
    /// # Errors
    /// The payload is not one strict JSON object (R127, R128).
    pub fn claims(&self) -> Result<Map<String, Value>, Refusal> {
        claims(&self.payload)
    }
}

impl fmt::Debug for CompactJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompactJws")
            .field("algorithm", &self.header.algorithm())
            .field("typ", &self.header.typ())
            .finish_non_exhaustive()
    }
}

/// Reads the claims of a token whose signature nobody here can check.
///
/// The structure is held to the same rules as in [`CompactJws::parse`], but the algorithm may be
/// any signature: it is the issuer's affair. Nothing may be *granted* on what is read; it serves
/// to refuse a token that was made for somebody else.
///
/// # Errors
/// A [`Refusal`] naming the violated row of F.
pub fn read_claims_unverified(token: &str, limit: usize) -> Result<Map<String, Value>, Refusal> {
    let parts = Parts::split(token, limit)?;
    let header = header::object(&decode("header", parts.header)?)?;
    match header.get("alg") {
        Some(Value::String(name)) if !name.trim().eq_ignore_ascii_case("none") => {}
        Some(Value::String(_)) => {
            return Err(Refusal::new("R036", "alg", "a signature algorithm", "none"));
        }
        other => return Err(Refusal::kind("R129", "alg", "a string", other)),
    }
    decode("signature", parts.signature)?;
    claims(&decode("payload", parts.payload)?)
}

fn claims(payload: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if payload.is_empty() {
        return Err(Refusal::new("R123", "claims", "a payload", "an empty part"));
    }
    json::parse_object(payload)
        .map_err(|error| Refusal::new("R127", "claims", "a strict JSON object", error.reason()))
}

struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    signing_input: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str, limit: usize) -> Result<Self, Refusal> {
        if text.len() > limit {
            let expected = format!("at most {limit} octets");
            return Err(Refusal::new(
                "R147",
                "size",
                expected,
                format!("{} octets", text.len()),
            ));
        }
        let mut parts = text.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(header), Some(payload), Some(signature), None)
                if !header.is_empty() && !signature.is_empty() =>
            {
                let signing_input = text.get(..header.len() + 1 + payload.len()).unwrap_or(text);
                Ok(Self {
                    header,
                    payload,
                    signature,
                    signing_input,
                })
            }
            _ => Err(not_three(text)),
        }
    }
}

/// Five parts are a JWE, which gets its own row.
fn not_three(text: &str) -> Refusal {
    const WHAT: &str = "compact serialisation";
    match text.split('.').count() {
        3 => Refusal::new("R123", WHAT, "a header and a signature", "an empty part"),
        5 => Refusal::new(
            "R146",
            WHAT,
            "a JWS of three parts",
            "five parts, as in a JWE",
        ),
        1 => Refusal::new("R123", WHAT, "three parts divided by dots", "1 part"),
        n => Refusal::new(
            "R123",
            WHAT,
            "three parts divided by dots",
            format!("{n} parts"),
        ),
    }
}

fn decode(what: &'static str, part: &str) -> Result<Vec<u8>, Refusal> {
    base64url::decode(part).map_err(|error| {
        let outside = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        let rule = if part.bytes().any(outside) {
            "R124"
        } else {
            "R125"
        };
        Refusal::new(rule, what, "canonical base64url", error.to_string())
    })
}
