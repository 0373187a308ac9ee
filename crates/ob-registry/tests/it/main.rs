//! The registry from outside: access, writes, files, texts, many tasks at once.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod access;
mod allocation;
mod authority;
mod certificate;
mod certificate_check;
mod certificate_mutated;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod child;
mod concurrency;
mod contract;
mod csv;
mod expiry;
mod file_store;
mod follow;
mod history;
mod killed;
#[cfg(feature = "sqlite")]
mod killed_sqlite;
mod lapse;
mod lifecycle;
mod onboarding;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod restarted;
mod sample;
#[cfg(feature = "postgres")]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;
mod text;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod visible;
mod write;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod writers;
