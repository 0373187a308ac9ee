//! The transport over real sockets on the loopback interface.
//!
//! The servers are written here, byte by byte, so that they can misbehave exactly as each
//! test needs; only HTTP/2 is served by a library.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod broken;
mod build;
mod cancel;
mod client_hello;
#[cfg(feature = "testing")]
mod doubles;
mod exchange;
mod h2;
mod limits;
mod logs;
mod mtls;
mod refused;
mod reuse;
mod support;
mod tls;
