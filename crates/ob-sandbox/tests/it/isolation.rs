//! Tenants: nothing of one is reachable through another, and every mix-up is counted.

use crate::harness::{Rig, with};
use ob_core::Clock;
use std::time::Duration;

/// What belongs to another third-party is not there.
///
/// Rows: R200, L3.1
#[tokio::test]
async fn r200_foreign_objects_are_missing_objects() {
    let rig = Rig::plain();
    let consent = rig.active_consent("acme-budget").await;
    let theirs = rig.active_consent("nordlicht-pay").await;
    let data = rig.consent_token("acme-budget", &consent).await;
    let account = rig.get("acme-budget", &data, "/accounts").await.json()["items"][0]["id"].clone();
    let account = account.as_str().unwrap();

    let token = rig.token("nordlicht-pay", "consents:create").await;
    let foreign = rig
        .get("nordlicht-pay", &token, &format!("/consents/{consent}"))
        .await;
    let missing = rig
        .get(
            "nordlicht-pay",
            &token,
            "/consents/00000000-0000-4000-8000-000000000000",
        )
        .await;
    foreign.assert_refused(404, "NOT_FOUND", "R200");
    assert_eq!(
        (foreign.status, &foreign.body),
        (missing.status, &missing.body)
    );
    let reply = rig
        .call(
            "DELETE",
            &format!("/consents/{consent}"),
            &rig.bearer("nordlicht-pay", &token),
        )
        .await;
    reply.assert_refused(404, "NOT_FOUND", "R200");

    let their_data = rig.consent_token("nordlicht-pay", &theirs).await;
    let reply = rig
        .get(
            "nordlicht-pay",
            &their_data,
            &format!("/accounts/{account}"),
        )
        .await;
    reply.assert_refused(404, "NOT_FOUND", "R200");
    rig.get("acme-budget", &data, &format!("/accounts/{account}"))
        .await
        .assert_ok();

    let call = rig
        .token_call(Some("nordlicht-pay"), "ob_data")
        .await
        .set("consent_id", &consent);
    let foreign = rig.ask(call).await;
    let call = rig
        .token_call(Some("nordlicht-pay"), "ob_data")
        .await
        .set("consent_id", "none");
    let missing = rig.ask(call).await;
    foreign.assert_refused(400, "invalid_grant", "platform 3");
    assert_eq!(
        (foreign.status, foreign.body),
        (missing.status, missing.body)
    );
}

#[tokio::test]
async fn wrong_party_is_counted_before_anything_is_judged() {
    let rig = Rig::plain();
    let acme = rig.party("acme-budget").client_id.to_string();
    let call = rig.token_call(Some("acme-budget"), "ob_providers").await;
    let token = rig
        .ask(call.header("x-sandbox-meant-for", "acme-budget"))
        .await
        .assert_ok()
        .token();
    let right = rig.bearer("acme-budget", &token);
    rig.call(
        "GET",
        "/providers",
        &with(&right, "x-sandbox-meant-for", &acme),
    )
    .await
    .assert_ok();
    let counters = rig.sandbox.counters();
    assert_eq!((counters.meant_checked, counters.wrong_party), (2, 0));

    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    rig.ask(call.header("x-sandbox-meant-for", "nordlicht-pay"))
        .await
        .assert_ok();
    let call = rig.token_call(None, "ob_data").await.without("scope");
    assert_eq!(
        rig.ask(call.header("x-sandbox-meant-for", "acme-budget"))
            .await
            .status,
        400
    );
    let wrong = with(&right, "x-sandbox-meant-for", "nordlicht-pay");
    rig.call("GET", "/providers", &wrong).await.assert_ok();
    assert_eq!(rig.call("GET", "/accounts", &wrong).await.status, 403);
    let foreign_application = rig.party("nordlicht-pay").application_id.to_string();
    let mixed = with(
        &with(&right, "x-application-id", &foreign_application),
        "x-sandbox-meant-for",
        "acme-budget",
    );
    assert_eq!(rig.call("GET", "/providers", &mixed).await.status, 403);
    let counters = rig.sandbox.counters();
    assert_eq!((counters.meant_checked, counters.wrong_party), (7, 5));
    assert_eq!(counters.token_reuse_violations, 3);
}

#[tokio::test]
async fn a_token_used_outside_its_own_is_a_violation() {
    let rig = Rig::plain();
    let consent = rig.active_consent("acme-budget").await;
    let token = rig.consent_token("acme-budget", &consent).await;
    let right = with(&rig.bearer("acme-budget", &token), "x-consent-id", &consent);
    rig.call("GET", "/accounts", &right).await.assert_ok();
    assert_eq!(rig.sandbox.counters().token_reuse_violations, 0);
    rig.call("GET", "/accounts", &with(&right, "x-consent-id", "other"))
        .await;
    let application = rig.party("nordlicht-pay").application_id.to_string();
    rig.call(
        "GET",
        "/accounts",
        &with(&right, "x-application-id", &application),
    )
    .await;
    assert_eq!(rig.sandbox.counters().token_reuse_violations, 2);
}

#[tokio::test]
async fn requests_are_counted_by_party() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    rig.token("nordlicht-pay", "ob_providers").await;
    rig.ask(rig.token_call(None, "ob_providers").await).await;
    rig.ask(rig.token_call(Some("tpp-unknown"), "ob_providers").await)
        .await;
    rig.clock.advance(Duration::from_millis(1_500));
    rig.get("acme-budget", &token, "/providers")
        .await
        .assert_ok();
    rig.call("GET", "/providers", &[]).await;
    let reply = rig.call("GET", "/__sandbox/counters", &[]).await;
    insta::assert_json_snapshot!(reply.assert_ok().json(), @r#"
    {
      "api_requests": 2,
      "api_requests_admitted": 1,
      "api_requests_by_party": {
        "acme-budget": 1
      },
      "consents_created": 0,
      "last_request_at_by_party": {
        "acme-budget": "2026-03-10T12:00:01.500000000Z",
        "integrator": "2026-03-10T12:00:00.000000000Z",
        "nordlicht-pay": "2026-03-10T12:00:00.000000000Z",
        "unknown": "2026-03-10T12:00:00.000000000Z"
      },
      "meant_checked": 0,
      "nonce_challenges": 0,
      "refusals": 2,
      "refusals_by_rule": {
        "R193": 1,
        "R204": 1
      },
      "replays_refused": 0,
      "token_requests": 4,
      "token_requests_by_party": {
        "acme-budget": 1,
        "integrator": 1,
        "nordlicht-pay": 1,
        "unknown": 1
      },
      "token_reuse_violations": 0,
      "tokens_issued": 3,
      "tokens_issued_by_party": {
        "acme-budget": 1,
        "integrator": 1,
        "nordlicht-pay": 1
      },
      "wrong_party": 0
    }
    "#);
}

/// A refused request arrived as well.
#[tokio::test]
async fn the_moment_of_the_last_request_is_kept_by_party() {
    let rig = Rig::plain();
    let last = |party: &str| {
        let moments = rig.sandbox.counters().last_request_at_by_party;
        moments.get(party).copied()
    };
    assert_eq!(last("acme-budget"), None);
    let token = rig.token("acme-budget", "ob_providers").await;
    let begin = rig.clock.now();
    assert_eq!(last("acme-budget"), Some(begin));

    rig.clock.advance(Duration::from_secs(1));
    rig.token("nordlicht-pay", "ob_providers").await;
    assert_eq!(
        last("acme-budget"),
        Some(begin),
        "another one's moves nothing"
    );
    assert_eq!(last("nordlicht-pay"), Some(rig.clock.now()));

    rig.clock.advance(Duration::from_secs(1));
    let called = rig.clock.now();
    rig.get("acme-budget", &token, "/providers")
        .await
        .assert_ok();
    assert_eq!(last("acme-budget"), Some(called));

    rig.clock.advance(Duration::from_secs(1));
    assert!(rig.sandbox.suspend("acme-budget"));
    let refused = rig.get("acme-budget", &token, "/providers").await;
    assert_eq!(refused.status, 401);
    assert_eq!(last("acme-budget"), Some(rig.clock.now()));
}

#[tokio::test]
async fn the_controls_work_over_http_too() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "ob_providers").await;
    let body = || "{\"business_id\":\"acme-budget\"}".into();
    rig.call_with("POST", "/__sandbox/revoke-tokens", (&[], body()))
        .await
        .assert_ok();
    let refused = rig.get("acme-budget", &token, "/providers").await;
    let id = refused.header("x-sandbox-refusal");
    let why = rig
        .call("GET", &format!("/__sandbox/explain/{id}"), &[])
        .await
        .assert_ok()
        .json();
    insta::assert_json_snapshot!(why, @r#"
    {
      "at": "2026-03-10T12:00:00Z",
      "expected": "a token that was not revoked",
      "found": "one that was",
      "id": "refusal-000001",
      "path": "GET /providers",
      "rule": "R031",
      "status": 401,
      "what": "jti"
    }
    "#);
    rig.call_with("POST", "/__sandbox/suspend", (&[], body()))
        .await
        .assert_ok();
    let call = rig.token_call(Some("acme-budget"), "ob_data").await;
    rig.ask(call)
        .await
        .assert_refused(400, "unauthorized_client", "R193");
    rig.call_with("POST", "/__sandbox/resume", (&[], body()))
        .await
        .assert_ok();
    rig.token("acme-budget", "ob_data").await;
    for bad in ["{}", "", "{\"business_id\":1}"] {
        assert_eq!(
            rig.call_with("POST", "/__sandbox/suspend", (&[], bad.into()))
                .await
                .status,
            400
        );
    }
    let unknown = "{\"business_id\":\"nobody\"}";
    assert_eq!(
        rig.call_with("POST", "/__sandbox/suspend", (&[], unknown.into()))
            .await
            .status,
        404
    );
    assert_eq!(
        rig.call("GET", "/__sandbox/explain/none", &[]).await.status,
        404
    );
}
