//! Keys, clocks and raw tokens for the other modules.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ob_jose::{Algorithm, Signer, SigningKey, base64url};
use serde_json::Value;

pub(crate) const NOW: u64 = 1_763_800_000;
pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const API: &str = "https://api.example";
pub(crate) const CLIENT: &str = "integrator";
pub(crate) const TOKEN_URL: &str = "https://as.example/oauth2/tokens";

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

pub(crate) fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap()
}

/// Signs any header and payload, however wrong.
pub(crate) fn seal(key: &SigningKey, header: &[u8], payload: &[u8]) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header),
        base64url::encode(payload)
    );
    let signature = run(Signer::sign(key, input.as_bytes())).unwrap();
    format!("{input}.{}", base64url::encode(&signature))
}

/// Copies a JSON object with one member replaced, or removed where the value is missing.
pub(crate) fn with(object: &Value, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    object
}

/// The public vectors, or `None` with a loud word where they are not checked out.
pub(crate) fn vectors(file: &str) -> Option<Value> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors");
    let folder = std::env::var_os("OB_VECTORS").map_or_else(|| default.into(), PathBuf::from);
    let path = folder.join(file);
    let Ok(text) = std::fs::read(&path) else {
        assert!(
            std::env::var_os("OB_REQUIRE_VECTORS").is_none_or(|value| value != "1"),
            "vectors are required and not at {}",
            path.display()
        );
        eprintln!("SKIPPED: vectors not found at {}", path.display());
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

pub(crate) fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
