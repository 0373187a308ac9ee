//! Consents.

use crate::{Personal, Timestamp, open_enum::open_enum};
use ob_core::{ConsentId, UseCaseConfigurationId};
use serde::{Deserialize, Serialize};

open_enum!(
    /// The state of a consent (ASSUMED).
    ConsentStatus {
        /// Created, not yet authorised by the end user.
        Inactive = "INACTIVE",
        /// Authorised: data can be read.
        Active = "ACTIVE",
        /// Its time is over.
        Expired = "EXPIRED",
        /// Withdrawn.
        Revoked = "REVOKED",
    }
);

open_enum!(
    /// How long a consent serves (the two kinds DOC, their names ASSUMED).
    ConsentType {
        /// Valid for months, its data refreshed at intervals; renewable and revocable.
        Ongoing = "ONGOING",
        /// Data is fetched once; usually expires within 24 hours.
        OneOff = "ONE_OFF",
    }
);

/// The person whose accounts they are, `{"identifier":"...","email":"..."}` (INT live).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EndUser {
    /// Your stable id of the person (INT live).
    pub identifier: Personal,
    /// The e-mail address; creating a consent without one gives 400 (INT live).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal>,
}

impl EndUser {
    /// An end user as creating a consent needs it.
    pub fn new(identifier: impl Into<Personal>, email: impl Into<Personal>) -> Self {
        Self {
            identifier: identifier.into(),
            email: Some(email.into()),
        }
    }

    /// An end user by identifier alone, as a managed flow names one.
    pub fn identified(identifier: impl Into<Personal>) -> Self {
        Self {
            identifier: identifier.into(),
            email: None,
        }
    }
}

/// The body that creates a consent (INT live).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewConsent {
    /// Which of the Integrator's use case configurations it is for (INT live).
    pub use_case_configuration_id: UseCaseConfigurationId,
    /// Who is asked; currently exactly one end user (DOC).
    pub end_users: Vec<EndUser>,
}

impl NewConsent {
    /// A consent for one end user.
    #[must_use]
    pub fn new(use_case: UseCaseConfigurationId, end_user: EndUser) -> Self {
        Self {
            use_case_configuration_id: use_case,
            end_users: vec![end_user],
        }
    }
}

/// A consent: what an end user allows a third-party to read.
///
/// ```
/// use ob_api::{Consent, ConsentStatus};
/// let consent: Consent = serde_json::from_str(
///     r#"{"consentId":"c-1","createdAt":"2023-11-28T00:00:00.0000000+00:00","status":"ACTIVE"}"#,
/// )?;
/// assert_eq!(consent.status, Some(ConsentStatus::Active));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Consent {
    /// Its id (DOC).
    pub consent_id: ConsentId,
    /// Whose it is (DOC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_users: Option<Vec<EndUser>>,
    /// When it was created (DOC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Its state (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ConsentStatus>,
    /// When it expires (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The use case configuration it was created with (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_case_configuration_id: Option<UseCaseConfigurationId>,
    /// How long it serves (ASSUMED).
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub consent_type: Option<ConsentType>,
}

impl Consent {
    /// A consent of which nothing but the id is known.
    #[must_use]
    pub const fn new(consent_id: ConsentId) -> Self {
        Self {
            consent_id,
            end_users: None,
            created_at: None,
            status: None,
            expires_at: None,
            use_case_configuration_id: None,
            consent_type: None,
        }
    }

    /// Whether the platform says that data can be read.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == Some(ConsentStatus::Active)
    }
}
