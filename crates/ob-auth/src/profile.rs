//! How tokens are presented, and how strictly they are opened.

use std::fmt;

/// Which rules the authorization server and the API follow (platform, section 3).
///
/// There is no fallback from one to the other: a profile is chosen, never negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// The one-to-many page (MUST): the answer's `token_type` is followed, Bearer or DPoP.
    #[default]
    OneToMany,
    /// FAPI 2.0: every token is bound to the DPoP key, anything else is refused (R081).
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

    pub(crate) const fn allows(self, found: TokenType) -> bool {
        matches!(
            (self, found),
            (Self::OneToMany, _) | (Self::Fapi2, TokenType::Dpop)
        )
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happens to a token that cannot be opened.
///
/// A token that opens and says something else than was asked is refused under both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SealPolicy {
    /// It is refused.
    #[default]
    Require,
    /// A token that is not a JWT at all passes and is marked as not sealed
    /// ([`SealedToken::is_sealed`](crate::SealedToken::is_sealed)); a JWT that says nothing
    /// about a consent passes for a grant that names one.
    BestEffort,
}

/// How a token is presented to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: DPoP` with a fresh proof on each request.
    Dpop,
}

impl TokenType {
    /// The scheme as it is written: `Bearer` or `DPoP`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// Compared without case (RFC 6749 section 5.1, R081).
    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
