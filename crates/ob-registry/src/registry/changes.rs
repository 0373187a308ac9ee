//! What happens to a registry, as it happens.

use super::{Registry, Shown};
use crate::{Event, HistoryQuery, RegistryError, Revision};
use futures_util::{Stream, stream};
use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::sync::watch;

/// The events of a registry from one revision on, one after the other, none of them missing.
/// Made by [`Registry::changes`].
pub struct Changes {
    registry: Registry,
    shown: watch::Receiver<Shown>,
    /// The history that is being read.
    history: u32,
    read: Revision,
    waiting: VecDeque<Event>,
}

impl Registry {
    /// The changes from now on, whoever makes them. Those of other processes come when this
    /// registry sees them: [`Registry::follow`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use ob_registry::{MemoryStore, Registry, ThirdParty};
    /// let registry = Registry::open(MemoryStore::default()).await?;
    /// let mut changes = registry.changes();
    /// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
    /// registry.edit("maria", "first talk")?.put(acme).await?;
    /// let event = changes.next().await?;
    /// assert_eq!(event.actor().as_str(), "maria");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn changes(&self) -> Changes {
        self.changes_after(self.revision())
    }

    /// The changes after a revision that was seen before, for example by the process that ran
    /// before this one.
    #[must_use]
    pub fn changes_after(&self, revision: Revision) -> Changes {
        Changes {
            registry: self.clone(),
            shown: self.0.shown.subscribe(),
            history: self.0.shown.borrow().history,
            read: revision,
            waiting: VecDeque::new(),
        }
    }
}

impl Changes {
    /// The next event; waits for it. Dropping the future loses nothing.
    ///
    /// # Errors
    /// OB-R008 when the history cannot be read. The next call tries again.
    pub async fn next(&mut self) -> Result<Event, RegistryError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(event);
            }
            let (read, history) = (self.read, self.history);
            // The sender lives in the registry, which is held.
            let news = |shown: &Shown| shown.revision > read || shown.history != history;
            drop(self.shown.wait_for(news).await);
            let shown = *self.shown.borrow();
            if shown.history != history {
                // What follows the state that the store was put back to is not known yet.
                self.history = shown.history;
                self.read = read.min(shown.opened);
                continue;
            }
            let query = HistoryQuery {
                after: read,
                limit: Some(AT_ONCE),
                ..HistoryQuery::default()
            };
            // What is shown was looked at first: the store may be ahead of it, and an event must
            // not be told before the state that it made is served.
            let mut events = self.registry.0.store.history(&query).await?;
            events.retain(|event| event.revision() <= shown.revision);
            self.read = events.last().map_or(shown.revision, Event::revision);
            self.waiting.extend(events);
        }
    }

    /// The same as a stream, for whoever combines it with others. It never ends.
    #[must_use]
    pub fn into_stream(self) -> ChangeStream {
        let events = stream::unfold(self, async |mut changes| {
            let next = changes.next().await;
            Some((next, changes))
        });
        ChangeStream(Box::pin(events))
    }
}

/// The events of a registry as a stream; made by [`Changes::into_stream`].
pub struct ChangeStream(Pin<Box<dyn Stream<Item = Result<Event, RegistryError>> + Send>>);

impl Stream for ChangeStream {
    type Item = Result<Event, RegistryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ChangeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangeStream")
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes")
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

const AT_ONCE: usize = 256;
