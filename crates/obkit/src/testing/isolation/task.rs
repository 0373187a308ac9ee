//! One task of an isolation run.

use super::{IsolationReport, IsolationRun, Tenant};
use crate::{Error, Integrator, testing::meant_for};
use ob_api::Transaction;
use ob_core::SeededEntropy;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

pub(super) struct Task {
    pub(super) run: IsolationRun,
    pub(super) integrator: Integrator,
    pub(super) tenants: Arc<[Tenant]>,
    pub(super) random: SeededEntropy,
    pub(super) calls: u64,
}

impl Task {
    pub(super) async fn run<D, F>(self, disturb: D) -> IsolationReport
    where
        D: Fn(u64) -> F + Send + Sync,
        F: Future<Output = ()> + Send,
    {
        let mut report = IsolationReport::default();
        for _ in 0..self.calls {
            if self.below(100) == 0 {
                disturb(self.random.next_u64()).await;
            }
            if let Some(tenant) = self.tenant() {
                self.maybe_purge(tenant);
                self.one_call(tenant, &mut report).await;
            }
        }
        report
    }

    async fn one_call(&self, tenant: &Tenant, report: &mut IsolationReport) {
        report.calls += 1;
        let call = meant_for(tenant.id(), self.call(tenant));
        match self.maybe_cancelled(call).await {
            None => report.cancelled += 1,
            Some(Ok(None)) => report.ok += 1,
            Some(Ok(Some(breach))) => report.breach(tenant.id().as_str(), breach),
            Some(Err(error)) => report.failure(tenant.id(), &error),
        }
    }

    /// Makes one call and checks that what came back is the tenant's own.
    async fn call(&self, tenant: &Tenant) -> Result<Option<String>, Error> {
        let Tenant {
            party,
            consent,
            accounts,
        } = tenant;
        let account = self.pick(accounts);
        match (self.below(6), account) {
            (0, _) => {
                let read = party.consents().get(consent).send().await?;
                Ok((read.reference() != consent).then(|| "another consent came back".into()))
            }
            (1, _) => party.providers().list().send().await.map(|_| None),
            (2, Some(account)) => {
                let read = party.accounts(consent).get(account).send().await?;
                Ok((&read.id != account).then(|| "another account came back".into()))
            }
            (3, Some(account)) => {
                let page = party.transactions(consent).list(account).send().await?;
                let other = |item: &Transaction| item.account_id.as_ref() != Some(account);
                Ok(page
                    .items
                    .iter()
                    .find(|item| other(item))
                    .map(|_| "a transaction of another account came back".into()))
            }
            _ => {
                let page = party.accounts(consent).list().send().await?;
                let same = page.items.iter().map(|item| &item.id).eq(accounts);
                Ok((!same).then(|| "other accounts came back".into()))
            }
        }
    }

    /// Drops the call after a few polls, as a caller does whose own client hung up.
    async fn maybe_cancelled<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        if self.below(100) >= self.run.cancel_percent {
            return Some(call.await);
        }
        let mut polls = self.below(6);
        let mut call = pin!(call);
        poll_fn(|context| {
            if polls == 0 {
                return Poll::Ready(None);
            }
            polls -= 1;
            call.as_mut().poll(context).map(Some)
        })
        .await
    }

    fn maybe_purge(&self, tenant: &Tenant) {
        if self.below(1000) < self.run.purge_permille {
            // A tenant of the run is in the registry, so there is nothing to refuse.
            drop(self.integrator.purge(tenant.id()));
        }
    }

    fn tenant(&self) -> Option<&Tenant> {
        self.pick(&self.tenants)
    }

    fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(from.len()).ok().filter(|count| *count > 0)?;
        from.get(usize::try_from(self.below(count)).ok()?)
    }

    fn below(&self, limit: u64) -> u64 {
        self.random.next_u64() % limit
    }
}
