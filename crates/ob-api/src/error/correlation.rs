//! The platform's name for an exchange.

use super::safe_text::safe_text;
use http::HeaderMap;

/// The correlation id of an answer: `Correlation-Id`, else `X-MC-Correlation-ID`, else
/// `X-Correlation-Id`, else `x-fapi-interaction-id` (LIB).
///
/// A value that is empty, not ASCII, longer than 128 characters or looks like a token, an e-mail
/// address or an IBAN is passed over: an id goes into logs (standards L5.6).
///
/// ```
/// use ob_api::correlation_id;
/// let mut headers = http::HeaderMap::new();
/// headers.insert("x-fapi-interaction-id", "ours".parse()?);
/// headers.insert("x-correlation-id", "theirs".parse()?);
/// assert_eq!(correlation_id(&headers).as_deref(), Some("theirs"));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn correlation_id(headers: &HeaderMap) -> Option<String> {
    IN_ORDER
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::trim)
        .find(|id| is_plain(id))
        .map(str::to_owned)
}

fn is_plain(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_graphic())
        && safe_text(id) == id
}

const IN_ORDER: [&str; 4] = [
    "correlation-id",
    "x-mc-correlation-id",
    "x-correlation-id",
    "x-fapi-interaction-id",
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Rows: L5.6
    #[test]
    fn what_a_log_must_not_hold_is_no_id() {
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ0cHAtMSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
        for echoed in [token, "user@example.com", "GB33BUKB20201555555555"] {
            let mut headers = HeaderMap::new();
            headers.insert(IN_ORDER[0], echoed.parse().unwrap());
            assert_eq!(correlation_id(&headers), None, "{echoed}");
            let uuid = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
            headers.insert(IN_ORDER[3], uuid.parse().unwrap());
            assert_eq!(correlation_id(&headers).as_deref(), Some(uuid));
        }
    }

    #[test]
    fn in_the_documented_order_passing_over_what_is_no_id() {
        let mut headers = HeaderMap::new();
        assert_eq!(correlation_id(&headers), None);
        for name in IN_ORDER.iter().rev() {
            headers.insert(*name, name.parse().unwrap());
            assert_eq!(correlation_id(&headers).as_deref(), Some(*name));
        }
        for bad in ["", " ", "a b", &"x".repeat(129)] {
            headers.insert(IN_ORDER[0], bad.parse().unwrap());
            assert_eq!(
                correlation_id(&headers).as_deref(),
                Some(IN_ORDER[1]),
                "{bad:?}"
            );
        }
    }
}
