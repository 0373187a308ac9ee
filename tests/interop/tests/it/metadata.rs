//! npm `ajv` validates the sandbox's metadata document by the conformance suite's schema.

use crate::{
    judge::{Lines, Verdict},
    recorded::get,
};
use ob_sandbox::{Profile, Sandbox};
use serde_json::{Value, json};

const SCRIPT: &str = include_str!("../../node/metadata.mjs");
const SCHEMA: &str = "oidf/rfc8414_oauth_authorization_server_metadata.schema.json";

/// The schema among the published vectors; the gate demands them.
fn schema() -> Value {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors");
    let folder = std::env::var("OB_VECTORS").unwrap_or_else(|_| beside.into());
    let text = std::fs::read(format!("{folder}/{SCHEMA}"));
    serde_json::from_slice(&text.unwrap()).unwrap()
}

/// Valid as it is served in either profile, and not valid with any member broken.
///
/// Rows: R007, R169
#[tokio::test(flavor = "multi_thread")]
async fn the_document_fits_the_schema() {
    let verdict = Verdict::of(
        "ajv",
        "the sandbox's metadata document by the OpenID suite's schema",
    );
    let mut ajv = Lines::node(SCRIPT, &[]);
    ajv.tell(&schema());
    let mut judged = |document: &Value| {
        ajv.tell(document);
        ajv.hear()
    };
    let (mut valid, mut broken) = (0, 0);
    for profile in [Profile::OneToMany, Profile::Fapi2] {
        let running = Sandbox::builder().profile(profile).start().await.unwrap();
        let document = get(&running.metadata_url()).await;
        let told = judged(&document);
        assert_eq!(told["accepted"], true, "{told}");
        valid += 1;
        for name in document.as_object().unwrap().keys() {
            // Neither a URI, nor a text, nor a list of texts.
            for wrong in [json!(1), json!([1]), json!({})] {
                let mut document = document.clone();
                document[name] = wrong;
                let told = judged(&document);
                assert_eq!(told["accepted"], false, "{name}: {document}");
                assert!(
                    told["why"].as_str().unwrap().contains(name.as_str()),
                    "{told}"
                );
                broken += 1;
            }
        }
        let mut document = document.clone();
        document["token_endpoint"] = "not a URI".into();
        assert_eq!(judged(&document)["accepted"], false);
        broken += 1;
    }
    verdict.is(format!("{valid} valid, {broken} broken refused"));
}
