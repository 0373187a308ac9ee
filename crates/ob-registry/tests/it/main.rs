//! The registry from outside: access, writes, files, texts, many tasks at once.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod access;
mod concurrency;
mod file_store;
mod follow;
mod history;
mod killed;
mod lifecycle;
mod sample;
mod text;
mod write;
