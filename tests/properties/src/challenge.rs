//! `WWW-Authenticate`.

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, StatusCode};
use ob_auth::Challenge;

use crate::{answer_text, random};

/// A status line and one `WWW-Authenticate` per line. What is recognised is written there, under
/// a status that goes with it; a proper challenge for a nonce is never overlooked.
pub(crate) fn holds(data: &[u8]) {
    let mut lines = data.split(|b| *b == b'\n');
    let status = answer_text::status(lines.next().unwrap_or_default());
    let values: Vec<HeaderValue> = lines
        .take(6)
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .collect();
    let found = Challenge::of(status, &headers(&values));

    let written = |word: &str| {
        let texts = values.iter().filter_map(|value| value.to_str().ok());
        // A quoted string may write each character of the word as a pair.
        let mut plain = texts.map(|text| text.replace('\\', ""));
        plain.any(|text| text.contains(word))
    };
    match found {
        None => {}
        Some(Challenge::UseNonce) => assert!(status == 401 && written("use_dpop_nonce")),
        Some(Challenge::InvalidProof) => assert!(status == 401 && written("invalid_dpop_proof")),
        Some(Challenge::InvalidToken) => assert!(status == 401 && written("invalid_token")),
        Some(Challenge::InsufficientScope) => {
            assert!(status == 403 && written("insufficient_scope"));
        }
        Some(other) => assert_eq!(other, Challenge::UseNonce, "a value without a property"),
    }
    let mut backwards = values.clone();
    backwards.reverse();
    let reversed = Challenge::of(status, &headers(&backwards));
    let nonce = Some(Challenge::UseNonce);
    assert_eq!(found == nonce, reversed == nonce);

    let mut asked = values;
    asked.push(HeaderValue::from_static(r#"DPoP error="use_dpop_nonce""#));
    assert_eq!(
        Challenge::of(StatusCode::UNAUTHORIZED, &headers(&asked)),
        nonce
    );
}

fn headers(values: &[HeaderValue]) -> HeaderMap {
    values
        .iter()
        .map(|value| (WWW_AUTHENTICATE, value.clone()))
        .collect()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = random::seeds([
        "401\nDPoP error=\"use_dpop_nonce\", error_description=\"nonce\"",
        "401\nBearer realm=\"x, y\", DPoP algs=\"ES256 PS256\", error=\"use_dpop_nonce\"",
        "401\nDpop error:\"use_dpop_nonce\"",
        "401\nNegotiate, DPoP error=\"use\\_dpop_nonce\"",
        "401\n, , Basic dGVzdA==, DPoP unknown=1, error=\"invalid_dpop_proof\", more=\"\\\"\"",
        "401\nBearer error=\"invalid_token\"\nDPoP error=use_dpop_nonce",
        "403\nBearer error=\"insufficient_scope\", scope=\"a b\"",
        "401\nDPoP error=\"a\", error=\"use_dpop_nonce\"",
    ]);
    for mut text in random::texts(b"DPoP Bearer=\",\\error_use_dpop_nonce:", 60, 64) {
        text.splice(..0, *b"401\n");
        seeds.push(text);
    }
    seeds
}
