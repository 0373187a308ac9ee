//! Where the registry is kept.

use crate::{
    Acknowledgement, Event, IntegratorProfile, Record, RegistryError, ReplicaName, ReplicaReport,
    Revision, pool::Pool,
};
use async_trait::async_trait;
use ob_core::BusinessId;
use std::{fmt, sync::Arc, time::Duration};

mod file;
mod memory;

pub use file::FileStore;
pub use memory::MemoryStore;

/// Where the registry is kept: a file, a database, memory.
///
/// A store keeps three things: the present records, the events that led to them, and what
/// replicas say of themselves. It does not judge: the registry checks what it writes and what it
/// reads. What a store must do is in the contract, which runs against any of them.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// Everything, as of one revision.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else: [`RegistryError::store`].
    async fn load(&self) -> Result<Loaded, RegistryError>;

    /// What happened since a revision that was loaded or committed through this store value.
    /// Cheap when nothing did: it is asked several times a second.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn since(&self, revision: Revision) -> Result<Since, RegistryError>;

    /// Writes a commit, all of it or nothing, durably, if the store still stands at its base.
    ///
    /// # Errors
    /// [`RegistryError::conflict`] when the store stands at another revision than the base: the
    /// caller decides again on what is there now. Any other failure when the commit was not
    /// written, or when that cannot be known.
    async fn commit(&self, commit: &Commit) -> Result<(), RegistryError>;

    /// The events that a query asks for, in their order.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError>;

    /// Comes back when the store may stand at another revision than `seen`, at the latest after
    /// `patience`. A store that is not told of changes looks from time to time.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError>;

    /// Keeps what a replica says of itself, in place of what it said before.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError>;

    /// What the replicas last said of themselves, each with how long ago that was by the store's
    /// own clock.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError>;

    /// Takes a replica that ended off the list. Its acknowledgements stay.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError>;

    /// Keeps a replica's acknowledgement.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn acknowledge(&self, acknowledgement: &Acknowledgement) -> Result<(), RegistryError>;

    /// The acknowledgements of the event with this revision.
    ///
    /// # Errors
    /// As [`Store::load`].
    async fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError>;

    /// Ends what the store holds open, such as connections. Nothing is asked of it afterwards; a
    /// store that is dropped without this call loses nothing.
    async fn close(&self) {}
}

/// What a store holds, as of one revision. Made record by record, so that a million of them need
/// no second copy.
///
/// ```
/// use ob_registry::{Loaded, Revision};
/// let mut loaded = Loaded::new(Revision::from(7));
/// loaded.push_json(r#"{"business_id":"acme","legal_name":"Acme GmbH","status":"draft",
///     "licence":"unlicensed","scopes":[],"version":3}"#)?;
/// let versions: Vec<_> = loaded.records().map(|it| it.version().get()).collect();
/// assert_eq!(versions, [3]);
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
#[derive(Debug, Default)]
pub struct Loaded {
    revision: Revision,
    integrator: Option<Arc<IntegratorProfile>>,
    /// In parts, each of them given back to the system as soon as it was read.
    records: Vec<Vec<Record>>,
    pool: Pool,
}

impl Loaded {
    /// Nothing yet, as of this revision.
    #[must_use]
    pub fn new(revision: Revision) -> Self {
        Self {
            revision,
            ..Self::default()
        }
    }

    /// Sets the Integrator's profile.
    pub fn set_integrator(&mut self, profile: Arc<IntegratorProfile>) {
        self.integrator = Some(profile);
    }

    /// Adds a record.
    pub fn push(&mut self, record: Record) {
        let record = record.share(&mut self.pool);
        match self.records.last_mut() {
            Some(last) if last.len() < PART => last.push(record),
            _ => {
                let mut part = Vec::with_capacity(if self.records.is_empty() { 0 } else { PART });
                part.push(record);
                self.records.push(part);
            }
        }
    }

    /// Adds the records of a text that has them one after the other.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn push_all_json(&mut self, text: &str) -> Result<(), RegistryError> {
        let mut bodies = text.split(crate::database::SEPARATOR);
        bodies.try_for_each(|json| self.push_json(json))
    }

    /// Adds a record from what [`Record::to_json`] wrote.
    ///
    /// # Errors
    /// As [`Record::from_json`].
    pub fn push_json(&mut self, json: &str) -> Result<(), RegistryError> {
        self.push(Record::from_json(json)?);
        Ok(())
    }

    /// The revision.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The Integrator's profile, if it was written down.
    #[must_use]
    pub fn integrator(&self) -> Option<&Arc<IntegratorProfile>> {
        self.integrator.as_ref()
    }

    /// The records, in any order.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flatten()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn into_records(self) -> impl Iterator<Item = Record> {
        self.records.into_iter().flatten()
    }
}

/// A part is small enough to be used again by what is made of it.
const PART: usize = 1_024;

/// What happened since a revision.
#[derive(Debug)]
pub enum Since {
    /// Nothing.
    Nothing,
    /// These events, without a gap, the first one following that revision.
    Events(Vec<Event>),
    /// More than is worth telling, or something that left no events: everything there is now.
    Everything(Box<Loaded>),
}

/// A change to be written: the events, and the records that follow from them.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The revision that it was made from; the store must still stand there.
    pub base: Revision,
    /// The events, in order and without a gap, the first one following the base. Never empty.
    pub events: Vec<Event>,
    /// The records that are new or changed, each once.
    pub put: Vec<Record>,
    /// The third-parties that are gone.
    pub removed: Vec<BusinessId>,
    /// The Integrator's profile, if it was changed.
    pub integrator: Option<Arc<IntegratorProfile>>,
}

impl Commit {
    /// The revision that the store stands at afterwards.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.events.last().map_or(self.base, Event::revision)
    }
}

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// Only events about this third-party.
    pub business_id: Option<BusinessId>,
    /// Only events after this revision.
    pub after: Revision,
    /// At most so many; all of them when it is `None`.
    pub limit: Option<usize>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
}

impl HistoryQuery {
    /// Whether an event is asked for, the limit aside.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        let about = self.business_id.as_ref();
        event.revision() > self.after && (about.is_none() || about == event.business_id())
    }

    /// What is wanted of these events, which are in order: for stores that can read them all.
    #[must_use]
    pub fn choose(&self, events: impl DoubleEndedIterator<Item = Event>) -> Vec<Event> {
        let limit = self.limit.unwrap_or(usize::MAX);
        let wanted = events.filter(|event| self.wants(event));
        if self.newest_first {
            wanted.rev().take(limit).collect()
        } else {
            wanted.take(limit).collect()
        }
    }
}

macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl<S: Store + ?Sized> Store for Arc<S> {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, RegistryError> {
                (**self).$name($($argument),*).await
            })+
        }

        #[async_trait]
        impl<S: Store + ?Sized> Store for Box<S> {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, RegistryError> {
                (**self).$name($($argument),*).await
            })+
        }
    };
}

forward! {
    load() -> Loaded;
    since(revision: Revision) -> Since;
    commit(commit: &Commit) -> ();
    history(query: &HistoryQuery) -> Vec<Event>;
    changed(seen: Revision, patience: Duration) -> ();
    report(report: &ReplicaReport) -> ();
    replicas() -> Vec<(ReplicaReport, Duration)>;
    forget(replica: &ReplicaName) -> ();
    acknowledge(acknowledgement: &Acknowledgement) -> ();
    acknowledgements(revision: Revision) -> Vec<Acknowledgement>;
}
