//! The registry from outside: access, writes, files, texts, many tasks at once.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod access;
mod authority;
mod certificate;
mod certificate_check;
mod certificate_mutated;
mod concurrency;
mod csv;
mod expiry;
mod file_store;
mod follow;
mod history;
mod killed;
mod lapse;
mod lifecycle;
mod onboarding;
mod plan;
mod sample;
mod text;
mod write;
