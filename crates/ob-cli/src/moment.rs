//! Moments, as the tool prints them.

use obkit::{api::Timestamp, core::SharedClock};
use std::time::{Duration, SystemTime};

pub(crate) fn now() -> SystemTime {
    SharedClock::default().now()
}

/// RFC 3339 in UTC and whole seconds, rounded down: never later than it is.
pub(crate) fn utc(time: SystemTime) -> String {
    let Ok(time) = Timestamp::try_from(time) else {
        // RFC 5280 section 4.1.2.5: the date of what has no end. It is a day beyond the calendar.
        return "9999-12-31T23:59:59Z".to_owned();
    };
    // Written in UTC with its fraction, as the platform writes its own.
    let text = time.to_string();
    let seconds = text.split(['.', '+']).next().unwrap_or(&text);
    format!("{seconds}Z")
}

/// The day in UTC: `2026-11-23`.
pub(crate) fn date(time: SystemTime) -> String {
    utc(time).chars().take(10).collect()
}

/// Whole days from one moment to another; below zero when it is past, and -1 for less than one.
pub(crate) fn days(from: SystemTime, to: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_secs() / DAY).unwrap_or(i64::MAX);
    match to.duration_since(from) {
        Ok(ahead) => whole(ahead),
        Err(behind) => -1 - whole(behind.duration()),
    }
}

/// For a person: `in 8 days`, `today`, `3 days ago`.
pub(crate) fn distance(days: i64) -> String {
    match days {
        0 => "within 24 hours".to_owned(),
        1 => "in 1 day".to_owned(),
        -1 => "less than a day ago".to_owned(),
        -2 => "1 day ago".to_owned(),
        ahead if ahead > 0 => format!("in {ahead} days"),
        behind => format!("{} days ago", behind.saturating_add(1).unsigned_abs()),
    }
}

const DAY: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days_both_ways() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let day = Duration::from_secs(DAY);
        for (to, expected, words) in [
            (now, 0, "within 24 hours"),
            (now + day / 2, 0, "within 24 hours"),
            (now + day, 1, "in 1 day"),
            (now + 30 * day, 30, "in 30 days"),
            (now - day / 2, -1, "less than a day ago"),
            (now - day, -2, "1 day ago"),
            (now - 3 * day, -4, "3 days ago"),
        ] {
            assert_eq!(days(now, to), expected);
            assert_eq!(distance(expected), words);
        }
    }

    #[test]
    fn prints_seconds_and_knows_what_has_no_end() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(utc(at(0)), "1970-01-01T00:00:00Z");
        assert_eq!(
            utc(at(1_790_000_000) + Duration::from_millis(999)),
            "2026-09-21T14:13:20Z"
        );
        assert_eq!(utc(at(253_402_300_799)), "9999-12-31T23:59:59Z");
        assert_eq!(date(at(1_790_000_000)), "2026-09-21");
    }
}
