//! RFC 7638 thumbprints.

use std::fmt;
use std::str::FromStr;

use crate::base64url;
use crate::crypto::sha256::sha256;

/// A SHA-256 JWK thumbprint: 43 characters of base64url.
///
/// It is computed from the parsed key written out again canonically, so one key has one
/// thumbprint however its JWK was spelled (R119-R121).
///
/// ```
/// use ob_jose::Thumbprint;
///
/// let text = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
/// assert_eq!(text.parse::<Thumbprint>()?.as_str(), text);
/// assert!("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J".parse::<Thumbprint>().is_err());
/// # Ok::<(), ob_jose::BadThumbprint>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thumbprint(Box<str>);

impl Thumbprint {
    /// Hashes the canonical JSON of a key.
    pub(crate) fn of(canonical: &str) -> Self {
        Self(base64url::encode(&sha256(canonical.as_bytes())).into())
    }

    /// The text, as in `cnf.jkt`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({})", self.0)
    }
}

impl FromStr for Thumbprint {
    type Err = BadThumbprint;

    /// Accepts the canonical base64url of 32 octets.
    fn from_str(text: &str) -> Result<Self, BadThumbprint> {
        match base64url::decode(text) {
            Ok(hash) if hash.len() == 32 => Ok(Self(text.into())),
            _ => Err(BadThumbprint),
        }
    }
}

/// The text is not a SHA-256 thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 thumbprint: need 43 characters of canonical base64url")]
pub struct BadThumbprint;
