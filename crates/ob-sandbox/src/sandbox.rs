//! The sandbox as a value.

use crate::{
    BuildError, Counters, Descriptor, EndUserError, Explanation, IntegratorSeed, Profile,
    RunningSandbox, SandboxBuilder, StartError, ThirdPartySeed,
    base::{EXPLAIN_PATH, JWKS_PATH, METADATA_PATH, TOKEN_PATH},
    end_user,
    front::{self, Carrier},
    seed::PartyStatus,
    world::World,
};
use bytes::Bytes;
use http::{Request, Response};
use ob_core::ConsentId;
use std::{sync::Arc, time::SystemTime};

/// The platform, imitated. Clones share one state.
///
/// See the [crate documentation](crate) for what it checks and how it answers.
#[derive(Clone)]
pub struct Sandbox(Arc<World>);

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("issuer", &self.issuer())
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Sets one up.
    #[must_use]
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// A sandbox without sockets, with every default.
    ///
    /// # Errors
    /// When no key could be made.
    pub fn in_process() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Listens on a free loopback port, with every default.
    ///
    /// # Errors
    /// When no key could be made or no socket opened.
    pub async fn start() -> Result<RunningSandbox, StartError> {
        Self::builder().start().await
    }

    pub(crate) fn of(world: World) -> Self {
        Self(Arc::new(world))
    }

    pub(crate) fn world(&self) -> &World {
        &self.0
    }

    /// Answers one request without a socket, on the same path that the sockets use.
    ///
    /// The target may be absolute (its authority must then be the sandbox's) or in origin form.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        front::handle(&self.0, request, Carrier::Process).await
    }

    /// How it issues tokens.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.0.settings.profile
    }

    /// The issuer identifier: the `aud` of client assertions, byte for byte.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.0.base.origin()
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_url(&self) -> String {
        self.0.base.url(TOKEN_PATH)
    }

    /// The base of the API, without a trailing slash; also the `aud` of access tokens.
    #[must_use]
    pub fn api_base(&self) -> &str {
        self.0.base.origin()
    }

    /// The public keys that access tokens are signed with.
    #[must_use]
    pub fn jwks_uri(&self) -> String {
        self.0.base.url(JWKS_PATH)
    }

    /// The metadata document (RFC 8414).
    #[must_use]
    pub fn metadata_url(&self) -> String {
        self.0.base.url(METADATA_PATH)
    }

    /// The base of the explanations: a refusal's is at this plus `/` plus its id.
    #[must_use]
    pub fn explain_url(&self) -> String {
        self.0.base.url(EXPLAIN_PATH)
    }

    /// The moment by the clock that everything is judged by.
    pub(crate) fn now(&self) -> SystemTime {
        self.0.clock.now()
    }

    /// What the Integrator received at its onboarding.
    #[must_use]
    pub fn integrator(&self) -> &IntegratorSeed {
        &self.0.integrator
    }

    /// The Integrator's third-parties as they are now: `acme-budget`, `nordlicht-pay`, the
    /// suspended `oldtown-loans`, then the generated ones.
    #[must_use]
    pub fn third_parties(&self) -> Vec<ThirdPartySeed> {
        self.0.state().parties.ours().cloned().collect()
    }

    /// One third-party by its business id or client id.
    #[must_use]
    pub fn third_party(&self, name: &str) -> Option<ThirdPartySeed> {
        let state = self.0.state();
        state.parties.by_name(name).map(|party| party.seed.clone())
    }

    /// A third-party that was onboarded under another Integrator: every attempt to act for it is
    /// refused like an attempt to act for one that does not exist.
    #[must_use]
    pub fn foreign_third_party(&self) -> Option<ThirdPartySeed> {
        self.0.state().parties.foreign().cloned()
    }

    /// Suspends a third-party, by business id or client id: no new tokens, and those that exist
    /// are refused from now on. Says whether there is such a third-party.
    pub fn suspend(&self, name: impl AsRef<str>) -> bool {
        let mut state = self.0.state();
        let Some(client_id) = state
            .parties
            .set_status(name.as_ref(), PartyStatus::Suspended)
        else {
            return false;
        };
        state.issued.revoke_of(client_id.as_str());
        true
    }

    /// Lifts a suspension. Tokens from before stay revoked.
    pub fn resume(&self, name: impl AsRef<str>) -> bool {
        let mut state = self.0.state();
        state
            .parties
            .set_status(name.as_ref(), PartyStatus::Active)
            .is_some()
    }

    /// Revokes every token of a third-party (or of the Integrator itself, by its client id or as
    /// `integrator`) and says how many there were.
    pub fn revoke_tokens(&self, name: impl AsRef<str>) -> usize {
        let mut state = self.0.state();
        let Some(client_id) = state.parties.client_id_of(name.as_ref()).cloned() else {
            return 0;
        };
        state.issued.revoke_of(client_id.as_str())
    }

    /// Does the end user's step for the newest open flow of a consent: logs in as one of the
    /// test users (with that user's right password and one-time password) and connects all their
    /// accounts at Mock Bank.
    ///
    /// # Errors
    /// When there is no such consent, flow or user, or the flow is not open.
    pub fn complete_flow(&self, consent: &ConsentId, username: &str) -> Result<(), EndUserError> {
        end_user::complete_newest(&self.0, consent.as_str(), username)
    }

    /// What was counted so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.0.state().counters.clone()
    }

    /// Why a request was refused, by the id in `X-Sandbox-Refusal`. The last 10,000 are kept.
    #[must_use]
    pub fn explanation(&self, id: &str) -> Option<Explanation> {
        self.0.state().explain.get(id).cloned()
    }

    /// What a client needs to know to use this sandbox, without the key.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::of(self)
    }
}
