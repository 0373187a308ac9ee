//! A key that cannot be used: what was found and what is needed.

use std::borrow::Cow;

/// The kind of trouble a key is in.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyErrorKind {
    /// There is nothing there.
    Empty,
    /// The bytes are no key file in any known form.
    Unreadable,
    /// A sound key of the wrong type, curve, use or algorithm.
    WrongKey,
    /// The key is protected by a password.
    Encrypted,
    /// A PKCS#12 store, which must be unpacked first.
    Pkcs12,
    /// An RSA key under 2048 bits (R037).
    TooSmall,
    /// An RSA key over 8192 bits (R037).
    TooLarge,
    /// A public key or a certificate where a private key is needed.
    NotPrivate,
    /// A private or symmetric member where only a public key may be (R094, R140).
    NotPublic,
    /// Numbers that are no key: a point off the curve, parts that do not belong together, a weak
    /// modulus or exponent.
    Invalid,
    /// The crypto library failed for a reason it does not give.
    Failed,
}

/// A key was refused. Says what was found and what is needed, and never quotes the key.
///
/// ```
/// use ob_jose::{KeyErrorKind, SigningKey};
///
/// let error = SigningKey::from_pem("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----")
///     .unwrap_err();
/// assert_eq!(error.kind(), KeyErrorKind::NotPrivate);
/// assert_eq!(error.found(), "a certificate, which holds only the public key");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found {found}, need {needed}")]
pub struct KeyError {
    kind: KeyErrorKind,
    found: Cow<'static, str>,
    needed: Cow<'static, str>,
}

/// What [`SigningKey`](crate::SigningKey) can be made from.
pub(crate) const NEED_PRIVATE: &str = "an unencrypted private key (PKCS#8, SEC1, PKCS#1 or JWK): \
     EC P-256, RSA of 2048 to 8192 bits with e = 65537, or Ed25519";

/// What [`PublicJwk`](crate::PublicJwk) can be made from.
pub(crate) const NEED_PUBLIC: &str =
    "a public JWK: EC P-256, RSA of 2048 to 8192 bits with e = 65537, or OKP Ed25519";

impl KeyError {
    pub(crate) fn new(
        kind: KeyErrorKind,
        found: impl Into<Cow<'static, str>>,
        needed: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            kind,
            found: found.into(),
            needed: needed.into(),
        }
    }

    pub(crate) fn private(kind: KeyErrorKind, found: impl Into<Cow<'static, str>>) -> Self {
        Self::new(kind, found, NEED_PRIVATE)
    }

    pub(crate) fn public(kind: KeyErrorKind, found: impl Into<Cow<'static, str>>) -> Self {
        Self::new(kind, found, NEED_PUBLIC)
    }

    /// The kind of trouble, for code that reacts to it.
    #[must_use]
    pub const fn kind(&self) -> KeyErrorKind {
        self.kind
    }

    /// What was found, e.g. `an EC key on P-384`.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What is needed instead.
    #[must_use]
    pub fn needed(&self) -> &str {
        &self.needed
    }

    /// The requirement a public key in this state violates.
    pub(crate) const fn rule(&self) -> &'static str {
        match self.kind {
            KeyErrorKind::TooSmall | KeyErrorKind::TooLarge => "R037",
            KeyErrorKind::NotPublic => "R094",
            KeyErrorKind::WrongKey => "R130",
            _ => "R138",
        }
    }
}
