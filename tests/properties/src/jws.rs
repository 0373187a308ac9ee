//! Compact JWS, and the three verifiers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ob_jose::{CompactJws, JwkSet, base64url, json, read_claims_unverified};

use crate::signers::{eddsa, es256};
use crate::verifiers::{Kind, public};
use crate::{mutation, random, spoken, vectors};

const LIMIT: usize = 8 * 1024;

/// What parses is spelled canonically and within the limit, both readers of claims agree, and no
/// verifier accepts what the keys did not sign.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match CompactJws::parse(text, LIMIT) {
        Ok(jws) => parsed(&jws, text),
        Err(refusal) => spoken::check(&refusal),
    }
    for kind in Kind::ALL {
        match kind.verify(&KEYS, text) {
            Ok(()) => assert!(is_ours(kind, text), "accepted as {kind:?}: {text}"),
            Err(refusal) => spoken::check(&refusal),
        }
    }
}

fn parsed(jws: &CompactJws<'_>, text: &str) {
    assert!(text.len() <= LIMIT);
    assert!(CompactJws::parse(text, text.len() - 1).is_err());
    let (input, signature) = text.rsplit_once('.').unwrap_or_default();
    assert_eq!(jws.signing_input(), input);
    assert_eq!(base64url::encode(jws.signature()), signature);
    let (header, payload) = input.split_once('.').unwrap_or_default();
    assert_eq!(base64url::encode(jws.payload()), payload);

    let header = base64url::decode(header).expect("the header was decoded before");
    let header = json::parse_object(&header).expect("the header was read before");
    let named = header.get("alg").and_then(|alg| alg.as_str());
    assert!(
        matches!(named, Some("ES256" | "PS256" | "EdDSA" | "Ed25519")),
        "{named:?}"
    );
    assert!(
        ["crit", "b64", "zip", "enc"]
            .iter()
            .all(|name| !header.contains_key(*name))
    );
    assert!(jws.header().kid().is_none_or(|kid| kid.len() <= 256));

    let claims = jws.claims();
    assert_eq!(
        claims.as_ref().ok(),
        json::parse_object(jws.payload()).ok().as_ref()
    );
    assert_eq!(claims.ok(), read_claims_unverified(text, LIMIT).ok());
}

static KEYS: LazyLock<JwkSet> = LazyLock::new(|| public(&[eddsa(), es256()]));

/// Everything that the keys ever signed: the good tokens of the seeds.
static SIGNED: LazyLock<BTreeSet<(Kind, String)>> = LazyLock::new(|| {
    let input = |token: String| token.rsplit_once('.').map(|(input, _)| input.to_owned());
    good_tokens()
        .into_iter()
        .filter_map(|(kind, token)| Some((kind, input(token)?)))
        .collect()
});

fn is_ours(kind: Kind, text: &str) -> bool {
    let input = text.rsplit_once('.').map_or("", |(input, _)| input);
    SIGNED.contains(&(kind, input.to_owned()))
}

fn good_tokens() -> Vec<(Kind, String)> {
    let keys = [eddsa(), es256()];
    let made = keys
        .iter()
        .flat_map(|key| Kind::ALL.map(|kind| (kind, kind.good(key))));
    made.collect()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors::harvest(vectors::JOSE, vectors::token);
    for (_, token) in good_tokens() {
        for script in random::texts(b"\0\x01\x02\x03\x04 Aa0-_.=", 8, 8) {
            seeds.push(mutation::mutated(token.as_bytes(), &script));
        }
        seeds.push(token.into_bytes());
    }
    seeds.extend(random::seeds([
        "eyJhbGciOiJub25lIn0.e30.",
        "e30.e30.e30",
        "a.b.c.d.e",
        "eyJhbGciOiJFUzI1NiIsImNyaXQiOltdfQ.e30.AA",
    ]));
    seeds
}
