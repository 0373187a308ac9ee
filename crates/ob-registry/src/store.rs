//! Where the registry is kept.

use crate::{RegistryError, ThirdParty};
use async_trait::async_trait;
use std::{fmt, sync::Arc};

mod file;
mod memory;

pub use file::FileStore;
pub use memory::MemoryStore;

/// Where the registry is kept: a file, a database, memory.
///
/// A store keeps one list and replaces it as a whole, because a registry is small (thousands of
/// rows) and a half-written one is worse than an old one. It does not judge: the registry checks
/// the rows before it writes and after it reads.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// Every third-party, in any order.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else: [`RegistryError::store`].
    async fn load(&self) -> Result<Vec<ThirdParty>, RegistryError>;

    /// Replaces the list, all of it or nothing, durably.
    ///
    /// A store that others write to as well must refuse with [`RegistryError::conflict`] when it
    /// holds something that this one has not loaded or written: a write from an old state would
    /// undo theirs.
    ///
    /// # Errors
    /// When the list was not written. The store must hold the old one then.
    async fn replace(&self, all: &[ThirdParty]) -> Result<(), RegistryError>;
}

#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn load(&self) -> Result<Vec<ThirdParty>, RegistryError> {
        (**self).load().await
    }

    async fn replace(&self, all: &[ThirdParty]) -> Result<(), RegistryError> {
        (**self).replace(all).await
    }
}
