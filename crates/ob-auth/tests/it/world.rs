//! An authorization server in a closure, and everything around it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use ob_auth::{AuthorizationServer, Authorizer, AuthorizerBuilder, Grant};
use ob_core::{ActingFor, TestClock};
use ob_jose::{
    Algorithm, AssertionVerifier, CompactJws, ExpectedProof, Htu, JwkSet, ProofVerifier,
    RegisteredClient, SigningKey, sign_compact,
};
use ob_transport::{Transport, TransportError, async_trait};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::sync::Semaphore;

pub(crate) const ISSUER: &str = "https://issuer.example/";
pub(crate) const TOKEN_URL: &str = "https://auth.example/oauth2/tokens";
pub(crate) const INTEGRATOR: &str = "integrator-1";
pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const APP_A: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11";
pub(crate) const APP_B: &str = "1e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a22";

pub(crate) fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

pub(crate) fn party(business: &str, client: &str, application: &str) -> ActingFor {
    ActingFor::third_party(
        business.parse().unwrap(),
        client.parse().unwrap(),
        application.parse().unwrap(),
    )
}

pub(crate) fn acme() -> ActingFor {
    party("acme", "tpp-acme", APP_A)
}

pub(crate) fn beta() -> ActingFor {
    party("beta", "tpp-beta", APP_B)
}

pub(crate) fn own_context() -> ActingFor {
    ActingFor::integrator(
        "us".parse().unwrap(),
        INTEGRATOR.parse().unwrap(),
        APP_B.parse().unwrap(),
    )
}

pub(crate) fn grant(scopes: &str) -> Grant {
    Grant::new(scopes.parse().unwrap())
}

pub(crate) fn data_grant(consent: &str) -> Grant {
    grant("ob_data").with_consent(consent.parse().unwrap())
}

pub(crate) fn client_key() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    let make = || Arc::new(SigningKey::generate(Algorithm::Es256).unwrap());
    Arc::clone(KEY.get_or_init(make))
}

fn server_key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(Algorithm::Es256).unwrap())
}

/// A token request as the server saw it. Every part was verified.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// 1 for the first request.
    pub(crate) nth: usize,
    pub(crate) third_party: Option<String>,
    pub(crate) form: HashMap<String, String>,
    pub(crate) assertion: Map<String, Value>,
    pub(crate) proof: Map<String, Value>,
    pub(crate) jkt: String,
    pub(crate) headers: HeaderMap,
    pub(crate) raw_assertion: String,
    pub(crate) raw_proof: String,
    now: SystemTime,
}

/// What the server does with a request.
pub(crate) enum Reply {
    Answer(Response<Bytes>),
    Break(TransportError),
    Panic,
    Hang,
}

impl From<Response<Bytes>> for Reply {
    fn from(answer: Response<Bytes>) -> Self {
        Self::Answer(answer)
    }
}

impl From<Issue> for Reply {
    fn from(issue: Issue) -> Self {
        Self::Answer(issue.answer())
    }
}

type Behaviour = Box<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// The authorization server.
#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

struct Inner {
    behaviour: Behaviour,
    clock: TestClock,
    ahead: i64,
    gate: Option<Arc<Semaphore>>,
    asked: Mutex<Vec<Asked>>,
    received: AtomicUsize,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

impl Server {
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.0.asked.lock().unwrap().clone()
    }

    /// Every request that came, refused ones too.
    pub(crate) fn requests(&self) -> usize {
        self.0.received.load(Ordering::SeqCst)
    }

    fn now(&self) -> SystemTime {
        use ob_core::Clock as _;
        let ours = self.0.clock.now();
        let by = Duration::from_secs(self.0.ahead.unsigned_abs());
        if self.0.ahead < 0 {
            ours - by
        } else {
            ours + by
        }
    }

    /// Verifies the request as a strict server does; `Err` is its answer.
    fn verify(&self, request: &Request<Bytes>) -> Result<Asked, Box<Reply>> {
        let (headers, body) = (request.headers(), request.body());
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), TOKEN_URL);
        assert_eq!(
            headers[header::CONTENT_TYPE],
            "application/x-www-form-urlencoded"
        );
        assert_eq!(headers[header::ACCEPT], "application/json");
        assert_eq!(headers["x-fapi-interaction-id"].len(), 36);
        let body = String::from_utf8(body.to_vec()).unwrap();
        let form = read_form(&body);
        assert_eq!(form["grant_type"], "client_credentials");
        assert_eq!(
            form["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        let raw_assertion = form["client_assertion"].clone();
        let keys = JwkSet::new([client_key().public_jwk().clone().with_kid("portal-1")]);
        let client = RegisteredClient {
            client_id: INTEGRATOR,
            keys: &keys,
            algorithm: None,
        };
        let verified = AssertionVerifier::new(ISSUER).verify(&raw_assertion, &client, self.now());
        if verified.is_err() {
            return Err(Box::new(refusal(401, "invalid_client").into()));
        }
        let raw_proof = only(headers, "dpop").unwrap();
        let htu = Htu::from_uri(TOKEN_URL).unwrap();
        let expected = ExpectedProof::new("POST", &htu, self.now());
        let Ok(proof) = ProofVerifier::new().verify(&raw_proof, &expected) else {
            return Err(Box::new(refusal(400, "invalid_dpop_proof").into()));
        };
        let asked = Asked {
            nth: 0,
            third_party: only(headers, "x-on-behalf-of"),
            form,
            assertion: claims(&raw_assertion),
            proof: claims(&raw_proof),
            jkt: proof.thumbprint().to_string(),
            headers: headers.clone(),
            raw_assertion,
            raw_proof,
            now: self.now(),
        };
        Ok(asked)
    }

    fn dated(&self, mut answer: Response<Bytes>) -> Response<Bytes> {
        let date = httpdate::fmt_http_date(self.now());
        let date = HeaderValue::from_str(&date).unwrap();
        answer.headers_mut().insert(header::DATE, date);
        answer
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.received.fetch_add(1, Ordering::SeqCst);
        let verified = self.verify(&request).map(|asked| {
            let mut log = self.0.asked.lock().unwrap();
            let nth = log.len() + 1;
            log.push(Asked { nth, ..asked });
            log[nth - 1].clone()
        });
        if let Some(gate) = &self.0.gate {
            gate.acquire().await.unwrap().forget();
        } else {
            tokio::task::yield_now().await;
        }
        let reply = match verified {
            Ok(asked) => (self.0.behaviour)(&asked),
            Err(refused) => *refused,
        };
        match reply {
            Reply::Answer(answer) => Ok(self.dated(answer)),
            Reply::Break(error) => Err(error),
            Reply::Panic => panic!("the transport panicked"),
            Reply::Hang => std::future::pending().await,
        }
    }
}

/// Everything around an authorizer under test.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clock: TestClock,
    pub(crate) server: Server,
}

impl World {
    pub(crate) fn honest() -> Self {
        Self::new(|asked| Issue::honest(asked).into())
    }

    pub(crate) fn new(behaviour: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(0, None, behaviour)
    }

    pub(crate) fn gated(
        gate: &Arc<Semaphore>,
        behaviour: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::with(0, Some(Arc::clone(gate)), behaviour)
    }

    /// A server whose clock is so many seconds ahead of ours.
    pub(crate) fn with(
        ahead: i64,
        gate: Option<Arc<Semaphore>>,
        behaviour: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let clock = TestClock::at(start());
        let server = Server(Arc::new(Inner {
            behaviour: Box::new(behaviour),
            clock: clock.clone(),
            ahead,
            gate,
            asked: Mutex::default(),
            received: AtomicUsize::new(0),
        }));
        Self { clock, server }
    }

    pub(crate) fn builder(&self) -> AuthorizerBuilder {
        let server = AuthorizationServer::new(ISSUER, TOKEN_URL).unwrap();
        let client_id = INTEGRATOR.parse().unwrap();
        Authorizer::builder(server, client_id, client_key(), self.server.clone())
            .clock(self.clock.clone())
    }

    pub(crate) fn authorizer(&self) -> Authorizer {
        self.builder().build().unwrap()
    }
}

/// A token answer in the making.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) claims: Map<String, Value>,
    pub(crate) members: Map<String, Value>,
    pub(crate) headers: HeaderMap,
    opaque: Option<String>,
}

impl Issue {
    /// What the platform documents, for what was asked.
    pub(crate) fn honest(asked: &Asked) -> Self {
        let seconds = asked.now.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let mut claims = object(json!({
            "iss": ISSUER,
            "sub": asked.third_party.as_deref().unwrap_or(INTEGRATOR),
            "client_id": INTEGRATOR,
            "aud": "https://api.example",
            "scope": asked.form["scope"],
            "jti": format!("token-{}", asked.nth),
            "iat": seconds.as_secs(),
            "exp": seconds.as_secs() + 900,
            "cnf": {"jkt": asked.jkt},
        }));
        if asked.third_party.is_some() {
            claims.insert("act".into(), json!({"sub": INTEGRATOR}));
        }
        if let Some(consent) = asked.form.get("consent_id") {
            claims.insert("consent_id".into(), json!(consent));
        }
        let members = object(json!({"token_type": "DPoP", "expires_in": 900}));
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert(
            "correlation-id",
            format!("corr-{}", asked.nth).parse().unwrap(),
        );
        Self {
            claims,
            members,
            headers,
            opaque: None,
        }
    }

    pub(crate) fn bearer(asked: &Asked) -> Self {
        Self::honest(asked)
            .without("cnf")
            .member("token_type", json!("Bearer"))
    }

    pub(crate) fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.insert(name.into(), value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    pub(crate) fn member(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.into(), value);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().unwrap());
        self
    }

    pub(crate) fn opaque(mut self, token: &str) -> Self {
        self.opaque = Some(token.into());
        self
    }

    pub(crate) fn answer(mut self) -> Response<Bytes> {
        let token = self.opaque.unwrap_or_else(|| sign(&self.claims));
        self.members.insert("access_token".into(), json!(token));
        let mut answer = Response::new(Value::Object(self.members).to_string().into());
        *answer.headers_mut() = self.headers;
        answer
    }
}

pub(crate) fn sign(claims: &Map<String, Value>) -> String {
    let header = json!({"typ": "at+jwt"});
    let signed = sign_compact(server_key(), &header, claims);
    futures_util::FutureExt::now_or_never(signed)
        .unwrap()
        .unwrap()
}

/// An OAuth error.
pub(crate) fn refusal(status: u16, error: &str) -> Response<Bytes> {
    let body = json!({"error": error, "error_description": "said the server"});
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("content-type", "application/json")
        .header("correlation-id", "corr-refused")
        .body(body.to_string().into())
        .unwrap()
}

pub(crate) fn nonce_challenge(nonce: &str) -> Response<Bytes> {
    let mut answer = refusal(400, "use_dpop_nonce");
    answer
        .headers_mut()
        .insert("dpop-nonce", nonce.parse().unwrap());
    answer
}

/// The claims of a compact JWS.
pub(crate) fn claims(text: &str) -> Map<String, Value> {
    let jws = CompactJws::parse(text, 16 * 1024).unwrap();
    serde_json::from_slice(jws.payload()).unwrap()
}

/// A request to the API.
pub(crate) fn api_request(method: &str, url: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(url)
        .body(Bytes::new())
        .unwrap()
}

pub(crate) fn get_accounts() -> Request<Bytes> {
    api_request("GET", "https://api.example/accounts?limit=10")
}

fn only(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().unwrap().to_owned();
    assert!(values.next().is_none(), "{name} stands twice");
    Some(first)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => panic!("not an object"),
    }
}

/// Each parameter once, in the order of the platform's page.
pub(crate) fn read_form(body: &str) -> HashMap<String, String> {
    let pairs: Vec<_> = body
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .collect();
    let names: Vec<_> = pairs.iter().map(|(name, _)| *name).collect();
    let printed = [
        "grant_type",
        "client_assertion_type",
        "client_assertion",
        "scope",
        "consent_id",
    ];
    assert_eq!(names, printed[..names.len()]);
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
