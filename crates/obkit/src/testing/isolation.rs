//! The isolation run: many third-parties, many tasks, and everything that tends to mix them up.

mod task;

use crate::{Code, ConsentRef, Integrator, ThirdParty};
use ob_api::AccountId;
use ob_core::{BusinessId, SeededEntropy};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
};

/// Drives an integrator with many third-parties from many tasks at once: mixed calls, cancelled
/// at random, with tokens thrown away at random, all decided by one seed.
///
/// It looks for wrong parties from the client's side (isolation refusals that should be
/// impossible, accounts that are another's). Wire the integrator through
/// [`super::MeantTransport`], and the sandbox counts from the other side what arrived.
#[derive(Clone, Debug)]
pub struct IsolationRun {
    /// Decides everything that is random.
    pub seed: u64,
    /// How many calls are made in all.
    pub calls: u64,
    /// How many tasks make them.
    pub tasks: u64,
    /// How many of 100 calls are dropped while they run.
    pub cancel_percent: u64,
    /// How many of 1,000 calls are preceded by throwing all tokens of a third-party away.
    pub purge_permille: u64,
}

impl Default for IsolationRun {
    /// 20,000 calls from 64 tasks; 5 % cancelled, 1 % after a purge.
    fn default() -> Self {
        Self {
            seed: 1,
            calls: 20_000,
            tasks: 64,
            cancel_percent: 5,
            purge_permille: 10,
        }
    }
}

/// A third-party of the run, with a consent that was authorised and the accounts under it.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub(crate) party: ThirdParty,
    pub(crate) consent: ConsentRef,
    pub(crate) accounts: Vec<AccountId>,
}

/// Something that must never happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// The third-party that the call was made for.
    pub party: String,
    /// What was seen.
    pub what: String,
}

/// What an isolation run saw from the client's side.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IsolationReport {
    /// The seed that repeats the run.
    pub seed: u64,
    /// Calls begun.
    pub calls: u64,
    /// Calls that succeeded, with the right party's data.
    pub ok: u64,
    /// Calls dropped on purpose.
    pub cancelled: u64,
    /// Calls that failed, by code.
    pub failed: BTreeMap<String, u64>,
    /// What must never happen. Empty, or the isolation is broken.
    pub breaches: Vec<Breach>,
}

impl Tenant {
    /// Takes a third-party with an authorised consent, and reads which accounts are its own.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn new(party: ThirdParty, consent: ConsentRef) -> Result<Self, crate::Error> {
        let list = party.accounts(&consent).list();
        let page = super::meant_for(party.id(), list.send()).await?;
        let accounts = page.items.into_iter().map(|account| account.id).collect();
        Ok(Self {
            party,
            consent,
            accounts,
        })
    }

    /// The same tenant, called for through another integrator.
    ///
    /// # Errors
    /// When the other integrator's registry refuses it.
    pub fn through(&self, integrator: &Integrator) -> Result<Self, crate::Error> {
        let party = integrator.on_behalf_of(self.id())?;
        Ok(Self {
            party,
            ..self.clone()
        })
    }

    /// Who it is.
    #[must_use]
    pub fn id(&self) -> &BusinessId {
        self.party.id()
    }

    /// The consent of the run.
    #[must_use]
    pub fn consent(&self) -> &ConsentRef {
        &self.consent
    }
}

impl IsolationRun {
    /// Runs, with `disturb` called before about one call in a hundred (with a random number), for
    /// what the harness cannot do itself: let time pass, rotate nonces, restart a server.
    pub async fn run<D, F>(
        &self,
        integrator: &Integrator,
        tenants: Vec<Tenant>,
        disturb: D,
    ) -> IsolationReport
    where
        D: Fn(u64) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let tenants: Arc<[Tenant]> = tenants.into();
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..self.tasks {
            let task = task::Task {
                run: self.clone(),
                integrator: integrator.clone(),
                tenants: Arc::clone(&tenants),
                random: SeededEntropy::new(self.seed ^ (index << 32 | index)),
                calls: self.calls / self.tasks + u64::from(index < self.calls % self.tasks),
            };
            tasks.spawn(task.run(disturb.clone()));
        }
        let mut report = self.shared_accounts(&tenants);
        while let Some(ended) = tasks.join_next().await {
            match ended {
                Ok(part) => report.add(part),
                Err(error) => report.breach("harness", format!("a task ended early: {error}")),
            }
        }
        report
    }

    /// An account that two tenants hold would make every later comparison worthless.
    fn shared_accounts(&self, tenants: &[Tenant]) -> IsolationReport {
        let mut report = IsolationReport {
            seed: self.seed,
            ..IsolationReport::default()
        };
        let mut seen = BTreeSet::new();
        for tenant in tenants {
            for account in &tenant.accounts {
                if !seen.insert(account.as_str()) {
                    report.breach(tenant.id().as_str(), format!("account {account} is shared"));
                }
            }
        }
        report
    }
}

impl IsolationReport {
    /// Whether nothing happened that must never happen.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }

    fn add(&mut self, part: Self) {
        self.calls += part.calls;
        self.ok += part.ok;
        self.cancelled += part.cancelled;
        for (code, count) in part.failed {
            *self.failed.entry(code).or_default() += count;
        }
        self.breaches.extend(part.breaches);
    }

    fn breach(&mut self, party: &str, what: String) {
        self.breaches.push(Breach {
            party: party.to_owned(),
            what,
        });
    }

    fn failure(&mut self, party: &BusinessId, error: &crate::Error) {
        *self
            .failed
            .entry(error.code().as_str().to_owned())
            .or_default() += 1;
        if IMPOSSIBLE.contains(&error.code()) {
            self.breach(party.as_str(), error.to_string());
        }
    }
}

/// With every call made through its own handle and its own consent, none of these can be met
/// unless two third-parties were mixed up somewhere.
const IMPOSSIBLE: [Code; 6] = [
    Code::X001,
    Code::X002,
    Code::X003,
    Code::T215,
    Code::D304,
    Code::A403,
];
