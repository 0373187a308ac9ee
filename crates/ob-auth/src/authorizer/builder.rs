//! Building an authorizer.

use super::{Authorizer, Inner};
#[cfg(feature = "dangerous-sabotage")]
use crate::isolation::Sabotage;
use crate::{
    AuthorizationServer, BuildError, Profile, SealPolicy, SharedSpawner, engine::Engine,
    isolation::Isolation, key_reuse, nonce::NonceStore, server::Accepted,
    server_clock::ServerClocks, token_key::Realm,
};
use ob_core::{ClientId, Code, SharedClock, SharedEntropy};
use ob_jose::{Algorithm, AssertionTyp, ClientAssertion, DpopProver, Signer, SigningKey};
use ob_transport::SharedTransport;
use std::{sync::Arc, time::Duration};

/// Builds an [`Authorizer`]. Everything but what [`Authorizer::builder`] asks for has a default.
#[derive(Debug)]
#[must_use = "nothing is built until `build` is called"]
pub struct AuthorizerBuilder {
    server: AuthorizationServer,
    client_id: ClientId,
    client_key: Arc<dyn Signer>,
    transport: SharedTransport,
    kid: Option<String>,
    typ: AssertionTyp,
    dpop: Option<Arc<dyn Signer>>,
    profile: Profile,
    seal_policy: SealPolicy,
    narrower: bool,
    refresh_margin: Duration,
    clock: SharedClock,
    entropy: SharedEntropy,
    spawner: Option<SharedSpawner>,
    capacity: usize,
    isolation: Isolation,
}

impl AuthorizerBuilder {
    pub(super) fn new(
        server: AuthorizationServer,
        client_id: ClientId,
        (client_key, transport): (Arc<dyn Signer>, SharedTransport),
    ) -> Self {
        Self {
            server,
            client_id,
            client_key,
            transport,
            kid: None,
            typ: AssertionTyp::default(),
            dpop: None,
            profile: Profile::default(),
            seal_policy: SealPolicy::default(),
            narrower: false,
            refresh_margin: REFRESH_MARGIN,
            clock: SharedClock::system(),
            entropy: SharedEntropy::system(),
            spawner: None,
            capacity: CAPACITY,
            isolation: Isolation::default(),
        }
    }

    /// The `kid` that the portal issued for the client key. Without it the key's own, if any.
    pub fn kid(self, kid: impl Into<String>) -> Self {
        Self {
            kid: Some(kid.into()),
            ..self
        }
    }

    /// Another `typ` of the client assertion, for servers that choke on the standard one.
    pub fn assertion_typ(self, typ: AssertionTyp) -> Self {
        Self { typ, ..self }
    }

    /// The key that proofs are made with. Default: a fresh key that lives in this process only,
    /// ES256 unless the server's metadata ask for another algorithm (R084, R086); when it goes,
    /// the tokens bound to it go.
    pub fn dpop_signer(self, signer: Arc<dyn Signer>) -> Self {
        Self {
            dpop: Some(signer),
            ..self
        }
    }

    /// The platform's rules. Default: [`Profile::OneToMany`].
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// What happens to a token that cannot be opened. Default: it is refused.
    pub fn seal_policy(self, seal_policy: SealPolicy) -> Self {
        Self {
            seal_policy,
            ..self
        }
    }

    /// Accepts a token with fewer scopes than asked, kept under what was asked for. Default: it
    /// is refused (`OB-T217`). The API then refuses what the missing scope was for.
    pub fn allow_narrower_scopes(self) -> Self {
        Self {
            narrower: true,
            ..self
        }
    }

    /// The longest time before its end at which a token is refreshed; never more than a fifth
    /// of its lifetime. Default: 60 s.
    pub fn refresh_margin(self, refresh_margin: Duration) -> Self {
        Self {
            refresh_margin,
            ..self
        }
    }

    /// The clock. Default: the operating system's.
    pub fn clock(self, clock: impl Into<SharedClock>) -> Self {
        Self {
            clock: clock.into(),
            ..self
        }
    }

    /// The source of random bytes. Default: the operating system's.
    pub fn entropy(self, entropy: impl Into<SharedEntropy>) -> Self {
        Self {
            entropy: entropy.into(),
            ..self
        }
    }

    /// Where a refresh may run beside the calls. Default: nowhere, it runs inside the call that
    /// is elected for it.
    pub fn spawner(self, spawner: impl Into<SharedSpawner>) -> Self {
        Self {
            spawner: Some(spawner.into()),
            ..self
        }
    }

    /// How many keys (party, scopes, consent) the cache holds at most. Default: 100,000; an
    /// entry takes its token twice, and nothing is allocated ahead.
    pub fn capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// Breaks the isolation of third-parties, so that the isolation proof can show that it
    /// notices. Never in production: tokens reach the wrong third-party.
    #[cfg(feature = "dangerous-sabotage")]
    pub fn dangerous_break_isolation(self, sabotage: Sabotage) -> Self {
        Self {
            isolation: Isolation::broken(sabotage),
            ..self
        }
    }

    /// Builds it. Nothing is sent.
    ///
    /// # Errors
    /// `OB-K008` when one key is given for both roles (R045), `OB-K009` when no DPoP key can be
    /// made, `OB-K010` for a capacity of zero, `OB-K002` when the server's metadata accept no
    /// algorithm that a key has (R084).
    pub fn build(mut self) -> Result<Authorizer, BuildError> {
        if self.capacity == 0 {
            return Err(BuildError::new(
                Code::K010,
                "capacity is 0: needs at least 1",
            ));
        }
        let Accepted { assertion, proof } = self.server.accepted();
        overlap("client", self.client_key.algorithm(), assertion.as_deref())?;
        let dpop = match self.dpop.take() {
            Some(key) => key,
            None => fresh_key(proof.as_deref())?,
        };
        overlap("DPoP", dpop.algorithm(), proof.as_deref())?;
        let prover = DpopProver::new(Arc::clone(&dpop));
        let thumbprint = self.client_key.public_jwk().thumbprint();
        if *prover.thumbprint() == thumbprint {
            let reason = "the client key and the DPoP key are one key: needs two";
            return Err(BuildError::new(Code::K008, reason));
        }
        key_reuse::check(thumbprint, self.server.issuer());
        let kept = (self.capacity, self.spawner.take());
        Ok(Authorizer(Arc::new(Inner::new(self.engine(prover), kept))))
    }

    fn engine(self, prover: DpopProver) -> Engine {
        let presented = (self.profile, prover.thumbprint().clone());
        let realm = Realm::new(&self.server, self.client_id, presented);
        let assertion = ClientAssertion::new(realm.client_id.as_str(), self.server.issuer());
        let assertion = assertion.typ(self.typ);
        Engine {
            assertion: match self.kid {
                Some(kid) => assertion.kid(kid),
                None => assertion,
            },
            server: self.server,
            realm: Arc::new(realm),
            client_key: self.client_key,
            prover,
            transport: self.transport,
            seal_policy: self.seal_policy,
            narrower: self.narrower,
            refresh_cap: self.refresh_margin,
            clock: self.clock,
            entropy: self.entropy,
            isolation: self.isolation,
            nonces: NonceStore::new(),
            clocks: ServerClocks::new(),
        }
    }
}

/// Whether the server takes what a key signs, as far as it says so.
fn overlap(role: &str, ours: Algorithm, accepted: Option<&[Algorithm]>) -> Result<(), BuildError> {
    let Some(accepted) = accepted.filter(|accepted| !accepted.contains(&ours)) else {
        return Ok(());
    };
    let names: Vec<_> = accepted
        .iter()
        .map(|algorithm| algorithm.as_str())
        .collect();
    let needed = match names.as_slice() {
        [] => "none that is known here".to_owned(),
        names => names.join(", "),
    };
    let reason = format!("the {role} key signs {ours}, the server accepts {needed}");
    Err(BuildError::new(Code::K002, reason))
}

/// Of the algorithms that the server accepts, the preferred one.
fn fresh_key(accepted: Option<&[Algorithm]>) -> Result<Arc<dyn Signer>, BuildError> {
    let mut preferred = Algorithm::ALL.into_iter();
    let chosen = preferred.find(|one| accepted.is_none_or(|accepted| accepted.contains(one)));
    match SigningKey::generate(chosen.unwrap_or(Algorithm::Es256)) {
        Ok(key) => Ok(Arc::new(key)),
        Err(error) => Err(BuildError::new(Code::K009, "no DPoP key can be made").caused_by(error)),
    }
}

/// 1,200 third-parties with 80 consents each.
const CAPACITY: usize = 100_000;
/// Enough for a few failed attempts before the old token ends.
const REFRESH_MARGIN: Duration = Duration::from_secs(60);
