//! Where a registry is: a file of one of two kinds, or a database server.

use crate::{exit::Failure, output, path_text};
use obkit::{
    Code,
    registry::{FileStore, PostgresStore, Registry, RegistryError, SqliteStore, Store},
};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// What `--registry`, or the setting of a configuration file, names.
pub(crate) enum Place {
    /// TOML or JSON, by its name.
    Text(PathBuf),
    Sqlite(PathBuf),
    /// The URL, with a password maybe: never shown.
    Postgres(String),
}

impl Place {
    /// Reads it; a relative path starts at `folder`.
    ///
    /// # Errors
    /// OB-K010 when it is none of the forms.
    pub(crate) fn of(named: &Path, folder: &Path) -> Result<Self, Failure> {
        let text = named.to_str().unwrap_or_default();
        if ["postgres://", "postgresql://"]
            .iter()
            .any(|it| text.starts_with(it))
        {
            return Ok(Self::Postgres(text.to_owned()));
        }
        // Another kind of URL, or one that is mistyped: its password is not to be shown either.
        let scheme = text.split(':').next().unwrap_or_default();
        let mistyped = text.contains(':') && scheme.to_ascii_lowercase().starts_with("postgres");
        if text.contains("://") || mistyped {
            return Err(Failure::coded(
                Code::K010,
                format!("the URL of a registry {NEEDED}"),
            ));
        }
        let path = folder.join(named);
        let extension = path.extension().and_then(|it| it.to_str());
        match extension {
            Some("toml" | "json") => Ok(Self::Text(path)),
            Some("db" | "sqlite" | "sqlite3") => Ok(Self::Sqlite(path)),
            _ => {
                let what = format!(
                    "{}: the name of a registry {NEEDED}",
                    path_text::shown(&path)
                );
                Err(Failure::coded(Code::K010, what))
            }
        }
    }

    /// The one of a command that names none: `registry.db` in the current folder.
    pub(crate) fn usual() -> Self {
        Self::Sqlite(USUAL.into())
    }

    /// Whether there is such a file; of a server that is found out by asking it.
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::Text(path) | Self::Sqlite(path) => path.exists(),
            Self::Postgres(_) => true,
        }
    }

    /// Opens the registry that must be there.
    pub(crate) async fn open(&self) -> Result<Registry, Failure> {
        if let Self::Text(path) | Self::Sqlite(path) = self
            && !self.is_there()
        {
            return Err(absent(path));
        }
        match self {
            Self::Text(path) => {
                let store = FileStore::open(path).map_err(|error| self.refused(&error))?;
                self.registry(store).await
            }
            Self::Sqlite(path) => {
                let store = SqliteStore::open(path).await;
                self.registry(store.map_err(|error| self.refused(&error))?)
                    .await
            }
            Self::Postgres(url) => {
                let store = PostgresStore::connect(url).await;
                self.registry(store.map_err(|error| self.refused(&error))?)
                    .await
            }
        }
    }

    /// Opens the registry; a file that is absent is made, and that is said.
    pub(crate) async fn open_or_create(&self) -> Result<Registry, Failure> {
        match self {
            Self::Text(path) => {
                let store =
                    FileStore::open_or_create(path).map_err(|error| self.refused(&error))?;
                self.registry(store).await
            }
            Self::Sqlite(path) => {
                let is_new = !path.exists();
                let store = SqliteStore::open_or_create(path).await;
                let registry = self
                    .registry(store.map_err(|error| self.refused(&error))?)
                    .await?;
                if is_new {
                    output::say(format_args!("made {}", path_text::shown(path)));
                }
                Ok(registry)
            }
            Self::Postgres(_) => self.open().await,
        }
    }

    async fn registry(&self, store: impl Store + 'static) -> Result<Registry, Failure> {
        let opened = Registry::open(store).await;
        let registry = opened.map_err(|error| self.refused(&error))?;
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        open.push(registry.clone());
        Ok(registry)
    }

    fn refused(&self, error: &RegistryError) -> Failure {
        Failure::coded(error.code(), error)
    }
}

/// Closes every registry of this process, so that a file is whole without its companions.
pub(crate) async fn close() {
    let open = std::mem::take(&mut *OPEN.lock().unwrap_or_else(PoisonError::into_inner));
    for registry in open {
        registry.close().await;
    }
}

static OPEN: Mutex<Vec<Registry>> = Mutex::new(Vec::new());

fn absent(path: &Path) -> Failure {
    let file = path_text::shown(path);
    let makes = "`ob registry integrator set`, `add` and `import` make one";
    if path == Path::new(USUAL) {
        let what = format!("needs --registry WHERE: there is no {file} in this folder; {makes}");
        return Failure::usage(what);
    }
    Failure::coded(
        Code::R008,
        format!("{file}: there is no such registry; {makes}"),
    )
}

const USUAL: &str = "registry.db";
const NEEDED: &str = "needs to be postgres://…, or a file in .db, .sqlite, .toml or .json";
