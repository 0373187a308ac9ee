//! Access tokens in JWT form (RFC 9068), verified by the resource server (standards I).

mod claims;
mod verify;

pub use claims::AccessTokenClaims;
pub use verify::AccessTokenVerifier;
