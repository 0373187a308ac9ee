//! The throw-away server from outside.

#![expect(clippy::unwrap_used, reason = "tests")]

mod lives;
