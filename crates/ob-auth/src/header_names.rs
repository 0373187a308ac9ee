//! The header names this crate writes, each in one place (X8).

use http::HeaderName;

/// Third-party of a token request (MUST; on the token request only, R193).
pub(crate) const X_ON_BEHALF_OF: HeaderName = HeaderName::from_static("x-on-behalf-of");
/// Application of an API call (MUST).
pub(crate) const X_APPLICATION_ID: HeaderName = HeaderName::from_static("x-application-id");
/// Consent of a data call (INT); read here to compare, never written.
pub(crate) const X_CONSENT_ID: HeaderName = HeaderName::from_static("x-consent-id");
/// A proof (RFC 9449).
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");
/// Our id of an exchange (FAPI advice, R216).
pub(crate) const X_FAPI_INTERACTION_ID: HeaderName =
    HeaderName::from_static("x-fapi-interaction-id");

/// The correlation id of an answer, in order of preference (platform, section 3).
pub(crate) const CORRELATION: [HeaderName; 4] = [
    HeaderName::from_static("correlation-id"),
    HeaderName::from_static("x-mc-correlation-id"),
    HeaderName::from_static("x-correlation-id"),
    X_FAPI_INTERACTION_ID,
];
