//! A registry in one TOML or JSON file.

use super::Store;
use crate::{RegistryError, ThirdParty, from_json, from_toml, to_json, to_toml};
use async_trait::async_trait;
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

mod atomic;
use atomic::Lock;

/// Keeps the registry in one file, TOML or JSON by its extension.
///
/// A write makes a new file beside the old one (mode 0600), brings it to the disk, and renames it
/// over the old one: a crash at any moment leaves the old registry or the new one, whole. Two
/// writers are kept apart by a lock on the file `<name>.lock`, and a write is refused when the
/// file holds something that this store has not read ([`RegistryError::is_conflict`]), so nobody's
/// change is lost.
///
/// The file is small, so it is read and written in place, without a runtime's help: a write
/// blocks its thread for the few milliseconds that the disk takes. Comments in the file do not
/// survive a write.
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
/// registry.put(acme.build()?).await?;
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
    seen: Mutex<Seen>,
}

#[derive(Clone, Copy)]
enum Format {
    Toml,
    Json,
}

/// What the file held when this store last read or wrote it.
#[derive(PartialEq)]
enum Seen {
    Nothing,
    Absent,
    Text(String),
}

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
            seen: Mutex::new(Seen::Nothing),
        })
    }

    fn read(&self) -> Result<Seen, RegistryError> {
        match atomic::read(&self.path) {
            Ok(text) => Ok(Seen::Text(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Seen::Absent),
            Err(error) => Err(self.failed("cannot be read", error)),
        }
    }

    fn parse(&self, text: &str) -> Result<Vec<ThirdParty>, RegistryError> {
        match self.format {
            Format::Toml => from_toml(text),
            Format::Json => from_json(text),
        }
        .map_err(|error| error.in_file(&self.path))
    }

    fn print(&self, all: &[ThirdParty]) -> Result<String, RegistryError> {
        match self.format {
            Format::Toml => to_toml(all),
            Format::Json => to_json(all),
        }
    }

    fn load_now(&self) -> Result<Vec<ThirdParty>, RegistryError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.read()?;
        let all = match &now {
            Seen::Text(text) => self.parse(text)?,
            _ if self.may_be_absent => Vec::new(),
            _ => return Err(self.failed("cannot be read", io::ErrorKind::NotFound.into())),
        };
        *seen = now;
        Ok(all)
    }

    fn replace_now(&self, all: &[ThirdParty]) -> Result<(), RegistryError> {
        let text = self.print(all)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = Lock::on(&self.path).map_err(|error| self.failed("cannot be locked", error))?;
        let Some(_lock) = lock else {
            return Err(self.conflict("another process is writing it"));
        };
        let now = self.read()?;
        let known = now == *seen || (*seen == Seen::Nothing && now == Seen::Absent);
        if !known {
            return Err(self.conflict("it was changed since it was read"));
        }
        atomic::replace(&self.path, &text)
            .map_err(|error| self.failed("cannot be written", error))?;
        *seen = Seen::Text(text);
        Ok(())
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
    async fn load(&self) -> Result<Vec<ThirdParty>, RegistryError> {
        self.load_now()
    }

    async fn replace(&self, all: &[ThirdParty]) -> Result<(), RegistryError> {
        self.replace_now(all)
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
