//! Seeing what other processes change, and telling them what is served here.

use super::Registry;
use crate::{
    Acknowledgement, Attendant, Event, Receipt, RegistryError, ReplicaName, ReplicaReport,
    Revision, Status, Subject, timestamp,
};
use futures_util::{
    future::join3,
    stream::{FuturesUnordered, StreamExt},
};
use ob_core::BusinessId;
use std::{convert::Infallible, future, time::Duration};
use tokio::time::sleep;

impl Registry {
    /// Shows what other processes change, as soon as the store tells. It never ends: spawn it,
    /// and drop it when the registry is no longer needed.
    ///
    /// When the store is out of reach, the last known state serves, a warning with OB-R012 is
    /// logged once, [`Registry::freshness`] tells its age, and
    /// [`RegistryBuilder::max_age`](crate::RegistryBuilder::max_age) fails closed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ob_registry::{MemoryStore, Registry, ThirdParty};
    /// let store = MemoryStore::default();
    /// let (here, there) = (Registry::open(store.clone()).await?, Registry::open(store).await?);
    /// let following = tokio::spawn({
    ///     let here = here.clone();
    ///     async move { here.follow().await }
    /// });
    /// let mut changes = here.changes();
    /// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
    /// there.edit("maria", "first talk")?.put(acme).await?;
    /// changes.next().await?;
    /// assert_eq!(here.len(), 1);
    /// following.abort();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn follow(&self) -> Infallible {
        let mut failures = 0_u32;
        loop {
            let seen = self.revision();
            let told = self.0.store.changed(seen, HEARTBEAT).await;
            match told.and(self.catch_up().await) {
                Ok(_) => failures = 0,
                Err(error) => {
                    self.0.heard.failed(&error, &self.0.clock);
                    failures = failures.saturating_add(1);
                    sleep(pause(failures)).await;
                }
            }
        }
    }

    /// As [`Registry::follow`], as a replica with a name: it tells the store about once a second
    /// which revision it serves, and acknowledges each suspension when the attendant says that
    /// the last call has ended. It never ends.
    pub async fn follow_as(
        &self,
        replica: ReplicaName,
        attendant: impl Attendant + 'static,
    ) -> Infallible {
        let following = self.follow();
        let reporting = self.report_as(&replica, &attendant);
        let withdrawing = self.withdraw_as(&replica, &attendant);
        join3(following, reporting, withdrawing).await.0
    }

    /// What the replicas last said of themselves, each with how long ago that was by the store's
    /// clock. One that was not heard of for [`Receipt::SILENT_AFTER`] does not live, or cannot
    /// reach the store.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be read.
    pub async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        self.0.store.replicas().await
    }

    /// Takes a replica that ends off the list, so that no receipt waits for it. One that follows
    /// here reports no more from now on: make its last call first, then sign off, then end it.
    /// One that was killed is signed off by somebody else, who knows that it is gone.
    ///
    /// # Errors
    /// OB-R008 when the store cannot be written.
    pub async fn sign_off(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        // A report that is on its way comes first, and is taken off the list as well.
        let mut signed_off = self.0.signed_off.lock().await;
        signed_off.insert(replica.clone());
        self.0.store.forget(replica).await
    }

    async fn report_as(&self, replica: &ReplicaName, attendant: &impl Attendant) -> Infallible {
        let started_at = self.0.clock.now();
        // Who begins under a name is no longer the one that ended under it.
        self.0.signed_off.lock().await.remove(replica);
        self.warn_of_another(replica).await;
        let mut announced = false;
        let mut failing = false;
        loop {
            let signed_off = self.0.signed_off.lock().await;
            if signed_off.contains(replica) {
                drop(signed_off);
                return future::pending().await;
            }
            let report = ReplicaReport {
                replica: replica.clone(),
                started_at,
                since: self.opened(),
                revision: self.revision(),
            };
            match self.0.store.report(&report).await {
                // The report first: what is decided after it waits for this replica, and what was
                // decided before it is seen now.
                Ok(()) if !announced => {
                    if self.catch_up().await.is_ok() {
                        announced = true;
                        attendant.announced().await;
                    }
                }
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(%error, %replica, "the replica's report was not kept: receipts \
                        will call it silent");
                }
                Err(error) => tracing::debug!(%error, "the replica's report was not kept"),
            }
            drop(signed_off);
            sleep(if announced { HEARTBEAT } else { FIRST_PAUSE }).await;
        }
    }

    /// Two processes under one name speak for each other, and a receipt hears one of them.
    async fn warn_of_another(&self, replica: &ReplicaName) {
        let Ok(all) = self.0.store.replicas().await else {
            return;
        };
        let lives = |(report, heard): &&(ReplicaReport, Duration)| {
            report.replica == *replica && *heard < Receipt::SILENT_AFTER
        };
        if let Some((_, heard)) = all.iter().find(lives) {
            tracing::warn!(%replica, heard_ms = heard.as_millis(), "a replica of this name was \
                heard of just now: each process needs a name of its own, and signs off when it ends");
        }
    }

    /// The revision of the first state that was served here.
    fn opened(&self) -> Revision {
        self.0.shown.borrow().opened
    }

    /// Several may be on their way at once: one call that hangs holds up no other receipt.
    async fn withdraw_as(&self, replica: &ReplicaName, attendant: &impl Attendant) -> Infallible {
        // From the first state that was served: a change may have come before this began.
        let mut changes = self.changes_after(self.opened());
        let mut withdrawals = FuturesUnordered::new();
        loop {
            tokio::select! {
                event = changes.next() => match event {
                    Ok(event) => withdrawals.extend(self.withdrawal(event, replica, attendant)),
                    Err(error) => {
                        self.0.heard.failed(&error, &self.0.clock);
                        sleep(pause(1)).await;
                    }
                },
                Some(()) = withdrawals.next() => {}
                else => future::pending().await,
            }
        }
    }

    fn withdrawal<'a>(
        &'a self,
        event: Event,
        replica: &'a ReplicaName,
        attendant: &'a impl Attendant,
    ) -> Option<impl Future<Output = ()> + 'a> {
        let id = taken_out_of_service(&event)?.clone();
        Some(async move {
            // When several changes are shown at once, it may be back in service already, and
            // was never out of it here: nothing to acknowledge.
            let begin = self.revision();
            if self.is_in_service(&id) {
                return;
            }
            let effective_at = timestamp::raised(self.0.clock.now());
            let last_call_at = attendant.withdraw(&id).await;
            // Of calls that left after a resumption it says nothing.
            if self.revision() != begin && self.is_in_service(&id) {
                return;
            }
            let acknowledgement = Acknowledgement {
                replica: replica.clone(),
                business_id: id,
                revision: event.revision(),
                effective_at,
                last_call_at,
                quiet_at: timestamp::raised(self.0.clock.now()),
            };
            let mut failures = 0;
            while let Err(error) = self.0.store.acknowledge(&acknowledgement).await {
                tracing::debug!(%error, "the acknowledgement was not kept yet");
                failures += 1;
                sleep(pause(failures)).await;
            }
        })
    }
}

impl Registry {
    fn is_in_service(&self, id: &BusinessId) -> bool {
        let snapshot = self.0.snapshot.load();
        let entry = snapshot.by_business_id(id);
        entry.is_some_and(|it| it.third_party().status() == Status::Active)
    }
}

/// The third-party that an event took out of service, if it did that.
pub(super) fn taken_out_of_service(event: &Event) -> Option<&BusinessId> {
    let Subject::ThirdParty {
        business_id, from, ..
    } = event.subject()
    else {
        return None;
    };
    let left = *from == Some(Status::Active) && event.transition().is_some();
    left.then_some(business_id)
}

/// The store is not asked faster when it fails: 100 ms, then doubling to 1.6 s.
fn pause(failures: u32) -> Duration {
    FIRST_PAUSE * 2_u32.saturating_pow(failures.saturating_sub(1).min(4))
}

/// How often a replica says that it lives, and asks although it was not told of a change.
const HEARTBEAT: Duration = Duration::from_millis(900);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
