//! npm `jose` verifies every proof and assertion that obkit makes, and every token that the
//! sandbox signs.

use crate::{
    judge::{Lines, Verdict},
    recorded::{Exchange, Recorded, Way},
};
use ob_sandbox::{NonceMode, Profile};
use obkit::jose::{Algorithm, SigningKey, ath};
use serde_json::{Value, json};
use std::collections::HashSet;

const SCRIPT: &str = include_str!("../../node/jose.mjs");

/// One JWT, and what the judge has to be told to judge it.
struct Jwt {
    text: String,
    question: Value,
}

impl Jwt {
    fn new(kind: &str, text: &str, more: Value) -> Self {
        let mut question = more;
        question["kind"] = kind.into();
        Self {
            text: text.to_owned(),
            question,
        }
    }

    fn asked(&self, text: &str) -> Value {
        let mut question = self.question.clone();
        question["jwt"] = text.into();
        question
    }

    /// With one character of one of its three parts exchanged.
    fn flipped(&self, part: usize) -> String {
        let mut parts: Vec<String> = self.text.split('.').map(str::to_owned).collect();
        let middle = parts[part].len() / 2;
        let other = match &parts[part][middle..=middle] {
            "A" => "B",
            _ => "A",
        };
        parts[part].replace_range(middle..=middle, other);
        parts.join(".")
    }
}

/// The judge, and how often it accepted and refused.
struct Jose {
    lines: Lines,
    accepted: usize,
    refused: usize,
}

impl Jose {
    fn start() -> Self {
        Self {
            lines: Lines::node(SCRIPT, &[]),
            accepted: 0,
            refused: 0,
        }
    }

    fn ask(&mut self, question: &Value) -> Value {
        self.lines.tell(question);
        self.lines.hear()
    }

    /// It accepts the JWT as it is, and refuses each of its twins with one flipped character.
    fn judges(&mut self, jwt: &Jwt) -> Value {
        let told = self.ask(&jwt.asked(&jwt.text));
        assert_eq!(told["accepted"], true, "{}: {told}", jwt.question);
        self.accepted += 1;
        for part in 0..3 {
            let twin = jwt.flipped(part);
            let told = self.ask(&jwt.asked(&twin));
            assert_eq!(told["accepted"], false, "part {part} of {twin}");
            self.refused += 1;
        }
        told
    }
}

async fn recorded(way: Way) -> Recorded {
    let world = Recorded::start(way, 3).await;
    for party in ["acme-budget", "nordlicht-pay", "tp-001", "tp-002", "tp-003"] {
        world.story(party).await;
    }
    world
}

/// What a proof says, compared with the request that carried it.
fn fits(told: &Value, exchange: &Exchange, way: Way, key: &SigningKey) {
    let payload = &told["payload"];
    assert_eq!(payload["htm"], exchange.method.as_str());
    let target = exchange.url.split(['?', '#']).next().unwrap();
    assert_eq!(payload["htu"], target);
    assert_eq!(told["jkt"], key.thumbprint().as_str());
    let jwk = told["header"]["jwk"].as_object().unwrap();
    assert!(!jwk.contains_key("d") && !jwk.contains_key("p"));
    match exchange.credentials() {
        None => assert_eq!(payload.get("ath"), None, "there is no token yet"),
        Some((scheme, token)) => {
            assert_eq!((scheme, way.profile), ("DPoP", Profile::Fapi2));
            assert_eq!(payload["ath"], ath(token));
        }
    }
}

async fn all_is_accepted(way: Way) {
    let Way {
        profile,
        client,
        dpop,
        ..
    } = way;
    let (profile, client, dpop) = (profile.as_str(), client.as_str(), dpop.as_str());
    let what = format!("assertions {client}, proofs {dpop}, tokens; {profile}");
    let verdict = Verdict::of("jose", what);
    let world = recorded(way).await;
    let integrator = world.sandbox().integrator();
    let mut registered = integrator.key.public_jwk().to_value();
    registered["kid"] = integrator.kid.as_str().into();
    let issuer = world.sandbox().issuer();
    let keys = world.keys().await;
    let mut jose = Jose::start();
    let mut ids = HashSet::new();
    let mut nonces: HashSet<String> = HashSet::new();
    let mut with_nonce = 0;
    for exchange in world.record.all() {
        if let Some(proof) = exchange.header("dpop") {
            let told = jose.judges(&Jwt::new("proof", proof, json!({"alg": dpop})));
            fits(&told, &exchange, way, &world.dpop);
            assert!(ids.insert(told["payload"]["jti"].to_string()));
            if let Some(nonce) = told["payload"]["nonce"].as_str() {
                assert!(nonces.contains(nonce), "nobody gave it");
                with_nonce += 1;
            }
        }
        if let Some(assertion) = exchange.assertion() {
            let more = json!({
                "alg": client, "keys": [registered], "issuer": issuer,
                "client": integrator.client_id.as_str(),
            });
            let told = jose.judges(&Jwt::new("assertion", assertion, more));
            assert_eq!(told["payload"]["aud"], issuer, "a string, not a list");
            assert_eq!(told["header"]["kid"], integrator.kid.as_str());
            assert!(ids.insert(told["payload"]["jti"].to_string()));
        }
        if let Some(token) = exchange.issued() {
            let more = json!({"alg": "ES256", "keys": keys, "issuer": issuer});
            let told = jose.judges(&Jwt::new("token", &token, more));
            assert_eq!(told["ath"], ath(&token));
            assert_eq!(told["payload"]["act"]["sub"], integrator.client_id.as_str());
            let jkt = told["payload"]["cnf"]["jkt"].as_str();
            let bound = (way.profile == Profile::Fapi2).then(|| world.dpop.thumbprint().as_str());
            assert_eq!(jkt, bound);
        }
        let given = exchange.answer_headers.get("dpop-nonce");
        nonces.extend(given.map(|nonce| nonce.to_str().unwrap().to_owned()));
    }
    assert_eq!(with_nonce > 0, way.nonce == NonceMode::Required);
    assert!(jose.accepted > 40, "{}", jose.accepted);
    let Jose {
        accepted, refused, ..
    } = jose;
    verdict.is(format!("{accepted} accepted, {refused} tampered refused"));
}

/// A real run in the bound profile: every proof with its own `jti`, URL, method, nonce and
/// `ath`, every assertion with the issuer as its sole audience, by a verifier that is not ours.
///
/// Rows: R019, R021, R023, R062, R067, R068, R073, R074, R114, R174, R175, R182
#[tokio::test(flavor = "multi_thread")]
async fn bound_with_es256() {
    all_is_accepted(Way {
        profile: Profile::Fapi2,
        nonce: NonceMode::Required,
        client: Algorithm::Es256,
        dpop: Algorithm::Es256,
    })
    .await;
}

/// The same with RSA keys of both sorts: PSS with a salt of 32 octets, as `jose` wants it.
///
/// Rows: R021, R035, R062, R073, R074, R136
#[tokio::test(flavor = "multi_thread")]
async fn bound_with_ps256() {
    all_is_accepted(Way {
        profile: Profile::Fapi2,
        nonce: NonceMode::Required,
        client: Algorithm::Ps256,
        dpop: Algorithm::Ps256,
    })
    .await;
}

/// The same with Ed25519, and without nonces: then no proof has one.
///
/// Rows: R021, R035, R062, R073, R074, R137
#[tokio::test(flavor = "multi_thread")]
async fn bound_with_eddsa() {
    all_is_accepted(Way {
        profile: Profile::Fapi2,
        nonce: NonceMode::Off,
        client: Algorithm::EdDsa,
        dpop: Algorithm::EdDsa,
    })
    .await;
}

/// The platform's own profile: proofs at the token endpoint, none at the API, tokens unbound.
///
/// Rows: R021, R023, R062, R073, R074, R174, R175, R182
#[tokio::test(flavor = "multi_thread")]
async fn unbound() {
    all_is_accepted(Way {
        profile: Profile::OneToMany,
        nonce: NonceMode::Required,
        client: Algorithm::Ps256,
        dpop: Algorithm::Es256,
    })
    .await;
}

/// A hundred keys: two implementations agree on each one's name, whatever else the JWK says.
///
/// Rows: R119, R120
#[tokio::test(flavor = "multi_thread")]
async fn thumbprints_agree() {
    let verdict = Verdict::of("jose", "JWK thumbprints");
    let mut jose = Jose::start();
    // RSA keys take long to make: a few of them will do.
    let counts = [
        (Algorithm::Es256, 50),
        (Algorithm::EdDsa, 45),
        (Algorithm::Ps256, 5),
    ];
    let mut agreed = 0;
    for (algorithm, count) in counts {
        for _ in 0..count {
            let key = SigningKey::generate(algorithm).unwrap();
            let mut jwk = key.public_jwk().to_value();
            let plain = jose.ask(&json!({"kind": "thumbprint", "jwk": jwk}));
            assert_eq!(plain["jkt"], key.thumbprint().as_str());
            jwk["kid"] = "another".into();
            jwk["use"] = "sig".into();
            let decorated = jose.ask(&json!({"kind": "thumbprint", "jwk": jwk}));
            assert_eq!(decorated["jkt"], key.thumbprint().as_str());
            agreed += 1;
        }
    }
    verdict.is(format!("{agreed} agree"));
}
