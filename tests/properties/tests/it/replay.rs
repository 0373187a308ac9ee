//! The replay, one test for each target.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use properties::{TARGETS, Target, regressions};

fn target(name: &str) -> &'static Target {
    let found = TARGETS.iter().find(|target| target.name == name);
    found.expect("the target is in the list")
}

/// Runs all inputs, so that one run names every one that breaks the property.
fn replay(name: &str) {
    let target = target(name);
    let seeds = target.seeds();
    assert!(seeds.len() >= 8, "{} seeds", seeds.len());
    let seeds = seeds.into_iter().map(|seed| ("seed".to_owned(), seed));
    let known = regressions::of(name).expect("the regressions can be read");
    let mut broken = Vec::new();
    for (origin, input) in seeds.chain(known) {
        let run = AssertUnwindSafe(|| (target.property)(&input));
        if catch_unwind(run).is_err() {
            broken.push(format!("{origin}: {}", input.escape_ascii()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

macro_rules! replayed {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })+

        #[test]
        fn every_target_is_replayed() {
            let listed: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(listed, BTreeSet::from([$(stringify!($name)),+]));
        }
    };
}

replayed![
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
