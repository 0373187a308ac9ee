//! The Integrator: one integration, many third-parties.

mod builder;
pub use builder::{IntegratorBuilder, NeedsIdentity, NeedsKey, Ready};

mod probe;
pub use probe::Probe;

use crate::{
    Error, Itself, ThirdParty, environment::ApiBase, environment::IdempotencyKeyForm,
    ledger::Ledger, recorder::Recorder, retry::RetryPolicy,
};
use ob_auth::Authorizer;
use ob_core::{
    ActingFor, ApplicationId, BusinessId, ClientId, Code, Scopes, SharedClock, SharedEntropy,
    UseCaseConfigurationId,
};
use ob_registry::Registry;
use ob_transport::SharedTransport;
use std::sync::Arc;

/// One integration with the platform, serving many third-parties. Cloning copies a pointer.
///
/// There is no default third-party: every call starts at [`Integrator::on_behalf_of`], or, for
/// the Integrator's own context and by name, at [`Integrator::as_itself`].
#[derive(Clone, Debug)]
pub struct Integrator {
    pub(crate) parts: Arc<Parts>,
}

/// What an Integrator got from the platform at onboarding (MUST).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Your own name for yourself, in journals and logs.
    pub business_id: BusinessId,
    /// The Client ID: `iss` and `sub` of client assertions, `act.sub` of tokens.
    pub client_id: ClientId,
    /// The Application ID, for calls in the Integrator's own context.
    pub application_id: ApplicationId,
    /// The use case configuration that new consents name, unless a call says another.
    pub use_case_configuration_id: UseCaseConfigurationId,
}

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) identity: Identity,
    pub(crate) itself: ActingFor,
    pub(crate) api: ApiBase,
    pub(crate) idempotency_key: IdempotencyKeyForm,
    pub(crate) authorizer: Authorizer,
    pub(crate) transport: SharedTransport,
    pub(crate) registry: Registry,
    pub(crate) recorder: Recorder,
    pub(crate) ledger: Ledger,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) retry: RetryPolicy,
}

impl Integrator {
    /// Starts to build an integrator for an environment. The identity and the key cannot be
    /// forgotten: `build()` exists only after both.
    #[must_use]
    pub fn builder(environment: crate::Environment) -> IntegratorBuilder<NeedsIdentity> {
        IntegratorBuilder::new(environment)
    }

    /// The handle of a third-party: the only way to a call for it.
    ///
    /// # Errors
    /// `OB-R004` when the id is malformed, `OB-R001` when it is unknown (the closest one is
    /// named), `OB-R003` when it is not active yet, `OB-R005` when it is suspended or offboarded.
    pub fn on_behalf_of(&self, id: impl AsRef<str>) -> Result<ThirdParty, Error> {
        let id: BusinessId = id.as_ref().parse()?;
        let party = self.parts.registry.act_for(&id, &Scopes::none());
        let party = party.map_err(|error| Error::registry(&id, error))?;
        Ok(ThirdParty::new(self.clone(), party))
    }

    /// The Integrator's own context: tokens without `act`, calls with its own application id.
    #[must_use]
    pub fn as_itself(&self) -> Itself {
        Itself::new(self.clone())
    }

    /// What the Integrator got at onboarding.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.parts.identity
    }

    /// The registry that decides who may act for whom.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.parts.registry
    }

    /// Forgets every token held for a third-party, for example after it was suspended.
    ///
    /// # Errors
    /// `OB-R001` when the registry does not know it.
    pub fn purge(&self, id: &BusinessId) -> Result<(), Error> {
        let known = self.parts.registry.get(id);
        let known = known
            .ok_or_else(|| Error::new(Code::R001, "nothing to purge").about(id, "tokens.purge"))?;
        // Without ids it never had a token.
        let (Some(client_id), Some(application_id)) = (known.client_id(), known.application_id())
        else {
            return Ok(());
        };
        let party = ActingFor::third_party(id.clone(), client_id.clone(), *application_id);
        self.parts.authorizer.purge(&party);
        Ok(())
    }

    /// Writes the journal records that are still unwritten: those of calls that were dropped
    /// while they ran. The next call does so too; call this before the process ends.
    ///
    /// # Errors
    /// `OB-J001` when they cannot be written.
    pub async fn flush_journal(&self) -> Result<(), Error> {
        self.parts.recorder.ready().await
    }
}
