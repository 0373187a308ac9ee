//! What replicas say of themselves.

use super::{Outcome, Storage, demand, model::Model, sample::draft};
use crate::{Acknowledgement, ReplicaReport, Revision, Store};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_795_428_000_123 + second * 1_000)
}

pub(super) async fn reports(storage: &dyn Storage) -> Outcome {
    let (store, other) = (storage.open().await?, storage.open().await?);
    let report = |name: &str, revision: u64| {
        Ok::<_, super::Wrong>(ReplicaReport {
            replica: name.parse()?,
            started_at: at(revision),
            since: Revision::from(2),
            revision: Revision::from(revision),
        })
    };
    let (one, two, later) = (
        report("api-0", 3)?,
        report("api-1", 4)?,
        report("api-0", 9)?,
    );
    for said in [&one, &two, &later] {
        store.report(said).await?;
    }
    let mut found = other.replicas().await?;
    found.sort_by(|(a, _), (b, _)| a.replica.cmp(&b.replica));
    let said: Vec<_> = found.iter().map(|(report, _)| report.clone()).collect();
    demand(said == [later.clone(), two.clone()], || {
        format!("the reports are {said:?}, needs {later:?} and {two:?}")
    })?;
    let oldest = found.iter().map(|(_, heard)| *heard).max();
    demand(oldest < Some(RECENT), || {
        format!("a report of this moment is {oldest:?} old")
    })?;
    other.forget(&two.replica).await?;
    other.forget(&"never-heard-of".parse()?).await?;
    let left = store.replicas().await?;
    demand(
        left.len() == 1 && left.iter().all(|(it, _)| *it == later),
        || format!("after one was forgotten these are left: {left:?}"),
    )?;
    // Reports are no changes of the registry.
    Model::default().compare(&storage.open().await?.load().await?)
}

pub(super) async fn acknowledgements(storage: &dyn Storage) -> Outcome {
    let (store, other) = (storage.open().await?, storage.open().await?);
    let id = draft(1, "")?.business_id().clone();
    let acknowledgement = |name: &str, revision: u64, last: Option<u64>| {
        Ok::<_, super::Wrong>(Acknowledgement {
            replica: name.parse()?,
            business_id: id.clone(),
            revision: Revision::from(revision),
            effective_at: at(1),
            last_call_at: last.map(at),
            quiet_at: at(2),
        })
    };
    let first = acknowledgement("api-0", 5, None)?;
    let again = acknowledgement("api-0", 5, Some(1))?;
    let two = acknowledgement("api-1", 5, None)?;
    let later = acknowledgement("api-0", 7, None)?;
    for said in [&first, &two, &later, &again] {
        store.acknowledge(said).await?;
    }
    store.forget(&again.replica).await?;
    let mut found = other.acknowledgements(Revision::from(5)).await?;
    found.sort_by(|a, b| a.replica.cmp(&b.replica));
    demand(found == [again.clone(), two.clone()], || {
        format!("event 5 has {found:?}, needs {again:?} and {two:?}")
    })?;
    let found = other.acknowledgements(Revision::from(7)).await?;
    demand(found == [later], || format!("event 7 has {found:?}"))?;
    let found = other.acknowledgements(Revision::from(6)).await?;
    demand(found.is_empty(), || format!("event 6 has {found:?}"))
}

/// Nobody's case takes so long; a wrong unit or a clock of 1970 shows.
const RECENT: Duration = Duration::from_secs(120);
