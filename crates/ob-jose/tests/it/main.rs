//! The public API against public vectors, foreign verifiers and attacks.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod attacks;
mod canary;
#[cfg(feature = "interop")]
mod interop;
mod json;
mod keys;
mod laws;
mod oracle;
mod proofs;
mod rfc;
mod shapes;
mod support;
mod time;
mod wycheproof;
