//! Keys: where they come from, what they can do, and what is wrong with them.

mod der;
mod error;
mod pem;
mod secret;
mod signing;
mod verifying;

pub use error::{KeyError, KeyErrorKind};
pub use secret::SecretText;
pub use signing::{RsaSize, SigningKey};
pub use verifying::{BadSignature, VerifyingKey};
