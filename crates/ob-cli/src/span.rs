//! Spans of time, as people write them.

use std::{fmt, str::FromStr, time::Duration};

/// A span as it was written: `12h`, `30d`, `4w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    count: u32,
    unit: char,
}

impl Span {
    pub(crate) fn duration(self) -> Duration {
        let hours = match self.unit {
            'h' => 1,
            'd' => 24,
            _ => 7 * 24,
        };
        Duration::from_secs(u64::from(self.count) * hours * 60 * 60)
    }
}

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = text.chars().next_back().ok_or(NEEDED)?;
        let digits = text.strip_suffix(['h', 'd', 'w']).ok_or(NEEDED)?;
        let decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(count) if decimal && count > 0 => Ok(Self { count, unit }),
            _ => Err(NEEDED),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit)
    }
}

const NEEDED: &str = "needs a whole number above 0 and h, d or w, as in 12h, 30d, 4w";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_hours_days_and_weeks() {
        for (text, hours) in [("12h", 12), ("30d", 720), ("4w", 672), ("007d", 168)] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.duration(), Duration::from_secs(hours * 3600), "{text}");
        }
        assert_eq!("30d".parse::<Span>().unwrap().to_string(), "30d");
        // The longest one is not an overflow.
        assert!("4294967295w".parse::<Span>().unwrap().duration() > Duration::ZERO);
    }

    #[test]
    fn refuses_what_says_no_span() {
        for text in [
            "",
            "d",
            "30",
            "30 d",
            " 30d",
            "-1d",
            "+1d",
            "1.5d",
            "0d",
            "30D",
            "30m",
            "1d12h",
            "4294967296d",
            "３d",
            "30ｄ",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
