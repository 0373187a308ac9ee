//! Providers: the banks that can be connected.

mod country;

pub use country::CountryCode;

use crate::ProviderId;
use serde::{Deserialize, Serialize};

/// A provider: `{"id","displayName","countryCode"}` (ASSUMED).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// Its name, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where it is, as the platform writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
}

impl Provider {
    /// A provider of which nothing but the id is known.
    #[must_use]
    pub const fn new(id: ProviderId) -> Self {
        Self {
            id,
            display_name: None,
            country_code: None,
        }
    }
}
