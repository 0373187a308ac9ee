//! The closed set of signature algorithms.

use std::fmt;
use std::str::FromStr;

use crate::echo::echo;

/// A signature algorithm of the FAPI 2.0 profile.
///
/// The set is closed: `none`, MACs, `RS256` and the other curves are not values of this type, so
/// no code path can accept them by mistake (R035, R036, RFC 8725 section 3.1).
///
/// ```
/// use ob_jose::Algorithm;
///
/// assert_eq!("PS256".parse::<Algorithm>()?, Algorithm::Ps256);
/// assert!("RS256".parse::<Algorithm>().is_err());
/// assert!("none".parse::<Algorithm>().is_err());
/// # Ok::<(), ob_jose::UnknownAlgorithm>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, signature `r || s` (RFC 7518 section 3.4).
    Es256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets (RFC 7518 section 3.5).
    Ps256,
    /// Ed25519 (RFC 8037). Written `EdDSA`; the fully specified name `Ed25519` (RFC 9864) is read too.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, in order of preference.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Ps256, Self::EdDsa];

    /// The name written into `alg`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a name, or says nothing where the name is unknown.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "PS256" => Some(Self::Ps256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// What a key must be to carry this algorithm, in words.
    pub(crate) const fn needed_key(self) -> &'static str {
        match self {
            Self::Es256 => "an EC private key on P-256 (ES256)",
            Self::Ps256 => "an RSA private key of 2048 to 8192 bits with e = 65537 (PS256)",
            Self::EdDsa => "an Ed25519 private key (EdDSA)",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// Accepts exactly `ES256`, `PS256`, `EdDSA` and `Ed25519` (case-sensitive, R129).
    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::from_name(name).ok_or_else(|| UnknownAlgorithm { found: echo(name) })
    }
}

/// A name that is not in the closed set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("algorithm {found} is not one of ES256, PS256, EdDSA (or its alias Ed25519)")]
pub struct UnknownAlgorithm {
    found: String,
}

#[cfg(test)]
mod tests {
    use super::Algorithm;

    /// Rows: R035, R036, R129
    #[test]
    fn r035_r036_only_the_closed_set_is_read() {
        for name in ["ES256", "PS256", "EdDSA", "Ed25519"] {
            assert!(name.parse::<Algorithm>().is_ok(), "{name}");
        }
        for name in [
            "none", "None", "NONE", "nOnE", "none ", "", "RS256", "RS384", "RS512", "PS384",
            "PS512", "ES384", "ES512", "ES256K", "HS256", "HS384", "HS512", "ESP256", "es256",
            "Es256", "eddsa", "ed25519", "Ed448", "PS256 ", "dir", "A128KW",
        ] {
            assert!(name.parse::<Algorithm>().is_err(), "{name}");
        }
    }
}
