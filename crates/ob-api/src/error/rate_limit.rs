//! `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, R211).

use http::HeaderMap;
use std::{cmp::Reverse, time::Duration};

/// What the `RateLimit` header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Calls that are left: `r`. More than none is no promise of service.
    pub remaining: u64,
    /// When there will be more: `t`, at most an hour.
    pub reset: Option<Duration>,
}

/// What the `RateLimit-Policy` header says about one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitPolicy {
    /// The policy's name.
    pub name: String,
    /// Calls that are allowed: `q`.
    pub quota: u64,
    /// Within this time: `w`.
    pub window: Option<Duration>,
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
    let limits = items(headers, "ratelimit", |item| {
        Some(RateLimit {
            remaining: item.number("r")??,
            reset: item.number("t")?.map(|t| Duration::from_secs(t.min(HOUR))),
        })
    });
    // Of two policies without calls left, the one that lasts longer decides.
    limits
        .into_iter()
        .min_by_key(|limit| (limit.remaining, Reverse(limit.reset)))
}

/// Reads `RateLimit-Policy: "default";q=100;w=10`: every policy, or none where the header is
/// malformed.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// headers.insert("ratelimit-policy", r#""default";q=100;w=10"#.parse()?);
/// let policies = ob_api::rate_limit_policies(&headers);
/// assert_eq!((policies[0].name.as_str(), policies[0].quota), ("default", 100));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn rate_limit_policies(headers: &HeaderMap) -> Vec<RateLimitPolicy> {
    items(headers, "ratelimit-policy", |item| {
        let window = item.number("w")?;
        (window != Some(0)).then_some(RateLimitPolicy {
            name: item.name.to_owned(),
            quota: item.number("q")??,
            window: window.map(Duration::from_secs),
        })
    })
}

/// One item of a structured-field list: a string and its parameters.
struct Item<'a> {
    name: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Item<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = split(text, ';').map(str::trim);
        let name = parts.next()?.strip_prefix('"')?.strip_suffix('"')?;
        let parameters = parts.map(|part| part.split_once('=').unwrap_or((part, "?1")));
        // Escapes are legal and nobody names a policy with them.
        (!name.contains(['"', '\\'])).then(|| Self {
            name,
            parameters: parameters.collect(),
        })
    }

    /// The parameter, which must be an integer that is not negative; the last of two counts
    /// (RFC 9651 section 4.2.3.2).
    fn number(&self, name: &str) -> Option<Option<u64>> {
        let mut values = self.parameters.iter().rev();
        match values.find(|(key, _)| *key == name) {
            Some((_, value)) => number(value).map(Some),
            None => Some(None),
        }
    }
}

/// Every item of every line of a header; none where one is malformed.
fn items<T>(headers: &HeaderMap, name: &str, read: impl Fn(&Item<'_>) -> Option<T>) -> Vec<T> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().ok());
    let read_line = |line: &str| {
        let items = split(line, ',').map(|item| read(&Item::read(item.trim())?));
        items.collect::<Option<Vec<T>>>()
    };
    let lines: Option<Vec<Vec<T>>> = lines.map(|line| line.and_then(read_line)).collect();
    lines.unwrap_or_default().into_iter().flatten().collect()
}

/// Splits where `separator` stands outside of quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

/// At most 15 digits (RFC 9651 section 3.3.1).
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
    use proptest::prelude::*;

    fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| line.parse().unwrap());
        let name = http::HeaderName::from_static(name);
        lines.map(|line| (name.clone(), line)).collect()
    }

    fn read(lines: &[&str]) -> Option<(u64, Option<u64>)> {
        rate_limit(&headers("ratelimit", lines))
            .map(|limit| (limit.remaining, limit.reset.map(|t| t.as_secs())))
    }

    /// Rows: R211
    #[test]
    fn r211_reads_and_ignores_what_is_malformed() {
        for (text, expected) in [
            (r#""default";r=50;t=30"#, Some((50, Some(30)))),
            (r#""default"; r=0; t=99999"#, Some((0, Some(3600)))),
            (r#""default";r=1;pk=:cHsdsRa894==:"#, Some((1, None))),
            (r#""a";r=5, "b";r=0;t=1, "c";r=0;t=9"#, Some((0, Some(9)))),
            (r#""a, b;c";r=5;flag"#, Some((5, None))),
            (r#""a";r=5;r=6"#, Some((6, None))),
            (r#""default";t=30"#, None),
            (r#""default";r=-1"#, None),
            (r#""default";r=1.5"#, None),
            (r#""default";r="1""#, None),
            (r#""default";r=1;t=x"#, None),
            (r#""default";r=1234567890123456"#, None),
            (r#""a\"b";r=1"#, None),
            (r"default;r=1", None),
            (r#""a";r=5, garbage"#, None),
            (r#""a;r=5"#, None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(read(&[text]), expected, "{text}");
        }
        assert_eq!(read(&[r#""a";r=5"#, r#""b";r=4"#]), Some((4, None)));
        assert_eq!(read(&[r#""a";r=5"#, "?"]), None);
        assert_eq!(read(&[]), None);
    }

    /// Rows: R211
    #[test]
    fn r211_policies() {
        let read = |text: &str| -> Vec<_> {
            rate_limit_policies(&headers("ratelimit-policy", &[text]))
                .into_iter()
                .map(|policy| (policy.quota, policy.window.map(|w| w.as_secs())))
                .collect()
        };
        assert_eq!(read(r#""default";q=100;w=10"#), [(100, Some(10))]);
        assert_eq!(read(r#""a";q=1, "b";q=2;w=60"#), [(1, None), (2, Some(60))]);
        for text in [
            r#""a";w=10"#,
            r#""a";q=1;w=0"#,
            r#""a";q=-1"#,
            "100;w=10",
            "",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    proptest! {
        /// Rows: R211, L4.6
        #[test]
        fn never_panics(text in "[ -~]{0,60}") {
            let _ = read(&[&text]);
            let _ = rate_limit_policies(&headers("ratelimit-policy", &[&text]));
        }
    }
}
