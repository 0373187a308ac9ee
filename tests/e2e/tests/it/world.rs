//! A sandbox on loopback and an integrator that speaks to it, sharing one clock.

use ob_sandbox::{NonceMode, Profile, RunningSandbox, Sandbox, SandboxBuilder};
use obkit::{
    ConsentRef, Integrator, IntegratorBuilder, Ready, RetryPolicy, ThirdParty,
    api::EndUser,
    core::{Clock, SystemClock, TestClock},
    journal::MemoryJournal,
    testing::Descriptor,
    transport::{HyperTransport, SharedTransport},
};

pub(crate) const UNLICENSED: &str = "acme-budget";
pub(crate) const LICENSED: &str = "nordlicht-pay";
pub(crate) const SUSPENDED: &str = "oldtown-loans";

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
    pub(crate) async fn start(profile: Profile, nonce: NonceMode) -> Self {
        Self::with(Sandbox::builder().profile(profile).nonce(nonce), |builder| builder).await
    }

    pub(crate) async fn simple() -> Self {
        Self::start(Profile::OneToMany, NonceMode::Off).await
    }

    pub(crate) async fn with(
        sandbox: SandboxBuilder,
        wire: impl FnOnce(IntegratorBuilder<Ready>) -> IntegratorBuilder<Ready>,
    ) -> Self {
        let clock = TestClock::at(SystemClock::default().now());
        let running = sandbox.clock(clock.clone()).build().unwrap().start().await.unwrap();
        let json = serde_json::to_string(&running.descriptor()).unwrap();
        let descriptor = Descriptor::from_json(&json).unwrap();
        let key = running.sandbox().integrator().key().to_private_jwk().to_json().unwrap();
        let key = key.expose().to_owned();
        let journal = MemoryJournal::unbounded();
        let builder = descriptor.integrator(&key).await.unwrap();
        let builder = builder
            .transport(transport())
            .clock(clock.clone())
            .journal(journal.clone())
            .retry(RetryPolicy::never());
        let integrator = wire(builder).build().unwrap();
        Self { running, clock, descriptor, key, integrator, journal }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub(crate) fn party(&self, id: &str) -> ThirdParty {
        self.integrator.on_behalf_of(id).unwrap()
    }

    /// A consent that an end user has authorised.
    pub(crate) async fn consent(&self, party: &ThirdParty, username: &str) -> ConsentRef {
        let consent = self.unauthorised_consent(party).await;
        party.flows(&consent).connect_accounts("user-1").unwrap().send().await.unwrap();
        self.sandbox().complete_flow(consent.id(), username).unwrap();
        consent
    }

    pub(crate) async fn unauthorised_consent(&self, party: &ThirdParty) -> ConsentRef {
        party.consents().create(user()).send().await.unwrap().reference().clone()
    }
}

pub(crate) fn user() -> EndUser {
    EndUser::new("user-1", "user@example.com").unwrap()
}

pub(crate) fn transport() -> SharedTransport {
    HyperTransport::builder().allow_http_on_loopback().build().unwrap().into()
}
