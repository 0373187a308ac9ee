//! Bytes for seeds: the same in every run.

use ob_core::SeededEntropy;

/// `count` inputs of up to `longest` bytes, drawn from `alphabet`.
pub(crate) fn texts(alphabet: &[u8], longest: usize, count: usize) -> Vec<Vec<u8>> {
    let source = SeededEntropy::new(0x0b_417);
    let below = |bound: usize| {
        let drawn = usize::try_from(source.next_u64() >> 33).unwrap_or_default();
        drawn.checked_rem(bound).unwrap_or_default()
    };
    (0..count)
        .map(|_| {
            let length = below(longest + 1);
            let drawn = (0..length).filter_map(|_| alphabet.get(below(alphabet.len())).copied());
            drawn.collect()
        })
        .collect()
}

/// Texts as seeds.
pub(crate) fn seeds<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Vec<u8>> {
    texts
        .into_iter()
        .map(|text| text.as_bytes().to_vec())
        .collect()
}
