//! The public API against public vectors, foreign verifiers and attacks.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod algorithms;
mod attacks;
mod canary;
mod cookbook;
#[cfg(feature = "interop")]
mod interop;
mod json;
mod key_sources;
mod keys;
mod laws;
mod oracle;
mod proofs;
mod rfc;
mod serialisation;
mod shapes;
mod signatures;
mod support;
mod time;
mod vector_files;
mod wycheproof;
