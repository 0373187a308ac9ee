//! Tests of the facade: the README's code, the shape of its errors, and what a sandbox says to
//! the calls that no other test makes.
#![expect(clippy::unwrap_used, reason = "tests")]

#[cfg(feature = "testing")]
mod certificates;
mod probe;
mod readme;
mod wire;
