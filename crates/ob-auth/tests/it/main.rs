//! ob-auth against a small authorization server that verifies everything it is sent.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod assertion;
mod attach;
mod bad_answers;
mod cache;
mod clock;
mod discovery;
mod header_values;
mod nonces;
mod proof;
mod refresh;
#[cfg(feature = "dangerous-sabotage")]
mod sabotage;
mod seal;
mod secrets;
mod several_servers;
mod token_request;
mod world;
