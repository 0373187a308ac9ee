//! The attack lists L1 and L2 at all four doors that take a JWT: assertion, proof at the token
//! endpoint, proof at the API, access token.

use crate::harness::{Reply, Rig, with};
use ob_jose::{Algorithm, SigningKey, ath, base64url};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Assertion,
    TokenProof,
    ApiProof,
    AccessToken,
}

const DOORS: [Door; 4] = [
    Door::Assertion,
    Door::TokenProof,
    Door::ApiProof,
    Door::AccessToken,
];

/// A rig with a bound token, and a key of the attacker's own for proofs.
struct Stage {
    rig: Rig,
    token: String,
    proof_key: SigningKey,
}

impl Stage {
    async fn new() -> Self {
        let rig = Rig::fapi();
        let proof_key = SigningKey::generate(Algorithm::Es256).unwrap();
        let rig = Rig {
            prover: ob_jose::DpopProver::new(std::sync::Arc::new(proof_key.clone())),
            ..Rig::around(rig.sandbox, rig.clock)
        };
        let token = rig.token("acme-budget", "ob_providers").await;
        Self {
            rig,
            token,
            proof_key,
        }
    }

    /// Header, claims and key of what the door would accept.
    fn right(&self, door: Door) -> (Value, Value, SigningKey) {
        let (url, now) = (
            self.rig.sandbox.api_base().to_owned() + "/providers",
            self.rig.iat(),
        );
        let proof = json!({"typ": "dpop+jwt", "jwk": self.proof_key.public_jwk().to_value()});
        match door {
            Door::Assertion => {
                let integrator = self.rig.sandbox.integrator();
                (
                    json!({"kid": integrator.kid}),
                    self.rig.assertion_claims(),
                    integrator.key.clone(),
                )
            }
            Door::TokenProof => (
                proof,
                json!({"jti": self.rig.jti(), "htm": "POST", "htu": self.rig.sandbox.token_url(), "iat": now}),
                self.proof_key.clone(),
            ),
            Door::ApiProof => (
                proof,
                json!({"jti": self.rig.jti(), "htm": "GET", "htu": url, "iat": now, "ath": ath(&self.token)}),
                self.proof_key.clone(),
            ),
            // Nobody outside has the server's key: what is tried is a key of one's own.
            Door::AccessToken => {
                let claims = ob_jose::read_claims_unverified(&self.token, 8192).unwrap();
                (
                    json!({"typ": "at+jwt"}),
                    claims.into(),
                    self.proof_key.clone(),
                )
            }
        }
    }

    /// What the door accepts: the API's token is the real one.
    async fn valid(&self, door: Door) -> String {
        if door == Door::AccessToken {
            return self.token.clone();
        }
        let (header, claims, key) = self.right(door);
        ob_jose::sign_compact(&key, &header, &claims).await.unwrap()
    }

    async fn knock(&self, door: Door, text: &str) -> Reply {
        let call = self.rig.token_call(Some("acme-budget"), "ob_data").await;
        let headers = self
            .rig
            .bound("acme-budget", &self.token, ("GET", "/providers"))
            .await;
        match door {
            Door::Assertion => self.rig.ask(call.set("client_assertion", text)).await,
            Door::TokenProof => self.rig.ask(call.header("dpop", text)).await,
            Door::ApiProof => {
                self.rig
                    .call("GET", "/providers", &with(&headers, "dpop", text))
                    .await
            }
            Door::AccessToken => {
                let headers = with(&headers, "authorization", &format!("DPoP {text}"));
                self.rig.call("GET", "/providers", &headers).await
            }
        }
    }

    async fn refuses(&self, door: Door, text: &str, what: &str) {
        let before = self.rig.sandbox.counters();
        let reply = self.knock(door, text).await;
        let expected = match door {
            Door::Assertion => (401, "invalid_client"),
            Door::TokenProof => (400, "invalid_dpop_proof"),
            Door::ApiProof => (401, "INVALID_AUTH_HEADER"),
            Door::AccessToken => (401, "INVALID_TOKEN"),
        };
        let error = reply.error();
        assert_eq!(
            (reply.status.as_u16(), error.as_str()),
            expected,
            "{door:?} {what} {:?}",
            reply.why
        );
        let after = self.rig.sandbox.counters();
        assert_eq!(before.tokens_issued, after.tokens_issued, "{door:?} {what}");
        assert_eq!(
            before.api_requests_admitted, after.api_requests_admitted,
            "{door:?} {what}"
        );
    }
}

#[tokio::test]
async fn every_door_opens_to_what_is_right() {
    let stage = Stage::new().await;
    for door in DOORS {
        let text = stage.valid(door).await;
        stage.knock(door, &text).await.assert_ok();
    }
}

/// Malformed and malleable texts are refused at every door.
///
/// Rows: L1.2, L1.14
#[tokio::test]
async fn l1_malformed_and_malleable_texts() {
    let stage = Stage::new().await;
    for door in DOORS {
        let text = stage.valid(door).await;
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let payload = signed.rsplit_once('.').unwrap().1;
        let twin = match signature.as_bytes().last().unwrap() {
            b'A' => "B",
            b'Q' => "R",
            b'g' => "h",
            _ => "x",
        };
        let cases = [
            ("no signature", format!("{signed}.")),
            ("two parts", signed.to_owned()),
            ("four parts", format!("{text}.x")),
            ("five parts", format!("{text}.x.x")),
            ("padding", format!("{text}=")),
            ("standard alphabet", format!("{text}+/")),
            (
                "trailing bits",
                format!("{}{twin}", &text[..text.len() - 1]),
            ),
            ("empty payload", text.replacen(payload, "", 1)),
            (
                "zero signature",
                format!("{signed}.{}", base64url::encode(&[0; 64])),
            ),
            (
                "short signature",
                format!("{signed}.{}", base64url::encode(&[1; 63])),
            ),
            ("joined", format!("{text},{text}")),
            ("JSON", format!("{{\"payload\":\"{payload}\"}}")),
            ("too long", format!("{text}{}", "A".repeat(9000))),
        ];
        for (what, text) in cases {
            stage.refuses(door, &text, what).await;
        }
    }
}

/// No spelling of `alg` other than the right one opens a door.
///
/// Rows: R036, L1.1
#[tokio::test]
async fn l1_hostile_headers() {
    let stage = Stage::new().await;
    let algorithms = [
        "none", "None", "NONE", "", "HS256", "RS256", "ES384", "PS384", "ES256K", "es256",
    ];
    for door in DOORS {
        let valid = stage.valid(door).await;
        let (_, rest) = valid.split_once('.').unwrap();
        let right = stage.right(door).0;
        let mut headers: Vec<(String, String)> = Vec::new();
        for algorithm in algorithms {
            let mut header = right.clone();
            header["alg"] = algorithm.into();
            headers.push((format!("alg {algorithm}"), header.to_string()));
        }
        for alg in [Value::Null, json!(["ES256"]), json!(1)] {
            let mut header = right.clone();
            header["alg"] = alg;
            headers.push(("alg type".into(), header.to_string()));
        }
        headers.push(("no alg".into(), right.to_string()));
        let twice = format!(
            "{{\"alg\":\"none\",\"alg\":\"ES256\",{}",
            &right.to_string()[1..]
        );
        headers.push(("alg twice".into(), twice));
        headers.push((
            "byte order mark".into(),
            format!("\u{feff}{{\"alg\":\"ES256\",{}", &right.to_string()[1..]),
        ));
        for (what, header) in headers {
            let text = format!("{}.{rest}", base64url::encode(header.as_bytes()));
            stage.refuses(door, &text, &what).await;
        }
    }
}

/// Rows: R090, R093, R131, R132, R133, L1.8, L1.9, L1.16
#[tokio::test]
async fn l1_well_signed_but_not_acceptable() {
    let stage = Stage::new().await;
    for door in [Door::Assertion, Door::TokenProof, Door::ApiProof] {
        let (right, claims, key) = stage.right(door);
        let extensions = [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("enc", json!("A128GCM")),
            ("kid", json!(["a"])),
            ("kid", json!("k".repeat(2000))),
            ("typ", json!("at+jwt")),
            ("typ", json!(["dpop+jwt"])),
        ];
        for (name, value) in extensions {
            let mut header = right.clone();
            header[name] = value;
            let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
            stage.refuses(door, &text, name).await;
        }
        let other = SigningKey::generate(Algorithm::Es256).unwrap();
        let text = ob_jose::sign_compact(&other, &right, &claims)
            .await
            .unwrap();
        stage.refuses(door, &text, "another key").await;
        let required = if door == Door::Assertion {
            ["exp", "jti", "sub", "aud"]
        } else {
            ["iat", "jti", "htm", "htu"]
        };
        for name in required {
            for value in [
                Value::Null,
                json!(true),
                json!([]),
                json!({}),
                json!("x\u{0}"),
            ] {
                let mut claims = claims.clone();
                claims[name] = value.clone();
                let text = ob_jose::sign_compact(&key, &right, &claims).await.unwrap();
                stage
                    .refuses(door, &text, &format!("{name} = {value}"))
                    .await;
            }
        }
    }
}

/// A token that another key signed is refused.
///
/// Rows: L1.22
#[tokio::test]
async fn l1_22_access_tokens_of_the_attackers_own_making() {
    let stage = Stage::new().await;
    let (_, claims, key) = stage.right(Door::AccessToken);
    let kid = rig_kid(&stage).await;
    for header in [
        json!({"typ": "at+jwt"}),
        json!({"typ": "at+jwt", "kid": kid}),
        json!({"typ": "at+jwt", "kid": kid, "jwk": key.public_jwk().to_value()}),
        json!({"typ": "at+jwt", "kid": kid, "jku": "http://127.0.0.1:1/jwks"}),
        json!({"typ": "at+jwt", "kid": "../../x"}),
    ] {
        let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
        stage
            .refuses(Door::AccessToken, &text, &header.to_string())
            .await;
    }
}

async fn rig_kid(stage: &Stage) -> String {
    let keys = stage
        .rig
        .send("GET", &stage.rig.sandbox.jwks_uri(), (&[], "".into()))
        .await;
    keys.json()["keys"][0]["kid"].as_str().unwrap().to_owned()
}

/// No JWT is good for another purpose.
///
/// Rows: R143, L1.18
#[tokio::test]
async fn r143_no_jwt_passes_at_another_door() {
    let stage = Stage::new().await;
    for from in DOORS {
        for at in DOORS.into_iter().filter(|at| *at != from) {
            let text = stage.valid(from).await;
            stage
                .refuses(at, &text, &format!("{from:?} at {at:?}"))
                .await;
        }
    }
}

/// A proof brings a public key, at both servers.
///
/// Rows: R094, L2.7
#[tokio::test]
async fn l2_private_and_symmetric_keys_in_a_proof() {
    let stage = Stage::new().await;
    for door in [Door::TokenProof, Door::ApiProof] {
        let (right, claims, key) = stage.right(door);
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            for value in [json!("AA"), json!(""), Value::Null] {
                let mut header = right.clone();
                header["jwk"][name] = value;
                let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
                stage.refuses(door, &text, name).await;
            }
        }
        for jwk in [
            Value::Null,
            json!("x"),
            json!([]),
            json!({}),
            json!({"kty": "oct", "k": "AA"}),
        ] {
            let mut header = right.clone();
            header["jwk"] = jwk.clone();
            let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
            stage.refuses(door, &text, &jwk.to_string()).await;
        }
    }
}

/// Rows: R096, R097, L2.3, L2.4
#[tokio::test]
async fn r097_htu_is_compared_as_uris_are() {
    let stage = Stage::new().await;
    let base = stage.rig.sandbox.api_base().to_owned();
    let host = base.strip_prefix("https://").unwrap();
    let same = [
        format!("{base}/providers?x=1"),
        format!("{base}/providers#f"),
        format!("HTTPS://{}/providers", host.to_uppercase()),
        format!("{base}:443/providers"),
        format!("{base}/%70roviders"),
    ];
    let other = [
        format!("http://{host}/providers"),
        format!("{base}:444/providers"),
        format!("{base}/providers/"),
        format!("{base}/%2Fproviders"),
        format!("https://user@{host}/providers"),
        "/providers".to_owned(),
        String::new(),
    ];
    let (header, claims, key) = stage.right(Door::ApiProof);
    for (all, accepted) in [(&same[..], true), (&other[..], false)] {
        for htu in all {
            let mut claims = claims.clone();
            claims["htu"] = htu.as_str().into();
            claims["jti"] = stage.rig.jti().into();
            let text = ob_jose::sign_compact(&key, &header, &claims).await.unwrap();
            let reply = stage.knock(Door::ApiProof, &text).await;
            assert_eq!(reply.status.is_success(), accepted, "{htu} {:?}", reply.why);
        }
    }
}
