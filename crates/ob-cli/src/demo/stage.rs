//! The stage: a sandbox on free loopback ports, an integrator, its third-parties.

use super::story::Story;
use crate::exit::Failure;
use ob_sandbox::{NonceMode, Profile, RunningSandbox, Sandbox};
use obkit::{
    Code, Grant, Integrator, IntegratorBuilder, Ready, Scopes, ThirdParty,
    auth::SharedSpawner,
    journal::MemoryJournal,
    testing::{Descriptor, MeantTransport},
    transport::{HyperTransport, SharedTransport},
};

pub(super) struct Stage {
    pub(super) sandbox: RunningSandbox,
    pub(super) descriptor: Descriptor,
    pub(super) integrator: Integrator,
    pub(super) journal: MemoryJournal,
    pub(super) transport: SharedTransport,
    key: String,
}

/// The third-parties of the story.
pub(super) const UNLICENSED: &str = "acme-budget";
pub(super) const LICENSED: &str = "nordlicht-pay";
pub(super) const SUSPENDED: &str = "oldtown-loans";

/// Besides those of the story, so that the crowd is one.
const EXTRA_THIRD_PARTIES: u32 = 10;

impl Stage {
    pub(super) async fn set(story: &mut Story) -> Result<Self, Failure> {
        story.act("A sandbox that verifies everything, on this machine");
        let stage = Self::start(Profile::OneToMany, NonceMode::Off, EXTRA_THIRD_PARTIES).await?;
        story.tell(format_args!(
            "authorization server  {}",
            stage.descriptor.token_endpoint
        ));
        story.tell(format_args!(
            "API                   {}",
            stage.descriptor.api_base
        ));
        story.tell("three keys made       the Integrator's, the DPoP key, the server's");
        story.tell("third-parties in the registry:");
        for id in [UNLICENSED, LICENSED, SUSPENDED] {
            let party = stage
                .descriptor
                .third_parties
                .iter()
                .find(|p| p.business_id.as_str() == id);
            if let Some(party) = party {
                let (licence, status) = (&party.licence, &party.status);
                story.tell_of(
                    id,
                    format_args!("{licence:<11} {status:<10} {}", party.client_id),
                );
            }
        }
        Ok(stage)
    }

    pub(super) async fn start(
        profile: Profile,
        nonce: NonceMode,
        third_parties: u32,
    ) -> Result<Self, Failure> {
        let sandbox = Sandbox::builder()
            .profile(profile)
            .nonce(nonce)
            .third_parties(third_parties);
        let sandbox = sandbox
            .start()
            .await
            .map_err(|error| Failure::coded(Code::K010, error))?;
        let descriptor = describe(&sandbox)?;
        let key = private_key(&sandbox)?;
        let transport: SharedTransport = HyperTransport::builder()
            .allow_http_on_loopback()
            .build()
            .map_err(|error| Failure::coded(Code::K010, error))?
            .into();
        let journal = MemoryJournal::default();
        let integrator = builder(&descriptor, &key, &transport).await?;
        let integrator = integrator.journal(journal.clone()).build()?;
        Ok(Self {
            sandbox,
            descriptor,
            integrator,
            journal,
            transport,
            key,
        })
    }

    /// Another integrator with the same identity: same key, registry, transport and journal.
    pub(super) async fn another(&self) -> Result<IntegratorBuilder<Ready>, Failure> {
        let builder = builder(&self.descriptor, &self.key, &self.transport).await?;
        Ok(builder.journal(self.journal.clone()))
    }

    pub(super) fn party(&self, id: &str) -> Result<ThirdParty, Failure> {
        Ok(self.integrator.on_behalf_of(id)?)
    }

    /// The active third-parties, those of the story first.
    pub(super) fn active(&self) -> Result<Vec<ThirdParty>, Failure> {
        let all = self.descriptor.third_parties.iter();
        all.filter(|party| party.status == "active")
            .map(|party| self.party(party.business_id.as_str()))
            .collect()
    }

    pub(super) async fn strike(self) {
        self.sandbox.shutdown().await;
    }
}

async fn builder(
    descriptor: &Descriptor,
    key: &str,
    transport: &SharedTransport,
) -> Result<IntegratorBuilder<Ready>, Failure> {
    let builder = descriptor.integrator(key).await;
    let builder = builder.map_err(|error| Failure::coded(Code::K010, error))?;
    Ok(builder
        .transport(MeantTransport::new(transport.clone()))
        .spawner(SharedSpawner::from_fn(|refresh| {
            drop(tokio::spawn(refresh));
        })))
}

/// Through the very text that `ob sandbox` writes for scripts.
fn describe(sandbox: &RunningSandbox) -> Result<Descriptor, Failure> {
    let json = serde_json::to_string(&sandbox.sandbox().descriptor())
        .map_err(|error| Failure::unexpected(error.to_string()))?;
    Descriptor::from_json(&json).map_err(|error| Failure::coded(Code::K010, error))
}

fn private_key(sandbox: &RunningSandbox) -> Result<String, Failure> {
    let key = sandbox
        .sandbox()
        .integrator()
        .key
        .to_private_jwk()
        .to_json();
    key.map(|key| key.expose().to_owned())
        .map_err(|error| Failure::coded(Code::K001, error))
}

/// A grant of these scopes.
pub(super) fn grant(scopes: &str) -> Result<Grant, Failure> {
    let scopes: Scopes = scopes
        .parse()
        .map_err(|error| Failure::unexpected(format!("{error}")))?;
    Ok(Grant::new(scopes))
}
