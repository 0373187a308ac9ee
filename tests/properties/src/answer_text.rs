//! An HTTP answer written as text, so that the fuzzer can take it apart and put it together.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// Reads a status line, header lines, an empty line and a body.
///
/// Whatever is no header is passed over; a text without an empty line is the body of a 200 with
/// JSON. Long inputs cost time and find nothing, so there is no limit here: the fuzzer has one.
pub(crate) fn read(data: &[u8]) -> Response<Bytes> {
    let Some(at) = data.windows(2).position(|pair| pair == b"\n\n") else {
        return with_json(StatusCode::OK, data);
    };
    let (head, body) = data.split_at(at);
    let mut lines = head.split(|b| *b == b'\n');
    let mut answer = Response::new(Bytes::copy_from_slice(body.get(2..).unwrap_or_default()));
    *answer.status_mut() = status(lines.next().unwrap_or_default());
    *answer.headers_mut() = headers(lines);
    answer
}

/// Header lines alone.
pub(crate) fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> HeaderMap {
    lines.filter_map(header).take(MOST_HEADERS).collect()
}

pub(crate) fn status(line: &[u8]) -> StatusCode {
    StatusCode::from_bytes(line).unwrap_or(StatusCode::OK)
}

pub(crate) fn with_json(status: StatusCode, body: &[u8]) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::copy_from_slice(body));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    answer
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    answer
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|b| *b == b':')?;
    let (name, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    let name = HeaderName::from_bytes(name).ok()?;
    Some((name, HeaderValue::from_bytes(value.trim_ascii()).ok()?))
}

/// Fewer than a server would let through.
const MOST_HEADERS: usize = 64;
