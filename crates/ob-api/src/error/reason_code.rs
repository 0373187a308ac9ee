//! The reason codes of the platform, in one place.

use crate::open_enum::open_enum;

open_enum!(
    /// Why the gateway refused something.
    ReasonCode {
        /// A property has the wrong form (seen).
        FormatError = "FORMAT_ERROR",
        /// A property is invalid or missing (seen, INT live).
        BadRequest = "BAD_REQUEST",
        /// `Authorization` is missing or malformed (seen, LIB).
        InvalidAuthHeader = "INVALID_AUTH_HEADER",
        /// The OAuth request is malformed (seen).
        MalformedOauthReq = "MALFORMED_OAUTH_REQ",
        /// The platform failed (seen).
        SystemError = "SYSTEM_ERROR",
        /// The token is not valid (ASSUMED).
        InvalidToken = "INVALID_TOKEN",
        /// The token lacks a scope (ASSUMED).
        InsufficientScope = "INSUFFICIENT_SCOPE",
        /// The application id is not the third-party's, or the call is not allowed (ASSUMED).
        Forbidden = "FORBIDDEN",
        /// No such thing, or somebody else's (ASSUMED).
        NotFound = "NOT_FOUND",
        /// The method is not one this path has (ASSUMED).
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// The present state does not allow it (ASSUMED).
        Conflict = "CONFLICT",
        /// The idempotency key was used with another body (ASSUMED, R214).
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// Too many calls (ASSUMED).
        TooManyRequests = "TOO_MANY_REQUESTS",
        /// The consent has expired (ASSUMED).
        ConsentExpired = "CONSENT_EXPIRED",
        /// The consent was revoked (ASSUMED).
        ConsentRevoked = "CONSENT_REVOKED",
        /// The consent was not authorised yet (ASSUMED).
        ConsentNotActive = "CONSENT_NOT_ACTIVE",
    }
);

impl ReasonCode {
    /// Whether it says that the end user has to authorise a consent (again).
    #[must_use]
    pub const fn is_about_consent(&self) -> bool {
        matches!(
            self,
            Self::ConsentExpired | Self::ConsentRevoked | Self::ConsentNotActive
        )
    }
}
