//! A journal in a file, one JSON object per line.

use crate::{Journal, JournalError, Record};
use async_trait::async_trait;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

mod append;
mod file;
mod read;

use append::append_line;
use file::LogFile;
pub use read::{JsonlFile, JsonlReader, read_jsonl};

/// Writes one JSON object per line to the end of a file.
///
/// Lines never mix: a record is one write, tasks take turns, and other processes that write to
/// the same file are kept out by a lock for as long as the write takes. A write that fails leaves
/// no half line behind; a half line that a crash left is ended, and the next record starts on a
/// line of its own. A new file has the mode 0600.
///
/// The write happens in place, without a runtime's help: with [`Durability::Flush`] it is a few
/// microseconds, with [`Durability::Sync`] it blocks its thread for as long as the disk takes.
///
/// The file is held open: a tool that rotates it by renaming must have the journal opened again.
/// Cloning copies a pointer.
///
/// ```
/// use ob_core::ActingFor;
/// use ob_journal::{Journal, JsonlJournal, Outcome, Record, read_jsonl};
/// use std::time::SystemTime;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("journal.jsonl");
/// let journal = JsonlJournal::open(&path).await?;
/// let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?;
/// let acme = ActingFor::third_party("acme".parse()?, "tpp-acme".parse()?, application_id);
/// let record = Record::new(&acme, "accounts.list", SystemTime::now(), Outcome::Ok { status: 200 });
/// journal.append(&record).await?;
///
/// let file = read_jsonl(&path)?;
/// assert_eq!(file.records(), [record]);
/// assert!(file.torn_lines().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JsonlJournal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    durability: Durability,
    file: Mutex<LogFile>,
}

/// When a record counts as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When the operating system has it: it survives a crash of the process (default).
    #[default]
    Flush,
    /// When the disk has it: it survives a loss of power. Costs milliseconds per record.
    Sync,
}

impl JsonlJournal {
    /// Opens or makes the file; [`Durability::Flush`].
    ///
    /// # Errors
    /// OB-J001 when it cannot be opened for writing.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, JournalError> {
        Self::open_with(path, Durability::default()).await
    }

    /// Opens or makes the file, with a durability.
    ///
    /// # Errors
    /// OB-J001 when it cannot be opened for writing.
    pub async fn open_with(
        path: impl Into<PathBuf>,
        durability: Durability,
    ) -> Result<Self, JournalError> {
        let path = path.into();
        let file = LogFile::open(&path, durability).map_err(|error| {
            JournalError::write_file(&path, "cannot be opened for writing", error)
        })?;
        Ok(Self(Arc::new(Inner {
            path,
            durability,
            file: Mutex::new(file),
        })))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

#[async_trait]
impl Journal for JsonlJournal {
    async fn append(&self, record: &Record) -> Result<(), JournalError> {
        let failed = |error| JournalError::write_file(&self.0.path, "cannot be written", error);
        let line = serde_json::to_string(record).map_err(|error| failed(error.into()))? + "\n";
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.locked(|file| append_line(file, &line)).map_err(failed)
    }
}

impl fmt::Debug for JsonlJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonlJournal")
            .field("path", &self.0.path)
            .field("durability", &self.0.durability)
            .finish_non_exhaustive()
    }
}
