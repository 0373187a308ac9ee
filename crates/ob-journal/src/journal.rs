//! The seam that records go through, and a journal in memory.

use crate::{JournalError, Record};
use async_trait::async_trait;
use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

/// Takes records: a file, a database, a queue.
#[async_trait]
pub trait Journal: Send + Sync + fmt::Debug {
    /// Writes one record. When it returns, the record is as safe as this journal makes it.
    ///
    /// # Errors
    /// When the record was not written (OB-J001). The caller sends nothing more until it can be.
    async fn append(&self, record: &Record) -> Result<(), JournalError>;
}

/// A journal that is cloned by copying a pointer.
#[derive(Clone, Debug)]
pub struct SharedJournal(Arc<dyn Journal>);

impl<J: Journal + 'static> From<J> for SharedJournal {
    fn from(journal: J) -> Self {
        Self(Arc::new(journal))
    }
}

impl Deref for SharedJournal {
    type Target = dyn Journal;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

#[async_trait]
impl<J: Journal + ?Sized> Journal for Arc<J> {
    async fn append(&self, record: &Record) -> Result<(), JournalError> {
        (**self).append(record).await
    }
}

/// Keeps every record in memory, without a bound: for tests and demonstrations. Clones share one
/// list.
#[derive(Clone, Default)]
pub struct MemoryJournal(Arc<Mutex<Vec<Record>>>);

impl MemoryJournal {
    /// What was written so far, in order.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.clone()
    }

    /// How many records were written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing was written so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, record: &Record) -> Result<(), JournalError> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.push(record.clone());
        Ok(())
    }
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryJournal({} records)", self.len())
    }
}
