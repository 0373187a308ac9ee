//! Client assertions: `private_key_jwt` (RFC 7523, RFC 10070, FAPI 2.0 section 5.3).

mod build;
mod verify;

pub use build::{AssertionTyp, ClientAssertion};
pub use verify::{AssertionVerifier, RegisteredClient, VerifiedAssertion};

/// Assertions and proofs are refused above this size, before any decoding (R147).
pub(crate) const SIZE_LIMIT: usize = 8 * 1024;
