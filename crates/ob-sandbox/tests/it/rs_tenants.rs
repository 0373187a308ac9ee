//! Third-parties at the API (attack list L3): the token's `sub` alone decides whose data is read,
//! and what belongs to somebody else is not there.

use crate::{
    harness::{Reply, Rig, with, without},
    rs_stage::{Door, PATH, Stage},
};
use bytes::Bytes;
use ob_sandbox::ThirdPartySeed;
use serde_json::{Value, json};

const A: &str = "acme-budget";
const B: &str = "nordlicht-pay";
const NOBODYS: &str = "00000000-0000-4000-8000-000000000000";

/// Two third-parties whose end users both authorised, and everything that `A` has.
struct Pair {
    rig: Rig,
    consent: String,
    flow: String,
    account: String,
    transaction: String,
}

impl Pair {
    async fn new() -> Self {
        let rig = Rig::plain();
        let consent = rig.consent(A).await;
        let flow = rig.flow(A, &consent).await;
        rig.sandbox
            .complete_flow(&consent.parse().unwrap(), "john.smith")
            .unwrap();
        let token = rig.consent_token(A, &consent).await;
        let id = |reply: &Reply| {
            reply.assert_ok().json()["items"][0]["id"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let account = id(&rig.get(A, &token, "/accounts").await);
        let list = format!("/accounts/{account}/transactions");
        let transaction = id(&rig.get(A, &token, &list).await);
        Self {
            rig,
            consent,
            flow,
            account,
            transaction,
        }
    }

    /// Calls as `B`, once with an id of `A` and once with an id of nobody.
    async fn twins(&self, token: &str, (method, path, id): (&str, &str, &str)) -> [Reply; 2] {
        let headers = self.rig.bearer(B, token);
        let body: Bytes = match method {
            "POST" => json!({"type": "CONNECT_ACCOUNTS", "endUser": {"identifier": "user-1"}})
                .to_string()
                .into(),
            _ => Bytes::new(),
        };
        let call = async |id: &str| {
            let path = path.replace("{id}", id);
            self.rig
                .call_with(method, &path, (&headers, body.clone()))
                .await
        };
        [call(id).await, call(NOBODYS).await]
    }
}

/// Every id of `A` used with a token of `B` gets the answer that a made-up id gets, byte for byte
/// but for the ids of the answer itself.
///
/// Rows: R200, R208, R230, L3.1, L3.8
#[tokio::test]
async fn ids_of_another_are_ids_of_nobody() {
    let pair = Pair::new().await;
    let theirs = pair.rig.active_consent(B).await;
    let consents = pair.rig.token(B, "consents:create").await;
    let data = pair.rig.consent_token(B, &theirs).await;
    let flow_of_b = format!("/consents/{theirs}/managed-flows/{{id}}");
    let flow_of_a = format!("/consents/{{id}}/managed-flows/{}", pair.flow);
    let cases = [
        (&consents, ("GET", "/consents/{id}", &pair.consent)),
        (&consents, ("DELETE", "/consents/{id}", &pair.consent)),
        (
            &consents,
            ("POST", "/consents/{id}/managed-flows", &pair.consent),
        ),
        (&consents, ("GET", &flow_of_a, &pair.consent)),
        (&consents, ("GET", &flow_of_b, &pair.flow)),
        (&data, ("GET", "/accounts/{id}", &pair.account)),
        (&data, ("GET", "/accounts/{id}/transactions", &pair.account)),
        (&data, ("GET", "/transactions/{id}", &pair.transaction)),
    ];
    for (token, (method, path, id)) in cases {
        let [foreign, missing] = pair.twins(token, (method, path, id)).await;
        foreign.assert_refused(404, "NOT_FOUND", "R200");
        assert_eq!(foreign.body, missing.body, "{method} {path}");
        let plain = |reply: &Reply| {
            let ids = [
                "correlation-id",
                "x-fapi-interaction-id",
                "x-sandbox-refusal",
            ];
            let headers = reply.headers.iter();
            let headers = headers.filter(|(name, _)| !ids.contains(&name.as_str()));
            headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(plain(&foreign), plain(&missing), "{method} {path}");
    }
    let token = pair.rig.token(A, "consents:create").await;
    let path = format!("/consents/{}", pair.consent);
    let still = pair.rig.get(A, &token, &path).await;
    assert_eq!(still.assert_ok().json()["status"], "ACTIVE");
    let twin = format!("/consents/{}", pair.consent.to_uppercase());
    let reply = pair.rig.get(A, &token, &twin).await;
    reply.assert_refused(404, "NOT_FOUND", "R200");
}

/// The application id of another, known, suspended, foreign, unknown or the Integrator's own, is
/// refused in one way; a client id is none.
///
/// Rows: R195, R200, L3.2, L3.5, L3.6
#[tokio::test]
async fn application_ids_of_others() {
    let rig = Rig::plain();
    let token = rig.token(A, "ob_providers").await;
    let right = rig.bearer(A, &token);
    let application = |party: ThirdPartySeed| party.application_id.to_string();
    let others = [
        application(rig.party(B)),
        application(rig.party("oldtown-loans")),
        application(rig.sandbox.foreign_third_party().unwrap()),
        rig.sandbox.integrator().application_id.to_string(),
        NOBODYS.to_owned(),
    ];
    let mut bodies = Vec::new();
    for other in others {
        let headers = with(&right, "x-application-id", &other);
        let reply = rig.call("GET", PATH, &headers).await;
        reply.assert_refused(403, "FORBIDDEN", "platform 4");
        bodies.push(reply.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    let client_ids = [
        rig.party(A).client_id.to_string(),
        rig.sandbox.integrator().client_id.to_string(),
        rig.sandbox.issuer().to_owned(),
        rig.party(A).application_id.to_string().replace('-', ""),
        String::new(),
    ];
    for id in client_ids {
        let headers = with(&right, "x-application-id", &id);
        let reply = rig.call("GET", PATH, &headers).await;
        reply.assert_refused(400, "BAD_REQUEST", "platform 4");
    }
    assert_eq!(rig.sandbox.counters().api_requests_admitted, 0, "R113");
}

/// `X-On-Behalf-Of` on a call may only repeat the token: another value, a twin in another case, a
/// value on a token of the Integrator's own are refused; without it the token decides, and it
/// never widens what the token may do.
///
/// Rows: R195, R188, L3.2, L3.3, L3.13
#[tokio::test]
async fn the_header_of_the_token_request_decides_nothing() {
    let rig = Rig::plain();
    let token = rig.token(A, "ob_providers").await;
    let right = rig.bearer(A, &token);
    let own = rig.party(A).client_id.to_string();
    rig.call("GET", PATH, &right).await.assert_ok();
    let repeated = with(&right, "x-on-behalf-of", &own);
    rig.call("GET", PATH, &repeated).await.assert_ok();
    let twins = [
        rig.party(B).client_id.to_string(),
        own.to_uppercase(),
        format!("{own}x"),
        A.to_owned(),
        rig.sandbox.integrator().client_id.to_string(),
        rig.sandbox.issuer().to_owned(),
        String::new(),
    ];
    for other in &twins {
        let headers = with(&right, "x-on-behalf-of", other);
        let reply = rig.call("GET", PATH, &headers).await;
        reply.assert_refused(403, "FORBIDDEN", "R195");
    }
    let call = rig.token_call(None, "ob_providers").await;
    let token = rig.ask(call).await.assert_ok().token();
    let integrator = rig.sandbox.integrator();
    let right = with(&right, "authorization", &format!("Bearer {token}"));
    let application = integrator.application_id.to_string();
    let right = with(&right, "x-application-id", &application);
    rig.call("GET", PATH, &right).await.assert_ok();
    for other in [own.as_str(), integrator.client_id.as_str()] {
        let headers = with(&right, "x-on-behalf-of", other);
        let reply = rig.call("GET", PATH, &headers).await;
        reply.assert_refused(403, "FORBIDDEN", "R195");
    }
    let headers = with(
        &right,
        "x-application-id",
        &rig.party(A).application_id.to_string(),
    );
    rig.call("GET", PATH, &headers)
        .await
        .assert_refused(403, "FORBIDDEN", "platform 4");
}

/// Headers that name somebody come once and with one value: two lines, lists and bytes that are
/// no text are refused, whatever their values.
///
/// Rows: R192, L3.4
#[tokio::test]
async fn headers_that_name_somebody_come_once() {
    let rig = Rig::plain();
    let consent = rig.active_consent(A).await;
    let token = rig.consent_token(A, &consent).await;
    let right = rig.bearer(A, &token);
    let values = [
        ("x-application-id", rig.party(A).application_id.to_string()),
        ("x-on-behalf-of", rig.party(A).client_id.to_string()),
        ("x-consent-id", consent.clone()),
    ];
    for (name, value) in &values {
        let once = with(&right, name, value);
        rig.call("GET", "/accounts", &once).await.assert_ok();
        for second in [value.as_str(), "x", ""] {
            let mut twice = once.clone();
            twice.push(((*name).to_owned(), second.to_owned()));
            let reply = rig.call("GET", "/accounts", &twice).await;
            reply.assert_refused(400, "BAD_REQUEST", "R192");
            let list = with(&right, name, &format!("{value},{second}"));
            let reply = rig.call("GET", "/accounts", &list).await;
            reply.assert_refused(400, "BAD_REQUEST", "R192");
        }
        let bytes = with(&right, name, &format!("{value}\u{e9}"));
        let reply = rig.call("GET", "/accounts", &bytes).await;
        reply.assert_refused(400, "BAD_REQUEST", "R192");
    }
}

/// A token that another client would hold for the same third-party opens nothing here, even if it
/// were rightly signed and bound.
///
/// Rows: R185, R196, L3.8
#[tokio::test]
async fn another_integrators_token_for_the_same_third_party() {
    let stage = Stage::new().await;
    let mut claims = stage.claims(Door::Token);
    claims["client_id"] = "int-another".into();
    claims["act"] = json!({"sub": "int-another"});
    let text = stage.with_claims(Door::Token, &claims).await;
    let what = (&["R196"][..], "another integrator");
    stage.refuses(Door::Token, text, what).await;
}

/// A suspension between two calls stops the second one, for the third-party it is about and for
/// no other; what was issued before stays refused afterwards.
///
/// Rows: R031, R196
#[tokio::test]
async fn a_suspension_between_two_calls() {
    let stage = Stage::new().await;
    let other = stage.rig.token(B, "ob_providers").await;
    let right = stage.right(Door::Token).await;
    stage.accepts(Door::Token, &right, "before").await;
    assert!(stage.rig.sandbox.suspend(A));
    stage
        .refuses(Door::Token, &right, (&["R196"], "suspended"))
        .await;
    let headers = stage.rig.bound(B, &other, ("GET", PATH)).await;
    stage.rig.call("GET", PATH, &headers).await.assert_ok();
    assert!(stage.rig.sandbox.resume(A));
    stage
        .refuses(Door::Token, &right, (&["R031"], "from before"))
        .await;
    let fresh = stage.rig.token(A, "ob_providers").await;
    let headers = stage.rig.bound(A, &fresh, ("GET", PATH)).await;
    stage.rig.call("GET", PATH, &headers).await.assert_ok();
}

/// A token opens the calls of its scopes and no others, and the challenge names the scope that is
/// missing, in the scheme of the call.
///
/// Rows: R032, R204, L3.10
#[tokio::test]
async fn scopes_open_their_own_calls_only() {
    let rig = Rig::plain();
    let calls = [
        ("POST", "/consents", "consents:create"),
        ("GET", "/consents/x", "consents:create"),
        ("DELETE", "/consents/x", "consents:create"),
        ("POST", "/consents/x/managed-flows", "consents:create"),
        ("GET", "/consents/x/managed-flows/y", "consents:create"),
        ("GET", "/accounts", "ob_data"),
        ("GET", "/accounts/x", "ob_data"),
        ("GET", "/accounts/x/transactions", "ob_data"),
        ("GET", "/transactions/x", "ob_data"),
        ("GET", "/providers", "ob_providers"),
    ];
    for scope in ["consents:create", "ob_data", "ob_providers"] {
        let token = rig.token(A, scope).await;
        let headers = rig.bearer(A, &token);
        let bound = Rig::fapi();
        let bound_token = bound.token(A, scope).await;
        for (method, path, needed) in calls {
            if needed == scope {
                continue;
            }
            let reply = rig.call(method, path, &headers).await;
            reply.assert_refused(403, "INSUFFICIENT_SCOPE", "R032");
            let golden = format!("Bearer error=\"insufficient_scope\", scope=\"{needed}\"");
            assert_eq!(reply.header("www-authenticate"), golden);
            let headers = bound.bound(A, &bound_token, (method, path)).await;
            let reply = bound.call(method, path, &headers).await;
            reply.assert_refused(403, "INSUFFICIENT_SCOPE", "R032");
            let golden = format!(
                "DPoP error=\"insufficient_scope\", scope=\"{needed}\", algs=\"ES256 PS256 EdDSA\""
            );
            assert_eq!(reply.header("www-authenticate"), golden);
        }
    }
    assert_eq!(rig.sandbox.counters().api_requests_admitted, 0, "R113");
}

/// A consent belongs to whoever the token is for: members of the body that say otherwise change
/// nothing.
///
/// Rows: R200, R218, L3.14
#[tokio::test]
async fn bodies_assign_nothing() {
    let rig = Rig::plain();
    let token = rig.token(A, "consents:create").await;
    let headers = rig.bearer(A, &token);
    let mut body: Value = serde_json::from_slice(&rig.consent_body()).unwrap();
    let theirs = rig.party(B);
    for (name, value) in [
        ("sub", json!(theirs.client_id)),
        ("tenant_id", json!(theirs.client_id)),
        ("owner", json!(theirs.client_id)),
        ("thirdPartyId", json!(theirs.client_id)),
        ("applicationId", json!(theirs.application_id)),
        ("consentId", json!(NOBODYS)),
        ("id", json!(NOBODYS)),
        ("status", json!("ACTIVE")),
        ("connected", json!(true)),
        ("accounts", json!([{"id": NOBODYS}])),
        ("createdAt", json!("2001-01-01T00:00:00Z")),
        ("expiresAt", json!("2099-01-01T00:00:00Z")),
    ] {
        body[name] = value;
    }
    let made = rig
        .call_with("POST", "/consents", (&headers, body.to_string().into()))
        .await;
    let made = made.assert_ok().json();
    let id = made["consentId"].as_str().unwrap();
    assert_ne!(id, NOBODYS);
    assert_eq!(made["status"], "INACTIVE");
    assert!(
        made["createdAt"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-10")
    );
    assert!(
        made["expiresAt"]
            .as_str()
            .unwrap()
            .starts_with("2027-03-10")
    );
    let path = format!("/consents/{id}");
    rig.get(A, &token, &path).await.assert_ok();
    let token = rig.token(B, "consents:create").await;
    let reply = rig.get(B, &token, &path).await;
    reply.assert_refused(404, "NOT_FOUND", "R200");
}

/// What `A` was given is worth nothing to `B`: positions in lists, idempotency keys, entity tags;
/// and the lists and totals of `B` count nothing of `A`.
///
/// Rows: R199, R201, L3.9, L3.12
#[tokio::test]
async fn replays_of_anothers_positions_keys_and_tags() {
    let pair = Pair::new().await;
    let rig = &pair.rig;
    let consent = rig.consent(B).await;
    rig.flow(B, &consent).await;
    rig.sandbox
        .complete_flow(&consent.parse().unwrap(), "max.mustermann")
        .unwrap();
    let (a, b) = (
        rig.consent_token(A, &pair.consent).await,
        rig.consent_token(B, &consent).await,
    );
    let of_a = rig.get(A, &a, "/accounts").await;
    let of_b = rig.get(B, &b, "/accounts").await;
    assert_eq!(of_a.assert_ok().json()["total"], 4);
    assert_eq!(of_b.assert_ok().json()["total"], 1);
    for path in ["/accounts?offset=1", "/accounts?offset=3&limit=1"] {
        let reply = rig.get(B, &b, path).await;
        assert_eq!(reply.assert_ok().json()["items"], json!([]));
        assert_eq!(reply.json()["total"], 1);
    }
    for reply in [&of_a, &of_b] {
        assert!(!reply.headers.contains_key("etag"));
        assert!(!reply.headers.contains_key("last-modified"));
    }
    let headers = rig.bearer(B, &b);
    for (name, value) in [
        ("if-none-match", "*"),
        ("if-modified-since", "Tue, 10 Mar 2026 12:00:00 GMT"),
    ] {
        let reply = rig
            .call("GET", "/accounts", &with(&headers, name, value))
            .await;
        assert_eq!((reply.status.as_u16(), &reply.body), (200, &of_b.body));
    }
    let key = "8e03978e-40d5-43e8-bc93-6894a57f9324";
    let mut made = Vec::new();
    for party in [A, B, A] {
        let token = rig.token(party, "consents:create").await;
        let headers = with(&rig.bearer(party, &token), "idempotency-key", key);
        let reply = rig
            .call_with("POST", "/consents", (&headers, rig.consent_body()))
            .await;
        made.push(reply.assert_ok().json()["consentId"].clone());
    }
    assert_eq!(made[0], made[2]);
    assert_ne!(made[0], made[1]);
}

/// An account outside the token's consent is not there, even for the same third-party; a call
/// with a token of one consent and the header of another is refused.
///
/// Rows: R200, R230, L3.1
#[tokio::test]
async fn a_token_knows_its_own_consent_only() {
    let pair = Pair::new().await;
    let rig = &pair.rig;
    let other = rig.consent(A).await;
    rig.flow(A, &other).await;
    rig.sandbox
        .complete_flow(&other.parse().unwrap(), "max.mustermann")
        .unwrap();
    let token = rig.consent_token(A, &other).await;
    let reply = rig
        .get(A, &token, &format!("/accounts/{}", pair.account))
        .await;
    reply.assert_refused(404, "NOT_FOUND", "R200");
    let headers = with(&rig.bearer(A, &token), "x-consent-id", &pair.consent);
    let reply = rig.call("GET", "/accounts", &headers).await;
    reply.assert_refused(403, "FORBIDDEN", "platform 3");
    let headers = without(&headers, "x-consent-id");
    rig.call("GET", "/accounts", &headers).await.assert_ok();
}
