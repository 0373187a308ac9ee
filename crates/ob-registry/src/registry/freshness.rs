//! How long ago the store was heard of.

use super::Registry;
use crate::RegistryError;
use ob_core::SharedClock;
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How old the shown state may be, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// How long ago the store last said that the shown state is the present one.
    pub age: Duration,
    /// Why it was not reached since, if that was tried.
    pub failure: Option<String>,
}

/// When the store was last heard of, on the monotonic clock: a step of the wall clock makes
/// nothing older or younger.
#[derive(Debug)]
pub(super) struct Heard {
    /// Milliseconds.
    at: AtomicU64,
    max_age: Option<Duration>,
    failure: Mutex<Option<String>>,
}

impl Heard {
    pub(super) fn new(max_age: Option<Duration>, clock: &SharedClock) -> Self {
        Self {
            at: AtomicU64::new(millis(clock)),
            max_age,
            failure: Mutex::new(None),
        }
    }

    /// The store answered at this moment.
    pub(super) fn now(&self, clock: &SharedClock) {
        self.at.store(millis(clock), Ordering::Relaxed);
        let known = self
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if known.is_some() {
            tracing::info!("the registry's store answers again");
        }
    }

    /// The store did not answer. Said once per outage, not once per attempt.
    pub(super) fn failed(&self, error: &RegistryError, clock: &SharedClock) {
        let age = self.age(clock);
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if failure.is_none() {
            let code = ob_core::Code::R012;
            tracing::warn!(%code, %error, age_ms = age.as_millis(), "{}", code.summary());
        }
        *failure = Some(error.to_string());
    }

    pub(super) fn age(&self, clock: &SharedClock) -> Duration {
        let at = self.at.load(Ordering::Relaxed);
        Duration::from_millis(millis(clock).saturating_sub(at))
    }

    pub(super) fn in_time(&self, clock: &SharedClock) -> Result<(), RegistryError> {
        let Some(most) = self.max_age else {
            return Ok(());
        };
        let age = self.age(clock);
        if age <= most {
            Ok(())
        } else {
            Err(RegistryError::out_of_reach(age, most))
        }
    }
}

impl Registry {
    /// How old the shown state may be.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ob_registry::RegistryError> {
    /// use ob_registry::{MemoryStore, Registry};
    /// let registry = Registry::open(MemoryStore::default()).await?;
    /// assert_eq!(registry.freshness().failure, None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        let heard = &self.0.heard;
        let failure = heard.failure.lock().unwrap_or_else(PoisonError::into_inner);
        Freshness {
            age: heard.age(&self.0.clock),
            failure: failure.clone(),
        }
    }
}

fn millis(clock: &SharedClock) -> u64 {
    u64::try_from(clock.monotonic().as_millis()).unwrap_or(u64::MAX)
}
