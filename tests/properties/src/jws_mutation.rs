//! Good tokens, changed.

use std::sync::LazyLock;

use ob_jose::JwkSet;

use crate::signers::{eddsa, es256, ps256};
use crate::verifiers::{Kind, public};
use crate::{mutation, random, spoken};

/// A byte that chooses among nine tokens and how each is presented, then a script of changes.
///
/// A token is accepted as what it is, and never as anything else; changed, it is accepted only
/// where what was signed is still the same, octet for octet.
pub(crate) fn holds(data: &[u8]) {
    let Some((choice, script)) = data.split_first() else {
        return;
    };
    let made = &GOOD[usize::from(*choice) % GOOD.len()];
    let presented = Kind::ALL[usize::from(*choice) / GOOD.len() % Kind::ALL.len()];
    let changed = mutation::mutated(made.text.as_bytes(), script);
    let Ok(text) = String::from_utf8(changed) else {
        return;
    };
    match presented.verify(&KEYS, &text) {
        Ok(()) => {
            assert_eq!(presented, made.kind, "taken for something else");
            let input = text.rsplit_once('.').map(|(input, _)| input);
            let signed = made.text.rsplit_once('.').map(|(input, _)| input);
            assert_eq!(input, signed, "a change passed");
        }
        Err(refusal) => {
            spoken::check(&refusal);
            let untouched = text == made.text && presented == made.kind;
            assert!(!untouched, "a good token was refused: {refusal}");
        }
    }
}

struct Made {
    kind: Kind,
    text: String,
}

static GOOD: LazyLock<Vec<Made>> = LazyLock::new(|| {
    let keys = [eddsa(), es256(), ps256()];
    let of_kind = |kind: Kind| {
        keys.map(|key| Made {
            kind,
            text: kind.good(key),
        })
    };
    Kind::ALL.into_iter().flat_map(of_kind).collect()
});

static KEYS: LazyLock<JwkSet> = LazyLock::new(|| public(&[eddsa(), es256(), ps256()]));

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let scripts = random::texts(b"\0\x01\x02\x03\x04\x05 Aa0-_.=", 12, 9);
    let chosen = (0..27).flat_map(|choice| {
        let with = |script: &[u8]| [&[choice], script].concat();
        let changed: Vec<Vec<u8>> = scripts.iter().map(|script| with(script)).collect();
        changed.into_iter().chain([with(b"")])
    });
    chosen.collect()
}
