//! JSON Web Keys (RFC 7517, 7518, 8037) with public and private apart in the type.

mod members;
mod private;
mod public;
mod set;
mod thumbprint;

pub(crate) use members::check_parts;
pub use private::PrivateJwk;
pub use public::PublicJwk;
pub use set::{JwkSet, NoSuchKey};
pub use thumbprint::{BadThumbprint, Thumbprint};
