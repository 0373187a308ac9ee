//! Tests of the facade that need no server: the README's code, the shape of its errors.
#![expect(clippy::unwrap_used, reason = "tests")]

mod readme;
mod wire;
