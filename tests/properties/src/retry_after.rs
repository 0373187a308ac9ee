//! How long a server may make one wait.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, StatusCode};
use ob_api::{correlation_id, rate_limit, rate_limit_policies, retry_after};

use crate::{answer_text, random, signers, spoken, token_answer};

const HOUR: Duration = Duration::from_secs(3600);

/// Eight bytes of time and header lines; the first of them, without a name, is a `Retry-After`.
///
/// Every wait is at most an hour; seconds are seconds; a later clock never makes a wait longer;
/// the API's reader and the token endpoint's agree.
pub(crate) fn holds(data: &[u8]) {
    let Some((clock, text)) = data.split_first_chunk() else {
        return;
    };
    let now = UNIX_EPOCH + Duration::from_secs(u64::from(u32::from_be_bytes(*clock)));
    let mut lines = text.split(|b| *b == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut headers = answer_text::headers(lines);
    if let Ok(value) = HeaderValue::from_bytes(first) {
        headers.insert(http::header::RETRY_AFTER, value);
    }
    let wait = retry_after(&headers, now);
    assert!(wait.is_none_or(|wait| wait <= HOUR), "{wait:?}");
    if let Ok(text @ [b'0'..=b'9', ..]) = <&[u8; 9]>::try_from(first).map(|text| &text[..]) {
        let seconds = std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok());
        if let Some(seconds) = seconds {
            assert_eq!(wait, Some(Duration::from_secs(seconds).min(HOUR)));
        }
    }
    let later = retry_after(&headers, now + Duration::from_secs(7));
    assert!(
        later <= wait && later.is_some() == wait.is_some(),
        "{later:?} after {wait:?}"
    );
    agrees(&headers, now, wait);
    bounded(&headers);
}

fn agrees(headers: &HeaderMap, now: SystemTime, wait: Option<Duration>) {
    let mut answer = answer_text::with_json(StatusCode::TOO_MANY_REQUESTS, b"{}");
    let asked = headers.get_all(http::header::RETRY_AFTER).iter();
    let asked = asked.map(|value| (http::header::RETRY_AFTER, value.clone()));
    answer.headers_mut().extend(asked);
    let refused = signers::run(token_answer::World::at(now).ask(answer)).outcome;
    assert_eq!(refused.err().and_then(|error| error.retry_after()), wait);
}

fn bounded(headers: &HeaderMap) {
    if let Some(limit) = rate_limit(headers) {
        assert!(limit.reset.is_none_or(|reset| reset <= HOUR), "{limit:?}");
        assert!(limit.remaining < 1_000_000_000_000_000, "{limit:?}");
    }
    for policy in rate_limit_policies(headers) {
        assert_ne!(policy.window, Some(Duration::ZERO));
        spoken::check_debug(&policy.quota);
    }
    if let Some(id) = correlation_id(headers) {
        assert!((1..=128).contains(&id.len()), "{id:?}");
        assert!(id.bytes().all(|b| b.is_ascii_graphic()), "{id:?}");
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let lines = [
        "120",
        "000000120",
        "99999999999999999999",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Fri, 15 Jan 2027 08:00:30 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "-1\nratelimit: \"default\";r=50;t=30\ncorrelation-id: abc",
        "soon\nratelimit: \"a\";r=0;t=1, \"b\";r=0;t=9999\nratelimit-policy: \"a\";q=1;w=10",
    ];
    let clocks = [784_111_700_u32, 1_800_000_000, 0, u32::MAX];
    let of_clock = |clock: u32| {
        lines
            .iter()
            .map(move |line| [&clock.to_be_bytes(), line.as_bytes()].concat())
    };
    let mut seeds: Vec<Vec<u8>> = clocks.into_iter().flat_map(of_clock).collect();
    seeds.extend(random::texts(b"0123456789 SunMonJanFeb:,-GMT", 40, 64));
    seeds
}
