//! The Integrator: one integration, many third-parties.

mod builder;
pub use builder::{IntegratorBuilder, NeedsIdentity, NeedsKey, Ready};

mod follow;
mod probe;
pub use probe::Probe;

use crate::{
    Error, Itself, ThirdParty,
    door::{Acting, Announcing, Gates},
    environment::ApiBase,
    environment::IdempotencyKeyForm,
    ledger::Ledger,
    recorder::Recorder,
    retry::RetryPolicy,
};
use ob_auth::Authorizer;
use ob_core::{
    ApplicationId, BusinessId, ClientId, Code, Scopes, SharedClock, SharedEntropy,
    UseCaseConfigurationId,
};
use ob_registry::{Admission, Registry, RegistryError, UseCase};
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
    pub(crate) itself: Acting,
    pub(crate) api: ApiBase,
    pub(crate) idempotency_key: IdempotencyKeyForm,
    pub(crate) authorizer: Authorizer,
    pub(crate) transport: SharedTransport,
    pub(crate) registry: Registry,
    pub(crate) gates: Gates,
    pub(crate) announcing: Announcing,
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
        let admission = self.parts.registry.admit(&id);
        self.handle(&id, admission)
    }

    /// The handle of a third-party for one use case: with the application that it has for it.
    ///
    /// # Errors
    /// As [`Integrator::on_behalf_of`], and `OB-R007` when the third-party was not onboarded for
    /// the use case.
    pub fn on_behalf_of_for(
        &self,
        id: impl AsRef<str>,
        use_case: &UseCase,
    ) -> Result<ThirdParty, Error> {
        let id: BusinessId = id.as_ref().parse()?;
        let admission = self.parts.registry.admit_for_use_case(&id, use_case);
        self.handle(&id, admission)
    }

    fn handle(
        &self,
        id: &BusinessId,
        admission: Result<Admission, RegistryError>,
    ) -> Result<ThirdParty, Error> {
        let admission = admission.map_err(|error| Error::registry(id, error))?;
        // A registry without the Integrator's profile does not know whose id this is.
        let (its, own) = (
            admission.party().client_id(),
            &self.parts.identity.client_id,
        );
        if its.as_str().eq_ignore_ascii_case(own.as_str()) {
            let what = "it has the Integrator's own client id: needs the one that the platform \
                        gave it";
            return Err(Error::new(Code::R002, what).about(id, "on_behalf_of"));
        }
        let acting = Acting::third_party(admission, self.parts.gates.of(id));
        Ok(ThirdParty::new(self.clone(), acting))
    }

    /// Whether the registry still admits who is acted for. One that it refuses leaves no token
    /// behind.
    pub(crate) fn consult(&self, acting: &Acting, scopes: &Scopes) -> Result<(), Error> {
        let Err(error) = acting.check(scopes) else {
            return Ok(());
        };
        let id = acting.party().business_id();
        // A missing scope, or a store that is out of reach, does not make a token bad.
        let for_good = !matches!(error.code(), Code::R007 | Code::R012);
        if for_good && acting.gate().is_some_and(|gate| gate.was_used()) {
            self.parts.authorizer.forget(id);
        }
        Err(Error::registry(id, error))
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
        if self.parts.registry.get(id).is_none() {
            return Err(Error::new(Code::R001, "nothing to purge").about(id, "tokens.purge"));
        }
        self.parts.authorizer.forget(id);
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
