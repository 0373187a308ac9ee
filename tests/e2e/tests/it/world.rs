//! A sandbox on loopback and an integrator that speaks to it, sharing one clock.

use bytes::Bytes;
use http::Request;
use ob_sandbox::{Counters, NonceMode, Profile, RunningSandbox, Sandbox, SandboxBuilder};
use obkit::{
    Code, ConsentRef, Error, Integrator, IntegratorBuilder, Owner, Ready, RetryPolicy, Scopes,
    Sent, ThirdParty,
    api::EndUser,
    core::{Clock, SystemClock, TestClock},
    journal::MemoryJournal,
    testing::{Descriptor, MeantTransport, from_fn, meant_for},
    transport::{HyperTransport, SharedTransport, TransportError, TransportErrorKind},
};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

pub(crate) const UNLICENSED: &str = "acme-budget";
pub(crate) const LICENSED: &str = "nordlicht-pay";
pub(crate) const SUSPENDED: &str = "oldtown-loans";

/// The stable id of the end user of every consent here.
pub(crate) const USER: &str = "user-1";
/// The end user's address, which no log may hold.
pub(crate) const EMAIL: &str = "erika.mustermann.canary@example.com";

/// Profile and nonce mode, all four of them.
pub(crate) const MODES: [(Profile, NonceMode); 4] = [
    (Profile::OneToMany, NonceMode::Off),
    (Profile::OneToMany, NonceMode::Required),
    (Profile::Fapi2, NonceMode::Off),
    (Profile::Fapi2, NonceMode::Required),
];

pub(crate) struct World {
    pub(crate) running: RunningSandbox,
    pub(crate) clock: TestClock,
    pub(crate) descriptor: Descriptor,
    pub(crate) key: String,
    pub(crate) integrator: Integrator,
    pub(crate) journal: MemoryJournal,
}

impl World {
    pub(crate) async fn simple() -> Self {
        Self::start(Profile::OneToMany, NonceMode::Off).await
    }

    pub(crate) async fn start(profile: Profile, nonce: NonceMode) -> Self {
        Self::with(profile, Sandbox::builder().nonce(nonce), |builder| builder).await
    }

    /// One-to-many without nonces, wired otherwise.
    pub(crate) async fn wired(
        wire: impl FnOnce(IntegratorBuilder<Ready>) -> IntegratorBuilder<Ready>,
    ) -> Self {
        Self::with(Profile::OneToMany, Sandbox::builder(), wire).await
    }

    pub(crate) async fn with(
        profile: Profile,
        sandbox: SandboxBuilder,
        wire: impl FnOnce(IntegratorBuilder<Ready>) -> IntegratorBuilder<Ready>,
    ) -> Self {
        let clock = TestClock::at(SystemClock::default().now());
        let sandbox = sandbox.profile(profile).clock(clock.clone().into());
        let running = sandbox.start().await.unwrap();
        let json = serde_json::to_string(&running.sandbox().descriptor()).unwrap();
        let mut descriptor = Descriptor::from_json(&json).unwrap();
        if profile == Profile::Fapi2 {
            descriptor.profile = "fapi2".into();
        }
        let key = running.sandbox().integrator().key.to_private_jwk();
        let key = key.to_json().unwrap().expose().to_owned();
        let journal = MemoryJournal::default();
        let builder = descriptor.integrator(&key).await.unwrap();
        let builder = builder
            .transport(MeantTransport::new(transport()))
            .clock(clock.clone())
            .journal(journal.clone())
            .retry(RetryPolicy::never());
        let integrator = wire(builder).build().unwrap();
        Self {
            running,
            clock,
            descriptor,
            key,
            integrator,
            journal,
        }
    }

    /// Another integrator at the same sandbox with the same clock and journal, wired otherwise.
    pub(crate) async fn another(&self) -> IntegratorBuilder<Ready> {
        let builder = self.descriptor.integrator(&self.key).await.unwrap();
        builder
            .transport(MeantTransport::new(transport()))
            .clock(self.clock.clone())
            .journal(self.journal.clone())
            .retry(RetryPolicy::never())
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.sandbox().counters()
    }

    /// Requests to the token endpoint for a third-party.
    pub(crate) fn token_requests(&self, party: &str) -> u64 {
        let by_party = self.counters().token_requests_by_party;
        by_party.get(party).copied().unwrap_or_default()
    }

    pub(crate) fn party(&self, id: &str) -> ThirdParty {
        self.integrator.on_behalf_of(id).unwrap()
    }

    /// A consent that an end user has authorised.
    pub(crate) async fn consent(&self, party: &ThirdParty, username: &str) -> ConsentRef {
        let consent = self.unauthorised_consent(party).await;
        let flow = party.flows(&consent).connect_accounts(USER);
        meant_for(party.id(), flow.send()).await.unwrap();
        self.sandbox()
            .complete_flow(consent.id(), username)
            .unwrap();
        consent
    }

    pub(crate) async fn unauthorised_consent(&self, party: &ThirdParty) -> ConsentRef {
        let create = party.consents().create(user());
        let consent = meant_for(party.id(), create.send()).await.unwrap();
        consent.reference().clone()
    }
}

pub(crate) fn user() -> EndUser {
    EndUser::new(USER, EMAIL)
}

pub(crate) fn scopes(text: &str) -> Scopes {
    text.parse().unwrap()
}

pub(crate) fn transport() -> SharedTransport {
    HyperTransport::builder()
        .allow_http_on_loopback()
        .build()
        .unwrap()
        .into()
}

/// Tries again at once, and does not give up.
pub(crate) fn patient() -> RetryPolicy {
    RetryPolicy {
        max_attempts: 50,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
    }
}

/// Every seventh request is answered, and its answer is lost.
pub(crate) fn losing_answers(network: SharedTransport) -> SharedTransport {
    let count = AtomicU64::new(0);
    let losing = from_fn(move |request: Request<Bytes>| {
        let lost = count.fetch_add(1, Ordering::SeqCst) % 7 == 3;
        let network = network.clone();
        async move {
            let answer = network.send(request).await;
            if lost {
                let lost = TransportError::new(TransportErrorKind::Closed, "the answer is lost");
                return Err(lost);
            }
            answer
        }
    });
    losing.into()
}

/// A refusal that never left the process, with its owner as documented.
#[track_caller]
pub(crate) fn assert_unsent(error: &Error, code: Code, owner: Owner) {
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.owner(), owner, "{error}");
    assert_eq!(error.sent(), Sent::No, "{error}");
    assert!(!error.is_retryable(), "{error}");
    assert!(
        error.to_string().starts_with(&format!("[{code}]")),
        "{error}"
    );
}
