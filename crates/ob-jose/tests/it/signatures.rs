//! Signatures at the edge of what is one, at every verifier.

use ob_jose::{Algorithm, JwkSet, PublicJwk, Signer, VerifyingKey, base64url};
use serde_json::{Value, json};

use crate::attacks::Target;
use crate::support::{NOW, at, key, run, seal, vectors, with};

/// The order of P-256, big-endian.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The order of the subgroup of Ed25519, little-endian.
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn split(token: &str) -> (String, Vec<u8>) {
    let (input, signature) = token.rsplit_once('.').unwrap();
    (input.to_owned(), base64url::decode(signature).unwrap())
}

fn join(input: &str, signature: &[u8]) -> String {
    format!("{input}.{}", base64url::encode(signature))
}

/// `n - s`, big-endian.
fn negated(s: &[u8]) -> Vec<u8> {
    let mut borrow = 0_i16;
    let mut out = vec![0; 32];
    for at in (0..32).rev() {
        let digit = i16::from(N[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(digit < 0);
        out[at] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    out
}

#[track_caller]
fn is_bad_signature(target: &Target, token: &str) {
    let rule = target.refuses("a bad signature", token).rule();
    assert!(["R058", "R093", "R179"].contains(&rule), "{rule}");
}

/// At all four verifiers: zero and the order of the group in either half, the DER form, and every
/// length but 64. The other of the two valid `s` is a valid signature too (RFC 7518 section 3.4),
/// which is why replay is told by `jti`.
///
/// Rows: R093, R135, L1.10
#[test]
fn es256_signatures_at_the_edge() {
    for target in Target::all(Algorithm::Es256) {
        let (input, good) = split(&target.good());
        let (r, s) = good.split_at(32);
        let zero = [0; 32];
        let order_and_one = [&N[..31], &[N[31] + 1]].concat();
        for (r, s) in [
            (&zero[..], &zero[..]),
            (&zero, s),
            (r, &zero),
            (&N, s),
            (r, &N),
            (&N, &N),
            (&order_and_one, s),
            (r, &order_and_one),
            (&[0xff; 32], s),
            (r, &[0xff; 32]),
            (s, r),
        ] {
            is_bad_signature(&target, &join(&input, &[r, s].concat()));
        }
        for length in [1, 32, 63, 65, 70, 72, 96, 128] {
            let mut cut = good.clone();
            cut.resize(length, 0);
            is_bad_signature(&target, &join(&input, &cut));
        }
        let integer = |half: &[u8]| [&[2, 33, 0], half].concat();
        let der = [vec![0x30, 70], integer(r), integer(s)].concat();
        is_bad_signature(&target, &join(&input, &der));

        let twin = join(&input, &[r, &negated(s)].concat());
        assert_eq!(target.judge(&twin), Ok(()), "{}", target.name);
    }
}

/// At all four verifiers: S + L has the same remainder and is refused.
///
/// Rows: R093, R137, L1.12
#[test]
fn ed25519_signatures_are_canonical() {
    for target in Target::all(Algorithm::EdDsa) {
        let (input, good) = split(&target.good());
        let mut carry = 0_u16;
        let mut bent = good.clone();
        for (digit, order) in bent[32..].iter_mut().zip(L) {
            let sum = u16::from(*digit) + u16::from(order) + carry;
            *digit = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        is_bad_signature(&target, &join(&input, &bent));
        for length in [32, 63, 65, 114] {
            let mut cut = good.clone();
            cut.resize(length, 0);
            is_bad_signature(&target, &join(&input, &cut));
        }
        let identity = [&[1][..], &[0; 63]].concat();
        is_bad_signature(&target, &join(&input, &identity));
    }
}

/// The identity, the points of order 2, 4 and 8, and their encodings that are not reduced.
fn weak_points() -> Vec<[u8; 32]> {
    let little_endian = |text: &str| {
        let octets: Vec<u8> = (0..32)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        <[u8; 32]>::try_from(octets).unwrap()
    };
    let mut points: Vec<[u8; 32]> = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
    .map(little_endian)
    .to_vec();
    let negative: Vec<[u8; 32]> = points
        .iter()
        .map(|point| {
            let mut point = *point;
            point[31] |= 0x80;
            point
        })
        .collect();
    points.extend(negative);
    points
}

/// A proof may not bring such a key; a client or an issuer may not register one: the set passes
/// over it, and then no signature has a key.
#[track_caller]
fn a_key_is_refused_everywhere(algorithm: Algorithm, jwk: &Value, rule: &str) {
    assert!(PublicJwk::from_value(jwk).is_err(), "{jwk}");
    let set = JwkSet::from_value(&json!({"keys": [with(jwk, "kid", Some(json!("k1")))]})).unwrap();
    assert!(set.keys().is_empty(), "{jwk}");
    for target in Target::all(algorithm) {
        if target.name.starts_with("proof") {
            target.refuses_under(rule, "header", "jwk", Some(jwk.clone()));
        } else {
            let refusal = target
                .judge_with(&target.good(), at(NOW), set.clone())
                .unwrap_err();
            assert!(["R060", "R179"].contains(&refusal.rule()), "{refusal}");
        }
    }
}

/// At all four verifiers: keys for which anybody can sign.
///
/// Rows: R137, R138, L1.12
#[test]
fn ed25519_keys_of_small_order_are_refused() {
    for point in weak_points() {
        let x = base64url::encode(&point);
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
        a_key_is_refused_everywhere(Algorithm::EdDsa, &jwk, "R138");
    }
    let x = key(Algorithm::EdDsa).public_jwk().to_value()["x"].clone();
    for crv in ["X25519", "Ed448", "X448", "ed25519"] {
        let jwk = json!({"kty": "OKP", "crv": crv, "x": x});
        a_key_is_refused_everywhere(Algorithm::EdDsa, &jwk, "R130");
    }
}

/// At all four verifiers: a point off the curve, the point at infinity, other curves, coordinates
/// that are too short, too long or not reduced.
///
/// Rows: R038, R130, R138, L1.13
#[test]
fn es256_keys_off_the_curve_are_refused() {
    let jwk = key(Algorithm::Es256).public_jwk().to_value();
    let x = base64url::decode(jwk["x"].as_str().unwrap()).unwrap();
    let text = |octets: &[u8]| json!(base64url::encode(octets));
    let mut off = x.clone();
    off[31] ^= 1;
    for (name, value, rule) in [
        ("x", text(&off), "R138"),
        ("y", text(&x), "R138"),
        ("x", text(&[0; 32]), "R138"),
        ("y", text(&[0; 32]), "R138"),
        ("x", text(&[0xff; 32]), "R138"),
        ("x", text(&x[1..]), "R138"),
        ("x", text(&[&[0], &x[..]].concat()), "R138"),
        ("x", json!(""), "R138"),
        ("y", json!(""), "R138"),
        ("crv", json!("P-384"), "R130"),
        ("crv", json!("P-192"), "R130"),
        ("crv", json!("P-521"), "R130"),
        ("crv", json!("secp256k1"), "R130"),
        ("crv", json!("p-256"), "R130"),
    ] {
        let bad = with(&jwk, name, Some(value));
        a_key_is_refused_everywhere(Algorithm::Es256, &bad, rule);
    }
    let infinity = with(
        &with(&jwk, "x", Some(text(&[0; 32]))),
        "y",
        Some(text(&[0; 32])),
    );
    a_key_is_refused_everywhere(Algorithm::Es256, &infinity, "R138");
}

/// At all four verifiers: RSA keys that are too small, that sign nothing (e = 1), or whose modulus
/// has the structure of CVE-2017-15361, all three from Wycheproof; and even, padded and huge ones.
///
/// Rows: R037, R121, R138, L1.11
#[test]
fn weak_rsa_keys_are_refused() {
    let good = key(Algorithm::Ps256).public_jwk().to_value();
    let n = base64url::decode(good["n"].as_str().unwrap()).unwrap();
    let text = |octets: &[u8]| json!(base64url::encode(octets));
    let small = [&[0xff], &n[1..128]].concat();
    for (name, value, rule) in [
        ("n", text(&small), "R037"),
        ("n", text(&[&[0x7f], &n[1..]].concat()), "R037"),
        ("n", text(&[0xff; 1025]), "R037"),
        ("n", text(&[&[0], &n[..]].concat()), "R138"),
        ("n", text(&[&n[..255], &[n[255] & 0xfe]].concat()), "R138"),
        ("e", json!("AQ"), "R138"),
        ("e", json!("Aw"), "R138"),
        ("e", json!("AAEAAQ"), "R138"),
        ("e", json!("AQAA"), "R138"),
        ("e", json!(""), "R138"),
        ("e", json!("AQAC"), "R138"),
    ] {
        let bad = with(&good, name, Some(value));
        a_key_is_refused_everywhere(Algorithm::Ps256, &bad, rule);
    }
    let Some(all) = vectors("wycheproof/json_web_key_test.json") else {
        return;
    };
    let mut run = 0;
    for group in all["testGroups"].as_array().unwrap() {
        for (id, rule) in [(7, "R138"), (8, "R037"), (9, "R138")] {
            if group["tests"][0]["tcId"] == id {
                let jwk = with(&group["public"]["keys"][0], "alg", None);
                a_key_is_refused_everywhere(Algorithm::Ps256, &with(&jwk, "kid", None), rule);
                run += 1;
            }
        }
    }
    assert_eq!(run, 3);
}

/// What other salts and hashes give is refused by the key itself (Wycheproof); the length of a PSS
/// signature is the modulus's at every verifier.
///
/// Rows: R136, L1.10
#[test]
fn ps256_signatures_at_the_edge() {
    for target in Target::all(Algorithm::Ps256) {
        let (input, good) = split(&target.good());
        assert_eq!(good.len(), 256);
        for length in [1, 255, 257, 512] {
            let mut cut = good.clone();
            cut.resize(length, 0);
            is_bad_signature(&target, &join(&input, &cut));
        }
        let one = [&[0; 255][..], &[1]].concat();
        for bad in [vec![0; 256], one, vec![0xff; 256]] {
            is_bad_signature(&target, &join(&input, &bad));
        }
    }
}

/// An Ed25519 signature is deterministic, and two ES256 signatures never share their `r`: not of
/// two messages, and not of one.
///
/// Rows: R141
#[test]
fn signatures_never_share_a_nonce() {
    let ed = key(Algorithm::EdDsa);
    assert_eq!(
        run(Signer::sign(&ed, b"one")).unwrap(),
        run(Signer::sign(&ed, b"one")).unwrap()
    );
    let ec = key(Algorithm::Es256);
    let mut seen = std::collections::HashMap::new();
    for round in 0..400_u32 {
        let message = (round / 2).to_be_bytes();
        let signature = run(Signer::sign(&ec, &message)).unwrap();
        VerifyingKey::from_jwk(ec.public_jwk())
            .verify(&message, &signature)
            .unwrap();
        let before = seen.insert(signature[..32].to_vec(), message);
        assert!(before.is_none_or(|other| other == message));
    }
    assert!(seen.len() >= 200);
}

/// The signature covers the exact octets that were sent, spaces and order included.
///
/// Rows: R058, R093
#[test]
fn the_signature_covers_what_was_sent() {
    for algorithm in Algorithm::ALL {
        for target in Target::all(algorithm) {
            let spaced = target.claims.to_string().replace(':', " : ");
            let header = target.header.to_string();
            let token = seal(
                &target.key,
                header.as_bytes(),
                spaced.replace("https : ", "https:").as_bytes(),
            );
            assert_eq!(target.judge(&token), Ok(()), "{}", target.name);
            let (input, signature) = split(&target.good());
            let (head, _) = input.split_once('.').unwrap();
            let moved = format!("{head}.{}", base64url::encode(spaced.as_bytes()));
            is_bad_signature(&target, &join(&moved, &signature));
        }
    }
}
