//! The isolation proof: many third-parties, many tasks, calls dropped, tokens expiring and
//! nonces rotating, and the sandbox comparing what was meant with what the token says.
#![expect(clippy::unwrap_used, reason = "tests")]

mod world;

#[cfg(not(feature = "sabotage"))]
mod holds;

#[cfg(feature = "sabotage")]
mod notices;
