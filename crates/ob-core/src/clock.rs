//! The time of day, behind a seam.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// Tells the time. Everything that expires asks it, so a test can make an hour pass at once.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The wall clock: what tokens and proofs are dated by. It may step.
    fn now(&self) -> SystemTime;

    /// Time passed since some fixed moment; never goes back. Guards lifetimes against steps of
    /// the wall clock.
    fn monotonic(&self) -> Duration;
}

/// A clock that is cloned by copying a pointer.
#[derive(Clone, Debug)]
pub struct SharedClock(Arc<dyn Clock>);

impl SharedClock {
    /// The operating system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::from(SystemClock::default())
    }
}

impl Default for SharedClock {
    fn default() -> Self {
        Self::system()
    }
}

impl<C: Clock + 'static> From<C> for SharedClock {
    fn from(clock: C) -> Self {
        Self(Arc::new(clock))
    }
}

impl Deref for SharedClock {
    type Target = dyn Clock;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// The operating system's clock: the only place of obkit that asks it for the time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }
}

/// A clock that stands still until it is told to move. Clones share one time.
///
/// ```
/// use ob_core::{Clock, TestClock};
/// use std::time::{Duration, SystemTime};
///
/// let clock = TestClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
/// let seen_by_the_client = clock.clone();
/// clock.advance(Duration::from_secs(90));
/// let now = seen_by_the_client.now().duration_since(SystemTime::UNIX_EPOCH)?;
/// assert_eq!(now.as_secs(), 1_800_000_090);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<TestTime>);

#[derive(Debug)]
struct TestTime {
    wall_ns: AtomicU64,
    monotonic_ns: AtomicU64,
}

impl TestClock {
    /// A clock that shows `now`. Times before 1970 or after 2554 are shown as those limits.
    #[must_use]
    pub fn at(now: SystemTime) -> Self {
        Self(Arc::new(TestTime {
            wall_ns: nanos(now).into(),
            monotonic_ns: AtomicU64::new(0),
        }))
    }

    /// Lets time pass, on the wall and monotonically.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.0.monotonic_ns.fetch_add(by, Ordering::SeqCst);
        self.0.wall_ns.fetch_add(by, Ordering::SeqCst);
    }

    /// Steps the wall clock only, as an administrator or a time server does.
    pub fn set(&self, now: SystemTime) {
        self.0.wall_ns.store(nanos(now), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.0.wall_ns.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.0.monotonic_ns.load(Ordering::SeqCst))
    }
}

fn nanos(time: SystemTime) -> u64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_wall_does_not_move_the_monotonic_clock() {
        let clock = TestClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1000));
        clock.advance(Duration::from_secs(5));
        clock.set(SystemTime::UNIX_EPOCH);
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH);
        assert_eq!(clock.monotonic(), Duration::from_secs(5));
    }

    #[test]
    fn the_system_clock_goes_forward() {
        let clock = SharedClock::system();
        let (wall, since) = (clock.now(), clock.monotonic());
        assert!(wall > SystemTime::UNIX_EPOCH);
        assert!(clock.monotonic() >= since);
    }
}
