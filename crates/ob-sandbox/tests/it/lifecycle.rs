//! Consents, flows and data from beginning to end, under a clock that a test moves.

use crate::harness::{Reply, Rig, with};
use bytes::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn consent_status(rig: &Rig, party: &str, consent: &str) -> String {
    let token = rig.token(party, "consents:create").await;
    let reply = rig
        .get(party, &token, &format!("/consents/{consent}"))
        .await;
    reply.assert_ok().json()["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn flow_status(rig: &Rig, consent: &str, flow: &str) -> String {
    let token = rig.token("acme-budget", "consents:create").await;
    let reply = rig
        .get(
            "acme-budget",
            &token,
            &format!("/consents/{consent}/managed-flows/{flow}"),
        )
        .await;
    reply.assert_ok().json()["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn step(rig: &Rig, flow: &str, body: Value) -> Reply {
    let path = format!("/__sandbox/flows/{flow}/complete");
    rig.call_with("POST", &path, (&[], Bytes::from(body.to_string())))
        .await
}

fn john() -> Value {
    json!({"username": "john.smith", "password": "12345", "otp": "987654"})
}

#[tokio::test]
async fn from_consent_to_transactions() {
    let rig = Rig::plain();
    let consent = rig.consent("acme-budget").await;
    assert_eq!(
        consent_status(&rig, "acme-budget", &consent).await,
        "INACTIVE"
    );
    let flow = rig.flow("acme-budget", &consent).await;
    assert_eq!(flow_status(&rig, &consent, &flow).await, "ACTIVE");
    let page = rig.call("GET", &format!("/flows/{flow}"), &[]).await;
    assert!(
        String::from_utf8(page.assert_ok().body.to_vec())
            .unwrap()
            .contains("no browser page")
    );
    step(&rig, &flow, john()).await.assert_ok();
    assert_eq!(flow_status(&rig, &consent, &flow).await, "COMPLETED");
    assert_eq!(
        consent_status(&rig, "acme-budget", &consent).await,
        "ACTIVE"
    );

    let token = rig.consent_token("acme-budget", &consent).await;
    let list = rig
        .get(
            "acme-budget",
            &token,
            "/accounts?include=balances,holders,identifiers",
        )
        .await;
    let list = list.assert_ok().json();
    assert_eq!(
        (
            list["total"].as_u64(),
            list["items"].as_array().unwrap().len()
        ),
        (Some(4), 4)
    );
    let account = &list["items"][0];
    assert!(
        account["identifiers"]["iban"]
            .as_str()
            .unwrap()
            .parse::<ob_api::Iban>()
            .is_ok()
    );
    assert_eq!(account["balances"][0]["amount"]["currency"], "EUR");
    assert!(
        account["balances"][0]["amount"]["amount"].is_string(),
        "R221"
    );
    assert_eq!(account["holders"][0]["name"], "John Smith");
    let bare = rig.get("acme-budget", &token, "/accounts").await.json();
    assert!(bare["items"][0].get("balances").is_none());

    let id = account["id"].as_str().unwrap();
    let path = format!("/accounts/{id}/transactions");
    let all = rig
        .get(
            "acme-budget",
            &token,
            &format!("{path}?limit=1000&offset=0"),
        )
        .await
        .assert_ok()
        .json();
    let total = all["total"].as_u64().unwrap();
    assert!(total > 500, "{total}");
    let last = rig
        .get(
            "acme-budget",
            &token,
            &format!("{path}?limit=1&offset={}", total - 1),
        )
        .await
        .json();
    assert_eq!(last["items"][0]["bookingDate"], "2023-01-01");
    let march = rig
        .get(
            "acme-budget",
            &token,
            &format!("{path}?from=2026-03-01&to=2026-03-01"),
        )
        .await
        .json();
    let entry = &march["items"][0];
    assert_eq!(
        (
            entry["amount"]["amount"].as_str(),
            entry["description"].as_str()
        ),
        (Some("-980.00"), Some("Rent"))
    );
    let one = format!("/transactions/{}", entry["id"].as_str().unwrap());
    assert_eq!(
        &rig.get("acme-budget", &token, &one)
            .await
            .assert_ok()
            .json(),
        entry
    );
    let whole = rig
        .get("acme-budget", &token, &format!("/accounts/{id}"))
        .await
        .assert_ok()
        .json();
    assert_eq!(whole["balances"], account["balances"]);
    for missing in ["/accounts/x", "/transactions/x", "/accounts/x/transactions"] {
        rig.get("acme-budget", &token, missing)
            .await
            .assert_refused(404, "NOT_FOUND", "R200");
    }
}

#[tokio::test]
async fn a_consent_sees_only_what_was_connected_in_it() {
    let rig = Rig::plain();
    let consent = rig.consent("acme-budget").await;
    let flow = rig.flow("acme-budget", &consent).await;
    let mut some = john();
    some["accounts"] = json!([1, 3]);
    some["provider"] = "Redirect Test Bank".into();
    step(&rig, &flow, some).await.assert_ok();
    let token = rig.consent_token("acme-budget", &consent).await;
    let seen = rig
        .get("acme-budget", &token, "/accounts")
        .await
        .assert_ok()
        .json();
    let names: Vec<_> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].clone())
        .collect();
    assert_eq!(names, ["Tagesgeld", "Gemeinschaftskonto"]);

    let whole = rig.active_consent("acme-budget").await;
    let other = rig.consent_token("acme-budget", &whole).await;
    let ids = rig.get("acme-budget", &other, "/accounts").await.json();
    let outside = ids["items"][0]["id"].as_str().unwrap();
    let reply = rig
        .get("acme-budget", &token, &format!("/accounts/{outside}"))
        .await;
    reply.assert_refused(404, "NOT_FOUND", "R200");
}

#[tokio::test]
async fn wrong_credentials_fail_the_flow_at_the_third_try() {
    let rig = Rig::plain();
    let consent = rig.consent("acme-budget").await;
    let flow = rig.flow("acme-budget", &consent).await;
    for (wrong, after) in [
        ("password", "AUTHORIZING"),
        ("otp", "AUTHORIZING"),
        ("username", "FAILED"),
    ] {
        let mut body = john();
        body[wrong] = "nope".into();
        step(&rig, &flow, body)
            .await
            .assert_refused(403, "WRONG_CREDENTIALS", "platform 10");
        assert_eq!(flow_status(&rig, &consent, &flow).await, after);
    }
    step(&rig, &flow, john())
        .await
        .assert_refused(409, "ILLEGAL_STEP", "platform 10");
    assert_eq!(
        consent_status(&rig, "acme-budget", &consent).await,
        "INACTIVE"
    );
    let again = rig.flow("acme-budget", &consent).await;
    step(&rig, &again, john()).await.assert_ok();
}

#[tokio::test]
async fn every_user_of_the_table_can_log_in() {
    let rig = Rig::plain();
    let users = [
        ("john.smith", "987654", 4),
        ("mattias.mustermann", "12345", 1),
        ("max.mustermann", "987654", 1),
        ("erika.mustermann", "987654", 1),
        ("dan.mustermann", "987654", 1),
        ("nomoney.mustermann", "987654", 0),
    ];
    for (username, otp, accounts) in users {
        let consent = rig.consent("acme-budget").await;
        let flow = rig.flow("acme-budget", &consent).await;
        let body = json!({"username": username, "password": "12345", "otp": otp});
        step(&rig, &flow, body).await.assert_ok();
        let token = rig.consent_token("acme-budget", &consent).await;
        let list = rig
            .get("acme-budget", &token, "/accounts")
            .await
            .assert_ok()
            .json();
        assert_eq!(
            list["items"].as_array().unwrap().len(),
            accounts,
            "{username}"
        );
    }
}

#[tokio::test]
async fn flows_expire_are_cancelled_and_stay_so() {
    let rig = Rig::plain();
    let consent = rig.consent("acme-budget").await;
    let (late, stopped) = (
        rig.flow("acme-budget", &consent).await,
        rig.flow("acme-budget", &consent).await,
    );
    let cancel = format!("/__sandbox/flows/{stopped}/cancel");
    rig.call("POST", &cancel, &[]).await.assert_ok();
    rig.call("POST", &cancel, &[])
        .await
        .assert_refused(409, "ILLEGAL_STEP", "platform 10");
    rig.clock.advance(Duration::from_secs(15 * 60));
    step(&rig, &late, john())
        .await
        .assert_refused(409, "ILLEGAL_STEP", "platform 10");
    assert_eq!(flow_status(&rig, &consent, &late).await, "EXPIRED");
    assert_eq!(flow_status(&rig, &consent, &stopped).await, "CANCELLED");
    assert!(
        rig.sandbox
            .complete_flow(&consent.parse().unwrap(), "john.smith")
            .unwrap_err()
            .is_not_found()
    );
    rig.call("POST", "/__sandbox/flows/none/cancel", &[])
        .await
        .assert_refused(404, "NOT_FOUND", "platform 10");
}

/// An ongoing consent ends by the clock, and its data with it.
///
/// Rows: R230
#[tokio::test]
async fn r230_an_ongoing_consent_ends_after_twelve_months() {
    let rig = Rig::new(|builder| builder.token_lifetime(DAY * 400));
    let consent = rig.active_consent("acme-budget").await;
    let token = rig.consent_token("acme-budget", &consent).await;
    rig.clock.advance(DAY * 364);
    rig.get("acme-budget", &token, "/accounts")
        .await
        .assert_ok();
    rig.clock.advance(DAY);
    let reply = rig.get("acme-budget", &token, "/accounts").await;
    reply.assert_refused(403, "CONSENT_EXPIRED", "platform 5");
    assert_eq!(
        consent_status(&rig, "acme-budget", &consent).await,
        "EXPIRED"
    );
    let call = rig
        .token_call(Some("acme-budget"), "ob_data")
        .await
        .set("consent_id", &consent);
    rig.ask(call)
        .await
        .assert_refused(400, "invalid_grant", "platform 3");
}

/// A one-off consent ends by the clock.
///
/// Rows: R230
#[tokio::test]
async fn a_one_off_consent_ends_after_a_day() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "consents:create").await;
    let body = json!({
        "useCaseConfigurationId": rig.sandbox.integrator().one_off_use_case_configuration_id,
        "endUsers": [{"identifier": "user-1", "email": "user@example.com"}],
    });
    let headers = rig.bearer("acme-budget", &token);
    let made = rig
        .call_with("POST", "/consents", (&headers, body.to_string().into()))
        .await
        .assert_ok()
        .json();
    let mut shown = made.clone();
    for id in ["consentId", "useCaseConfigurationId"] {
        assert_eq!(shown[id].as_str().unwrap().len(), 36);
        shown[id] = "[id]".into();
    }
    insta::assert_json_snapshot!(shown, @r#"
    {
      "consentId": "[id]",
      "createdAt": "2026-03-10T12:00:00.0000000+00:00",
      "endUsers": [
        {
          "email": "user@example.com",
          "identifier": "user-1"
        }
      ],
      "expiresAt": "2026-03-11T12:00:00.0000000+00:00",
      "status": "INACTIVE",
      "type": "ONE_OFF",
      "useCaseConfigurationId": "[id]"
    }
    "#);
    rig.clock.advance(DAY);
    let consent = made["consentId"].as_str().unwrap();
    assert_eq!(
        consent_status(&rig, "acme-budget", consent).await,
        "EXPIRED"
    );
}

/// Nothing leads out of a revoked consent.
///
/// Rows: R230
#[tokio::test]
async fn a_deleted_consent_is_revoked_for_good() {
    let rig = Rig::plain();
    let consent = rig.active_consent("acme-budget").await;
    let data = rig.consent_token("acme-budget", &consent).await;
    let token = rig.token("acme-budget", "consents:create").await;
    let path = format!("/consents/{consent}");
    for _ in 0..2 {
        let reply = rig
            .call("DELETE", &path, &rig.bearer("acme-budget", &token))
            .await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0));
    }
    rig.get("acme-budget", &data, "/accounts")
        .await
        .assert_refused(403, "CONSENT_REVOKED", "platform 5");
    assert_eq!(
        consent_status(&rig, "acme-budget", &consent).await,
        "REVOKED"
    );
    let body = json!({"type": "CONNECT_ACCOUNTS", "endUser": {"identifier": "user-1"}}).to_string();
    let headers = rig.bearer("acme-budget", &token);
    let reply = rig
        .call_with(
            "POST",
            &format!("{path}/managed-flows"),
            (&headers, body.into()),
        )
        .await;
    reply.assert_refused(403, "CONSENT_REVOKED", "platform 5");
}

#[tokio::test]
async fn flows_are_for_the_consents_own_end_user_and_of_known_types() {
    let rig = Rig::plain();
    let consent = rig.consent("acme-budget").await;
    let token = rig.token("acme-budget", "consents:create").await;
    let headers = rig.bearer("acme-budget", &token);
    let path = format!("/consents/{consent}/managed-flows");
    let cases = [
        (
            json!({"type": "CONNECT_ACCOUNTS", "endUser": {"identifier": "other"}}),
            400,
            "BAD_REQUEST",
        ),
        (
            json!({"type": "PAY", "endUser": {"identifier": "user-1"}}),
            400,
            "BAD_REQUEST",
        ),
        (
            json!({"type": "REAUTHENTICATE_CONNECTION", "endUser": {"identifier": "user-1"}}),
            403,
            "CONSENT_NOT_ACTIVE",
        ),
    ];
    for (body, status, error) in cases {
        let reply = rig
            .call_with("POST", &path, (&headers, body.to_string().into()))
            .await;
        reply.assert_refused(status, error, "platform 5");
    }
}

/// Data calls are for the consent of the token and no other.
///
/// Rows: R200, R230
#[tokio::test]
async fn data_needs_a_consent_scoped_token_and_names_no_other_consent() {
    let rig = Rig::plain();
    let consent = rig.active_consent("acme-budget").await;
    let plain = rig.token("acme-budget", "ob_data").await;
    rig.get("acme-budget", &plain, "/accounts")
        .await
        .assert_refused(403, "FORBIDDEN", "platform 3");
    let token = rig.consent_token("acme-budget", &consent).await;
    let headers = rig.bearer("acme-budget", &token);
    rig.call(
        "GET",
        "/accounts",
        &with(&headers, "x-consent-id", &consent),
    )
    .await
    .assert_ok();
    let other = rig.consent("acme-budget").await;
    let reply = rig
        .call("GET", "/accounts", &with(&headers, "x-consent-id", &other))
        .await;
    reply.assert_refused(403, "FORBIDDEN", "platform 3");
}

/// A key has one effect; another third-party's same key is another key.
///
/// Rows: R201, R214, L3.9
#[tokio::test]
async fn r214_an_idempotency_key_has_one_effect() {
    let rig = Rig::plain();
    let token = rig.token("acme-budget", "consents:create").await;
    let key = "8e03978e-40d5-43e8-bc93-6894a57f9324";
    let headers = with(&rig.bearer("acme-budget", &token), "idempotency-key", key);
    let quoted = with(&headers, "idempotency-key", &format!("\"{key}\""));
    let first = rig
        .call_with("POST", "/consents", (&headers, rig.consent_body()))
        .await;
    let again = rig
        .call_with("POST", "/consents", (&quoted, rig.consent_body()))
        .await;
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    assert_eq!(rig.sandbox.counters().consents_created, 1);
    let other = String::from_utf8(rig.consent_body().to_vec())
        .unwrap()
        .replace("user-1", "user-2");
    let reply = rig
        .call_with("POST", "/consents", (&headers, other.into()))
        .await;
    reply.assert_refused(422, "IDEMPOTENCY_KEY_REUSED", "R214");
    let reply = rig
        .call_with(
            "POST",
            "/consents",
            (&with(&headers, "idempotency-key", "x"), rig.consent_body()),
        )
        .await;
    reply.assert_refused(400, "BAD_REQUEST", "R213");

    let token = rig.token("nordlicht-pay", "consents:create").await;
    let headers = with(&rig.bearer("nordlicht-pay", &token), "idempotency-key", key);
    let theirs = rig
        .call_with("POST", "/consents", (&headers, rig.consent_body()))
        .await;
    assert_ne!(
        theirs.assert_ok().body,
        first.body,
        "R201: another tenant's key is another key"
    );
}

#[tokio::test]
async fn the_same_seed_gives_the_same_statement() {
    let mut statements = Vec::new();
    for seed in [3, 3, 4] {
        let rig = Rig::new(|builder| builder.seed(seed));
        let consent = rig.active_consent("acme-budget").await;
        let token = rig.consent_token("acme-budget", &consent).await;
        let accounts = rig
            .get(
                "acme-budget",
                &token,
                "/accounts?include=identifiers,balances",
            )
            .await;
        let id = accounts.json()["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let entries = rig
            .get(
                "acme-budget",
                &token,
                &format!("/accounts/{id}/transactions"),
            )
            .await;
        statements.push((
            accounts.assert_ok().body.clone(),
            entries.assert_ok().body.clone(),
        ));
    }
    assert_eq!(statements[0], statements[1]);
    assert_ne!(statements[0], statements[2]);
}
