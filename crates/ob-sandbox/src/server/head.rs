//! The head of an HTTP/1 request, judged line by line as it arrives (R217).
//!
//! A head that passes has exactly one reading: lines end in CR LF, there is no folding, names are
//! tokens with the colon right behind them, values hold no control characters, and the length of
//! the body is said in one way, once. What RFC 9112 leaves to the recipient is refused.

use super::{
    limits::{MAX_BODY, MAX_FIELDS, MAX_HEAD, MAX_REQUEST_LINE},
    unread::{large_body, large_head, long_request_line, malformed, other_version},
};
use crate::refused::Refused;
use bytes::Bytes;
use http::{Method, Request, Uri};

/// How the body of a request is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
}

/// A head that passed: how many bytes it has and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) bytes: usize,
    pub(super) framing: Framing,
}

/// Reads one head.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    /// Where the line begins that has not ended yet.
    line: usize,
    /// Up to where no end of it was found.
    seen: usize,
    blank: bool,
    asked: Option<Asked>,
    fields: usize,
    length: Option<usize>,
    chunked: bool,
}

/// What the request line asks for.
#[derive(Debug)]
struct Asked {
    method: Method,
    target: Uri,
    http_1_0: bool,
}

impl HeadReader {
    /// Judges what is new in `input`, which begins where it began at the last call. Gives the
    /// head once it is whole.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub(super) fn read(&mut self, input: &[u8]) -> Result<Option<Head>, Refused> {
        loop {
            let new = input.get(self.seen..).unwrap_or_default();
            let Some(end) = new.iter().position(|&byte| byte == b'\n') else {
                self.seen = input.len();
                self.check_size(input.len())?;
                return Ok(None);
            };
            let end = self.seen + end;
            let line = input.get(self.line..end).unwrap_or_default();
            self.seen = end + 1;
            self.check_size(end)?;
            self.line = self.seen;
            if let Some(framing) = self.line(ended(line)?)? {
                return Ok(Some(Head {
                    bytes: self.seen,
                    framing,
                }));
            }
        }
    }

    /// Whether nothing of a head has come yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.seen == 0
    }

    /// As much of the request as is known, for the explanation of a refusal.
    pub(super) fn into_request(self) -> Request<Bytes> {
        let mut request = Request::new(Bytes::new());
        match self.asked {
            Some(asked) => {
                *request.method_mut() = asked.method;
                *request.uri_mut() = asked.target;
            }
            None => {
                *request.method_mut() = unreadable();
                *request.uri_mut() = Uri::from_static("*");
            }
        }
        request
    }

    fn check_size(&self, end: usize) -> Result<(), Refused> {
        if self.asked.is_none() && end.saturating_sub(self.line) > MAX_REQUEST_LINE {
            return Err(long_request_line());
        }
        if end > MAX_HEAD {
            return Err(large_head());
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<Option<Framing>, Refused> {
        let Some(asked) = &self.asked else {
            return self.first_line(line).map(|()| None);
        };
        if line.is_empty() {
            if self.chunked && asked.http_1_0 {
                return Err(malformed(
                    "Transfer-Encoding",
                    "none in HTTP/1.0",
                    "one in HTTP/1.0",
                ));
            }
            return self.framing().map(Some);
        }
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            return Err(large_head());
        }
        self.field(line).map(|()| None)
    }

    /// One empty line may come before a request (RFC 9112 section 2.2).
    fn first_line(&mut self, line: &[u8]) -> Result<(), Refused> {
        if line.is_empty() && !self.blank {
            self.blank = true;
            return Ok(());
        }
        self.asked = Some(request_line(line)?);
        Ok(())
    }

    fn field(&mut self, line: &[u8]) -> Result<(), Refused> {
        let (name, value) = field(line)?;
        if name.eq_ignore_ascii_case(b"content-length") {
            let wanted = || malformed("Content-Length", "one line with one number", "another form");
            if self.length.is_some() {
                return Err(malformed("Content-Length", "one line", "several"));
            }
            self.length = Some(number(value).ok_or_else(wanted)?);
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(malformed(
                    "Transfer-Encoding",
                    "chunked, once, or nothing",
                    "several, or another coding",
                ));
            }
            self.chunked = true;
        }
        Ok(())
    }

    fn framing(&self) -> Result<Framing, Refused> {
        match (self.length, self.chunked) {
            (Some(_), true) => Err(malformed(
                "framing",
                "Content-Length or Transfer-Encoding",
                "both",
            )),
            (None, true) => Ok(Framing::Chunked),
            (Some(length), false) if length > MAX_BODY => Err(large_body()),
            (length, false) => Ok(Framing::Length(length.unwrap_or(0))),
        }
    }
}

/// The method that explanations show where no request line could be read.
fn unreadable() -> Method {
    Method::from_bytes(b"UNREADABLE").unwrap_or(Method::GET)
}

/// Takes the CR off a line; there may be no other (RFC 9112 section 2.2).
pub(super) fn ended(line: &[u8]) -> Result<&[u8], Refused> {
    let Some(line) = line.strip_suffix(b"\r") else {
        return Err(malformed("line end", "CR LF", "a bare LF"));
    };
    if line.contains(&b'\r') {
        return Err(malformed("line end", "CR LF", "a bare CR"));
    }
    Ok(line)
}

fn request_line(line: &[u8]) -> Result<Asked, Refused> {
    let wrong = |found| {
        malformed(
            "request line",
            "method, target and version, one space between",
            found,
        )
    };
    let parts: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let [method, target, version] = *parts.as_slice() else {
        return Err(wrong("another number of parts"));
    };
    let http_1_0 = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            return Err(other_version());
        }
        _ => return Err(wrong("something else instead of a version")),
    };
    let method = Method::from_bytes(method).map_err(|_| wrong("a method that is no token"))?;
    let target = request_target(&method, target)?;
    Ok(Asked {
        method,
        target,
        http_1_0,
    })
}

/// Origin form, absolute form, or `*` with `OPTIONS` (RFC 9112 section 3.2). Whom an absolute
/// form names is judged later.
fn request_target(method: &Method, target: &[u8]) -> Result<Uri, Refused> {
    let wrong = |found| {
        malformed(
            "request target",
            "a path, or an absolute URI of this server",
            found,
        )
    };
    if target == b"*" && method == Method::OPTIONS {
        return Ok(Uri::from_static("*"));
    }
    if target.contains(&b'#') {
        return Err(wrong("a fragment"));
    }
    let path = if target.starts_with(b"/") {
        target
    } else {
        after_authority(target).ok_or_else(|| wrong("another form"))?
    };
    if !is_path(path) {
        return Err(wrong(
            "a character that must be escaped, or a broken escape",
        ));
    }
    Uri::try_from(target).map_err(|_| wrong("no URI"))
}

/// What follows scheme and authority; both are there and well formed, and there is no userinfo
/// (RFC 9110 section 4.2.4).
fn after_authority(target: &[u8]) -> Option<&[u8]> {
    let mark = target.windows(3).position(|window| window == b"://")?;
    let (scheme, rest) = (target.get(..mark)?, target.get(mark + 3..)?);
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?'));
    let (authority, path) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let of_host = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:[]%".contains(byte);
    let fine = scheme.first()?.is_ascii_alphabetic()
        && scheme
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        && !authority.is_empty()
        && authority.iter().all(of_host);
    fine.then_some(path)
}

/// RFC 3986 section 3.3 and 3.4.
fn is_path(path: &[u8]) -> bool {
    let mut rest = path.iter();
    while let Some(byte) = rest.next() {
        let fine = match byte {
            b'%' => {
                let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
                digit(rest.next()) && digit(rest.next())
            }
            byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(byte),
        };
        if !fine {
            return false;
        }
    }
    true
}

fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Refused> {
    let wrong = |expected, found| malformed("header line", expected, found);
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err(wrong("a line for itself", "a folded one"));
    }
    let colon = line.iter().position(|&byte| byte == b':');
    let Some((name, [_, value @ ..])) = colon.and_then(|at| line.split_at_checked(at)) else {
        return Err(wrong("a name and a colon", "no colon"));
    };
    if name.ends_with(b" ") || name.ends_with(b"\t") {
        return Err(wrong("the colon right after the name", "white space"));
    }
    if name.is_empty() || !name.iter().all(is_token_byte) {
        return Err(wrong("a name that is a token", "another name"));
    }
    let value = without_blanks(value);
    if value
        .iter()
        .any(|&byte| byte != b'\t' && byte.is_ascii_control())
    {
        return Err(wrong(
            "a value without control characters",
            "a control character",
        ));
    }
    Ok((name, value))
}

/// RFC 9110 section 5.6.3; other white space stays and is refused.
fn without_blanks(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !blank(byte));
    let end = value.iter().rposition(|byte| !blank(byte));
    match (start, end) {
        (Some(start), Some(end)) => value.get(start..=end).unwrap_or_default(),
        _ => &[],
    }
}

/// RFC 9110 section 5.6.2.
fn is_token_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

/// Digits and nothing else. One that overflows is too large, whatever it is.
fn number(value: &[u8]) -> Option<usize> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |sum: usize, byte: &u8| {
        sum.saturating_mul(10)
            .saturating_add(usize::from(byte.wrapping_sub(b'0')))
    };
    Some(value.iter().fold(0, digit))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn judge(text: &[u8]) -> Result<Option<Head>, Refused> {
        HeadReader::default().read(text)
    }

    const RIGHT: &[u8] =
        b"POST /oauth2/tokens?a=%2F HTTP/1.1\r\nHost: a:1\r\nContent-Length: 3\r\nX:\t \r\n\r\nabc";

    #[test]
    fn a_right_head_passes_wherever_it_is_cut() {
        let end = RIGHT.len() - 3;
        for cut in 0..RIGHT.len() {
            let mut reader = HeadReader::default();
            let first = reader.read(&RIGHT[..cut]).unwrap();
            assert_eq!(first.is_some(), cut >= end, "{cut}");
            if first.is_none() {
                let head = reader.read(RIGHT).unwrap().unwrap();
                assert_eq!((head.bytes, head.framing), (end, Framing::Length(3)));
            }
        }
    }

    /// Rows: R217
    #[test]
    fn the_first_wrong_line_is_refused_before_the_head_is_whole() {
        for text in [
            &b"GET / HTTP/1.1\r\nA: b\r\n c\r\n"[..],
            b"GET / HTTP/1.1\n",
            b"GET / HTTP/1.1\r\nA: b\rc\r\n",
            b"GET / HTTP/1.1\r\nA: b\0\r\n",
            b"GET / HTTP/1.1\r\nA: b\x7f\r\n",
            b"GET / HTTP/1.1\r\nA: \x0c\r\n",
            b"GET / HTTP/1.1\r\nA : b\r\n",
            b"GET / HTTP/1.1\r\n: b\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n",
            b"GET  / HTTP/1.1\r\n",
            b"GET /\r\n",
            b"GET / http/1.1\r\n",
            b"GET / HTTP/1.1 \r\n",
            b"\r\n\r\n",
        ] {
            let refused = judge(text).unwrap_err();
            assert_eq!(
                (refused.status.as_u16(), refused.reason.rule),
                (400, "R217")
            );
        }
    }

    proptest! {
        /// Where the bytes are cut decides nothing.
        #[test]
        fn cutting_changes_nothing(
            bytes in proptest::collection::vec(prop_oneof![
                Just(b"GET / HTTP/1.1\r\n".to_vec()),
                Just(b"Content-Length: 4\r\n".to_vec()),
                Just(b"Transfer-Encoding: chunked\r\n".to_vec()),
                Just(b"\r\n".to_vec()),
                proptest::collection::vec(any::<u8>(), 0..6),
            ], 0..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let text = bytes.concat();
            let at = cut.index(text.len() + 1);
            let whole = judge(&text).map_err(|refused| refused.status);
            let mut reader = HeadReader::default();
            let parts = match reader.read(&text[..at]) {
                Ok(None) => reader.read(&text),
                other => other,
            };
            prop_assert_eq!(parts.map_err(|refused| refused.status), whole);
        }
    }
}
