//! What is on its way for one third-party.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};
use tokio::sync::Notify;

/// Counts the departures of one third-party.
///
/// The order is what closes the race between a departure and a withdrawal. A departure takes its
/// ticket first, and consults the registry after that. A withdrawal begins when the registry
/// already refuses, and then notes the next ticket. So a ticket from before that note is waited
/// for, and one from after it was taken by a departure that finds the refusal.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    tickets: Mutex<Tickets>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Tickets {
    next: u64,
    out: BTreeSet<u64>,
    last_sent_at: Option<SystemTime>,
    /// Whether something was sent since tokens were last forgotten.
    used: bool,
    /// How many probes are under way.
    probes: u32,
}

/// A request that is about to leave or on its way. Dropping it is its end, however it came.
#[derive(Debug)]
pub(crate) struct Departure {
    gate: Arc<Gate>,
    ticket: u64,
    sent_at: Option<SystemTime>,
}

/// A third-party in onboarding is being probed: until this is dropped, a token may be asked for.
#[derive(Debug)]
pub(crate) struct Probing(Arc<Gate>);

impl Gate {
    /// Lets token requests out although the third-party is not active yet.
    pub(crate) fn probing(self: Arc<Self>) -> Probing {
        self.tickets().probes += 1;
        Probing(self)
    }

    /// Takes a ticket. The registry is to be consulted after this.
    pub(crate) fn depart(self: &Arc<Self>) -> Departure {
        let mut tickets = self.tickets();
        let ticket = tickets.next;
        tickets.next += 1;
        tickets.out.insert(ticket);
        drop(tickets);
        Departure {
            gate: Arc::clone(self),
            ticket,
            sent_at: None,
        }
    }

    /// Waits until everything that left so far has ended; tells when the last of it was sent.
    /// What leaves later, for example after the third-party was resumed, is not waited for.
    pub(crate) async fn cleared(&self) -> Option<SystemTime> {
        let before = self.tickets().next;
        loop {
            let mut ended = pin!(self.ended.notified());
            // Registered before it looks, so that no end in between is missed.
            ended.as_mut().enable();
            {
                let tickets = self.tickets();
                if tickets.out.first().is_none_or(|first| *first >= before) {
                    return tickets.last_sent_at;
                }
            }
            ended.await;
        }
    }

    /// Whether something was sent since this was last asked: only then there may be tokens.
    pub(crate) fn was_used(&self) -> bool {
        std::mem::take(&mut self.tickets().used)
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Departure {
    /// Whether it may be the token request of a probe.
    pub(crate) fn is_probed(&self) -> bool {
        self.gate.tickets().probes > 0
    }

    /// The request is handed to the transport.
    pub(crate) fn sent(&mut self, at: SystemTime) {
        self.sent_at = Some(at);
        self.gate.tickets().used = true;
    }
}

impl Drop for Probing {
    fn drop(&mut self) {
        self.0.tickets().probes -= 1;
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        let mut tickets = self.gate.tickets();
        tickets.out.remove(&self.ticket);
        tickets.last_sent_at = tickets.last_sent_at.max(self.sent_at);
        drop(tickets);
        self.gate.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use futures_util::FutureExt as _;
    use ob_core::Scopes;
    use ob_registry::{MemoryStore, Registry, Status, ThirdParty};
    use std::{
        sync::atomic::{AtomicBool, AtomicU64, Ordering},
        time::Duration,
    };

    async fn registry() -> Registry {
        let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse().unwrap();
        let acme = ThirdParty::builder(
            "acme".parse().unwrap(),
            "Acme GmbH",
            "tpp-acme".parse().unwrap(),
            application_id,
        );
        let acme = acme.scopes("ob_data".parse().unwrap());
        let acme = acme.status(Status::Active).build().unwrap();
        Registry::open(MemoryStore::with([acme])).await.unwrap()
    }

    async fn set(registry: &Registry, status: Status) {
        let edit = registry.edit("maria", "a test").unwrap();
        edit.set_status(&"acme".parse().unwrap(), status)
            .await
            .unwrap();
    }

    /// Real registry, many threads: after `cleared` came back, nobody is let out until the
    /// third-party is resumed, however the threads interleave.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nothing_leaves_between_a_withdrawal_and_the_resumption() {
        let registry = registry().await;
        let gate = Arc::new(Gate::default());
        let quiet = Arc::new(AtomicBool::new(false));
        let ended = Arc::new(AtomicBool::new(false));
        let out = Arc::new(AtomicU64::new(0));
        let threads: Vec<_> = (0..6)
            .map(|_| {
                let admission = registry.admit(&"acme".parse().unwrap()).unwrap();
                let (gate, quiet) = (Arc::clone(&gate), Arc::clone(&quiet));
                let (ended, out) = (Arc::clone(&ended), Arc::clone(&out));
                std::thread::spawn(move || {
                    while !ended.load(Ordering::SeqCst) {
                        let departure = gate.depart();
                        if admission.check(&Scopes::none()).is_ok() {
                            assert!(!quiet.load(Ordering::SeqCst), "let out while quiet");
                            out.fetch_add(1, Ordering::SeqCst);
                            assert!(!quiet.load(Ordering::SeqCst), "quiet before it ended");
                        }
                        drop(departure);
                    }
                })
            })
            .collect();
        for _ in 0..300 {
            let before = out.load(Ordering::SeqCst);
            while out.load(Ordering::SeqCst) == before {
                tokio::task::yield_now().await;
            }
            set(&registry, Status::Suspended).await;
            gate.cleared().await;
            quiet.store(true, Ordering::SeqCst);
            let then = out.load(Ordering::SeqCst);
            tokio::task::yield_now().await;
            assert_eq!(out.load(Ordering::SeqCst), then);
            quiet.store(false, Ordering::SeqCst);
            set(&registry, Status::Active).await;
        }
        ended.store(true, Ordering::SeqCst);
        for thread in threads {
            thread.join().unwrap();
        }
    }

    /// What leaves after a withdrawal began, because the third-party was resumed, does not hold
    /// it up; what left before does, and its moment is told.
    #[tokio::test]
    async fn a_withdrawal_waits_for_what_left_before_it_and_for_nothing_else() {
        let gate = Arc::new(Gate::default());
        assert_eq!(gate.cleared().await, None);
        let mut before = gate.depart();
        let sent_at = SystemTime::UNIX_EPOCH + Duration::from_secs(7);
        before.sent(sent_at);
        let mut cleared = std::pin::pin!(gate.cleared());
        assert!(cleared.as_mut().now_or_never().is_none());
        let after = gate.depart();
        assert!(cleared.as_mut().now_or_never().is_none());
        drop(before);
        assert_eq!(cleared.await, Some(sent_at));
        drop(after);
        assert!(gate.was_used() && !gate.was_used());
    }
}
