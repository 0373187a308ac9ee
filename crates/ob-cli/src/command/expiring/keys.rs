//! Keys that end: only what says so itself.

use super::{Ending, Window};
use crate::{
    command::cert::{self, printable},
    exit::Failure,
    file::{self, SMALL},
    moment, output, path_text,
};
use obkit::{Code, registry::Certificate};
use serde_json::Value;
use std::{
    path::Path,
    time::{Duration, SystemTime},
};

/// The ends of the keys in a file: JSON with a JWK or a JWK set, with `exp` (seconds since 1970,
/// beside the key or in a key vault's `attributes`) or a certificate in `x5c` (RFC 7517 section
/// 4.7); or the keys' certificates. No key is read further than that, and none is printed.
pub(super) fn read(file: &Path, window: &Window) -> Result<Vec<Ending>, Failure> {
    let found = match json(file)? {
        Some(document) => in_json(file, &document)?,
        None => in_certificates(file)?,
    };
    if found.is_empty() {
        let file = path_text::shown(file);
        output::say(format_args!(
            "note: {file}: its keys have no end of their own"
        ));
    }
    let near = found.into_iter().filter(|(_, _, at)| window.takes_in(*at));
    let endings = near.map(|(what, id, ends_at)| Ending {
        kind: "key",
        third_party: None,
        what,
        id,
        ends_at,
        days_left: moment::days(window.now, ends_at),
        ended: ends_at < window.now,
        renewed_by: None,
    });
    Ok(endings.collect())
}

/// What it is, its id, and its end.
type End = (String, String, SystemTime);

fn json(file: &Path) -> Result<Option<Value>, Failure> {
    let bytes = file::read(file, SMALL)?;
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Ok(None);
    }
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some(value)),
        // What is wrong with it may quote it, and it may hold a private key.
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let what = format!("no JSON from line {line}, column {column} on, needs a JWK");
            Err(refused(file, Code::K001, &what))
        }
    }
}

fn in_json(file: &Path, document: &Value) -> Result<Vec<End>, Failure> {
    let several = document.get("keys").and_then(Value::as_array);
    let keys: Vec<&Value> = match several {
        Some(keys) => keys.iter().collect(),
        None => vec![document],
    };
    let mut ends = Vec::new();
    for key in keys {
        let Some(inner) = jwk(key) else {
            let what = "no JWK with a kty in it, needs one";
            return Err(refused(file, Code::K001, what));
        };
        ends.extend(exp(file, key, name(file, inner))?);
        ends.extend(x5c(file, inner)?);
    }
    Ok(ends)
}

/// The key itself, or the one that a key vault wraps.
fn jwk(value: &Value) -> Option<&Value> {
    let inner = value.get("key").unwrap_or(value);
    inner.get("kty").is_some().then_some(inner)
}

fn name(file: &Path, jwk: &Value) -> String {
    match jwk.get("kid").and_then(Value::as_str) {
        Some(kid) => printable(kid),
        None => path_text::shown(file),
    }
}

fn exp(file: &Path, key: &Value, name: String) -> Result<Option<End>, Failure> {
    let attributes = key.get("attributes").and_then(|it| it.get("exp"));
    let Some(exp) = attributes
        .or_else(|| key.get("exp"))
        .filter(|it| !it.is_null())
    else {
        return Ok(None);
    };
    let at = exp.as_u64().map(Duration::from_secs);
    let at = at.and_then(|after| SystemTime::UNIX_EPOCH.checked_add(after));
    match at {
        Some(at) => Ok(Some((format!("key {name}"), name, at))),
        None => Err(refused(
            file,
            Code::K001,
            "exp is no number of seconds since 1970",
        )),
    }
}

fn x5c(file: &Path, jwk: &Value) -> Result<Option<End>, Failure> {
    let Some(first) = jwk.get("x5c").and_then(|it| it.get(0)) else {
        return Ok(None);
    };
    let pem = first.as_str().map(|base64| {
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    });
    let certificate: Option<Certificate> = pem.and_then(|pem| pem.parse().ok());
    match certificate {
        Some(certificate) => Ok(Some(end_of(&certificate))),
        None => Err(refused(file, Code::K001, "x5c holds no certificate")),
    }
}

fn in_certificates(file: &Path) -> Result<Vec<End>, Failure> {
    let all = cert::read(file)?;
    Ok(all.iter().map(end_of).collect())
}

fn end_of(certificate: &Certificate) -> End {
    let subject = printable(certificate.subject());
    let what = format!("certificate of the key of {subject}");
    (what, certificate.fingerprint(), certificate.not_after())
}

fn refused(file: &Path, code: Code, what: &str) -> Failure {
    Failure::coded(code, format!("{}: {what}", path_text::shown(file)))
}
