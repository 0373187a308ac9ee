//! Writes the little DER that certificates of PSD2 need (X.690).

/// `SEQUENCE` of these elements.
pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// `UTF8String`.
pub(super) fn utf8(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

/// `OBJECT IDENTIFIER`: the first two numbers share a byte, the others are in groups of 7 bits.
pub(super) fn oid(arcs: &[u64]) -> Vec<u8> {
    let content: Vec<u8> = match arcs {
        [first, second, rest @ ..] => {
            let both = first.saturating_mul(40).saturating_add(*second);
            let all = std::iter::once(both).chain(rest.iter().copied());
            all.flat_map(groups).collect()
        }
        _ => Vec::new(),
    };
    element(0x06, &content)
}

/// The number in groups of 7 bits, the highest first, all but the last one marked.
fn groups(number: u64) -> Vec<u8> {
    let count = (64 - number.leading_zeros()).div_ceil(7).max(1);
    let group = |place: u32| {
        let [.., low] = (number >> (7 * place)).to_be_bytes();
        let more = if place > 0 { 0x80 } else { 0 };
        low & 0x7f | more
    };
    (0..count).rev().map(group).collect()
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let significant = length.get(zeros..).unwrap_or_default();
    let mut out = vec![tag];
    match significant {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            // At most eight bytes of a length.
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend(long);
        }
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_groups() {
        let role = [6, 7, 4, 0, 0x81, 0x98, 0x27, 1, 3];
        assert_eq!(oid(&[0, 4, 0, 19_495, 1, 3]), role);
        assert_eq!(oid(&[1, 2, 840, 0]), [6, 4, 42, 0x86, 0x48, 0]);
    }

    #[test]
    fn lengths_are_short_or_long() {
        assert_eq!(utf8(""), [0x0c, 0]);
        assert_eq!(sequence(&[utf8("a")]), [0x30, 3, 0x0c, 1, b'a']);
        assert!(utf8(&"x".repeat(127)).starts_with(&[0x0c, 127, b'x']));
        assert!(utf8(&"x".repeat(128)).starts_with(&[0x0c, 0x81, 128, b'x']));
        assert!(utf8(&"x".repeat(256)).starts_with(&[0x0c, 0x82, 1, 0, b'x']));
    }
}
