//! Compact JWS, parsed strictly.

mod compact;
mod header;

pub use compact::{CompactJws, read_claims_unverified};
pub use header::JoseHeader;
