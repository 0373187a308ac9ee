//! Several writers at once.

use super::{
    Outcome, Storage, Wrong, content, demand,
    model::{Model, Step},
    sample::draft,
};
use crate::{HistoryQuery, Store, Subject};
use futures_util::future::try_join_all;
use std::{collections::BTreeSet, future, task::Poll};

pub(super) async fn conflict(storage: &dyn Storage) -> Outcome {
    let (store, other) = (storage.open().await?, storage.open().await?);
    let mut model = Model::of(&store.load().await?);
    other.load().await?;
    let mut past = model.clone();
    model
        .write(&*store, vec![Step::Put(draft(1, "first")?)])
        .await?;
    let from_past = past.commit(vec![Step::Put(draft(2, "late")?)])?;
    let mut ahead = model.clone();
    ahead.commit(vec![Step::Put(draft(3, "never written")?)])?;
    let from_ahead = ahead.commit(vec![Step::Put(draft(3, "ahead")?)])?;
    for store in [&other, &store] {
        for commit in [&from_past, &from_ahead] {
            let Err(refused) = store.commit(commit).await else {
                let (base, head) = (commit.base, model.revision());
                return Err(format!("at {head} a commit from {base} was accepted").into());
            };
            demand(refused.is_conflict(), || {
                format!("the refusal is no conflict: {refused}")
            })?;
            content::compare(storage, &model).await?;
            store.load().await?;
        }
    }
    // Whoever looks again may write.
    model
        .write(&*other, vec![Step::Put(draft(2, "on time")?)])
        .await?;
    content::compare(storage, &model).await
}

pub(super) async fn contention(storage: &dyn Storage) -> Outcome {
    let writers = (0..WRITERS).map(|writer| async move {
        let store = storage.open().await?;
        for change in 0..CHANGES {
            change_once(&*store, &format!("writer {writer} change {change}")).await?;
        }
        Ok::<_, Wrong>(())
    });
    try_join_all(writers).await?;
    let store = storage.open().await?;
    let events = store.history(&HistoryQuery::default()).await?;
    let numbers = events.iter().map(|it| it.revision().get());
    demand(numbers.eq(1..=u64::from(WRITERS * CHANGES)), || {
        format!(
            "{} changes were acknowledged, the history has {} events, or gaps",
            WRITERS * CHANGES,
            events.len()
        )
    })?;
    let written: BTreeSet<_> = events
        .iter()
        .filter_map(|event| match event.subject() {
            Subject::ThirdParty { now, .. } => now.as_ref().map(|it| it.legal_name().to_owned()),
            Subject::Integrator(_) => None,
        })
        .collect();
    demand(written.len() == events.len(), || {
        "a change that was acknowledged is lost, another one stands twice".to_owned()
    })?;
    let loaded = store.load().await?;
    let version = loaded.records().next().map(|it| it.version().get());
    demand(version == Some(u64::from(WRITERS * CHANGES)), || {
        format!("the one third-party has the version {version:?}")
    })
}

/// Reads, decides, writes; again, if somebody else was faster.
async fn change_once(store: &dyn Store, name: &str) -> Outcome {
    for _ in 0..ATTEMPTS {
        let mut model = Model::of(&store.load().await?);
        let commit = model.commit(vec![Step::Put(draft(1, name)?)])?;
        let_others().await;
        match store.commit(&commit).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(format!("{ATTEMPTS} times in a row somebody else was faster, it says").into())
}

/// Lets the other writers come between reading and writing.
async fn let_others() {
    let mut before = true;
    future::poll_fn(|context| {
        if std::mem::take(&mut before) {
            context.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

const WRITERS: u32 = 4;
const CHANGES: u32 = 10;
const ATTEMPTS: u32 = 5_000;
