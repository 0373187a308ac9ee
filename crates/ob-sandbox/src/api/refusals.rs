//! The API's refusals: status, reason code and challenge of each (platform section 8, R204).

use super::{challenge, credentials::Scheme};
use crate::{
    consent::ConsentState,
    refused::{Reason, Refused, RefusedKind, because},
};
use http::{StatusCode, header};

/// 400: the request itself is wrong.
pub(super) fn bad_request(reason: Reason) -> Refused {
    Refused::gateway(
        StatusCode::BAD_REQUEST,
        ("BAD_REQUEST", "the request is malformed"),
        reason,
    )
}

/// 400 `invalid_request` of RFC 6750: the credentials are given in a wrong way.
pub(super) fn invalid_request(reason: Reason) -> Refused {
    Refused::gateway(
        StatusCode::BAD_REQUEST,
        ("MALFORMED_OAUTH_REQ", "the credentials are malformed"),
        reason,
    )
}

/// 401 without an error code: nobody said who they are. `bearer` says whether that scheme is
/// taken here at all.
pub(super) fn no_credentials(bearer: bool, reason: Reason) -> Refused {
    unauthorized(
        ("INVALID_AUTH_HEADER", "authentication is needed"),
        reason,
        challenge::offers(bearer),
    )
}

/// 401 `invalid_token`, whatever is wrong with it (R180).
pub(super) fn invalid_token(scheme: Scheme, reason: Reason) -> Refused {
    let lines = challenge::lines(scheme, "invalid_token");
    unauthorized(
        ("INVALID_TOKEN", "the access token is not valid"),
        reason,
        lines,
    )
}

/// 401 `invalid_dpop_proof`.
pub(super) fn invalid_proof(reason: Reason) -> Refused {
    let lines = challenge::lines(Scheme::Dpop, "invalid_dpop_proof");
    unauthorized(
        (
            "INVALID_AUTH_HEADER",
            "the DPoP proof is missing or not valid",
        ),
        reason,
        lines,
    )
}

/// 401 `use_dpop_nonce`.
pub(super) fn use_nonce(reason: Reason, malformed: bool) -> Refused {
    unauthorized(
        ("INVALID_AUTH_HEADER", "the DPoP proof needs a nonce"),
        reason,
        vec![challenge::nonce(malformed)],
    )
    .kind(RefusedKind::NonceChallenge)
}

/// 503: the replay store is full.
pub(super) fn overloaded(reason: Reason) -> Refused {
    let told = (
        "SYSTEM_ERROR",
        "too many requests are remembered, try later",
    );
    Refused::gateway(StatusCode::SERVICE_UNAVAILABLE, told, reason)
        .header(header::RETRY_AFTER, "60")
}

/// 403 `insufficient_scope`.
pub(super) fn insufficient_scope(scheme: Scheme, scope: &'static str, reason: Reason) -> Refused {
    let challenge = challenge::scope(scheme, scope);
    forbidden("INSUFFICIENT_SCOPE", "the token lacks a scope", reason)
        .header(header::WWW_AUTHENTICATE, challenge)
}

/// 403: the token is fine and still may not do this.
pub(super) fn forbidden(code: &'static str, description: &'static str, reason: Reason) -> Refused {
    Refused::gateway(StatusCode::FORBIDDEN, (code, description), reason)
}

/// 403: the consent is not active (ASSUMED: status and codes).
pub(super) fn consent_not_active(state: ConsentState) -> Refused {
    let (code, description) = match state {
        ConsentState::Expired => ("CONSENT_EXPIRED", "the consent has expired"),
        ConsentState::Revoked => ("CONSENT_REVOKED", "the consent was revoked"),
        ConsentState::Active | ConsentState::Inactive => (
            "CONSENT_NOT_ACTIVE",
            "the end user has not authorised the consent",
        ),
    };
    let reason = because("platform 5", "consent").expected("an ACTIVE consent");
    forbidden(code, description, reason.found(state.as_str()))
}

/// 404: missing and somebody else's are one answer (R200).
pub(super) fn not_found(reason: Reason) -> Refused {
    Refused::gateway(
        StatusCode::NOT_FOUND,
        ("NOT_FOUND", "there is no such thing"),
        reason,
    )
}

fn unauthorized(
    told: (&'static str, &'static str),
    reason: Reason,
    challenges: Vec<String>,
) -> Refused {
    let refused = Refused::gateway(StatusCode::UNAUTHORIZED, told, reason);
    challenges.into_iter().fold(refused, |refused, line| {
        refused.header(header::WWW_AUTHENTICATE, line)
    })
}
