//! Where a third-party stands in its life with the Integrator.

use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::RegistryError;

/// Where a third-party stands.
///
/// ```text
/// draft ──► onboarding ──► active ◄──► suspended
///   │           │             │            │
///   │           │             └────────────┴──► offboarding ──► offboarded
///   └───────────┴─────────────────────────────────────────────────▲
/// ```
///
/// Only an active one is acted for. Nothing leads back from offboarding: its consents and tokens
/// are being withdrawn, so a return is a new onboarding.
///
/// ```
/// use ob_registry::Status;
/// assert!(Status::Suspended.may_become(Status::Active));
/// assert!(!Status::Offboarded.may_become(Status::Active));
/// assert_eq!(Status::Draft.next(), [Status::Onboarding, Status::Offboarded]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Written down, not yet handed to the platform. The only status that may be removed.
    Draft,
    /// The platform is setting it up.
    Onboarding,
    /// In service.
    Active,
    /// Taken out of service for a while.
    Suspended,
    /// Leaving: nothing new is done for it.
    Offboarding,
    /// Gone. Its row stays, so that the journal can always be read.
    Offboarded,
}

impl Status {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Onboarding,
        Self::Active,
        Self::Suspended,
        Self::Offboarding,
        Self::Offboarded,
    ];

    /// The statuses that may follow this one.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Onboarding, Self::Offboarded],
            Self::Onboarding => &[Self::Active, Self::Offboarded],
            Self::Active => &[Self::Suspended, Self::Offboarding],
            Self::Suspended => &[Self::Active, Self::Offboarding],
            Self::Offboarding => &[Self::Offboarded],
            Self::Offboarded => &[],
        }
    }

    /// Whether `to` may directly follow this status.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }

    /// The status as it is written in a file: `active`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Onboarding => "onboarding",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Offboarding => "offboarding",
            Self::Offboarded => "offboarded",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| RegistryError::value("status", Shown(text), NEEDED))
    }
}

const NEEDED: &str = "draft, onboarding, active, suspended, offboarding or offboarded";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_whole_table_of_transitions() {
        let legal: Vec<_> = Status::ALL
            .iter()
            .flat_map(|from| from.next().iter().map(move |to| format!("{from} {to}")))
            .collect();
        insta::assert_snapshot!(legal.join("\n"), @r"
        draft onboarding
        draft offboarded
        onboarding active
        onboarding offboarded
        active suspended
        active offboarding
        suspended active
        suspended offboarding
        offboarding offboarded
        ");
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse::<Status>().unwrap(), status);
            let json = serde_json::to_string(&status).unwrap();
            assert_eq!(json, format!("\"{status}\""));
        }
        for text in ["", "Active", "active ", "live"] {
            assert!(text.parse::<Status>().is_err(), "{text:?}");
        }
    }
}
