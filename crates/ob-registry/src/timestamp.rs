//! Moments in the registry's texts: RFC 3339 in UTC, to the millisecond.

use crate::RegistryError;
use jiff::Timestamp;
use ob_core::Shown;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Cut to what is written, so that what is read back is equal.
pub(crate) fn cut(at: SystemTime) -> SystemTime {
    let millis = at
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let millis = u64::try_from(millis).unwrap_or(LAST).min(LAST);
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// The same upwards, for a moment from which on something holds: it may be told too late, never
/// too early.
pub(crate) fn raised(at: SystemTime) -> SystemTime {
    let down = cut(at);
    if down < at {
        cut(down + Duration::from_millis(1))
    } else {
        down
    }
}

/// `2026-11-23T10:00:00.000Z`.
pub(crate) fn to_text(at: SystemTime) -> String {
    let at = Timestamp::try_from(cut(at)).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// # Errors
/// OB-R009 when it is no RFC 3339 moment between 1970 and 9999.
pub(crate) fn from_text(text: &str) -> Result<SystemTime, RegistryError> {
    let refused = || RegistryError::value("moment", Shown(text), NEEDED);
    let at: Timestamp = text.parse().map_err(|_| refused())?;
    if at < Timestamp::UNIX_EPOCH {
        return Err(refused());
    }
    Ok(cut(at.into()))
}

pub(crate) fn serialize<S: Serializer>(at: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&to_text(*at))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
    from_text(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// 9999-12-30T22:00:00Z, the last moment that jiff writes.
const LAST: u64 = 253_402_207_200_000;
const NEEDED: &str = "a moment as in 2026-11-23T10:00:00Z";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn writes_and_reads_milliseconds() {
        let at = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
        assert_eq!(to_text(at), "2023-11-14T22:13:20.123Z");
        assert_eq!(to_text(raised(at)), "2023-11-14T22:13:20.124Z");
        assert_eq!(raised(cut(at)), cut(at));
        assert_eq!(from_text("2023-11-14T23:13:20.123+01:00").unwrap(), cut(at));
        assert_eq!(from_text(&to_text(UNIX_EPOCH)).unwrap(), UNIX_EPOCH);
        let far = UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(from_text(&to_text(far)).unwrap(), cut(far));
        for text in [
            "",
            "yesterday",
            "2023-11-14",
            "1969-12-31T23:59:59Z",
            "2023-11-14T22:13:20",
        ] {
            assert!(from_text(text).is_err(), "{text}");
        }
    }
}
