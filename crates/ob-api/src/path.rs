//! Percent-encoding of path segments and queries.

use std::fmt::Write as _;

/// A path of the segments, each encoded as exactly one (RFC 3986 section 3.3).
///
/// Only unreserved characters stay as they are, so no server can see a separator in one.
pub(crate) fn encode_path(segments: &[&str]) -> String {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        encode_into(&mut path, segment, b"-._~");
    }
    path
}

/// A query of the pairs, or `None` where there is none.
pub(crate) fn encode_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        encode_into(&mut query, name, IN_QUERY);
        query.push('=');
        encode_into(&mut query, value, IN_QUERY);
    }
    Some(query).filter(|query| !query.is_empty())
}

fn encode_into(out: &mut String, text: &str, unreserved: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || unreserved.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The comma of a list stays readable: `include=balances,holders` is printed so (INT).
const IN_QUERY: &[u8] = b"-._~,";
