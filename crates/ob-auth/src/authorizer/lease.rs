//! What a caller gets: a token and where it came from.

use crate::{SealedToken, TokenType};
use std::sync::Arc;

/// Where a token came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheStatus {
    /// It was held already; no token request was made for this caller.
    Hit,
    /// This caller's token request fetched it.
    Fetched,
    /// Another caller's token request fetched it while this one waited.
    Shared,
}

/// A token for a call, and where it came from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenLease {
    /// The token.
    pub token: Arc<SealedToken>,
    /// Where it came from.
    pub cache: CacheStatus,
    /// How many token requests its fetch took: 0 for a hit.
    pub attempts: u32,
    /// The correlation id of the token answer, if one was fetched.
    pub correlation: Option<String>,
}

/// What was written into a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authorized {
    /// The token in use: needed to [evict](crate::Authorizer::evict) it.
    pub token: Arc<SealedToken>,
    /// Where it came from.
    pub cache: CacheStatus,
    /// How many token requests its fetch took: 0 for a hit.
    pub attempts: u32,
    /// The correlation id of the token answer, if one was fetched.
    pub correlation: Option<String>,
    /// Whether a DPoP proof was written.
    pub bound: bool,
}

impl Authorized {
    pub(super) fn new(lease: TokenLease) -> Self {
        Self {
            bound: lease.token.token_type() == TokenType::Dpop,
            token: lease.token,
            cache: lease.cache,
            attempts: lease.attempts,
            correlation: lease.correlation,
        }
    }
}
