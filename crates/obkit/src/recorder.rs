//! Journalling that fails closed.

mod attempt;
pub(crate) use attempt::{Attempt, Draft};

use crate::Error;
use ob_core::{Code, SharedClock};
use ob_journal::{Record, SharedJournal};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// Writes the record of each attempt. A record that could not be written is kept, and nothing
/// more is sent until it has been written: an unaccountable call never becomes two.
#[derive(Debug)]
pub(crate) struct Recorder {
    journal: SharedJournal,
    unwritten: Mutex<VecDeque<Record>>,
}

impl Recorder {
    pub(crate) fn new(journal: SharedJournal) -> Self {
        Self {
            journal,
            unwritten: Mutex::default(),
        }
    }

    /// Whether a call may go out: writes what is still unwritten.
    ///
    /// # Errors
    /// `OB-J001` when it still cannot be written.
    pub(crate) async fn ready(&self) -> Result<(), Error> {
        while let Some(record) = self.take() {
            if let Err(error) = self.journal.append(&record).await {
                self.keep(record);
                let why = format!("a record is still unwritten: {error}");
                return Err(Error::new(Code::J001, why).with(|parts| {
                    parts.source = Some(error.into());
                }));
            }
        }
        Ok(())
    }

    /// Writes a record, or keeps it for [`Recorder::ready`].
    pub(crate) async fn write(&self, record: Record) {
        if let Err(error) = self.journal.append(&record).await {
            tracing::error!(code = %Code::J001, %error, "the record of a call could not be written");
            self.keep(record);
        }
    }

    /// Starts the record of an attempt.
    pub(crate) fn attempt<'a>(&'a self, clock: &'a SharedClock, draft: Draft) -> Attempt<'a> {
        Attempt::new(self, clock, draft)
    }

    fn take(&self) -> Option<Record> {
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }

    fn keep(&self, record: Record) {
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_front(record);
    }
}
