//! The tool as scripts and people use it: the real binary, as a child process.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod authority;
mod cert;
mod child;
mod config;
mod consent;
mod demo;
mod expiring;
mod explain;
mod help;
mod http1;
mod keys;
mod onboard;
mod place;
mod platform;
mod registry;
mod registry_change;
mod sandbox;
mod secrets;
mod streams;
mod terminal;
mod token;
