//! How far this machine's clock is from a server's, learned from `Date` (R028).

use crate::origin::Origin;
use http::{HeaderMap, header::DATE};
use quick_cache::sync::Cache;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The clocks of the servers that answered.
///
/// A difference is always noted and never applied on suspicion alone: only after a server has
/// refused an assertion or a proof is it added to `iat` and `exp` (see [`Self::suspect`]).
#[derive(Debug)]
pub(crate) struct ServerClocks {
    skews: Cache<Origin, Skew>,
    /// Whether any correction was ever applied: nearly always not, and then a warm call need
    /// not look.
    corrected: AtomicBool,
}

/// Seconds by which a server's clock is ahead of ours.
#[derive(Clone, Copy, Debug, Default)]
struct Skew {
    /// The least it can be: added to `iat`, so that `iat` is never ahead of the server.
    low: i64,
    /// The nearest to zero it can be: an answer that took long looks like no difference.
    apparent: i64,
    /// What is added now.
    applied: Option<i64>,
}

/// Whether a clock explains a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// It does not.
    None,
    /// It may, and from now on the difference is made up for: try once more.
    Corrected,
    /// It does, and by more seconds than are made up for.
    TooFar(i64),
}

impl ServerClocks {
    pub(crate) fn new() -> Self {
        Self {
            skews: Cache::new(MAX_ORIGINS),
            corrected: AtomicBool::new(false),
        }
    }

    /// Notes the `Date` of an answer to a request of `sent` that arrived at `received`.
    pub(crate) fn learn(
        &self,
        origin: &Origin,
        headers: &HeaderMap,
        (sent, received): (SystemTime, SystemTime),
    ) {
        let Some(date) = date_of(headers) else {
            return;
        };
        // `Date` is cut to whole seconds and was written between sending and receiving.
        let low = date - ceil_seconds(received);
        let high = (date + 1 - floor_seconds(sent)).max(low);
        let apparent = 0.clamp(low, high);
        let before = self.skews.get(origin).unwrap_or_default();
        let skew = Skew {
            low,
            apparent,
            applied: before.applied.and_then(|old| follow(old, low, apparent)),
        };
        self.skews.insert(origin.clone(), skew);
    }

    /// The server refused an assertion or a proof: does the clock explain it?
    pub(crate) fn suspect(&self, origin: &Origin) -> Suspicion {
        let skew = self.skews.get(origin).unwrap_or_default();
        if (skew.apparent - skew.applied.unwrap_or(0)).abs() <= TOLERATED {
            return Suspicion::None;
        }
        if skew.apparent.abs() > MAX_CORRECTION {
            return Suspicion::TooFar(skew.apparent);
        }
        let applied = Some(bounded(skew.low));
        self.skews.insert(origin.clone(), Skew { applied, ..skew });
        self.corrected.store(true, Ordering::Release);
        Suspicion::Corrected
    }

    /// What to add to our clock for this server, if its refusals asked for it.
    pub(crate) fn correction(&self, origin: &Origin) -> Option<i64> {
        let corrected = self.corrected.load(Ordering::Acquire);
        let skew = corrected.then(|| self.skews.get(origin)).flatten();
        skew.and_then(|skew| skew.applied)
    }
}

/// `time` moved by `seconds`.
pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let moved = if seconds < 0 {
        time.checked_sub(by)
    } else {
        time.checked_add(by)
    };
    moved.unwrap_or(time)
}

/// A correction follows the server's clock, and ends when ours was set right.
fn follow(old: i64, low: i64, apparent: i64) -> Option<i64> {
    match apparent.abs() {
        0..=TOLERATED => None,
        ..=MAX_CORRECTION => Some(bounded(low)),
        _ => Some(old),
    }
}

fn bounded(seconds: i64) -> i64 {
    seconds.clamp(-MAX_CORRECTION, MAX_CORRECTION)
}

fn date_of(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(floor_seconds)
}

pub(crate) fn floor_seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

fn ceil_seconds(time: SystemTime) -> i64 {
    floor_seconds(time + Duration::from_nanos(999_999_999))
}

/// FAPI 2.0 has servers accept ten seconds ahead; half of it is noise, not a wrong clock.
const TOLERATED: i64 = 5;
/// Beyond a minute a clock is broken, and making up for it would hide that (standards 0, R028).
const MAX_CORRECTION: i64 = 60;
/// A client talks to a handful of origins.
const MAX_ORIGINS: usize = 64;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http::HeaderValue;

    const NOW: u64 = 1_800_000_000;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn date(seconds: i64) -> HeaderMap {
        let text = httpdate::fmt_http_date(shifted(at(NOW), seconds));
        HeaderMap::from_iter([(DATE, HeaderValue::from_str(&text).unwrap())])
    }

    fn origin() -> Origin {
        Origin::of(&"https://as.example".parse().unwrap()).unwrap()
    }

    fn after(difference: i64) -> (ServerClocks, Suspicion) {
        let clocks = ServerClocks::new();
        clocks.learn(&origin(), &date(difference), (at(NOW), at(NOW)));
        assert_eq!(
            clocks.correction(&origin()),
            None,
            "never on suspicion alone"
        );
        let suspicion = clocks.suspect(&origin());
        (clocks, suspicion)
    }

    #[test]
    fn r028_only_a_real_and_bounded_difference_is_corrected() {
        for (difference, expected, correction) in [
            (0, Suspicion::None, None),
            (5, Suspicion::None, None),
            (-5, Suspicion::None, None),
            (6, Suspicion::Corrected, Some(6)),
            (-40, Suspicion::Corrected, Some(-40)),
            (60, Suspicion::Corrected, Some(60)),
            (61, Suspicion::TooFar(61), None),
            (-3600, Suspicion::TooFar(-3599), None),
        ] {
            let (clocks, suspicion) = after(difference);
            assert_eq!(suspicion, expected, "{difference}");
            assert_eq!(clocks.correction(&origin()), correction, "{difference}");
        }
    }

    #[test]
    fn the_same_difference_is_not_suspected_twice() {
        let (clocks, _) = after(40);
        clocks.learn(&origin(), &date(41), (at(NOW), at(NOW)));
        assert_eq!(clocks.suspect(&origin()), Suspicion::None);
    }

    #[test]
    fn a_correction_ends_when_the_clock_was_set_right() {
        let (clocks, _) = after(40);
        clocks.learn(&origin(), &date(0), (at(NOW), at(NOW)));
        assert_eq!(clocks.correction(&origin()), None);
    }

    #[test]
    fn a_slow_answer_does_not_look_like_a_wrong_clock() {
        let clocks = ServerClocks::new();
        clocks.learn(&origin(), &date(0), (at(NOW), at(NOW + 25)));
        assert_eq!(clocks.suspect(&origin()), Suspicion::None);
    }

    #[test]
    fn a_date_that_is_none_is_ignored() {
        let clocks = ServerClocks::new();
        let odd = HeaderMap::from_iter([(DATE, HeaderValue::from_static("yesterday"))]);
        clocks.learn(&origin(), &odd, (at(NOW), at(NOW)));
        assert_eq!(clocks.suspect(&origin()), Suspicion::None);
    }
}
