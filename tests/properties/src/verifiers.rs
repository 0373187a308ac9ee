//! The three verifiers, and a good token for each.

use ob_jose::{
    AccessTokenVerifier, AssertionVerifier, ClientAssertion, DpopProver, ExpectedProof, Htu,
    JwkSet, ProofInput, ProofVerifier, Refusal, RegisteredClient, SigningKey, sign_compact,
};
use serde_json::json;
use std::sync::Arc;

use crate::signers::{KID, NOW, now, run};

pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const AUDIENCE: &str = "https://api.example";
pub(crate) const CLIENT: &str = "integrator";
pub(crate) const THIRD_PARTY: &str = "tpp-acme";
const TOKEN_URL: &str = "https://as.example/oauth2/tokens";

/// What a token is presented as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Assertion,
    Proof,
    AccessToken,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Assertion, Self::Proof, Self::AccessToken];

    pub(crate) fn verify(self, keys: &JwkSet, text: &str) -> Result<(), Refusal> {
        match self {
            Self::Assertion => {
                let client = RegisteredClient {
                    client_id: CLIENT,
                    keys,
                    algorithm: None,
                };
                AssertionVerifier::new(ISSUER)
                    .verify(text, &client, now())
                    .map(drop)
            }
            Self::Proof => {
                let target = target();
                let expected = ExpectedProof::new("POST", &target, now());
                ProofVerifier::new().verify(text, &expected).map(drop)
            }
            Self::AccessToken => AccessTokenVerifier::new(ISSUER, AUDIENCE, keys.clone())
                .verify(text, now())
                .map(drop),
        }
    }

    /// A token that [`verify`](Self::verify) accepts.
    pub(crate) fn good(self, key: &Arc<SigningKey>) -> String {
        let made = match self {
            Self::Assertion => {
                let assertion = ClientAssertion::new(CLIENT, ISSUER).kid(KID);
                run(assertion.sign(&**key, now(), "j-1"))
            }
            Self::Proof => {
                let (htm, htu) = ("POST", &target());
                let input = ProofInput {
                    htm,
                    htu,
                    iat: NOW,
                    jti: "j-1",
                    ath: None,
                    nonce: None,
                };
                run(DpopProver::new(key.clone()).prove(&input))
            }
            Self::AccessToken => {
                let claims = json!({
                    "iss": ISSUER, "aud": AUDIENCE, "sub": THIRD_PARTY, "client_id": CLIENT,
                    "act": {"sub": CLIENT}, "scope": "ob_data", "jti": "j-1",
                    "iat": NOW, "exp": NOW + 300,
                    "cnf": {"jkt": key.thumbprint().as_str()},
                });
                run(sign_compact(
                    &**key,
                    &json!({"typ": "at+jwt", "kid": KID}),
                    &claims,
                ))
            }
        };
        made.expect("a local key signs")
    }
}

/// What a proof has to be for.
pub(crate) fn target() -> Htu {
    Htu::from_uri(TOKEN_URL).expect("a constant URL")
}

/// The public halves of these keys: one for each algorithm, all with one name.
pub(crate) fn public(keys: &[&Arc<SigningKey>]) -> JwkSet {
    JwkSet::new(keys.iter().map(|key| key.public_jwk().clone()))
}
