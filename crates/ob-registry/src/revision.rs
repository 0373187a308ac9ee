//! How far a registry has come, and how often one third-party was changed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a registry has come: the number of its newest event, 0 for an empty one.
///
/// Every change of a registry has the next number, whoever makes it; a snapshot, a plan and a
/// replica say by it what they have seen.
///
/// ```
/// use ob_registry::Revision;
/// assert_eq!(Revision::ZERO.next(), Revision::from(1));
/// assert_eq!(Revision::from(7).to_string(), "7");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Revision(u64);

impl Revision {
    /// The revision of a registry that nothing ever happened to.
    pub const ZERO: Self = Self(0);

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl From<u64> for Revision {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How often one third-party was changed: 1 when it was added.
///
/// A change that names the version it was made from is refused (OB-R010) when somebody else was
/// faster: [`Edit::expecting`](crate::Edit::expecting).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version(u64);

impl Version {
    /// The version of a third-party that was added and not changed since.
    pub const FIRST: Self = Self(1);

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
