//! obkit against the sandbox and against hostile servers, over real sockets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bad_answers;
mod discovery;
mod gate;
mod hostile;
mod journal;
mod refusals;
mod replica;
mod replicas;
mod reuse;
mod story;
mod suspension;
mod tls;
mod tokens;
mod wire;
mod world;
