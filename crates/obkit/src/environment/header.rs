//! The platform's header names that the facade writes (platform section 4).

use http::HeaderName;

/// Names the consent a data call is made under (INT).
pub(crate) const CONSENT_ID: HeaderName = HeaderName::from_static("x-consent-id");

/// Makes a POST repeatable (INT; R213).
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Our id of the call, on every call (FAPI 2.0 implementation advice 2.1.1; R216).
pub(crate) const INTERACTION_ID: HeaderName = HeaderName::from_static("x-fapi-interaction-id");
