//! Hostile signatures and keys at the API (attack list L1): the signature of the access token and
//! of the proof, and the key that a proof brings.

use crate::rs_stage::{DOORS, Door, Stage, resigned};
use ob_jose::{Algorithm, SigningKey, base64url};
use serde_json::{Value, json};

fn forged(door: Door) -> &'static str {
    match door {
        Door::Token => "R179",
        Door::Proof => "R093",
    }
}

/// An ES256 signature is 64 octets with both numbers in range; nothing else verifies, least of
/// all zeros. The other root of a right one does, so replays are known by their `jti`.
///
/// Rows: R135, R093, R104, L1.10
#[tokio::test]
async fn es256_signatures() {
    let stage = Stage::new().await;
    for door in DOORS {
        let right = stage.right(door).await;
        let (input, signature) = right.rsplit_once('.').unwrap();
        let signature = base64url::decode(signature).unwrap();
        let (r, s) = signature.split_at(32);
        let cases: [(&str, Vec<u8>); 12] = [
            ("r = s = 0", vec![0; 64]),
            ("r = 0", [&[0; 32], s].concat()),
            ("s = 0", [r, &[0; 32]].concat()),
            ("r = n", [&ORDER[..], s].concat()),
            ("s = n", [r, &ORDER[..]].concat()),
            ("r = s = n", [ORDER, ORDER].concat()),
            ("r above n", [&[0xff; 32], s].concat()),
            ("s above n", [r, &[0xff; 32]].concat()),
            ("r = s = 1", [one(), one()].concat()),
            ("DER", der(r, s)),
            ("63 octets", signature[..63].to_vec()),
            ("65 octets", [&[0], &signature[..]].concat()),
        ];
        for (what, bytes) in cases {
            let text = format!("{input}.{}", base64url::encode(&bytes));
            stage.refuses(door, text, (&[forged(door)], what)).await;
        }
        for at in [0, 31, 32, 63] {
            let text = resigned(&right, |mut bytes| {
                bytes[at] ^= 1;
                bytes
            });
            stage.refuses(door, text, (&[forged(door)], "a bit")).await;
        }
        stage.accepts(door, &right, "the right one").await;
        let twin = resigned(&right, |bytes| {
            let (r, s) = bytes.split_at(32);
            [r, &minus(&ORDER, s)[..]].concat()
        });
        if door == Door::Proof {
            stage
                .refuses(door, twin, (&["R104"], "the other root"))
                .await;
        } else {
            stage.accepts(door, twin, "the other root").await;
        }
    }
}

/// What is done to a signature.
type Change = fn(Vec<u8>) -> Vec<u8>;

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The order of Ed25519's base point, little-endian.
const ED_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn one() -> [u8; 32] {
    let mut one = [0; 32];
    one[31] = 1;
    one
}

/// `a - b` of big-endian numbers, with `b` below `a`.
fn minus(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0_i16;
    let mut out: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let digit = i16::from(*a) - i16::from(*b) - borrow;
            borrow = i16::from(digit < 0);
            u8::try_from(digit.rem_euclid(256)).unwrap()
        })
        .collect();
    out.reverse();
    out
}

/// `SEQUENCE { INTEGER r, INTEGER s }`.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let mut body: Vec<u8> = number.iter().copied().skip_while(|b| *b == 0).collect();
        if body.first().is_none_or(|first| *first >= 0x80) {
            body.insert(0, 0);
        }
        [&[2, u8::try_from(body.len()).unwrap()], &body[..]].concat()
    };
    let body = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], &body[..]].concat()
}

/// A PS256 signature has the length of its modulus and verifies, or the resource server refuses.
///
/// Rows: R136, R093, L1.11
#[tokio::test]
async fn ps256_signatures() {
    let stage = Stage::with(Algorithm::Ps256, |builder| builder).await;
    for door in DOORS {
        let right = stage.right(door).await;
        let other = stage.right(door).await;
        let foreign = other.rsplit_once('.').unwrap().1;
        let changes: [(&str, Change); 6] = [
            ("a bit", |mut bytes| {
                bytes[100] ^= 1;
                bytes
            }),
            ("as of 1024 bits", |bytes| bytes[..128].to_vec()),
            ("an octet less", |bytes| bytes[1..].to_vec()),
            ("an octet more", |bytes| [&[0], &bytes[..]].concat()),
            ("zeros", |bytes| vec![0; bytes.len()]),
            ("above the modulus", |bytes| vec![0xff; bytes.len()]),
        ];
        for (what, change) in changes {
            let text = resigned(&right, change);
            stage.refuses(door, text, (&[forged(door)], what)).await;
        }
        if door == Door::Proof {
            let input = right.rsplit_once('.').unwrap().0;
            let text = format!("{input}.{foreign}");
            stage
                .refuses(door, text, (&[forged(door)], "of another text"))
                .await;
        }
    }
}

/// An Ed25519 signature is 64 octets with a reduced `S`: its malleable twin `S + L` is refused by
/// the resource server.
///
/// Rows: R137, R093, L1.12
#[tokio::test]
async fn ed25519_signatures() {
    let stage = Stage::with(Algorithm::EdDsa, |builder| builder).await;
    for door in DOORS {
        let right = stage.right(door).await;
        let changes: [(&str, Change); 5] = [
            ("S + L", |bytes| {
                let (r, s) = bytes.split_at(32);
                let mut carry = 0_u16;
                let sum = s.iter().zip(ED_ORDER).map(|(a, b)| {
                    let digit = u16::from(*a) + u16::from(b) + carry;
                    carry = digit >> 8;
                    (digit & 0xff) as u8
                });
                let sum: Vec<u8> = sum.collect();
                [r, &sum].concat()
            }),
            ("S = L", |bytes| [&bytes[..32], &ED_ORDER].concat()),
            ("63 octets", |bytes| bytes[..63].to_vec()),
            ("65 octets", |bytes| [&bytes[..], &[0]].concat()),
            ("zeros", |_| vec![0; 64]),
        ];
        for (what, change) in changes {
            let text = resigned(&right, change);
            stage.refuses(door, text, (&[forged(door)], what)).await;
        }
        stage.accepts(door, right, "the right one").await;
    }
}

/// A key in a proof is a public key of the profile, whole and written in its one way, or the
/// resource server refuses the proof: none, another type, symmetric, private members in any
/// form, other curves, points off the curve or of small order, short numbers, weak RSA.
///
/// Rows: R037, R038, R090, R094, R121, R130, R138, L1.11, L1.12, L1.13, L2.7
#[tokio::test]
async fn keys_in_a_proof() {
    let stage = Stage::new().await;
    let right = stage.proof_key.public_jwk().to_value();
    let coordinate = |name: &str| base64url::decode(right[name].as_str().unwrap()).unwrap();
    let (x, y) = (coordinate("x"), coordinate("y"));
    let off_curve: Vec<u8> = y.iter().map(|b| b ^ 1).collect();
    let ec = |crv: &str, x: &[u8], y: &[u8]| json!({"kty": "EC", "crv": crv, "x": base64url::encode(x), "y": base64url::encode(y)});
    let mut cases = vec![
        ("null", Value::Null),
        ("a text", json!(right.to_string())),
        ("an array", json!([right])),
        ("empty", json!({})),
        ("a set", json!({"keys": [right]})),
        ("symmetric", json!({"kty": "oct", "k": "AAAA"})),
        (
            "P-384",
            ec(
                "P-384",
                &[x.clone(), x.clone()].concat()[..48],
                &[y.clone(), y.clone()].concat()[..48],
            ),
        ),
        ("P-192", ec("P-192", &x[..24], &y[..24])),
        ("secp256k1", ec("secp256k1", &x, &y)),
        ("off the curve", ec("P-256", &x, &off_curve)),
        ("infinity", ec("P-256", &[0; 32], &[0; 32])),
        ("a short coordinate", ec("P-256", &x[..31], &y)),
        (
            "a long coordinate",
            ec("P-256", &[&[0], &x[..]].concat(), &y),
        ),
        ("an empty coordinate", ec("P-256", &[], &y)),
    ];
    for name in ["kty", "crv", "x", "y"] {
        let mut less = right.clone();
        less.as_object_mut().unwrap().remove(name);
        cases.push((name, less));
        let mut other = right.clone();
        other[name] = json!(5);
        cases.push((name, other));
    }
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for value in [json!("AA"), json!(""), Value::Null, json!([])] {
            let mut more = right.clone();
            more[name] = value;
            cases.push((name, more));
        }
    }
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("ES384")),
        ("alg", json!("PS256")),
    ] {
        let mut limited = right.clone();
        limited[name] = value;
        cases.push((name, limited));
    }
    let rules = ["R090", "R094", "R130", "R138", "R037", "R121"];
    for (what, jwk) in cases {
        let mut header = stage.header(Door::Proof);
        header["jwk"] = jwk;
        let text = stage.with_header(Door::Proof, &header).await;
        stage.refuses(Door::Proof, text, (&rules, what)).await;
    }
    let mut header = stage.header(Door::Proof);
    header.as_object_mut().unwrap().remove("jwk");
    let text = stage.with_header(Door::Proof, &header).await;
    stage
        .refuses(Door::Proof, text, (&["R090"], "no jwk"))
        .await;
    let twice = format!("{{\"x\":{},{}", right["x"], &right.to_string()[1..]);
    let header = stage
        .header(Door::Proof)
        .to_string()
        .replace(&right.to_string(), &twice);
    let claims = stage.claims(Door::Proof).to_string();
    let text = stage.signed(Door::Proof, (header, claims)).await;
    stage
        .refuses(Door::Proof, text, (&["R126"], "x twice"))
        .await;

    let x = right["x"].as_str().unwrap();
    let (kept, last) = x.split_at(x.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    for spelling in [format!("{x}="), format!("{kept}{next}")] {
        let mut header = stage.header(Door::Proof);
        header["jwk"]["x"] = spelling.into();
        let text = stage.with_header(Door::Proof, &header).await;
        let rules = ["R138", "R125", "R121"];
        stage
            .refuses(Door::Proof, text, (&rules, "a second spelling"))
            .await;
    }

    let rsa = |n: Vec<u8>, e: &str| json!({"kty": "RSA", "n": base64url::encode(&n), "e": e});
    let odd = |octets: usize| [&vec![0xd5; octets - 1][..], &[0xd7]].concat();
    let mut small_top = odd(256);
    small_top[0] = 0x7f;
    for (what, jwk, rule) in [
        ("RSA 1024", rsa(odd(128), "AQAB"), "R037"),
        ("RSA 2047", rsa(small_top, "AQAB"), "R037"),
        ("RSA 16384", rsa(odd(2048), "AQAB"), "R037"),
        ("e = 1", rsa(odd(256), "AQ"), "R138"),
        ("e = 3", rsa(odd(256), "Aw"), "R138"),
        ("e = 65536", rsa(odd(256), "AQAA"), "R138"),
        ("e with a zero octet", rsa(odd(256), "AAEAAQ"), "R138"),
        (
            "n with a zero octet",
            rsa([&[0], &odd(256)[..]].concat(), "AQAB"),
            "R138",
        ),
        (
            "even",
            rsa([&odd(255)[..], &[0xd6]].concat(), "AQAB"),
            "R138",
        ),
    ] {
        let header = json!({"alg": "PS256", "typ": "dpop+jwt", "jwk": jwk});
        let text = stage.with_header(Door::Proof, &header).await;
        stage.refuses(Door::Proof, text, (&[rule], what)).await;
    }
}

/// Ed25519 keys under which one signature fits many texts (small order, the identity), that are
/// no points, or that are for another curve, make no proofs.
///
/// Rows: R137, R138, L1.12, L1.13
#[tokio::test]
async fn ed25519_keys_of_small_order() {
    let stage = Stage::new().await;
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut order_two = [0xff; 32];
    (order_two[0], order_two[31]) = (0xec, 0x7f);
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let claims = stage.claims(Door::Proof).to_string();
    for (what, x, r) in [
        ("identity", identity, identity),
        ("order two", order_two, identity),
        ("order four", [0; 32], identity),
        ("no point", no_point, identity),
    ] {
        for crv in ["Ed25519", "X25519", "Ed448"] {
            let jwk = json!({"kty": "OKP", "crv": crv, "x": base64url::encode(&x)});
            let header = json!({"alg": "EdDSA", "typ": "dpop+jwt", "jwk": jwk}).to_string();
            let signature = [r, [0; 32]].concat();
            let text = format!(
                "{}.{}.{}",
                base64url::encode(header.as_bytes()),
                base64url::encode(claims.as_bytes()),
                base64url::encode(&signature)
            );
            let rules = ["R138", "R130", "R093"];
            stage.refuses(Door::Proof, text, (&rules, what)).await;
        }
    }
}

/// A proof by another good key is a good proof for another token only: the thief's own key does
/// not open with a stolen token, nor a stolen proof with the thief's token.
///
/// Rows: R033, R102, R103, L2.9, L2.16
#[tokio::test]
async fn stolen_token_and_stolen_proof() {
    let stage = Stage::new().await;
    let thief = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut header = stage.header(Door::Proof);
    header["jwk"] = thief.public_jwk().to_value();
    let claims = stage.claims(Door::Proof).to_string();
    let text = crate::rs_stage::signed_by(&thief, (header.to_string(), claims)).await;
    stage
        .refuses(Door::Proof, text, (&["R103"], "the thief's key"))
        .await;

    let proof = stage.right(Door::Proof).await;
    let thiefs = stage.rig.token("nordlicht-pay", "ob_providers").await;
    let mut headers = stage.headers(&thiefs, &proof);
    headers[0].1 = stage.rig.party("nordlicht-pay").application_id.to_string();
    stage
        .refuses_call(Door::Proof, &headers, ("R102", "the thief's token"))
        .await;
    stage.accepts(Door::Proof, proof, "its own token").await;
}
