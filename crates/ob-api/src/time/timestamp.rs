//! Points in time.

use super::Date;
use crate::{ValueError, text_value::text_value};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime},
};

/// A point in time, written `2023-11-28T00:00:00.0000000+00:00` (DOC).
///
/// Written in UTC with seven fractional digits and an offset, as the platform does. Read from any
/// RFC 3339 date-time: any number of fractional digits (those beyond the seventh are dropped),
/// `Z` or any offset. A date-time without an offset names no point in time and is refused (R227).
///
/// ```
/// use ob_api::Timestamp;
/// let time: Timestamp = "2023-11-28T01:00:00+01:00".parse()?;
/// assert_eq!(time.to_string(), "2023-11-28T00:00:00.0000000+00:00");
/// assert!("2023-11-28T01:00:00".parse::<Timestamp>().is_err());
/// # Ok::<(), ob_api::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The date in UTC.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        let date = Offset::UTC.to_datetime(self.0).date();
        Date::new(date.year(), date.month(), date.day())
    }

    /// The point `after` later, or `None` beyond the year 9999.
    #[must_use]
    pub fn plus(self, after: Duration) -> Option<Self> {
        self.0.checked_add(after).ok().and_then(in_steps)
    }

    /// The point `before` earlier, or `None` before the year 0.
    #[must_use]
    pub fn minus(self, before: Duration) -> Option<Self> {
        self.0.checked_sub(before).ok().and_then(in_steps)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = ValueError;

    /// Drops what is smaller than 100 ns, which the written form cannot hold.
    fn try_from(time: SystemTime) -> Result<Self, ValueError> {
        jiff::Timestamp::try_from(time)
            .ok()
            .and_then(in_steps)
            .ok_or_else(|| ValueError::described("timestamp", "the system time".into(), NEEDED))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

impl FromStr for Timestamp {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Some(text)
            .filter(|text| is_rfc3339(text.as_bytes()))
            .and_then(|text| text.parse().ok())
            .and_then(in_steps)
            .ok_or_else(|| ValueError::new("timestamp", text, NEEDED))
    }
}

text_value!(Timestamp, Timestamp::to_string);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Offset::UTC.to_datetime(self.0);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}+00:00",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.subsec_nanosecond() / STEP
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// Whole steps of 100 ns and years of four digits, so that writing and reading is the identity.
fn in_steps(time: jiff::Timestamp) -> Option<Timestamp> {
    let nanoseconds = time.as_nanosecond();
    let whole = nanoseconds - nanoseconds.rem_euclid(STEP.into());
    let time = jiff::Timestamp::from_nanosecond(whole).ok()?;
    let year = Offset::UTC.to_datetime(time).year();
    (0..=9999).contains(&year).then_some(Timestamp(time))
}

/// `date-time` of RFC 3339 section 5.6; jiff alone would read more (annotations, week dates).
fn is_rfc3339(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let digits = rest.strip_prefix(b".").map_or(0, |rest| {
        1 + rest.iter().take_while(|b| b.is_ascii_digit()).count()
    });
    let offset = rest.get(digits..).unwrap_or_default();
    matches_form(head, b"0000-00-00T00:00:00") && digits != 1 && is_offset(offset)
}

fn is_offset(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"Z")
        || matches_form(text, b"+00:00")
        || matches_form(text, b"-00:00")
}

/// Whether `text` has a digit where the form has one and else the same letter.
fn matches_form(text: &[u8], form: &[u8]) -> bool {
    text.len() == form.len()
        && text.iter().zip(form).all(|(found, wanted)| match wanted {
            b'0' => found.is_ascii_digit(),
            other => found.eq_ignore_ascii_case(other),
        })
}

/// Nanoseconds in one unit of the seventh fractional digit.
const STEP: i32 = 100;
const NEEDED: &str = "an RFC 3339 date-time with an offset, such as 2023-11-28T00:00:00Z";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, written: &str) {
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), written);
    }

    #[test]
    fn reads_any_rfc_3339_and_writes_one_form() {
        let documented = "2023-11-28T00:00:00.0000000+00:00";
        for text in [
            documented,
            "2023-11-28T00:00:00Z",
            "2023-11-28t00:00:00z",
            "2023-11-28T05:30:00+05:30",
            "2023-11-27T13:00:00.000-11:00",
            "2023-11-28T00:00:00-00:00",
            "2023-11-28T00:00:00.000000099Z",
        ] {
            check(text, documented);
        }
        check(
            "2024-02-29T12:34:56.789Z",
            "2024-02-29T12:34:56.7890000+00:00",
        );
        check(
            "1969-12-31T23:59:59.99999999Z",
            "1969-12-31T23:59:59.9999999+00:00",
        );
    }

    /// Rows: R227
    #[test]
    fn r227_refuses_local_times_and_other_forms() {
        for text in [
            "",
            "2023-11-28",
            "2023-11-28T00:00:00",
            "2023-11-28T00:00:00.",
            "2023-11-28T00:00:00.Z",
            "2023-11-28T00:00:00,5Z",
            "2023-11-28 00:00:00Z",
            "2023-11-28T00:00Z",
            "20231128T000000Z",
            "2023-11-28T00:00:00+0000",
            "2023-11-28T00:00:00+00",
            "2023-11-28T00:00:00Z[UTC]",
            "2023-11-28T24:00:01Z",
            "2023-02-29T00:00:00Z",
            " 2023-11-28T00:00:00Z",
            "2023-11-28T00:00:00Z\n",
            "1701129600",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_leap_second_is_the_second_before() {
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.0000000+00:00");
    }

    #[test]
    fn moves_and_converts() {
        let time: Timestamp = "2024-02-28T23:59:59Z".parse().unwrap();
        let later = time.plus(Duration::from_secs(1)).unwrap();
        assert_eq!(later.date().unwrap().to_string(), "2024-02-29");
        assert_eq!(later.minus(Duration::from_secs(1)), Some(time));
        assert_eq!(time.plus(Duration::MAX), None);
        assert_eq!(Timestamp::try_from(SystemTime::from(time)).unwrap(), time);
    }

    proptest! {
        #[test]
        fn round_trips(seconds in 0..4_000_000_000_u64, nanos in 0..1_000_000_000_u32) {
            let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
            let time = Timestamp::try_from(time).unwrap();
            prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
            let json = serde_json::to_string(&time).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), time);
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = text.parse::<Timestamp>();
        }

        #[test]
        fn offsets_shift(hours in 0..23_u32, minutes in 0..59_u32) {
            let text = format!("2023-11-28T12:00:00+{hours:02}:{minutes:02}");
            let noon: Timestamp = "2023-11-28T12:00:00Z".parse().unwrap();
            let shift = Duration::from_secs(u64::from(hours * 3600 + minutes * 60));
            prop_assert_eq!(text.parse::<Timestamp>().unwrap().plus(shift), Some(noon));
        }
    }
}
