//! For whom a token may be had (standards J).

use crate::harness::{NOON, Rig};
use ob_sandbox::PartyStatus;
use std::collections::BTreeSet;

/// Nobody but an active third-party of this Integrator can be acted for.
///
/// Rows: R187, R193, L3.5, L3.6, L3.13
#[tokio::test]
async fn r194_unknown_suspended_and_foreign_are_one_answer() {
    let rig = Rig::plain();
    let foreign = rig
        .sandbox
        .foreign_third_party()
        .unwrap()
        .client_id
        .to_string();
    let acme = rig.party("acme-budget");
    let integrator = rig.sandbox.integrator().client_id.to_string();
    let names = [
        "tpp-000000000000".to_owned(),
        rig.party("oldtown-loans").client_id.to_string(),
        foreign,
        integrator,
        acme.client_id.as_str().to_uppercase(),
        acme.business_id.to_string() + "-x",
        acme.application_id.to_string(),
    ];
    let mut answers = BTreeSet::new();
    for name in names {
        let call = rig
            .token_call(None, "ob_data")
            .await
            .header("x-on-behalf-of", &name);
        let reply = rig.ask(call).await;
        reply.assert_refused(400, "unauthorized_client", "R193");
        let fixed = ["cache-control", "content-type", "date", "vary"]
            .map(|name| reply.header(name).to_owned());
        answers.insert((reply.body.clone(), fixed));
    }
    assert_eq!(answers.len(), 1);
    insta::assert_snapshot!(
        String::from_utf8(answers.first().unwrap().0.to_vec()).unwrap(),
        @r#"{"error":"unauthorized_client","error_description":"the client may not act for this third-party"}"#
    );
    assert_eq!(rig.sandbox.counters().tokens_issued, 0);
}

/// Rows: R193
#[tokio::test]
async fn r193_a_business_id_is_not_a_client_id() {
    let rig = Rig::plain();
    let call = rig
        .token_call(None, "ob_data")
        .await
        .header("x-on-behalf-of", "acme-budget");
    rig.ask(call)
        .await
        .assert_refused(400, "unauthorized_client", "R193");
}

/// A third-party without a scope is not lent the Integrator's.
///
/// Rows: R193, L3.10
#[tokio::test]
async fn r193_scopes_are_an_intersection_never_a_union() {
    let rig = Rig::plain();
    rig.sandbox.resume("oldtown-loans");
    let call = rig
        .token_call(Some("oldtown-loans"), "ob_data ob_providers")
        .await;
    rig.ask(call)
        .await
        .assert_refused(400, "invalid_scope", "R193");
    rig.token("oldtown-loans", "ob_data").await;
}

/// Rows: R031, R196
#[tokio::test]
async fn r196_a_suspension_stops_tokens_and_calls_at_once() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    rig.get("acme-budget", &token, "/providers")
        .await
        .assert_ok();
    assert!(rig.sandbox.suspend("acme-budget"));
    assert_eq!(rig.party("acme-budget").status, PartyStatus::Suspended);
    let reply = rig.get("acme-budget", &token, "/providers").await;
    reply.assert_refused(401, "INVALID_TOKEN", "R196");
    let reply = rig
        .ask(rig.token_call(Some("acme-budget"), "ob_data").await)
        .await;
    reply.assert_refused(400, "unauthorized_client", "R193");
    rig.token("nordlicht-pay", "ob_data").await;
    assert!(rig.sandbox.resume("acme-budget") && !rig.sandbox.suspend("nobody"));
    let reply = rig.get("acme-budget", &token, "/providers").await;
    reply.assert_refused(401, "INVALID_TOKEN", "R031");
    rig.token("acme-budget", "ob_data").await;
}

/// Rows: R031
#[tokio::test]
async fn r031_revoked_tokens_are_refused_and_new_ones_are_not() {
    let rig = Rig::plain();
    let (a, b) = (
        rig.token("acme-budget", "ob_providers").await,
        rig.token("nordlicht-pay", "ob_providers").await,
    );
    assert_eq!(rig.sandbox.revoke_tokens("acme-budget"), 1);
    rig.get("acme-budget", &a, "/providers")
        .await
        .assert_refused(401, "INVALID_TOKEN", "R031");
    rig.get("nordlicht-pay", &b, "/providers").await.assert_ok();
    let again = rig.token("acme-budget", "ob_providers").await;
    rig.get("acme-budget", &again, "/providers")
        .await
        .assert_ok();
}

#[tokio::test]
async fn one_seed_one_cast() {
    let (one, same, other) = (
        Rig::new(|builder| builder.third_parties(5)),
        Rig::new(|builder| builder.third_parties(5)),
        Rig::new(|builder| builder.third_parties(5).seed(8)),
    );
    let names = |rig: &Rig| rig.sandbox.third_parties();
    assert_eq!(names(&one), names(&same));
    assert_ne!(names(&one), names(&other));
    assert_eq!(
        one.sandbox.integrator().client_id,
        same.sandbox.integrator().client_id
    );
    assert_ne!(
        one.sandbox.integrator().key.thumbprint(),
        same.sandbox.integrator().key.thumbprint(),
        "keys are never derived from a seed"
    );
    let business: Vec<_> = names(&one)
        .into_iter()
        .map(|party| party.business_id.to_string())
        .collect();
    assert_eq!(
        business[..4],
        ["acme-budget", "nordlicht-pay", "oldtown-loans", "tp-001"]
    );
    assert_eq!(one.iat(), NOON);
}
