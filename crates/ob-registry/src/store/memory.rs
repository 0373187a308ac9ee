//! A registry that lives as long as the process.

use super::Store;
use crate::{RegistryError, ThirdParty};
use async_trait::async_trait;
use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

/// Keeps the registry in memory: for tests, demonstrations and registries that are filled from
/// somewhere else at start-up.
#[derive(Default)]
pub struct MemoryStore(Mutex<Vec<ThirdParty>>);

impl MemoryStore {
    /// A store that already holds these third-parties.
    #[must_use]
    pub fn with(all: impl IntoIterator<Item = ThirdParty>) -> Self {
        Self(Mutex::new(all.into_iter().collect()))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self) -> Result<Vec<ThirdParty>, RegistryError> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(all.clone())
    }

    async fn replace(&self, all: &[ThirdParty]) -> Result<(), RegistryError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = all.to_vec();
        Ok(())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
