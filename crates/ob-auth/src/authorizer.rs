//! The token engine's front: tokens for parties, headers for requests.

mod builder;
mod lease;
pub use builder::AuthorizerBuilder;
pub use lease::{Authorized, CacheStatus, TokenLease};

use crate::{
    AuthError, AuthorizationServer, Challenge, Grant, SealedToken, SharedSpawner, TokenKey,
    attach::{Call, check_request},
    cache::TokenCache,
    engine::{Engine, Fetched},
    moment::Moment,
    nonce::{Nonce, NonceStore},
    origin::Origin,
    slot::{Fetch, Joined, Look, Outcome, Slot},
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use ob_core::{ActingFor, BusinessId, ClientId, Code, Retry, Sent};
use ob_jose::{Algorithm, Signer, Thumbprint};
use ob_transport::SharedTransport;
use std::{panic::AssertUnwindSafe, sync::Arc};

/// Gets tokens on behalf of third-parties and writes them into requests.
///
/// One value serves all third-parties of one Integrator at one authorization server; clones
/// share everything. There is no default party: each call names whom it acts for.
///
/// * A warm call costs a hash, a compare and a few header writes; a bound token adds one
///   signature.
/// * A cold call asks the token endpoint once, however many callers wait, and everyone gets the
///   same outcome. At most four token requests are made per fetch: the first, two for nonces,
///   one for the clock.
/// * A token is refreshed while the old one serves, and never used when it is known to be
///   expired: then the call fails, unsent.
///
/// See the [crate](crate) for a running example.
#[derive(Clone, Debug)]
pub struct Authorizer(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) engine: Arc<Engine>,
    /// Nonces of the APIs.
    pub(crate) nonces: NonceStore,
    cache: TokenCache,
    spawner: Option<SharedSpawner>,
}

impl Authorizer {
    /// Starts building: the server, the Integrator's client id, the key registered for it, and
    /// the way to the network.
    pub fn builder(
        server: AuthorizationServer,
        client_id: ClientId,
        client_key: Arc<dyn Signer>,
        transport: impl Into<SharedTransport>,
    ) -> AuthorizerBuilder {
        AuthorizerBuilder::new(server, client_id, (client_key, transport.into()))
    }

    /// A token for `party`: from the cache, or fetched and sealed.
    ///
    /// # Errors
    /// [`AuthError`]: the token endpoint refused (`OB-T202` to `OB-T205`, `OB-D301`, `OB-D302`,
    /// `OB-C101`), gave no usable answer (`OB-T201`, `OB-T210`, `OB-N101`), or a token that says
    /// something else than asked (`OB-T215` to `OB-T217`, `OB-D304`); `OB-T211` when the held
    /// token has expired and no other can be had.
    pub async fn token(&self, party: &ActingFor, grant: &Grant) -> Result<TokenLease, AuthError> {
        let lease = self.lease(party, grant).await?;
        let grant = Some(grant);
        self.0.compare(Call { party, grant }, &lease.token)?;
        Ok(lease)
    }

    /// Authorises one request: `Authorization`, `X-Application-Id`, and a fresh `DPoP` proof if
    /// the token is bound. A retry starts again from the request without these headers.
    ///
    /// # Errors
    /// What [`token`](Self::token) and [`attach`](Self::attach) fail with. The request is left
    /// as it was.
    pub async fn authorize(
        &self,
        party: &ActingFor,
        grant: &Grant,
        request: &mut Request<Bytes>,
    ) -> Result<Authorized, AuthError> {
        check_request(request).map_err(|error| error.of(party))?;
        let lease = self.lease(party, grant).await?;
        let grant = Some(grant);
        let written = self.0.write(Call { party, grant }, &lease.token, request);
        written.await.map_err(|error| error.of(party))?;
        Ok(Authorized::new(lease))
    }

    /// Writes a token that is already held into one request, if it is `party`'s.
    ///
    /// # Errors
    /// `OB-X001` for a token of another party, `OB-X002` for one of another application,
    /// `OB-X003` if the request names another consent than the token's, `OB-D304` for one bound
    /// to another key, `OB-T211` for an expired one; `OB-X001` or `OB-X002` for a request that
    /// already carries one of the headers, `OB-A100` for one that carries `Host`, a framing
    /// header, a cookie or a proxy credential, `OB-N102` for a URL that must not get a
    /// credential. The request is left as it was.
    pub async fn attach(
        &self,
        party: &ActingFor,
        token: &SealedToken,
        request: &mut Request<Bytes>,
    ) -> Result<(), AuthError> {
        let written = self.0.write(Call { party, grant: None }, token, request);
        written.await.map_err(|error| error.of(party))
    }

    /// Learns from an API answer, whatever its status: its nonce (R077) and its clock.
    ///
    /// Returns whether the nonce is a new one, so that a retry after a nonce challenge makes
    /// sense.
    pub fn observe(&self, url: &Uri, headers: &HeaderMap) -> bool {
        let Ok(origin) = Origin::of(url) else {
            return false;
        };
        let engine = &self.0.engine;
        let now = engine.clock.now();
        engine.clocks.learn(&origin, headers, (now, now));
        if Challenge::of(StatusCode::UNAUTHORIZED, headers) == Some(Challenge::InvalidProof) {
            // If the clock explains it, the next proof is dated by the server's.
            engine.clocks.suspect(&origin);
        }
        self.0.nonces.learn(&origin, headers)
    }

    /// What an API answer complains about, if it is the credentials.
    #[must_use]
    pub fn challenge(&self, status: StatusCode, headers: &HeaderMap) -> Option<Challenge> {
        Challenge::of(status, headers)
    }

    /// The nonce of an API answer, if a proof can carry it: exactly one `DPoP-Nonce`, well formed
    /// and not too long (R075, R079). Without one a challenge is no reason for a retry (R078).
    #[must_use]
    pub fn given_nonce(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let given = Nonce::of(headers)?;
        let mut value = HeaderValue::from_str(given.expose()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether an API answer asks for a nonce. Retry once, and only if
    /// [`observe`](Self::observe) saw a new one.
    #[must_use]
    pub fn is_nonce_challenge(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        Challenge::of(status, headers) == Some(Challenge::UseNonce)
    }

    /// Forgets this very token, after the API called it invalid. One that was fetched meanwhile
    /// stays. Returns whether it was still held.
    pub fn evict(&self, party: &ActingFor, grant: &Grant, token: &SealedToken) -> bool {
        self.0.cache.evict(&self.0.key(party, grant), token)
    }

    /// Forgets every token of a party, for one that was suspended. A token request that is
    /// under way still answers those who wait for it.
    pub fn purge(&self, party: &ActingFor) {
        self.0.cache.purge(party);
    }

    /// Forgets every token of a third-party, under whichever ids it was fetched. A token request
    /// that is under way still answers those who wait for it, and its token is not kept.
    pub fn forget(&self, id: &BusinessId) {
        self.0.cache.forget(id);
    }

    /// The key under which a token for `party` is kept, for diagnosis.
    #[must_use]
    pub fn token_key(&self, party: &ActingFor, grant: &Grant) -> TokenKey {
        self.0.key(party, grant)
    }

    /// The thumbprint of the DPoP key: what a bound token's `cnf.jkt` says.
    #[must_use]
    pub fn dpop_thumbprint(&self) -> &Thumbprint {
        &self.0.engine.realm.jkt
    }

    /// The algorithm of the proofs.
    #[must_use]
    pub fn proof_algorithm(&self) -> Algorithm {
        self.0.engine.prover.algorithm()
    }

    /// The authorization server.
    #[must_use]
    pub fn server(&self) -> &AuthorizationServer {
        &self.0.engine.server
    }

    /// The Integrator's client id.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.0.engine.realm.client_id
    }

    /// How many keys the cache holds: bounded by the capacity.
    #[must_use]
    pub fn cached(&self) -> usize {
        self.0.cache.len()
    }

    async fn lease(&self, party: &ActingFor, grant: &Grant) -> Result<TokenLease, AuthError> {
        self.0
            .admit(party, grant)
            .map_err(|error| error.of(party))?;
        let slot = self.0.cache.slot(&self.0.key(party, grant));
        match slot.look(self.0.now()) {
            Look::Fresh(token) => Ok(TokenLease::hit(token)),
            Look::Due(token) => self.refresh(party, grant, (&slot, token)).await,
            Look::Gone { expired } => {
                let outcome = self.fetch(party, grant, &slot).await;
                outcome.map_err(|error| error.if_expired(expired))
            }
        }
    }

    /// Somebody sees to the next token while this one serves.
    async fn refresh(
        &self,
        party: &ActingFor,
        grant: &Grant,
        (slot, token): (&Arc<Slot>, Arc<SealedToken>),
    ) -> Result<TokenLease, AuthError> {
        let Some(flight) = slot.elect(self.0.now(), || self.0.start(party, grant, slot)) else {
            return Ok(TokenLease::hit(token));
        };
        if let Some(spawner) = &self.0.spawner {
            spawner.spawn(Box::pin(flight.map(drop)));
            return Ok(TokenLease::hit(token));
        }
        match flight.await {
            Ok(fetched) => Ok(TokenLease::fetched(fetched)),
            // Evicted meanwhile: then it is no good, however long it would have lived.
            Err(error) if !slot.holds(&token) => Err(error),
            Err(error) if !token.is_live(self.0.now()) => Err(error.if_expired(true)),
            Err(error) => {
                tracing::debug!(code = %error.code(), "refresh failed, the old token serves");
                Ok(TokenLease::hit(token))
            }
        }
    }

    /// One fetch, however many wait for it.
    async fn fetch(
        &self,
        party: &ActingFor,
        grant: &Grant,
        slot: &Arc<Slot>,
    ) -> Result<TokenLease, AuthError> {
        let joined = slot.join(self.0.now(), || self.0.start(party, grant, slot));
        match joined {
            Joined::Token(token) => Ok(TokenLease::hit(token)),
            Joined::Refused(error) => Err(error),
            Joined::Flight { flight, started } => {
                let lease = TokenLease::fetched(flight.await?);
                Ok(if started { lease } else { lease.shared() })
            }
        }
    }
}

impl Inner {
    fn new(engine: Engine, (capacity, spawner): (usize, Option<SharedSpawner>)) -> Self {
        Self {
            engine: Arc::new(engine),
            nonces: NonceStore::new(),
            cache: TokenCache::new(capacity),
            spawner,
        }
    }

    fn now(&self) -> Moment {
        Moment::now(&self.engine.clock)
    }

    fn key(&self, party: &ActingFor, grant: &Grant) -> TokenKey {
        if self.engine.isolation.keys_by_party() {
            TokenKey::new(&self.engine.realm, party, grant)
        } else {
            TokenKey::blind(&self.engine.realm, grant)
        }
    }

    /// What makes no sense to ask for is not asked for.
    fn admit(&self, party: &ActingFor, grant: &Grant) -> Result<(), AuthError> {
        let ours = &self.engine.realm.client_id;
        if grant.scopes().is_empty() {
            // R027: there is no default scope that anybody could mean.
            return Err(AuthError::new(
                Code::K010,
                "a token needs at least one scope",
            ));
        }
        match (party.is_integrator(), party.client_id() == ours) {
            (true, true) | (false, false) => Ok(()),
            (false, true) => {
                let reason = format!("the third-party's client id {ours} is the integrator's own");
                Err(AuthError::new(Code::R002, reason))
            }
            (true, false) => {
                let its = party.client_id();
                let reason = format!("the integrator is {ours} here, not {its}");
                Err(AuthError::new(Code::K010, reason))
            }
        }
    }

    /// A fetch that owns everything it needs, so that whoever is left can drive it to its end.
    /// A panic below (transport, signer) is an outcome like any other: nobody waits for ever.
    fn start(&self, party: &ActingFor, grant: &Grant, slot: &Arc<Slot>) -> Fetch {
        let (engine, slot) = (Arc::clone(&self.engine), Arc::clone(slot));
        let (party, grant) = (party.clone(), grant.clone());
        let fetch = async move {
            let caught = AssertUnwindSafe(engine.fetch(&party, &grant)).catch_unwind();
            let outcome = caught.await.unwrap_or_else(|_| Err(panicked(&party)));
            let now = Moment::now(&engine.clock);
            let outcome = outcome.and_then(|fetched| live(fetched, now));
            slot.settle(&outcome, now);
            outcome
        };
        fetch.boxed()
    }
}

fn panicked(party: &ActingFor) -> AuthError {
    AuthError::new(Code::T210, "the transport or the signer panicked")
        .of(party)
        .sent(Sent::Maybe)
        .when_to_retry(Retry::Backoff)
}

/// A token may be expired on arrival (`expires_in: 0`); then it replaces none and is not used.
fn live(fetched: Fetched, now: Moment) -> Outcome {
    if fetched.token.is_live(now) {
        return Ok(fetched);
    }
    let error = AuthError::new(Code::T211, "the new token had expired on arrival");
    Err(error
        .of(fetched.token.acting_for())
        .sent(Sent::Yes)
        .when_to_retry(Retry::Backoff)
        .correlated(fetched.correlation)
        .after_attempts(fetched.attempts))
}

impl TokenLease {
    fn hit(token: Arc<SealedToken>) -> Self {
        Self {
            token,
            cache: CacheStatus::Hit,
            attempts: 0,
            correlation: None,
        }
    }

    fn fetched(fetched: Fetched) -> Self {
        Self {
            token: fetched.token,
            cache: CacheStatus::Fetched,
            attempts: fetched.attempts,
            correlation: fetched.correlation,
        }
    }

    fn shared(self) -> Self {
        Self {
            cache: CacheStatus::Shared,
            ..self
        }
    }
}
