//! Nonces at both servers (RFC 9449 sections 8 and 9).

use crate::harness::{Rig, with};
use ob_sandbox::{NonceMode, Profile};
use std::time::Duration;

fn rig() -> Rig {
    Rig::new(|builder| builder.profile(Profile::Fapi2).nonce(NonceMode::Required))
}

async fn token_with(rig: &Rig, nonce: Option<&str>) -> crate::harness::Reply {
    rig.ask(
        rig.token_call_with(Some("acme-budget"), "ob_providers", nonce)
            .await,
    )
    .await
}

async fn call_with(rig: &Rig, token: &str, nonce: Option<&str>) -> crate::harness::Reply {
    let url = format!("{}/providers", rig.sandbox.api_base());
    let proof = rig.proof("GET", &url, (Some(token), nonce)).await;
    let headers = with(
        &rig.bearer("acme-budget", token),
        "authorization",
        &format!("DPoP {token}"),
    );
    rig.call("GET", "/providers", &with(&headers, "dpop", &proof))
        .await
}

/// Each server challenges with one nonce of its own and takes no other.
///
/// Rows: R016, R099, R108, R109, L2.12
#[tokio::test]
async fn r107_r109_both_servers_challenge_with_nonces_of_their_own() {
    let rig = rig();
    let reply = token_with(&rig, None).await;
    reply.assert_refused(400, "use_dpop_nonce", "R099");
    assert_eq!(reply.headers.get_all("dpop-nonce").iter().count(), 1);
    let as_nonce = reply.header("dpop-nonce").to_owned();
    let granted = token_with(&rig, Some(&as_nonce)).await;
    let token = granted.assert_ok().token();
    assert!(!granted.header("dpop-nonce").is_empty(), "R108: on 200 too");

    let reply = call_with(&rig, &token, None).await;
    assert_eq!((reply.status.as_u16(), reply.rule()), (401, "R099"));
    assert_eq!(
        reply.header("www-authenticate"),
        "DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256 EdDSA\""
    );
    let rs_nonce = reply.header("dpop-nonce").to_owned();
    assert_ne!(as_nonce, rs_nonce);
    let reply = call_with(&rig, &token, Some(&as_nonce)).await;
    assert_eq!(
        (reply.status.as_u16(), reply.rule()),
        (401, "R099"),
        "R076: the other server's"
    );
    call_with(&rig, &token, Some(&rs_nonce)).await.assert_ok();
    call_with(&rig, &token, Some(&rs_nonce)).await.assert_ok();
    assert_eq!(rig.sandbox.counters().nonce_challenges, 3);
}

/// A nonce ends after a minute at the token endpoint.
///
/// Rows: R099
#[tokio::test]
async fn r099_an_old_nonce_is_challenged_again() {
    let rig = rig();
    let nonce = token_with(&rig, None).await.header("dpop-nonce").to_owned();
    token_with(&rig, Some(&nonce)).await.assert_ok();
    rig.clock.advance(Duration::from_secs(60));
    let reply = token_with(&rig, Some(&nonce)).await;
    reply.assert_refused(400, "use_dpop_nonce", "R099");
    assert_ne!(reply.header("dpop-nonce"), nonce);
}

/// Rows: R016, R108
#[tokio::test]
async fn r077_every_answer_can_bring_a_new_nonce() {
    let rig = Rig::new(|builder| {
        builder
            .nonce(NonceMode::Required)
            .rotate_nonce_every_answer(true)
    });
    let mut nonce = token_with(&rig, None).await.header("dpop-nonce").to_owned();
    for _ in 0..5 {
        let reply = token_with(&rig, Some(&nonce)).await;
        assert_ne!(reply.assert_ok().header("dpop-nonce"), nonce);
        nonce = reply.header("dpop-nonce").to_owned();
    }
}

#[tokio::test]
async fn x11_a_challenge_does_not_consume_the_assertion_unless_strict() {
    for (strict, status) in [(false, 200), (true, 401)] {
        let rig = Rig::new(|builder| builder.nonce(NonceMode::Required).strict_assertions(strict));
        let call = rig.token_call(Some("acme-budget"), "ob_data").await;
        let assertion = call.form[2].1.clone();
        let nonce = rig.ask(call).await.header("dpop-nonce").to_owned();
        let again = rig
            .token_call_with(Some("acme-budget"), "ob_data", Some(&nonce))
            .await;
        let reply = rig.ask(again.set("client_assertion", &assertion)).await;
        assert_eq!(reply.status.as_u16(), status);
    }
}

/// Rows: R054
#[tokio::test]
async fn x11_any_other_outcome_consumes_the_assertion() {
    let rig = Rig::plain();
    let call = rig.token_call(Some("oldtown-loans"), "ob_data").await;
    let assertion = call.form[2].1.clone();
    rig.ask(call)
        .await
        .assert_refused(400, "unauthorized_client", "R193");
    let again = rig
        .token_call(Some("acme-budget"), "ob_data")
        .await
        .set("client_assertion", &assertion);
    rig.ask(again)
        .await
        .assert_refused(401, "invalid_client", "R054");
}

#[tokio::test]
async fn x12_can_write_the_malformed_challenge_of_vendor_mocks() {
    let rig = Rig::new(|builder| {
        builder
            .profile(Profile::Fapi2)
            .nonce(NonceMode::Required)
            .malformed_challenge(true)
    });
    let nonce = token_with(&rig, None).await.header("dpop-nonce").to_owned();
    let token = token_with(&rig, Some(&nonce)).await.token();
    let reply = call_with(&rig, &token, None).await;
    assert_eq!(
        reply.header("www-authenticate"),
        "Dpop error:\"use_dpop_nonce\""
    );
}

/// Rows: R016
#[tokio::test]
async fn nonces_off_means_no_nonce_anywhere() {
    let rig = Rig::plain();
    let reply = token_with(&rig, Some("made-up")).await;
    assert!(!reply.assert_ok().headers.contains_key("dpop-nonce"));
}
