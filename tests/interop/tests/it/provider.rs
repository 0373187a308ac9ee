//! npm `oidc-provider` with its FAPI 2.0 profile gives tokens to obkit.

use crate::{
    judge::{Lines, Verdict},
    recorded::{Record, get, transport},
};
use futures_util::future::join_all;
use obkit::{
    Code, Environment, Error, Grant, Identity, Integrator, Profile, RetryPolicy,
    auth::{CacheStatus, TokenLease},
    core::ApplicationId,
    jose::{Algorithm, SigningKey},
    journal::MemoryJournal,
    registry::{MemoryStore, Registry, Status, ThirdParty},
};
use serde_json::{Value, json};
use std::collections::HashSet;

const SCRIPT: &str = include_str!("../../node/provider.mjs");
const JOSE: &str = include_str!("../../node/jose.mjs");
const CLIENT: &str = "int-interop";
const KID: &str = "portal-key-1";
const SCOPES: &str = "consents:create ob_data ob_providers";
/// The resource that the provider gives tokens for (RFC 8707).
const RESOURCE: &str = "urn:obkit:interop:api";
const PARTIES: u8 = 64;

/// How the provider is set up, and what obkit signs with.
struct Setting {
    profile: Profile,
    nonces: bool,
    client: Algorithm,
    dpop: Algorithm,
    /// For whom the provider gives tokens that name somebody else.
    wrong: Value,
}

impl Setting {
    fn fapi2(client: Algorithm, dpop: Algorithm) -> Self {
        Self {
            profile: Profile::Fapi2,
            nonces: true,
            client,
            dpop,
            wrong: Value::Null,
        }
    }
}

fn business_id(n: u8) -> String {
    format!("tp-{n:02}")
}

fn client_id(n: u8) -> String {
    format!("tpp-client-{n:02}")
}

struct Provider {
    lines: Lines,
    issuer: String,
    key: SigningKey,
    dpop: SigningKey,
    profile: Profile,
    record: Record,
}

impl Provider {
    fn start(setting: &Setting) -> Self {
        let mut lines = Lines::node(SCRIPT, &[]);
        let key = SigningKey::generate(setting.client).unwrap();
        let mut jwk = key.public_jwk().to_value();
        jwk["kid"] = KID.into();
        jwk["use"] = "sig".into();
        let parties: Vec<String> = (0..PARTIES).map(client_id).collect();
        lines.tell(&json!({
            "clientId": CLIENT,
            "jwk": jwk,
            "alg": setting.client.as_str(),
            "tokenAlg": "PS256",
            "fapi": setting.profile == Profile::Fapi2,
            "nonces": setting.nonces,
            "scope": SCOPES,
            "parties": parties,
            "wrong": setting.wrong,
        }));
        let issuer = lines.hear()["ready"].as_str().unwrap().to_owned();
        Self {
            lines,
            issuer,
            key,
            dpop: SigningKey::generate(setting.dpop).unwrap(),
            profile: setting.profile,
            record: Record::default(),
        }
    }

    /// An integrator whose client id, keys and third-parties are those that the provider knows.
    async fn integrator(&self) -> Integrator {
        self.integrator_with(&self.issuer, self.key.clone()).await
    }

    async fn integrator_with(&self, issuer: &str, key: SigningKey) -> Integrator {
        let token_url = format!("{}/token", self.issuer);
        let environment = Environment::new(issuer, token_url, "https://api.example")
            .profile(self.profile)
            .allow_http_on_loopback();
        let identity = Identity {
            business_id: "integrator".parse().unwrap(),
            client_id: CLIENT.parse().unwrap(),
            application_id: ApplicationId::from_bytes([0xFF; 16]),
            use_case_configuration_id: "5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10".parse().unwrap(),
        };
        Integrator::builder(environment)
            .identity(identity)
            .key(key)
            .kid(KID)
            .dpop_key(self.dpop.clone())
            .registry(registry().await)
            .journal(MemoryJournal::default())
            .retry(RetryPolicy::never())
            .transport(self.record.of(transport()))
            .build()
            .unwrap()
    }

    /// What the provider has counted, after its clock is moved on.
    fn counts(&mut self, advance: u64) -> (u64, u64) {
        self.lines.tell(&json!({"advance": advance}));
        let told = self.lines.hear();
        let count = |name: &str| told[name].as_u64().unwrap();
        (count("challenges"), count("tokens"))
    }
}

async fn registry() -> Registry {
    let parties = (0..PARTIES).map(|n| {
        let id = business_id(n).parse().unwrap();
        let client = client_id(n).parse().unwrap();
        let application = ApplicationId::from_bytes([n; 16]);
        ThirdParty::builder(id, business_id(n), client, application)
            .status(Status::Active)
            .scopes(SCOPES.parse().unwrap())
            .build()
            .unwrap()
    });
    Registry::open(MemoryStore::with(parties)).await.unwrap()
}

async fn token(integrator: &Integrator, n: u8, scopes: &str) -> Result<TokenLease, Error> {
    let party = integrator.on_behalf_of(business_id(n)).unwrap();
    party.token(&Grant::new(scopes.parse().unwrap())).await
}

/// All third-parties at once; each gets its own token, and npm `jose` reads in it whose it is.
async fn each_gets_its_own(setting: &Setting) -> String {
    let mut provider = Provider::start(setting);
    let integrator = provider.integrator().await;
    let leases = join_all((0..PARTIES).map(|n| token(&integrator, n, "ob_data"))).await;
    let keys = get(&format!("{}/jwks", provider.issuer)).await["keys"].clone();
    let mut jose = Lines::node(JOSE, &[]);
    let mut texts = HashSet::new();
    for (n, lease) in (0..PARTIES).zip(leases) {
        let lease = lease.unwrap();
        let sealed = &lease.token;
        assert!(sealed.is_sealed());
        assert_eq!(sealed.client_id().as_str(), client_id(n));
        assert!(texts.insert(sealed.expose().to_owned()));
        jose.tell(&json!({
            "kind": "token", "jwt": sealed.expose(), "alg": "PS256", "keys": keys,
            "issuer": provider.issuer, "audience": RESOURCE,
        }));
        let told = jose.hear();
        assert_eq!(told["accepted"], true, "{told}");
        let claims = &told["payload"];
        assert_eq!(claims["sub"], client_id(n));
        assert_eq!(claims["act"]["sub"], CLIENT);
        assert_eq!(claims["client_id"], CLIENT);
        assert_eq!(claims["scope"], "ob_data");
        assert_eq!(claims["cnf"]["jkt"], provider.dpop.thumbprint().as_str());
    }
    let (challenges, tokens) = provider.counts(0);
    assert_eq!(tokens, u64::from(PARTIES));
    assert_eq!(challenges > 0, setting.nonces);
    assert!(challenges <= tokens, "at most one for each: {challenges}");
    // Everybody has one now: nothing is asked again.
    let again = join_all((0..PARTIES).map(|n| token(&integrator, n, "ob_data"))).await;
    assert!(
        again
            .iter()
            .all(|lease| lease.as_ref().unwrap().cache == CacheStatus::Hit)
    );
    // The Integrator's own context has a token of its own, with no actor.
    let own = integrator
        .as_itself()
        .token(&Grant::new("ob_providers".parse().unwrap()))
        .await;
    assert_eq!(own.unwrap().token.client_id().as_str(), CLIENT);
    assert_eq!(provider.counts(0).1, tokens + 1);
    format!("{tokens} tokens after {challenges} challenges")
}

/// 64 third-parties at once against a server that is not ours, with nonces demanded.
///
/// Rows: R019, R021, R023, R047, R067, R074, R078, R197
#[tokio::test(flavor = "multi_thread")]
async fn fapi2_with_es256() {
    let verdict = Verdict::of(
        "oidc-provider",
        "as obkit's token endpoint; fapi2, ES256, proofs ES256",
    );
    let setting = Setting::fapi2(Algorithm::Es256, Algorithm::Es256);
    verdict.is(each_gets_its_own(&setting).await);
}

/// Rows: R019, R021, R023, R035, R047, R074, R078
#[tokio::test(flavor = "multi_thread")]
async fn fapi2_with_ps256() {
    let verdict = Verdict::of(
        "oidc-provider",
        "as obkit's token endpoint; fapi2, PS256, proofs PS256",
    );
    let setting = Setting::fapi2(Algorithm::Ps256, Algorithm::Ps256);
    verdict.is(each_gets_its_own(&setting).await);
}

/// The platform's profile against a server that binds tokens all the same: the answer's
/// `token_type` is followed.
///
/// Rows: R021, R047, R074
#[tokio::test(flavor = "multi_thread")]
async fn one_to_many() {
    let verdict = Verdict::of(
        "oidc-provider",
        "as obkit's token endpoint; one-to-many, ES256, proofs EdDSA",
    );
    let setting = Setting {
        profile: Profile::OneToMany,
        nonces: false,
        ..Setting::fapi2(Algorithm::Es256, Algorithm::EdDsa)
    };
    verdict.is(each_gets_its_own(&setting).await);
}

/// The server's nonces pass by: a new one that comes with a token is used for the next request
/// without a challenge; one that went stale costs one challenge and no failure.
///
/// Rows: R023, R063, R074, R077, R078
#[tokio::test(flavor = "multi_thread")]
async fn nonces_rotate() {
    let verdict = Verdict::of(
        "oidc-provider",
        "as obkit's token endpoint; nonces that rotate and go stale",
    );
    let mut provider = Provider::start(&Setting::fapi2(Algorithm::Es256, Algorithm::Ps256));
    let integrator = provider.integrator().await;
    token(&integrator, 0, "ob_data").await.unwrap();
    assert_eq!(provider.counts(0), (1, 1), "nobody knows a nonce at first");
    for n in 1..=6 {
        // One step of the server's: the last nonce is still good, and the answer brings a new one.
        let before = provider.counts(60);
        token(&integrator, n, "ob_data").await.unwrap();
        assert_eq!(provider.counts(0), (before.0, before.1 + 1));
    }
    let sent: HashSet<String> = (provider.record.all().iter())
        .filter_map(|one| {
            Some(
                one.answer_headers
                    .get("dpop-nonce")?
                    .to_str()
                    .unwrap()
                    .to_owned(),
            )
        })
        .collect();
    assert!(sent.len() >= 6, "the nonces did rotate: {}", sent.len());
    let before = provider.counts(600);
    let lease = token(&integrator, 7, "ob_data").await.unwrap();
    assert_eq!(lease.attempts, 2, "a challenge, then the token");
    assert_eq!(provider.counts(0), (before.0 + 1, before.1 + 1));
    verdict.is(format!("{} tokens, {} nonces", before.1 + 1, sent.len()));
}

/// A token endpoint that mixes two third-parties up: its token for one of them names the other.
/// The token is whole and signed, never comes out of the seal, and is not kept: the next caller
/// asks anew and is refused again.
///
/// Rows: R162
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_another_third_party_is_refused() {
    let verdict = Verdict::of(
        "oidc-provider",
        "as obkit's token endpoint; tokens for somebody else",
    );
    let mut provider = Provider::start(&Setting {
        wrong: json!({client_id(1): client_id(2), client_id(3): CLIENT}),
        ..Setting::fapi2(Algorithm::Es256, Algorithm::Es256)
    });
    let integrator = provider.integrator().await;
    let asked = join_all((0..5).map(|n| token(&integrator, n, "ob_data"))).await;
    let mut refused = 0;
    for (n, lease) in (0..5).zip(asked) {
        if let 1 | 3 = n {
            let error = lease.unwrap_err();
            assert_eq!(error.code(), Code::T215, "{error}");
            refused += 1;
        } else {
            assert_eq!(lease.unwrap().token.client_id().as_str(), client_id(n));
        }
    }
    assert_eq!(
        provider.counts(0).1,
        5,
        "the server gave a token to everybody"
    );
    let error = token(&integrator, 1, "ob_data").await.unwrap_err();
    assert_eq!(error.code(), Code::T215, "{error}");
    assert_eq!(provider.counts(0).1, 6, "what was refused is not kept");
    refused += 1;
    verdict.is(format!("{refused} refused by the seal"));
}

/// The judge can say no: to another key under the same `kid`, and to an assertion for another
/// audience than the issuer, the token endpoint's URL among them.
///
/// Rows: R021
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_refuses_other_keys_and_audiences() {
    let verdict = Verdict::of(
        "oidc-provider",
        "as obkit's token endpoint; wrong keys and audiences",
    );
    let provider = Provider::start(&Setting::fapi2(Algorithm::Es256, Algorithm::Es256));
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let endpoint = format!("{}/token", provider.issuer);
    let slash = format!("{}/", provider.issuer);
    let mut refused = 0;
    for (issuer, key) in [
        (provider.issuer.as_str(), stranger),
        (endpoint.as_str(), provider.key.clone()),
        (slash.as_str(), provider.key.clone()),
        ("https://as.example", provider.key.clone()),
    ] {
        let integrator = provider.integrator_with(issuer, key).await;
        let error = token(&integrator, 0, "ob_data").await.unwrap_err();
        assert!(
            error.to_string().contains("invalid_client"),
            "{issuer}: {error}"
        );
        refused += 1;
    }
    let integrator = provider.integrator().await;
    token(&integrator, 0, "ob_data").await.unwrap();
    verdict.is(format!("{refused} refused, 1 accepted"));
}
