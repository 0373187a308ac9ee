//! A replica serves when a receipt would ask it, not earlier.

use super::Withheld;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::timeout};

/// How many replicas of this Integrator are beginning: told to follow the registry, and not
/// announced to it yet.
#[derive(Clone, Debug)]
pub(crate) struct Announcing(Arc<watch::Sender<usize>>);

/// A replica that begins. Dropping it is the end of that, whether it was announced or given up.
#[derive(Debug)]
pub(crate) struct Beginning(Announcing);

impl Default for Announcing {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Announcing {
    pub(crate) fn begin(&self) -> Beginning {
        self.0.send_modify(|count| *count += 1);
        Beginning(self.clone())
    }

    /// Waits until nobody is beginning.
    pub(super) async fn ended(&self) -> Result<(), Withheld> {
        if *self.0.borrow() == 0 {
            return Ok(());
        }
        let mut beginning = self.0.subscribe();
        let ended = beginning.wait_for(|count| *count == 0);
        match timeout(PATIENCE, ended).await {
            // The sender lives here, so it is never gone.
            Ok(_) => Ok(()),
            Err(_) => Err(Withheld::NotAnnounced),
        }
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// An announcement is one write and one read of the registry's store.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use futures_util::FutureExt as _;
    use ob_core::Code;

    #[tokio::test(start_paused = true)]
    async fn it_is_waited_for_until_all_are_announced_or_given_up_or_it_takes_too_long() {
        let announcing = Announcing::default();
        announcing.ended().await.unwrap();
        let (one, other) = (announcing.begin(), announcing.begin());
        let mut ended = Box::pin(announcing.ended());
        assert!(ended.as_mut().now_or_never().is_none());
        drop(one);
        assert!(ended.as_mut().now_or_never().is_none());
        drop(other);
        ended.await.unwrap();
        let never = announcing.begin();
        let refused = announcing.ended().await.unwrap_err();
        assert_eq!(refused.code(), Code::R012);
        drop(never);
        announcing.ended().await.unwrap();
    }
}
