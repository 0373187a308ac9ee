//! Points in time, kept by two clocks.

use ob_core::SharedClock;
use std::time::{Duration, SystemTime};

/// A point in time by the wall clock and by the monotonic one.
///
/// The wall clock may be set back, which would keep a dead token alive; the monotonic clock
/// stands still while a machine sleeps, which would too. So both are asked, and the earlier
/// of the two decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) wall: SystemTime,
    pub(crate) monotonic: Duration,
}

impl Moment {
    pub(crate) fn now(clock: &SharedClock) -> Self {
        Self {
            wall: clock.now(),
            monotonic: clock.monotonic(),
        }
    }

    pub(crate) fn after(self, wait: Duration) -> Self {
        Self {
            wall: self.wall.checked_add(wait).unwrap_or(self.wall),
            monotonic: self.monotonic.saturating_add(wait),
        }
    }

    /// Whether `self` has come by either clock.
    pub(crate) fn has_come(self, now: Self) -> bool {
        now.wall >= self.wall || now.monotonic >= self.monotonic
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ob_core::TestClock;

    #[test]
    fn either_clock_ends_a_lifetime() {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for step in [-5000_i64, 0, 5000] {
            let clock = TestClock::at(start);
            let shared = SharedClock::from(clock.clone());
            let end = Moment::now(&shared).after(Duration::from_secs(60));
            clock.advance(Duration::from_secs(59));
            assert!(!end.has_come(Moment::now(&shared)));
            clock.set(crate::server_clock::shifted(start, step));
            assert_eq!(end.has_come(Moment::now(&shared)), step > 0);
            clock.advance(Duration::from_secs(1));
            assert!(end.has_come(Moment::now(&shared)), "the monotonic clock");
        }
    }
}
