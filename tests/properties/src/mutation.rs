//! Small changes to a text, as a script of four bytes each says.

/// Applies a script: each step is an operation, two bytes of position and a value.
pub(crate) fn mutated(text: &[u8], script: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    for step in script.chunks_exact(4) {
        let [operation, high, low, value] = *step else {
            continue;
        };
        let place = usize::from(u16::from_be_bytes([high, low]));
        apply(&mut text, operation, place, value);
    }
    text
}

fn apply(text: &mut Vec<u8>, operation: u8, place: usize, value: u8) {
    let Some(at) = place.checked_rem(text.len()) else {
        return text.push(value);
    };
    match operation % 6 {
        0 => text.splice(at..=at, [value]).for_each(drop),
        1 => text.insert(at, value),
        2 => drop(text.remove(at)),
        // Another bit of the same character: what a lenient decoder overlooks.
        3 => text
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|byte| *byte ^= 1 << (value % 8)),
        4 => text.truncate(at),
        _ => {
            let again: Vec<u8> = text
                .iter()
                .skip(at)
                .take(usize::from(value))
                .copied()
                .collect();
            text.extend(again);
        }
    }
}
