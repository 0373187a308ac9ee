//! The published vectors as seeds. They are read where they are and never copied.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// One file of the vectors; `None` where they are not checked out.
///
/// # Panics
/// Where the vectors are required (`OB_REQUIRE_VECTORS=1`) and not there.
fn read(file: &str) -> Option<Value> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors");
    let folder = std::env::var_os("OB_VECTORS").map_or_else(|| default.into(), PathBuf::from);
    let path = folder.join(file);
    let required = std::env::var_os("OB_REQUIRE_VECTORS").is_some_and(|value| value == "1");
    let text = std::fs::read(&path);
    assert!(
        text.is_ok() || !required,
        "vectors are required and not at {}",
        path.display()
    );
    text.ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
}

/// Everything in these files that `take` takes, depth first.
pub(crate) fn harvest(files: &[&str], take: fn(&Value) -> Option<String>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for file in files {
        let mut open: Vec<Value> = read(file).into_iter().collect();
        while let Some(value) = open.pop() {
            found.extend(take(&value).map(String::into_bytes));
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => open.extend(members.into_iter().map(|(_, value)| value)),
                _ => {}
            }
        }
    }
    found.retain(|seed| seed.len() <= LONGEST);
    found.sort_unstable();
    found.dedup();
    found
}

/// Every text.
pub(crate) fn any_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Every text that could be a compact JWS.
pub(crate) fn token(value: &Value) -> Option<String> {
    any_text(value).filter(|text| text.bytes().filter(|b| *b == b'.').count() >= 2)
}

/// Every object with `kty` or `keys`.
pub(crate) fn key(value: &Value) -> Option<String> {
    let is_key = value.get("kty").is_some() || value.get("keys").is_some();
    is_key.then(|| value.to_string())
}

/// The documents of the `JSONTestSuite`, each alone and as a member of an object.
pub(crate) fn json_documents() -> Vec<Vec<u8>> {
    let suite = read("jsontestsuite/test_parsing_bundle.json").unwrap_or_default();
    let cases = suite.get("cases").and_then(Value::as_array).cloned();
    let documents = cases.unwrap_or_default().into_iter().filter_map(|case| {
        let text = case.get("b64").and_then(Value::as_str)?;
        STANDARD.decode(text).ok()
    });
    documents
        .flat_map(|text| [[b"{\"v\":", text.as_slice(), b"}"].concat(), text])
        .filter(|text| text.len() <= LONGEST)
        .collect()
}

pub(crate) const JOSE: &[&str] = &[
    "rfc/rfc_jose_dpop_vectors.json",
    "wycheproof/json_web_key_test.json",
    "wycheproof/json_web_signature_test.json",
];

/// The fuzzer's own limit, near the limits of the parsers.
const LONGEST: usize = 16 * 1024;
