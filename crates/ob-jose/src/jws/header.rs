//! The JOSE header.

use serde_json::{Map, Value};

use crate::echo::echo;
use crate::{Algorithm, Refusal, json};

/// Longest `kid` that is looked up (R133).
const LONGEST_KID: usize = 256;

/// The parameters of a JOSE header that this crate acts on; unknown ones are ignored (R105).
///
/// `jku`, `x5u`, `x5c` and `x5t` are not even kept: no key is ever fetched or taken from a header
/// (R134), but for `jwk` in a DPoP proof.
#[derive(Clone, Debug)]
pub struct JoseHeader {
    algorithm: Algorithm,
    typ: Option<String>,
    kid: Option<String>,
    jwk: Option<Value>,
}

impl JoseHeader {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut header = object(bytes)?;
        let algorithm = algorithm(header.get("alg"))?;
        let kid = text(&mut header, "kid", "R133")?;
        if let Some(kid) = kid.as_ref().filter(|kid| kid.len() > LONGEST_KID) {
            let found = format!("{} octets", kid.len());
            return Err(Refusal::new("R133", "kid", "at most 256 octets", found));
        }
        let typ = text(&mut header, "typ", "R143")?;
        Ok(Self {
            algorithm,
            typ,
            kid,
            jwk: header.remove("jwk"),
        })
    }

    /// `alg`.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `typ`, as it was written.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// `kid`, at most 256 octets.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// `jwk`, which means something in a DPoP proof only.
    #[must_use]
    pub const fn jwk(&self) -> Option<&Value> {
        self.jwk.as_ref()
    }
}

/// The header as an object without anything that changes how the rest is read.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let header = json::parse_object(bytes)
        .map_err(|error| Refusal::new("R126", "header", "a strict JSON object", error.reason()))?;
    // R131, R132, R146: no extension is supported, so none may be critical.
    for (name, rule) in [
        ("crit", "R131"),
        ("b64", "R132"),
        ("zip", "R146"),
        ("enc", "R146"),
    ] {
        if header.contains_key(name) {
            return Err(Refusal::new(
                rule,
                "header",
                "no such parameter",
                format!("\"{name}\""),
            ));
        }
    }
    Ok(header)
}

fn algorithm(alg: Option<&Value>) -> Result<Algorithm, Refusal> {
    const EXPECTED: &str = "ES256, PS256, EdDSA or Ed25519";
    let Some(Value::String(name)) = alg else {
        return Err(Refusal::kind("R129", "alg", EXPECTED, alg));
    };
    Algorithm::from_name(name).ok_or_else(|| {
        let rule = if name.trim().eq_ignore_ascii_case("none") {
            "R036"
        } else {
            "R035"
        };
        Refusal::new(rule, "alg", EXPECTED, echo(name))
    })
}

fn text(
    header: &mut Map<String, Value>,
    name: &'static str,
    rule: &'static str,
) -> Result<Option<String>, Refusal> {
    match header.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        other => Err(Refusal::kind(rule, name, "a string", other.as_ref())),
    }
}
