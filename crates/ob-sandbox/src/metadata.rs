//! The metadata document (RFC 8414).

use crate::{
    answer::Answer,
    base::{JWKS_PATH, TOKEN_PATH},
    world::World,
};
use serde_json::json;

/// R168, R169. `response_types_supported` is required and may not be empty, although there is no
/// authorization endpoint: `["none"]` would be a lie of another kind, so the member is left out,
/// as OpenID4VCI allows and the conformance suite's schema accepts.
pub(crate) fn document(world: &World) -> Answer {
    let base = &world.base;
    Answer::ok(&json!({
        "issuer": base.origin(),
        "token_endpoint": base.url(TOKEN_PATH),
        "jwks_uri": base.url(JWKS_PATH),
        "scopes_supported": crate::token::SCOPES,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "dpop_signing_alg_values_supported": ALGORITHMS,
    }))
}

/// R035: no RS256, and never `none`. `Ed25519` is the fully specified name of RFC 9864.
const ALGORITHMS: [&str; 4] = ["ES256", "PS256", "EdDSA", "Ed25519"];
