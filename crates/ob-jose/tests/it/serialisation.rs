//! The text of a token: its alphabet, its size, its encoding.

use ob_jose::{Algorithm, CompactJws, base64url};
use serde_json::json;

use crate::attacks::Target;
use crate::support::seal;

/// At all four verifiers: every octet outside the alphabet, at the start, in the middle and at the
/// end of every part.
///
/// Rows: R089, R124, R125, L1.14, L1.20
#[test]
fn every_other_character_is_refused() {
    let outside: Vec<char> = (0..=0x7f_u8)
        .map(char::from)
        .filter(|c| !(c.is_ascii_alphanumeric() || "-_.".contains(*c)))
        .chain(['\u{80}', '\u{e9}', '\u{2028}', '\u{feff}', '\u{ff21}'])
        .collect();
    assert_eq!(outside.len(), 128 - 65 + 5);
    for target in Target::all(Algorithm::EdDsa) {
        let good = target.good();
        let parts: Vec<&str> = good.split('.').collect();
        for bad in &outside {
            for part in 0..3 {
                for place in [0, parts[part].len() / 2, parts[part].len()] {
                    let mut bent: Vec<String> =
                        parts.iter().map(|part| (*part).to_owned()).collect();
                    bent[part].insert(place, *bad);
                    let rule = target.refuses("another character", &bent.join(".")).rule();
                    assert_eq!(rule, "R124", "{bad:?} in part {part} at {place}");
                }
            }
        }
        for text in ["%2E", "%20", "\\u0041", "&#65;", "{}", "\"\""] {
            target.refuses(text, &good.replacen('.', &format!("{text}."), 1));
        }
    }
}

/// At all four verifiers: every part ends in zero bits and never in a lone character.
///
/// Rows: R125, L1.14
#[test]
fn every_part_has_one_spelling() {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for target in Target::all(Algorithm::EdDsa) {
        // Claims and headers of every length modulo 3, so that every tail comes up.
        for blanks in 0..3 {
            let pad = " ".repeat(blanks);
            let header = format!("{}{pad}", target.header);
            let claims = format!("{}{pad}", target.claims);
            let good = seal(&target.key, header.as_bytes(), claims.as_bytes());
            assert_eq!(target.judge(&good), Ok(()));
            let parts: Vec<&str> = good.split('.').collect();
            for part in 0..3 {
                let text = parts[part];
                let free: u8 = match text.len() % 4 {
                    2 => 4,
                    3 => 2,
                    _ => 0,
                };
                let last = text.bytes().last().unwrap();
                let value = ALPHABET.iter().position(|c| *c == last).unwrap();
                for twin in 1..(1_usize << free) {
                    let mut bent: Vec<String> =
                        parts.iter().map(|part| (*part).to_owned()).collect();
                    bent[part].pop();
                    bent[part].push(char::from(ALPHABET[value | twin]));
                    let rule = target.refuses("trailing bits", &bent.join(".")).rule();
                    assert_eq!(rule, "R125", "part {part}");
                }
            }
            target.refuses("a lone character", &format!("{good}A").replace("..", "."));
        }
    }
    for length in 0..9_usize {
        let text = "A".repeat(length);
        assert_eq!(
            base64url::decode(&text).is_ok(),
            length % 4 != 1,
            "{length}"
        );
    }
}

/// At all four verifiers: 8 KiB are read, one octet more is not, and a text of 100 MB is refused
/// for its size alone, before any of it is decoded.
///
/// Rows: R147, L1.19
#[test]
fn the_size_is_judged_first() {
    let huge = ".".repeat(100_000_000);
    for target in Target::all(Algorithm::EdDsa) {
        let fill = |blanks: usize| {
            let claims = format!("{}{}", target.claims, " ".repeat(blanks));
            seal(
                &target.key,
                target.header.to_string().as_bytes(),
                claims.as_bytes(),
            )
        };
        let room = 8192 - target.good().len();
        // Four characters for three octets: the last step may leave up to three characters.
        let largest = (0..=room)
            .rev()
            .map(fill)
            .find(|token| token.len() <= 8192)
            .unwrap();
        assert!(largest.len() > 8188);
        assert_eq!(target.judge(&largest), Ok(()), "{}", target.name);
        for text in [format!("{largest}AAAA"), "A".repeat(8193), huge.clone()] {
            let refusal = target.refuses("a token over 8 KiB", &text);
            assert_eq!(refusal.rule(), "R147");
            assert!(refusal.to_string().len() < 200);
        }
        let zeros = format!(
            "{}.{}.{}",
            "A".repeat(2700),
            "A".repeat(2700),
            "A".repeat(2700)
        );
        assert_eq!(target.refuses("zeros", &zeros).rule(), "R126");
        let many: serde_json::Map<String, serde_json::Value> =
            (0..100_000).map(|n| (n.to_string(), json!(0))).collect();
        let refusal = target.refuses(
            "100,000 claims",
            &target.bent("claims", "x", Some(many.into())),
        );
        assert_eq!(refusal.rule(), "R147");
    }
}

/// An empty payload is a JWS and no claims set.
///
/// Rows: R123, L1.2
#[test]
fn no_part_may_be_empty() {
    for target in Target::all(Algorithm::EdDsa) {
        let token = seal(&target.key, target.header.to_string().as_bytes(), b"");
        assert!(
            CompactJws::parse(&token, 8192)
                .unwrap()
                .payload()
                .is_empty()
        );
        assert_eq!(target.refuses("an empty payload", &token).rule(), "R123");
        for dots in ["", ".", "..", "...", "....", "....."] {
            target.refuses(dots, dots);
        }
    }
}
