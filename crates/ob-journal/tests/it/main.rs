//! The journal from outside: files, many tasks at once, usage.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod jsonl_read;
mod jsonl_write;
mod killed;
mod memory;
mod sample;
mod usage;
