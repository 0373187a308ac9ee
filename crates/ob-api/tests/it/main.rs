//! ob-api through its public door.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod answers;
mod errors;
mod iban_vectors;
mod laws;
mod personal_data;
mod requests;
mod support;
mod values;
