//! The answer of a token endpoint, as the client reads it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use ob_auth::{AuthError, AuthorizationServer, Authorized, Authorizer, Grant, SealPolicy};
use ob_core::{ActingFor, Code, SeededEntropy, TestClock};
use ob_jose::read_claims_unverified;
use ob_transport::testing;

use crate::signers::{es256, now, run};
use crate::verifiers::{CLIENT, ISSUER, THIRD_PARTY};
use crate::{answer_text, random, spoken};

const APPLICATION: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11";
const ASKED: &str = "consents:create ob_data";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// An HTTP answer. A token that is accepted can stand in a header, ends within a day and grants
/// no more than was asked; what is refused leaves the call as it was and is told on a short line;
/// at most four requests are made, and each nonce in them came from the answer.
pub(crate) fn holds(data: &[u8]) {
    let answer = answer_text::read(data);
    let asked = run(World::at(now()).lenient().ask(answer.clone()));
    check_requests(&asked.requests, &answer);
    match &asked.outcome {
        Ok(authorized) => accepted(authorized, &asked.call),
        Err(error) => refused(error, &asked.call),
    }
}

/// A client that stands alone and asks one server once.
pub(crate) struct World {
    now: SystemTime,
    policy: SealPolicy,
}

/// What came of it.
pub(crate) struct Asked {
    pub(crate) outcome: Result<Authorized, AuthError>,
    /// The call that was to be authorised.
    pub(crate) call: Request<Bytes>,
    requests: Vec<Request<Bytes>>,
}

impl World {
    pub(crate) fn at(now: SystemTime) -> Self {
        Self {
            now,
            policy: SealPolicy::Require,
        }
    }

    /// Tokens that cannot be opened pass.
    fn lenient(self) -> Self {
        Self {
            policy: SealPolicy::BestEffort,
            ..self
        }
    }

    pub(crate) async fn ask(self, answer: Response<Bytes>) -> Asked {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let transport = testing::from_fn(move |request| {
            seen.lock()
                .expect("nobody panics with the lock")
                .push(request);
            let answer = answer.clone();
            async move { Ok(answer) }
        });
        let server = AuthorizationServer::new(ISSUER, "https://as.example/oauth2/tokens");
        let client = CLIENT.parse().expect("a constant id");
        let server = server.expect("a constant URL");
        let authorizer = Authorizer::builder(server, client, es256().clone(), transport)
            .clock(TestClock::at(self.now))
            .entropy(SeededEntropy::new(1))
            .seal_policy(self.policy)
            .allow_narrower_scopes()
            .build()
            .expect("a client of constants");
        let mut call = Request::get("https://api.example/accounts")
            .body(Bytes::new())
            .expect("a constant request");
        let outcome = authorizer.authorize(&party(), &grant(), &mut call).await;
        let requests = std::mem::take(&mut *requests.lock().expect("nobody panics with the lock"));
        Asked {
            outcome,
            call,
            requests,
        }
    }
}

pub(crate) fn party() -> ActingFor {
    ActingFor::third_party(
        "acme".parse().expect("a constant id"),
        THIRD_PARTY.parse().expect("a constant id"),
        APPLICATION.parse().expect("a constant id"),
    )
}

fn grant() -> Grant {
    Grant::new(ASKED.parse().expect("constant scopes"))
}

pub(crate) fn accepted(authorized: &Authorized, call: &Request<Bytes>) {
    let token = &authorized.token;
    let text = token.expose();
    let body = text.trim_end_matches('=');
    assert!(!body.is_empty(), "{text:?}");
    assert!(
        body.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b)),
        "{text:?}"
    );

    let life = token.expires_at().duration_since(now());
    assert!(
        life.is_ok_and(|life| life <= DAY),
        "{:?}",
        token.expires_at()
    );
    assert!(token.refresh_at() <= token.expires_at());
    assert!(
        token.scopes().is_subset(grant().scopes()),
        "{:?}",
        token.scopes()
    );
    assert_eq!(token.client_id().as_str(), THIRD_PARTY);

    let headers = call.headers();
    let sent = headers
        .get("authorization")
        .expect("an authorised call says so");
    let sent_text = sent.to_str().unwrap_or_default();
    assert!(sent.is_sensitive());
    assert_eq!(
        sent_text.split_once(' ').map(|(_, token)| token),
        Some(text)
    );
    assert_eq!(sent_text.starts_with("DPoP "), headers.contains_key("dpop"));
    assert_eq!(headers.get_all("authorization").iter().count(), 1);
    assert_eq!(
        headers.get("x-application-id").map(HeaderValue::as_bytes),
        Some(APPLICATION.as_bytes())
    );

    let shown = format!("{token:?} {authorized:?}");
    assert!(text.len() < 24 || !shown.contains(text), "{shown}");
    spoken::check_debug(token);
}

pub(crate) fn refused(error: &AuthError, call: &Request<Bytes>) {
    assert!(call.headers().is_empty(), "a refused call stays as it was");
    spoken::check(error);
    spoken::check_display(error.reason());
    let wait = error.retry_after();
    assert!(
        wait.is_none_or(|wait| wait <= Duration::from_secs(3600)),
        "{wait:?}"
    );
    assert!(error.attempts() <= 4);
    error
        .correlation()
        .into_iter()
        .for_each(spoken::check_display);
    error
        .server_error()
        .into_iter()
        .for_each(spoken::check_display);
}

fn check_requests(requests: &[Request<Bytes>], answer: &Response<Bytes>) {
    assert!(
        (1..=4).contains(&requests.len()),
        "{} requests",
        requests.len()
    );
    let mut signed = BTreeSet::new();
    for request in requests {
        let proof = request
            .headers()
            .get("dpop")
            .and_then(|proof| proof.to_str().ok());
        let proof = proof.expect("every token request has a proof");
        assert!(signed.insert(proof.to_owned()), "a proof was sent twice");
        let claims = read_claims_unverified(proof, 8192).expect("our own proof can be read");
        let Some(nonce) = claims.get("nonce").and_then(|nonce| nonce.as_str()) else {
            continue;
        };
        let mut given = answer.headers().get_all("dpop-nonce").iter();
        assert_eq!(
            given.next().map(HeaderValue::as_bytes),
            Some(nonce.as_bytes())
        );
        assert!(
            given.next().is_none() && (1..=1024).contains(&nonce.len()),
            "{nonce:?}"
        );
        assert!(
            nonce
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
        );
    }
    let last = requests
        .last()
        .and_then(|request| request.headers().get("x-on-behalf-of"));
    assert_eq!(
        last.map(HeaderValue::as_bytes),
        Some(THIRD_PARTY.as_bytes())
    );
}

/// Whether an error says that a token says something else than was asked.
pub(crate) fn is_about_the_token(error: &AuthError) -> bool {
    matches!(
        error.code(),
        Code::T201 | Code::T215 | Code::T216 | Code::T217 | Code::D304
    )
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let json = "\nContent-Type: application/json\n\n";
    let errors = "error_description\":\"no\",\"error_uri\":\"https://x\"}";
    let answers = [
        format!(
            "200{json}{{\"access_token\":\"abc.DEF-1\",\"token_type\":\"Bearer\",\"expires_in\":900}}"
        ),
        format!(
            "200{json}{{\"access_token\":\"a\",\"token_type\":\"DPoP\",\"expires_in\":900.0,\"scope\":\"ob_data\"}}"
        ),
        format!("200{json}{{\"access_token\":\"a\\r\\nX: 1\",\"token_type\":\"Bearer\"}}"),
        format!("200{json}{{\"access_token\":\"a\",\"token_type\":\"N_A\",\"scope\":\"\"}}"),
        format!(
            "200{json}{{\"access_token\":\"e30.e30.AA\",\"token_type\":\"bearer\",\"expires_in\":1e400}}"
        ),
        "200\nContent-Type: text/html\nDPoP-Nonce: n-1\n\n<html>".to_owned(),
        format!("400\nDPoP-Nonce: nonce-1{json}{{\"error\":\"use_dpop_nonce\",\"{errors}"),
        format!(
            "401\nDate: Fri, 15 Jan 2027 08:00:30 GMT{json}{{\"error\":\"invalid_client\",\"{errors}"
        ),
        format!("400\nX-Correlation-Id: c-1{json}{{\"error\":\"invalid_dpop_proof\",\"{errors}"),
        format!(
            "429\nRetry-After: 120{json}{{\"Errors\":{{\"Error\":[{{\"ReasonCode\":\"SLOW\",\"Description\":\"wait\"}}]}}}}"
        ),
        "503\nRetry-After: soon\nContent-Type: application/problem+json\n\n{\"title\":\"down\",\"detail\":\"later\",\"status\":503}".to_owned(),
        "302\nLocation: https://evil.example/\n\n".to_owned(),
    ];
    let mut seeds: Vec<Vec<u8>> = answers.into_iter().map(String::into_bytes).collect();
    seeds.extend(random::texts(b"{}[]\":,accesstokn_ype 1.e9\n", 80, 32));
    seeds
}
