//! What leaves the client, request by request, over a whole story.

use crate::{
    gate::{is_api_request, is_token_request},
    world::{LICENSED, MODES, UNLICENSED, USER, World, scopes, transport, user},
};
use bytes::Bytes;
use http::{Method, Response};
use ob_sandbox::{NonceMode, Profile, Sandbox};
use obkit::{
    Code, Environment, IdempotencyKeyForm, Raw, RetryPolicy, Sent,
    core::{Entropy, EntropyError, SystemEntropy},
    jose::{Htu, read_claims_unverified},
    testing::{Recorder, from_fn},
    transport::testing::RecordedRequest,
};
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Everything that two third-parties and the Integrator itself send.
async fn story(profile: Profile, nonce: NonceMode) -> Vec<RecordedRequest> {
    let recorder = Recorder::new(transport());
    let sandbox = Sandbox::builder().nonce(nonce);
    let world = World::with(profile, sandbox, |b| b.transport(recorder.clone())).await;
    for id in [UNLICENSED, LICENSED] {
        let party = world.party(id);
        party.providers().list().send().await.unwrap();
        let created = party.consents().create(user()).send().await.unwrap();
        let consent = created.reference().clone();
        let flow = party.flows(&consent).connect_accounts(USER);
        flow.send().await.unwrap();
        let done = world.sandbox().complete_flow(consent.id(), "john.smith");
        done.unwrap();
        let accounts = party.accounts(&consent).list().send().await.unwrap();
        assert!(!accounts.items.is_empty());
        let raw = Raw::new(Method::GET, "/providers", scopes("ob_providers"));
        let raw = raw.query("limit=1&cursor=");
        let _ = party.raw(raw).send().await;
    }
    let requests = recorder.requests();
    assert!(requests.len() > 12, "{}", requests.len());
    requests
}

fn claims(jwt: &str) -> serde_json::Map<String, serde_json::Value> {
    read_claims_unverified(jwt, 16 * 1024).unwrap()
}

fn token(request: &RecordedRequest) -> Option<&str> {
    let (_, token) = request.header("authorization")?.split_once(' ')?;
    Some(token)
}

/// The access token goes in one header, once, and stands neither in a URL nor in a body; no other
/// credential goes along.
///
/// Rows: R020, R085, R203, R220
#[tokio::test]
async fn a_token_is_in_its_header_alone() {
    for (profile, nonce) in MODES {
        let requests = story(profile, nonce).await;
        let tokens: HashSet<_> = requests.iter().filter_map(token).collect();
        assert!(tokens.len() >= 6, "{}", tokens.len());
        for request in &requests {
            let (url, body) = (request.uri().to_string(), request.body());
            let body = std::str::from_utf8(body).unwrap();
            for name in ["access_token", "proxy-authorization"] {
                assert!(!url.contains(name) && !body.contains(name), "{url}");
            }
            for token in &tokens {
                assert!(!url.contains(token) && !body.contains(token), "{url}");
            }
            let held = request.headers().iter().filter(|(name, value)| {
                *name != "authorization"
                    && tokens
                        .iter()
                        .any(|token| value.as_bytes() == token.as_bytes())
            });
            assert_eq!(held.count(), 0);
            for name in ["cookie", "proxy-authorization", "user-agent"] {
                assert!(request.header(name).is_none(), "{name}");
            }
            let credentials = request.headers().get_all("authorization").iter().count();
            assert_eq!(credentials, usize::from(is_api(request)), "{url}");
        }
    }
}

fn is_api(request: &RecordedRequest) -> bool {
    request.uri().path() != "/oauth2/tokens"
}

/// Each request has a proof of its own, made for its very method and target and bound to the
/// token it goes with; the client's assertions are its own too.
///
/// Rows: R019, R023, R063, R067, R070, R071, R073, R074, R082
#[tokio::test]
async fn every_request_has_its_own_proof() {
    for nonce in [NonceMode::Off, NonceMode::Required] {
        let requests = story(Profile::Fapi2, nonce).await;
        let mut seen = HashSet::new();
        let mut with_nonce = 0;
        for request in &requests {
            assert_eq!(request.headers().get_all("dpop").iter().count(), 1);
            let proof = claims(request.header("dpop").unwrap());
            assert!(seen.insert(proof["jti"].as_str().unwrap().to_owned()));
            assert_eq!(proof["htm"], request.method().as_str());
            let target = Htu::from_uri(&request.uri().to_string()).unwrap();
            assert_eq!(proof["htu"], target.as_str());
            assert!(!proof["htu"].as_str().unwrap().contains('?'));
            let ath = token(request).map(obkit::jose::ath);
            assert_eq!(
                proof.get("ath").and_then(|ath| ath.as_str()),
                ath.as_deref()
            );
            let scheme = request.header("authorization");
            assert!(scheme.is_none_or(|scheme| scheme.starts_with("DPoP ")));
            with_nonce += usize::from(proof.contains_key("nonce"));
            if !is_api(request) {
                let body = std::str::from_utf8(request.body()).unwrap();
                let assertion = body
                    .split('&')
                    .find_map(|p| p.strip_prefix("client_assertion="));
                let said = claims(assertion.unwrap());
                assert!(seen.insert(said["jti"].as_str().unwrap().to_owned()));
            }
        }
        match nonce {
            NonceMode::Off => assert_eq!(with_nonce, 0, "none was given"),
            _ => assert_eq!(with_nonce, requests.len() - 2, "all but the two challenged"),
        }
    }
}

/// Each call carries an id of its own, a UUID, as does each token request.
///
/// Rows: R216, R231
#[tokio::test]
async fn every_request_has_an_interaction_id() {
    let mut seen = HashSet::new();
    for request in story(Profile::OneToMany, NonceMode::Off).await {
        let id = request.header("x-fapi-interaction-id").unwrap().to_owned();
        let groups: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(
            id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'),
            "{id}"
        );
        assert!(seen.insert(id), "one for each");
    }
}

/// An answer that the API gives to every request, and how many there were.
struct Api {
    count: Arc<AtomicUsize>,
    world: World,
    recorder: Recorder,
}

impl Api {
    async fn answering(
        answer: impl Fn(usize) -> Response<Bytes> + Send + Sync + 'static,
        policy: RetryPolicy,
    ) -> Self {
        let (count, inner) = (Arc::new(AtomicUsize::new(0)), transport());
        let (seen, answer) = (Arc::clone(&count), Arc::new(answer));
        let network = from_fn(move |request: http::Request<Bytes>| {
            let (inner, answer) = (inner.clone(), Arc::clone(&answer));
            let nth = is_api_request(&request).then(|| seen.fetch_add(1, Ordering::SeqCst) + 1);
            async move {
                match nth {
                    Some(nth) => Ok(answer(nth)),
                    None => inner.send(request).await,
                }
            }
        });
        let recorder = Recorder::new(network);
        let sandbox = Sandbox::builder();
        let world = World::with(Profile::Fapi2, sandbox, |builder| {
            builder.transport(recorder.clone()).retry(policy)
        });
        Self {
            count,
            world: world.await,
            recorder,
        }
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

fn status(status: u16, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(Bytes::new()).unwrap()
}

fn quick() -> RetryPolicy {
    RetryPolicy {
        max_attempts: 4,
        first_wait: Duration::ZERO,
        ..RetryPolicy::default()
    }
}

/// A POST without an idempotency key is sent once, whatever it was answered; one with a key and
/// a GET are sent as often as the policy says, signed afresh each time, with the one key.
///
/// Rows: R067, R213, R215
#[tokio::test]
async fn only_what_cannot_do_harm_is_repeated() {
    for code in [503, 429] {
        let api = Api::answering(move |_| status(code, &[]), quick()).await;
        let acme = api.world.party(UNLICENSED);
        let post = Raw::new(Method::POST, "/things", scopes("ob_providers"));
        let error = acme.raw(post).send().await.unwrap_err();
        assert_eq!((api.count(), error.sent()), (1, Sent::Yes), "{error}");
        acme.providers().list().send().await.unwrap_err();
        assert_eq!(api.count(), 1 + 4);
        acme.consents().create(user()).send().await.unwrap_err();
        assert_eq!(api.count(), 1 + 4 + 4);
        let requests = api.recorder.requests();
        let calls = || requests.iter().filter(|request| is_api(request));
        let jtis: HashSet<_> = calls()
            .map(|call| claims(call.header("dpop").unwrap())["jti"].to_string())
            .collect();
        assert_eq!(jtis.len(), 9);
        let keys: Vec<_> = calls()
            .filter_map(|call| call.header("idempotency-key"))
            .collect();
        assert_eq!(keys.len(), 4);
        assert_eq!(
            keys.iter().collect::<HashSet<_>>().len(),
            1,
            "one operation"
        );
        // Another operation has another key.
        acme.consents().create(user()).send().await.unwrap_err();
        let last = api.recorder.requests().pop().unwrap();
        assert_ne!(last.header("idempotency-key"), Some(keys[0]));
    }
}

/// The key is a bare UUID, or a quoted one where that is set.
///
/// Rows: R213
#[tokio::test]
async fn an_idempotency_key_has_two_forms() {
    let key = "8e03978e-40d5-43e8-bc93-6894a57f9324";
    let api = Api::answering(|_| status(400, &[]), RetryPolicy::never()).await;
    let d = &api.world.descriptor;
    for (form, written) in [
        (IdempotencyKeyForm::Bare, key.to_owned()),
        (IdempotencyKeyForm::Quoted, format!("\"{key}\"")),
    ] {
        let recorder = Recorder::new(transport());
        let environment = Environment::new(&d.issuer, &d.token_endpoint, &d.api_base);
        let environment = environment.allow_http_on_loopback().idempotency_key(form);
        let builder = obkit::Integrator::builder(environment)
            .identity(api.world.integrator.identity().clone())
            .key(obkit::jose::SigningKey::from_bytes(api.world.key.as_bytes()).unwrap())
            .kid(&d.integrator.kid)
            .registry(d.registry().await.unwrap())
            .transport(recorder.clone())
            .clock(api.world.clock.clone())
            .journal(obkit::journal::MemoryJournal::default());
        let integrator = builder.build().unwrap();
        let acme = integrator.on_behalf_of(UNLICENSED).unwrap();
        let _ = acme
            .consents()
            .create(user())
            .idempotency_key(key)
            .send()
            .await;
        let sent = recorder.requests().into_iter().find(is_api).unwrap();
        assert_eq!(sent.header("idempotency-key"), Some(&*written));
    }
}

/// What the server asks for is waited for, but not for ever: a long wait is the caller's to sit
/// out, and said.
///
/// Rows: R209, R211
#[tokio::test]
async fn a_long_wait_is_told_and_not_sat_out() {
    for (headers, seconds) in [
        (&[("retry-after", "3600")][..], 3600),
        (&[("retry-after", "99999999999999999999")], 3600),
        // `Retry-After` goes before `RateLimit`, which counts only where nothing is left.
        (
            &[("retry-after", "7"), ("ratelimit", "\"default\";r=0;t=30")],
            7,
        ),
        (&[("ratelimit", "\"default\";r=0;t=30")], 30),
    ] {
        let owned: Vec<_> = headers.to_vec();
        let api = Api::answering(move |_| status(429, &owned), quick()).await;
        let error = api.world.party(UNLICENSED).providers().list().send().await;
        let error = error.unwrap_err();
        assert_eq!(api.count(), 1);
        let wait = obkit::Retry::After(Duration::from_secs(seconds));
        assert_eq!(
            (error.code(), error.retry()),
            (Code::A429, wait),
            "{headers:?}"
        );
    }
    // A short one is sat out, and what is malformed counts as not said.
    for value in ["0", "-1", "1.5", "soon"] {
        let api = Api::answering(
            move |_| status(429, &[("retry-after", value), ("ratelimit", "garbage")]),
            quick(),
        );
        let api = api.await;
        api.world
            .party(UNLICENSED)
            .providers()
            .list()
            .send()
            .await
            .unwrap_err();
        assert_eq!(api.count(), 4, "{value}");
    }
}

/// A page that names a next one elsewhere is read and not followed: no token goes where an
/// answer points.
///
/// Rows: R025, R232
#[tokio::test]
async fn a_link_in_an_answer_is_not_followed() {
    let body = r#"{"items":[],"next":"https://evil.example/n",
        "Links":{"Next":"https://evil.example/n"},"_links":{"next":{"href":"//evil.example"}}}"#;
    let page = move |_| {
        let answer = Response::builder().header("content-type", "application/json");
        let answer = answer.header("link", "<https://evil.example/n>; rel=\"next\"");
        answer.body(Bytes::from(body)).unwrap()
    };
    let api = Api::answering(page, quick()).await;
    let acme = api.world.party(UNLICENSED);
    let read = acme.providers().list().send().await.unwrap();
    assert!(read.items.is_empty());
    assert_eq!(api.count(), 1);
    for request in api.recorder.requests() {
        assert_eq!(request.uri().host(), Some("127.0.0.1"));
    }
}

/// The issuer is what was configured, whatever an API says about another: the assertion after a
/// refusal that names one is addressed as the one before.
///
/// Rows: R021, R025
#[tokio::test]
async fn an_issuer_in_a_refusal_is_not_adopted() {
    let refusal = |_| {
        let said = "DPoP error=\"invalid_token\", issuer=\"https://evil.example\", \
            as_uri=\"https://evil.example\", resource_metadata=\"https://evil.example/m\"";
        status(401, &[("www-authenticate", said)])
    };
    let api = Api::answering(refusal, quick()).await;
    let acme = api.world.party(UNLICENSED);
    acme.providers().list().send().await.unwrap_err();
    let requests = api.recorder.requests();
    let asked: Vec<_> = requests.iter().filter(|request| !is_api(request)).collect();
    assert_eq!(asked.len(), 2, "one more token after the refusal");
    for request in asked {
        assert_eq!(request.uri(), &*api.world.descriptor.token_endpoint);
        let body = std::str::from_utf8(request.body()).unwrap();
        let assertion = body
            .split('&')
            .find_map(|p| p.strip_prefix("client_assertion="));
        assert_eq!(
            claims(assertion.unwrap())["aud"],
            *api.world.descriptor.issuer
        );
    }
}

/// A generator that fails after the first call hides no failure of the platform: where there is
/// no wait, none is asked of it.
#[tokio::test]
async fn a_dry_generator_hides_no_failure() {
    #[derive(Debug)]
    struct Drying(Arc<AtomicUsize>, SystemEntropy);
    impl Entropy for Drying {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            match self.0.load(Ordering::SeqCst) {
                0 => self.1.fill(buffer),
                _ => Err(EntropyError::new("dry")),
            }
        }
    }
    let (dry, inner) = (Arc::new(AtomicUsize::new(0)), transport());
    let drying = Arc::clone(&dry);
    let network = from_fn(move |request: http::Request<Bytes>| {
        let (inner, drying) = (inner.clone(), Arc::clone(&drying));
        async move {
            if is_token_request(&request) {
                return inner.send(request).await;
            }
            drying.store(1, Ordering::SeqCst);
            Ok(status(404, &[]))
        }
    });
    let entropy = Drying(dry, SystemEntropy);
    let world = World::wired(|builder| builder.transport(network).entropy(entropy)).await;
    let error = world.party(UNLICENSED).providers().list().send().await;
    assert_eq!(error.unwrap_err().code(), Code::A404);
}
