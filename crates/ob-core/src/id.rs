//! Identifiers, checked when they are made.

mod error;
mod header_bound;
mod uuid_bound;

pub use error::IdError;
pub use header_bound::{BusinessId, ClientId, ConsentId};
pub use uuid_bound::{ApplicationId, UseCaseConfigurationId};
