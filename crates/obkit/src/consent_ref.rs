//! A consent id that remembers whose it is.

use ob_core::{BusinessId, ConsentId, IdError};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A consent id together with its owner.
///
/// Consents belong to the third-party they were created for (MUST). A bare id does not say so,
/// and "right token, wrong consent" is the mistake that a bare id invites; this one is refused
/// by any other third-party's handle before anything is sent (`OB-X003`).
///
/// Store its text form (`acme/3f0c...`) instead of the bare id, and the owner travels with it.
///
/// ```
/// use obkit::ConsentRef;
/// let consent: ConsentRef = "acme/9d3c1f0a".parse()?;
/// assert_eq!(consent.owner().as_str(), "acme");
/// assert_eq!(consent.id().as_str(), "9d3c1f0a");
/// assert_eq!(consent.to_string(), "acme/9d3c1f0a");
/// # Ok::<(), obkit::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConsentRef {
    owner: BusinessId,
    id: ConsentId,
}

impl ConsentRef {
    /// The consent `id` of `owner`. A handle makes these itself; make one only from what you
    /// stored together.
    #[must_use]
    pub fn new(owner: BusinessId, id: ConsentId) -> Self {
        Self { owner, id }
    }

    /// Whose consent it is.
    #[must_use]
    pub fn owner(&self) -> &BusinessId {
        &self.owner
    }

    /// The platform's id.
    #[must_use]
    pub fn id(&self) -> &ConsentId {
        &self.id
    }
}

impl fmt::Display for ConsentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.id)
    }
}

impl FromStr for ConsentRef {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // Without a slash the whole text stands where the consent id should: its own check
        // would accept it, so the missing owner is what gets refused.
        let (owner, id) = text.split_once('/').unwrap_or(("", text));
        Ok(Self {
            owner: owner.parse()?,
            id: id.parse()?,
        })
    }
}

impl TryFrom<String> for ConsentRef {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ConsentRef> for String {
    fn from(consent: ConsentRef) -> Self {
        consent.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_id_is_not_a_reference() {
        for text in ["", "9d3c1f0a", "/9d3c", "acme/", "acme/a/b", "a b/c"] {
            assert!(text.parse::<ConsentRef>().is_err(), "{text:?}");
        }
    }
}
