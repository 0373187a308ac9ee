//! A small client: it makes assertions and proofs with `ob-jose` and is wrong wherever a test
//! wants it to be.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use ob_core::{Clock, TestClock};
use ob_jose::{Algorithm, ClientAssertion, DpopProver, Htu, ProofInput, SigningKey, ath};
use ob_sandbox::{Explanation, Sandbox, SandboxBuilder};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// 2026-03-10T12:00:00Z, a Tuesday.
pub(crate) const NOON: u64 = 1_773_144_000;
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) struct Rig {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: TestClock,
    pub(crate) prover: DpopProver,
    pub(crate) counter: AtomicU64,
}

/// An answer, and what the sandbox says about it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) why: Option<Explanation>,
}

impl Reply {
    pub(crate) fn of(sandbox: &Sandbox, response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let id = parts.headers.get("x-sandbox-refusal");
        let why = id.and_then(|id| sandbox.explanation(id.to_str().unwrap()));
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            why,
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn error(&self) -> String {
        error_word(&self.json())
    }

    pub(crate) fn rule(&self) -> &str {
        self.why.as_ref().map_or("", |why| why.rule.as_str())
    }

    pub(crate) fn token(&self) -> String {
        self.json()["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {self:?}"))
            .to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, error: &str, rule: &str) {
        let found = (self.status.as_u16(), self.error(), self.rule().to_owned());
        assert_eq!(
            found,
            (status, error.to_owned(), rule.to_owned()),
            "{:?}",
            self.why
        );
        assert_eq!(self.why.as_ref().unwrap().status, status);
    }

    #[track_caller]
    pub(crate) fn assert_ok(&self) -> &Self {
        assert!(
            self.status.is_success(),
            "{} {:?} {:?}",
            self.status,
            self.json(),
            self.why
        );
        self
    }
}

/// A token request that a test may bend before it is sent.
pub(crate) struct TokenCall {
    pub(crate) form: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
}

impl TokenCall {
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.form.retain(|(known, _)| known != name);
        self.form.push((name.into(), value.into()));
        self
    }

    pub(crate) fn add(mut self, name: &str, value: &str) -> Self {
        self.form.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.form.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn add_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn no_header(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn body(&self) -> String {
        let escape = |text: &str| {
            text.bytes()
                .map(|b| format!("%{b:02X}"))
                .collect::<String>()
        };
        let pairs = self
            .form
            .iter()
            .map(|(name, value)| format!("{name}={}", escape(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

impl Rig {
    pub(crate) fn new(set_up: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let clock = TestClock::at(UNIX_EPOCH + Duration::from_secs(NOON));
        let builder = Sandbox::builder().clock(clock.clone().into()).seed(7);
        Self::around(set_up(builder).build().unwrap(), clock)
    }

    pub(crate) fn around(sandbox: Sandbox, clock: TestClock) -> Self {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        Self {
            sandbox,
            clock,
            prover: DpopProver::new(Arc::new(key)),
            counter: AtomicU64::new(0),
        }
    }

    pub(crate) fn plain() -> Self {
        Self::new(|builder| builder)
    }

    pub(crate) fn fapi() -> Self {
        Self::new(|builder| builder.profile(ob_sandbox::Profile::Fapi2))
    }

    pub(crate) fn party(&self, business_id: &str) -> ob_sandbox::ThirdPartySeed {
        self.sandbox.third_party(business_id).unwrap()
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(crate) fn iat(&self) -> u64 {
        self.now().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    pub(crate) fn jti(&self) -> String {
        format!("jti-{}", self.counter.fetch_add(1, Ordering::SeqCst))
    }

    pub(crate) fn builder(&self) -> ClientAssertion {
        let integrator = self.sandbox.integrator();
        ClientAssertion::new(integrator.client_id.as_str(), self.sandbox.issuer())
            .kid(integrator.kid.as_str())
    }

    pub(crate) async fn assertion(&self) -> String {
        let key = self.sandbox.integrator().key.clone();
        self.builder()
            .sign(&key, self.now(), &self.jti())
            .await
            .unwrap()
    }

    /// Any claims under any header, signed with the Integrator's key.
    pub(crate) async fn signed(&self, header: Value, claims: Value) -> String {
        ob_jose::sign_compact(&self.sandbox.integrator().key, &header, &claims)
            .await
            .unwrap()
    }

    pub(crate) fn assertion_claims(&self) -> Value {
        let (id, now) = (self.sandbox.integrator().client_id.to_string(), self.iat());
        json!({"iss": id, "sub": id, "aud": self.sandbox.issuer(), "jti": self.jti(), "iat": now, "exp": now + 60})
    }

    pub(crate) async fn proof(
        &self,
        method: &str,
        url: &str,
        extra: (Option<&str>, Option<&str>),
    ) -> String {
        let (token, nonce) = extra;
        let ath = token.map(ath);
        let input = ProofInput {
            htm: method,
            htu: &Htu::from_uri(url).unwrap(),
            iat: self.iat(),
            jti: &self.jti(),
            ath: ath.as_deref(),
            nonce,
        };
        self.prover.prove(&input).await.unwrap()
    }

    /// A right token request.
    pub(crate) async fn token_call(&self, party: Option<&str>, scope: &str) -> TokenCall {
        self.token_call_with(party, scope, None).await
    }

    pub(crate) async fn token_call_with(
        &self,
        party: Option<&str>,
        scope: &str,
        nonce: Option<&str>,
    ) -> TokenCall {
        let mut headers = vec![("content-type".into(), FORM.into())];
        headers.push((
            "dpop".into(),
            self.proof("POST", &self.sandbox.token_url(), (None, nonce))
                .await,
        ));
        if let Some(party) = party {
            let client_id = self
                .sandbox
                .third_party(party)
                .map(|party| party.client_id.to_string());
            headers.push((
                "x-on-behalf-of".into(),
                client_id.unwrap_or_else(|| party.to_owned()),
            ));
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = vec![
            pair("grant_type", "client_credentials"),
            pair("client_assertion_type", ASSERTION_TYPE),
            pair("client_assertion", &self.assertion().await),
            pair("scope", scope),
        ];
        TokenCall { form, headers }
    }

    pub(crate) async fn ask(&self, call: TokenCall) -> Reply {
        self.ask_with_body(&call.headers, call.body()).await
    }

    pub(crate) async fn ask_with_body(
        &self,
        headers: &[(String, String)],
        body: impl Into<Bytes>,
    ) -> Reply {
        self.send("POST", &self.sandbox.token_url(), (headers, body.into()))
            .await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        rest: (&[(String, String)], Bytes),
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in rest.0 {
            request = request.header(name, value);
        }
        let response = self.sandbox.handle(request.body(rest.1).unwrap()).await;
        Reply::of(&self.sandbox, response)
    }

    /// A token, by the right way.
    pub(crate) async fn token(&self, party: &str, scope: &str) -> String {
        let reply = self.ask(self.token_call(Some(party), scope).await).await;
        reply.assert_ok().token()
    }

    pub(crate) async fn consent_token(&self, party: &str, consent: &str) -> String {
        let call = self
            .token_call(Some(party), "ob_data")
            .await
            .set("consent_id", consent);
        self.ask(call).await.assert_ok().token()
    }

    /// The headers of a right Bearer call.
    pub(crate) fn bearer(&self, party: &str, token: &str) -> Vec<(String, String)> {
        vec![
            ("authorization".into(), format!("Bearer {token}")),
            (
                "x-application-id".into(),
                self.party(party).application_id.to_string(),
            ),
            ("content-type".into(), "application/json".into()),
        ]
    }

    /// The headers of a right call with a bound token.
    pub(crate) async fn bound(
        &self,
        party: &str,
        token: &str,
        (method, path): (&str, &str),
    ) -> Vec<(String, String)> {
        let url = format!("{}{path}", self.sandbox.api_base());
        let mut headers = self.bearer(party, token);
        headers[0].1 = format!("DPoP {token}");
        headers.push((
            "dpop".into(),
            self.proof(method, &url, (Some(token), None)).await,
        ));
        headers
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
    ) -> Reply {
        self.call_with(method, path, (headers, Bytes::new())).await
    }

    pub(crate) async fn call_with(
        &self,
        method: &str,
        path: &str,
        rest: (&[(String, String)], Bytes),
    ) -> Reply {
        let url = format!("{}{path}", self.sandbox.api_base());
        self.send(method, &url, rest).await
    }

    pub(crate) async fn get(&self, party: &str, token: &str, path: &str) -> Reply {
        self.call("GET", path, &self.bearer(party, token)).await
    }

    pub(crate) fn consent_body(&self) -> Bytes {
        let use_case = self.sandbox.integrator().use_case_configuration_id;
        let body = json!({
            "useCaseConfigurationId": use_case,
            "endUsers": [{"identifier": "user-1", "email": "user@example.com"}],
        });
        body.to_string().into()
    }

    /// A consent of `party`, not yet authorised.
    pub(crate) async fn consent(&self, party: &str) -> String {
        let token = self.token(party, "consents:create").await;
        let headers = self.bearer(party, &token);
        let reply = self
            .call_with("POST", "/consents", (&headers, self.consent_body()))
            .await;
        reply.assert_ok().json()["consentId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A flow of that consent.
    pub(crate) async fn flow(&self, party: &str, consent: &str) -> String {
        let token = self.token(party, "consents:create").await;
        let headers = self.bearer(party, &token);
        let body = json!({"type": "CONNECT_ACCOUNTS", "endUser": {"identifier": "user-1"}, "language": "en"});
        let path = format!("/consents/{consent}/managed-flows");
        let reply = self
            .call_with("POST", &path, (&headers, body.to_string().into()))
            .await;
        reply.assert_ok().json()["flowId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A consent that `john.smith` has authorised.
    pub(crate) async fn active_consent(&self, party: &str) -> String {
        let consent = self.consent(party).await;
        self.flow(party, &consent).await;
        self.sandbox
            .complete_flow(&consent.parse().unwrap(), "john.smith")
            .unwrap();
        consent
    }
}

/// A header added to or replaced in a list.
pub(crate) fn with(headers: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut all = without(headers, name);
    all.push((name.into(), value.into()));
    all
}

pub(crate) fn without(headers: &[(String, String)], name: &str) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(known, _)| known != name)
        .cloned()
        .collect()
}

/// `error` of OAuth or the reason code of the gateway.
pub(crate) fn error_word(body: &Value) -> String {
    let oauth = body["error"].as_str();
    let gateway = body["Errors"]["Error"][0]["ReasonCode"].as_str();
    oauth.or(gateway).unwrap_or_default().to_owned()
}
