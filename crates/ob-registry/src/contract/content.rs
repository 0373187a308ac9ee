//! What was written is there.

use super::{
    Outcome, Storage, demand,
    model::{Model, Step},
    sample::{draft, full, profile},
};
use crate::{HistoryQuery, Revision, Store};

/// Whether a handle of its own finds the model's content and history.
pub(super) async fn compare(storage: &dyn Storage, model: &Model) -> Outcome {
    let other = storage.open().await?;
    model.compare(&other.load().await?)?;
    let events = other.history(&HistoryQuery::default()).await?;
    demand(events == model.events, || {
        let (found, needed) = (events.len(), model.events.len());
        format!("the history has {found} events, needs these {needed}, or they differ")
    })
}

pub(super) async fn empty(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let loaded = store.load().await?;
    demand(loaded.revision() == Revision::ZERO, || {
        format!("it stands at revision {}", loaded.revision())
    })?;
    compare(storage, &Model::default()).await?;
    let replicas = store.replicas().await?;
    demand(replicas.is_empty(), || "it knows replicas".to_owned())
}

pub(super) async fn round_trip(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let mut model = Model::of(&store.load().await?);
    for one in full()? {
        model.write(&*store, vec![Step::Put(one)]).await?;
        compare(storage, &model).await?;
    }
    model.compare(&store.load().await?)
}

pub(super) async fn whole(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let mut model = Model::of(&store.load().await?);
    let all = (0..7).map(|n| Ok(Step::Put(draft(n, "first")?)));
    let steps = all.collect::<Result<_, super::Wrong>>()?;
    model.write(&*store, steps).await?;
    compare(storage, &model).await?;
    let steps = vec![
        Step::Put(draft(1, "second")?),
        Step::Remove(draft(2, "first")?.business_id().clone()),
        Step::Profile(profile("Integrator AG")?),
        Step::Put(draft(8, "second")?),
    ];
    model.write(&*store, steps).await?;
    compare(storage, &model).await
}

pub(super) async fn removed(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let mut model = Model::of(&store.load().await?);
    let steps = vec![Step::Put(draft(1, "one")?), Step::Put(draft(2, "two")?)];
    model.write(&*store, steps).await?;
    let gone = draft(1, "one")?.business_id().clone();
    model
        .write(&*store, vec![Step::Remove(gone.clone())])
        .await?;
    compare(storage, &model).await?;
    // It may come again, from the beginning.
    model
        .write(&*store, vec![Step::Put(draft(1, "again")?)])
        .await?;
    compare(storage, &model).await?;
    let query = HistoryQuery {
        business_id: Some(gone),
        ..HistoryQuery::default()
    };
    let events = store.history(&query).await?.len();
    demand(events == 3, || {
        format!("it was added, removed and added, the history has {events} events of it")
    })
}

pub(super) async fn integrator(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let mut model = Model::of(&store.load().await?);
    for name in ["Integrator AG", "Integrator SE"] {
        model
            .write(&*store, vec![Step::Profile(profile(name)?)])
            .await?;
        compare(storage, &model).await?;
        model
            .write(&*store, vec![Step::Put(draft(1, name)?)])
            .await?;
        compare(storage, &model).await?;
    }
    Ok(())
}

pub(super) async fn large(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let behind = storage.open().await?;
    let mut model = Model::of(&store.load().await?);
    let old = model.clone();
    behind.load().await?;
    for name in ["first", "second"] {
        let all = (0..LARGE).map(|n| Ok(Step::Put(draft(n, name)?)));
        let steps = all.collect::<Result<_, super::Wrong>>()?;
        model.write(&*store, steps).await?;
    }
    compare(storage, &model).await?;
    old.follow(behind.since(Revision::ZERO).await?, &model)
}

/// More than any store writes with one statement.
const LARGE: u32 = 2_500;
