//! When a failed attempt is repeated.

use ob_api::Idempotency;
use std::time::Duration;

/// How often and how patiently a failed attempt is repeated.
///
/// Only what cannot do harm is repeated: operations that are idempotent by method or by an
/// idempotency key, and requests that certainly did not reach the server (R215). Every attempt
/// has a fresh proof and consults the registry again. The one retry after a refused token and
/// the ones for a DPoP nonce come on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many attempts a call may make in all, at least one.
    pub max_attempts: u32,
    /// The wait before the first repetition; it doubles each time, with jitter of up to half.
    pub first_wait: Duration,
    /// The longest wait that is sat out. When the server asks for more (`Retry-After`), the call
    /// fails at once and the error says how long to wait.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, 200 ms, 5 s: a hiccup passes, an outage is reported within seconds.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// What is known about a failed attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) attempt: u32,
    pub(crate) idempotency: Idempotency,
    pub(crate) may_have_been_sent: bool,
    pub(crate) transient: bool,
    pub(crate) retry_after: Option<Duration>,
}

/// How to wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// As long as the server asked for.
    Asked(Duration),
    /// As long as the policy says, with jitter: see [`RetryPolicy::backoff`].
    Backoff,
}

impl RetryPolicy {
    /// A policy that never repeats.
    #[must_use]
    pub fn never() -> Self {
        Self {
            max_attempts: 1,
            ..Self::default()
        }
    }

    /// Whether and how to wait before the next attempt; `None` is to give up.
    pub(crate) fn wait(&self, failure: Failure) -> Option<Wait> {
        let harmless =
            !failure.may_have_been_sent || !matches!(failure.idempotency, Idempotency::None);
        if !failure.transient || !harmless || failure.attempt >= self.max_attempts {
            return None;
        }
        match failure.retry_after {
            Some(asked) => (asked <= self.longest_wait).then_some(Wait::Asked(asked)),
            None => Some(Wait::Backoff),
        }
    }

    /// The own wait after an attempt. `jitter` is any number; the same number gives the same wait.
    pub(crate) fn backoff(&self, attempt: u32, jitter: u64) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let percent = u32::try_from(jitter % 51).unwrap_or_default();
        (doubled + doubled * percent / 100).min(self.longest_wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILURE: Failure = Failure {
        attempt: 1,
        idempotency: Idempotency::Safe,
        may_have_been_sent: true,
        transient: true,
        retry_after: None,
    };

    /// Rows: R215
    #[test]
    fn r215_repeats_only_what_cannot_do_harm() {
        let policy = RetryPolicy::default();
        assert!(policy.wait(FAILURE).is_some());
        let unsafe_post = Failure {
            idempotency: Idempotency::None,
            ..FAILURE
        };
        assert_eq!(policy.wait(unsafe_post), None);
        let unsent_post = Failure {
            may_have_been_sent: false,
            ..unsafe_post
        };
        assert!(policy.wait(unsent_post).is_some());
        assert_eq!(
            policy.wait(Failure {
                transient: false,
                ..FAILURE
            }),
            None
        );
        assert_eq!(
            policy.wait(Failure {
                attempt: 3,
                ..FAILURE
            }),
            None
        );
        assert_eq!(RetryPolicy::never().wait(FAILURE), None);
    }

    #[test]
    fn waits_double_with_jitter_and_stay_bounded() {
        let policy = RetryPolicy {
            max_attempts: 99,
            ..RetryPolicy::default()
        };
        let last = Failure {
            attempt: 98,
            ..FAILURE
        };
        assert_eq!(policy.wait(last), Some(Wait::Backoff));
        assert_eq!(policy.backoff(1, 0), Duration::from_millis(200));
        assert_eq!(policy.backoff(1, 50), Duration::from_millis(300));
        assert_eq!(policy.backoff(2, 0), Duration::from_millis(400));
        assert_eq!(policy.backoff(98, 50), Duration::from_secs(5));
    }

    /// Rows: R209
    #[test]
    fn r209_the_server_decides_unless_it_asks_for_too_much() {
        let policy = RetryPolicy::default();
        let after = |seconds| Failure {
            retry_after: Some(Duration::from_secs(seconds)),
            ..FAILURE
        };
        assert_eq!(
            policy.wait(after(2)),
            Some(Wait::Asked(Duration::from_secs(2)))
        );
        assert_eq!(policy.wait(after(60)), None);
    }
}
