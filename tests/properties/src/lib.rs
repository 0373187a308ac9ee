//! What must hold for every input of the parsers.
//!
//! Each property is a function of bytes that panics where it does not hold. It is written once
//! and run twice: by the fuzzer on mutated inputs (`cargo xtask fuzz`, the package in
//! `tests/fuzz`), and by the tests of this package on [`Target::seeds`] and on the regressions,
//! the inputs that once broke it.
//!
//! ```
//! let target = properties::TARGETS.iter().find(|target| target.name == "iban").unwrap();
//! (target.property)(b"GB82WEST12345698765432");
//! assert!(!target.seeds().is_empty());
//! ```

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a property panics where it does not hold"
)]

mod answer_text;
mod mutation;
mod random;
mod signers;
mod spoken;
mod strict_tree;
mod vectors;
mod verifiers;

mod base64url;
mod challenge;
mod claims;
mod error_envelope;
mod htu;
mod iban;
mod ids;
mod json;
mod jwk;
mod jws;
mod jws_mutation;
mod payload;
mod redaction;
mod retry_after;
mod third_party_file;
mod token_answer;
mod token_claims;
mod values;

mod target;
pub use target::{TARGETS, Target, check};

pub mod regressions;
