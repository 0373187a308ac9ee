//! What replicas say of themselves, in a file beside the registry.

use super::atomic;
use crate::{Acknowledgement, RegistryError, ReplicaName, ReplicaReport, Revision, timestamp};
use ob_core::{Clock, SystemClock};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

pub(super) struct Replicas {
    path: PathBuf,
    clock: SystemClock,
}

#[derive(Default, Serialize, Deserialize)]
struct Content {
    replicas: Vec<Heard>,
    acknowledgements: Vec<Acknowledgement>,
}

#[derive(Serialize, Deserialize)]
struct Heard {
    #[serde(with = "timestamp")]
    at: SystemTime,
    report: ReplicaReport,
}

impl Replicas {
    /// Those of a registry file.
    pub(super) fn of(registry: &Path) -> Self {
        let registry = atomic::followed(registry);
        Self {
            path: atomic::with_suffix(&registry, ".replicas.json"),
            clock: SystemClock::default(),
        }
    }

    pub(super) fn reports(&self) -> Result<Vec<(ReplicaReport, Duration)>, RegistryError> {
        let now = self.clock.now();
        let heard = |at: SystemTime| now.duration_since(at).unwrap_or_default();
        let all = self.read()?.replicas.into_iter();
        Ok(all.map(|it| (it.report, heard(it.at))).collect())
    }

    pub(super) fn report(&self, report: &ReplicaReport) -> Result<(), RegistryError> {
        let mut content = self.read()?;
        content
            .replicas
            .retain(|it| it.report.replica != report.replica);
        content.replicas.push(Heard {
            at: self.clock.now(),
            report: report.clone(),
        });
        self.write(&content)
    }

    pub(super) fn forget(&self, replica: &ReplicaName) -> Result<(), RegistryError> {
        let mut content = self.read()?;
        content.replicas.retain(|it| it.report.replica != *replica);
        self.write(&content)
    }

    pub(super) fn acknowledgements(
        &self,
        revision: Revision,
    ) -> Result<Vec<Acknowledgement>, RegistryError> {
        let mut all = self.read()?.acknowledgements;
        all.retain(|it| it.revision == revision);
        Ok(all)
    }

    pub(super) fn acknowledge(&self, new: &Acknowledgement) -> Result<(), RegistryError> {
        let mut content = self.read()?;
        let all = &mut content.acknowledgements;
        all.retain(|it| it.replica != new.replica || it.revision != new.revision);
        let too_many = (all.len() + 1).saturating_sub(MOST);
        all.drain(..too_many);
        all.push(new.clone());
        self.write(&content)
    }

    fn read(&self) -> Result<Content, RegistryError> {
        match atomic::read(&self.path) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|error| crate::text::refused_json(&error).in_file(&self.path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Content::default()),
            Err(error) => Err(self.failed("cannot be read", error)),
        }
    }

    fn write(&self, content: &Content) -> Result<(), RegistryError> {
        let text = serde_json::to_string(content)
            .map_err(|error| self.failed("cannot be written", error.into()))?;
        atomic::replace(&self.path, &text).map_err(|error| self.failed("cannot be written", error))
    }

    fn failed(&self, what: &str, error: io::Error) -> RegistryError {
        RegistryError::store_caused(format!("{} {what}: {error}", self.path.display()), error)
    }
}

/// Receipts are read within minutes; the file stays small.
const MOST: usize = 10_000;
