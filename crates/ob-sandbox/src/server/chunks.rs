//! The framing of a chunked body (RFC 9112 section 7.1), judged before anybody acts on it.

use super::{
    head::ended,
    limits::{MAX_BODY, MAX_CHUNK_EXTENSIONS, MAX_CHUNK_LINE},
    unread::{large_body, malformed, trailers},
};
use crate::refused::Refused;

/// Reads one chunked body.
#[derive(Debug, Default)]
pub(super) struct ChunkReader {
    at: At,
    data: usize,
    extensions: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Size,
    Data(usize),
    DataEnd,
    End,
}

/// What may be done with the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing yet.
    Wait,
    /// So many of them are right.
    Pass(usize),
    /// So many of them are right, and the body ends with them.
    Last(usize),
}

impl ChunkReader {
    /// Judges the beginning of `input`, which is what follows the bytes passed so far.
    ///
    /// # Errors
    /// Sizes that are none, data of another length than announced, more data than anybody may
    /// send, endless extensions, and trailer fields.
    pub(super) fn read(&mut self, input: &[u8]) -> Result<Step, Refused> {
        match self.at {
            At::Size => self.size(input),
            At::Data(left) => {
                let pass = left.min(input.len());
                self.at = match left - pass {
                    0 => At::DataEnd,
                    left => At::Data(left),
                };
                Ok(if pass == 0 {
                    Step::Wait
                } else {
                    Step::Pass(pass)
                })
            }
            At::DataEnd => match input {
                [] | [b'\r'] => Ok(Step::Wait),
                [b'\r', b'\n', ..] => {
                    self.at = At::Size;
                    Ok(Step::Pass(2))
                }
                _ => Err(malformed("chunk", "CR LF after its data", "more data")),
            },
            At::End => match input {
                [] | [b'\r'] => Ok(Step::Wait),
                [b'\r', b'\n', ..] => Ok(Step::Last(2)),
                _ => Err(trailers()),
            },
        }
    }

    fn size(&mut self, input: &[u8]) -> Result<Step, Refused> {
        let line = input.get(..MAX_CHUNK_LINE).unwrap_or(input);
        let Some(end) = line.iter().position(|&byte| byte == b'\n') else {
            return if line.len() < MAX_CHUNK_LINE {
                Ok(Step::Wait)
            } else {
                Err(malformed(
                    "chunk",
                    "a short line with its size",
                    "a longer one",
                ))
            };
        };
        let line = ended(line.get(..end).unwrap_or_default())?;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let (digits, extension) = line.split_at(digits.count());
        self.extensions += extension.len();
        if !is_extension(extension) || self.extensions > MAX_CHUNK_EXTENSIONS {
            return Err(malformed(
                "chunk",
                "a size and nothing else",
                "something else",
            ));
        }
        let size = size(digits)?;
        self.data = self.data.saturating_add(size);
        if self.data > MAX_BODY {
            return Err(large_body());
        }
        self.at = if size == 0 { At::End } else { At::Data(size) };
        Ok(Step::Pass(end + 1))
    }
}

/// An extension is ignored, as section 7.1.1 demands, but has to be visible text behind a `;`.
fn is_extension(text: &[u8]) -> bool {
    let visible = |byte: &u8| matches!(byte, b' ' | b'\t' | b'!'..=b'~');
    text.is_empty() || text.starts_with(b";") && text.iter().all(visible)
}

fn size(digits: &[u8]) -> Result<usize, Refused> {
    let wrong = || malformed("chunk", "its size in hexadecimal digits", "another size");
    if digits.is_empty() {
        return Err(wrong());
    }
    let text = std::str::from_utf8(digits).map_err(|_| wrong())?;
    // As many digits as there may be, it is only too large. Hexadecimal digits of any number
    // fit into nothing; what they say does not matter.
    let significant = text.trim_start_matches('0');
    if significant.len() > 8 {
        return Err(large_body());
    }
    if text.len() > 16 {
        return Err(wrong());
    }
    usize::from_str_radix(text, 16).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// How many bytes pass until the body ends, or the status of the refusal.
    fn run(text: &[u8]) -> Result<Option<usize>, u16> {
        let (mut reader, mut at) = (ChunkReader::default(), 0);
        loop {
            match reader
                .read(&text[at..])
                .map_err(|refused| refused.status.as_u16())?
            {
                Step::Wait => return Ok(None),
                Step::Pass(bytes) => at += bytes,
                Step::Last(bytes) => return Ok(Some(at + bytes)),
            }
        }
    }

    #[test]
    fn a_right_body_passes_and_ends_where_it_ends() {
        let text = b"3\r\nabc\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\n\r\nGET";
        assert_eq!(run(text), Ok(Some(text.len() - 3)));
        assert_eq!(run(&text[..text.len() - 4]), Ok(None));
    }

    /// Rows: R217, L2.11
    #[test]
    fn refuses_what_is_no_chunk() {
        for text in [
            &b"\r\n"[..],
            b"g\r\n",
            b"-1\r\n",
            b"+1\r\n",
            b"0x1\r\n",
            b" 1\r\n",
            b"1 \r\n",
            b"1\n",
            b"1\rx\r\n",
            b"1\r\nab\r\n",
            b"1;\x01\r\n",
            b"1\r\na\n0\r\n\r\n",
            b"00000000000000001\r\n",
            b"0\r\nDPoP: a\r\n\r\n",
            b"0\r\n\n",
        ] {
            assert_eq!(run(text), Err(400), "{}", text.escape_ascii());
        }
        for text in [
            &b"10001\r\n"[..],
            b"ffffffffffffffff\r\n",
            b"fffffffffffffffff\r\n",
        ] {
            assert_eq!(run(text), Err(413), "{}", text.escape_ascii());
        }
        assert_eq!(
            run(&b"1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\na\r\n".repeat(40)),
            Err(400)
        );
        assert_eq!(run(&[b'0'; 300]), Err(400));
    }

    proptest! {
        #[test]
        fn never_panics_and_never_passes_what_is_not_there(
            bytes in proptest::collection::vec(prop_oneof![Just(b'1'), Just(b'0'), Just(b'\r'), Just(b'\n'), any::<u8>()], 0..60)
        ) {
            if let Ok(Some(end)) = run(&bytes) {
                prop_assert!(end <= bytes.len());
            }
        }
    }
}
