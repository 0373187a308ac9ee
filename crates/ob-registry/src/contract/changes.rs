//! What happened, and being told of it.

use super::{
    Outcome, Storage, demand,
    model::{Model, Step},
    sample::{draft, profile},
};
use crate::{HistoryQuery, Revision, Since, Store};
use futures_util::future::try_join;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Some third-parties, changed some times, and the profile among them.
async fn filled(store: &dyn Store) -> Result<Model, super::Wrong> {
    let mut model = Model::of(&store.load().await?);
    for round in ["first", "second", "third"] {
        for n in 0..3 {
            model
                .write(store, vec![Step::Put(draft(n, round)?)])
                .await?;
        }
        model
            .write(store, vec![Step::Profile(profile(round)?)])
            .await?;
    }
    Ok(model)
}

pub(super) async fn fixed(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let mut model = filled(&*store).await?;
    let before = store.history(&HistoryQuery::default()).await?;
    for n in 0..3 {
        model
            .write(&*store, vec![Step::Put(draft(n, "later")?)])
            .await?;
    }
    let after = store.history(&HistoryQuery::default()).await?;
    demand(after.starts_with(&before) && after == model.events, || {
        "events changed after they were written".to_owned()
    })
}

pub(super) async fn history(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let model = filled(&*store).await?;
    let other = storage.open().await?;
    let last = model.revision().get();
    let one = draft(1, "")?.business_id().clone();
    let nobody = draft(99, "")?.business_id().clone();
    for business_id in [None, Some(one), Some(nobody)] {
        for after in [0, 1, 5, last - 1, last, last + 1] {
            for limit in [None, Some(0), Some(1), Some(4), Some(usize::MAX)] {
                for newest_first in [false, true] {
                    let query = HistoryQuery {
                        business_id: business_id.clone(),
                        after: Revision::from(after),
                        limit,
                        newest_first,
                    };
                    let found = other.history(&query).await?;
                    let needed = query.choose(model.events.iter().cloned());
                    demand(found == needed, || {
                        let shown = |events: &[crate::Event]| {
                            let numbers = events.iter().map(|it| it.revision().to_string());
                            numbers.collect::<Vec<_>>().join(", ")
                        };
                        let (found, needed) = (shown(&found), shown(&needed));
                        format!("{query:?} gives the events [{found}], needs [{needed}]")
                    })?;
                }
            }
        }
    }
    Ok(())
}

pub(super) async fn since_nothing(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let model = filled(&*store).await?;
    let other = storage.open().await?;
    for store in [store, other] {
        store.load().await?;
        for _ in 0..2 {
            let since = store.since(model.revision()).await?;
            demand(matches!(since, Since::Nothing), || {
                format!("since {} it says {since:?}", model.revision())
            })?;
        }
    }
    Ok(())
}

pub(super) async fn since_complete(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let mut model = filled(&*store).await?;
    let other = storage.open().await?;
    let mut seen = Model::of(&other.load().await?);
    for n in 0..4_u32 {
        let steps = match n {
            0 => vec![Step::Put(draft(7, "one")?)],
            1 => vec![
                Step::Put(draft(7, "two")?),
                Step::Put(draft(8, "two")?),
                Step::Profile(profile("later")?),
            ],
            2 => vec![Step::Remove(draft(7, "two")?.business_id().clone())],
            _ => vec![Step::Put(draft(7, "three")?), Step::Put(draft(1, "three")?)],
        };
        model.write(&*store, steps).await?;
        let since = other.since(seen.revision()).await?;
        seen.follow(since, &model)?;
        // What this handle wrote itself is nothing new to it.
        model
            .write(&*other, vec![Step::Put(draft(9, "own")?)])
            .await?;
        let since = other.since(model.revision()).await?;
        seen = model.clone();
        seen.clone().follow(since, &model)?;
        store.since(store.load().await?.revision()).await?;
    }
    Ok(())
}

pub(super) async fn woken(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let other = storage.open().await?;
    let mut model = Model::of(&store.load().await?);
    other.load().await?;
    for round in ["first", "second", "third"] {
        let seen = model.revision();
        let begin = Instant::now();
        let waiting = async {
            loop {
                other.changed(seen, LONG).await?;
                let since = other.since(seen).await?;
                // It may be woken for nothing.
                if !matches!(since, Since::Nothing) || begin.elapsed() >= LONG {
                    return Ok::<_, super::Wrong>(since);
                }
                sleep(BREATH).await;
            }
        };
        let writing = model.write(&*store, vec![Step::Put(draft(1, round)?)]);
        let (since, ()) = try_join(waiting, writing).await?;
        demand(!matches!(since, Since::Nothing), || {
            "the change was not noticed".to_owned()
        })?;
        demand(begin.elapsed() < LONG, || {
            format!("it came back after {:?} only", begin.elapsed())
        })?;
    }
    Ok(())
}

pub(super) async fn patience(storage: &dyn Storage) -> Outcome {
    let store = storage.open().await?;
    let model = filled(&*store).await?;
    for patience in [Duration::ZERO, Duration::from_millis(50)] {
        store.changed(model.revision(), patience).await?;
    }
    // Who has not seen the present state is told at once.
    let begin = Instant::now();
    store.changed(Revision::from(1), LONG).await?;
    demand(begin.elapsed() < LONG, || {
        "who is behind had to wait".to_owned()
    })
}

/// Whoever was woken for nothing does not ask again at once.
const BREATH: Duration = Duration::from_millis(5);
/// A patience that a working store never uses up.
const LONG: Duration = Duration::from_secs(40);
