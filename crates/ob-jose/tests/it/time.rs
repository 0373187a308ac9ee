//! The clock table of R017, R053, R055, R100, R101 and R144.

use std::time::Duration;

use ob_jose::{
    AccessTokenVerifier, Algorithm, AssertionVerifier, ExpectedProof, Htu, JwkSet, ProofVerifier,
    RegisteredClient,
};
use serde_json::{Value, json};

use crate::attacks::Target;
use crate::support::{API, CLIENT, ISSUER, NOW, TOKEN_URL, at, with};

fn shifted(target: &Target, name: &str, offset: i64) -> String {
    let time = i64::try_from(NOW).unwrap() + offset;
    let claims = with(&target.claims, name, Some(json!(time)));
    target.token(&target.header, &claims)
}

/// Assertion, proof at the authorization server, proof at the resource server, access token.
///
/// Rows: R017, R056, R100, R101, L2.6, L2.14
#[test]
fn r017_iat_and_nbf_ahead() {
    for target in Target::all(Algorithm::EdDsa) {
        for name in ["iat", "nbf"] {
            for (offset, accepted) in [
                (-1, true),
                (0, true),
                (8, true),
                (10, true),
                (11, true),
                (30, true),
                (31, false),
                (59, false),
                (60, false),
                (61, false),
                (3600, false),
            ] {
                let verdict = target.judge(&shifted(&target, name, offset));
                assert_eq!(
                    verdict.is_ok(),
                    accepted,
                    "{} {name} {offset}: {verdict:?}",
                    target.name
                );
            }
        }
    }
}

/// Assertion, proof and access token.
///
/// Rows: R017
#[test]
fn r017_no_setting_lets_more_than_60_s_through() {
    let generous = Duration::from_secs(3600);
    let (assertion, proof, token) = (
        Target::assertion(Algorithm::EdDsa),
        Target::proof_at_server(Algorithm::EdDsa),
        Target::access_token(Algorithm::EdDsa),
    );
    let htu = Htu::from_uri(TOKEN_URL).unwrap();
    for (offset, accepted) in [(60, true), (61, false)] {
        let keys = JwkSet::new([assertion.key.public_jwk().clone()]);
        let client = RegisteredClient {
            client_id: CLIENT,
            keys: &keys,
            algorithm: None,
        };
        let verifier = AssertionVerifier::new(ISSUER).max_ahead(generous);
        let verdict = verifier.verify(&shifted(&assertion, "nbf", offset), &client, at(NOW));
        assert_eq!(verdict.is_ok(), accepted);

        let expected = ExpectedProof {
            max_ahead: generous,
            ..ExpectedProof::new("POST", &htu, at(NOW))
        };
        let verdict = ProofVerifier::new().verify(&shifted(&proof, "iat", offset), &expected);
        assert_eq!(verdict.is_ok(), accepted);

        let keys = JwkSet::new([token.key.public_jwk().clone()]);
        let verifier = AccessTokenVerifier::new(ISSUER, API, keys).max_ahead(generous);
        let verdict = verifier.verify(&shifted(&token, "iat", offset), at(NOW));
        assert_eq!(verdict.is_ok(), accepted);
    }
}

fn table(target: &Target, name: &str, rows: &[(i64, Option<&str>)]) {
    for (offset, rule) in rows {
        let refusal = target.judge(&shifted(target, name, *offset)).err();
        assert_eq!(
            refusal.as_ref().map(ob_jose::Refusal::rule),
            *rule,
            "{} {name} {offset}",
            target.name
        );
    }
}

/// The authorization server's verifier.
///
/// Rows: R053, R055
#[test]
fn r053_r055_the_life_of_an_assertion() {
    let target = Target::assertion(Algorithm::EdDsa);
    let r053 = Some("R053");
    table(
        &target,
        "exp",
        &[
            (-300, r053),
            (-1, r053),
            (0, r053),
            (1, None),
            (300, None),
            (301, r053),
            (86_400, r053),
        ],
    );
    let exp_only = |offset: u64| {
        let claims = with(
            &with(&target.claims, "iat", None),
            "exp",
            Some(json!(NOW + offset)),
        );
        target
            .judge(&target.token(&target.header, &claims))
            .map_err(|refusal| refusal.rule())
    };
    assert_eq!((exp_only(330), exp_only(331)), (Ok(()), Err("R053")));
    table(
        &target,
        "iat",
        &[
            (-240, None),
            (-241, r053),
            (-300, r053),
            (-301, Some("R055")),
        ],
    );
}

/// Both verifiers of proofs.
///
/// Rows: R100, R101, L2.6
#[test]
fn r100_r101_the_window_of_a_proof() {
    for target in [
        Target::proof_at_server(Algorithm::EdDsa),
        Target::proof_at_api(Algorithm::EdDsa),
    ] {
        table(
            &target,
            "iat",
            &[
                (-10, None),
                (-120, None),
                (-121, Some("R100")),
                (-3600, Some("R100")),
                (3600, Some("R017")),
            ],
        );
        table(
            &target,
            "exp",
            &[
                (300, None),
                (1, None),
                (0, Some("R101")),
                (-1, Some("R101")),
            ],
        );
    }
    let proof = Target::proof_at_server(Algorithm::EdDsa);
    let htu = Htu::from_uri(TOKEN_URL).unwrap();
    let expected = ExpectedProof {
        max_age: Duration::from_secs(60),
        ..ExpectedProof::new("POST", &htu, at(NOW))
    };
    let rule = ProofVerifier::new()
        .verify(&shifted(&proof, "iat", -61), &expected)
        .unwrap_err();
    assert_eq!(
        (rule.rule(), rule.expected(), rule.found()),
        ("R100", "at most 60 s ago", "61 s ago")
    );
}

/// The resource server's verifier.
///
/// Rows: R144, R179
#[test]
fn r144_r179_the_end_of_an_access_token() {
    let target = Target::access_token(Algorithm::EdDsa);
    table(
        &target,
        "exp",
        &[(1, None), (0, Some("R179")), (-1, Some("R179"))],
    );
    let keys = JwkSet::new([target.key.public_jwk().clone()]);
    let lenient = AccessTokenVerifier::new(ISSUER, API, keys).leeway(Duration::from_secs(3600));
    assert!(
        lenient
            .verify(&shifted(&target, "exp", -4), at(NOW))
            .is_ok()
    );
    assert_eq!(
        lenient
            .verify(&shifted(&target, "exp", -5), at(NOW))
            .unwrap_err()
            .rule(),
        "R179"
    );
}

/// At all four verifiers.
///
/// Rows: R144
#[test]
fn r144_numeric_dates_may_be_fractional_but_not_strings() {
    for target in Target::all(Algorithm::EdDsa) {
        let bent = |name: &str, value: Value| {
            let claims = with(&target.claims, name, Some(value));
            target
                .judge(&target.token(&target.header, &claims))
                .map_err(|refusal| refusal.rule())
        };
        assert_eq!(bent("iat", json!(1_763_799_999.5)), Ok(()));
        assert_eq!(bent("iat", json!(1.7638e9)), Ok(()));
        assert_eq!(
            bent("exp", json!(1_763_800_000.5)),
            Ok(()),
            "{}",
            target.name
        );
        assert_eq!(bent("iat", json!("1763800000")), Err("R144"));
        assert_eq!(bent("exp", json!("1763800060")), Err("R144"));
        assert_eq!(bent("nbf", json!("1763800000")), Err("R144"));
    }
    let target = Target::access_token(Algorithm::EdDsa);
    let claims = with(&target.claims, "exp", Some(json!(1_763_800_000.5)));
    let token = target.token(&target.header, &claims);
    assert!(
        target
            .judge_at(&token, at(NOW) + Duration::from_millis(499))
            .is_ok()
    );
    assert!(
        target
            .judge_at(&token, at(NOW) + Duration::from_millis(500))
            .is_err()
    );
}
