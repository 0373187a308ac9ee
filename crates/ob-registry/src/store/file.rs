//! A registry in one TOML or JSON file.

use super::{Commit, HistoryQuery, Loaded, Since, Store};
use crate::{
    Acknowledgement, Event, IntegratorProfile, Record, RegistryError, ReplicaName, ReplicaReport,
    Revision,
    text::{Document, document_from_json, document_from_toml, document_to_json, document_to_toml},
};
use async_trait::async_trait;
use ob_core::BusinessId;
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, sleep};

mod atomic;
use atomic::Lock;

mod history;
use history::History;

mod replicas;
use replicas::Replicas;

/// Keeps the registry in one file, TOML or JSON by its extension.
///
/// A write makes a new file beside the old one (mode 0600), brings it to the disk, and renames it
/// over the old one: a crash at any moment leaves the old registry or the new one, whole. Two
/// writers are kept apart by a lock on the file `<name>.lock`, and a write is refused when the
/// file holds something that this store has not read ([`RegistryError::is_conflict`]), so nobody's
/// change is lost.
///
/// The history stands beside it in `<name>.history.jsonl`, one event per line, and is appended to
/// before the file is replaced. What replicas say stands in `<name>.replicas.json`.
///
/// The file may be edited by hand: the next read or write notices. Such an edit is nobody's
/// event in the history, and comments do not survive a write.
///
/// The file is small, so it is read and written in place, without a runtime's help: a write
/// blocks its thread for the few milliseconds that the disk takes. For more than some thousand
/// third-parties, or more than some changes per second, take a database.
///
/// ```
/// use ob_registry::{FileStore, Registry, ThirdParty};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("registry.toml");
/// let registry = Registry::open(FileStore::open_or_create(&path)?).await?;
/// let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?;
/// let acme = ThirdParty::builder("acme".parse()?, "Acme GmbH", "tpp-acme".parse()?, application_id);
/// registry.edit("maria", "contract signed")?.put(acme.build()?).await?;
///
/// let after_a_restart = Registry::open(FileStore::open(&path)?).await?;
/// assert_eq!(after_a_restart.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct FileStore {
    path: PathBuf,
    format: Format,
    may_be_absent: bool,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
enum Format {
    Toml,
    Json,
}

/// What the file held when this store last read or wrote it.
#[derive(Default)]
struct State {
    seen: Seen,
    /// What the file looked like from outside then.
    stamp: Option<Stamp>,
    /// The history's length after this store's last write.
    history: Option<u64>,
    revision: Revision,
    integrator: Option<Arc<IntegratorProfile>>,
    records: BTreeMap<BusinessId, Record>,
}

#[derive(Default, PartialEq)]
enum Seen {
    #[default]
    Nothing,
    Absent,
    Text(String),
}

/// Another one means that the file may have changed.
type Stamp = (Option<SystemTime>, u64, u64);

impl FileStore {
    /// A store in a file that must exist: an absent one is an error, because the empty registry
    /// that it would mean refuses every call with a misleading "unknown third-party".
    ///
    /// Nothing is read yet.
    ///
    /// # Errors
    /// OB-R008 when the extension is neither `toml` nor `json`.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, RegistryError> {
        Self::new(path.into(), false)
    }

    /// A store in a file that is made by the first write if it is absent.
    ///
    /// # Errors
    /// OB-R008 when the extension is neither `toml` nor `json`.
    pub fn open_or_create(path: impl Into<PathBuf>) -> Result<Self, RegistryError> {
        Self::new(path.into(), true)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn new(path: PathBuf, may_be_absent: bool) -> Result<Self, RegistryError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let format = match extension {
            Some("toml") => Format::Toml,
            Some("json") => Format::Json,
            _ => {
                let path = path.display();
                let what = format!("{path}: needs a name that ends in .toml or .json");
                return Err(RegistryError::store(what));
            }
        };
        Ok(Self {
            path,
            format,
            may_be_absent,
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<Seen, RegistryError> {
        match atomic::read(&self.path) {
            Ok(text) => Ok(Seen::Text(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Seen::Absent),
            Err(error) => Err(self.failed("cannot be read", error)),
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let number = 0;
        Some((metadata.modified().ok(), metadata.len(), number))
    }

    fn parse(&self, text: &str) -> Result<Loaded, RegistryError> {
        match self.format {
            Format::Toml => document_from_toml(text),
            Format::Json => document_from_json(text),
        }
        .map_err(|error| error.in_file(&self.path))
    }

    fn print(&self, document: &Document<'_>) -> Result<String, RegistryError> {
        match self.format {
            Format::Toml => document_to_toml(document),
            Format::Json => document_to_json(document),
        }
    }

    /// Reads the file and remembers what it held.
    fn load_now(&self) -> Result<Loaded, RegistryError> {
        let mut state = self.state();
        // Before the text: a change in between is seen the next time.
        let stamp = self.stamp();
        let now = self.read()?;
        let loaded = match &now {
            Seen::Text(text) => self.parse(text)?,
            // A file that was there and is gone is no empty registry.
            _ if self.may_be_absent && !matches!(state.seen, Seen::Text(_)) => {
                Loaded::new(Revision::ZERO)
            }
            _ => return Err(self.failed("cannot be read", io::ErrorKind::NotFound.into())),
        };
        let mut records = BTreeMap::new();
        for record in loaded.records() {
            let id = record.third_party().business_id().clone();
            if records.insert(id.clone(), record.clone()).is_some() {
                return Err(RegistryError::collision("business id", &id, [&id, &id]));
            }
        }
        *state = State {
            seen: now,
            stamp,
            history: None,
            revision: loaded.revision(),
            integrator: loaded.integrator().cloned(),
            records,
        };
        Ok(loaded)
    }

    fn since_now(&self, revision: Revision) -> Result<Since, RegistryError> {
        {
            let mut state = self.state();
            let stamp = self.stamp();
            let known = stamp == state.stamp && state.seen != Seen::Nothing;
            if (known || self.read()? == state.seen) && state.revision == revision {
                state.stamp = stamp;
                return Ok(Since::Nothing);
            }
        }
        self.load_now().map(Box::new).map(Since::Everything)
    }

    /// The revision that the file stands at. What is remembered of it stays as it is: a change that
    /// was not shown yet is still to be found by [`Store::since`].
    fn revision_now(&self) -> Result<Revision, RegistryError> {
        let state = self.state();
        if state.seen != Seen::Nothing && self.stamp() == state.stamp {
            return Ok(state.revision);
        }
        match self.read()? {
            now if now == state.seen => Ok(state.revision),
            Seen::Text(text) => Ok(self.parse(&text)?.revision()),
            _ if self.may_be_absent && state.seen == Seen::Nothing => Ok(Revision::ZERO),
            _ => Err(self.failed("cannot be read", io::ErrorKind::NotFound.into())),
        }
    }

    /// Under the lock: the history first, then the file, which makes it true.
    fn commit_now(&self, commit: &Commit) -> Result<(), RegistryError> {
        let mut state = self.state();
        let now = self.read()?;
        let known = now == state.seen || (state.seen == Seen::Nothing && now == Seen::Absent);
        if !known {
            return Err(self.conflict("it was changed since it was read"));
        }
        if state.revision != commit.base {
            return Err(self.conflict("the change was made from another revision"));
        }
        let mut records = state.records.clone();
        commit
            .removed
            .iter()
            .for_each(|id| drop(records.remove(id)));
        for record in &commit.put {
            records.insert(record.third_party().business_id().clone(), record.clone());
        }
        let integrator = commit
            .integrator
            .as_ref()
            .or(state.integrator.as_ref())
            .cloned();
        let revision = commit.revision();
        let document = Document::of(revision, integrator.as_deref(), records.values());
        let text = self.print(&document)?;
        let written = History::of(&self.path)
            .append((commit.base, state.history), &commit.events)
            .map_err(|error| self.failed("has a history that cannot be written", error))?;
        let history = Some(written?);
        atomic::replace(&self.path, &text)
            .map_err(|error| self.failed("cannot be written", error))?;
        *state = State {
            seen: Seen::Text(text),
            stamp: self.stamp(),
            history,
            revision,
            integrator,
            records,
        };
        Ok(())
    }

    /// The right to write, waiting for whoever has it.
    async fn lock(&self) -> Result<Lock, RegistryError> {
        let begin = Instant::now();
        loop {
            let lock = Lock::on(&self.path);
            match lock.map_err(|error| self.failed("cannot be locked", error))? {
                Some(lock) => return Ok(lock),
                None if begin.elapsed() > LOCK_PATIENCE => {
                    let path = self.path.display();
                    let what = format!("{path} is being written by another process");
                    return Err(RegistryError::store(what));
                }
                None => sleep(LOCK_POLL).await,
            }
        }
    }

    fn replicas_file(&self) -> Replicas {
        Replicas::of(&self.path)
    }

    fn failed(&self, what: &str, error: io::Error) -> RegistryError {
        RegistryError::store_caused(format!("{} {what}: {error}", self.path.display()), error)
    }

    fn conflict(&self, why: &str) -> RegistryError {
        let path = self.path.display();
        RegistryError::conflict(format!(
            "{path} was not written, {why}: reload, then try again"
        ))
    }
}

#[async_trait]
impl Store for FileStore {
    async fn load(&self) -> Result<Loaded, RegistryError> {
        self.load_now()
    }

    async fn since(&self, revision: Revision) -> Result<Since, RegistryError> {
        self.since_now(revision)
    }

    async fn commit(&self, commit: &Commit) -> Result<(), RegistryError> {
        let _lock = self.lock().await?;
        self.commit_now(commit)
    }

    async fn history(&self, query: &HistoryQuery) -> Result<Vec<Event>, RegistryError> {
        // What stands in the history beyond the file was never acknowledged.
        let last = self.revision_now()?;
        let events = History::of(&self.path)
            .read(last)
            .map_err(|error| self.failed("has a history that cannot be read", error))?;
        Ok(query.choose(events?.into_iter()))
    }

    async fn changed(&self, seen: Revision, patience: Duration) -> Result<(), RegistryError> {
        let begin = Instant::now();
        loop {
            let (stamp, revision) = {
                let state = self.state();
                (state.stamp, state.revision)
            };
            if revision != seen || self.stamp() != stamp || begin.elapsed() >= patience {
                return Ok(());
            }
            sleep(POLL.min(patience)).await;
        }
    }

    async fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        let _lock = self.lock().await?;
        self.replicas_file().report(report)
    }

    async fn replicas(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        self.replicas_file().reports()
    }

    async fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        let _lock = self.lock().await?;
        self.replicas_file().forget(replica)
    }

    async fn acknowledge(&self, acknowledgement: &Acknowledgement) -> Result<(), RegistryError> {
        let _lock = self.lock().await?;
        self.replicas_file().acknowledge(acknowledgement)
    }

    async fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError> {
        self.replicas_file().acknowledgements(revision)
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// How often the file is looked at: a change by another process shows within a second.
const POLL: Duration = Duration::from_millis(200);
const LOCK_POLL: Duration = Duration::from_millis(3);
/// A write takes milliseconds; whoever holds the lock for so long has stopped.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
