//! An integrator with two third-parties between a token endpoint and an API of the test's making.

use crate::{
    request::Request,
    server::{Hostile, Reply, json},
};
use obkit::{
    Environment, Error, Identity, Integrator, IntegratorBuilder, Profile, RawAnswer, Ready,
    RetryPolicy, SealPolicy,
    api::Raw,
    jose::{Algorithm, SigningKey},
    journal::MemoryJournal,
    registry::{MemoryStore, Registry, Status, ThirdParty},
    transport::{HyperTransport, HyperTransportBuilder, SharedTransport},
};
use std::time::Duration;

pub(crate) const ACME: &str = "acme-budget";
pub(crate) const NORD: &str = "nordlicht-pay";
pub(crate) const ACME_APP: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const NORD_APP: &str = "22222222-2222-4222-8222-222222222222";

/// An empty list of providers, which is a whole answer to [`World::call`].
pub(crate) const NONE: &str = r#"{"items":[]}"#;

/// A token that names its third-party, and must never be seen but in one field. It is as long as
/// real ones are.
pub(crate) fn token_of(client: &str) -> String {
    format!("canary-token-of-{client}-{}", "0123456789abcdef".repeat(4))
}

/// A token endpoint that does as it should.
pub(crate) fn tokens(request: &Request) -> Reply {
    let token = token_of(request.one("x-on-behalf-of"));
    let body = format!(r#"{{"access_token":"{token}","token_type":"DPoP","expires_in":300}}"#);
    json("200 OK", &body)
}

pub(crate) async fn honest_tokens() -> Hostile {
    Hostile::start(|_, request| tokens(request)).await
}

pub(crate) fn transport() -> HyperTransportBuilder {
    HyperTransport::builder()
        .allow_http_on_loopback()
        .connect_timeout(PATIENCE)
        .total_timeout(PATIENCE)
}

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Short, for the tests that are about a time limit.
pub(crate) const SOON: Duration = Duration::from_millis(700);

pub(crate) struct World {
    pub(crate) integrator: Integrator,
    pub(crate) journal: MemoryJournal,
}

impl World {
    /// One attempt per call.
    pub(crate) async fn new(tokens: &Hostile, api: &Hostile) -> Self {
        Self::at(&tokens.base(), &api.base()).await
    }

    pub(crate) async fn at(tokens: &str, api: &str) -> Self {
        let transport = transport().build().unwrap().into();
        Self::with(environment(tokens, api), transport, |builder| builder).await
    }

    /// With a transport of one's own, for another limit.
    pub(crate) async fn limited(
        (tokens, api): (&Hostile, &Hostile),
        limit: impl FnOnce(HyperTransportBuilder) -> HyperTransportBuilder,
    ) -> Self {
        let transport = limit(transport()).build().unwrap().into();
        let environment = environment(&tokens.base(), &api.base());
        Self::with(environment, transport, |builder| builder).await
    }

    /// Patient: up to three attempts per call, almost without waiting.
    pub(crate) async fn patient(tokens: &Hostile, api: &Hostile) -> Self {
        let transport = transport().build().unwrap().into();
        let environment = environment(&tokens.base(), &api.base());
        Self::with(environment, transport, |builder| {
            builder.retry(RetryPolicy {
                first_wait: Duration::from_millis(1),
                ..RetryPolicy::default()
            })
        })
        .await
    }

    pub(crate) async fn with(
        environment: Environment,
        transport: SharedTransport,
        wire: impl FnOnce(IntegratorBuilder<Ready>) -> IntegratorBuilder<Ready>,
    ) -> Self {
        let journal = MemoryJournal::default();
        let builder = builder(environment)
            .await
            .transport(transport)
            .journal(journal.clone());
        let integrator = wire(builder).build().unwrap();
        Self {
            integrator,
            journal,
        }
    }

    /// The simplest call there is.
    pub(crate) async fn call(&self, party: &str) -> Result<(), Error> {
        let party = self.integrator.on_behalf_of(party)?;
        party.providers().list().send().await.map(drop)
    }

    pub(crate) async fn raw(&self, party: &str, raw: Raw) -> Result<RawAnswer, Error> {
        self.integrator.on_behalf_of(party)?.raw(raw).send().await
    }

    /// The call fails; its words are looked at on the way (L5.1, L5.6).
    pub(crate) async fn refused(&self, party: &str) -> Error {
        let error = self.call(party).await.unwrap_err();
        let told = everything_told(&error);
        for secret in ["canary", "eyJ", "client_assertion"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        assert!(told.len() < 6000, "{told}");
        assert!(!error.to_string().contains(['\r', '\n', '\0']), "{told}");
        error
    }
}

/// Whatever a log could show of an error.
pub(crate) fn everything_told(error: &Error) -> String {
    let mut told = format!("{error} {error:?}");
    let mut level = std::error::Error::source(error);
    while let Some(source) = level {
        told.push_str(&format!(" <- {source} {source:?}"));
        level = source.source();
    }
    told
}

pub(crate) fn environment(tokens: &str, api: &str) -> Environment {
    Environment::new(
        "https://issuer.example",
        format!("{tokens}/oauth2/tokens"),
        api,
    )
    .profile(Profile::Fapi2)
    .allow_http_on_loopback()
}

/// Everything but transport and journal; one attempt per call.
pub(crate) async fn builder(environment: Environment) -> IntegratorBuilder<Ready> {
    let parties = [(ACME, ACME_APP), (NORD, NORD_APP)].map(|(id, application)| {
        ThirdParty::builder(
            id.parse().unwrap(),
            id,
            format!("client-{id}").parse().unwrap(),
            application.parse().unwrap(),
        )
        .scopes("consents:create ob_data ob_providers".parse().unwrap())
        .status(Status::Active)
        .build()
        .unwrap()
    });
    let registry = Registry::open(MemoryStore::with(parties)).await.unwrap();
    Integrator::builder(environment)
        .identity(Identity {
            business_id: "integrator".parse().unwrap(),
            client_id: "client-integrator".parse().unwrap(),
            application_id: "33333333-3333-4333-8333-333333333333".parse().unwrap(),
            use_case_configuration_id: "44444444-4444-4444-8444-444444444444".parse().unwrap(),
        })
        .key(SigningKey::generate(Algorithm::Es256).unwrap())
        .kid("kid-1")
        .registry(registry)
        .retry(RetryPolicy::never())
        .seal_policy(SealPolicy::BestEffort)
}

/// A call to an endpoint that is not modelled.
pub(crate) fn raw(method: http::Method, path: &str) -> Raw {
    Raw::new(method, path, "ob_providers".parse().unwrap())
}
