//! Obeying what other processes decide, and saying so.

use super::Integrator;
use crate::door::Beginning;
use async_trait::async_trait;
use ob_core::BusinessId;
use ob_registry::{Attendant, Changes, ReplicaName, Subject};
use std::{
    convert::Infallible,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

impl Integrator {
    /// Follows the registry as a replica with a name: sees what other processes change, forgets
    /// the tokens of every third-party that was changed, and acknowledges a suspension when the
    /// last request that was on its way for the third-party has ended: answered, failed or given
    /// up. It never ends: spawn it before the first call, because a receipt asks those that
    /// reported. From this call on, what is sent for third-parties waits for the first report, for
    /// ten seconds at most (`OB-R012`); a background task that is not spawned holds it up as
    /// long. When the process ends, make the last call, then
    /// [`Registry::sign_off`](ob_registry::Registry::sign_off), then end this.
    ///
    /// Without it, changes made through [`Integrator::registry`] are obeyed at once all the same;
    /// those of other processes are not seen.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use obkit::registry::{MemoryStore, Registry, Status, ThirdParty};
    /// # use obkit::{Environment, Identity, Integrator, jose::{Algorithm, SigningKey}, journal::MemoryJournal};
    /// # let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?;
    /// # let acme = ThirdParty::builder("acme".parse()?, "Acme GmbH", "tpp-acme".parse()?, application_id);
    /// # let acme = acme.scopes("ob_providers".parse()?).status(Status::Active).build()?;
    /// # let store = MemoryStore::with([acme]);
    /// # let identity = Identity {
    /// #     business_id: "integrator".parse()?,
    /// #     client_id: "integrator".parse()?,
    /// #     application_id: "6a1de5a6-9e0f-4a37-8a70-8f9b6d1c2e01".parse()?,
    /// #     use_case_configuration_id: "6a1de5a6-9e0f-4a37-8a70-8f9b6d1c2e02".parse()?,
    /// # };
    /// # let environment = Environment::new("https://as.example", "https://as.example/token", "https://api.example");
    /// # let builder = Integrator::builder(environment).identity(identity);
    /// # let builder = builder.key(SigningKey::generate(Algorithm::Es256)?);
    /// # let builder = builder.journal(MemoryJournal::default());
    /// // This process serves calls, and another one decides.
    /// let integrator = builder.registry(Registry::open(store.clone()).await?).build()?;
    /// let elsewhere = Registry::open(store).await?;
    /// let following = tokio::spawn(integrator.follow_registry("replica-1".parse()?));
    ///
    /// let acme = "acme".parse()?;
    /// # let patience = std::time::Duration::from_secs(10);
    /// # let mut changes = integrator.registry().changes();
    /// let edit = elsewhere.edit("maria", "invoice unpaid")?;
    /// edit.set_status(&acme, Status::Suspended).await?;
    /// # tokio::time::timeout(patience, changes.next()).await??;
    /// let receipt = elsewhere.receipt(&acme, patience).await?;
    /// assert_eq!(integrator.on_behalf_of("acme").unwrap_err().code().as_str(), "OB-R005");
    /// # let _ = receipt;
    ///
    /// integrator.registry().sign_off(&"replica-1".parse()?).await?;
    /// following.abort();
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow_registry(
        &self,
        replica: ReplicaName,
    ) -> impl Future<Output = Infallible> + Send + 'static {
        let integrator = self.clone();
        let changes = self.parts.registry.changes();
        let beginning = Mutex::new(Some(self.parts.announcing.begin()));
        async move {
            let attendant = Withdrawing {
                integrator: integrator.clone(),
                beginning,
            };
            let registry = integrator.parts.registry.clone();
            let following = registry.follow_as(replica, attendant);
            futures_util::future::join(following, integrator.forget_changed(changes))
                .await
                .0
        }
    }

    /// A token that was fetched under other ids, or for more scopes, serves nobody any more.
    async fn forget_changed(&self, mut changes: Changes) -> Infallible {
        loop {
            match changes.next().await {
                Ok(event) => {
                    if let Subject::ThirdParty { business_id, .. } = event.subject() {
                        self.forget_used(business_id);
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "the registry's history cannot be read now");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn forget_used(&self, id: &BusinessId) {
        let gate = self.parts.gates.known(id);
        if gate.is_some_and(|gate| gate.was_used()) {
            self.parts.authorizer.forget(id);
        }
    }
}

struct Withdrawing {
    integrator: Integrator,
    beginning: Mutex<Option<Beginning>>,
}

#[async_trait]
impl Attendant for Withdrawing {
    async fn withdraw(&self, id: &BusinessId) -> Option<SystemTime> {
        let parts = &self.integrator.parts;
        // A token request that is on its way now keeps its answer from the cache.
        parts.authorizer.forget(id);
        parts.gates.of(id).cleared().await
    }

    async fn announced(&self) {
        let mut beginning = self
            .beginning
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        drop(beginning.take());
    }
}

/// Between two looks at a history that cannot be read.
const PAUSE: Duration = Duration::from_secs(1);
