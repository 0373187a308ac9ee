//! An API that is not ours, whose token check is npm `oauth4webapi`'s, judges obkit's requests.

use crate::{
    judge::{Lines, Verdict},
    recorded::{Exchange, Recorded, Way, transport},
};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Method, Request, StatusCode};
use ob_sandbox::{NonceMode, Profile};
use obkit::{Raw, jose::Algorithm};
use serde_json::{Value, json};
use std::collections::HashMap;

const SCRIPT: &str = include_str!("../../node/resource_server.mjs");
const PARTIES: u32 = 6;

/// The methods and targets of one third-party's calls.
const CALLS: [(Method, &str, &str); 6] = [
    (Method::GET, "/providers", "country=DE&limit=2"),
    (Method::POST, "/consents", ""),
    (Method::PUT, "/things/a%20b;c=d", ""),
    (Method::DELETE, "/things/t-1", ""),
    (Method::PATCH, "/things/%C3%A9", "q=%C3%A9&r=a+b"),
    (Method::GET, "/~a/1.2-3_4", ""),
];

struct Api {
    lines: Lines,
    world: Recorded,
    base: String,
}

impl Api {
    async fn start(way: Way) -> Self {
        let mut lines = Lines::node(SCRIPT, &[]);
        let mut base = String::new();
        let world = Recorded::with_api(way, PARTIES, |running| {
            lines.tell(&json!({
                "issuer": running.issuer(),
                "audience": running.issuer(),
                "jwks_uri": running.jwks_uri(),
                "alg": "ES256",
                "dpopAlg": way.dpop.as_str(),
                "nonces": way.nonce == NonceMode::Required,
                "answer": {"items": []},
            }));
            base = lines.hear()["ready"].as_str().unwrap().to_owned();
            base.clone()
        })
        .await;
        Self { lines, world, base }
    }

    /// All calls of all third-parties, at once.
    async fn calls(&self) -> usize {
        let parties: Vec<String> = (1..=PARTIES).map(|n| format!("tp-{n:03}")).collect();
        let calls = parties.iter().flat_map(|party| {
            let party = self.world.party(party);
            CALLS.map(|(method, path, query)| {
                let mut raw = Raw::new(method.clone(), path, "ob_providers".parse().unwrap());
                if !query.is_empty() {
                    raw = raw.query(query);
                }
                if matches!(method, Method::POST | Method::PUT | Method::PATCH) {
                    raw = raw.json("{}").with_idempotency_key();
                }
                party.raw(raw).send()
            })
        });
        let answers = join_all(calls).await;
        for answer in &answers {
            assert_eq!(answer.as_ref().unwrap().status, StatusCode::OK);
        }
        answers.len()
    }

    /// What obkit sent to the API and was accepted.
    fn accepted(&self) -> Vec<Exchange> {
        let all = self.world.record.all().into_iter();
        all.filter(|one| one.url.starts_with(&self.base) && one.status == StatusCode::OK)
            .collect()
    }

    /// Sends a request that obkit has sent, changed; the reason for which it was refused.
    async fn refuses(
        &mut self,
        sent: &Exchange,
        change: impl FnOnce(&mut Request<Bytes>),
    ) -> String {
        let mut request = Request::new(sent.body.clone());
        *request.method_mut() = sent.method.clone();
        *request.uri_mut() = sent.url.parse().unwrap();
        *request.headers_mut() = sent.headers.clone();
        change(&mut request);
        let answer = transport().send(request).await.unwrap();
        let told = self.lines.hear();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{told}");
        told["refused"].as_str().unwrap().to_owned()
    }
}

async fn every_request_is_accepted(way: Way) -> (usize, usize) {
    let mut api = Api::start(way).await;
    let calls = api.calls().await;
    let seeds = api.world.sandbox().third_parties();
    let clients: HashMap<String, String> = seeds
        .iter()
        .map(|seed| (seed.application_id.to_string(), seed.client_id.to_string()))
        .collect();
    let integrator = api.world.sandbox().integrator().client_id.to_string();
    let (mut accepted, mut challenged) = (0, 0);
    while accepted < calls {
        let told = api.lines.hear();
        assert_eq!(told["refused"], Value::Null, "{told}");
        if told["challenge"] == true {
            challenged += 1;
            continue;
        }
        let application = told["application"].as_str().unwrap();
        assert_eq!(told["sub"], clients[application].as_str(), "{told}");
        assert_eq!(told["actor"], integrator.as_str());
        assert_eq!(told["jkt"], api.world.dpop.thumbprint().as_str());
        accepted += 1;
    }
    let sent = api.accepted();
    assert_eq!(sent.len(), calls);
    for one in sent {
        let (_, token) = one.credentials().unwrap();
        let body = String::from_utf8_lossy(&one.body);
        assert!(!one.url.contains(token) && !body.contains(token));
    }
    assert_eq!(challenged > 0, way.nonce == NonceMode::Required);
    (accepted, challenged)
}

/// Six third-parties at once with six targets each: another implementation finds each request's
/// token, proof, `htm`, `htu`, `ath` and key in order, and the token's subject is whose
/// application id the request names.
///
/// Rows: R019, R020, R070, R071, R073, R082, R119, R197
#[tokio::test(flavor = "multi_thread")]
async fn accepts_every_request_of_obkit() {
    let verdict = Verdict::of(
        "oauth4webapi",
        "as the API that obkit calls; proofs ES256, PS256, EdDSA",
    );
    let mut sum = 0;
    for dpop in [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa] {
        let way = Way {
            profile: Profile::Fapi2,
            nonce: NonceMode::Off,
            client: Algorithm::Es256,
            dpop,
        };
        sum += every_request_is_accepted(way).await.0;
    }
    verdict.is(format!("{sum} accepted"));
}

/// The same where each answer brings a new nonce and the API refuses proofs without one.
///
/// Rows: R023, R074, R077, R078
#[tokio::test(flavor = "multi_thread")]
async fn accepts_every_request_with_rotating_nonces() {
    let verdict = Verdict::of(
        "oauth4webapi",
        "as the API that obkit calls; rotating nonces",
    );
    let way = Way {
        profile: Profile::Fapi2,
        nonce: NonceMode::Required,
        client: Algorithm::Ps256,
        dpop: Algorithm::Es256,
    };
    let (accepted, challenged) = every_request_is_accepted(way).await;
    verdict.is(format!("{accepted} accepted after {challenged} challenges"));
}

/// With one character in the middle exchanged.
fn flipped(text: &str) -> HeaderValue {
    let last = text.rfind('.').unwrap();
    let middle = usize::midpoint(last, text.len());
    let other = if text.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    let mut text = text.to_owned();
    text.replace_range(middle..=middle, other);
    text.parse().unwrap()
}

/// The judge can say no: to what obkit sent, sent again or changed in any way.
///
/// Rows: R070, R071, R073
#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_was_tampered_with() {
    let verdict = Verdict::of(
        "oauth4webapi",
        "as the API that obkit calls; tampered requests",
    );
    let mut api = Api::start(Way {
        profile: Profile::Fapi2,
        nonce: NonceMode::Off,
        client: Algorithm::Es256,
        dpop: Algorithm::Es256,
    })
    .await;
    for _ in 0..api.calls().await {
        assert_eq!(api.lines.hear()["refused"], Value::Null);
    }
    let accepted = api.accepted();
    let sent = accepted
        .iter()
        .find(|one| one.method == Method::PUT)
        .unwrap();
    let other = accepted
        .iter()
        .find(|one| one.credentials() != sent.credentials())
        .unwrap();
    let (_, token) = sent.credentials().unwrap();
    let mut refused = 0;
    let mut expect = |why: String, part: &str| {
        assert!(why.contains(part), "{part}: {why}");
        refused += 1;
    };
    // Only the list of used proofs stands against the request as it was.
    expect(api.refuses(sent, |_| ()).await, "used before");
    let url = format!("{}/things/other", api.base);
    let moved = |request: &mut Request<Bytes>| *request.uri_mut() = url.parse().unwrap();
    expect(api.refuses(sent, moved).await, "htu mismatch");
    let as_post = |request: &mut Request<Bytes>| *request.method_mut() = Method::POST;
    expect(api.refuses(sent, as_post).await, "htm mismatch");
    let foreign = other.headers["authorization"].clone();
    let swapped = |request: &mut Request<Bytes>| {
        request.headers_mut().insert("authorization", foreign);
    };
    expect(api.refuses(sent, swapped).await, "ath mismatch");
    let bearer: HeaderValue = format!("Bearer {token}").parse().unwrap();
    let as_bearer = |request: &mut Request<Bytes>| {
        request.headers_mut().insert("authorization", bearer);
    };
    expect(api.refuses(sent, as_bearer).await, "scheme is not DPoP");
    let bare = |request: &mut Request<Bytes>| {
        request.headers_mut().remove("dpop");
    };
    expect(api.refuses(sent, bare).await, "no DPoP HTTP Header");
    for (name, text) in [
        ("authorization", sent.header("authorization").unwrap()),
        ("dpop", sent.header("dpop").unwrap()),
    ] {
        let value = flipped(text);
        let tampered = |request: &mut Request<Bytes>| {
            request.headers_mut().insert(name, value);
        };
        expect(api.refuses(sent, tampered).await, "signature");
    }
    verdict.is(format!("{refused} refused"));
}
