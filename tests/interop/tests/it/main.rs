//! obkit and the sandbox judged by foreign implementations of the same standards.
//!
//! `cargo xtask interop` installs the judges and says where they are.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod clients;
mod jose;
mod judge;
mod metadata;
mod provider;
mod recorded;
mod resource_server;
