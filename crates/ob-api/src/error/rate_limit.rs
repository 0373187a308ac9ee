//! `RateLimit`.

use http::HeaderMap;
use std::time::Duration;

/// What the `RateLimit` header says (draft-ietf-httpapi-ratelimit-headers, R211).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Calls that are left: `r`. More than none is no promise of service.
    pub remaining: u64,
    /// When there will be more: `t`, at most an hour.
    pub reset: Option<Duration>,
}

/// Reads `RateLimit: "default";r=50;t=30`.
///
/// Of several policies the tightest counts. A malformed header is ignored as a whole.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// headers.insert("ratelimit", r#""burst";r=0;t=5, "day";r=900"#.parse()?);
/// let limit = ob_api::rate_limit(&headers).unwrap();
/// assert_eq!((limit.remaining, limit.reset.unwrap().as_secs()), (0, 5));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn rate_limit(headers: &HeaderMap) -> Option<RateLimit> {
    let text = headers.get("ratelimit")?.to_str().ok()?;
    let limits: Option<Vec<_>> = text.split(',').map(read_item).collect();
    // Of two policies without calls left, the one that lasts longer decides.
    limits?
        .into_iter()
        .min_by_key(|limit| (limit.remaining, std::cmp::Reverse(limit.reset)))
}

/// One policy: a name in quotes and its parameters.
fn read_item(item: &str) -> Option<RateLimit> {
    let mut parts = item.trim().split(';').map(str::trim);
    let name = parts.next()?;
    let quoted = name.len() >= 2 && name.starts_with('"') && name.ends_with('"');
    if !quoted {
        return None;
    }
    let (mut remaining, mut reset) = (None, None);
    for part in parts {
        match part.split_once('=') {
            Some(("r", value)) => remaining = Some(number(value)?),
            Some(("t", value)) => reset = Some(Duration::from_secs(number(value)?.min(HOUR))),
            _ => {}
        }
    }
    remaining.map(|remaining| RateLimit { remaining, reset })
}

/// A structured-field integer that is not negative: at most 15 digits (RFC 9651 section 3.3.1).
fn number(text: &str) -> Option<u64> {
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// The same bound as for `Retry-After`.
const HOUR: u64 = 3600;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(text: &str) -> Option<(u64, Option<u64>)> {
        let mut headers = HeaderMap::new();
        headers.insert("ratelimit", text.parse().unwrap());
        rate_limit(&headers).map(|limit| (limit.remaining, limit.reset.map(|t| t.as_secs())))
    }

    #[test]
    fn r211_reads_and_ignores_what_is_malformed() {
        for (text, expected) in [
            (r#""default";r=50;t=30"#, Some((50, Some(30)))),
            (r#""default"; r=0; t=99999"#, Some((0, Some(3600)))),
            (r#""default";r=1;pk=:cHsdsRa894==:"#, Some((1, None))),
            (r#""a";r=5, "b";r=0;t=1, "c";r=0;t=9"#, Some((0, Some(9)))),
            (r#""default";t=30"#, None),
            (r#""default";r=-1"#, None),
            (r#""default";r=1.5"#, None),
            (r#""default";r="1""#, None),
            (r#""default";r=1234567890123456"#, None),
            (r#"default;r=1"#, None),
            (r#""a";r=5, garbage"#, None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
