//! The files that a running sandbox leaves for its clients.

use ob_jose::{PrivateJwk, SigningKey};
use ob_sandbox::Sandbox;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// The key file is its owner's alone, and the key is in no other file.
///
/// Rows: L5.5
#[tokio::test]
async fn writes_key_authority_and_descriptor() {
    let running = Sandbox::builder().tls(true).start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = running.write_descriptor(dir.path().join("new")).unwrap();
    let seen: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(seen["schema"], "ob.sandbox/1");
    assert_eq!(seen["issuer"], running.issuer());
    assert_eq!(seen["token_endpoint"], running.token_url());
    assert_eq!(seen["third_parties"].as_array().unwrap().len(), 3);
    assert_eq!(seen["third_parties"][2]["status"], "suspended");
    assert_eq!(seen["third_parties"][1]["licence"], "licensed");
    assert_eq!(
        seen["third_parties"][2]["scopes"],
        serde_json::json!(["consents:create", "ob_data"])
    );

    let key_file = seen["integrator"]["key_file"].as_str().unwrap();
    let mode = std::fs::metadata(key_file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let jwk = PrivateJwk::from_json(std::fs::read(key_file).unwrap()).unwrap();
    let key = SigningKey::from_jwk(&jwk).unwrap();
    assert_eq!(
        key.thumbprint(),
        running.sandbox().integrator().key.thumbprint()
    );
    let ca = std::fs::read_to_string(seen["ca_file"].as_str().unwrap()).unwrap();
    assert_eq!(Some(ca.as_str()), running.ca_pem());

    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("\"d\""), "the descriptor holds no key");
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        3,
        "nothing is left beside"
    );
    let certificates = seen["third_parties"][1]["certificates"].as_array().unwrap();
    assert_eq!(certificates.len(), 2, "a QWAC and a QSealC");
    for certificate in certificates {
        let pem = certificate.as_str().unwrap();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    }
    assert!(seen["third_parties"][0].get("certificates").is_none());
    running.write_descriptor(path.parent().unwrap()).unwrap();
    running.shutdown().await;
}

/// `Debug` of what holds the key shows none of it.
///
/// Rows: L5.1
#[test]
fn nothing_prints_the_key() {
    let sandbox = Sandbox::in_process().unwrap();
    let secret = sandbox.integrator().key.to_private_jwk().to_json().unwrap();
    let jwk: Value = serde_json::from_str(secret.expose()).unwrap();
    let shown = format!(
        "{sandbox:?} {:?} {:?}",
        sandbox.integrator(),
        sandbox.descriptor()
    );
    assert!(!shown.contains(jwk["d"].as_str().unwrap()));
}
