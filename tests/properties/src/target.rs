//! The list of what is fuzzed.

use std::fmt;

use crate::{
    base64url, challenge, claims, error_envelope, htu, iban, ids, json, jwk, jws, jws_mutation,
    payload, redaction, retry_after, third_party_file, token_answer, token_claims, values,
};

/// One property, and where to start from.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: of the fuzz target, of its corpus and of its folder of regressions.
    pub name: &'static str,
    /// Panics where the property does not hold for the bytes.
    pub property: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
}

impl Target {
    /// Inputs that reach far into the parser: published vectors, where they are there, and ours.
    #[must_use]
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        (self.seeds)()
    }
}

/// Runs the property of one target: what a fuzz target consists of.
///
/// # Panics
/// Where the property does not hold, and where there is no target of this name.
pub fn check(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("the target is in the list").property)(data);
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.name)
    }
}

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        &[$(Target {
            name: stringify!($name),
            property: $name::holds,
            seeds: $name::seeds,
        }),+]
    };
}

/// All targets, by name.
pub const TARGETS: &[Target] = targets![
    base64url,
    challenge,
    claims,
    error_envelope,
    htu,
    iban,
    ids,
    json,
    jwk,
    jws,
    jws_mutation,
    payload,
    redaction,
    retry_after,
    third_party_file,
    token_answer,
    token_claims,
    values,
];
