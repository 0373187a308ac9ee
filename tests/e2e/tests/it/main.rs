//! obkit against the sandbox and against hostile servers, over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bad_answers;
mod canary;
mod hostile;
mod journal;
mod refusals;
mod reuse;
mod story;
mod tls;
mod tokens;
mod world;
