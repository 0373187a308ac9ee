//! Building an integrator: what nobody may forget is a type.

use super::{Identity, Integrator, Parts};
use crate::{
    BuildError, Environment, RetryPolicy,
    door::{Acting, Announcing, Doorkeeper, Gates},
    ledger::Ledger,
    recorder::Recorder,
};
use ob_auth::{Authorizer, SealPolicy, SharedSpawner};
use ob_core::{ActingFor, SharedClock, SharedEntropy};
use ob_jose::Signer;
use ob_journal::SharedJournal;
use ob_registry::Registry;
use ob_transport::{HyperTransport, SharedTransport};
use std::sync::Arc;

/// The state of a builder that still needs [`IntegratorBuilder::identity`].
#[derive(Clone, Copy, Debug)]
pub struct NeedsIdentity;

/// The state of a builder that still needs [`IntegratorBuilder::key`].
#[derive(Clone, Debug)]
pub struct NeedsKey(Identity);

/// The state of a builder that can build.
#[derive(Clone, Debug)]
pub struct Ready {
    identity: Identity,
    key: Arc<dyn Signer>,
}

/// Builds an [`Integrator`]; made by [`Integrator::builder`].
#[derive(Debug)]
pub struct IntegratorBuilder<State> {
    state: State,
    environment: Environment,
    options: Options,
}

#[derive(Debug, Default)]
struct Options {
    kid: Option<String>,
    dpop_key: Option<Arc<dyn Signer>>,
    registry: Option<Registry>,
    transport: Option<SharedTransport>,
    journal: Option<SharedJournal>,
    clock: SharedClock,
    entropy: SharedEntropy,
    spawner: Option<SharedSpawner>,
    seal_policy: SealPolicy,
    retry: RetryPolicy,
    #[cfg(feature = "dangerous-sabotage")]
    sabotage: Option<ob_auth::Sabotage>,
}

impl IntegratorBuilder<NeedsIdentity> {
    pub(crate) fn new(environment: Environment) -> Self {
        Self {
            state: NeedsIdentity,
            environment,
            options: Options::default(),
        }
    }

    /// Sets what the Integrator got from the platform at onboarding.
    #[must_use]
    pub fn identity(self, identity: Identity) -> IntegratorBuilder<NeedsKey> {
        self.into_state(|_| NeedsKey(identity))
    }
}

impl IntegratorBuilder<NeedsKey> {
    /// Sets the key that authenticates the Integrator (`private_key_jwt`): a key in memory, or
    /// any other [`Signer`], such as an HSM.
    #[must_use]
    pub fn key(self, key: impl Signer + 'static) -> IntegratorBuilder<Ready> {
        self.into_state(|NeedsKey(identity)| Ready {
            identity,
            key: Arc::new(key),
        })
    }
}

impl<State> IntegratorBuilder<State> {
    fn into_state<Next>(self, next: impl FnOnce(State) -> Next) -> IntegratorBuilder<Next> {
        let Self {
            state,
            environment,
            options,
        } = self;
        IntegratorBuilder {
            state: next(state),
            environment,
            options,
        }
    }

    fn set(mut self, set: impl FnOnce(&mut Options)) -> Self {
        set(&mut self.options);
        self
    }

    /// Sets the key id that the portal issued for the key; it goes into the assertion's header.
    #[must_use]
    pub fn kid(self, kid: impl Into<String>) -> Self {
        self.set(|options| options.kid = Some(kid.into()))
    }

    /// Sets the key that DPoP proofs are made with. By default a fresh one is made that never
    /// leaves this process (R086); it must not be the key of [`IntegratorBuilder::key`] (R045).
    #[must_use]
    pub fn dpop_key(self, key: impl Signer + 'static) -> Self {
        self.set(|options| options.dpop_key = Some(Arc::new(key)))
    }

    /// Sets the registry of third-parties: who may be acted for.
    #[must_use]
    pub fn registry(self, registry: Registry) -> Self {
        self.set(|options| options.registry = Some(registry))
    }

    /// Swaps the transport. By default it is [`HyperTransport`] with the platform's roots.
    #[must_use]
    pub fn transport(self, transport: impl Into<SharedTransport>) -> Self {
        self.set(|options| options.transport = Some(transport.into()))
    }

    /// Sets the journal that every attempt is recorded in.
    #[must_use]
    pub fn journal(self, journal: impl Into<SharedJournal>) -> Self {
        self.set(|options| options.journal = Some(journal.into()))
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(self, clock: impl Into<SharedClock>) -> Self {
        self.set(|options| options.clock = clock.into())
    }

    /// Sets the source of random bytes.
    #[must_use]
    pub fn entropy(self, entropy: impl Into<SharedEntropy>) -> Self {
        self.set(|options| options.entropy = entropy.into())
    }

    /// Sets how refreshes run in the background. Without one a refresh runs inside the call
    /// that noticed that it is due.
    #[must_use]
    pub fn spawner(self, spawner: impl Into<SharedSpawner>) -> Self {
        self.set(|options| options.spawner = Some(spawner.into()))
    }

    /// Sets what happens to tokens that cannot be decoded. They are refused by default.
    #[must_use]
    pub fn seal_policy(self, policy: SealPolicy) -> Self {
        self.set(|options| options.seal_policy = policy)
    }

    /// Sets how often and how patiently a failed attempt is repeated.
    #[must_use]
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.set(|options| options.retry = policy)
    }

    /// Breaks the isolation on purpose, so that a proof of isolation can show that it notices.
    #[cfg(feature = "dangerous-sabotage")]
    #[must_use]
    pub fn dangerous_break_isolation(self, sabotage: ob_auth::Sabotage) -> Self {
        self.set(|options| options.sabotage = Some(sabotage))
    }
}

impl IntegratorBuilder<Ready> {
    /// Builds the integrator. Nothing is sent.
    ///
    /// # Errors
    /// When the registry or the journal is missing, a URL of the environment is unusable
    /// (`OB-K010`), the DPoP key is also the authentication key (`OB-K008`), or the transport
    /// cannot be set up.
    pub fn build(self) -> Result<Integrator, BuildError> {
        let Self {
            state: Ready { identity, key },
            environment,
            options,
        } = self;
        let api = environment.api()?;
        let transport = match options.transport.clone() {
            Some(transport) => transport,
            None => default_transport(&environment)?,
        };
        let registry = options.registry.clone().ok_or_else(missing_registry)?;
        let (gates, announcing) = (Gates::default(), Announcing::default());
        let door = (registry.clone(), gates.clone(), announcing.clone());
        let transport = Doorkeeper::new(transport, door, options.clock.clone()).into();
        let authorizer = authorizer(&environment, &identity, key, &transport, &options)?;
        let itself = ActingFor::integrator(
            identity.business_id.clone(),
            identity.client_id.clone(),
            identity.application_id,
        );
        let parts = Parts {
            api,
            idempotency_key: environment.idempotency_key,
            authorizer,
            transport,
            registry,
            gates,
            announcing,
            recorder: Recorder::new(options.journal.ok_or_else(missing_journal)?),
            ledger: Ledger::new(REMEMBERED_CONSENTS),
            clock: options.clock,
            entropy: options.entropy,
            retry: options.retry,
            identity,
            itself: Acting::itself(itself),
        };
        Ok(Integrator {
            parts: Arc::new(parts),
        })
    }
}

fn authorizer(
    environment: &Environment,
    identity: &Identity,
    key: Arc<dyn Signer>,
    transport: &SharedTransport,
    options: &Options,
) -> Result<Authorizer, BuildError> {
    let server = environment.authorization_server()?;
    let mut builder =
        Authorizer::builder(server, identity.client_id.clone(), key, transport.clone())
            .profile(environment.profile)
            .seal_policy(options.seal_policy)
            .clock(options.clock.clone())
            .entropy(options.entropy.clone());
    if let Some(kid) = &options.kid {
        builder = builder.kid(kid.clone());
    }
    if let Some(dpop) = &options.dpop_key {
        builder = builder.dpop_signer(Arc::clone(dpop));
    }
    if let Some(spawner) = &options.spawner {
        builder = builder.spawner(spawner.clone());
    }
    #[cfg(feature = "dangerous-sabotage")]
    if let Some(sabotage) = options.sabotage {
        builder = builder.dangerous_break_isolation(sabotage);
    }
    builder.build().map_err(BuildError::authorization)
}

fn default_transport(environment: &Environment) -> Result<SharedTransport, BuildError> {
    let mut builder = HyperTransport::builder();
    if environment.http_on_loopback {
        builder = builder.allow_http_on_loopback();
    }
    builder
        .build()
        .map(SharedTransport::from)
        .map_err(BuildError::transport)
}

fn missing_registry() -> BuildError {
    BuildError::setting(
        "registry",
        "missing",
        "a registry of the third-parties to act for",
    )
}

fn missing_journal() -> BuildError {
    BuildError::setting("journal", "missing", "a journal to record each attempt in")
}

/// About 20 MB of ids at most; a process that knows more consents than this still has the seal.
const REMEMBERED_CONSENTS: usize = 100_000;
