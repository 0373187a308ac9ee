//! A stage for hostile texts at the API: it has the keys of both honest sides, so whatever is
//! wrong with a text is the one thing that a test made wrong.

use crate::harness::{Reply, Rig, with};
use bytes::Bytes;
use http::{HeaderValue, Request};
use ob_jose::{Algorithm, DpopProver, Signer, SigningKey, ath, base64url};
use ob_sandbox::{Profile, SandboxBuilder};
use serde_json::{Value, json};
use std::sync::Arc;

/// The two texts that the API verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Token,
    Proof,
}

pub(crate) const DOORS: [Door; 2] = [Door::Token, Door::Proof];

pub(crate) const PATH: &str = "/providers";

pub(crate) struct Stage {
    pub(crate) rig: Rig,
    /// Signs access tokens.
    pub(crate) token_key: SigningKey,
    /// Signs proofs; the token is bound to it.
    pub(crate) proof_key: SigningKey,
    /// A real one of `acme-budget`.
    pub(crate) token: String,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(Algorithm::Es256, |builder| builder).await
    }

    pub(crate) async fn with(
        algorithm: Algorithm,
        set_up: impl FnOnce(SandboxBuilder) -> SandboxBuilder,
    ) -> Self {
        let token_key = SigningKey::generate(algorithm).unwrap().with_kid("as-test");
        let key = token_key.clone();
        let rig = Rig::new(|builder| set_up(builder.profile(Profile::Fapi2).token_key(key)));
        let proof_key = SigningKey::generate(algorithm).unwrap();
        let rig = Rig {
            prover: DpopProver::new(Arc::new(proof_key.clone())),
            ..rig
        };
        let token = token_of(&rig, "acme-budget").await;
        Self {
            rig,
            token_key,
            proof_key,
            token,
        }
    }

    pub(crate) fn key(&self, door: Door) -> &SigningKey {
        match door {
            Door::Token => &self.token_key,
            Door::Proof => &self.proof_key,
        }
    }

    /// The header of a right text, `alg` included.
    pub(crate) fn header(&self, door: Door) -> Value {
        let alg = self.key(door).algorithm().as_str();
        match door {
            Door::Token => json!({"alg": alg, "typ": "at+jwt", "kid": "as-test"}),
            Door::Proof => {
                json!({"alg": alg, "typ": "dpop+jwt", "jwk": self.proof_key.public_jwk().to_value()})
            }
        }
    }

    /// The claims of a right text; those of a token are a real one's, so its `jti` is known.
    pub(crate) fn claims(&self, door: Door) -> Value {
        match door {
            Door::Token => ob_jose::read_claims_unverified(&self.token, 8192)
                .unwrap()
                .into(),
            Door::Proof => self.proof_claims("GET", PATH, &self.token),
        }
    }

    pub(crate) fn proof_claims(&self, method: &str, path: &str, token: &str) -> Value {
        json!({
            "jti": self.rig.jti(),
            "htm": method,
            "htu": format!("{}{path}", self.rig.sandbox.api_base()),
            "iat": self.rig.iat(),
            "ath": ath(token),
        })
    }

    /// Any bytes as header and claims, rightly signed by the door's own key.
    pub(crate) async fn signed(
        &self,
        door: Door,
        (header, claims): (impl AsRef<[u8]>, impl AsRef<[u8]>),
    ) -> String {
        signed_by(self.key(door), (header, claims)).await
    }

    /// A right text with other claims.
    pub(crate) async fn with_claims(&self, door: Door, claims: &Value) -> String {
        let header = self.header(door).to_string();
        self.signed(door, (header, claims.to_string())).await
    }

    /// A right text with another header.
    pub(crate) async fn with_header(&self, door: Door, header: &Value) -> String {
        let claims = self.claims(door).to_string();
        self.signed(door, (header.to_string(), claims)).await
    }

    pub(crate) async fn right(&self, door: Door) -> String {
        self.with_claims(door, &self.claims(door)).await
    }

    /// A call in which only the text at `door` may be wrong: a token comes with a proof that
    /// names it, a proof with the real token.
    pub(crate) async fn knock(&self, door: Door, text: impl AsRef<[u8]>) -> Reply {
        let text = text.as_ref();
        let headers = self.rig.bearer("acme-budget", &self.token);
        let mut request = Request::builder()
            .method("GET")
            .uri(format!("{}{PATH}", self.rig.sandbox.api_base()))
            .header("x-application-id", &headers[1].1);
        match door {
            Door::Token => {
                let named = String::from_utf8_lossy(text);
                let claims = self.proof_claims("GET", PATH, &named);
                let proof = self.with_claims(Door::Proof, &claims).await;
                let value = HeaderValue::from_bytes(&[b"DPoP ", text].concat()).unwrap();
                request = request.header("authorization", value).header("dpop", proof);
            }
            Door::Proof => {
                let value = HeaderValue::from_bytes(text).unwrap();
                let token = format!("DPoP {}", self.token);
                request = request.header("authorization", token).header("dpop", value);
            }
        }
        let request = request.body(Bytes::new()).unwrap();
        Reply::of(&self.rig.sandbox, self.rig.sandbox.handle(request).await)
    }

    #[track_caller]
    fn judge(&self, door: Door, (before, reply): (u64, &Reply), what: &str) {
        let (code, error, told) = match door {
            Door::Token => (
                "INVALID_TOKEN",
                "invalid_token",
                "the access token is not valid",
            ),
            Door::Proof => (
                "INVALID_AUTH_HEADER",
                "invalid_dpop_proof",
                "the DPoP proof is missing or not valid",
            ),
        };
        let what = format!("{door:?}: {what}: {:?}", reply.why);
        assert_eq!(reply.status.as_u16(), 401, "{what}");
        // R148: one body for every cause.
        let body = json!({"Errors": {"Error": [{
            "Source": "Gateway",
            "ReasonCode": code,
            "Description": told,
            "Recoverable": false,
            "Details": null,
        }]}});
        assert_eq!(reply.json(), body, "{what}");
        let challenges: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
        let golden = format!("DPoP error=\"{error}\", algs=\"ES256 PS256 EdDSA\"");
        assert_eq!(challenges, [golden.as_str()], "{what}");
        assert_eq!(reply.header("cache-control"), "no-store", "{what}");
        let admitted = self.rig.sandbox.counters().api_requests_admitted;
        assert_eq!(admitted, before, "R113: {what}");
    }

    /// Sends a text that must be refused under one of `rules`, and checks all of the refusal.
    pub(crate) async fn refuses(
        &self,
        door: Door,
        text: impl AsRef<[u8]>,
        (rules, what): (&[&str], &str),
    ) {
        let before = self.rig.sandbox.counters().api_requests_admitted;
        let reply = self.knock(door, &text).await;
        self.judge(door, (before, &reply), what);
        let why = reply.why.as_ref().unwrap();
        assert!(
            rules.contains(&why.rule.as_str()),
            "{door:?}: {what}: {why:?}"
        );
        assert!(
            !why.what.is_empty() && !why.expected.is_empty() && !why.found.is_empty(),
            "{why:?}"
        );
        let told = serde_json::to_string(why).unwrap();
        let text = String::from_utf8_lossy(text.as_ref());
        for part in text.split('.').filter(|part| part.len() > 64) {
            assert!(!told.contains(part), "{what}: a secret in {told}");
        }
    }

    /// The same, for a whole request that a test made itself.
    pub(crate) async fn refuses_call(
        &self,
        door: Door,
        headers: &[(String, String)],
        (rule, what): (&str, &str),
    ) {
        let before = self.rig.sandbox.counters().api_requests_admitted;
        let reply = self.rig.call("GET", PATH, headers).await;
        self.judge(door, (before, &reply), what);
        assert_eq!(reply.rule(), rule, "{what}: {:?}", reply.why);
    }

    /// The headers of a call with the given token and proof.
    pub(crate) fn headers(&self, token: &str, proof: &str) -> Vec<(String, String)> {
        let headers = self.rig.bearer("acme-budget", token);
        let headers = with(&headers, "authorization", &format!("DPoP {token}"));
        with(&headers, "dpop", proof)
    }

    pub(crate) async fn accepts(&self, door: Door, text: impl AsRef<[u8]>, what: &str) {
        let before = self.rig.sandbox.counters().api_requests_admitted;
        let reply = self.knock(door, text).await;
        assert!(
            reply.status.is_success(),
            "{door:?}: {what}: {:?}",
            reply.why
        );
        assert_eq!(
            self.rig.sandbox.counters().api_requests_admitted,
            before + 1
        );
    }
}

/// A token for [`PATH`], with a nonce where the server wants one.
pub(crate) async fn token_of(rig: &Rig, party: &str) -> String {
    let ask = async |nonce: Option<&str>| {
        let call = rig.token_call_with(Some(party), "ob_providers", nonce);
        rig.ask(call.await).await
    };
    let reply = ask(None).await;
    match reply.header("dpop-nonce") {
        "" => reply.assert_ok().token(),
        nonce => ask(Some(nonce)).await.assert_ok().token(),
    }
}

pub(crate) async fn signed_by(
    key: &SigningKey,
    (header, claims): (impl AsRef<[u8]>, impl AsRef<[u8]>),
) -> String {
    let (header, claims) = (header.as_ref(), claims.as_ref());
    let input = format!(
        "{}.{}",
        base64url::encode(header),
        base64url::encode(claims)
    );
    let signature = key.sign(input.as_bytes()).await.unwrap();
    format!("{input}.{}", base64url::encode(&signature))
}

/// A right text whose signature was made anew from the right one.
pub(crate) fn resigned(text: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
    let (input, signature) = text.rsplit_once('.').unwrap();
    let signature = change(base64url::decode(signature).unwrap());
    format!("{input}.{}", base64url::encode(&signature))
}

/// A JSON object written with one member more, whatever its name is: doubled, too.
pub(crate) fn with_member(object: &Value, name: &str, value: &Value) -> String {
    let text = object.to_string();
    format!("{{\"{name}\":{value},{}", &text[1..])
}
