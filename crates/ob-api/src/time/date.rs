//! Calendar dates.

use super::Timestamp;
use crate::{ValueError, text_value::text_value};
use jiff::{Span, civil};
use serde::{Deserialize, Deserializer, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};

/// A calendar date, `2024-02-29`, without a time zone (R227).
///
/// `FromStr` reads `YYYY-MM-DD` only. In JSON a full RFC 3339 date-time is read too and its date
/// kept as it is written, because the types of the date fields are ASSUMED and the one that is
/// not expected must be no outage.
///
/// ```
/// use ob_api::Date;
/// let date: Date = "2024-02-29".parse()?;
/// assert_eq!((date.year(), date.month(), date.day()), (2024, 2, 29));
/// assert!("2023-02-29".parse::<Date>().is_err());
/// # Ok::<(), ob_api::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Date(civil::Date);

impl Date {
    /// The date of these numbers, or `None` where the calendar has no such day.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = civil::Date::new(year, month, day).ok()?;
        (0..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// The year, 0 to 9999.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The date `days` later, or earlier where negative; `None` beyond the year 0 or 9999.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Option<Self> {
        // Not `days.days()`, which panics beyond jiff's own range.
        let days = Span::new().try_days(days).ok()?;
        let date = self.0.checked_add(days).ok()?;
        Self::new(date.year(), date.month(), date.day())
    }
}

impl FromStr for Date {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        parse(text).ok_or_else(|| ValueError::new("date", text, "the form 2024-02-29"))
    }
}

text_value!(Date, Date::to_string);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let date = match text.parse::<Timestamp>() {
            Ok(_) => text.get(..10).unwrap_or_default(),
            Err(_) => &text,
        };
        date.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.day()
        )
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

/// Exactly ten characters; jiff alone would also read week dates and the basic form.
fn parse(text: &str) -> Option<Date> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped.then(|| text.parse().ok()).flatten().map(Date)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// Rows: R227
    #[test]
    fn r227_iso_dates_only() {
        for text in ["2024-02-29", "0000-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-32",
            "20240229",
            "2024-2-9",
            "2024-W09-4",
            "2024-060",
            "+2024-02-29",
            "2024-02-29Z",
            "2024-02-29T00:00:00Z",
            " 2024-02-2",
            "24-02-29",
            "\u{ff12}024-02-29",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn json_reads_the_date_of_a_date_time_as_it_is_written() {
        let date: Date = serde_json::from_str(r#""2024-02-29T23:59:59-11:00""#).unwrap();
        assert_eq!(serde_json::to_string(&date).unwrap(), r#""2024-02-29""#);
        assert!(serde_json::from_str::<Date>(r#""2024-02-29T25:00:00Z""#).is_err());
        assert!(serde_json::from_str::<Date>("20240229").is_err());
    }

    /// Rows: R227
    #[test]
    fn days_are_added_over_the_leap_day() {
        let date = Date::new(2024, 2, 28).unwrap();
        assert_eq!(date.plus_days(2).unwrap().to_string(), "2024-03-01");
        assert_eq!(date.plus_days(-59).unwrap().to_string(), "2023-12-31");
        assert_eq!(date.plus_days(i32::MAX), None);
        assert_eq!(Date::new(2023, 2, 29), None);
        assert_eq!(Date::new(-1, 1, 1), None);
    }

    proptest! {
        #[test]
        fn round_trips(year in 0..=9999_i16, month in 1..=12_i8, day in 1..=28_i8) {
            let date = Date::new(year, month, day).unwrap();
            prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = text.parse::<Date>();
            let _ = serde_json::from_value::<Date>(text.into());
        }
    }
}
