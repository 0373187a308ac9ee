//! The metadata document and the keys.

use crate::harness::Rig;
use serde_json::Value;

/// The metadata document says what the authorization server accepts.
///
/// Rows: R169
#[tokio::test]
async fn r169_says_what_it_does() {
    let rig = Rig::plain();
    let reply = rig
        .send("GET", &rig.sandbox.metadata_url(), (&[], "".into()))
        .await;
    let metadata = reply.assert_ok().json();
    insta::assert_json_snapshot!(metadata, @r#"
    {
      "dpop_signing_alg_values_supported": [
        "ES256",
        "PS256",
        "EdDSA",
        "Ed25519"
      ],
      "grant_types_supported": [
        "client_credentials"
      ],
      "issuer": "https://sandbox.obkit.invalid",
      "jwks_uri": "https://sandbox.obkit.invalid/jwks",
      "scopes_supported": [
        "consents:create",
        "ob_data",
        "ob_providers"
      ],
      "token_endpoint": "https://sandbox.obkit.invalid/oauth2/tokens",
      "token_endpoint_auth_methods_supported": [
        "private_key_jwt"
      ],
      "token_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "PS256",
        "EdDSA",
        "Ed25519"
      ]
    }
    "#);
    assert_eq!(reply.header("content-type"), "application/json");
}

/// The metadata document fits the schema of RFC 8414.
///
/// Rows: R007
#[tokio::test]
async fn r007_fits_the_conformance_suites_schema() {
    let folder = std::env::var("OB_VECTORS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors").into());
    let path = format!("{folder}/oidf/rfc8414_oauth_authorization_server_metadata.schema.json");
    let Ok(text) = std::fs::read(&path) else {
        assert!(
            std::env::var_os("OB_REQUIRE_VECTORS").is_none_or(|v| v != "1"),
            "no {path}"
        );
        eprintln!("SKIPPED: vectors not found at {folder}");
        return;
    };
    let schema: Value = serde_json::from_slice(&text).unwrap();
    let rig = Rig::plain();
    let metadata = rig
        .send("GET", &rig.sandbox.metadata_url(), (&[], "".into()))
        .await
        .json();
    for required in schema["required"].as_array().unwrap_or(&Vec::new()) {
        assert!(
            metadata.get(required.as_str().unwrap()).is_some(),
            "{required} is required"
        );
    }
    for (name, value) in metadata.as_object().unwrap() {
        let wanted = &schema["properties"][name]["type"];
        let fits = match wanted.as_str() {
            Some("string") => value.as_str().is_some_and(|text| !text.is_empty()),
            Some("array") => value
                .as_array()
                .is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string)),
            _ => true,
        };
        assert!(fits, "{name}: {value} is not {wanted}");
    }
}

/// A token verifies with the published keys, as `at+jwt`.
///
/// Rows: R174
#[tokio::test]
async fn r174_tokens_verify_with_the_published_keys() {
    let rig = Rig::fapi();
    let token = rig.token("acme-budget", "ob_data").await;
    let keys = rig
        .send("GET", &rig.sandbox.jwks_uri(), (&[], "".into()))
        .await;
    let keys = ob_jose::JwkSet::from_json(&keys.assert_ok().body).unwrap();
    let verifier =
        ob_jose::AccessTokenVerifier::new(rig.sandbox.issuer(), rig.sandbox.api_base(), keys);
    let claims = verifier.verify(&token, rig.now()).unwrap();
    assert_eq!(claims.jkt(), Some(rig.prover.thumbprint()));
    assert_eq!(
        claims.act_sub(),
        Some(rig.sandbox.integrator().client_id.as_str())
    );
}
