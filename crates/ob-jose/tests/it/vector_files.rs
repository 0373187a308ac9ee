//! No file of the public vectors lies there unread.

use std::path::{Path, PathBuf};

/// Every file and the test source that runs it, from the root of the repository.
const RUN: [(&str, &str); 29] = [
    (
        "iban/iban_vectors.json",
        "crates/ob-api/tests/it/iban_vectors.rs",
    ),
    (
        "iban/schwifty_iban_registry.json",
        "crates/ob-api/tests/it/iban_vectors.rs",
    ),
    (
        "iban/schwifty_iban_registry_overwrite.json",
        "crates/ob-api/tests/it/iban_vectors.rs",
    ),
    (
        "jsontestsuite/test_parsing_bundle.json",
        "crates/ob-jose/tests/it/json.rs",
    ),
    (
        "oidf/rfc8414_oauth_authorization_server_metadata.schema.json",
        "crates/ob-sandbox/tests/it/metadata.rs",
    ),
    (
        "rfc/rfc_jose_dpop_vectors.json",
        "crates/ob-jose/tests/it/rfc.rs",
    ),
    ("rfc7520-cookbook/curve25519/jws.json", COOKBOOK),
    ("rfc7520-cookbook/jwk/3_1.ec_public_key.json", COOKBOOK),
    ("rfc7520-cookbook/jwk/3_2.ec_private_key.json", COOKBOOK),
    ("rfc7520-cookbook/jwk/3_3.rsa_public_key.json", COOKBOOK),
    ("rfc7520-cookbook/jwk/3_4.rsa_private_key.json", COOKBOOK),
    (
        "rfc7520-cookbook/jwk/3_5.symmetric_key_mac_computation.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/jwk/3_6.symmetric_key_encryption.json",
        COOKBOOK,
    ),
    ("rfc7520-cookbook/jws/4_1.rsa_v15_signature.json", COOKBOOK),
    ("rfc7520-cookbook/jws/4_2.rsa-pss_signature.json", COOKBOOK),
    ("rfc7520-cookbook/jws/4_3.ecdsa_signature.json", COOKBOOK),
    (
        "rfc7520-cookbook/jws/4_4.hmac-sha2_integrity_protection.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/jws/4_5.signature_with_detached_content.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/jws/4_6.protecting_specific_header_fields.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/jws/4_7.protecting_content_only.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/jws/4_8.multiple_signatures.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/rfc7797/4.2.hmac-sha2_b64_false.json",
        COOKBOOK,
    ),
    (
        "rfc7520-cookbook/rfc7797/hmac-sha2_b64_false.json",
        COOKBOOK,
    ),
    ("wycheproof/OVERRIDES.json", WYCHEPROOF),
    (
        "wycheproof/ecdsa_secp256r1_sha256_p1363_test.json",
        WYCHEPROOF,
    ),
    ("wycheproof/ed25519_test.json", WYCHEPROOF),
    ("wycheproof/json_web_key_test.json", WYCHEPROOF),
    ("wycheproof/json_web_signature_test.json", WYCHEPROOF),
    (
        "wycheproof/rsa_pss_2048_sha256_mgf1_0_test.json",
        WYCHEPROOF,
    ),
];

/// Run with the same helper, under one prefix.
const RSA_PSS: [&str; 2] = [
    "wycheproof/rsa_pss_2048_sha256_mgf1_32_test.json",
    "wycheproof/rsa_pss_4096_sha256_mgf1_32_test.json",
];

const COOKBOOK: &str = "crates/ob-jose/tests/it/cookbook.rs";
const WYCHEPROOF: &str = "crates/ob-jose/tests/it/wycheproof.rs";

fn files(folder: &Path, below: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, below, found);
        } else {
            let name = path.strip_prefix(below).unwrap().to_str().unwrap();
            found.push(name.replace('\\', "/"));
        }
    }
}

#[test]
fn every_vector_file_is_run() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let folder = std::env::var_os("OB_VECTORS")
        .map_or_else(|| root.join("../shared/vectors"), PathBuf::from);
    if !folder.is_dir() {
        let required = std::env::var_os("OB_REQUIRE_VECTORS").is_some_and(|value| value == "1");
        assert!(
            !required,
            "vectors are required and not at {}",
            folder.display()
        );
        eprintln!("SKIPPED: vectors not found at {}", folder.display());
        return;
    }
    let mut found = Vec::new();
    files(&folder, &folder, &mut found);
    let is_licence = |name: &String| {
        let file = name.rsplit('/').next().unwrap_or_default();
        file.starts_with("LICENSE")
    };
    found.retain(|name| !is_licence(name));
    found.sort();
    let known = RUN
        .iter()
        .copied()
        .chain(RSA_PSS.map(|file| (file, WYCHEPROOF)));
    let mut listed: Vec<&str> = known.clone().map(|(file, _)| file).collect();
    listed.sort_unstable();
    assert_eq!(found, listed, "a file is not run by any test, or is gone");
    for (file, source) in known {
        let text = std::fs::read_to_string(root.join(source)).unwrap();
        let name = file.rsplit('/').next().unwrap();
        assert!(text.contains(name), "{source} does not run {file}");
    }
    eprintln!("{} vector files, each run by a test", found.len());
}
