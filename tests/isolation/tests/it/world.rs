//! Fifty third-parties on a sandbox of their own, each with an authorised consent.

use ob_sandbox::{NonceMode, PartyStatus, Profile, RunningSandbox, Sandbox};
use obkit::{
    Integrator, IntegratorBuilder, Ready, RetryPolicy, ThirdParty,
    api::EndUser,
    auth::SharedSpawner,
    core::{Clock, SystemClock, TestClock},
    journal::MemoryJournal,
    testing::{Descriptor, MeantTransport, Tenant, meant_for},
    transport::HyperTransport,
};
use std::time::Duration;

/// Two of the named third-parties are active.
const GENERATED: u32 = 48;

/// Short enough that the steps of the clock force every token to expire again and again.
const TOKEN_LIFETIME: Duration = Duration::from_secs(120);

pub(crate) struct World {
    pub(crate) running: RunningSandbox,
    pub(crate) clock: TestClock,
    pub(crate) integrator: Integrator,
    pub(crate) journal: MemoryJournal,
    pub(crate) tenants: Vec<Tenant>,
}

impl World {
    pub(crate) async fn start(profile: Profile) -> Self {
        let clock = TestClock::at(SystemClock::default().now());
        let running = Sandbox::builder()
            .profile(profile)
            .nonce(NonceMode::Required)
            .rotate_nonce_every_answer(true)
            .token_lifetime(TOKEN_LIFETIME)
            .third_parties(GENERATED)
            .clock(clock.clone().into())
            .start()
            .await
            .unwrap();
        let journal = MemoryJournal::default();
        let builder = builder(&running, &clock).await;
        let integrator = builder.journal(journal.clone()).build().unwrap();
        let tenants = set_up(&running, &integrator).await;
        Self {
            running,
            clock,
            integrator,
            journal,
            tenants,
        }
    }
}

/// An integrator of the sandbox, as yet without a journal.
pub(crate) async fn builder(
    running: &RunningSandbox,
    clock: &TestClock,
) -> IntegratorBuilder<Ready> {
    let sandbox = running.sandbox();
    let json = serde_json::to_string(&sandbox.descriptor()).unwrap();
    let key = sandbox.integrator().key.to_private_jwk().to_json().unwrap();
    let transport = HyperTransport::builder().allow_http_on_loopback();
    let descriptor = Descriptor::from_json(&json).unwrap();
    let builder = descriptor.integrator(key.expose()).await.unwrap();
    builder
        .transport(MeantTransport::new(transport.build().unwrap()))
        .spawner(SharedSpawner::from_fn(|refresh| {
            tokio::spawn(refresh);
        }))
        .clock(clock.clone())
        .retry(RetryPolicy::never())
}

async fn set_up(running: &RunningSandbox, integrator: &Integrator) -> Vec<Tenant> {
    let mut tenants = Vec::new();
    for party in running.sandbox().third_parties() {
        if party.status == PartyStatus::Active {
            let party = integrator.on_behalf_of(&party.business_id).unwrap();
            tenants.push(tenant(running, party).await);
        }
    }
    assert_eq!(tenants.len(), 50);
    tenants
}

async fn tenant(running: &RunningSandbox, party: ThirdParty) -> Tenant {
    let consent = meant_for(party.id(), async {
        let user = EndUser::new("user-1", "user@example.com");
        let consent = party.consents().create(user).send().await.unwrap();
        let consent = consent.reference().clone();
        let flow = party.flows(&consent).connect_accounts("user-1");
        flow.send().await.unwrap();
        consent
    })
    .await;
    let sandbox = running.sandbox();
    sandbox
        .complete_flow(consent.id(), "mattias.mustermann")
        .unwrap();
    Tenant::new(party, consent).await.unwrap()
}
