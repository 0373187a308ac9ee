//! Changes: one at a time, checked, stored first, shown second.

use super::Registry;
use crate::{
    RegistryError, Status, ThirdParty,
    snapshot::{Entry, Rows, Snapshot, rows},
};
use ob_core::BusinessId;
use std::sync::Arc;

/// # Writing
///
/// A write that fails changes nothing. A write whose future is dropped before it is ready may
/// have reached the store without being shown; [`Registry::reload`] shows it, and the next write
/// settles it. The stores of this crate never pause in the middle.
impl Registry {
    /// Adds a third-party, or replaces the one with its business id. An equal one is not written
    /// again.
    ///
    /// A new one may come in any status, because a fleet that is already live has to be written
    /// down somehow. A replacement that changes the status must be a legal transition.
    ///
    /// # Errors
    /// OB-R002 when it would share an id with another one or with the Integrator, OB-R006 for an
    /// illegal transition, OB-R008 when the store cannot be written.
    pub async fn put(&self, third_party: ThirdParty) -> Result<Arc<ThirdParty>, RegistryError> {
        let id = third_party.business_id().clone();
        let shown = self.change(|rows| put(rows, third_party)).await?;
        shown.get(&id).map(|entry| Arc::clone(&entry.third_party))
    }

    /// Adds or replaces many third-parties, all of them or none.
    ///
    /// # Errors
    /// As [`Registry::put`], and OB-R002 when a business id stands twice.
    pub async fn put_all(&self, all: Vec<ThirdParty>) -> Result<(), RegistryError> {
        rows(all.clone())?;
        let put_each = |rows: &mut Rows| all.into_iter().try_for_each(|one| put(rows, one));
        self.change(put_each).await.map(drop)
    }

    /// Moves a third-party to another status. If it is there already, nothing is written.
    ///
    /// # Errors
    /// OB-R001 when it is unknown, OB-R006 for an illegal transition (the legal ones are named),
    /// OB-R009 when something is missing for the new status, OB-R008 when the store cannot be
    /// written.
    pub async fn set_status(
        &self,
        id: &BusinessId,
        status: Status,
    ) -> Result<Arc<ThirdParty>, RegistryError> {
        let shown = self
            .change(|rows| match rows.get(id) {
                None => Ok(()),
                Some(entry) if entry.third_party.status() == status => Ok(()),
                Some(entry) => put(rows, entry.third_party.becoming(status)?),
            })
            .await?;
        shown.get(id).map(|entry| Arc::clone(&entry.third_party))
    }

    /// Removes a draft. Whoever was more than a draft stays as a row, offboarded, so that the
    /// journal can always be read.
    ///
    /// # Errors
    /// OB-R001 when it is unknown, OB-R006 when it is no draft, OB-R008 when the store cannot be
    /// written.
    pub async fn remove(&self, id: &BusinessId) -> Result<Arc<ThirdParty>, RegistryError> {
        let mut removed = self.0.snapshot.load().get(id).map(|_| None)?;
        self.change(|rows| {
            let status = rows.get(id).map(|entry| entry.third_party.status());
            match status {
                Some(Status::Draft) => removed = rows.remove(id),
                Some(status) => return Err(RegistryError::not_removable(id, status)),
                None => {}
            }
            Ok(())
        })
        .await?;
        removed
            .map(|entry| Arc::clone(&entry.third_party))
            .ok_or_else(|| RegistryError::unknown(id, None))
    }

    /// Reads the store again and shows what is in it, for changes that somebody else made. The
    /// store is the truth here: no transition is checked.
    ///
    /// # Errors
    /// As [`Registry::open`]. The old state stays then.
    pub async fn reload(&self) -> Result<(), RegistryError> {
        let _writer = self.0.writer.lock().await;
        let rows = rows(self.0.store.load().await?)?;
        self.show(rows).map(drop)
    }

    /// Changes a copy of the rows, checks it, stores it, shows it.
    async fn change(
        &self,
        change: impl FnOnce(&mut Rows) -> Result<(), RegistryError> + Send,
    ) -> Result<Arc<Snapshot>, RegistryError> {
        let _writer = self.0.writer.lock().await;
        let old = self.0.snapshot.load_full();
        let mut rows = old.rows().clone();
        change(&mut rows)?;
        if is_same(&rows, old.rows()) {
            return Ok(old);
        }
        let new = Arc::new(Snapshot::of(rows, self.0.integrator.as_ref())?);
        self.0.store.replace(&plain(new.rows())).await?;
        self.0.snapshot.store(Arc::clone(&new));
        Ok(new)
    }

    fn show(&self, rows: Rows) -> Result<Arc<Snapshot>, RegistryError> {
        let new = Arc::new(Snapshot::of(rows, self.0.integrator.as_ref())?);
        self.0.snapshot.store(Arc::clone(&new));
        Ok(new)
    }
}

fn put(rows: &mut Rows, new: ThirdParty) -> Result<(), RegistryError> {
    let id = new.business_id().clone();
    let old = rows.get(&id).map(|entry| &*entry.third_party);
    let from = old.map_or(new.status(), ThirdParty::status);
    if from != new.status() && !from.may_become(new.status()) {
        return Err(RegistryError::transition(&id, from, new.status()));
    }
    if old != Some(&new) {
        rows.insert(id, Entry::of(new));
    }
    Ok(())
}

/// Whether nothing was changed: the rows hold the very same entries.
fn is_same(new: &Rows, old: &Rows) -> bool {
    new.len() == old.len()
        && new
            .iter()
            .zip(old)
            .all(|((_, a), (_, b))| Arc::ptr_eq(a, b))
}

fn plain(rows: &Rows) -> Vec<ThirdParty> {
    let rows = rows.values();
    rows.map(|entry| entry.third_party.as_ref().clone())
        .collect()
}
