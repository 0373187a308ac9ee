//! Everything one sandbox is: what never changes, and the state behind one lock.

use crate::{
    base::Base,
    builder::{BuildError, NonceMode, SandboxBuilder, Settings},
    consent::ConsentBook,
    counters::Counters,
    exchange::Exchange,
    explain::ExplainLog,
    idempotency::IdempotencyStore,
    issued::IssuedTokens,
    nonce::NonceStore,
    parties::Parties,
    replay::ReplayStore,
    seed::{IntegratorSeed, Seed, fresh_uuid},
};
use bytes::Bytes;
use http::Request;
use ob_core::{EntropyError, SharedClock, SharedEntropy};
use ob_jose::{
    AccessTokenVerifier, Algorithm, AssertionVerifier, JwkSet, ProofVerifier, SigningKey,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One sandbox.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) base: Base,
    pub(crate) seed: Seed,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) integrator: IntegratorSeed,
    /// The Integrator's registered public keys.
    pub(crate) client_keys: JwkSet,
    /// Signs access tokens; in no other role (R045).
    pub(crate) token_key: SigningKey,
    pub(crate) token_keys: JwkSet,
    pub(crate) assertions: AssertionVerifier,
    pub(crate) proofs: ProofVerifier,
    pub(crate) tokens: AccessTokenVerifier,
    state: Mutex<State>,
}

/// What changes. Signatures are made and verified outside the lock; what must be decided at once
/// (was it seen before? is it still active?) is decided inside.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) parties: Parties,
    pub(crate) consents: ConsentBook,
    pub(crate) issued: IssuedTokens,
    pub(crate) used_assertions: ReplayStore,
    pub(crate) used_proofs: ReplayStore,
    pub(crate) idempotency: IdempotencyStore,
    pub(crate) token_nonces: NonceStore,
    pub(crate) api_nonces: NonceStore,
    pub(crate) explain: ExplainLog,
    pub(crate) counters: Counters,
}

/// The two servers that have nonces of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    AuthorizationServer,
    Api,
}

impl World {
    pub(crate) fn new(builder: SandboxBuilder, base: Base) -> Result<Self, BuildError> {
        let seed = Seed::new(builder.seed);
        let key = SigningKey::generate(builder.algorithm)?;
        let integrator = IntegratorSeed::draw(seed, key)?;
        let token_key = match builder.token_key {
            Some(key) => key,
            None => SigningKey::generate(Algorithm::Es256)?,
        };
        let token_key = named(token_key, &builder.entropy)?;
        let token_keys = JwkSet::new([token_key.public_jwk().clone()]);
        let registered = integrator.key.public_jwk().clone();
        Ok(Self {
            state: Mutex::new(State::new(Parties::draw(
                seed,
                (builder.onboarded, builder.third_parties),
                &integrator,
            )?)),
            settings: builder.settings,
            seed,
            clock: builder.clock,
            entropy: builder.entropy,
            client_keys: JwkSet::new([registered]),
            assertions: AssertionVerifier::new(base.origin()),
            proofs: ProofVerifier::new(),
            tokens: AccessTokenVerifier::new(base.origin(), base.origin(), token_keys.clone()),
            integrator,
            token_key,
            token_keys,
            base,
        })
    }

    /// The state. A panic while it was held has broken no invariant that a test could rely on,
    /// and the next request should say what is wrong instead of hanging.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn exchange(&self, request: Request<Bytes>) -> Result<Exchange, EntropyError> {
        let fresh = [fresh_uuid(&self.entropy)?, fresh_uuid(&self.entropy)?];
        Ok(Exchange::new(request, self.clock.now(), fresh))
    }

    /// The nonce to send with an answer, where nonces are on.
    pub(crate) fn nonce(&self, role: Role) -> Result<Option<String>, EntropyError> {
        if self.settings.nonce == NonceMode::Off {
            return Ok(None);
        }
        let (now, rotate) = (self.clock.now(), self.settings.rotate_nonce);
        let mut state = self.state();
        state
            .nonces(role)
            .give(now, rotate, &self.entropy)
            .map(Some)
    }
}

/// A published key has a `kid`, so that tokens can say which one made them.
fn named(key: SigningKey, entropy: &SharedEntropy) -> Result<SigningKey, EntropyError> {
    if key.public_jwk().kid().is_some() {
        return Ok(key);
    }
    let kid = format!("as-{}", fresh_uuid(entropy)?.as_simple());
    Ok(key.with_kid(kid))
}

impl State {
    fn new(parties: Parties) -> Self {
        Self {
            parties,
            consents: ConsentBook::default(),
            issued: IssuedTokens::default(),
            used_assertions: ReplayStore::new(REPLAY_CAPACITY),
            used_proofs: ReplayStore::new(REPLAY_CAPACITY),
            idempotency: IdempotencyStore::default(),
            token_nonces: NonceStore::default(),
            api_nonces: NonceStore::default(),
            explain: ExplainLog::default(),
            counters: Counters::default(),
        }
    }

    pub(crate) fn nonces(&mut self, role: Role) -> &mut NonceStore {
        match role {
            Role::AuthorizationServer => &mut self.token_nonces,
            Role::Api => &mut self.api_nonces,
        }
    }
}

/// Two minutes of proofs at the rate two cores can verify them, some 100 MB at worst.
const REPLAY_CAPACITY: usize = 1 << 20;
