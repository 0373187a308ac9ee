//! How a sandbox is set up.

use crate::{
    Sandbox,
    base::Base,
    running::{RunningSandbox, StartError},
    seed::ThirdPartySeed,
    world::World,
};
use ob_core::{EntropyError, IdError, SharedClock, SharedEntropy};
use ob_jose::{Algorithm, KeyError, SigningKey};
use std::time::Duration;

/// How tokens are presented to the API (platform section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Bearer tokens, as the one-to-many page prints them (MUST).
    #[default]
    OneToMany,
    /// Tokens bound to the DPoP key; a Bearer presentation is refused (FAPI 2.0).
    Fapi2,
}

impl Profile {
    /// `one-to-many` or `fapi2`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneToMany => "one-to-many",
            Self::Fapi2 => "fapi2",
        }
    }
}

/// Whether the servers demand nonces in proofs (RFC 9449 sections 8 and 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NonceMode {
    /// They do not; a nonce that comes anyway is ignored.
    #[default]
    Off,
    /// Both do, each its own.
    Required,
}

/// Sets up a [`Sandbox`]. Everything has a default.
///
/// ```
/// use ob_sandbox::{NonceMode, Profile, Sandbox};
/// let sandbox = Sandbox::builder()
///     .profile(Profile::Fapi2)
///     .nonce(NonceMode::Required)
///     .third_parties(20)
///     .build()?;
/// assert_eq!(sandbox.third_parties().len(), 23);
/// # Ok::<(), ob_sandbox::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SandboxBuilder {
    pub(crate) settings: Settings,
    pub(crate) algorithm: Algorithm,
    pub(crate) token_key: Option<SigningKey>,
    pub(crate) seed: u64,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    pub(crate) onboarded: Option<Vec<ThirdPartySeed>>,
    pub(crate) third_parties: u32,
}

/// What is decided once and looked at in every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Profile,
    pub(crate) bind_tokens: bool,
    pub(crate) nonce: NonceMode,
    pub(crate) rotate_nonce: bool,
    pub(crate) malformed_challenge: bool,
    pub(crate) strict_assertions: bool,
    pub(crate) token_lifetime: Duration,
}

impl Settings {
    /// Whether new tokens are bound to the key of the proof.
    pub(crate) fn binds(&self) -> bool {
        self.bind_tokens || self.profile == Profile::Fapi2
    }
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            settings: Settings {
                profile: Profile::OneToMany,
                bind_tokens: false,
                nonce: NonceMode::Off,
                rotate_nonce: false,
                malformed_challenge: false,
                strict_assertions: false,
                token_lifetime: Duration::from_secs(300),
            },
            algorithm: Algorithm::Es256,
            token_key: None,
            seed: 1,
            clock: SharedClock::system(),
            entropy: SharedEntropy::system(),
            port: 0,
            tls: false,
            onboarded: None,
            third_parties: 0,
        }
    }
}

impl SandboxBuilder {
    /// How tokens are presented. Default: [`Profile::OneToMany`].
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.settings.profile = profile;
        self
    }

    /// Binds tokens to the DPoP key in the one-to-many profile too, as the platform's API-basics
    /// page says (DOC); `token_type` is `DPoP` then. Default: no.
    #[must_use]
    pub fn bind_tokens(mut self, bind: bool) -> Self {
        self.settings.bind_tokens = bind;
        self
    }

    /// Whether nonces are demanded. Default: [`NonceMode::Off`].
    #[must_use]
    pub fn nonce(mut self, mode: NonceMode) -> Self {
        self.settings.nonce = mode;
        self
    }

    /// Sends a new nonce with every answer instead of one per half minute; older ones stay good
    /// for a minute. Means something with [`NonceMode::Required`] only. Default: no.
    #[must_use]
    pub fn rotate_nonce_every_answer(mut self, rotate: bool) -> Self {
        self.settings.rotate_nonce = rotate;
        self
    }

    /// Writes the API's nonce challenge the wrong way that vendor mocks do,
    /// `Dpop error:"use_dpop_nonce"` (X12). Default: no.
    #[must_use]
    pub fn malformed_challenge(mut self, malformed: bool) -> Self {
        self.settings.malformed_challenge = malformed;
        self
    }

    /// Lets a nonce challenge consume the `jti` of the client assertion too (X11). Default: no.
    #[must_use]
    pub fn strict_assertions(mut self, strict: bool) -> Self {
        self.settings.strict_assertions = strict;
        self
    }

    /// The algorithm of the Integrator's registered key; the only one accepted in its
    /// assertions (R061). Default: ES256.
    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// The key that access tokens are signed with, in no other role (R045). Who has it can also
    /// make tokens that no authorization server would issue, and see the API refuse them. A key
    /// without a `kid` gets one. Default: a new ES256 key.
    #[must_use]
    pub fn token_key(mut self, key: SigningKey) -> Self {
        self.token_key = Some(key);
        self
    }

    /// The number that decides ids, banks, accounts and transactions. Default: 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock everything is judged by. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// The source of `jti` values, nonces and consent ids. Default: the system's.
    #[must_use]
    pub fn entropy(mut self, entropy: SharedEntropy) -> Self {
        self.entropy = entropy;
        self
    }

    /// How long tokens live, in whole seconds. Default: 300 s.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.token_lifetime = lifetime;
        self
    }

    /// The loopback port to listen on; 0 takes a free one. Default: 0.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves https with a certificate of its own making; the certificate authority is
    /// [`RunningSandbox::ca_pem`]. Default: http.
    #[must_use]
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// The third-parties that were onboarded under the Integrator, those of a registry for
    /// example. Default: three with names of their own.
    #[must_use]
    pub fn onboard(mut self, parties: impl IntoIterator<Item = ThirdPartySeed>) -> Self {
        self.onboarded.get_or_insert_default().extend(parties);
        self
    }

    /// How many third-parties (`tp-001` and so on) there are besides the named or onboarded ones.
    /// Default: 0.
    #[must_use]
    pub fn third_parties(mut self, extra: u32) -> Self {
        self.third_parties = extra;
        self
    }

    /// A sandbox without sockets, for [`Sandbox::handle`]. Its base is
    /// `https://sandbox.obkit.invalid`.
    ///
    /// # Errors
    /// When no key could be made, or two parties have an id in common.
    pub fn build(self) -> Result<Sandbox, BuildError> {
        self.build_at(Base::in_process())
    }

    /// Listens on 127.0.0.1 and serves until the returned value is dropped or shut down.
    ///
    /// # Errors
    /// When no key or certificate could be made, two parties have an id in common, or the port is
    /// taken.
    pub async fn start(self) -> Result<RunningSandbox, StartError> {
        RunningSandbox::start(self).await
    }

    pub(crate) fn build_at(self, base: Base) -> Result<Sandbox, BuildError> {
        Ok(Sandbox::of(World::new(self, base)?))
    }
}

/// A sandbox could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot be set up")]
pub struct BuildError {
    #[source]
    source: BuildErrorKind,
}

#[derive(Debug, thiserror::Error)]
enum BuildErrorKind {
    #[error(transparent)]
    Key(KeyError),
    #[error(transparent)]
    Id(IdError),
    #[error(transparent)]
    Entropy(EntropyError),
    #[error("two parties have the id {0}: needs one owner for each id")]
    Collision(String),
}

impl BuildError {
    pub(crate) fn collision(id: &str) -> Self {
        Self {
            source: BuildErrorKind::Collision(id.to_owned()),
        }
    }
}

impl From<KeyError> for BuildError {
    fn from(error: KeyError) -> Self {
        Self {
            source: BuildErrorKind::Key(error),
        }
    }
}

impl From<IdError> for BuildError {
    fn from(error: IdError) -> Self {
        Self {
            source: BuildErrorKind::Id(error),
        }
    }
}

impl From<EntropyError> for BuildError {
    fn from(error: EntropyError) -> Self {
        Self {
            source: BuildErrorKind::Entropy(error),
        }
    }
}
