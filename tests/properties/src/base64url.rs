//! One spelling per value (RFC 4648 section 3.5).

use ob_jose::base64url;

use crate::{random, spoken, vectors};

/// What is encoded decodes to itself, and what decodes is exactly what would be encoded.
pub(crate) fn holds(data: &[u8]) {
    let encoded = base64url::encode(data);
    assert!(encoded.bytes().all(is_letter), "{encoded}");
    assert_eq!(base64url::decode(&encoded).as_deref(), Ok(data));

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match base64url::decode(text) {
        Ok(bytes) => assert_eq!(base64url::encode(&bytes), text),
        Err(error) => {
            spoken::check(&error);
            assert!(!is_canonical(text), "{text:?} is canonical: {error}");
        }
    }
}

/// The definition, written without a decoder.
fn is_canonical(text: &str) -> bool {
    let last = text.bytes().next_back().and_then(value).unwrap_or(0);
    let spare = match text.len() % 4 {
        0 => 0b00_0000,
        2 => 0b00_1111,
        3 => 0b00_0011,
        _ => return false,
    };
    text.bytes().all(is_letter) && last & spare == 0
}

fn is_letter(byte: u8) -> bool {
    value(byte).is_some()
}

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors::harvest(&["rfc/rfc_jose_dpop_vectors.json"], vectors::any_text);
    seeds.extend(random::texts(b"ABXYZabxyz0189-_=+/ .", 24, 64));
    seeds
}
