//! A sandbox, an integrator that speaks to it, and everything that went between them.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use ob_sandbox::{NonceMode, Profile, RunningSandbox, Sandbox};
use obkit::{
    ConsentRef, Integrator, ThirdParty,
    api::EndUser,
    jose::{Algorithm, SigningKey},
    journal::MemoryJournal,
    testing::{Descriptor, from_fn},
    transport::{HyperTransport, SharedTransport},
};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// A request as it left, and what came back.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: StatusCode,
    pub(crate) answer_headers: HeaderMap,
    pub(crate) answer: Bytes,
}

impl Exchange {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }

    /// The access token it presents, and by which scheme.
    pub(crate) fn credentials(&self) -> Option<(&str, &str)> {
        self.header("authorization")?.split_once(' ')
    }

    /// The client assertion in its form.
    pub(crate) fn assertion(&self) -> Option<&str> {
        let body = std::str::from_utf8(&self.body).unwrap();
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find_map(|(name, value)| (name == "client_assertion").then_some(value))
    }

    /// The token that it got.
    pub(crate) fn issued(&self) -> Option<String> {
        if self.status != StatusCode::OK {
            return None;
        }
        let answer: Value = serde_json::from_slice(&self.answer).ok()?;
        Some(answer.get("access_token")?.as_str()?.to_owned())
    }
}

/// Everything that went through a transport.
#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Exchange>>>);

impl Record {
    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.0.lock().unwrap().clone()
    }

    /// A transport that writes down what passes through it.
    pub(crate) fn of(&self, inner: SharedTransport) -> SharedTransport {
        let seen = Arc::clone(&self.0);
        from_fn(move |request: Request<Bytes>| {
            let (inner, seen) = (inner.clone(), Arc::clone(&seen));
            async move {
                let sent = request.clone();
                let answer = inner.send(request).await?;
                seen.lock().unwrap().push(Exchange {
                    method: sent.method().clone(),
                    url: sent.uri().to_string(),
                    headers: sent.headers().clone(),
                    body: sent.into_body(),
                    status: answer.status(),
                    answer_headers: answer.headers().clone(),
                    answer: answer.body().clone(),
                });
                Ok(answer)
            }
        })
        .into()
    }
}

/// Which of the platform's ways is spoken, and with which keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) profile: Profile,
    pub(crate) nonce: NonceMode,
    /// Of the registered key that assertions are signed with.
    pub(crate) client: Algorithm,
    /// Of the key that proofs are made with.
    pub(crate) dpop: Algorithm,
}

pub(crate) struct Recorded {
    pub(crate) running: RunningSandbox,
    pub(crate) integrator: Integrator,
    pub(crate) dpop: SigningKey,
    pub(crate) record: Record,
}

impl Recorded {
    /// A sandbox with this many third-parties beside the named ones.
    pub(crate) async fn start(way: Way, third_parties: u32) -> Self {
        Self::with_api(way, third_parties, |running| running.api_base().to_owned()).await
    }

    /// The same; the API that the integrator calls is at the URL that `api` gives.
    pub(crate) async fn with_api(
        way: Way,
        third_parties: u32,
        api: impl FnOnce(&RunningSandbox) -> String,
    ) -> Self {
        let running = Sandbox::builder()
            .profile(way.profile)
            .nonce(way.nonce)
            .rotate_nonce_every_answer(way.nonce == NonceMode::Required)
            .algorithm(way.client)
            .third_parties(third_parties)
            .start()
            .await
            .unwrap();
        let json = serde_json::to_string(&running.sandbox().descriptor()).unwrap();
        let mut descriptor = Descriptor::from_json(&json).unwrap();
        descriptor.api_base = api(&running);
        let key = running.sandbox().integrator().key.to_private_jwk();
        let key = key.to_json().unwrap().expose().to_owned();
        let dpop = SigningKey::generate(way.dpop).unwrap();
        let record = Record::default();
        let builder = descriptor.integrator(&key).await.unwrap();
        let integrator = builder
            .dpop_key(dpop.clone())
            .transport(record.of(transport()))
            .journal(MemoryJournal::default())
            .build()
            .unwrap();
        Self {
            running,
            integrator,
            dpop,
            record,
        }
    }

    pub(crate) fn party(&self, id: &str) -> ThirdParty {
        self.integrator.on_behalf_of(id).unwrap()
    }

    /// A consent that an end user has authorised.
    pub(crate) async fn consent(&self, party: &ThirdParty) -> ConsentRef {
        let end_user = EndUser::new("user-1", "erika@example.com");
        let consent = party.consents().create(end_user).send().await.unwrap();
        let consent = consent.reference().clone();
        let flow = party.flows(&consent).connect_accounts("user-1");
        flow.send().await.unwrap();
        let sandbox = self.running.sandbox();
        sandbox.complete_flow(consent.id(), "john.smith").unwrap();
        consent
    }

    /// Everything that a third-party may do, once: each method, paths with ids, queries.
    pub(crate) async fn story(&self, id: &str) {
        let party = self.party(id);
        let providers = party.providers().list();
        assert!(!providers.send().await.unwrap().items.is_empty());
        let consent = self.consent(&party).await;
        party.consents().get(&consent).send().await.unwrap();
        let accounts = party.accounts(&consent);
        let listed = accounts.list().send().await.unwrap().items;
        let account = &listed[0].id;
        accounts.get(account).send().await.unwrap();
        let transactions = party.transactions(&consent).list(account);
        transactions.send().await.unwrap();
        party.consents().revoke(&consent).send().await.unwrap();
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    /// The public keys that the sandbox serves.
    pub(crate) async fn keys(&self) -> Value {
        get(&self.running.jwks_uri()).await["keys"].clone()
    }
}

/// What a URL on loopback answers to a plain GET.
pub(crate) async fn get(url: &str) -> Value {
    let request = Request::get(url).body(Bytes::new()).unwrap();
    let answer = transport().send(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    serde_json::from_slice(answer.body()).unwrap()
}

pub(crate) fn transport() -> SharedTransport {
    let builder = HyperTransport::builder().allow_http_on_loopback();
    builder.build().unwrap().into()
}
